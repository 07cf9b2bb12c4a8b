//! The CPU interface of a GICv3 (IHI 0069, 12.2): encodings. What the registers do stands in `emu_devices::gic::v3`.

use super::Gate::{Hypervisor, Monitor, System};
use super::{Cx, Register, registers};
use crate::aarch64::state::AArch64;
use crate::hart::Hart;
use emu_devices::gic::Gic;
use emu_devices::gic::v3::cpu::Register as Icc;

fn is_there(hart: &Hart<AArch64>) -> bool {
    matches!(hart.arch.gic(), Some(Gic::V3(_)))
}

/// ICC_SRE_EL2 and ICC_SRE_EL3: there are system registers only, at all levels.
const SRE: u64 = 0xf;

fn get(cx: Cx<'_>, register: Icc) -> u64 {
    match cx.hart.arch.gic() {
        Some(Gic::V3(gic)) => gic.lock().read_register(cx.hart.id, register),
        _ => 0,
    }
}

fn set(cx: Cx<'_>, register: Icc, value: u64) {
    if let Some(Gic::V3(gic)) = cx.hart.arch.gic() {
        gic.lock().write_register(cx.hart.id, register, value);
    }
}

pub(super) static TABLE: &[Register] = registers! {
    "icc_pmr_el1" (3 0 4 6 0) System, if is_there => (|cx| get(cx, Icc::Pmr)), |cx, v| set(cx, Icc::Pmr, v);
    "icc_iar0_el1" (3 0 12 8 0) System, if is_there => (|cx| get(cx, Icc::Iar(0)));
    "icc_eoir0_el1" (3 0 12 8 1) System, if is_there => _, |cx, v| set(cx, Icc::Eoir(0), v);
    "icc_hppir0_el1" (3 0 12 8 2) System, if is_there => (|cx| get(cx, Icc::Hppir(0)));
    "icc_bpr0_el1" (3 0 12 8 3) System, if is_there => (|cx| get(cx, Icc::Bpr(0))), |cx, v| set(cx, Icc::Bpr(0), v);
    "icc_ap0r0_el1" (3 0 12 8 4) System, if is_there => (|cx| get(cx, Icc::Apr(0))), |cx, v| set(cx, Icc::Apr(0), v);
    "icc_ap1r0_el1" (3 0 12 9 0) System, if is_there => (|cx| get(cx, Icc::Apr(1))), |cx, v| set(cx, Icc::Apr(1), v);
    "icc_dir_el1" (3 0 12 11 1) System, if is_there => _, |cx, v| set(cx, Icc::Dir, v);
    "icc_rpr_el1" (3 0 12 11 3) System, if is_there => (|cx| get(cx, Icc::Rpr));
    "icc_sgi1r_el1" (3 0 12 11 5) System, if is_there => _, |cx, v| set(cx, Icc::Sgir(1), v);
    "icc_asgi1r_el1" (3 0 12 11 6) System, if is_there => _, |cx, v| set(cx, Icc::Asgi1r, v);
    "icc_sgi0r_el1" (3 0 12 11 7) System, if is_there => _, |cx, v| set(cx, Icc::Sgir(0), v);
    "icc_iar1_el1" (3 0 12 12 0) System, if is_there => (|cx| get(cx, Icc::Iar(1)));
    "icc_eoir1_el1" (3 0 12 12 1) System, if is_there => _, |cx, v| set(cx, Icc::Eoir(1), v);
    "icc_hppir1_el1" (3 0 12 12 2) System, if is_there => (|cx| get(cx, Icc::Hppir(1)));
    "icc_bpr1_el1" (3 0 12 12 3) System, if is_there => (|cx| get(cx, Icc::Bpr(1))), |cx, v| set(cx, Icc::Bpr(1), v);
    "icc_ctlr_el1" (3 0 12 12 4) System, if is_there => (|cx| get(cx, Icc::Ctlr)), |cx, v| set(cx, Icc::Ctlr, v);
    "icc_sre_el1" (3 0 12 12 5) System, if is_there => (|cx| get(cx, Icc::Sre)), |cx, v| set(cx, Icc::Sre, v);
    "icc_igrpen0_el1" (3 0 12 12 6) System, if is_there => (|cx| get(cx, Icc::Igrpen(0))), |cx, v| set(cx, Icc::Igrpen(0), v);
    "icc_igrpen1_el1" (3 0 12 12 7) System, if is_there => (|cx| get(cx, Icc::Igrpen(1))), |cx, v| set(cx, Icc::Igrpen(1), v);
    "icc_sre_el2" (3 4 12 9 5) Hypervisor, if is_there => (|_| SRE), |_, _| {};
    "icc_ctlr_el3" (3 6 12 12 4) Monitor, if is_there => (|cx| get(cx, Icc::Ctlr)), |cx, v| set(cx, Icc::Ctlr, v);
    "icc_sre_el3" (3 6 12 12 5) Monitor, if is_there => (|_| SRE), |_, _| {};
    // One group 1 for all: bit 0 is for those that are not secure, bit 1 for the others.
    "icc_igrpen1_el3" (3 6 12 12 7) Monitor, if is_there => (|cx| get(cx, Icc::Igrpen(1)) * 3), |cx, v| set(cx, Icc::Igrpen(1), u64::from(v & 3 != 0));
};
