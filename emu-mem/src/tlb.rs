//! The soft TLB of one hart: from a guest virtual address to host memory in a few host instructions. It walks no page
//! tables and decides no permissions; whoever fills it has done both. What it does see to: only whole pages of RAM and
//! ROM enter it, and no ROM and no watched page enters its write tables.
//!
//! There is a direct-mapped table for each kind of access in each of a few contexts. A context is a number whose meaning
//! belongs to the CPU: privilege mode, say. Selecting one costs a store.

use std::cell::Cell;
use std::fmt;

use crate::access::{Access, AmoOp, Unit};
use crate::addr::{GuestPhys, GuestVirt, PAGE_SIZE};
use crate::memory::{Found, Memory};
use crate::ram::{self, Banks};

/// Entries in each table: one for a page.
pub const ENTRIES: usize = ram::ENTRIES;

/// How many contexts there are; their numbers are 0 to 3.
pub const CONTEXTS: usize = ram::CONTEXTS;

/// A hart's translations. All methods take `&self`; it can move to another thread but not be shared by two.
pub struct Tlb {
    memory: Memory,
    banks: Banks,
    /// The physical page of every window, by context, kind and slot. Means nothing where the window is empty.
    phys: Box<[Cell<GuestPhys>]>,
    context: Cell<usize>,
    /// Bit n: something was entered into context n since it was last flushed.
    used: Cell<u32>,
    /// Bit n: context n may hold parts of pages larger than [`PAGE_SIZE`].
    large: Cell<u32>,
    watch_epoch: Cell<u64>,
}

impl Tlb {
    /// An empty TLB for a hart on this memory, in context 0.
    pub fn new(memory: &Memory) -> Self {
        let none = Cell::new(GuestPhys(0));
        Self {
            banks: Banks::new(memory.regions().iter().map(|region| region.ram.clone()).collect()),
            phys: vec![none; CONTEXTS * Access::ALL.len() * ENTRIES].into(),
            context: Cell::new(0),
            used: Cell::new(0),
            large: Cell::new(0),
            watch_epoch: Cell::new(memory.watch_epoch()),
            memory: memory.clone(),
        }
    }

    /// Makes `context` (0 to 3) the one that is looked up and filled from now on.
    #[inline]
    pub fn select(&self, context: usize) {
        debug_assert!(context < CONTEXTS, "context {context}");
        self.context.set(context % CONTEXTS);
        self.banks.select(context);
    }

    /// The selected context.
    #[inline]
    pub fn context(&self) -> usize {
        self.context.get()
    }

    /// Loads; `None` on a miss and where `va` is not a multiple of the width.
    #[inline(always)]
    pub fn read<T: Unit>(&self, va: GuestVirt) -> Option<T> {
        self.banks.read(Access::Read, va.0)
    }

    /// Loads where [`read`](Self::read) would not; `None` on a miss and where the access crosses into another page.
    #[inline]
    pub fn read_unaligned<T: Unit>(&self, va: GuestVirt) -> Option<T> {
        self.banks.read_unaligned(Access::Read, va.0)
    }

    /// Fetches; `None` on a miss and where `va` is not a multiple of the width.
    #[inline(always)]
    pub fn fetch<T: Unit>(&self, va: GuestVirt) -> Option<T> {
        self.banks.read(Access::Fetch, va.0)
    }

    /// Stores; `None`, with nothing stored, on a miss and where `va` is not a multiple of the width.
    #[inline(always)]
    pub fn write<T: Unit>(&self, va: GuestVirt, value: T) -> Option<()> {
        self.banks.write(va.0, value)
    }

    /// Stores where [`write`](Self::write) would not; `None`, with nothing stored, on a miss and where the access
    /// crosses into another page.
    #[inline]
    pub fn write_unaligned<T: Unit>(&self, va: GuestVirt, value: T) -> Option<()> {
        self.banks.write_unaligned(va.0, value)
    }

    /// Atomically applies `op` and returns what was there; `None`, with nothing done, on a miss in the write table and
    /// where `va` is not a multiple of the width.
    #[inline]
    pub fn amo<T: Unit>(&self, va: GuestVirt, op: AmoOp, operand: T) -> Option<T> {
        self.banks.amo(va.0, op, operand)
    }

    /// Atomically stores `new` if `expected` is there, and returns what was there; `None`, with nothing done, on a miss
    /// in the write table and where `va` is not a multiple of the width.
    #[inline]
    pub fn compare_exchange<T: Unit>(&self, va: GuestVirt, expected: T, new: T) -> Option<T> {
        self.banks.compare_exchange(va.0, expected, new)
    }

    /// Where `va` lies in physical memory, if the table of this kind of access has its page.
    #[inline]
    pub fn translate(&self, access: Access, va: GuestVirt) -> Option<GuestPhys> {
        let page = &self.phys[Self::place(self.context.get(), access, va)];
        self.banks.holds(access, va.0).then(|| page.get().wrapping_add(va.page_offset()))
    }

    /// Enters the translation of the page of `va` to that of `at` into the selected context, for one kind of access.
    ///
    /// `leaf_bytes` is the size of the page that the guest's tables map there (at least 4,096; 4,096 with translation
    /// off): a flush of an address in a larger page has to reach all its parts.
    ///
    /// Returns whether it was entered. It is not where the page is no memory, is ROM or watched and the access is a
    /// write; such accesses go over the bus one by one.
    pub fn fill(&self, access: Access, va: GuestVirt, at: GuestPhys, leaf_bytes: u64) -> bool {
        self.refresh();
        let page = at.page();
        let Some(Found { ram, offset, writable }) = self.memory.find(page, PAGE_SIZE) else {
            return false;
        };
        if access == Access::Write && (!writable || self.memory.has_watch(page)) {
            return false;
        }
        let context = self.context.get();
        self.used.update(|used| used | 1 << context);
        if leaf_bytes > PAGE_SIZE {
            self.large.update(|large| large | 1 << context);
        }
        self.phys[Self::place(context, access, va)].set(page);
        self.banks.fill(access, va.0, ram, offset)
    }

    /// Forgets all translations.
    pub fn flush_all(&self) {
        (0..CONTEXTS).for_each(|context| self.flush_context(context));
    }

    /// Forgets the translations of one context. Costs next to nothing where there are none.
    pub fn flush_context(&self, context: usize) {
        let bit = 1 << (context % CONTEXTS);
        if self.used.get() & bit != 0 {
            self.banks.clear(context);
            self.used.update(|used| used & !bit);
            self.large.update(|large| large & !bit);
        }
    }

    /// Forgets the translations of the page that `va` lies in, in all contexts. If that may be a large page, all of the
    /// context goes: which parts of it are here is not known.
    pub fn flush_page(&self, va: GuestVirt) {
        for context in 0..CONTEXTS {
            if self.large.get() & 1 << context != 0 {
                self.flush_context(context);
            } else {
                for access in Access::ALL {
                    self.banks.evict(context, access, va.0);
                }
            }
        }
    }

    /// Drops what must not be here because a watch was added since. To be called before a hart runs on after anybody
    /// else had the machine; costs a load and a comparison where nothing was added.
    #[inline]
    pub fn refresh(&self) {
        let epoch = self.memory.watch_epoch();
        if self.watch_epoch.replace(epoch) != epoch {
            self.flush_all();
        }
    }

    /// Where in `phys` the page of `va` is.
    #[inline]
    fn place(context: usize, access: Access, va: GuestVirt) -> usize {
        (context * Access::ALL.len() + access as usize) * ENTRIES + ram::index(va.0)
    }
}

impl fmt::Debug for Tlb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tlb(context {})", self.context.get())
    }
}

#[cfg(test)]
mod tests;
