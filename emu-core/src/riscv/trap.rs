//! Exceptions and interrupts: which is taken, where, and what is remembered (privileged manual 3.1.6 to 3.1.9, 12.1.1 to
//! 12.1.3). Returning from them is in `system.rs`.

use super::cause::interrupt;
use super::csr::status::{MPP, Status};
use super::csr::{Cx, interrupt::pending};
use super::state::{Riscv, mode};
use crate::hart::Hart;
use crate::trap::{Taken, Trap};
use std::cell::Cell;

/// Codes below this are counted one by one.
pub const CODES: usize = 20;

/// After so many traps without an instruction between them nothing will change any more: each handler's first instruction
/// traps. A chain that ends goes from U to S to M at most.
const STUCK: u32 = 16;

/// Traps taken, by code.
#[derive(Default, Debug)]
pub struct Tally {
    /// Exceptions.
    pub exceptions: [Cell<u64>; CODES],
    /// Interrupts.
    pub interrupts: [Cell<u64>; CODES],
    /// Instructions retired when the last trap came, and how many traps came then.
    last: Cell<(u64, u32)>,
    /// The first of these.
    first: Cell<Taken>,
}

impl Tally {
    /// Whether the hart traps for ever: `hart.trap` is why, `hart.pc` is the handler that never begins.
    pub fn is_stuck(&self) -> bool {
        self.last.get().1 >= STUCK
    }

    /// The last trap that came after an instruction: what led to all since.
    pub fn first(&self) -> Taken {
        self.first.get()
    }

    fn note(&self, hart: &Hart<Riscv>, trap: Trap, is_interrupt: bool) {
        let ((at, traps), retired) = (self.last.get(), hart.retired.get());
        let follows = at == retired && traps > 0;
        if !follows {
            self.first.set(Taken { pc: hart.arch.wrap(hart.pc.get()), trap, is_interrupt });
        }
        self.last.set((retired, if follows { traps + 1 } else { 1 }));
    }
}

/// Enters the handler of an exception raised by the instruction at `pc`.
pub fn take_trap(hart: &Hart<Riscv>, trap: Trap) {
    hart.trap.set(trap);
    let tally = &hart.arch.tally;
    tally.note(hart, trap, false);
    if let Some(count) = tally.exceptions.get(trap.cause as usize) {
        count.set(count.get() + 1);
    }
    enter(hart, trap.cause, false, trap.tval, hart.arch.registers.medeleg.get());
}

/// Enters the handler of an interrupt before the instruction at `pc`.
pub fn take_interrupt(hart: &Hart<Riscv>, code: u64) {
    hart.waiting.set(false);
    hart.interrupts.set(hart.interrupts.get() + 1);
    hart.arch.tally.note(hart, Trap { cause: code, tval: 0 }, true);
    if let Some(count) = hart.arch.tally.interrupts.get(code as usize) {
        count.set(count.get() + 1);
    }
    enter(hart, code, true, 0, hart.arch.registers.mideleg.get());
}

/// 3.1.6.1: the mode is stacked in xPP, the enable in xPIE. Traps never go to a less privileged mode.
fn enter(hart: &Hart<Riscv>, code: u64, is_interrupt: bool, tval: u64, delegated: u64) {
    hart.traps.set(hart.traps.get() + 1);
    let (arch, from) = (&hart.arch, hart.mode.get());
    let registers = &arch.registers;
    let cause = code | (is_interrupt as u64) << (arch.isa.xlen - 1);
    let (epc, tval) = (arch.wrap(hart.pc.get()), arch.wrap(tval));
    let status = registers.mstatus.get();
    let to = if from <= mode::S && delegated >> (code & 63) & 1 != 0 { mode::S } else { mode::M };
    let (vector, status) = if to == mode::S {
        registers.sepc.set(epc);
        registers.scause.set(cause);
        registers.stval.set(tval);
        let status = moved(status, Status::SIE, Status::SPIE) & !Status::SPP.bits();
        (registers.stvec.get(), status | if from == mode::S { Status::SPP.bits() } else { 0 })
    } else {
        registers.mepc.set(epc);
        registers.mcause.set(cause);
        registers.mtval.set(tval);
        let status = moved(status, Status::MIE, Status::MPIE) & !(3 << MPP);
        (registers.mtvec.get(), status | (from as u64) << MPP)
    };
    // 3.1.7: only interrupts are vectored.
    let offset = if is_interrupt && vector & 1 != 0 { 4 * code } else { 0 };
    hart.pc.set(arch.wrap((vector & !1).wrapping_add(offset)));
    arch.set_status(hart, status);
    arch.set_mode(hart, to);
}

/// `status` with the enable moved to its previous one, and cleared.
fn moved(status: u64, enable: Status, previous: Status) -> u64 {
    let without = status & !(enable | previous).bits();
    if status & enable.bits() != 0 { without | previous.bits() } else { without }
}

/// The order of 3.1.9, from first to last.
const PRIORITY: [u64; 6] =
    [interrupt::MEI, interrupt::MSI, interrupt::MTI, interrupt::SEI, interrupt::SSI, interrupt::STI];

/// The interrupt that the hart would take now.
pub fn pending_interrupt(hart: &Hart<Riscv>) -> Option<u64> {
    let registers = &hart.arch.registers;
    let enabled = registers.mie.get();
    if enabled == 0 {
        return None;
    }
    let ready = pending(&Cx::between(hart)) & enabled;
    if ready == 0 {
        return None;
    }
    let (now, delegated) = (hart.mode.get(), registers.mideleg.get());
    let machine = now < mode::M || registers.status(Status::MIE);
    let supervisor = now < mode::S || now == mode::S && registers.status(Status::SIE);
    let first = |set: u64| PRIORITY.into_iter().find(|code| set >> code & 1 != 0);
    let for_machine = if machine { first(ready & !delegated) } else { None };
    for_machine.or_else(|| if supervisor { first(ready & delegated) } else { None })
}

/// 3.3.3: WFI ends when an interrupt is pending and enabled in `mie`, whatever `mstatus` says.
pub fn wakes(hart: &Hart<Riscv>) -> bool {
    pending(&Cx::between(hart)) & hart.arch.registers.mie.get() != 0
}

#[cfg(test)]
mod tests;
