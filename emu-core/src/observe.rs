//! What is seen of a hart's instructions one by one, where somebody asks for that: how deep its stack went, how its accesses to
//! memory were aligned, which pages had them. Only the interpreter looks, in a loop of its own (`interp/timed.rs`), so that runs without it
//! pay nothing.

use crate::hart::MemoryRecord;
use emu_mem::PAGE_SIZE;
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

/// What was seen of one hart.
#[derive(Clone, Default, Debug)]
pub struct Observer {
    stack: Option<Stack>,
    stack_pointer: u64,
    /// Loads and stores, by the base-two logarithm of their bytes.
    accesses: [[Accesses; SIZES]; 2],
    pages: FxHashSet<u64>,
    /// The page that was seen last, with a bit that no page's number has.
    last: u64,
}

impl Observer {
    /// An instruction has retired. The stack pointer is what it has left; `touches` says whether it is one that loads or stores, as
    /// opposed to one that does something to caches.
    pub fn retired(&mut self, stack_pointer: u64, touches: bool, accesses: &[MemoryRecord]) {
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

    #[test]
    fn the_stack_begins_where_it_is_set() {
        let mut observer = Observer::default();
        // An instruction that sets it, and one that leaves it.
        let mut see = |sp| {
            observer.retired(sp, false, &[]);
            observer.retired(sp, false, &[]);
            observer.stack()
        };
        assert_eq!(see(0), None);
        assert_eq!(see(0x1000).map(Stack::bytes), Some(0));
        assert_eq!(see(0xff0).map(Stack::bytes), Some(16));
        assert_eq!(see(0x2000).map(Stack::bytes), Some(16), "another stack above");
        assert_eq!(see(0), Some(Stack { first: 0x1000, lowest: 0xff0 }));
        observer.retired(0x800, false, &[]);
        observer.retired(0x1234, false, &[]);
        assert_eq!(observer.stack().map(|stack| stack.lowest), Some(0xff0), "in between");
    }

    #[test]
    fn accesses_are_told_apart() {
        let mut observer = Observer::default();
        observer.retired(0, true, &[access(0x1000, 8, false), access(0x1ffc, 8, false), access(0x3001, 1, false)]);
        observer.retired(0, true, &[access(0x1002, 4, true), access(0x1002, 2, true), access(0x1000, 16, true)]);
        observer.retired(0, false, &[access(0x8000, 1, true)]);
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
            observer.retired(0, true, &[access(page * PAGE_SIZE, 1, false)]);
        }
        assert_eq!(observer.pages().count(), MAX_PAGES);
    }
}
