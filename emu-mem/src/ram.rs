//! Guest RAM: bytes of the host, given out by offset. The only file of this crate with `unsafe` in it, so everything
//! that turns an offset or a TLB entry into a host address is here. It knows no guest address but as a number that a
//! TLB entry is compared with, and nothing of regions, devices or permissions.
//!
//! The rules that the `SAFETY:` comments lean on; all fields they speak of are private to this file:
//!
//! - R1. A [`Ram`]'s `base` is the start of the mapping its `map` owns; `bytes` is the mapping's length, a multiple of
//!   4,096; `base` is a multiple of 4,096. The mapping is never moved, resized, protected or unmapped while a
//!   clone of `map` lives, and no Rust reference into it is ever made.
//! - R2. Every access to the mapping, from any thread, is an atomic one (`raw::Raw`), so there are no data races
//!   in which one side is not atomic.
//! - R3. A `Window` in a bank of `Banks` is empty (its tag equals no masked address) or its tag is a multiple of
//!   4,096 and `addend + tag` is the start of a 4,096-byte page inside a mapping that `Banks::keep` keeps alive.
//!   `Banks::fill` alone makes windows that are not empty.
//!
//! Racing accesses of different widths to the same bytes are outside what Rust's (and C++'s) memory model defines
//! today, even if all are atomic. Hosts define them, and no compiler can see both sides. Harts that take turns on one
//! thread, as they do now, never race.
#![allow(unsafe_code, reason = "the one file of this crate that touches mapped memory; see docs/unsafe.md")]

use std::cell::Cell;
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use self::raw::Raw;
use crate::access::{Access, AmoOp, Unit};
use crate::addr::{PAGE_MASK, PAGE_SHIFT, PAGE_SIZE};
use crate::error::Error;

/// A block of guest RAM or ROM, zero at first. A cheap handle: clones are the same memory.
///
/// The host reserves address space at once and memory page by page as it is first written, so size costs nothing.
/// All access is atomic and relaxed, so handles may be used from several threads; guest fences and
/// [`amo`](Self::amo) order.
#[derive(Clone)]
pub struct Ram {
    base: NonNull<u8>,
    bytes: u64,
    map: Arc<Mapping>,
}

// SAFETY: by R1 the pointer stays valid wherever the handle goes, and by R2 what it points to is accessed atomically.
unsafe impl Send for Ram {}
// SAFETY: as above; no method hands out a reference into the mapping.
unsafe impl Sync for Ram {}

#[cfg(not(miri))]
type Mapping = memmap2::MmapMut;
/// Miri knows no `mmap` without reservation.
#[cfg(miri)]
struct Mapping(NonNull<u8>, std::alloc::Layout);

#[cfg(not(miri))]
fn map(bytes: usize) -> std::io::Result<(NonNull<u8>, Mapping)> {
    let mut map = memmap2::MmapOptions::new().len(bytes).no_reserve_swap().map_anon()?;
    let base = NonNull::new(map.as_mut_ptr()).ok_or(std::io::ErrorKind::OutOfMemory)?;
    Ok((base, map))
}

#[cfg(miri)]
fn map(bytes: usize) -> std::io::Result<(NonNull<u8>, Mapping)> {
    if bytes > 1 << 30 {
        return Err(std::io::ErrorKind::OutOfMemory.into());
    }
    let layout = std::alloc::Layout::from_size_align(bytes, PAGE_SIZE as usize).expect("a gibibyte at most");
    // SAFETY: `bytes` is not zero, `Ram::new` has seen to that.
    let base = NonNull::new(unsafe { std::alloc::alloc_zeroed(layout) }).ok_or(std::io::ErrorKind::OutOfMemory)?;
    Ok((base, Mapping(base, layout)))
}

#[cfg(miri)]
impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: allocated in `map` with this layout.
        unsafe { std::alloc::dealloc(self.0.as_ptr(), self.1) }
    }
}

impl Ram {
    /// Reserves `bytes` bytes, all zero.
    ///
    /// # Errors
    /// [`Error::Size`] if `bytes` is zero or not a multiple of 4,096, [`Error::Map`] if the host refuses.
    pub fn new(bytes: u64) -> Result<Self, Error> {
        if bytes == 0 || !bytes.is_multiple_of(PAGE_SIZE) {
            return Err(Error::Size { bytes });
        }
        let too_large = || Error::Map { bytes, source: std::io::ErrorKind::OutOfMemory.into() };
        let len = isize::try_from(bytes).map_err(|_| too_large())? as usize;
        let (base, map) = map(len).map_err(|source| Error::Map { bytes, source })?;
        Ok(Self { base, bytes, map: Arc::new(map) })
    }

    /// The size in bytes: a multiple of 4,096, never zero.
    #[inline]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether both handles are the same memory.
    #[inline]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.map, &other.map)
    }

    /// The host address of `offset`, if `bytes` bytes (at least one) from there are inside.
    #[inline(always)]
    fn at(&self, offset: u64, bytes: u64) -> Option<*mut u8> {
        let inside = offset < self.bytes && bytes <= self.bytes - offset;
        // No overflow: `offset` is below `bytes`, which `Ram::new` has seen to fit an `isize`.
        inside.then(|| self.base.as_ptr().wrapping_add(offset as usize))
    }

    /// Reads the unit at `offset`, or `None` if it is not wholly inside. An aligned read is one host load.
    #[inline]
    pub fn read<T: Unit>(&self, offset: u64) -> Option<T> {
        let p = self.at(offset, T::BYTES)?;
        // SAFETY: `at` has checked the range; alignment is that of `offset`, as `base` is page-aligned (R1).
        // An unaligned one gets what it asks for: the aligned words around it are inside too, by R1's multiple.
        Some(unsafe { if offset & (T::BYTES - 1) == 0 { T::load(p) } else { load_unaligned(p) } })
    }

    /// Writes the unit at `offset`, or returns `None`, having written nothing, if it is not wholly inside. An aligned
    /// write is one host store; an unaligned one is several and may be seen half done by other threads.
    #[inline]
    pub fn write<T: Unit>(&self, offset: u64, value: T) -> Option<()> {
        let p = self.at(offset, T::BYTES)?;
        // SAFETY: as in `read`; an unaligned store touches its own bytes only.
        unsafe { if offset & (T::BYTES - 1) == 0 { T::store(p, value) } else { store_unaligned(p, value) } };
        Some(())
    }

    /// Atomically applies `op` to the unit at `offset` and returns what was there, or `None` if it is not wholly
    /// inside or not aligned. Sequentially consistent.
    #[inline]
    pub fn amo<T: Unit>(&self, offset: u64, op: AmoOp, operand: T) -> Option<T> {
        self.update(offset, |old| op.apply(old, operand))
    }

    /// Atomically replaces the unit at `offset` by `f` of it; `f` may be called more than once.
    #[inline(always)]
    fn update<T: Unit>(&self, offset: u64, f: impl Fn(T) -> T) -> Option<T> {
        let p = self.at(offset, T::BYTES).filter(|_| offset & (T::BYTES - 1) == 0)?;
        // SAFETY: inside and aligned, just checked.
        Some(unsafe { T::update(p, f) })
    }

    /// Atomically replaces the unit at `offset` by `new` if it is `expected`, and returns what was there: the exchange
    /// has happened if that equals `expected`. `None` if it is not wholly inside or not aligned. Sequentially
    /// consistent.
    #[inline]
    pub fn compare_exchange<T: Unit>(&self, offset: u64, expected: T, new: T) -> Option<T> {
        let p = self.at(offset, T::BYTES).filter(|_| offset & (T::BYTES - 1) == 0)?;
        // SAFETY: inside and aligned, just checked.
        Some(unsafe { T::compare_exchange(p, expected, new) })
    }

    /// Copies the bytes from `offset` on into `into`, or returns `None` if they are not all inside.
    pub fn read_bytes(&self, offset: u64, into: &mut [u8]) -> Option<()> {
        if into.is_empty() {
            return (offset <= self.bytes).then_some(());
        }
        let mut p = self.at(offset, into.len() as u64)?;
        let head = until_aligned(offset).min(into.len());
        let (head, rest) = into.split_at_mut(head);
        let (words, tail) = rest.as_chunks_mut::<8>();
        // SAFETY: `at` has checked the whole range, and `p` walks through it once; it is a multiple of 8 after the
        // head, which ends there or is all there is.
        unsafe {
            p = load_each(p, head);
            for word in words {
                *word = u64::load(p).to_le_bytes();
                p = p.wrapping_add(8);
            }
            load_each(p, tail);
        }
        Some(())
    }

    /// Copies `from` to `offset` and on, or returns `None`, having written nothing, if it would not all be inside.
    pub fn write_bytes(&self, offset: u64, from: &[u8]) -> Option<()> {
        if from.is_empty() {
            return (offset <= self.bytes).then_some(());
        }
        let mut p = self.at(offset, from.len() as u64)?;
        let head = until_aligned(offset).min(from.len());
        let (head, rest) = from.split_at(head);
        let (words, tail) = rest.as_chunks::<8>();
        // SAFETY: as in `read_bytes`.
        unsafe {
            p = store_each(p, head);
            for word in words {
                u64::store(p, u64::from_le_bytes(*word));
                p = p.wrapping_add(8);
            }
            store_each(p, tail);
        }
        Some(())
    }

    /// Makes `bytes` bytes from `offset` on zero, or returns `None`, having written nothing, if they are not all
    /// inside. What is zero is not written, so memory never touched before stays uncommitted.
    pub fn zero(&self, offset: u64, bytes: u64) -> Option<()> {
        if bytes == 0 {
            return (offset <= self.bytes).then_some(());
        }
        let start = self.at(offset, bytes)?;
        let head = (until_aligned(offset) as u64).min(bytes);
        let words = (bytes - head) / 8;
        // SAFETY: `at` has checked the whole range; the words begin at a multiple of 8 and end inside it, head and
        // tail are the fewer than 8 bytes on either side.
        unsafe {
            let p = store_each(start, &[0; 8][..head as usize]);
            for i in 0..words as usize {
                let word = p.wrapping_add(8 * i);
                if u64::load(word) != 0 {
                    u64::store(word, 0);
                }
            }
            store_each(p.wrapping_add(8 * words as usize), &[0; 8][..(bytes - head - 8 * words) as usize]);
        }
        Some(())
    }
}

impl fmt::Debug for Ram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ram({:#x} bytes)", self.bytes)
    }
}

/// How many bytes lie between `offset` and the next multiple of 8.
fn until_aligned(offset: u64) -> usize {
    (offset.wrapping_neg() & 7) as usize
}

/// # Safety
/// The bytes from `p` on, as many as `into` has, must be in a live mapping.
unsafe fn load_each(p: *mut u8, into: &mut [u8]) -> *mut u8 {
    for (i, byte) in into.iter_mut().enumerate() {
        // SAFETY: the caller's promise; a byte is always aligned.
        *byte = unsafe { u8::load(p.wrapping_add(i)) };
    }
    p.wrapping_add(into.len())
}

/// # Safety
/// The bytes from `p` on, as many as `from` has, must be in a live mapping.
unsafe fn store_each(p: *mut u8, from: &[u8]) -> *mut u8 {
    for (i, byte) in from.iter().enumerate() {
        // SAFETY: the caller's promise; a byte is always aligned.
        unsafe { u8::store(p.wrapping_add(i), *byte) };
    }
    p.wrapping_add(from.len())
}

/// Reads a unit that is not aligned out of the one or two aligned 8-byte words that it lies in.
///
/// # Safety
/// The unit's bytes must be in one live mapping. The words around them are then too: mappings begin and end at
/// multiples of 4,096 (R1).
#[inline]
unsafe fn load_unaligned<T: Unit>(p: *mut u8) -> T {
    let in_word = p.addr() & 7;
    let last = in_word + T::BYTES as usize - 1;
    let word = p.wrapping_sub(in_word);
    // SAFETY: both are multiples of 8, and each holds a byte of the unit.
    let (low, high) = unsafe { (u64::load(word), u64::load(word.wrapping_add(last & 8))) };
    // One word read twice makes a rotation, which is as good.
    T::from_u64(((u128::from(high) << 64 | u128::from(low)) >> (8 * in_word)) as u64)
}

/// Writes a unit, aligned or not, as a few aligned pieces: never a byte beside it.
///
/// # Safety
/// The unit's bytes must be in one live mapping.
#[inline]
unsafe fn store_unaligned<T: Unit>(p: *mut u8, value: T) {
    let (bytes, bits) = (T::BYTES as usize, value.to_u64());
    // SAFETY: each piece is a part of the unit at a multiple of its own size. Two bytes at `i` are even where `p + i`
    // is: that is what the cases are for.
    unsafe {
        let pair = |i: usize| u16::store(p.wrapping_add(i), (bits >> (8 * i)) as u16);
        if p.addr() & (bytes - 1) == 0 {
            T::store(p, value);
        } else if p.addr() & 3 == 0 {
            // An 8-byte unit: no other is misaligned here.
            u32::store(p, bits as u32);
            u32::store(p.wrapping_add(4), (bits >> 32) as u32);
        } else if p.addr() & 1 == 0 {
            (0..bytes).step_by(2).for_each(pair);
        } else {
            u8::store(p, bits as u8);
            (1..bytes - 1).step_by(2).for_each(pair);
            u8::store(p.wrapping_add(bytes - 1), (bits >> (8 * (bytes - 1))) as u8);
        }
    }
}

/// What seals [`Unit`]: the host's atomic access to each width.
pub(crate) mod raw {
    use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

    /// Atomic access to mapped memory. Public only because [`Unit`](crate::access::Unit) is; out of reach all the same.
    ///
    /// Every function wants a pointer into a live mapping that is a multiple of the width, all bytes of which the
    /// mapping holds.
    #[doc(hidden)]
    pub trait Raw: Sized {
        /// One relaxed load.
        unsafe fn load(p: *mut u8) -> Self;
        /// One relaxed store.
        unsafe fn store(p: *mut u8, value: Self);
        /// Replaces the word by `f` of it and returns what it was.
        unsafe fn update(p: *mut u8, f: impl Fn(Self) -> Self) -> Self;
        /// Replaces the word by `new` if it is `expected`, and returns what it was.
        unsafe fn compare_exchange(p: *mut u8, expected: Self, new: Self) -> Self;
    }

    macro_rules! raw {
        ($($int:ty, $atomic:ty);*) => {$(
            impl Raw for $int {
                #[inline(always)]
                unsafe fn load(p: *mut u8) -> Self {
                    // SAFETY: the trait's contract is `from_ptr`'s; the reference ends with this expression.
                    Self::from_le(unsafe { <$atomic>::from_ptr(p.cast()) }.load(Ordering::Relaxed))
                }

                #[inline(always)]
                unsafe fn store(p: *mut u8, value: Self) {
                    // SAFETY: as in `load`.
                    unsafe { <$atomic>::from_ptr(p.cast()) }.store(value.to_le(), Ordering::Relaxed);
                }

                #[inline]
                unsafe fn update(p: *mut u8, f: impl Fn(Self) -> Self) -> Self {
                    // SAFETY: as in `load`.
                    let word = unsafe { <$atomic>::from_ptr(p.cast()) };
                    let mut old = word.load(Ordering::Relaxed);
                    loop {
                        let new = f(Self::from_le(old)).to_le();
                        match word.compare_exchange_weak(old, new, Ordering::SeqCst, Ordering::Relaxed) {
                            Ok(old) => return Self::from_le(old),
                            Err(now) => old = now,
                        }
                    }
                }

                #[inline]
                unsafe fn compare_exchange(p: *mut u8, expected: Self, new: Self) -> Self {
                    // SAFETY: as in `load`.
                    let word = unsafe { <$atomic>::from_ptr(p.cast()) };
                    let (Ok(old) | Err(old)) =
                        word.compare_exchange(expected.to_le(), new.to_le(), Ordering::SeqCst, Ordering::SeqCst);
                    Self::from_le(old)
                }
            }
        )*};
    }
    raw!(u8, AtomicU8; u16, AtomicU16; u32, AtomicU32; u64, AtomicU64);
}

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
struct Window {
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
const fn slot(va: u64) -> usize {
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

#[cfg(test)]
mod tests;
