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
use crate::addr::{PAGE_MASK, PAGE_SIZE};
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
    let layout = std::alloc::Layout::from_size_align(bytes, PAGE_SIZE as usize).expect("a size that isize holds");
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
        let p = self.at(offset, T::BYTES).filter(|_| offset & (T::BYTES - 1) == 0)?;
        // SAFETY: inside and aligned, just checked.
        Some(unsafe { T::update(p, |old| op.apply(old, operand)) })
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

/// Writes a unit that is not aligned as the largest aligned pieces it falls into: never a byte beside it.
///
/// # Safety
/// The unit's bytes must be in one live mapping.
#[inline]
unsafe fn store_unaligned<T: Unit>(p: *mut u8, value: T) {
    let (mut p, mut rest, mut left) = (p, value.to_u64(), T::BYTES as usize);
    while left > 0 {
        // The lowest set bit of the address is its alignment, and that of 8 stands in where there is a larger one.
        let aligned = 1 << (p.addr() | 8).trailing_zeros();
        let piece = if aligned <= left { aligned } else { 1 << left.ilog2() };
        // SAFETY: `piece` bytes are left of the unit and divide the address.
        unsafe {
            match piece {
                1 => u8::store(p, rest as u8),
                2 => u16::store(p, rest as u16),
                4 => u32::store(p, rest as u32),
                _ => u64::store(p, rest),
            }
        }
        p = p.wrapping_add(piece);
        rest = rest.checked_shr(8 * piece as u32).unwrap_or(0);
        left -= piece;
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
/// The tag of an empty window. A masked address always has zeros in bits 3 to 11.
const EMPTY: u64 = u64::MAX;

/// A TLB entry: one guest page and where it is in the host. 16 bytes, laid out for generated code: the tag (the page's
/// virtual address), then what turns a virtual address of that page into a host address by addition.
#[repr(C)]
struct Window {
    tag: Cell<u64>,
    addend: Cell<*mut u8>,
}

impl Window {
    const fn empty() -> Self {
        Self { tag: Cell::new(EMPTY), addend: Cell::new(ptr::null_mut()) }
    }
}

/// One context's tables, one for each kind of access in the order of [`Access`].
#[repr(C)]
struct Bank {
    tables: [[Window; ENTRIES]; Access::ALL.len()],
}

/// The tables of a TLB, with one bank selected. Which slot an address belongs into, and whether it may be there at
/// all, is `tlb`'s business; that a hit stays inside live memory is assured here, whatever `tlb` does.
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

    #[inline(always)]
    fn window(&self, access: Access, slot: usize) -> &Window {
        // SAFETY: `current` points to one of our banks, see `new` and `select`; shared references only.
        let bank = unsafe { self.current.get().as_ref() };
        &bank.tables[access as usize][slot % ENTRIES]
    }

    /// The host address of the `T` at `va`, if its page is in the slot and the access is aligned.
    ///
    /// One comparison sees to both: the tag has no low bits, so an address that has some within `T`'s alignment
    /// cannot equal it.
    #[inline(always)]
    fn aligned<T: Unit>(&self, access: Access, slot: usize, va: u64) -> Option<*mut u8> {
        let window = self.window(access, slot);
        let hit = window.tag.get() == va & (PAGE_MASK | (T::BYTES - 1));
        hit.then(|| window.addend.get().wrapping_add(va as usize))
    }

    /// The host address of the `T` at `va`, if its page is in the slot and all of it in that page.
    #[inline(always)]
    fn inside<T: Unit>(&self, access: Access, slot: usize, va: u64) -> Option<*mut u8> {
        let window = self.window(access, slot);
        let hit = window.tag.get() == va & PAGE_MASK && (va & !PAGE_MASK) + T::BYTES <= PAGE_SIZE;
        hit.then(|| window.addend.get().wrapping_add(va as usize))
    }

    /// Whether the slot holds the page of `va`.
    #[inline(always)]
    pub(crate) fn holds(&self, access: Access, slot: usize, va: u64) -> bool {
        self.window(access, slot).tag.get() == va & PAGE_MASK
    }

    /// Reads through a window; `None` unless it is a hit and `va` aligned.
    #[inline(always)]
    pub(crate) fn read<T: Unit>(&self, access: Access, slot: usize, va: u64) -> Option<T> {
        // SAFETY: by R3 the page of a hit is in live memory; an aligned unit lies in one page.
        self.aligned::<T>(access, slot, va).map(|p| unsafe { T::load(p) })
    }

    /// Reads through a window; `None` unless it is a hit and all bytes are in its page.
    #[inline]
    pub(crate) fn read_unaligned<T: Unit>(&self, access: Access, slot: usize, va: u64) -> Option<T> {
        // SAFETY: by R3 all bytes are in live memory.
        self.inside::<T>(access, slot, va).map(|p| unsafe { load_unaligned(p) })
    }

    /// Writes through a window; `None`, with nothing written, unless it is a hit and `va` aligned.
    #[inline(always)]
    pub(crate) fn write<T: Unit>(&self, slot: usize, va: u64, value: T) -> Option<()> {
        // SAFETY: as in `read`.
        self.aligned::<T>(Access::Write, slot, va).map(|p| unsafe { T::store(p, value) })
    }

    /// Writes through a window; `None`, with nothing written, unless it is a hit and all bytes are in its page.
    #[inline]
    pub(crate) fn write_unaligned<T: Unit>(&self, slot: usize, va: u64, value: T) -> Option<()> {
        // SAFETY: as in `read_unaligned`.
        self.inside::<T>(Access::Write, slot, va).map(|p| unsafe { store_unaligned(p, value) })
    }

    /// [`Ram::amo`] through a window; `None` unless it is a hit and `va` aligned.
    #[inline]
    pub(crate) fn amo<T: Unit>(&self, slot: usize, va: u64, op: AmoOp, operand: T) -> Option<T> {
        // SAFETY: as in `read`.
        self.aligned::<T>(Access::Write, slot, va).map(|p| unsafe { T::update(p, |old| op.apply(old, operand)) })
    }

    /// [`Ram::compare_exchange`] through a window; `None` unless it is a hit and `va` aligned.
    #[inline]
    pub(crate) fn compare_exchange<T: Unit>(&self, slot: usize, va: u64, expected: T, new: T) -> Option<T> {
        // SAFETY: as in `read`.
        self.aligned::<T>(Access::Write, slot, va).map(|p| unsafe { T::compare_exchange(p, expected, new) })
    }

    /// Puts the page of `va` into a slot of the selected bank: a window on `ram`'s page at `offset`. Returns false and
    /// leaves the slot as it was unless `ram` is one of those given to [`new`](Self::new), and `offset` a multiple of
    /// 4,096 inside it.
    pub(crate) fn fill(&self, access: Access, slot: usize, va: u64, ram: &Ram, offset: u64) -> bool {
        let page = ram.at(offset, PAGE_SIZE).filter(|_| offset & !PAGE_MASK == 0);
        let (Some(page), true) = (page, self.keep.iter().any(|kept| kept.is_same(ram))) else {
            return false;
        };
        let window = self.window(access, slot);
        window.tag.set(va & PAGE_MASK);
        window.addend.set(page.wrapping_sub((va & PAGE_MASK) as usize));
        true
    }

    /// Empties a slot in the bank of `context` if it holds the page of `va`.
    pub(crate) fn evict(&self, context: usize, access: Access, slot: usize, va: u64) {
        let window = &self.all()[context % CONTEXTS].tables[access as usize][slot % ENTRIES];
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
