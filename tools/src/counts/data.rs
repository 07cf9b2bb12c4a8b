//! What a machine did to memory: how deep its stacks went, how its accesses were aligned, which pages had them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use emu_core::hart::Arch;
use emu_core::machine::Machine;
use emu_core::observe::{Accesses, Stack};

/// Of one machine or, after resets, of several in turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Data {
    /// The deepest stack of each hart that has set its stack pointer.
    pub(crate) stacks: BTreeMap<usize, Stack>,
    /// Loads by their size in bytes.
    pub(crate) loads: BTreeMap<u64, Accesses>,
    /// Stores by their size in bytes.
    pub(crate) stores: BTreeMap<u64, Accesses>,
    /// Virtual pages, by number.
    pub(crate) pages: BTreeSet<u64>,
}

impl Data {
    /// What the machine has done up to now. `None` unless its executors look.
    pub(crate) fn of<A: Arch>(machine: &Machine<A>) -> Option<Self> {
        let mut sum = Data::default();
        for hart in 0..machine.harts().len() {
            let observer = machine.observed(hart)?;
            let by_size = |accesses: &[Accesses]| {
                let some = accesses.iter().enumerate().filter(|&(_, accesses)| *accesses != Accesses::default());
                some.map(|(size, &accesses)| (1 << size, accesses)).collect()
            };
            sum += &Data {
                stacks: observer.stack().map(|stack| (hart, stack)).into_iter().collect(),
                loads: by_size(observer.loads()),
                stores: by_size(observer.stores()),
                pages: observer.pages().collect(),
            };
        }
        Some(sum)
    }

    /// Bytes of the deepest stack.
    pub(crate) fn stack_bytes(&self) -> u64 {
        self.stacks.values().map(|stack| stack.bytes()).max().unwrap_or(0)
    }
}

/// Another machine has gone on, or another hart.
impl AddAssign<&Data> for Data {
    fn add_assign(&mut self, other: &Data) {
        for (&hart, &stack) in &other.stacks {
            let known = self.stacks.entry(hart).or_insert(stack);
            if stack.bytes() > known.bytes() {
                *known = stack;
            }
        }
        for (sums, more) in [(&mut self.loads, &other.loads), (&mut self.stores, &other.stores)] {
            for (&bytes, accesses) in more {
                let sum: &mut Accesses = sums.entry(bytes).or_default();
                sum.aligned += accesses.aligned;
                sum.misaligned += accesses.misaligned;
            }
        }
        self.pages.extend(&other.pages);
    }
}
