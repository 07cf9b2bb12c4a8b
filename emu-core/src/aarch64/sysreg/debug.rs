//! The debug registers that software must find (D13.3): values are kept. Breakpoints, watchpoints and single step by software are
//! not there yet: nothing is made of the values.

use super::Gate::{System, User};
use super::{Cx, Register, registers};
use crate::aarch64::state::Registers;

fn registers(cx: Cx<'_>) -> &Registers {
    &cx.hart.arch.registers
}

/// OSLSR_EL1.OSLK.
const LOCKED: u64 = 1 << 1;
/// OSLSR_EL1.OSLM: there is the lock.
const LOCK_IMPLEMENTED: u64 = 1 << 3;
/// Bits of MDSCR_EL1 that are kept: SS, TDCC, KDE, MDE.
const MDSCR_MASK: u64 = 1 | 1 << 12 | 1 << 13 | 1 << 15;

pub(super) static TABLE: &[Register] = registers! {
    "osdtrrx_el1" (2 0 0 0 2) System => (|_| 0), |_, _| {};
    "dbgbvr0_el1" (2 0 0 0 4) System => (|cx| registers(cx).debug[0].get()), |cx, v| registers(cx).debug[0].set(v);
    "dbgbcr0_el1" (2 0 0 0 5) System => (|cx| registers(cx).debug[1].get()), |cx, v| registers(cx).debug[1].set(v & 0xff_e1e7);
    "dbgwvr0_el1" (2 0 0 0 6) System => (|cx| registers(cx).debug[2].get()), |cx, v| registers(cx).debug[2].set(v & !7);
    "dbgwcr0_el1" (2 0 0 0 7) System => (|cx| registers(cx).debug[3].get()), |cx, v| registers(cx).debug[3].set(v & 0x1f1f_ffff);
    "dbgbvr1_el1" (2 0 0 1 4) System => (|cx| registers(cx).debug[4].get()), |cx, v| registers(cx).debug[4].set(v);
    "dbgbcr1_el1" (2 0 0 1 5) System => (|cx| registers(cx).debug[5].get()), |cx, v| registers(cx).debug[5].set(v & 0xff_e1e7);
    "dbgwvr1_el1" (2 0 0 1 6) System => (|cx| registers(cx).debug[6].get()), |cx, v| registers(cx).debug[6].set(v & !7);
    "dbgwcr1_el1" (2 0 0 1 7) System => (|cx| registers(cx).debug[7].get()), |cx, v| registers(cx).debug[7].set(v & 0x1f1f_ffff);
    "mdccint_el1" (2 0 0 2 0) System => (|_| 0), |_, _| {};
    "mdscr_el1" (2 0 0 2 2) System => (|cx| registers(cx).mdscr_el1.get()), |cx, v| registers(cx).mdscr_el1.set(v & MDSCR_MASK);
    "osdtrtx_el1" (2 0 0 3 2) System => (|_| 0), |_, _| {};
    "mdrar_el1" (2 0 1 0 0) System => (|_| 0);
    "oslar_el1" (2 0 1 0 4) System => _, |cx, v| registers(cx).os_lock.set(v & 1 != 0);
    "oslsr_el1" (2 0 1 1 4) System => (|cx| LOCK_IMPLEMENTED | if registers(cx).os_lock.get() { LOCKED } else { 0 });
    "osdlr_el1" (2 0 1 3 4) System => (|_| 0), |_, _| {};
    "dbgprcr_el1" (2 0 1 4 4) System => (|_| 0), |_, _| {};
    "dbgclaimset_el1" (2 0 7 8 6) System => (|_| 0xff), |cx, v| registers(cx).claims.set(registers(cx).claims.get() | v & 0xff);
    "dbgclaimclr_el1" (2 0 7 9 6) System => (|cx| registers(cx).claims.get()), |cx, v| registers(cx).claims.set(registers(cx).claims.get() & !v);
    "dbgauthstatus_el1" (2 0 7 14 6) System => (|_| 0);
    "mdccsr_el0" (2 3 0 1 0) User => (|_| 0);
};
