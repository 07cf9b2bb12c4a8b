//! Sets of slots, and which slots belong to whoever runs.

use emu_core::slot::Slot;

/// Why a region was left; see [`crate::exits`]. The slots from here on hold no architectural state.
pub(crate) const WHY: Slot = Slot(240);
/// Address of the table that indirect jumps look their targets up in.
pub(crate) const JUMPS: Slot = Slot(241);
/// The TLB's windows for loads, and their mask; then the same for stores.
pub(crate) const LOOKUP: [Slot; 4] = [Slot(242), Slot(243), Slot(244), Slot(245)];
/// Where what the hart has reserved stands; see [`emu_mem::ReservationPlace`].
pub(crate) const RESERVED: Slot = Slot(246);

/// Byte offset of a slot from the first one.
pub(crate) const fn offset(slot: Slot) -> i32 {
    slot.0 as i32 * 8
}

/// A set of slots.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct SlotSet([u64; 4]);

impl SlotSet {
    /// Adds a slot.
    pub(crate) fn insert(&mut self, slot: Slot) {
        self.0[slot.0 as usize / 64] |= 1 << (slot.0 % 64);
    }

    /// Adds all of `other`; whether that changed anything.
    pub(crate) fn extend(&mut self, other: &SlotSet) -> bool {
        let before = *self;
        self.0.iter_mut().zip(other.0).for_each(|(word, more)| *word |= more);
        *self != before
    }

    /// All of it but these.
    pub(crate) fn without(mut self, slots: impl Iterator<Item = Slot>) -> Self {
        slots.for_each(|slot| self.0[slot.0 as usize / 64] &= !(1 << (slot.0 % 64)));
        self
    }

    /// Drops those that `keep` does not hold for.
    pub(crate) fn retain(&mut self, keep: impl Fn(Slot) -> bool) {
        *self = self.without(self.iter().filter(|&slot| !keep(slot)));
    }

    /// Whether a slot is in it.
    pub(crate) fn contains(&self, slot: Slot) -> bool {
        self.0[slot.0 as usize / 64] >> (slot.0 % 64) & 1 != 0
    }

    /// Its slots in ascending order.
    pub(crate) fn iter(self) -> impl Iterator<Item = Slot> {
        (0..=255).map(Slot).filter(move |&slot| self.contains(slot))
    }
}
