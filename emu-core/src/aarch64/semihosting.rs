//! Recognising a semihosting call ("Semihosting for AArch32 and AArch64" version 3, 3): HLT 0xF000, with the operation in W0 and
//! its argument in X1. What a call does is the environment's business.

use super::mmu;
use super::slots::src;
use super::state::AArch64;
use crate::hart::Hart;
use emu_devices::semihosting::GuestMemory;
use emu_mem::{Access, GuestPhys, GuestVirt, PAGE_SIZE};

/// Who answers calls: number, argument, bytes of a register, and the caller's memory. Gives the result.
pub type Environment = dyn FnMut(u64, u64, u64, &mut dyn GuestMemory) -> u64;

/// The immediate of HLT that makes it a call.
pub(super) const CALL: u16 = 0xf000;

/// Makes the call, if somebody answers: whether it was made.
pub(super) fn call(hart: &Hart<AArch64>, left: usize) -> bool {
    let mut environment = hart.arch.environment.borrow_mut();
    let Some(call) = environment.as_mut() else { return false };
    hart.clock.set(hart.retired_before(left).wrapping_add(hart.time_offset.get()));
    let (x0, x1) = (src(0), src(1));
    let result = call(hart.slots.get(x0), hart.slots.get(x1), 8, &mut Caller { hart });
    hart.slots.set(x0, result);
    true
}

/// A hart's virtual memory with the rights that its data accesses have now.
struct Caller<'h> {
    hart: &'h Hart<AArch64>,
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
            let at = at.wrapping_add(done as u64);
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
