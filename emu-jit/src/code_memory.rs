//! Memory for translated code: one reservation, filled from its start and emptied as a whole.
//!
//! It is never writable and executable at once. Code is added between two runs, on the thread that runs it, so that taking
//! away the right to execute for that time disturbs nobody.
//!
//! Rules that the `SAFETY:` comments lean on; the fields are private to this file:
//!
//! - C1. `base` is the start of a mapping of `bytes` bytes of this process, made here and unmapped by `drop` alone; no Rust
//!   reference into it outlives the statement that makes it.
//! - C2. The first `used` bytes hold whole functions that Cranelift made, which rely on no other code.
#![allow(unsafe_code, reason = "maps memory that can be executed; see docs/unsafe.md")]

use std::ffi::c_void;
use std::ptr::NonNull;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

use crate::Error;
use crate::placement::{Code, LINE_BYTES};

/// What rights are given to, at least; a multiple of every host's page size.
const PAGE_BYTES: usize = 64 * 1024;

/// The memory.
#[derive(Debug)]
pub(crate) struct CodeMemory {
    base: NonNull<u8>,
    bytes: usize,
    used: usize,
}

/// No room is left.
#[derive(Debug)]
pub(crate) struct Full;

impl CodeMemory {
    /// Reserves room for `bytes` bytes of code, rounded up. Costs nothing until it is used.
    ///
    /// # Errors
    /// The host has no such room, or does not let memory be executed.
    pub(crate) fn new(bytes: usize) -> Result<Self, Error> {
        let bytes = bytes.clamp(PAGE_BYTES, isize::MAX as usize / 2).next_multiple_of(PAGE_BYTES);
        let refused = |source: rustix::io::Errno| Error::CodeMemory { bytes, source: source.into() };
        // SAFETY: a new mapping, where the host wants it.
        let base = unsafe {
            mmap_anonymous(std::ptr::null_mut(), bytes, ProtFlags::empty(), MapFlags::PRIVATE | MapFlags::NORESERVE)
        };
        let base = NonNull::new(base.map_err(refused)?.cast::<u8>()).expect("a mapping is not at address 0");
        let memory = CodeMemory { base, bytes, used: 0 };
        // Asked for now, so that a host that forbids it says so before anything relies on it.
        memory.protect(0, PAGE_BYTES, MprotectFlags::READ | MprotectFlags::EXEC).map_err(refused)?;
        Ok(memory)
    }

    /// How many bytes of code it can hold.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many it holds.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    fn protect(&self, first: usize, end: usize, rights: MprotectFlags) -> rustix::io::Result<()> {
        let first = first / PAGE_BYTES * PAGE_BYTES;
        let end = end.next_multiple_of(PAGE_BYTES);
        assert!(first < end && end <= self.bytes, "inside the reservation");
        // SAFETY: by C1 and the assertion these pages are this mapping's, and no reference into them exists.
        unsafe { mprotect(self.base.as_ptr().add(first).cast::<c_void>(), end - first, rights) }
    }

    /// Adds functions and gives their addresses.
    pub(crate) fn add(&mut self, functions: &[&Code]) -> Result<Vec<usize>, Full> {
        let mut end = self.used;
        let places: Vec<usize> = functions
            .iter()
            .map(|code| {
                let place = end.next_multiple_of(LINE_BYTES) + code.offset;
                end = place + code.bytes.len();
                place
            })
            .collect();
        if functions.is_empty() {
            return Ok(places);
        }
        let first = places[0];
        if end > self.bytes || self.protect(first, end, MprotectFlags::READ | MprotectFlags::WRITE).is_err() {
            return Err(Full);
        }
        for (place, code) in places.iter().zip(functions) {
            // SAFETY: `end` bounds every function, so the bytes are inside the mapping (C1), and writable just now.
            unsafe { self.base.as_ptr().add(*place).copy_from_nonoverlapping(code.bytes.as_ptr(), code.bytes.len()) };
        }
        synchronise(self.base.as_ptr().wrapping_add(first), end - first);
        if self.protect(first, end, MprotectFlags::READ | MprotectFlags::EXEC).is_err() {
            return Err(Full);
        }
        self.used = end;
        Ok(places.into_iter().map(|place| self.base.as_ptr().addr() + place).collect())
    }

    /// Forgets all code behind the first `keep` bytes. None of it may be called any more.
    pub(crate) fn truncate(&mut self, keep: usize) {
        self.used = self.used.min(keep);
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        // SAFETY: C1; nothing runs code of a memory that is dropped, as entering borrows it.
        let _ = unsafe { munmap(self.base.as_ptr().cast::<c_void>(), self.bytes) };
    }
}

/// Makes what was written visible to instruction fetches. x86-64 does that by itself.
fn synchronise(start: *const u8, bytes: usize) {
    #[cfg(target_arch = "aarch64")]
    {
        // The smallest lines that the architecture allows; more than needed is harmless.
        let lines = || (start.addr() & !3..start.addr() + bytes).step_by(4);
        for line in lines() {
            // SAFETY: cleans a line of memory that is mapped and readable.
            unsafe { std::arch::asm!("dc cvau, {}", in(reg) line, options(nostack, preserves_flags)) };
        }
        // SAFETY: barriers.
        unsafe { std::arch::asm!("dsb ish", options(nostack, preserves_flags)) };
        for line in lines() {
            // SAFETY: as above.
            unsafe { std::arch::asm!("ic ivau, {}", in(reg) line, options(nostack, preserves_flags)) };
        }
        // SAFETY: barriers.
        unsafe { std::arch::asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
    }
    #[cfg(not(target_arch = "aarch64"))]
    let _ = (start, bytes);
}
