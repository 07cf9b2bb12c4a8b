//! Recognising a semihosting call ("RISC-V Semihosting" 0.4, 2): EBREAK between two shifts of x0 that do nothing. What a
//! call does is the environment's business.

use super::cause;
use super::mmu;
use super::slots::src;
use super::state::Riscv;
use crate::hart::Hart;
use crate::trap::{Stop, Trap};
use emu_devices::semihosting::GuestMemory;
use emu_mem::{Access, GuestPhys, GuestVirt, PAGE_SIZE};

/// Who answers calls: number, argument, bytes of a register, and the caller's memory. Gives the result.
pub type Environment = dyn FnMut(u64, u64, u64, &mut dyn GuestMemory) -> u64;

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

/// A hart's virtual memory with the rights that its data accesses have now.
struct Caller<'h> {
    hart: &'h Hart<Riscv>,
}

impl Caller<'_> {
    /// Calls `each` with the physical address of every stretch that lies in one page, and which bytes it is.
    fn stretches(
        &self,
        at: u64,
        bytes: usize,
        access: Access,
        mut each: impl FnMut(GuestPhys, std::ops::Range<usize>) -> bool,
    ) -> bool {
        let mut done = 0;
        while done < bytes {
            let at = self.hart.arch.wrap(at.wrapping_add(done as u64));
            let stretch = (bytes - done).min((PAGE_SIZE - (at & (PAGE_SIZE - 1))) as usize);
            let Ok(found) = mmu::translate(self.hart, GuestVirt(at), access, stretch as u64) else { return false };
            if !each(found.phys, done..done + stretch) {
                return false;
            }
            done += stretch;
        }
        true
    }
}

impl GuestMemory for Caller<'_> {
    fn read(&mut self, at: u64, into: &mut [u8]) -> bool {
        let bytes = into.len();
        self.stretches(at, bytes, Access::Read, |phys, range| {
            self.hart.memory.read_bytes(phys, &mut into[range]).is_ok()
        })
    }

    fn write(&mut self, at: u64, from: &[u8]) -> bool {
        self.stretches(at, from.len(), Access::Write, |phys, range| {
            self.hart.memory.write_bytes(phys, &from[range]).is_ok()
        })
    }
}
