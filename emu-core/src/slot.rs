//! Architectural state as numbered 64-bit cells.
//!
//! Both engines know registers only by number: the interpreter indexes an array, the translator keeps one SSA variable
//! a slot. Which register has which number is the business of each instruction set.

use std::cell::Cell;

/// The number of one 64-bit cell of architectural state.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(pub u8);

/// Reads as zero because nothing writes it: what decoders name for x0 and XZR as a source.
pub const ZERO: Slot = Slot(0);

/// Nothing reads it: what decoders name for x0 and XZR as a destination. It holds rubbish.
pub const SINK: Slot = Slot(255);

/// How many slots a hart has. One for each value of a `u8`, so that indexing needs no check.
pub const SLOTS: usize = 256;

/// All slots of one hart. Where they begin in a line of the host's cache is the same whatever else a hart has: the interpreter is faster
/// or slower by it.
#[repr(C, align(64))]
pub struct Slots([Cell<u64>; SLOTS]);

impl Default for Slots {
    fn default() -> Self {
        Slots([const { Cell::new(0) }; SLOTS])
    }
}

impl Slots {
    /// The value of `slot`.
    #[inline(always)]
    pub fn get(&self, slot: Slot) -> u64 {
        self.0[slot.0 as usize].get()
    }

    /// Replaces the value of `slot`.
    #[inline(always)]
    pub fn set(&self, slot: Slot, value: u64) {
        debug_assert!(slot != ZERO, "the decoder names SINK, never ZERO, as a destination");
        self.0[slot.0 as usize].set(value);
    }
}
