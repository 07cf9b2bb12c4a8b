//! The generic timer's registers (D12, D13.8): encodings and rights. What they do stands in `emu_devices::generic_timer`.

use super::Gate::{Hypervisor, Monitor, ReadTrapped, System, Trapped};
use super::{Cx, Register, encoding, registers};
use crate::aarch64::levels::{self, cnthctl};
use crate::aarch64::state::AArch64;
use crate::hart::Hart;
use emu_devices::Shared;
use emu_devices::generic_timer::{GenericTimers, Timer};

/// Bits of CNTKCTL_EL1: what EL0 may touch.
mod kctl {
    pub(super) const PHYSICAL_COUNTER: u64 = 1 << 0;
    pub(super) const VIRTUAL_COUNTER: u64 = 1 << 1;
    pub(super) const VIRTUAL_TIMER: u64 = 1 << 8;
    pub(super) const PHYSICAL_TIMER: u64 = 1 << 9;
    /// Those and the event stream's, which is not there.
    pub(super) const MASK: u64 = 0x3ff;
}

fn is_there(hart: &Hart<AArch64>) -> bool {
    hart.arch.parts.is_some()
}

/// The timers, of a board that has been asked whether it has them.
fn timers(cx: Cx<'_>) -> &Shared<GenericTimers> {
    &cx.hart.arch.parts.as_ref().expect("the register's row asks for it").timers
}

/// Whether CNTHCTL_EL2 sends an access of EL1 or EL0 to EL2. What EL1 has denied EL0 comes first.
pub(super) fn is_denied_by_el2(hart: &Hart<AArch64>, id: u16) -> bool {
    const CNTPCT: u16 = encoding(3, 3, 14, 0, 1);
    const CNTP_TVAL: u16 = encoding(3, 3, 14, 2, 0);
    const CNTP_CVAL: u16 = encoding(3, 3, 14, 2, 2);
    let (needs, by_el1) = match id {
        CNTPCT => (cnthctl::EL1PCTEN, kctl::PHYSICAL_COUNTER),
        CNTP_TVAL..=CNTP_CVAL => (cnthctl::EL1PCEN, kctl::PHYSICAL_TIMER),
        _ => return false,
    };
    let el = hart.mode.get();
    let is_denied = el <= 1 && levels::has_el2(hart) && hart.arch.registers.upper.cnthctl_el2.get() & needs == 0;
    is_denied && (el == 1 || allows(hart, by_el1))
}

fn allows(hart: &Hart<AArch64>, bits: u64) -> bool {
    hart.arch.registers.cntkctl_el1.get() & bits != 0
}

fn physical(hart: &Hart<AArch64>) -> bool {
    allows(hart, kctl::PHYSICAL_TIMER)
}

fn virtual_(hart: &Hart<AArch64>) -> bool {
    allows(hart, kctl::VIRTUAL_TIMER)
}

fn remaining(cx: Cx<'_>, timer: Timer) -> u64 {
    timers(cx).lock().remaining(cx.hart.id, timer, cx.now())
}

fn set_remaining(cx: Cx<'_>, timer: Timer, value: u64) {
    timers(cx).lock().set_remaining(cx.hart.id, timer, value, cx.now());
}

fn control(cx: Cx<'_>, timer: Timer) -> u64 {
    timers(cx).lock().control(cx.hart.id, timer, cx.now())
}

fn set_control(cx: Cx<'_>, timer: Timer, value: u64) {
    timers(cx).lock().set_control(cx.hart.id, timer, value, cx.now());
}

fn compare(cx: Cx<'_>, timer: Timer) -> u64 {
    timers(cx).lock().compare(cx.hart.id, timer)
}

fn set_compare(cx: Cx<'_>, timer: Timer, value: u64) {
    timers(cx).lock().set_compare(cx.hart.id, timer, value, cx.now());
}

pub(super) static TABLE: &[Register] = registers! {
    "cntkctl_el1" (3 0 14 1 0) System, if is_there => (|cx| cx.hart.arch.registers.cntkctl_el1.get()),
        |cx, v| cx.hart.arch.registers.cntkctl_el1.set(v & kctl::MASK);
    "cntfrq_el0" (3 3 14 0 0) ReadTrapped(|hart| allows(hart, kctl::PHYSICAL_COUNTER | kctl::VIRTUAL_COUNTER)), if is_there =>
        (|cx| cx.hart.arch.registers.cntfrq_el0.get()), |cx, v| cx.hart.arch.registers.cntfrq_el0.set(v & 0xffff_ffff);
    "cntpct_el0" (3 3 14 0 1) Trapped(|hart| allows(hart, kctl::PHYSICAL_COUNTER)), if is_there =>
        (|cx| timers(cx).lock().count(cx.now()));
    "cntvct_el0" (3 3 14 0 2) Trapped(|hart| allows(hart, kctl::VIRTUAL_COUNTER)), if is_there =>
        (|cx| timers(cx).lock().virtual_count(cx.hart.id, cx.now()));
    "cntp_tval_el0" (3 3 14 2 0) Trapped(physical), if is_there => (|cx| remaining(cx, Timer::Physical)),
        |cx, v| set_remaining(cx, Timer::Physical, v);
    "cntp_ctl_el0" (3 3 14 2 1) Trapped(physical), if is_there => (|cx| control(cx, Timer::Physical)),
        |cx, v| set_control(cx, Timer::Physical, v);
    "cntp_cval_el0" (3 3 14 2 2) Trapped(physical), if is_there => (|cx| compare(cx, Timer::Physical)),
        |cx, v| set_compare(cx, Timer::Physical, v);
    "cntv_tval_el0" (3 3 14 3 0) Trapped(virtual_), if is_there => (|cx| remaining(cx, Timer::Virtual)),
        |cx, v| set_remaining(cx, Timer::Virtual, v);
    "cntv_ctl_el0" (3 3 14 3 1) Trapped(virtual_), if is_there => (|cx| control(cx, Timer::Virtual)),
        |cx, v| set_control(cx, Timer::Virtual, v);
    "cnthctl_el2" (3 4 14 1 0) Hypervisor, if is_there => (|cx| cx.hart.arch.registers.upper.cnthctl_el2.get()),
        |cx, v| cx.hart.arch.registers.upper.cnthctl_el2.set(v & cnthctl::MASK);
    "cntvoff_el2" (3 4 14 0 3) Hypervisor, if is_there => (|cx| timers(cx).lock().offset(cx.hart.id)),
        |cx, v| timers(cx).lock().set_offset(cx.hart.id, v, cx.now());
    "cnthp_tval_el2" (3 4 14 2 0) Hypervisor, if is_there => (|cx| remaining(cx, Timer::Hyp)),
        |cx, v| set_remaining(cx, Timer::Hyp, v);
    "cnthp_ctl_el2" (3 4 14 2 1) Hypervisor, if is_there => (|cx| control(cx, Timer::Hyp)),
        |cx, v| set_control(cx, Timer::Hyp, v);
    "cnthp_cval_el2" (3 4 14 2 2) Hypervisor, if is_there => (|cx| compare(cx, Timer::Hyp)),
        |cx, v| set_compare(cx, Timer::Hyp, v);
    // SCR_EL3.ST, by which EL1 could have it, is not there.
    "cntps_tval_el1" (3 7 14 2 0) Monitor, if is_there => (|cx| remaining(cx, Timer::Secure)),
        |cx, v| set_remaining(cx, Timer::Secure, v);
    "cntps_ctl_el1" (3 7 14 2 1) Monitor, if is_there => (|cx| control(cx, Timer::Secure)),
        |cx, v| set_control(cx, Timer::Secure, v);
    "cntps_cval_el1" (3 7 14 2 2) Monitor, if is_there => (|cx| compare(cx, Timer::Secure)),
        |cx, v| set_compare(cx, Timer::Secure, v);
    "cntv_cval_el0" (3 3 14 3 2) Trapped(virtual_), if is_there => (|cx| compare(cx, Timer::Virtual)),
        |cx, v| set_compare(cx, Timer::Virtual, v);
};
