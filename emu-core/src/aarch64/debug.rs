//! Self-hosted debug (D2): breakpoints, watchpoints and software step, by which a kernel debugs its programs. The registers are in
//! `sysreg/debug`. While any of this is switched on, the interpreter looks at each instruction ([`Debugging`]); else it costs nothing.
//!
//! Vector catch, halting debug and everything external are not there.

use super::exception::{class, class_of, syndrome};
use super::state::AArch64;
use super::table::TABLE;
use crate::hart::{Debugging, Hart};
use crate::trap::Trap;
use emu_mem::{Access, GuestVirt};
use std::cell::Cell;

/// Breakpoints and watchpoints there are, as Cortex-A53 and A72 have them.
pub const BREAKPOINTS: usize = 6;
/// Watchpoints.
pub const WATCHPOINTS: usize = 4;
/// Of the breakpoints, the last ones know contexts.
pub const CONTEXT_BREAKPOINTS: usize = 2;

/// The fault status of a debug exception in a syndrome.
const DEBUG: u64 = 0x22;
/// Bit of a watchpoint's syndrome: it was a write.
const WRITE: u64 = 1 << 6;
/// Bits of a step's syndrome: the next one says something; a load-exclusive was stepped.
const ISV: u64 = 1 << 24;
const EX: u64 = 1 << 6;

/// Bits of MDSCR_EL1.
pub(super) mod mdscr {
    /// Software step.
    pub const SS: u64 = 1;
    /// Debug exceptions within EL1.
    pub const KDE: u64 = 1 << 13;
    /// Breakpoints and watchpoints.
    pub const MDE: u64 = 1 << 15;
}

/// An address and what is to happen there: DBGBVRn_EL1 and DBGBCRn_EL1, or DBGWVRn_EL1 and DBGWCRn_EL1.
#[derive(Default, Debug)]
pub struct Point {
    /// DBGBVRn_EL1 or DBGWVRn_EL1.
    pub value: Cell<u64>,
    /// DBGBCRn_EL1 or DBGWCRn_EL1.
    pub control: Cell<u64>,
}

impl Point {
    fn field(&self, bit: u32, bits: u32) -> u64 {
        self.control.get() >> bit & ((1 << bits) - 1)
    }

    fn is_enabled(&self) -> bool {
        self.field(0, 1) != 0
    }

    /// D2.8.3: whether it is for this exception level. HMC and SSC other than 0 ask for levels and states that are not there.
    fn is_for(&self, el: u8) -> bool {
        self.field(13, 3) == 0 && self.field(if el == 0 { 2 } else { 1 }, 1) != 0
    }
}

/// The debug registers that hold something.
#[derive(Debug)]
pub struct Debug {
    /// MDSCR_EL1.
    pub mdscr: Cell<u64>,
    /// Breakpoints.
    pub breakpoints: [Point; BREAKPOINTS],
    /// Watchpoints.
    pub watchpoints: [Point; WATCHPOINTS],
    /// OSLSR_EL1.OSLK: nothing of this happens. It is locked after reset.
    pub os_lock: Cell<bool>,
    /// DBGCLAIMSET_EL1.
    pub claims: Cell<u64>,
    /// PSTATE.SS: one instruction runs before the next step's exception.
    pub ss: Cell<bool>,
    /// Of the instruction that was stepped: what the syndrome has of it.
    stepped: Cell<u64>,
}

impl Default for Debug {
    fn default() -> Self {
        Debug {
            mdscr: Cell::new(0),
            breakpoints: Default::default(),
            watchpoints: Default::default(),
            os_lock: Cell::new(true),
            claims: Cell::new(0),
            ss: Cell::new(false),
            stepped: Cell::new(0),
        }
    }
}

impl Debug {
    /// Whether anything may be looked at.
    pub(super) fn is_used(&self) -> bool {
        self.mdscr.get() & (mdscr::SS | mdscr::MDE) != 0
    }
}

/// D2.4.1: whether debug exceptions are taken from this level, with this mask (PSTATE.D).
pub(super) fn is_enabled_from(hart: &Hart<AArch64>, el: u8, masked: bool) -> bool {
    let debug = &hart.arch.debug;
    // They go to EL1, so the levels above have none; but for EL0 that belongs to EL2.
    !debug.os_lock.get() && (el == 0 || el == 1 && debug.mdscr.get() & mdscr::KDE != 0 && !masked)
}

/// The same for the present.
pub(super) fn is_enabled(hart: &Hart<AArch64>) -> bool {
    is_enabled_from(hart, hart.mode.get(), hart.arch.pstate.daif() & super::state::Pstate::D != 0)
}

fn steps(hart: &Hart<AArch64>) -> bool {
    hart.arch.debug.mdscr.get() & mdscr::SS != 0 && is_enabled(hart)
}

fn has(hart: &Hart<AArch64>, points: &[Point]) -> bool {
    hart.arch.debug.mdscr.get() & mdscr::MDE != 0 && points.iter().any(Point::is_enabled) && is_enabled(hart)
}

/// Whether data accesses are looked at.
pub(super) fn watches(hart: &Hart<AArch64>) -> bool {
    has(hart, &hart.arch.debug.watchpoints)
}

/// What is looked at now.
pub(super) fn debugging(hart: &Hart<AArch64>) -> Debugging {
    if !hart.arch.debug.is_used() {
        Debugging::Nothing
    } else if steps(hart) || has(hart, &hart.arch.debug.breakpoints) {
        Debugging::Instructions
    } else if watches(hart) {
        Debugging::Accesses
    } else {
        Debugging::Nothing
    }
}

/// Before the instruction at the hart's `pc`: a step that is due comes first, then what a fetch may raise, then a breakpoint.
pub(super) fn before(hart: &Hart<AArch64>) -> Result<(), Trap> {
    let debug = &hart.arch.debug;
    let stepped = debug.stepped.replace(0);
    if steps(hart) && !debug.ss.get() {
        return Err(Trap { cause: syndrome(class::STEP, DEBUG | stepped), tval: 0 });
    }
    let at = hart.pc.get();
    if has(hart, &debug.breakpoints) && (0..BREAKPOINTS).any(|n| breaks(hart, n, at)) {
        return match hart.fetch_place(GuestVirt(at)) {
            // D1.13.2: of what a fetch raises, only that comes later.
            Err(trap) if class_of(trap.cause) != class::ILLEGAL_STATE => Err(trap),
            _ => Err(Trap { cause: syndrome(class::BREAKPOINT, DEBUG), tval: 0 }),
        };
    }
    Ok(())
}

/// After an instruction, of this row of the table, that has retired.
pub(super) fn after(hart: &Hart<AArch64>, row: usize) {
    if hart.arch.debug.ss.replace(false) {
        let exclusive = TABLE.get(row).is_some_and(|row| matches!(row.format, "Exclusive" | "LoadExclusivePair"));
        hart.arch.debug.stepped.set(ISV | if exclusive { EX } else { 0 });
    }
}

/// Of addresses, the bits that breakpoints and watchpoints hold; a tag is none of them.
pub(super) const fn compared(address: u64) -> u64 {
    ((address << 15) as i64 >> 15) as u64
}

/// D2.9.4: types of breakpoints.
mod kind {
    pub(super) const ADDRESS: u64 = 0;
    pub(super) const LINKED_ADDRESS: u64 = 1;
    pub(super) const CONTEXT: u64 = 2;
    pub(super) const LINKED_CONTEXT: u64 = 3;
}

fn breaks(hart: &Hart<AArch64>, n: usize, at: u64) -> bool {
    let point = &hart.arch.debug.breakpoints[n];
    if !point.is_enabled() || !point.is_for(hart.mode.get()) {
        return false;
    }
    let is_here = compared(at) & !3 == compared(point.value.get()) & !3;
    match point.field(20, 4) {
        kind::ADDRESS => is_here,
        kind::LINKED_ADDRESS => is_here && is_linked_context(hart, point),
        kind::CONTEXT => knows_contexts(n) && is_context(hart, point),
        _ => false,
    }
}

fn knows_contexts(n: usize) -> bool {
    (BREAKPOINTS - CONTEXT_BREAKPOINTS..BREAKPOINTS).contains(&n)
}

fn is_context(hart: &Hart<AArch64>, point: &Point) -> bool {
    point.value.get() as u32 == hart.arch.registers.contextidr_el1.get() as u32
}

/// Whether the breakpoint that `point` is linked to (LBN) has the present context.
fn is_linked_context(hart: &Hart<AArch64>, point: &Point) -> bool {
    let n = point.field(16, 4) as usize;
    knows_contexts(n)
        && hart.arch.debug.breakpoints.get(n).is_some_and(|linked| {
            linked.is_enabled() && linked.field(20, 4) == kind::LINKED_CONTEXT && is_context(hart, linked)
        })
}

/// A data access that is permitted otherwise: whether accesses are looked at, or the exception of a watchpoint.
pub(super) fn watch(hart: &Hart<AArch64>, at: GuestVirt, bytes: u64, access: Access) -> Result<bool, Trap> {
    if !watches(hart) {
        return Ok(false);
    }
    let el = if hart.arch.unprivileged.get() { 0 } else { hart.mode.get() };
    let wanted = if access == Access::Write { 2 } else { 1 };
    let points = hart.arch.debug.watchpoints.iter();
    let mut points = points.filter(|point| point.is_enabled() && point.is_for(el) && point.field(3, 2) & wanted != 0);
    let hit = points.find_map(|point| {
        // WT: only in the context of a breakpoint.
        let applies = point.field(20, 1) == 0 || is_linked_context(hart, point);
        (0..bytes).map(|n| at.0.wrapping_add(n)).find(|&byte| applies && is_watched(point, byte))
    });
    match hit {
        None => Ok(true),
        Some(byte) => {
            let write = if access == Access::Write { WRITE } else { 0 };
            Err(Trap { cause: syndrome(class::WATCHPOINT, DEBUG | write), tval: byte })
        }
    }
}

/// D2.10.4: a doubleword or word of which BAS chooses bytes, or with MASK a stretch of that many address bits.
fn is_watched(point: &Point, byte: u64) -> bool {
    let (value, mask) = (point.value.get(), point.field(24, 5));
    // Two values are reserved.
    if mask > 2 {
        return compared(byte) >> mask == compared(value) >> mask;
    }
    let unit = if value & 4 != 0 { 4 } else { 8 };
    compared(byte) & !(unit - 1) == compared(value) & !(unit - 1) && point.field(5, 8) >> (byte & (unit - 1)) & 1 != 0
}
