//! Sets of slots, what slots are known to hold, and which slots belong to whoever runs.

use emu_core::slot::{SLOTS, Slot};

use crate::value::Form;

/// The shadow stack's frame that runs; see [`crate::calls`]. The slots from here on hold no architectural state.
pub(crate) const TOP: Slot = Slot(224);
/// The last frame that there is room for.
pub(crate) const LAST: Slot = Slot(225);
/// What is counted of calls.
pub(crate) const LINKS: Slot = Slot(226);
/// What has been spent on the stack: instructions, as if those that may still run had; then each kind of instruction.
pub(crate) const SPENT: [Slot; 5] = [Slot(227), Slot(228), Slot(229), Slot(230), Slot(231)];
/// The instruction from which control went somewhere that has to be told.
pub(crate) const SITE: Slot = Slot(232);
/// Why a region was left; see [`crate::exits`].
pub(crate) const WHY: Slot = Slot(240);
/// Address of the table that indirect jumps look their targets up in.
pub(crate) const JUMPS: Slot = Slot(241);
/// The TLB's windows for loads, and their mask; then the same for stores.
pub(crate) const LOOKUP: [Slot; 4] = [Slot(242), Slot(243), Slot(244), Slot(245)];
/// Where what the hart has reserved stands; see [`emu_mem::ReservationPlace`].
pub(crate) const RESERVED: Slot = Slot(246);

/// How many instructions may still run, and the next one's address, on the way out to the interpreter.
pub(crate) const LEFT: Slot = Slot(247);
pub(crate) const AT: Slot = Slot(248);

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
    pub(crate) fn without(mut self, others: SlotSet) -> Self {
        self.0.iter_mut().zip(others.0).for_each(|(word, others)| *word &= !others);
        self
    }

    /// What is in `others` as well.
    pub(crate) fn and(self, others: SlotSet) -> Self {
        self.without(self.without(others))
    }

    /// Whether a slot is in it.
    pub(crate) fn contains(&self, slot: Slot) -> bool {
        self.0[slot.0 as usize / 64] >> (slot.0 % 64) & 1 != 0
    }

    /// Its slots in ascending order.
    pub(crate) fn iter(self) -> impl Iterator<Item = Slot> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let word = rest.iter().position(|&word| word != 0)?;
            let bit = rest[word].trailing_zeros();
            rest[word] &= rest[word] - 1;
            Some(Slot((word as u32 * 64 + bit) as u8))
        })
    }
}

impl FromIterator<Slot> for SlotSet {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> Self {
        let mut set = SlotSet::default();
        slots.into_iter().for_each(|slot| set.insert(slot));
        set
    }
}

/// What slots are known to hold.
pub(crate) struct Holds {
    known: SlotSet,
    /// Of slots that are known.
    forms: [Form; SLOTS],
}

impl Holds {
    /// With nothing known.
    pub(crate) fn new() -> Self {
        Holds { known: SlotSet::default(), forms: [Form::Const(0); SLOTS] }
    }

    /// What a slot holds, if that is known.
    pub(crate) fn get(&self, slot: Slot) -> Option<Form> {
        self.known.contains(slot).then(|| self.forms[slot.0 as usize])
    }

    /// A slot holds this.
    pub(crate) fn set(&mut self, slot: Slot, form: Form) {
        self.known.insert(slot);
        self.forms[slot.0 as usize] = form;
    }

    /// Nothing is known any more.
    pub(crate) fn forget(&mut self) {
        self.known = SlotSet::default();
    }
}
