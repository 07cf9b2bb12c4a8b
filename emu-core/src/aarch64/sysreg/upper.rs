//! The registers of EL2 and EL3 (D13.2): what controls them and remembers their exceptions. What they do stands in `aarch64/levels`.
//! Bits that do nothing here read as zero, so that software can see that they are not there; where they ask for something, it is said once.

use super::Gate::{Hypervisor, Monitor};
use super::{Cx, Pmu, Register, encoding, registers};
use crate::aarch64::feature::Highest;
use crate::aarch64::levels::{CPTR_TFP, MDCR_SPME, SCTLR_UPPER_ONES, Upper, hcr, scr};
use crate::aarch64::state::Level;
use std::cell::Cell;

/// Bits of SCTLR_EL2 and SCTLR_EL3 without those that are fixed: M, A, C, SA, I, WXN.
const SCTLR_MASK: u64 = 1 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 12 | 1 << 19;
/// MDCR_EL2.HPMN: how many counters EL1 has. It is remembered only.
const MDCR_HPMN: u64 = 0x1f;

fn upper(cx: Cx<'_>) -> &Upper {
    &cx.hart.arch.registers.upper
}

fn of(cx: Cx<'_>, el: u8) -> &Level {
    cx.hart.arch.registers.of_level(el)
}

/// Writes one of the registers that translation or traps depend on.
fn set(cx: Cx<'_>, register: &Cell<u64>, value: u64) {
    register.set(value);
    cx.hart.arch.controls_changed(cx.hart);
}

fn set_sctlr(cx: Cx<'_>, el: u8, value: u64) {
    set(cx, &of(cx, el).sctlr, value & SCTLR_MASK | SCTLR_UPPER_ONES);
}

fn set_hcr(cx: Cx<'_>, value: u64) {
    // RW is one, and SWIO may be.
    cx.hart.arch.missing.note_bits(encoding(3, 4, 1, 1, 0), value & !(hcr::MASK | hcr::RW | hcr::SWIO));
    set(cx, &upper(cx).hcr_el2, value & hcr::MASK | hcr::RW);
}

fn set_scr(cx: Cx<'_>, value: u64) {
    // Which counters count may depend on it.
    Pmu::catch_up(cx);
    // ST lets EL1 have the secure timer; SIF has nothing to forbid.
    cx.hart.arch.missing.note_bits(encoding(3, 6, 1, 1, 0), value & !(scr::MASK | scr::ONES | 1 << 9));
    set(cx, &upper(cx).scr_el3, value & scr::MASK | scr::ONES);
}

/// SP_ELx of another level.
fn sp(cx: Cx<'_>, el: u8) -> u64 {
    cx.hart.slots.get(cx.hart.arch.sp_slot(cx.hart, el))
}
fn set_sp(cx: Cx<'_>, el: u8, value: u64) {
    cx.hart.slots.set(cx.hart.arch.sp_slot(cx.hart, el), value);
}

pub(super) static TABLE: &[Register] = registers! {
    "vpidr_el2" (3 4 0 0 0) Hypervisor => (|cx| upper(cx).vpidr_el2.get()), |cx, v| upper(cx).vpidr_el2.set(v & 0xffff_ffff);
    "vmpidr_el2" (3 4 0 0 5) Hypervisor => (|cx| upper(cx).vmpidr_el2.get()), |cx, v| upper(cx).vmpidr_el2.set(v | 1 << 31);
    "sctlr_el2" (3 4 1 0 0) Hypervisor => (|cx| of(cx, 2).sctlr.get()), |cx, v| set_sctlr(cx, 2, v);
    "actlr_el2" (3 4 1 0 1) Hypervisor => (|_| 0), |_, _| {};
    "hcr_el2" (3 4 1 1 0) Hypervisor => (|cx| upper(cx).hcr_el2.get()), set_hcr;
    "mdcr_el2" (3 4 1 1 1) Hypervisor => (|cx| upper(cx).mdcr_el2.get()), |cx, v| upper(cx).mdcr_el2.set(v & MDCR_HPMN);
    "cptr_el2" (3 4 1 1 2) Hypervisor => (|cx| upper(cx).cptr_el2.get()), |cx, v| set(cx, &upper(cx).cptr_el2, v & CPTR_TFP);
    "hstr_el2" (3 4 1 1 3) Hypervisor => (|_| 0), |_, _| {};
    "hacr_el2" (3 4 1 1 7) Hypervisor => (|_| 0), |_, _| {};
    "ttbr0_el2" (3 4 2 0 0) Hypervisor => (|cx| of(cx, 2).ttbr0.get()), |cx, v| set(cx, &of(cx, 2).ttbr0, v);
    "tcr_el2" (3 4 2 0 2) Hypervisor => (|cx| of(cx, 2).tcr.get()), |cx, v| set(cx, &of(cx, 2).tcr, v);
    "vttbr_el2" (3 4 2 1 0) Hypervisor => (|cx| upper(cx).vttbr_el2.get()), |cx, v| upper(cx).vttbr_el2.set(v);
    "vtcr_el2" (3 4 2 1 2) Hypervisor => (|cx| upper(cx).vtcr_el2.get()), |cx, v| upper(cx).vtcr_el2.set(v);
    "spsr_el2" (3 4 4 0 0) Hypervisor => (|cx| of(cx, 2).spsr.get()), |cx, v| of(cx, 2).spsr.set(v);
    "elr_el2" (3 4 4 0 1) Hypervisor => (|cx| of(cx, 2).elr.get()), |cx, v| of(cx, 2).elr.set(v);
    "sp_el1" (3 4 4 1 0) Hypervisor => (|cx| sp(cx, 1)), |cx, v| set_sp(cx, 1, v);
    "afsr0_el2" (3 4 5 1 0) Hypervisor => (|_| 0), |_, _| {};
    "afsr1_el2" (3 4 5 1 1) Hypervisor => (|_| 0), |_, _| {};
    "esr_el2" (3 4 5 2 0) Hypervisor => (|cx| of(cx, 2).esr.get()), |cx, v| of(cx, 2).esr.set(v & 0xffff_ffff);
    "far_el2" (3 4 6 0 0) Hypervisor => (|cx| of(cx, 2).far.get()), |cx, v| of(cx, 2).far.set(v);
    "hpfar_el2" (3 4 6 0 4) Hypervisor => (|cx| upper(cx).hpfar_el2.get()), |cx, v| upper(cx).hpfar_el2.set(v);
    "mair_el2" (3 4 10 2 0) Hypervisor => (|cx| of(cx, 2).mair.get()), |cx, v| of(cx, 2).mair.set(v);
    "amair_el2" (3 4 10 3 0) Hypervisor => (|_| 0), |_, _| {};
    "vbar_el2" (3 4 12 0 0) Hypervisor => (|cx| of(cx, 2).vbar.get()), |cx, v| of(cx, 2).vbar.set(v & !0x7ff);
    "rvbar_el2" (3 4 12 0 1) Hypervisor, if |hart| hart.arch.config.highest == Highest::El2 => (|cx| cx.hart.arch.registers.rvbar.get());
    "tpidr_el2" (3 4 13 0 2) Hypervisor => (|cx| of(cx, 2).tpidr.get()), |cx, v| of(cx, 2).tpidr.set(v);
    "sctlr_el3" (3 6 1 0 0) Monitor => (|cx| of(cx, 3).sctlr.get()), |cx, v| set_sctlr(cx, 3, v);
    "actlr_el3" (3 6 1 0 1) Monitor => (|_| 0), |_, _| {};
    "scr_el3" (3 6 1 1 0) Monitor => (|cx| upper(cx).scr_el3.get()), set_scr;
    "cptr_el3" (3 6 1 1 2) Monitor => (|cx| upper(cx).cptr_el3.get()), |cx, v| set(cx, &upper(cx).cptr_el3, v & CPTR_TFP);
    "mdcr_el3" (3 6 1 3 1) Monitor => (|cx| upper(cx).mdcr_el3.get()), |cx, v| {
        Pmu::catch_up(cx);
        upper(cx).mdcr_el3.set(v & MDCR_SPME);
    };
    "ttbr0_el3" (3 6 2 0 0) Monitor => (|cx| of(cx, 3).ttbr0.get()), |cx, v| set(cx, &of(cx, 3).ttbr0, v);
    "tcr_el3" (3 6 2 0 2) Monitor => (|cx| of(cx, 3).tcr.get()), |cx, v| set(cx, &of(cx, 3).tcr, v);
    "spsr_el3" (3 6 4 0 0) Monitor => (|cx| of(cx, 3).spsr.get()), |cx, v| of(cx, 3).spsr.set(v);
    "elr_el3" (3 6 4 0 1) Monitor => (|cx| of(cx, 3).elr.get()), |cx, v| of(cx, 3).elr.set(v);
    "sp_el2" (3 6 4 1 0) Monitor => (|cx| sp(cx, 2)), |cx, v| set_sp(cx, 2, v);
    "afsr0_el3" (3 6 5 1 0) Monitor => (|_| 0), |_, _| {};
    "afsr1_el3" (3 6 5 1 1) Monitor => (|_| 0), |_, _| {};
    "esr_el3" (3 6 5 2 0) Monitor => (|cx| of(cx, 3).esr.get()), |cx, v| of(cx, 3).esr.set(v & 0xffff_ffff);
    "far_el3" (3 6 6 0 0) Monitor => (|cx| of(cx, 3).far.get()), |cx, v| of(cx, 3).far.set(v);
    "mair_el3" (3 6 10 2 0) Monitor => (|cx| of(cx, 3).mair.get()), |cx, v| of(cx, 3).mair.set(v);
    "amair_el3" (3 6 10 3 0) Monitor => (|_| 0), |_, _| {};
    "vbar_el3" (3 6 12 0 0) Monitor => (|cx| of(cx, 3).vbar.get()), |cx, v| of(cx, 3).vbar.set(v & !0x7ff);
    "rvbar_el3" (3 6 12 0 1) Monitor => (|cx| cx.hart.arch.registers.rvbar.get());
    "tpidr_el3" (3 6 13 0 2) Monitor => (|cx| of(cx, 3).tpidr.get()), |cx, v| of(cx, 3).tpidr.set(v);
};
