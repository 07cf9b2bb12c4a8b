//! Exceptions: syndromes, where they are taken, what is remembered, and the return from them (D1.10, D1.11). A [`Trap`] has the
//! syndrome as ESR_ELx shows it as its cause, and what FAR_ELx shows as its value; the exception level that it comes from is
//! put in when it is taken.

use super::debug;
use super::feature::Feature;
use super::flags::{nzcv, set_nzcv};
use super::levels;
use super::maintenance::Broadcast;
use super::mmu;
use super::state::{AArch64, Pstate};
use super::sysreg::{Pmu, SCTLR_SPAN};
use crate::hart::Hart;
use crate::trap::{Taken, Trap};
use emu_devices::irq::arm;
use std::cell::Cell;

/// Exception classes, D13.2.37.
pub mod class {
    #![allow(missing_docs, reason = "the names are the manual's")]
    pub const UNKNOWN: u64 = 0x00;
    pub const WFX: u64 = 0x01;
    pub const FP_TRAP: u64 = 0x07;
    pub const ILLEGAL_STATE: u64 = 0x0e;
    pub const SVC: u64 = 0x15;
    pub const HVC: u64 = 0x16;
    pub const SMC: u64 = 0x17;
    pub const SYSTEM: u64 = 0x18;
    /// From a lower exception level; from the same one it is one more. So are the next four.
    pub const FETCH_ABORT: u64 = 0x20;
    pub const PC_ALIGNMENT: u64 = 0x22;
    pub const DATA_ABORT: u64 = 0x24;
    pub const SP_ALIGNMENT: u64 = 0x26;
    pub const FP: u64 = 0x2c;
    pub const SERROR: u64 = 0x2f;
    pub const BREAKPOINT: u64 = 0x30;
    pub const STEP: u64 = 0x32;
    pub const WATCHPOINT: u64 = 0x34;
    pub const BRK: u64 = 0x3c;

    /// An exception's name.
    pub fn name(code: u64) -> &'static str {
        match code {
            UNKNOWN => "undefined instruction",
            WFX => "trapped WFI or WFE",
            FP_TRAP => "trapped floating-point or vector instruction",
            ILLEGAL_STATE => "illegal execution state",
            SVC => "SVC",
            HVC => "HVC",
            SMC => "SMC",
            SYSTEM => "trapped system instruction",
            0x20 | 0x21 => "instruction abort",
            PC_ALIGNMENT => "misaligned PC",
            0x24 | 0x25 => "data abort",
            SP_ALIGNMENT => "misaligned SP",
            FP => "floating-point exception",
            SERROR => "SError",
            0x30 | 0x31 => "breakpoint",
            0x32 | 0x33 => "single step",
            0x34 | 0x35 => "watchpoint",
            BRK => "BRK",
            _ => "reserved exception",
        }
    }
}

/// Fault status codes of aborts, D13.2.37.
pub mod fault {
    /// Synchronous external abort: nothing answers at the physical address.
    pub const EXTERNAL: u64 = 0x10;
    /// The address is not aligned.
    pub const ALIGNMENT: u64 = 0x21;
    /// The status in an abort's syndrome.
    pub const STATUS: u64 = 0x3f;
    /// Bit of a data abort's syndrome: it was a write.
    pub const WRITE: u64 = 1 << 6;
}

/// IL: the instruction has 32 bits.
const IL: u64 = 1 << 25;

/// A syndrome.
pub const fn syndrome(class: u64, iss: u64) -> u64 {
    class << 26 | IL | iss
}

/// The class of a syndrome.
pub const fn class_of(syndrome: u64) -> u64 {
    syndrome >> 26 & 63
}

/// SP is a base and not aligned.
pub(super) const SP_ALIGNMENT: u64 = syndrome(class::SP_ALIGNMENT, 0);
/// A load that must be aligned is not.
pub(super) const ALIGNMENT_READ: u64 = syndrome(class::DATA_ABORT, fault::ALIGNMENT);
/// A store that must be aligned is not.
pub(super) const ALIGNMENT_WRITE: u64 = syndrome(class::DATA_ABORT, fault::ALIGNMENT | fault::WRITE);

/// Interrupts, as causes.
pub mod interrupt {
    /// IRQ.
    pub const IRQ: u64 = 0;
    /// FIQ.
    pub const FIQ: u64 = 1;

    /// An interrupt's name.
    pub fn name(code: u64) -> &'static str {
        if code == IRQ { "IRQ" } else { "FIQ" }
    }
}

/// After so many exceptions without an instruction between them nothing will change any more.
const STUCK: u32 = 16;

/// Exceptions taken, by class.
#[derive(Debug)]
pub struct Tally {
    /// Exceptions.
    pub exceptions: [Cell<u64>; 64],
    /// Interrupts.
    pub interrupts: [Cell<u64>; 2],
    /// Instructions retired when the last exception came, and how many came then.
    last: Cell<(u64, u32)>,
    /// The first of these.
    first: Cell<Taken>,
}

impl Default for Tally {
    fn default() -> Self {
        Tally {
            exceptions: [const { Cell::new(0) }; 64],
            interrupts: Default::default(),
            last: Cell::default(),
            first: Cell::default(),
        }
    }
}

impl Tally {
    /// Whether the hart traps for ever.
    pub fn is_stuck(&self) -> bool {
        self.last.get().1 >= STUCK
    }

    /// The last exception that came after an instruction: what led to all since.
    pub fn first(&self) -> Taken {
        self.first.get()
    }

    fn note(&self, hart: &Hart<AArch64>, trap: Trap, is_interrupt: bool) {
        let ((at, traps), retired) = (self.last.get(), hart.retired.get());
        let follows = at == retired && traps > 0;
        if !follows {
            self.first.set(Taken { pc: hart.pc.get(), trap, is_interrupt });
        }
        self.last.set((retired, if follows { traps + 1 } else { 1 }));
    }
}

/// Offsets in a vector table, D1.10.2, table D1-7: of the kind, and of where the exception comes from.
mod vector {
    pub(super) const SYNCHRONOUS: u64 = 0x000;
    pub(super) const IRQ: u64 = 0x080;
    pub(super) const FIQ: u64 = 0x100;
    pub(super) const SAME_LEVEL_SP0: u64 = 0x000;
    pub(super) const SAME_LEVEL_SPX: u64 = 0x200;
    pub(super) const LOWER_LEVEL: u64 = 0x400;
}

/// Enters the handler of an exception raised by the instruction at `pc`.
pub fn take_trap(hart: &Hart<AArch64>, trap: Trap) {
    hart.trap.set(trap);
    let (tally, class) = (&hart.arch.tally, class_of(trap.cause));
    tally.note(hart, trap, false);
    tally.exceptions[class as usize].set(tally.exceptions[class as usize].get() + 1);
    hart.traps.set(hart.traps.get() + 1);
    let (pc, from) = (hart.pc.get(), hart.mode.get());
    let (to, cause) = levels::route(hart, trap);
    // Its class may be another than the one it was raised with.
    let class = class_of(cause);
    let registers = hart.arch.registers.of_level(to);
    // From the same level the class is one more.
    let is_abort = matches!(class, class::FETCH_ABORT | class::DATA_ABORT);
    let is_debug = matches!(class, class::BREAKPOINT | class::STEP | class::WATCHPOINT);
    let from_same = from == to && (is_abort || is_debug);
    registers.esr.set(cause + ((from_same as u64) << 26));
    // A breakpoint leaves FAR open; as in QEMU it is 0.
    if is_abort || matches!(class, class::PC_ALIGNMENT | class::BREAKPOINT | class::WATCHPOINT) {
        registers.far.set(trap.tval);
    }
    // An instruction that asks for its exception is done, and has been stepped (D2.12.5). One that EL2 has trapped is not.
    let is_done = match class {
        class::SVC | class::HVC => true,
        class::SMC => to == 3,
        _ => false,
    };
    if is_done {
        hart.arch.debug.ss.set(false);
    }
    let returns_to = if is_done { pc.wrapping_add(4) } else { pc };
    enter(hart, to, vector::SYNCHRONOUS, returns_to);
}

/// Enters the handler of an interrupt before the instruction at `pc`.
pub fn take_interrupt(hart: &Hart<AArch64>, cause: u64) {
    let tally = &hart.arch.tally;
    tally.note(hart, Trap { cause, tval: 0 }, true);
    let count = &tally.interrupts[(cause & 1) as usize];
    count.set(count.get() + 1);
    hart.traps.set(hart.traps.get() + 1);
    hart.interrupts.set(hart.interrupts.get() + 1);
    let kind = if cause == interrupt::IRQ { vector::IRQ } else { vector::FIQ };
    // It was asked for as one that is taken.
    let to = levels::interrupt_level(hart, cause).unwrap_or(hart.mode.get().max(1));
    enter(hart, to, kind, hart.pc.get());
}

/// AArch64.TakeException.
fn enter(hart: &Hart<AArch64>, to: u8, kind: u64, returns_to: u64) {
    let (arch, from) = (&hart.arch, hart.mode.get());
    let registers = arch.registers.of_level(to);
    let pstate = pstate(hart);
    let illegal = if arch.pstate.is_illegal() { ILLEGAL } else { 0 };
    registers.spsr.set(pstate | illegal);
    registers.elr.set(returns_to);
    let place = match from == to {
        true if arch.pstate.sp_is_own() => vector::SAME_LEVEL_SPX,
        true => vector::SAME_LEVEL_SP0,
        false => vector::LOWER_LEVEL,
    };
    arch.pstate.mask_all();
    arch.debug.ss.set(false);
    // D5.4.3: entering EL1 sets PAN, unless SPAN says to leave it.
    if to == 1 && arch.has(Feature::PAN) && registers.sctlr.get() & SCTLR_SPAN == 0 {
        arch.set_pan(hart, true);
    }
    arch.enter_level(hart, to, true);
    hart.pc.set(registers.vbar.get().wrapping_add(place + kind));
}

/// PSTATE as SPSR_ELx has it, C5.2.18.
pub fn pstate(hart: &Hart<AArch64>) -> u64 {
    nzcv(hart) << 28
        | if hart.arch.pstate.dit() { DIT } else { 0 }
        | if hart.arch.pstate.uao() { UAO } else { 0 }
        | if hart.arch.pstate.pan() { PAN } else { 0 }
        | if hart.arch.debug.ss.get() { SS } else { 0 }
        | hart.arch.pstate.daif() << 6
        | (hart.mode.get() as u64) << 2
        | hart.arch.pstate.sp_is_own() as u64
}

/// The bit of SPSR_ELx that says AArch32, which is not here.
const NRW: u64 = 1 << 4;
/// PSTATE.SS in SPSR_ELx.
const SS: u64 = 1 << 21;
/// PSTATE.PAN in SPSR_ELx.
const PAN: u64 = 1 << 22;
/// PSTATE.UAO in SPSR_ELx.
const UAO: u64 = 1 << 23;
/// PSTATE.DIT in SPSR_ELx.
const DIT: u64 = 1 << 24;

/// The bit of PSTATE that makes all instructions illegal, in SPSR_ELx.
const ILLEGAL: u64 = 1 << 20;

/// Sets PSTATE from SPSR_ELx and jumps, as an exception return does; gives where to. A return that is not legal leaves level
/// and stack pointer as they are (D1.11.4).
pub(super) fn leave(hart: &Hart<AArch64>) -> u64 {
    let arch = &hart.arch;
    let from = hart.mode.get();
    let registers = arch.registers.of_level(from);
    let (spsr, to) = (registers.spsr.get(), registers.elr.get());
    let level = (spsr >> 2 & 3) as u8;
    let is_there = level <= from && levels::can_return_to(hart, level);
    let is_legal = spsr & NRW == 0 && is_there && spsr & 2 == 0 && !(level == 0 && spsr & 1 != 0);
    // D2.12.3: a step begins by a return to where it is enabled from where it is not.
    let destination = if is_legal { level } else { from };
    let begins = !debug::is_enabled(hart) && debug::is_enabled_from(hart, destination, spsr >> 6 & Pstate::D != 0);
    arch.debug.ss.set(spsr & SS != 0 && begins && arch.debug.mdscr.get() & debug::mdscr::SS != 0);
    set_nzcv(hart, spsr >> 28);
    arch.pstate.set_daif(spsr >> 6 & 15);
    if arch.has(Feature::PAN) {
        arch.set_pan(hart, spsr & PAN != 0);
    }
    hart.memory.reservations().release(hart.id);
    arch.event.set(true);
    if is_legal {
        arch.pstate.set_illegal(spsr & ILLEGAL != 0);
        arch.pstate.set_uao(arch.has(Feature::UAO) && spsr & UAO != 0);
        arch.pstate.set_dit(arch.has(Feature::DIT) && spsr & DIT != 0);
        arch.enter_level(hart, level, spsr & 1 != 0);
    } else {
        arch.pstate.set_illegal(true);
        mmu::select_spaces(hart);
    }
    to
}

/// The interrupt pins, as ISR_EL1 shows them.
pub(super) fn isr(hart: &Hart<AArch64>) -> u64 {
    let pins = hart.lines.get();
    (pins >> arm::IRQ & 1) << 7 | (pins >> arm::FIQ & 1) << 6
}

/// The interrupt that the hart would take now; of both, FIQ. Before, it sees to what comes from outside at an instruction of
/// somebody else's choosing: what other harts have told it, PSCI's start, and its monitors.
pub fn pending_interrupt(hart: &Hart<AArch64>) -> Option<u64> {
    Broadcast::listen(hart);
    if hart.arch.off.get()
        && let Some(start) = hart.arch.parts.as_ref().and_then(|parts| parts.psci.lock().take_start(hart.id))
    {
        AArch64::start(hart, start);
    }
    Pmu::attend(hart);
    let pins = hart.lines.get();
    let takes = |pin: u32, cause| pins >> pin & 1 != 0 && levels::interrupt_level(hart, cause).is_some();
    if takes(arm::FIQ, interrupt::FIQ) {
        Some(interrupt::FIQ)
    } else if takes(arm::IRQ, interrupt::IRQ) {
        Some(interrupt::IRQ)
    } else {
        None
    }
}

/// Whether a hart that waits goes on: an interrupt, whatever PSTATE masks, or somebody who switches it on.
pub fn wakes(hart: &Hart<AArch64>) -> bool {
    if hart.arch.off.get() {
        return hart.arch.parts.as_ref().is_some_and(|parts| parts.psci.lock().is_started(hart.id));
    }
    hart.lines.get() & (1 << arm::IRQ | 1 << arm::FIQ) != 0
}
