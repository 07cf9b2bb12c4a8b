//! The debug registers (D13.3). What they do stands in `aarch64/debug`.

use super::Gate::{System, User};
use super::{Cx, Register, registers};
use crate::aarch64::debug::{Debug, compared, mdscr};

fn debug(cx: Cx<'_>) -> &Debug {
    &cx.hart.arch.debug
}

/// OSLSR_EL1.OSLK.
const LOCKED: u64 = 1 << 1;
/// OSLSR_EL1.OSLM: there is the lock.
const LOCK_IMPLEMENTED: u64 = 1 << 3;
/// Bits of MDSCR_EL1 that are kept: SS, TDCC, KDE, MDE.
const MDSCR_MASK: u64 = mdscr::SS | 1 << 12 | mdscr::KDE | mdscr::MDE;
/// Bits of DBGBCRn_EL1: BT, LBN, SSC, HMC, PMC, E; and BAS, which is all ones where there is no AArch32.
const BREAK_MASK: u64 = 0xff_e007;
const BREAK_ONES: u64 = 0xf << 5;
/// Bits of DBGWCRn_EL1: MASK, WT, LBN, SSC, HMC, BAS, LSC, PAC, E.
const WATCH_MASK: u64 = 0x1f1f_ffff;

/// What is watched may change with it.
fn changed(cx: Cx<'_>, change: impl FnOnce(&Debug)) {
    change(debug(cx));
    cx.hart.arch.controls_changed(cx.hart);
}

fn break_value(cx: Cx<'_>, n: usize) -> u64 {
    debug(cx).breakpoints[n].value.get()
}
fn set_break_value(cx: Cx<'_>, n: usize, v: u64) {
    debug(cx).breakpoints[n].value.set(v);
}
fn break_control(cx: Cx<'_>, n: usize) -> u64 {
    debug(cx).breakpoints[n].control.get()
}
fn set_break_control(cx: Cx<'_>, n: usize, v: u64) {
    debug(cx).breakpoints[n].control.set(v & BREAK_MASK | BREAK_ONES);
}
fn watch_value(cx: Cx<'_>, n: usize) -> u64 {
    debug(cx).watchpoints[n].value.get()
}
fn set_watch_value(cx: Cx<'_>, n: usize, v: u64) {
    debug(cx).watchpoints[n].value.set(compared(v) & !3);
}
fn watch_control(cx: Cx<'_>, n: usize) -> u64 {
    debug(cx).watchpoints[n].control.get()
}
fn set_watch_control(cx: Cx<'_>, n: usize, v: u64) {
    changed(cx, |debug| debug.watchpoints[n].control.set(v & WATCH_MASK));
}

pub(super) static TABLE: &[Register] = registers! {
    "osdtrrx_el1" (2 0 0 0 2) System => (|_| 0), |_, _| {};
    "mdccint_el1" (2 0 0 2 0) System => (|_| 0), |_, _| {};
    "mdscr_el1" (2 0 0 2 2) System => (|cx| debug(cx).mdscr.get()), |cx, v| changed(cx, |debug| debug.mdscr.set(v & MDSCR_MASK));
    "osdtrtx_el1" (2 0 0 3 2) System => (|_| 0), |_, _| {};
    "mdrar_el1" (2 0 1 0 0) System => (|_| 0);
    "oslar_el1" (2 0 1 0 4) System => _, |cx, v| changed(cx, |debug| debug.os_lock.set(v & 1 != 0));
    "oslsr_el1" (2 0 1 1 4) System => (|cx| LOCK_IMPLEMENTED | if debug(cx).os_lock.get() { LOCKED } else { 0 });
    "osdlr_el1" (2 0 1 3 4) System => (|_| 0), |_, _| {};
    "dbgprcr_el1" (2 0 1 4 4) System => (|_| 0), |_, _| {};
    "dbgclaimset_el1" (2 0 7 8 6) System => (|_| 0xff), |cx, v| debug(cx).claims.set(debug(cx).claims.get() | v & 0xff);
    "dbgclaimclr_el1" (2 0 7 9 6) System => (|cx| debug(cx).claims.get()), |cx, v| debug(cx).claims.set(debug(cx).claims.get() & !v);
    "dbgauthstatus_el1" (2 0 7 14 6) System => (|_| 0);
    "mdccsr_el0" (2 3 0 1 0) User => (|_| 0);
    "dbgbvr0_el1" (2 0 0 0 4) System => (|cx| break_value(cx, 0)), |cx, v| set_break_value(cx, 0, v);
    "dbgbvr1_el1" (2 0 0 1 4) System => (|cx| break_value(cx, 1)), |cx, v| set_break_value(cx, 1, v);
    "dbgbvr2_el1" (2 0 0 2 4) System => (|cx| break_value(cx, 2)), |cx, v| set_break_value(cx, 2, v);
    "dbgbvr3_el1" (2 0 0 3 4) System => (|cx| break_value(cx, 3)), |cx, v| set_break_value(cx, 3, v);
    "dbgbvr4_el1" (2 0 0 4 4) System => (|cx| break_value(cx, 4)), |cx, v| set_break_value(cx, 4, v);
    "dbgbvr5_el1" (2 0 0 5 4) System => (|cx| break_value(cx, 5)), |cx, v| set_break_value(cx, 5, v);
    "dbgbcr0_el1" (2 0 0 0 5) System => (|cx| break_control(cx, 0)), |cx, v| set_break_control(cx, 0, v);
    "dbgbcr1_el1" (2 0 0 1 5) System => (|cx| break_control(cx, 1)), |cx, v| set_break_control(cx, 1, v);
    "dbgbcr2_el1" (2 0 0 2 5) System => (|cx| break_control(cx, 2)), |cx, v| set_break_control(cx, 2, v);
    "dbgbcr3_el1" (2 0 0 3 5) System => (|cx| break_control(cx, 3)), |cx, v| set_break_control(cx, 3, v);
    "dbgbcr4_el1" (2 0 0 4 5) System => (|cx| break_control(cx, 4)), |cx, v| set_break_control(cx, 4, v);
    "dbgbcr5_el1" (2 0 0 5 5) System => (|cx| break_control(cx, 5)), |cx, v| set_break_control(cx, 5, v);
    "dbgwvr0_el1" (2 0 0 0 6) System => (|cx| watch_value(cx, 0)), |cx, v| set_watch_value(cx, 0, v);
    "dbgwvr1_el1" (2 0 0 1 6) System => (|cx| watch_value(cx, 1)), |cx, v| set_watch_value(cx, 1, v);
    "dbgwvr2_el1" (2 0 0 2 6) System => (|cx| watch_value(cx, 2)), |cx, v| set_watch_value(cx, 2, v);
    "dbgwvr3_el1" (2 0 0 3 6) System => (|cx| watch_value(cx, 3)), |cx, v| set_watch_value(cx, 3, v);
    "dbgwcr0_el1" (2 0 0 0 7) System => (|cx| watch_control(cx, 0)), |cx, v| set_watch_control(cx, 0, v);
    "dbgwcr1_el1" (2 0 0 1 7) System => (|cx| watch_control(cx, 1)), |cx, v| set_watch_control(cx, 1, v);
    "dbgwcr2_el1" (2 0 0 2 7) System => (|cx| watch_control(cx, 2)), |cx, v| set_watch_control(cx, 2, v);
    "dbgwcr3_el1" (2 0 0 3 7) System => (|cx| watch_control(cx, 3)), |cx, v| set_watch_control(cx, 3, v);
};
