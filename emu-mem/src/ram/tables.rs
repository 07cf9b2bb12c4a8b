//! The tables of a TLB: from a guest page to host memory. Whether an address may be in them is `tlb`'s business; that a hit
//! stays inside live memory is assured here.
//!
//! A *slot* holds the tables of one context: one for loads, one for stores. One slot is selected; its tables' places stand in
//! [`Tables::selected`], so that a lookup is (x86-64: and, imul, shr, and, cmp)
//!
//! ```text
//! tag    = va & (PAGE_MASK | width - 1)
//! window = selected.windows + (tag * MIX >> SHIFT & selected.mask)
//! hit    = window.tag == tag;  host address = window.addend + va
//! ```
#![allow(unsafe_code, reason = "part of `ram`; see docs/unsafe.md")]

use std::cell::{Cell, RefCell};
use std::hint::{assert_unchecked, cold_path};
use std::ops::AddAssign;
use std::ptr::{self, NonNull};

use super::Ram;
use super::raw::{load_at, store_at, unknown};
use crate::access::{Access, AmoOp, Unit, Width};
use crate::addr::{PAGE_MASK, PAGE_SHIFT, PAGE_SIZE};
use crate::pool::{LocalPool, Pool, Recycle};

/// log2 of the sizes that a table may have, in windows.
const SIZES_LOG2: [u32; 5] = [6, 8, 10, 12, 14];
/// Kinds of access that have a table: loads and stores.
const KINDS: usize = 2;
/// Translations that were pushed out of a table and are kept for a while.
const VICTIMS: usize = 8;
/// Idle windows of each size that are kept for the next table that changes to it.
const SPARE: usize = 4;
/// Translations that were made ahead of their use.
const AHEAD: usize = 8;
/// log2 of the size of a [`Window`].
const WINDOW_SHIFT: u32 = 4;
/// The tag of nothing, beside the windows that are looked up. A masked address always has zeros in bits 3 to 11.
const EMPTY: u64 = u64::MAX;
/// The index of page n is n + n/2^6 + n/2^12 + n/2^18: pages that follow each other have windows that do, and arrays a power
/// of two apart do not collide. The sum is the middle of a product, which is one instruction.
const MIX: u64 = 1 << 18 | 1 << 12 | 1 << 6 | 1;
/// Brings the product's middle down, as a byte offset.
const SHIFT: u32 = PAGE_SHIFT + 18 - WINDOW_SHIFT;

/// A TLB entry: one guest page and where it is in the host. 16 bytes, laid out for generated code: the tag (the page's
/// virtual address), then what turns a virtual address of that page into a host address by addition.
#[repr(C, align(16))]
pub(super) struct Window {
    tag: Cell<u64>,
    addend: Cell<*mut u8>,
}

const _: () = assert!(size_of::<Window>() == 1 << WINDOW_SHIFT);

impl Window {
    const fn empty() -> Self {
        Self { tag: Cell::new(EMPTY), addend: Cell::new(ptr::null_mut()) }
    }

    fn copy(&self, from: &Window) {
        self.tag.set(from.tag.get());
        self.addend.set(from.addend.get());
    }

    fn is_live(&self) -> bool {
        self.tag.get() != EMPTY
    }
}

/// The tag of an empty window: a page that is looked up in another one, so that no address that is looked up here lies in it.
/// Page 0 is looked up in window 0, whatever low bits are left in the tag, and page 1 in window 1.
const fn vacant(index: usize) -> u64 {
    if index == 0 { PAGE_SIZE } else { 0 }
}

const _: () = assert!(offset(7, !15) == 0 && offset(PAGE_SIZE | 7, !15) == 1 << WINDOW_SHIFT);

/// A table's windows: as many as a power of two.
pub(super) struct Windows(Box<[Window]>);

impl Windows {
    fn mask(&self) -> usize {
        (self.0.len() - 1) << WINDOW_SHIFT
    }

    fn index(&self, tag: u64) -> usize {
        offset(tag, self.mask()) >> WINDOW_SHIFT
    }

    fn of(&self, tag: u64) -> &Window {
        &self.0[self.index(tag)]
    }

    /// Those that hold something, and where they are.
    fn live(&self) -> impl Iterator<Item = (usize, &Window)> {
        self.0.iter().enumerate().filter(|(index, window)| window.tag.get() != vacant(*index))
    }

    fn clear(&self) {
        self.0.iter().enumerate().for_each(|(index, window)| window.tag.set(vacant(index)));
    }
}

/// Makes the windows of one size.
struct Size(u32);

impl Recycle for Size {
    type Item = Windows;
    fn make(&self) -> Windows {
        let windows = Windows((0..1 << self.0).map(|_| Window::empty()).collect());
        windows.clear();
        windows
    }
    fn clean(&self, windows: &mut Windows) {
        windows.clear();
    }
}

/// The byte offset of the window for a page in a table with this mask.
#[inline(always)]
pub(super) const fn offset(tag: u64, mask: usize) -> usize {
    (tag.wrapping_mul(MIX) >> SHIFT) as usize & mask
}

/// What generated code needs to look pages up in the selected table for one kind of access: as long as nothing but such code
/// uses the TLB, these values hold.
///
/// ```text
/// tag    = va & (PAGE_MASK | bytes - 1)
/// window = windows + (tag * MIX >> SHIFT & mask)
/// hit    = [window + TAG] == tag;  host address = [window + ADDEND] + va
/// ```
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Lookup {
    /// Host address of the windows.
    pub windows: usize,
    /// Their number less one, as a byte offset.
    pub mask: usize,
}

impl Lookup {
    /// See the type.
    pub const MIX: u64 = MIX;
    /// See the type.
    pub const SHIFT: u32 = SHIFT;
    /// Byte offset of a window's tag.
    pub const TAG: usize = std::mem::offset_of!(Window, tag);
    /// Byte offset of a window's addend.
    pub const ADDEND: usize = std::mem::offset_of!(Window, addend);
}

/// The bit of a page in [`Table::aside`]: the top of a product with the golden ratio, so that pages at any distance differ.
const fn aside_bit(tag: u64) -> u64 {
    1 << ((tag >> PAGE_SHIFT).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}

/// One context's table for one kind of access, and what surrounds it.
struct Table {
    windows: Windows,
    /// Which of [`SIZES_LOG2`] it has.
    size: usize,
    victims: [Window; VICTIMS],
    next_victim: Cell<usize>,
    ahead: [Window; AHEAD],
    next_ahead: Cell<usize>,
    /// How many translations the last stream entered at once, and the page behind them: whoever misses that has passed them.
    entered: Cell<u32>,
    end: Cell<u64>,
    /// The [bits](aside_bit) of pages that may be among the victims or those made ahead. Most misses need look no further.
    aside: Cell<u64>,
    /// How many were put there since `aside` was last exact.
    put_aside: Cell<u32>,
    /// Entries made since it was last emptied.
    filled: Cell<u32>,
    /// Of these, how many pushed out another since the size was last changed.
    conflicts: Cell<u32>,
    /// How often in a row it was emptied with hardly anything in it.
    idle: Cell<u32>,
}

impl Table {
    fn new(pool: &LocalPool<Size>) -> Self {
        Self {
            windows: pool.take(),
            size: 0,
            victims: [const { Window::empty() }; VICTIMS],
            next_victim: Cell::new(0),
            ahead: [const { Window::empty() }; AHEAD],
            next_ahead: Cell::new(0),
            entered: Cell::new(0),
            end: Cell::new(EMPTY),
            aside: Cell::new(0),
            put_aside: Cell::new(0),
            filled: Cell::new(0),
            conflicts: Cell::new(0),
            idle: Cell::new(0),
        }
    }

    /// Whether something may be kept of a page beside the windows.
    fn may_be_aside(&self, tag: u64) -> bool {
        self.aside.get() & aside_bit(tag) != 0
    }

    /// Forgets what is kept of a page beside the windows.
    fn drop_aside(&self, tag: u64) {
        if self.may_be_aside(tag) {
            let kept = self.victims.iter().chain(&self.ahead).filter(|window| window.tag.get() == tag);
            kept.for_each(|window| window.tag.set(EMPTY));
        }
    }

    /// Notes that something is now kept of a page beside the windows.
    fn note_aside(&self, tag: u64) {
        self.aside.set(self.aside.get() | aside_bit(tag));
        self.put_aside.set(self.put_aside.get() + 1);
        if self.put_aside.get() as usize >= VICTIMS + AHEAD {
            self.put_aside.set(0);
            let kept = self.victims.iter().chain(&self.ahead).filter(|window| window.is_live());
            self.aside.set(kept.fold(0, |bits, window| bits | aside_bit(window.tag.get())));
        }
    }

    /// Puts a window in; what was there goes to the victims.
    fn install(&self, tag: u64, addend: *mut u8) {
        let index = self.windows.index(tag);
        let window = &self.windows.0[index];
        let before = window.tag.get();
        if before != tag && before != vacant(index) {
            let at = self.next_victim.get();
            self.victims[at].copy(window);
            self.note_aside(before);
            self.next_victim.set((at + 1) % VICTIMS);
            self.conflicts.set(self.conflicts.get() + 1);
        }
        window.tag.set(tag);
        window.addend.set(addend);
        self.filled.set(self.filled.get() + 1);
    }

    /// Whether it would do better with more windows: as many were pushed out as half of it holds.
    fn wants_more(&self) -> bool {
        self.size + 1 < SIZES_LOG2.len() && self.conflicts.get() as usize * 2 > self.windows.0.len()
    }

    /// Drops the windows on pages from `first` to `last`.
    fn evict(&self, first: u64, last: u64) {
        let is_inside = |window: &Window| (first..=last).contains(&window.tag.get());
        for window in self.victims.iter().chain(&self.ahead).filter(|window| is_inside(window) && window.is_live()) {
            window.tag.set(EMPTY);
        }
        if (last - first) >> PAGE_SHIFT < self.windows.0.len() as u64 / 4 {
            for tag in (0..=(last - first) >> PAGE_SHIFT).map(|page| first + (page << PAGE_SHIFT)) {
                let index = self.windows.index(tag);
                if self.windows.0[index].tag.get() == tag {
                    self.windows.0[index].tag.set(vacant(index));
                }
            }
        } else {
            let inside = self.windows.live().filter(|(_, window)| is_inside(window));
            inside.for_each(|(index, window)| window.tag.set(vacant(index)));
        }
    }

    fn clear(&self) {
        let sparse = (self.filled.get() as usize) < self.windows.0.len() / 8;
        self.idle.set(if sparse { self.idle.get() + 1 } else { 0 });
        if self.filled.get() != 0 {
            self.windows.clear();
            self.victims.iter().for_each(|window| window.tag.set(EMPTY));
        }
        self.ahead.iter().for_each(|window| window.tag.set(EMPTY));
        self.end.set(EMPTY);
        self.aside.set(0);
        self.put_aside.set(0);
        self.filled.set(0);
        self.conflicts.set(0);
    }
}

/// The selected slot's table for one kind of access: both parts in one line of the host's cache. With one in the next, loops that load
/// bytes took 1.09 of the time.
#[repr(C, align(16))]
#[derive(Copy, Clone)]
struct Selected {
    windows: NonNull<Window>,
    mask: usize,
}

/// What was done outside the hot path; hits are not counted, as that would take time.
#[derive(Copy, Clone, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Translations of data that had to be found out: by a walk or, with translation off, from the memory map.
    pub walks: u64,
    /// The same for fetches.
    pub fetch_walks: u64,
    /// Translations entered because they were needed.
    pub fills: u64,
    /// Translations found among those that others had pushed out.
    pub recalled: u64,
    /// Translations made ahead of their use.
    pub prefetched: u64,
    /// Of these, how many were fetched from beside the table by a miss.
    pub prefetched_used: u64,
    /// Of these, how many were in the table when a stream passed: it went on to the last page that was made with them.
    pub streamed: u64,
    /// How often a table grew or shrank.
    pub resized: u64,
}

impl Counts {
    /// How often data was looked for in vain.
    pub fn misses(&self) -> u64 {
        self.walks + self.recalled + self.prefetched_used
    }

    /// How many translations made ahead have not been used, as far as is known.
    pub fn in_vain(&self) -> u64 {
        self.prefetched - self.prefetched_used - self.streamed
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        let Self { walks, fetch_walks, fills, recalled, prefetched, prefetched_used, streamed, resized } = other;
        self.walks += walks;
        self.fetch_walks += fetch_walks;
        self.fills += fills;
        self.recalled += recalled;
        self.prefetched += prefetched;
        self.prefetched_used += prefetched_used;
        self.streamed += streamed;
        self.resized += resized;
    }
}

/// The tables of a TLB, with one slot selected.
pub(crate) struct Tables {
    selected: [Cell<Selected>; KINDS],
    /// By width: how far from a page's first byte a unit may begin that is not aligned; below this. 0 where such accesses
    /// are not to be done.
    room: [Cell<u64>; Width::ALL.len()],
    slot: Cell<usize>,
    slots: RefCell<Vec<[Table; KINDS]>>,
    pools: [LocalPool<Size>; SIZES_LOG2.len()],
    keep: Vec<Ram>,
    counts: Cell<Counts>,
}

// SAFETY: what the pointers in `selected` point to is owned by `slots`, and `keep` may go to another thread, as `Ram` is
// `Send`. Not `Sync`: the cells.
unsafe impl Send for Tables {}

impl Tables {
    /// One slot with empty tables for windows into `keep`; it is selected.
    pub(crate) fn new(keep: Vec<Ram>) -> Self {
        let pools = SIZES_LOG2.map(|log2| LocalPool::new(Size(log2), SPARE));
        let slots = vec![[Table::new(&pools[0]), Table::new(&pools[0])]];
        let nothing = Selected { windows: NonNull::dangling(), mask: 0 };
        let tables = Self {
            selected: std::array::from_fn(|_| Cell::new(nothing)),
            room: Default::default(),
            slot: Cell::new(0),
            slots: RefCell::new(slots),
            pools,
            keep,
            counts: Cell::default(),
        };
        tables.select(0);
        tables
    }

    /// Adds an empty slot and returns its number.
    pub(crate) fn add_slot(&self) -> usize {
        let new = {
            let mut slots = self.slots.borrow_mut();
            slots.push([Table::new(&self.pools[0]), Table::new(&self.pools[0])]);
            slots.len() - 1
        };
        // The tables' heads may have moved, not the windows. Still, one rule is easier to check than two.
        self.select(self.slot.get());
        new
    }

    /// Makes the tables of `slot` those that are looked up.
    ///
    /// This alone writes `selected`, and whatever changes the windows of a slot calls it afterwards (R4).
    pub(crate) fn select(&self, slot: usize) {
        let slots = self.slots.borrow();
        for (selected, table) in self.selected.iter().zip(&slots[slot]) {
            let windows = NonNull::from_ref(&*table.windows.0).cast();
            selected.set(Selected { windows, mask: table.windows.mask() });
        }
        self.slot.set(slot);
    }

    /// Whether [`read`](Self::read) and [`write`](Self::write) do accesses that are not aligned, in one page. At first they do
    /// not.
    pub(crate) fn allow_unaligned(&self, allowed: bool) {
        for (room, width) in self.room.iter().zip(Width::ALL) {
            room.set(if allowed { PAGE_SIZE - width.bytes() + 1 } else { 0 });
        }
    }

    /// The selected slot.
    pub(crate) fn selected(&self) -> usize {
        self.slot.get()
    }

    /// Where generated code finds the selected table.
    pub(crate) fn lookup(&self, access: Access) -> Lookup {
        let Selected { windows, mask } = self.selected[access as usize % KINDS].get();
        Lookup { windows: windows.as_ptr().expose_provenance(), mask }
    }

    /// What was done since the beginning.
    pub(crate) fn counts(&self) -> Counts {
        self.counts.get()
    }

    /// Counts a translation that has to be found out.
    pub(crate) fn walked(&self, access: Access) {
        let is_fetch = access == Access::Fetch;
        self.count(|counts| *(if is_fetch { &mut counts.fetch_walks } else { &mut counts.walks }) += 1);
    }

    fn count(&self, f: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        f(&mut counts);
        self.counts.set(counts);
    }

    /// The window of the selected table that the page with this tag is in if it is in any.
    #[inline(always)]
    fn window(&self, access: Access, tag: u64) -> &Window {
        let Selected { windows, mask } = self.selected[access as usize % KINDS].get();
        // SAFETY: by R4 `windows` points to as many windows as `mask` has room for, alive as long as `self` is not changed
        // through `select`; shared references only, and none outlives the access that made it.
        unsafe { windows.byte_add(offset(tag, mask)).as_ref() }
    }

    /// The host address of the `T` at `va`, if its page is here and the access is aligned.
    ///
    /// One comparison sees to both: the tag has no low bits, so an address that has some within `T`'s alignment
    /// cannot equal it.
    #[inline(always)]
    fn aligned<T: Unit>(&self, access: Access, va: u64) -> Option<*mut u8> {
        Some(self.aligned_addend::<T>(access, va)?.wrapping_add(va as usize))
    }

    /// The same less `va`.
    #[inline(always)]
    fn aligned_addend<T: Unit>(&self, access: Access, va: u64) -> Option<*mut u8> {
        let tag = va & (PAGE_MASK | (T::BYTES - 1));
        let window = self.window(access, tag);
        (window.tag.get() == tag).then(|| window.addend.get())
    }

    /// The same for a `T` that is not aligned, after `aligned_addend` has missed, if such accesses are to be done.
    ///
    /// It looks at the same window. That is the page's but for one page in six hundred, where the low bits of the tag carry
    /// into the index: there the access is a miss, and `inside` finds it. An empty window's page is none that is looked up
    /// in it ([`vacant`]), so no address is near it.
    #[inline(always)]
    fn unaligned_addend<T: Unit>(&self, access: Access, va: u64) -> Option<*mut u8> {
        let Selected { windows, mask } = self.selected[access as usize % KINDS].get();
        // The usual way should not keep in registers what is wanted here.
        let at = unknown(offset(va & (PAGE_MASK | (T::BYTES - 1)), mask));
        // SAFETY: as in `window`.
        let window = unsafe { windows.byte_add(at).as_ref() };
        let room = self.room[T::WIDTH as usize].get();
        (T::BYTES > 1 && va.wrapping_sub(window.tag.get()) < room).then(|| window.addend.get())
    }

    /// What added to `va` gives the host address of two `T`s, if their page is here, both are in it, and `va` is aligned or such
    /// accesses are to be done.
    #[inline(always)]
    fn pair_addend<T: Unit>(&self, access: Access, va: u64) -> Option<*mut u8> {
        // An empty window's page is none that is looked up in it ([`vacant`]), so no address is near it.
        let window = self.window(access, va & PAGE_MASK);
        let inside = va.wrapping_sub(window.tag.get()) <= PAGE_SIZE - 2 * T::BYTES;
        if !inside || (va & (T::BYTES - 1) != 0 && self.room[T::WIDTH as usize].get() == 0) {
            cold_path();
            return None;
        }
        Some(window.addend.get())
    }

    /// The host address of the `T` at `va`, if its page is here and all of it in that page.
    #[inline(always)]
    fn inside<T: Unit>(&self, access: Access, va: u64) -> Option<*mut u8> {
        let tag = va & PAGE_MASK;
        let window = self.window(access, tag);
        if window.tag.get() != tag || (va & !PAGE_MASK) + T::BYTES > PAGE_SIZE {
            return None;
        }
        Some(window.addend.get().wrapping_add(va as usize))
    }

    /// Which of the RAMs given to [`new`](Self::new) `va` lies in, and how far into it, if its page is here.
    pub(crate) fn place(&self, access: Access, va: u64) -> Option<(usize, u64)> {
        let p = self.inside::<u8>(access, va)?;
        self.keep.iter().enumerate().find_map(|(n, ram)| Some((n, ram.offset_of(p)?)))
    }

    /// Reads; `None` unless the page is here and `va` aligned, or the unit inside the page and such accesses
    /// [allowed](Self::allow_unaligned).
    #[inline(always)]
    pub(crate) fn read<T: Unit>(&self, va: u64) -> Option<T> {
        let value = if let Some(addend) = self.aligned_addend::<T>(Access::Read, va) {
            // SAFETY: by R3 the page of a hit is in live memory; an aligned unit lies in one page.
            unsafe { load_at::<T>(addend, va as usize) }
        } else {
            cold_path();
            let addend = self.unaligned_addend::<T>(Access::Read, va)?;
            // SAFETY: by R3 all bytes are in live memory.
            unsafe { load_at::<T>(addend, va as usize) }
        };
        // SAFETY: both have put zeros above the unit. Said behind both, it saves those who widen it an instruction.
        unsafe { assert_unchecked(value <= u64::MAX >> (64 - 8 * T::BYTES)) };
        Some(T::from_u64(value))
    }

    /// Reads; `None` unless the page is here and all bytes are in it.
    #[inline]
    pub(crate) fn read_unaligned<T: Unit>(&self, va: u64) -> Option<T> {
        let p = self.inside::<T>(Access::Read, va)?;
        // SAFETY: by R3 all bytes are in live memory.
        Some(T::from_u64(unsafe { load_at::<T>(p, 0) }))
    }

    /// Writes as [`read`](Self::read) reads; `None` with nothing written.
    #[inline(always)]
    pub(crate) fn write<T: Unit>(&self, va: u64, value: T) -> Option<()> {
        if let Some(p) = self.aligned::<T>(Access::Write, va) {
            // SAFETY: as in `read`.
            unsafe { T::store(p, value) };
            return Some(());
        }
        cold_path();
        let addend = self.unaligned_addend::<T>(Access::Write, va)?;
        // SAFETY: as in `read`.
        unsafe { store_at(addend, va as usize, value) };
        Some(())
    }

    /// Writes; `None`, with nothing written, unless the page is here and all bytes are in it.
    #[inline]
    pub(crate) fn write_unaligned<T: Unit>(&self, va: u64, value: T) -> Option<()> {
        let p = self.inside::<T>(Access::Write, va)?;
        // SAFETY: as in `read_unaligned`.
        unsafe { store_at(p, 0, value) };
        Some(())
    }

    /// Reads two units side by side; `None` unless the page is here, both are in it, and `va` is aligned or such accesses
    /// [allowed](Self::allow_unaligned).
    #[inline(always)]
    pub(crate) fn read_pair<T: Unit>(&self, va: u64) -> Option<[T; 2]> {
        let addend = self.pair_addend::<T>(Access::Read, va)?;
        // SAFETY: by R3 all bytes are in live memory.
        Some([va, va + T::BYTES].map(|va| T::from_u64(unsafe { load_at::<T>(addend, va as usize) })))
    }

    /// Writes as [`read_pair`](Self::read_pair) reads; `None` with nothing written.
    #[inline(always)]
    pub(crate) fn write_pair<T: Unit>(&self, va: u64, [low, high]: [T; 2]) -> Option<()> {
        let addend = self.pair_addend::<T>(Access::Write, va)?;
        // SAFETY: as in `read_pair`.
        unsafe {
            store_at(addend, va as usize, low);
            store_at(addend, (va + T::BYTES) as usize, high);
        }
        Some(())
    }

    /// [`Ram::amo`]; `None` unless the page is here and `va` aligned.
    #[inline]
    pub(crate) fn amo<T: Unit>(&self, va: u64, op: AmoOp, operand: T) -> Option<T> {
        let p = self.aligned::<T>(Access::Write, va)?;
        // SAFETY: as in `read`.
        Some(unsafe { T::update(p, |old| op.apply(old, operand)) })
    }

    /// [`Ram::compare_exchange`]; `None` unless the page is here and `va` aligned.
    #[inline]
    pub(crate) fn compare_exchange<T: Unit>(&self, va: u64, expected: T, new: T) -> Option<T> {
        let p = self.aligned::<T>(Access::Write, va)?;
        // SAFETY: as in `read`.
        Some(unsafe { T::compare_exchange(p, expected, new) })
    }

    /// What to add to an address of the page of `va` to reach `ram`'s page at `offset`. `None` unless `ram` is one of those
    /// given to [`new`](Self::new), and `offset` a multiple of 4,096 inside it; nor for stores to a ROM. Windows are made of its
    /// answers only (R3).
    fn addend(&self, access: Access, va: u64, ram: &Ram, offset: u64) -> Option<*mut u8> {
        let page = ram.at(offset, PAGE_SIZE).filter(|_| offset & !PAGE_MASK == 0)?;
        let known = self.keep.iter().any(|kept| kept.is_same(ram));
        let allowed = access != Access::Write || ram.is_writable();
        (known && allowed).then(|| page.wrapping_sub((va & PAGE_MASK) as usize))
    }

    /// Puts the page of `va` into the selected table: a window on `ram`'s page at `offset`. False, and nothing is done, for
    /// memory that is not this TLB's, and for fetches.
    pub(crate) fn fill(&self, access: Access, va: u64, ram: &Ram, offset: u64) -> bool {
        let (Some(addend), true) = (self.addend(access, va, ram, offset), access != Access::Fetch) else {
            return false;
        };
        let full = {
            let slots = self.slots.borrow();
            let table = &slots[self.slot.get()][access as usize];
            // What is known of the page from before is old.
            table.drop_aside(va & PAGE_MASK);
            table.install(va & PAGE_MASK, addend);
            table.wants_more()
        };
        self.count(|counts| counts.fills += 1);
        if full {
            self.resize(self.slot.get(), access as usize, |size| size + 1);
        }
        true
    }

    /// What [`enter_ahead`](Self::enter_ahead) enters from now on belongs to one stream.
    pub(crate) fn begin_stream(&self, access: Access) {
        if let Some(table) = self.slots.borrow()[self.slot.get()].get(access as usize) {
            table.entered.set(0);
            table.end.set(EMPTY);
        }
    }

    /// [Keeps](Self::prefetch) the last page of a stream: when it is asked for, the stream has passed what was entered before.
    pub(crate) fn end_stream(&self, access: Access, va: u64, ram: &Ram, offset: u64) {
        self.prefetch(access, va, ram, offset);
        if let Some(table) = self.slots.borrow()[self.slot.get()].get(access as usize) {
            table.end.set(va & PAGE_MASK);
        }
    }

    /// Enters a translation that is likely to be wanted soon, if the table has room for it; else [keeps](Self::prefetch) it.
    pub(crate) fn enter_ahead(&self, access: Access, va: u64, ram: &Ram, offset: u64) {
        let (Some(addend), true) = (self.addend(access, va, ram, offset), access != Access::Fetch) else { return };
        {
            let slots = self.slots.borrow();
            let table = &slots[self.slot.get()][access as usize];
            let tag = va & PAGE_MASK;
            let index = table.windows.index(tag);
            let window = &table.windows.0[index];
            // What may be kept of the page beside the windows says the same.
            if window.tag.get() == vacant(index) {
                window.tag.set(tag);
                window.addend.set(addend);
                table.filled.set(table.filled.get() + 1);
                table.entered.set(table.entered.get() + 1);
                self.count(|counts| counts.prefetched += 1);
                return;
            }
        }
        self.prefetch(access, va, ram, offset);
    }

    /// Keeps a translation that may be wanted soon. It is not looked up before [`recall`](Self::recall) has brought it in, so
    /// a wrong guess pushes nothing out.
    pub(crate) fn prefetch(&self, access: Access, va: u64, ram: &Ram, offset: u64) {
        let (Some(addend), true) = (self.addend(access, va, ram, offset), access != Access::Fetch) else { return };
        let slots = self.slots.borrow();
        let table = &slots[self.slot.get()][access as usize];
        let tag = va & PAGE_MASK;
        if table.windows.of(tag).tag.get() == tag || table.ahead.iter().any(|window| window.tag.get() == tag) {
            return;
        }
        let at = table.next_ahead.get();
        table.ahead[at].tag.set(tag);
        table.ahead[at].addend.set(addend);
        table.note_aside(tag);
        table.next_ahead.set((at + 1) % AHEAD);
        self.count(|counts| counts.prefetched += 1);
    }

    /// Brings in the page of `va` if it was made ahead, or was pushed out not long ago. Whether it was.
    pub(crate) fn recall(&self, access: Access, va: u64) -> bool {
        let slots = self.slots.borrow();
        let Some(table) = slots[self.slot.get()].get(access as usize) else { return false };
        let tag = va & PAGE_MASK;
        if !table.may_be_aside(tag) {
            return false;
        }
        let known = |windows: &[Window]| windows.iter().position(|window| window.tag.get() == tag);
        let (window, ahead) = match (known(&table.ahead), known(&table.victims)) {
            (Some(at), _) => (&table.ahead[at], true),
            (_, Some(at)) => (&table.victims[at], false),
            _ => return false,
        };
        let addend = window.addend.get();
        window.tag.set(EMPTY);
        table.install(tag, addend);
        let passed = if ahead && table.end.get() == tag { table.entered.take() } else { 0 };
        self.count(|counts| {
            *(if ahead { &mut counts.prefetched_used } else { &mut counts.recalled }) += 1;
            counts.streamed += u64::from(passed);
        });
        let full = table.wants_more();
        drop(slots);
        if full {
            self.resize(self.slot.get(), access as usize, |size| size + 1);
        }
        true
    }

    /// Drops the pages from that of `first` to that of `last` from a slot.
    pub(crate) fn evict(&self, slot: usize, first: u64, last: u64) {
        self.slots.borrow()[slot].iter().for_each(|table| table.evict(first & PAGE_MASK, last & PAGE_MASK));
    }

    /// Empties a slot. Tables that were hardly used four times in a row become smaller.
    pub(crate) fn clear(&self, slot: usize) {
        for kind in 0..KINDS {
            let idle = {
                let slots = self.slots.borrow();
                let table = &slots[slot][kind];
                table.clear();
                table.size > 0 && table.idle.get() >= 4
            };
            if idle {
                self.resize(slot, kind, |size| size - 1);
            }
        }
    }

    /// Gives a table another size. What it holds stays.
    fn resize(&self, slot: usize, kind: usize, to: impl FnOnce(usize) -> usize) {
        {
            let mut slots = self.slots.borrow_mut();
            let table = &mut slots[slot][kind];
            let size = to(table.size);
            let old = std::mem::replace(&mut table.windows, self.pools[size].take());
            for (_, window) in old.live() {
                table.windows.of(window.tag.get()).copy(window);
            }
            self.pools[std::mem::replace(&mut table.size, size)].put(old);
            table.conflicts.set(0);
            table.idle.set(0);
        }
        self.count(|counts| counts.resized += 1);
        self.select(self.slot.get());
    }
}
