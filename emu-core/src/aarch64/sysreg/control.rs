//! What controls EL1 and EL0, remembers exceptions, and holds what software likes to keep at hand; and PSTATE's fields (D13.2, C5.2).

use super::Gate::{System, Trapped, User, UserReads};
use super::{Cx, Register, registers};
use crate::aarch64::exception::{isr, pstate};
use crate::aarch64::feature::{Feature, Highest};
use crate::aarch64::flags::{nzcv, set_nzcv};
use crate::aarch64::fp::{fpsr, set_fpcr, set_fpsr};
use crate::aarch64::slots::FPCR;
use crate::aarch64::state::{AArch64, Level, Pstate, Registers};
use crate::hart::Hart;

/// SCTLR_EL1.UMA: EL0 may touch DAIF.
pub(in crate::aarch64) const SCTLR_UMA: u64 = 1 << 9;
/// Bits of SCTLR_EL1 that v8.0 has and this program knows, without those that are fixed: M, A, C, SA, SA0, UMA, I, DZE, UCT, nTWI, nTWE,
/// WXN, UCI.
const SCTLR_MASK: u64 = 1
    | 1 << 1
    | 1 << 2
    | 1 << 3
    | 1 << 4
    | 1 << 9
    | 1 << 12
    | 1 << 14
    | 1 << 15
    | 1 << 16
    | 1 << 18
    | 1 << 19
    | 1 << 26;
/// SPAN, with FEAT_PAN: exceptions leave PSTATE.PAN as it is.
pub(in crate::aarch64) const SCTLR_SPAN: u64 = 1 << 23;
/// Bits of SCTLR_EL1 that are one without later features.
const SCTLR_ONES: u64 = 1 << 11 | 1 << 20 | 1 << 22 | 1 << 28 | 1 << 29;

fn registers(cx: Cx<'_>) -> &Registers {
    &cx.hart.arch.registers
}

fn el1(cx: Cx<'_>) -> &Level {
    cx.hart.arch.registers.of_level(1)
}

/// Writes one of the registers that translation depends on.
fn set_translation(cx: Cx<'_>, register: &std::cell::Cell<u64>, value: u64) {
    register.set(value);
    cx.hart.arch.controls_changed(cx.hart);
}

fn set_sctlr(cx: Cx<'_>, value: u64) {
    let pan = cx.hart.arch.has(Feature::PAN);
    let mask = SCTLR_MASK | if pan { SCTLR_SPAN } else { 0 };
    let ones = SCTLR_ONES | if pan { 0 } else { SCTLR_SPAN };
    set_translation(cx, &el1(cx).sctlr, value & mask | ones);
}

fn allows_masks(hart: &Hart<AArch64>) -> bool {
    hart.arch.registers.of_level(1).sctlr.get() & SCTLR_UMA != 0
}

fn pstate_of(cx: Cx<'_>) -> &Pstate {
    &cx.hart.arch.pstate
}

pub(super) static TABLE: &[Register] = registers! {
    "sctlr_el1" (3 0 1 0 0) System => (|cx| el1(cx).sctlr.get()), set_sctlr;
    "actlr_el1" (3 0 1 0 1) System => (|_| 0), |_, _| {};
    "cpacr_el1" (3 0 1 0 2) System => (|cx| registers(cx).cpacr_el1.get()),
        |cx, v| set_translation(cx, &registers(cx).cpacr_el1, v & 3 << 20);
    "ttbr0_el1" (3 0 2 0 0) System => (|cx| el1(cx).ttbr0.get()),
        |cx, v| set_translation(cx, &el1(cx).ttbr0, v);
    "ttbr1_el1" (3 0 2 0 1) System => (|cx| registers(cx).ttbr1_el1.get()),
        |cx, v| set_translation(cx, &registers(cx).ttbr1_el1, v);
    "tcr_el1" (3 0 2 0 2) System => (|cx| el1(cx).tcr.get()),
        |cx, v| set_translation(cx, &el1(cx).tcr, v);
    "spsr_el1" (3 0 4 0 0) System => (|cx| el1(cx).spsr.get()), |cx, v| el1(cx).spsr.set(v);
    "elr_el1" (3 0 4 0 1) System => (|cx| el1(cx).elr.get()), |cx, v| el1(cx).elr.set(v);
    "sp_el0" (3 0 4 1 0) System => (|cx| cx.hart.slots.get(cx.hart.arch.sp_slot(cx.hart, 0))),
        |cx, v| cx.hart.slots.set(cx.hart.arch.sp_slot(cx.hart, 0), v);
    "spsel" (3 0 4 2 0) System => (|cx| pstate_of(cx).sp_is_own().into()),
        |cx, v| cx.hart.arch.enter_level(cx.hart, cx.hart.mode.get(), v & 1 != 0);
    "currentel" (3 0 4 2 2) System => (|cx| u64::from(cx.hart.mode.get()) << 2);
    "pan" (3 0 4 2 3) System, if |hart| hart.arch.has(Feature::PAN) => (|cx| u64::from(pstate_of(cx).pan()) << 22),
        |cx, v| cx.hart.arch.set_pan(cx.hart, v >> 22 & 1 != 0);
    "uao" (3 0 4 2 4) System, if |hart| hart.arch.has(Feature::UAO) => (|cx| u64::from(pstate_of(cx).uao()) << 23),
        |cx, v| pstate_of(cx).set_uao(v >> 23 & 1 != 0);
    "afsr0_el1" (3 0 5 1 0) System => (|_| 0), |_, _| {};
    "afsr1_el1" (3 0 5 1 1) System => (|_| 0), |_, _| {};
    "esr_el1" (3 0 5 2 0) System => (|cx| el1(cx).esr.get()), |cx, v| el1(cx).esr.set(v & 0xffff_ffff);
    "far_el1" (3 0 6 0 0) System => (|cx| el1(cx).far.get()), |cx, v| el1(cx).far.set(v);
    "par_el1" (3 0 7 4 0) System => (|cx| registers(cx).par_el1.get()), |cx, v| registers(cx).par_el1.set(v);
    "mair_el1" (3 0 10 2 0) System => (|cx| el1(cx).mair.get()), |cx, v| el1(cx).mair.set(v);
    "amair_el1" (3 0 10 3 0) System => (|_| 0), |_, _| {};
    "vbar_el1" (3 0 12 0 0) System => (|cx| el1(cx).vbar.get()), |cx, v| el1(cx).vbar.set(v & !0x7ff);
    // Where the hart began; the highest level has it.
    "rvbar_el1" (3 0 12 0 1) System, if |hart| hart.arch.config.highest == Highest::El1 => (|cx| registers(cx).rvbar.get());
    "isr_el1" (3 0 12 1 0) System => (|cx| isr(cx.hart));
    "contextidr_el1" (3 0 13 0 1) System => (|cx| registers(cx).contextidr_el1.get()),
        |cx, v| registers(cx).contextidr_el1.set(v & 0xffff_ffff);
    "tpidr_el1" (3 0 13 0 4) System => (|cx| el1(cx).tpidr.get()), |cx, v| el1(cx).tpidr.set(v);
    "nzcv" (3 3 4 2 0) User => (|cx| nzcv(cx.hart) << 28), |cx, v| set_nzcv(cx.hart, v >> 28);
    "daif" (3 3 4 2 1) Trapped(allows_masks) => (|cx| pstate(cx.hart) & 15 << 6), |cx, v| cx.hart.arch.set_daif(cx.hart, v >> 6);
    // Times do not depend on data here anyway.
    "dit" (3 3 4 2 5) User, if |hart| hart.arch.has(Feature::DIT) => (|cx| u64::from(pstate_of(cx).dit()) << 24),
        |cx, v| pstate_of(cx).set_dit(v >> 24 & 1 != 0);
    "fpcr" (3 3 4 4 0) User => (|cx| cx.hart.slots.get(FPCR)), |cx, v| set_fpcr(cx.hart, v);
    "fpsr" (3 3 4 4 1) User => (|cx| fpsr(cx.hart)), |cx, v| set_fpsr(cx.hart, v);
    "tpidr_el0" (3 3 13 0 2) User => (|cx| registers(cx).of_level(0).tpidr.get()),
        |cx, v| registers(cx).of_level(0).tpidr.set(v);
    "tpidrro_el0" (3 3 13 0 3) UserReads => (|cx| registers(cx).tpidrro_el0.get()), |cx, v| registers(cx).tpidrro_el0.set(v);
};
