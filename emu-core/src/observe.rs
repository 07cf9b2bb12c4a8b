//! What is seen of a hart's instructions one by one, where somebody asks for that: how deep its stack went, how its accesses to
//! memory were aligned, which pages had them; what caches ([`cache`]) would have missed, and branches a predictor ([`predictor`]) would have
//! foretold wrongly. Only the interpreter looks, in a loop of its own (`interp/timed.rs`), so that runs without it
//! pay nothing.

pub mod cache;
pub mod predictor;

use crate::hart::MemoryRecord;
use crate::profile::{Costs, Event};
use cache::{Caches, Shapes};
use emu_mem::PAGE_SIZE;
use predictor::{Predictor, Scheme};
use rustc_hash::FxHashSet;

/// Pages that are told apart at most; others are not counted. (A guest can give one page of memory any number of addresses.)
pub const MAX_PAGES: usize = 1 << 20;

/// Sizes of accesses that are told apart: 1, 2, 4, 8 and 16 bytes and more.
pub const SIZES: usize = 5;

/// Accesses of one size.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Accesses {
    /// At multiples of their size.
    pub aligned: u64,
    /// At other addresses.
    pub misaligned: u64,
}

/// How far a stack has gone down. A stack pointer counts if the next instruction leaves it as it is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Stack {
    /// The first stack pointer that counts and is not 0.
    pub first: u64,
    /// The lowest such one.
    pub lowest: u64,
}

impl Stack {
    /// Bytes from the lowest stack pointer to the first one.
    pub fn bytes(self) -> u64 {
        self.first - self.lowest
    }
}

/// What is looked at beside the stack and accesses.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// Caches, and their shapes.
    pub caches: Option<Shapes>,
    /// Branches, and how they are predicted.
    pub predictor: Option<Scheme>,
}

/// What an instruction does to the flow of control, as predictors see it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Turns {
    /// A conditional branch.
    Branch {
        /// Whether its target is not above it.
        goes_back: bool,
        /// Whether it was taken.
        taken: bool,
    },
    /// A jump to where a register says that is no return.
    Jump,
    /// Whatever need not be predicted.
    Otherwise,
}

/// An instruction that has retired.
#[derive(Copy, Clone, Debug)]
pub struct Seen<'s> {
    /// Its address.
    pub pc: u64,
    /// Its length.
    pub bytes: u64,
    /// What it does to the flow of control.
    pub turns: Turns,
    /// The address of the next one.
    pub next: u64,
    /// The stack pointer that it has left.
    pub stack_pointer: u64,
    /// Whether it is one that loads or stores, as opposed to one that does something to caches.
    pub touches: bool,
    /// Its accesses.
    pub accesses: &'s [MemoryRecord],
}

/// What was seen of one hart.
#[derive(Clone, Default, Debug)]
pub struct Observer {
    options: Options,
    caches: Option<Caches>,
    predictor: Option<Predictor>,
    /// Misses and wrong predictions.
    costs: Costs,
    stack: Option<Stack>,
    stack_pointer: u64,
    /// Loads and stores, by the base-two logarithm of their bytes.
    accesses: [[Accesses; SIZES]; 2],
    pages: FxHashSet<u64>,
    /// The page that was seen last, with a bit that no page's number has.
    last: u64,
}

impl Observer {
    /// One that has seen nothing.
    pub fn new(options: Options) -> Self {
        let (caches, predictor) = (options.caches.map(Caches::new), options.predictor.map(Predictor::new));
        Observer { options, caches, predictor, ..Observer::default() }
    }

    /// An instruction has retired. Gives what it has cost in misses and wrong predictions.
    pub fn retired(&mut self, seen: &Seen<'_>) -> Costs {
        let mut costs = Costs::default();
        if let Some(caches) = &mut self.caches {
            let miss = caches.fetch(seen.pc, seen.bytes);
            costs.count(Event::FetchMisses, miss.first);
            costs.count(Event::LastFetchMisses, miss.last);
            for access in seen.accesses {
                let miss = caches.access(access.at, access.bytes);
                let (first, last) = match access.stored {
                    Some(_) => (Event::StoreMisses, Event::LastStoreMisses),
                    None => (Event::LoadMisses, Event::LastLoadMisses),
                };
                costs.count(first, miss.first);
                costs.count(last, miss.last);
            }
        }
        if let Some(predictor) = &mut self.predictor {
            match seen.turns {
                Turns::Branch { goes_back, taken } => {
                    costs.count(Event::WrongBranches, predictor.branch(seen.pc, goes_back, taken));
                }
                Turns::Jump => costs.count(Event::WrongJumps, predictor.jump(seen.pc, seen.next)),
                Turns::Otherwise => {}
            }
        }
        self.costs += costs;
        self.look_at_data(seen);
        costs
    }

    fn look_at_data(&mut self, &Seen { stack_pointer, touches, accesses, .. }: &Seen<'_>) {
        // An address that is put together in two instructions is no stack pointer after the first.
        let holds = std::mem::replace(&mut self.stack_pointer, stack_pointer) == stack_pointer;
        if holds && stack_pointer != 0 {
            let stack = self.stack.get_or_insert(Stack { first: stack_pointer, lowest: stack_pointer });
            stack.lowest = stack.lowest.min(stack_pointer);
        }
        for access in accesses {
            self.touch(access.at);
            self.touch(access.at.wrapping_add(access.bytes - 1));
            if touches {
                let size = (access.bytes.trailing_zeros() as usize).min(SIZES - 1);
                let known = &mut self.accesses[usize::from(access.stored.is_some())][size];
                let is_aligned = access.at & (access.bytes - 1) == 0;
                *(if is_aligned { &mut known.aligned } else { &mut known.misaligned }) += 1;
            }
        }
    }

    fn touch(&mut self, at: u64) {
        let page = at / PAGE_SIZE;
        // Most accesses go where the one before them went.
        if self.last != page | 1 << 63 {
            self.last = page | 1 << 63;
            if self.pages.len() < MAX_PAGES {
                self.pages.insert(page);
            }
        }
    }

    /// What is looked at beside the stack and accesses.
    pub fn options(&self) -> Options {
        self.options
    }

    /// Misses and wrong predictions.
    pub fn costs(&self) -> Costs {
        self.costs
    }

    /// The stack; `None` if the stack pointer was never set.
    pub fn stack(&self) -> Option<Stack> {
        self.stack
    }

    /// Loads by the base-two logarithm of their bytes.
    pub fn loads(&self) -> &[Accesses; SIZES] {
        &self.accesses[0]
    }

    /// Stores by the base-two logarithm of their bytes.
    pub fn stores(&self) -> &[Accesses; SIZES] {
        &self.accesses[1]
    }

    /// The virtual pages that were accessed, by address divided by [`PAGE_SIZE`], in no particular order.
    pub fn pages(&self) -> impl Iterator<Item = u64> {
        self.pages.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(at: u64, bytes: u64, is_store: bool) -> MemoryRecord {
        MemoryRecord { at, bytes, stored: is_store.then_some(0) }
    }

    fn see(observer: &mut Observer, stack_pointer: u64, touches: bool, accesses: &[MemoryRecord]) {
        let turns = Turns::Otherwise;
        let costs = observer.retired(&Seen { pc: 0, bytes: 4, turns, next: 4, stack_pointer, touches, accesses });
        assert!(costs.is_zero(), "nobody asked");
    }

    #[test]
    fn the_stack_begins_where_it_is_set() {
        let mut observer = Observer::default();
        // An instruction that sets it, and one that leaves it.
        let mut after = |sp| {
            see(&mut observer, sp, false, &[]);
            see(&mut observer, sp, false, &[]);
            observer.stack()
        };
        assert_eq!(after(0), None);
        assert_eq!(after(0x1000).map(Stack::bytes), Some(0));
        assert_eq!(after(0xff0).map(Stack::bytes), Some(16));
        assert_eq!(after(0x2000).map(Stack::bytes), Some(16), "another stack above");
        assert_eq!(after(0), Some(Stack { first: 0x1000, lowest: 0xff0 }));
        see(&mut observer, 0x800, false, &[]);
        see(&mut observer, 0x1234, false, &[]);
        assert_eq!(observer.stack().map(|stack| stack.lowest), Some(0xff0), "in between");
    }

    #[test]
    fn accesses_are_told_apart() {
        let mut observer = Observer::default();
        see(&mut observer, 0, true, &[access(0x1000, 8, false), access(0x1ffc, 8, false), access(0x3001, 1, false)]);
        see(&mut observer, 0, true, &[access(0x1002, 4, true), access(0x1002, 2, true), access(0x1000, 16, true)]);
        see(&mut observer, 0, false, &[access(0x8000, 1, true)]);
        let counts = |of: &[Accesses; SIZES]| of.map(|accesses| (accesses.aligned, accesses.misaligned));
        assert_eq!(counts(observer.loads()), [(1, 0), (0, 0), (0, 0), (1, 1), (0, 0)]);
        assert_eq!(counts(observer.stores()), [(0, 0), (1, 0), (0, 1), (0, 0), (1, 0)]);
        let mut pages: Vec<u64> = observer.pages().collect();
        pages.sort_unstable();
        assert_eq!(pages, [1, 2, 3, 8]);
    }

    #[test]
    fn there_is_a_bound() {
        let mut observer = Observer::default();
        for page in 0..MAX_PAGES as u64 + 10 {
            see(&mut observer, 0, true, &[access(page * PAGE_SIZE, 1, false)]);
        }
        assert_eq!(observer.pages().count(), MAX_PAGES);
    }
}
