//! The soft TLB of one hart: from a guest virtual address to host memory in a few host instructions. It walks no page
//! tables and decides no permissions; whoever fills it has done both. What it does see to: only whole pages of RAM and
//! ROM enter it, and no ROM and no watched page enters its write tables.
//!
//! Translations are kept by [`Space`]: whatever they depend on beside the address. Going back to a space that was left finds
//! what it had, so neither a change of mode nor one of address space flushes anything. There are at most [`MAX_SPACES`]; then
//! the one that was not selected for longest goes.
//!
//! A miss is looked for among the translations that others have pushed out and those made ahead of their use, before
//! anybody walks ([`Tlb::recall`]).

mod fetch;
mod leaves;
mod stream;

use std::cell::{Cell, RefCell};
use std::fmt;

use self::fetch::Fetches;
use self::leaves::Leaves;
use self::stream::Stream;
use crate::access::{Access, AmoOp, Unit};
use crate::addr::{GuestPhys, GuestVirt, PAGE_SIZE};
use crate::memory::{Found, Memory};
use crate::ram::Tables;

pub use crate::ram::{Counts, Lookup};

/// As many pages are made ready for a [stream](Tlb::stream) at most.
pub const STREAM_PAGES: usize = 8;

/// How many spaces are kept, for data and for fetches each.
pub const MAX_SPACES: usize = 32;

/// What a translation depends on beside the address and the kind of access. The meaning of the numbers is the CPU's: two
/// spaces must be equal only if they translate everything alike until the next flush.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Space {
    /// The page tables: where they are, and the address space's number if it has one.
    pub root: u64,
    /// The rights that accesses have: privilege mode and the like.
    pub rights: u64,
}

/// A space that has a slot in the tables.
struct Context {
    space: Space,
    /// The number of the selection that chose it last.
    selected: u64,
    /// Whether anything was entered since it was last emptied.
    used: bool,
    /// The pages larger than [`PAGE_SIZE`] that parts were entered of.
    large: Leaves,
}

/// A hart's translations. All methods take `&self`; it can move to another thread but not be shared by two.
pub struct Tlb {
    memory: Memory,
    tables: Tables,
    /// By slot.
    contexts: RefCell<Vec<Context>>,
    space: Cell<Space>,
    selections: Cell<u64>,
    fetches: Fetches,
    streams: [Stream; 2],
    ahead: Cell<bool>,
    rights_epoch: Cell<u64>,
}

impl Tlb {
    /// An empty TLB for a hart on this memory.
    pub fn new(memory: &Memory) -> Self {
        let nowhere = Context { space: Space::default(), selected: 0, used: false, large: Leaves::default() };
        Self {
            tables: Tables::new(memory.regions().iter().map(|region| region.ram.clone()).collect()),
            contexts: RefCell::new(vec![nowhere]),
            space: Cell::default(),
            selections: Cell::new(0),
            fetches: Fetches::new(),
            streams: Default::default(),
            ahead: Cell::new(true),
            rights_epoch: Cell::new(memory.rights_epoch()),
            memory: memory.clone(),
        }
    }

    /// Makes these the spaces that data and instructions are looked up in and entered into from now on.
    #[inline]
    pub fn select(&self, data: Space, fetch: Space) {
        if self.space.get() != data {
            self.select_data(data);
        }
        self.fetches.select(fetch);
    }

    fn select_data(&self, space: Space) {
        self.space.set(space);
        self.selections.set(self.selections.get() + 1);
        let mut contexts = self.contexts.borrow_mut();
        let slot = contexts.iter().position(|context| context.space == space).unwrap_or_else(|| {
            // One that holds nothing is as good as a new one.
            let current = self.tables.selected();
            let free = contexts.iter().position(|context| !context.used).filter(|&slot| slot != current);
            let slot = free.unwrap_or_else(|| {
                if contexts.len() < MAX_SPACES {
                    contexts.push(Context { space, selected: 0, used: false, large: Leaves::default() });
                    return self.tables.add_slot();
                }
                let oldest = contexts.iter().enumerate().min_by_key(|(_, context)| context.selected);
                oldest.map_or(0, |(slot, _)| slot)
            });
            self.empty(slot, &mut contexts[slot]);
            contexts[slot].space = space;
            slot
        });
        contexts[slot].selected = self.selections.get();
        self.tables.select(slot);
    }

    fn empty(&self, slot: usize, context: &mut Context) {
        if std::mem::take(&mut context.used) {
            self.tables.clear(slot);
            context.large.clear();
        }
    }

    /// The space that data is looked up in.
    #[inline]
    pub fn space(&self) -> Space {
        self.space.get()
    }

    /// A number that stands for what fetching means now: the space of fetches, and what was flushed and changed in it. What
    /// was found out by fetching under a number holds whenever this number is back.
    #[inline(always)]
    pub fn epoch(&self) -> u64 {
        self.fetches.epoch()
    }

    /// Code may have changed: no epoch of the past comes back.
    pub fn code_changed(&self) {
        self.fetches.renew(|_| true);
    }

    /// Whether [`read`](Self::read) and [`write`](Self::write) also do accesses that are not aligned, if they stay in their
    /// page. Not before this has been called, as to some CPUs they are exceptions.
    pub fn allow_unaligned(&self, allowed: bool) {
        self.tables.allow_unaligned(allowed);
    }

    /// Loads; `None` on a miss, and where `va` is not a multiple of the width, unless
    /// [allowed](Self::allow_unaligned): then it may load or not.
    #[inline(always)]
    pub fn read<T: Unit>(&self, va: GuestVirt) -> Option<T> {
        self.tables.read(va.0)
    }

    /// Loads where [`read`](Self::read) would not; `None` on a miss and where the access crosses into another page.
    #[inline]
    pub fn read_unaligned<T: Unit>(&self, va: GuestVirt) -> Option<T> {
        self.tables.read_unaligned(va.0)
    }

    /// Stores as [`read`](Self::read) loads; `None` with nothing stored.
    #[inline(always)]
    pub fn write<T: Unit>(&self, va: GuestVirt, value: T) -> Option<()> {
        self.tables.write(va.0, value)
    }

    /// Stores where [`write`](Self::write) would not; `None`, with nothing stored, on a miss and where the access
    /// crosses into another page.
    #[inline]
    pub fn write_unaligned<T: Unit>(&self, va: GuestVirt, value: T) -> Option<()> {
        self.tables.write_unaligned(va.0, value)
    }

    /// Loads two units side by side, the lower one first; `None` on a miss, where they lie in two pages, and where `va` is not a
    /// multiple of the width, unless [allowed](Self::allow_unaligned).
    #[inline(always)]
    pub fn read_pair<T: Unit>(&self, va: GuestVirt) -> Option<[T; 2]> {
        self.tables.read_pair(va.0)
    }

    /// Stores as [`read_pair`](Self::read_pair) loads; `None` with nothing stored.
    #[inline(always)]
    pub fn write_pair<T: Unit>(&self, va: GuestVirt, pair: [T; 2]) -> Option<()> {
        self.tables.write_pair(va.0, pair)
    }

    /// Atomically applies `op` and returns what was there; `None`, with nothing done, on a miss in the write table and
    /// where `va` is not a multiple of the width.
    #[inline]
    pub fn amo<T: Unit>(&self, va: GuestVirt, op: AmoOp, operand: T) -> Option<T> {
        self.tables.amo(va.0, op, operand)
    }

    /// Atomically stores `new` if `expected` is there, and returns what was there; `None`, with nothing done, on a miss
    /// in the write table and where `va` is not a multiple of the width.
    #[inline]
    pub fn compare_exchange<T: Unit>(&self, va: GuestVirt, expected: T, new: T) -> Option<T> {
        self.tables.compare_exchange(va.0, expected, new)
    }

    /// Where `va` lies in physical memory, if its page is here for this kind of access.
    pub fn translate(&self, access: Access, va: GuestVirt) -> Option<GuestPhys> {
        if access == Access::Fetch {
            return self.fetches.place(va);
        }
        let (region, offset) = self.tables.place(access, va.0)?;
        Some(self.memory.regions()[region].range.first.wrapping_add(offset))
    }

    /// Enters the translation of the page of `va` to that of `at` into the selected space, for one kind of access.
    ///
    /// `leaf_bytes` is the size of the page that the guest's tables map there (at least 4,096; 4,096 with translation
    /// off): a flush of an address in a larger page has to reach all its parts.
    ///
    /// Returns whether it was entered. It is not where the page is no memory, is ROM or watched and the access is a
    /// write; such accesses go over the bus one by one.
    pub fn fill(&self, access: Access, va: GuestVirt, at: GuestPhys, leaf_bytes: u64) -> bool {
        self.refresh();
        let found = self.enterable(access, at.page());
        if access == Access::Fetch {
            self.fetches.fill(va, at, leaf_bytes, found.is_some());
            return found.is_some();
        }
        let Some(Found { ram, offset, .. }) = found else { return false };
        if access == Access::Write {
            self.memory.about_to_write(at.page(), PAGE_SIZE);
        }
        let context = &mut self.contexts.borrow_mut()[self.tables.selected()];
        context.used = true;
        if leaf_bytes > PAGE_SIZE {
            context.large.add(va, leaf_bytes);
        }
        self.tables.fill(access, va.0, ram, offset)
    }

    /// A page that may be entered.
    fn enterable(&self, access: Access, page: GuestPhys) -> Option<Found<'_>> {
        let found = self.memory.find(page, PAGE_SIZE)?;
        let refused = access == Access::Write && (!found.writable || self.memory.has_watch(page));
        (!refused).then_some(found)
    }

    /// After a miss: brings back the page of `va` if it is at hand without a walk. Whether it was.
    #[inline]
    pub fn recall(&self, access: Access, va: GuestVirt) -> bool {
        let found = self.tables.recall(access, va.0);
        if found {
            // What was made ahead of its use has not been told of.
            if access == Access::Write && self.memory.is_logging() {
                let at = self.translate(access, va).expect("it was just found");
                self.memory.about_to_write(at.page(), PAGE_SIZE);
            }
            self.missed(access, va);
        }
        found
    }

    /// Notes a miss. If the last ones were evenly spaced by a few pages: how many pages apart, so that whoever walks can
    /// [make ready](Self::stream) what is likely next.
    pub fn missed(&self, access: Access, va: GuestVirt) -> Option<i64> {
        let stride = self.streams.get(access as usize)?.missed(va);
        stride.filter(|_| self.ahead.get())
    }

    /// Keeps the translation of a page that is likely to be wanted soon. It must be what a walk would find now, without
    /// having changed anything.
    pub fn prefetch(&self, access: Access, va: GuestVirt, at: GuestPhys) {
        if let Some(Found { ram, offset, .. }) = self.enterable(access, at.page()) {
            self.contexts.borrow_mut()[self.tables.selected()].used = true;
            self.tables.prefetch(access, va.0, ram, offset);
        }
    }

    /// Makes ready the pages that a stream which has just missed will want, in its order, as [`prefetch`](Self::prefetch) does
    /// one. All but the last are entered at once if there is room: the stream passes them without a miss. The last is the one
    /// whose miss tells that it has.
    pub fn stream(&self, access: Access, pages: impl IntoIterator<Item = (GuestVirt, GuestPhys)>) {
        // A page in a write table is taken to be written, so where writes are noted, none may be there before it is.
        let at_once = access != Access::Write || !self.memory.is_logging();
        let ready = pages.into_iter().filter_map(|(va, at)| Some((va, self.enterable(access, at.page())?)));
        let mut last: Option<(GuestVirt, Found<'_>)> = None;
        let mut covered = 0;
        for next in ready.take(STREAM_PAGES) {
            match last.replace(next) {
                None => self.tables.begin_stream(access),
                Some((va, Found { ram, offset, .. })) if at_once => {
                    self.tables.enter_ahead(access, va.0, ram, offset);
                    covered += 1;
                }
                Some((va, Found { ram, offset, .. })) => self.tables.prefetch(access, va.0, ram, offset),
            }
        }
        let Some((va, Found { ram, offset, .. })) = last else { return };
        self.contexts.borrow_mut()[self.tables.selected()].used = true;
        self.tables.end_stream(access, va.0, ram, offset);
        if let Some(stream) = self.streams.get(access as usize) {
            stream.covered(covered);
        }
    }

    /// Whether [`missed`](Self::missed) asks for translations ahead of their use, as it does unless told not to. Guests
    /// cannot see it.
    pub fn set_prefetch(&self, on: bool) {
        self.ahead.set(on);
    }

    /// Forgets all translations.
    pub fn flush_all(&self) {
        self.flush(|_| true);
    }

    /// Forgets the translations of some spaces. Costs next to nothing where there are none.
    pub fn flush(&self, which: impl Fn(Space) -> bool) {
        self.flush_data(&which);
        self.fetches.renew(which);
    }

    /// As [`flush`](Self::flush), but what was found of instructions stays.
    fn flush_data(&self, which: impl Fn(Space) -> bool) {
        for (slot, context) in self.contexts.borrow_mut().iter_mut().enumerate() {
            if context.used && which(context.space) {
                self.empty(slot, context);
            }
        }
    }

    /// Forgets the translations of the page that `va` lies in, in some spaces. If that is part of a large page, all parts.
    pub fn flush_page(&self, va: GuestVirt, which: impl Fn(Space) -> bool) {
        for (slot, context) in self.contexts.borrow_mut().iter_mut().enumerate() {
            if !context.used || !which(context.space) {
                continue;
            }
            match context.large.around(va) {
                Ok((first, last)) => self.tables.evict(slot, first, last),
                Err(leaves::TooMany) => self.empty(slot, context),
            }
        }
        self.fetches.renew_page(va, which);
    }

    /// Drops what must not be here any more: because a watch was added, or because a snapshot or a log of writes wants to
    /// know of the next write to each page. To be called before a hart runs on after anybody else had the machine; costs
    /// a load and a comparison where nothing happened.
    #[inline]
    pub fn refresh(&self) {
        let epoch = self.memory.rights_epoch();
        if self.rights_epoch.replace(epoch) != epoch {
            self.flush_data(|_| true);
        }
    }

    /// Where generated code finds the table for loads or for stores of the selected space.
    pub fn lookup(&self, access: Access) -> Lookup {
        self.tables.lookup(access)
    }

    /// Counts a translation that is nowhere at hand, so that somebody has to find it out.
    pub fn walked(&self, access: Access) {
        self.tables.walked(access);
    }

    /// What was done outside the hot path.
    pub fn counts(&self) -> Counts {
        self.tables.counts()
    }
}

impl fmt::Debug for Tlb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tlb({:?})", self.space.get())
    }
}

#[cfg(test)]
mod tests;
