//! Guest RAM: bytes of the host, given out by offset. This file and those below `ram/` are the only ones of this crate with
//! `unsafe` in them, so everything that turns an offset or a TLB entry into a host address is here. They know no guest
//! address but as a number that a TLB entry is compared with, and nothing of regions, devices or permissions.
//!
//! The rules that the `SAFETY:` comments lean on; all fields they speak of are private to this module:
//!
//! - R1. A [`Ram`]'s `base` is the start of the mapping its `map` owns; `bytes` is the mapping's length, a multiple of
//!   4,096; `base` is a multiple of 4,096. The mapping is never moved, resized, protected or unmapped while a
//!   clone of `map` lives, and no Rust reference into it is ever made.
//! - R2. Every access to the mapping, from any thread, is an atomic one (`raw::Raw`), so there are no data races
//!   in which one side is not atomic.
//! - R3. A `Window` of `Tables` is empty (its tag equals no masked address) or its tag is a multiple of
//!   4,096 and `addend + tag` is the start of a 4,096-byte page inside a mapping that `Tables::keep` keeps alive.
//!   `Tables::addend` alone says what an addend may be.
//! - R4. `Tables::selected` points to the windows of the selected slot's tables, with their masks. `Tables::select` alone
//!   writes it, and is called after whatever moves windows.
//! - R5. The kernel reads and writes the mapping for `vectored` by raw pointers, as another process with the same
//!   mapping might. It copies bytes in any order and width, so a guest that looks meanwhile sees any mixture; no hart
//!   runs meanwhile, as the call is made on the thread that harts take turns on.
//!
//! Racing accesses of different widths to the same bytes are outside what Rust's (and C++'s) memory model defines
//! today, even if all are atomic. Hosts define them, and no compiler can see both sides. Harts that take turns on one
//! thread, as they do now, never race.
#![allow(unsafe_code, reason = "the one module of this crate that touches mapped memory; see docs/unsafe.md")]

pub(crate) mod raw;
mod tables;
pub(crate) mod vectored;

use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use self::raw::{Raw, load_unaligned, store_unaligned};
pub use self::tables::Counts;
pub(crate) use self::tables::Tables;
use crate::access::{AmoOp, Unit};
use crate::addr::PAGE_SIZE;
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

    /// How far into this RAM a host address is, if it is inside.
    fn offset_of(&self, p: *mut u8) -> Option<u64> {
        let offset = p.addr().wrapping_sub(self.base.as_ptr().addr()) as u64;
        (offset < self.bytes).then_some(offset)
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

#[cfg(test)]
mod tests;
