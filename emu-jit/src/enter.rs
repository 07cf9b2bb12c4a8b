//! The one call into translated code.
#![allow(unsafe_code, reason = "calls what was compiled; see docs/unsafe.md")]

use emu_core::hart::{Arch, Hart};
use emu_core::slot::Slots;
use emu_mem::{Access, GuestVirt};

use crate::cache::Entry;
use crate::exits::{Why, settle};
use crate::run::{Came, Jit};
use crate::slots::{LOOKUP, RESERVED, WHY};
use crate::timing::Budget;

/// What a region returns.
#[derive(Copy, Clone, Debug)]
#[repr(C)]
struct Return {
    /// What is left of the [`Budget`], but for what [`settle`] adds.
    left: u64,
    /// Where, if the reason says so.
    pc: u64,
}

/// The function that calls regions, as it lies in code memory.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Trampoline(pub(crate) usize);

impl Trampoline {
    /// Runs the region whose code is at `code` from its entry number `entry`, at most `left` instructions.
    ///
    /// # Safety
    /// - `self` is the address of a function made by [`Compiler::trampoline`](crate::translate::Compiler::trampoline), and
    ///   `code` that of one made by [`Compiler::region`](crate::translate::Compiler::region), both in code memory that lives
    ///   and has not been truncated below them since; the same holds for whatever links and the table of indirect jumps lead
    ///   to.
    /// - `slots` belongs to the hart that the region was made for, and its engine slots hold that hart's TLB's lookups, the
    ///   place of its reservation, and a table of indirect jumps that lives.
    /// - What the region's key says holds: above all, that its stretch of open RAM is still mapped and open.
    unsafe fn call(self, code: usize, slots: &Slots, left: u64, entry: u64) -> Return {
        type Function = extern "C" fn(usize, *const Slots, u64, u64) -> Return;
        // SAFETY: by the caller's first promise there is such a function at this address.
        let function = unsafe { std::mem::transmute::<*const (), Function>(std::ptr::with_exposed_provenance(self.0)) };
        function(code, slots, left, entry)
    }
}

impl<A: Arch> Jit<A> {
    /// Runs compiled code, until it comes back and `WHY` says why, but not beyond the retired instruction number `end`.
    /// Where no code was known, it is looked for.
    pub(crate) fn enter(&mut self, hart: &Hart<A>, entry: Entry, end: u64) -> Came {
        let [read, write] = [Access::Read, Access::Write].map(|access| hart.tlb.lookup(access));
        let words = [read.windows, read.mask, write.windows, write.mask];
        for (slot, word) in LOOKUP.into_iter().zip(words) {
            hart.slots.set(slot, word as u64);
        }
        hart.slots.set(RESERVED, hart.memory.reservations().place(hart.id).0 as u64);
        let budget = Budget::of(hart);
        let left = end - hart.retired.get();
        self.lend_calls(hart, left);
        // SAFETY: `cache` holds addresses of `memory` only and is cleared with it. The slots are this hart's, and were
        // just set, those for calls too, which translated code keeps if and only if the interpreter does; the table of jumps is the current context's. The key was found out since anything could change it:
        // only the interpreter runs in between, and it is left at slow rows and traps.
        let returned = unsafe { self.trampoline.call(entry.code, &hart.slots, budget.word(left), entry.entry) };
        let (rest, cycles) = budget.parts(returned.left);
        hart.spend(cycles);
        let (why, rest) = settle(hart.slots.get(WHY), rest);
        hart.slots.set(WHY, why);
        debug_assert!(rest <= left, "a region ran more than it may");
        self.stats.entered += 1;
        self.stats.retired += left - rest;
        self.cache.add_retired(entry.region, left - rest);
        hart.retired.set(end - rest);
        let (why, link) = Why::of(why);
        self.stats.left[why as usize] += 1;
        if why != Why::Unlinked {
            hart.pc.set(A::advance(hart, GuestVirt(returned.pc), 0).0);
            self.take_calls_back(hart);
            return if why == Why::Unknown { Came::To(self.find(hart)) } else { Came::Anywhere };
        }
        self.take_calls_back(hart);
        hart.pc.set(self.cache.target(link));
        let found = self.find(hart);
        if let Some(entry) = found {
            self.cache.link(link, entry);
        }
        Came::To(found)
    }
}
