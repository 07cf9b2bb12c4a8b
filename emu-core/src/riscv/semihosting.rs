//! Recognising a semihosting call ("RISC-V Semihosting" 0.4, 2): EBREAK between two shifts of x0 that do nothing.

use super::cause;
use super::mmu;
use super::slots::src;
use super::state::Riscv;
use crate::hart::Hart;
use crate::semihosting::Caller;
use crate::trap::{Stop, Trap};
use emu_mem::{Access, GuestVirt, PAGE_SIZE};

/// SLLI x0, x0, 0x1f: not compressed.
const BEFORE: u32 = 0x01f0_1013;
/// SRAI x0, x0, 7.
const AFTER: u32 = 0x4070_5013;

/// Whether the EBREAK at `pc` is a call. All three instructions must be on one page; the specification asks for that so
/// that looking at them cannot fault.
fn is_call(hart: &Hart<Riscv>, pc: u64) -> bool {
    let offset = pc & (PAGE_SIZE - 1);
    if !(4..=PAGE_SIZE - 8).contains(&offset) {
        return false;
    }
    let word = |at: u64| {
        let phys = mmu::translate(hart, GuestVirt(at), Access::Fetch, 4).ok()?.phys;
        hart.memory.read::<u32>(phys).ok()
    };
    word(pc - 4) == Some(BEFORE) && word(pc + 4) == Some(AFTER)
}

/// EBREAK at `pc`: makes the call if it is one and somebody answers, and raises a breakpoint otherwise.
///
/// # Errors
/// The breakpoint.
pub(super) fn ebreak(hart: &Hart<Riscv>, pc: u64, left: usize) -> Result<(), Stop> {
    let mut environment = hart.arch.environment.borrow_mut();
    match environment.as_mut() {
        Some(call) if is_call(hart, pc) => {
            let (a0, a1) = (src(10), src(11));
            hart.clock.set(super::csr::Cx::inside(hart, left).time());
            let bytes = hart.arch.isa.xlen as u64 / 8;
            let result = call(hart.slots.get(a0), hart.slots.get(a1), bytes, &mut Caller { hart });
            hart.slots.set(a0, hart.arch.wrap(result));
            Ok(())
        }
        _ => Err(hart.trapped(Trap { cause: cause::BREAKPOINT, tval: pc })),
    }
}
