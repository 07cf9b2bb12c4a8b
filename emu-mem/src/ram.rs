//! Guest RAM: bytes of the host, given out by offset. This file and those below `ram/` are the only ones of this crate with
//! `unsafe` in them, so everything that turns an offset or a TLB entry into a host address is here. They know no guest
//! address but as a number that a TLB entry is compared with, and nothing of regions, devices or permissions.
//!
//! The rules that the `SAFETY:` comments lean on; all fields they speak of are private to this module:
//!
//! - R1. A [`Ram`]'s `bytes` bytes from `base` on are inside the `Mapping` that its `mapping` keeps alive, and no other
//!   block's; both are multiples of 4,096. The mapping is never moved, resized or unmapped while it lives, and no Rust
//!   reference into it is ever made. Every page of a block can be read at all times, and every page of one that is
//!   `writable` written: `reserve` hands out no block before that is so, and the pages of a ROM, which are the only ones
//!   whose rights change later, gain and lose the right to be written by `install_bytes` alone, one caller at a time.
//! - R2. Every access to the mapping, from any thread, is an atomic one, one like several of single bytes (`raw`), or the host's own (it makes pages
//!   zero that it takes back), so there are no data races in which one side is not atomic.
//! - R3. A `Window` of `Tables` is empty (its tag is a page whose addresses are looked up elsewhere) or its tag is a multiple of
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

mod batch;
mod host;
pub(crate) mod raw;
mod reserve;
mod tables;
pub(crate) mod vectored;

use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

pub(crate) use self::batch::Batch;
pub use self::host::SystemCalls;
use self::host::{Mapping, Rights, page_bytes};
use self::raw::{Raw, load_at, store_at};
pub use self::reserve::Block;
pub(crate) use self::tables::Tables;
pub use self::tables::{Counts, Lookup};
use crate::access::{AmoOp, Unit};
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
    writable: bool,
    mapping: Arc<Mapping>,
}

// SAFETY: by R1 the pointer stays valid wherever the handle goes, and by R2 what it points to is accessed atomically.
unsafe impl Send for Ram {}
// SAFETY: as above; no method hands out a reference into the mapping.
unsafe impl Sync for Ram {}

impl Ram {
    /// Reserves `bytes` bytes of RAM, all zero.
    ///
    /// # Errors
    /// [`Error::Size`] if `bytes` is zero or not a multiple of 4,096, [`Error::Map`] if the host refuses.
    pub fn new(bytes: u64) -> Result<Self, Error> {
        let mut made = Self::reserve(&[Block { bytes, writable: true }])?;
        Ok(made.pop().expect("one was asked for"))
    }

    /// The handle to a block that `reserve` has laid `place` bytes into the mapping.
    fn of(mapping: &Arc<Mapping>, place: usize, block: Block) -> Self {
        // SAFETY: `place` is inside the mapping, so neither null nor past it.
        let base = unsafe { mapping.base().add(place) };
        Self { base, bytes: block.bytes, writable: block.writable, mapping: mapping.clone() }
    }

    /// The size in bytes: a multiple of 4,096, never zero.
    #[inline]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether both handles are the same memory.
    #[inline]
    pub fn is_same(&self, other: &Self) -> bool {
        self.base == other.base
    }

    /// Whether it can be stored to; if not, only [`install_bytes`](Self::install_bytes) changes it.
    #[inline]
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// Where it starts in the host's memory, for generated code. That must keep to the rules above, and a handle to the
    /// same memory must live as long as it may run.
    pub fn host_address(&self) -> usize {
        self.base.as_ptr().expose_provenance()
    }

    /// How many system calls this memory, with all that was reserved together with it, has cost so far.
    pub fn system_calls(&self) -> SystemCalls {
        self.mapping.calls()
    }

    /// The host address of `offset`, if `bytes` bytes (at least one) from there are inside.
    #[inline(always)]
    fn at(&self, offset: u64, bytes: u64) -> Option<*mut u8> {
        let inside = offset < self.bytes && bytes <= self.bytes - offset;
        // No overflow: `offset` is below `bytes`, which `reserve` has seen to fit an `isize`.
        inside.then(|| self.base.as_ptr().wrapping_add(offset as usize))
    }

    /// How far into this RAM a host address is, if it is inside.
    fn offset_of(&self, p: *mut u8) -> Option<u64> {
        let offset = p.addr().wrapping_sub(self.base.as_ptr().addr()) as u64;
        (offset < self.bytes).then_some(offset)
    }

    /// As [`at`](Self::at), for a store: never in a ROM.
    #[inline(always)]
    fn at_writable(&self, offset: u64, bytes: u64) -> Option<*mut u8> {
        self.at(offset, bytes).filter(|_| self.writable)
    }

    /// Reads the unit at `offset`, or `None` if it is not wholly inside. An aligned read is one host load.
    #[inline]
    pub fn read<T: Unit>(&self, offset: u64) -> Option<T> {
        let p = self.at(offset, T::BYTES)?;
        // SAFETY: `at` has checked the range.
        Some(T::from_u64(unsafe { load_at::<T>(p, 0) }))
    }

    /// Writes the unit at `offset`, or returns `None`, having written nothing, if it is not wholly inside. An aligned
    /// write is one host store; an unaligned one may be several and may be seen half done by other threads.
    #[inline]
    pub fn write<T: Unit>(&self, offset: u64, value: T) -> Option<()> {
        let p = self.at_writable(offset, T::BYTES)?;
        // SAFETY: as in `read`; a store touches its own bytes only.
        unsafe { store_at(p, 0, value) };
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
        let p = self.at_writable(offset, T::BYTES).filter(|_| offset & (T::BYTES - 1) == 0)?;
        // SAFETY: inside and aligned, just checked.
        Some(unsafe { T::update(p, f) })
    }

    /// Atomically replaces the unit at `offset` by `new` if it is `expected`, and returns what was there: the exchange
    /// has happened if that equals `expected`. `None` if it is not wholly inside or not aligned. Sequentially
    /// consistent.
    #[inline]
    pub fn compare_exchange<T: Unit>(&self, offset: u64, expected: T, new: T) -> Option<T> {
        let p = self.at_writable(offset, T::BYTES).filter(|_| offset & (T::BYTES - 1) == 0)?;
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

    /// Copies `from` to `offset` and on, or returns `None`, having written nothing, if it would not all be inside or this
    /// is a ROM.
    pub fn write_bytes(&self, offset: u64, from: &[u8]) -> Option<()> {
        if from.is_empty() {
            return (offset <= self.bytes).then_some(());
        }
        let p = self.at_writable(offset, from.len() as u64)?;
        // SAFETY: `at_writable` has checked the whole range.
        unsafe { store_all(p, from) };
        Some(())
    }

    /// [`write_bytes`](Self::write_bytes) that works on a ROM as well, at the price of two system calls: for loaders and
    /// boards. `None` also if the host will not make the ROM's pages writable.
    pub fn install_bytes(&self, offset: u64, from: &[u8]) -> Option<()> {
        if self.writable || from.is_empty() {
            return self.write_bytes(offset, from);
        }
        let p = self.at(offset, from.len() as u64)?;
        let first = p.addr() - self.mapping.base().addr().get();
        let page = page_bytes();
        let pages = first / page * page..(first + from.len()).next_multiple_of(page);
        // Nobody else takes the rights away from under the copy.
        let _lifting = self.mapping.lifting();
        self.mapping.protect(&pages, Rights::ReadWrite).ok()?;
        // SAFETY: `at` has checked the whole range, and it is writable for now.
        unsafe { store_all(p, from) };
        // Should it fail, the host no longer guards what every access checks anyway.
        let _ = self.mapping.protect(&pages, Rights::Read);
        Some(())
    }

    /// Makes `bytes` bytes from `offset` on zero, or returns `None`, having written nothing, if they are not all
    /// inside or this is a ROM. What is zero is not written, so memory never touched before stays uncommitted.
    pub fn zero(&self, offset: u64, bytes: u64) -> Option<()> {
        if bytes == 0 {
            return (offset <= self.bytes).then_some(());
        }
        let start = self.at_writable(offset, bytes)?;
        // SAFETY: `at_writable` has checked the whole range.
        unsafe { host::zero(start, bytes as usize) };
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
/// The bytes from `p` on, as many as `from` has, must be in writable pages of a live mapping.
unsafe fn store_all(p: *mut u8, from: &[u8]) {
    let (head, rest) = from.split_at(until_aligned(p.addr() as u64).min(from.len()));
    let (words, tail) = rest.as_chunks::<8>();
    // SAFETY: the caller's promise. `p` walks through the bytes once; it is a multiple of 8 after the head, which ends
    // there or is all there is.
    unsafe {
        let mut p = store_each(p, head);
        for word in words {
            u64::store(p, u64::from_le_bytes(*word));
            p = p.wrapping_add(8);
        }
        store_each(p, tail);
    }
}

/// # Safety
/// As for [`store_all`].
unsafe fn store_each(p: *mut u8, from: &[u8]) -> *mut u8 {
    for (i, byte) in from.iter().enumerate() {
        // SAFETY: the caller's promise; a byte is always aligned.
        unsafe { u8::store(p.wrapping_add(i), *byte) };
    }
    p.wrapping_add(from.len())
}

#[cfg(test)]
mod tests;
