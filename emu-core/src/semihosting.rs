//! What semihosting calls of all instruction sets share: who answers, and the caller's memory. What makes an instruction a
//! call is theirs; what a call does is the environment's business.

use std::ops::Range;

use emu_devices::semihosting::GuestMemory;
use emu_mem::{Access, GuestPhys, GuestVirt, PAGE_SIZE};

use crate::hart::{Arch, Hart};

/// Who answers calls: number, argument, bytes of a register, and the caller's memory. Gives the result.
pub type Environment = dyn FnMut(u64, u64, u64, &mut dyn GuestMemory) -> u64;

/// A hart's virtual memory with the rights that its data accesses have now.
pub(crate) struct Caller<'h, A: Arch> {
    pub(crate) hart: &'h Hart<A>,
}

impl<A: Arch> Caller<'_, A> {
    /// Calls `each` with the physical address of every stretch that lies in one page, and which bytes it is.
    fn stretches(
        &self,
        at: u64,
        bytes: usize,
        access: Access,
        mut each: impl FnMut(GuestPhys, Range<usize>) -> bool,
    ) -> bool {
        let mut done = 0;
        while done < bytes {
            let at = A::advance(self.hart, GuestVirt(at), done as u64);
            let stretch = (bytes - done).min((PAGE_SIZE - (at.0 & (PAGE_SIZE - 1))) as usize);
            let Ok(found) = A::translate(self.hart, at, access, stretch as u64) else { return false };
            if !each(found.phys, done..done + stretch) {
                return false;
            }
            done += stretch;
        }
        true
    }
}

impl<A: Arch> GuestMemory for Caller<'_, A> {
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
