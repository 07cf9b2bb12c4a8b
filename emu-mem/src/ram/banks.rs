//! The tables of a TLB: from a guest page to host memory. Whether an address may be in them is `tlb`'s business; that a hit
//! stays inside live memory is assured here.
#![allow(unsafe_code, reason = "part of `ram`; see docs/unsafe.md")]

use std::cell::Cell;
use std::ptr::{self, NonNull};

use super::Ram;
use super::raw::{load_unaligned, store_unaligned};
use crate::access::{Access, AmoOp, Unit};
use crate::addr::{PAGE_MASK, PAGE_SHIFT, PAGE_SIZE};

/// Windows in one table; a power of two.
pub(crate) const ENTRIES: usize = 256;
/// Banks that [`Banks`] chooses between; a power of two.
pub(crate) const CONTEXTS: usize = 4;
/// log2 of the size of a [`Window`].
const WINDOW_SHIFT: u32 = 4;
/// The tag of an empty window. A masked address always has zeros in bits 3 to 11.
const EMPTY: u64 = u64::MAX;

/// A TLB entry: one guest page and where it is in the host. 16 bytes, laid out for generated code: the tag (the page's
/// virtual address), then what turns a virtual address of that page into a host address by addition.
#[repr(C, align(16))]
pub(super) struct Window {
    tag: Cell<u64>,
    addend: Cell<*mut u8>,
}

impl Window {
    const fn empty() -> Self {
        Self { tag: Cell::new(EMPTY), addend: Cell::new(ptr::null_mut()) }
    }
}

const _: () = assert!(size_of::<Window>() == 1 << WINDOW_SHIFT);

/// One context's tables, one for each kind of access in the order of [`Access`].
#[repr(C)]
struct Bank {
    tables: [[Window; ENTRIES]; Access::ALL.len()],
}

impl Bank {
    #[inline(always)]
    fn window(&self, access: Access, va: u64) -> &Window {
        let table = &raw const self.tables[access as usize];
        // SAFETY: a slot is a multiple of the size of a window and less than that of a table.
        unsafe { &*table.cast::<Window>().byte_add(slot(va)) }
    }
}

/// The byte offset of the window for the page of `va` in its table.
///
/// The page number is folded, so that arrays a multiple of the table's reach apart (1 MiB) do not collide. A byte offset
/// rather than an index saves a shift on the hottest path there is.
#[inline(always)]
pub(super) const fn slot(va: u64) -> usize {
    let folded = va >> (PAGE_SHIFT - WINDOW_SHIFT) ^ va >> (PAGE_SHIFT - WINDOW_SHIFT + ENTRIES.trailing_zeros());
    folded as usize & ((ENTRIES - 1) << WINDOW_SHIFT)
}

/// The number of the window for the page of `va` in its table: 0 to [`ENTRIES`] - 1.
#[inline]
pub(crate) const fn index(va: u64) -> usize {
    slot(va) >> WINDOW_SHIFT
}

/// The tables of a TLB, with one bank selected. Whether an address may be in them is `tlb`'s business; that a hit
/// stays inside live memory is assured here, whatever `tlb` does.
pub(crate) struct Banks {
    /// Points to one of `banks`.
    current: Cell<NonNull<Bank>>,
    /// `CONTEXTS` banks, made and freed as a boxed slice. A pointer, because `current` points into it as well.
    banks: NonNull<[Bank]>,
    keep: Vec<Ram>,
}

// SAFETY: the banks are owned, and `keep` may go to another thread, as `Ram` is `Send`. Not `Sync`: the cells.
unsafe impl Send for Banks {}

impl Banks {
    /// Empty tables for windows into `keep`; the first bank is selected.
    pub(crate) fn new(keep: Vec<Ram>) -> Self {
        let bank = || Bank { tables: [const { [const { Window::empty() }; ENTRIES] }; 3] };
        let banks: Box<[Bank]> = (0..CONTEXTS).map(|_| bank()).collect();
        // SAFETY: a box's pointer is not null.
        let banks = unsafe { NonNull::new_unchecked(Box::into_raw(banks)) };
        Self { current: Cell::new(banks.cast()), banks, keep }
    }

    fn all(&self) -> &[Bank] {
        // SAFETY: owned by `self` until dropped; only shared references to it are ever made.
        unsafe { self.banks.as_ref() }
    }

    /// Selects the bank of `context`, modulo their number.
    #[inline]
    pub(crate) fn select(&self, context: usize) {
        self.current.set(NonNull::from_ref(&self.all()[context % CONTEXTS]));
    }

    /// The window of the selected bank that the page of `va` is in if it is in any.
    #[inline(always)]
    fn window(&self, access: Access, va: u64) -> &Window {
        // SAFETY: `current` points to one of our banks, see `new` and `select`; shared references only.
        let bank = unsafe { self.current.get().as_ref() };
        bank.window(access, va)
    }

    /// The host address of the `T` at `va`, if its page is here and the access is aligned.
    ///
    /// One comparison sees to both: the tag has no low bits, so an address that has some within `T`'s alignment
    /// cannot equal it.
    #[inline(always)]
    fn aligned<T: Unit>(&self, access: Access, va: u64) -> Option<*mut u8> {
        let window = self.window(access, va);
        if window.tag.get() != va & (PAGE_MASK | (T::BYTES - 1)) {
            return None;
        }
        Some(window.addend.get().wrapping_add(va as usize))
    }

    /// The host address of the `T` at `va`, if its page is here and all of it in that page.
    #[inline(always)]
    fn inside<T: Unit>(&self, access: Access, va: u64) -> Option<*mut u8> {
        let window = self.window(access, va);
        if window.tag.get() != va & PAGE_MASK || (va & !PAGE_MASK) + T::BYTES > PAGE_SIZE {
            return None;
        }
        Some(window.addend.get().wrapping_add(va as usize))
    }

    /// Whether the page of `va` is here.
    #[inline]
    pub(crate) fn holds(&self, access: Access, va: u64) -> bool {
        self.window(access, va).tag.get() == va & PAGE_MASK
    }

    /// Reads; `None` unless the page is here and `va` aligned.
    #[inline(always)]
    pub(crate) fn read<T: Unit>(&self, access: Access, va: u64) -> Option<T> {
        let p = self.aligned::<T>(access, va)?;
        // SAFETY: by R3 the page of a hit is in live memory; an aligned unit lies in one page.
        Some(unsafe { T::load(p) })
    }

    /// Reads; `None` unless the page is here and all bytes are in it.
    #[inline]
    pub(crate) fn read_unaligned<T: Unit>(&self, access: Access, va: u64) -> Option<T> {
        let p = self.inside::<T>(access, va)?;
        // SAFETY: by R3 all bytes are in live memory.
        Some(unsafe { load_unaligned(p) })
    }

    /// Writes; `None`, with nothing written, unless the page is here and `va` aligned.
    #[inline(always)]
    pub(crate) fn write<T: Unit>(&self, va: u64, value: T) -> Option<()> {
        let p = self.aligned::<T>(Access::Write, va)?;
        // SAFETY: as in `read`.
        unsafe { T::store(p, value) };
        Some(())
    }

    /// Writes; `None`, with nothing written, unless the page is here and all bytes are in it.
    #[inline]
    pub(crate) fn write_unaligned<T: Unit>(&self, va: u64, value: T) -> Option<()> {
        let p = self.inside::<T>(Access::Write, va)?;
        // SAFETY: as in `read_unaligned`.
        unsafe { store_unaligned(p, value) };
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

    /// Puts the page of `va` into the selected bank: a window on `ram`'s page at `offset`. Returns false and leaves
    /// things as they were unless `ram` is one of those given to [`new`](Self::new), and `offset` a multiple of
    /// 4,096 inside it.
    pub(crate) fn fill(&self, access: Access, va: u64, ram: &Ram, offset: u64) -> bool {
        let page = ram.at(offset, PAGE_SIZE).filter(|_| offset & !PAGE_MASK == 0);
        let (Some(page), true) = (page, self.keep.iter().any(|kept| kept.is_same(ram))) else {
            return false;
        };
        let window = self.window(access, va);
        window.tag.set(va & PAGE_MASK);
        window.addend.set(page.wrapping_sub((va & PAGE_MASK) as usize));
        true
    }

    /// Drops the page of `va` from the bank of `context` if it is there.
    pub(crate) fn evict(&self, context: usize, access: Access, va: u64) {
        let window = self.all()[context % CONTEXTS].window(access, va);
        if window.tag.get() == va & PAGE_MASK {
            window.tag.set(EMPTY);
        }
    }

    /// Empties the bank of `context`.
    pub(crate) fn clear(&self, context: usize) {
        for window in self.all()[context % CONTEXTS].tables.as_flattened() {
            window.tag.set(EMPTY);
        }
    }
}

impl Drop for Banks {
    fn drop(&mut self) {
        // SAFETY: came out of a box in `new`, and this is its end.
        drop(unsafe { Box::from_raw(self.banks.as_ptr()) });
    }
}
