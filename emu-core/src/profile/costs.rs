//! What instructions cost beside how often they ran: cycles, accesses, branches. A vector of counts, by event.

use std::ops::{AddAssign, Index, IndexMut, Sub, SubAssign};

use crate::hart::Arch;
use crate::isa::{Kind, Touches};
use crate::profile::Turn;

/// Something that is counted.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Event {
    /// An instruction retired.
    Instructions,
    /// A modelled cycle.
    Cycles,
    /// An instruction that loads retired.
    Loads,
    /// An instruction that stores retired.
    Stores,
    /// A conditional branch retired.
    Branches,
    /// A jump to where a register says retired, and it was no return.
    IndirectJumps,
    /// An instruction was not in the first cache.
    FetchMisses,
    /// What was loaded was not in the first cache.
    LoadMisses,
    /// What was stored was not in the first cache.
    StoreMisses,
    /// An instruction was not in the last cache either.
    LastFetchMisses,
    /// What was loaded was not in the last cache either.
    LastLoadMisses,
    /// What was stored was not in the last cache either.
    LastStoreMisses,
    /// A conditional branch was predicted wrongly.
    WrongBranches,
    /// An indirect jump was predicted wrongly.
    WrongJumps,
}

/// How often each event has occurred.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Costs([u64; Costs::EVENTS]);

impl Costs {
    /// How many events there are.
    pub const EVENTS: usize = Event::WrongJumps as usize + 1;

    /// Instructions, and nothing else.
    pub fn instructions(n: u64) -> Self {
        let mut costs = Costs::default();
        costs[Event::Instructions] = n;
        costs
    }

    /// Whether nothing has occurred.
    pub fn is_zero(&self) -> bool {
        *self == Costs::default()
    }

    /// Counts an event once more if it has occurred.
    pub(crate) fn count(&mut self, event: Event, occurred: bool) {
        self[event] += u64::from(occurred);
    }

    /// Adds what a row of the table does each time it retires, `times` times.
    pub fn add<A: Arch>(&mut self, row: u16, turn: Turn, times: u64) {
        let did = Did::of::<A>(row, turn);
        self[Event::Instructions] += times;
        for (event, n) in Did::EVENTS.into_iter().zip(did.0) {
            self[event] += times * u64::from(n);
        }
    }
}

impl Index<Event> for Costs {
    type Output = u64;

    fn index(&self, event: Event) -> &u64 {
        &self.0[event as usize]
    }
}

impl IndexMut<Event> for Costs {
    fn index_mut(&mut self, event: Event) -> &mut u64 {
        &mut self.0[event as usize]
    }
}

impl AddAssign for Costs {
    fn add_assign(&mut self, other: Costs) {
        for (sum, n) in self.0.iter_mut().zip(other.0) {
            *sum += n;
        }
    }
}

impl SubAssign for Costs {
    fn sub_assign(&mut self, other: Costs) {
        *self = *self - other;
    }
}

impl From<[u64; Costs::EVENTS]> for Costs {
    fn from(counts: [u64; Costs::EVENTS]) -> Self {
        Costs(counts)
    }
}

impl From<Costs> for [u64; Costs::EVENTS] {
    fn from(costs: Costs) -> Self {
        costs.0
    }
}

impl Sub for Costs {
    type Output = Costs;

    fn sub(self, other: Costs) -> Costs {
        Costs(std::array::from_fn(|n| self.0[n].wrapping_sub(other.0[n])))
    }
}

/// What some instructions of a block do each time they retire: loads, stores, branches, indirect jumps. Small, as decoded instructions
/// carry it.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Did([u8; 4]);

impl Did {
    const EVENTS: [Event; 4] = [Event::Loads, Event::Stores, Event::Branches, Event::IndirectJumps];

    /// What one instruction does.
    pub(crate) fn of<A: Arch>(row: u16, turn: Turn) -> Self {
        let (touches, kind) = A::row(row.into());
        Did([
            matches!(touches, Touches::Loads | Touches::Both),
            matches!(touches, Touches::Stores | Touches::Both),
            kind == Kind::Branch,
            A::jumps_to_register(row) && turn != Turn::Return,
        ]
        .map(u8::from))
    }

    /// What these do, and then another one. A block is too short for any sum not to fit.
    pub(crate) fn and(self, other: Did) -> Self {
        Did(std::array::from_fn(|n| self.0[n].saturating_add(other.0[n])))
    }

    /// Adds it once; the instructions themselves are counted otherwise.
    #[inline]
    pub(crate) fn add_to(self, costs: &mut Costs) {
        for (event, n) in Did::EVENTS.into_iter().zip(self.0) {
            costs[event] += u64::from(n);
        }
    }
}
