//! Where instructions went: how often each one ran ([`Tally`]), and along which calls ([`Paths`]).
//!
//! Both are exact, and neither knows names or lines: those are found by whoever shows them.

mod costs;
mod function;
mod paths;

use rustc_hash::FxHashMap;

pub(crate) use costs::Did;
pub use costs::{Costs, Event};
pub use function::Functions;
pub use paths::{Call, Caller, KeptCosts, NO_PARENT, Node, Paths, Shadow, Way};

/// One instruction and how often it ran.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Its virtual address; [`Tally::NOWHERE`] if that was not kept.
    pub pc: u64,
    /// Its encoding; of a short one the lower half is its own.
    pub word: u32,
    /// Its row in the table.
    pub row: u16,
    /// How often it retired.
    pub retired: u64,
    /// How often control went elsewhere from it, if it is a branch. Of jumps not every executor counts that.
    pub taken: u64,
    /// What it cost that does not follow from how often it retired: cycles, where a model counts them one by one. An instruction may have
    /// cost something without having retired.
    pub costs: Costs,
}

impl Tally {
    /// The address of instructions whose addresses were not kept. No instruction lies at an odd one.
    pub const NOWHERE: u64 = u64::MAX;

    /// The same instruction, before it ran.
    pub fn reset(self) -> Self {
        Tally { retired: 0, taken: 0, costs: Costs::default(), ..self }
    }

    /// Adds what another part of the instruction's runs came to.
    pub fn add(&mut self, other: &Tally) {
        self.retired += other.retired;
        self.taken += other.taken;
        self.costs += other.costs;
    }
}

/// What an instruction does to the stack of calls, as far as it alone tells.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Nothing, or it cannot be told: a branch or a jump may be a tail call.
    Other,
    /// Calls.
    Call,
    /// Returns.
    Return,
    /// Returns, and calls from there: a change of coroutines.
    Swap,
    /// Returns from a trap.
    TrapReturn,
}

/// Instructions whose code is gone are told apart up to so many; beyond, by row only.
const MAX_GONE: usize = 1 << 20;

/// Counts of instructions that are not decoded or translated any more, because their memory was overwritten or because
/// there were too many.
#[derive(Clone, Default, Debug)]
pub struct Gone(FxHashMap<(u64, u32), Tally>);

impl Gone {
    /// Adds to what is known of the instruction.
    pub fn add(&mut self, tally: Tally) {
        if tally.retired == 0 && tally.taken == 0 && tally.costs.is_zero() {
            return;
        }
        let room = self.0.len() < MAX_GONE || self.0.contains_key(&(tally.pc, tally.word));
        let tally = if room { tally } else { Tally { pc: Tally::NOWHERE, word: tally.row.into(), ..tally } };
        let known = self.0.entry((tally.pc, tally.word)).or_insert(tally.reset());
        known.add(&tally);
    }

    /// All of them, in no particular order.
    pub fn tallies(&self) -> impl Iterator<Item = Tally> {
        self.0.values().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_adds_up() {
        let mut gone = Gone::default();
        let tally = Tally { pc: 0x100, word: 0x13, row: 7, retired: 3, taken: 1, costs: Costs::default() };
        gone.add(tally);
        gone.add(Tally { retired: 2, ..tally });
        gone.add(Tally { word: 0x93, ..tally });
        gone.add(Tally { pc: 0x200, retired: 0, taken: 0, ..tally });
        let mut all: Vec<_> = gone.tallies().map(|t| (t.pc, t.word, t.retired, t.taken)).collect();
        all.sort_unstable();
        assert_eq!(all, [(0x100, 0x13, 5, 2), (0x100, 0x93, 3, 1)]);
    }

    #[test]
    fn there_is_a_bound_and_nothing_gets_lost() {
        let mut gone = Gone::default();
        let most = MAX_GONE as u64 + 100;
        for pc in 0..most {
            let costs = Costs::default();
            gone.add(Tally { pc: 2 * pc, word: 0x13, row: 7, retired: 1, taken: 0, costs });
        }
        assert!(gone.0.len() <= MAX_GONE + 1);
        assert_eq!(gone.tallies().map(|t| t.retired).sum::<u64>(), most);
    }
}
