//! One stretch of the host's address space and the system calls on it, each counted. It knows offsets into the stretch,
//! not which RAM they belong to.
#![allow(unsafe_code, reason = "part of `ram`; see docs/unsafe.md")]

use std::io;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::raw::Raw;
use crate::addr::PAGE_SIZE;

/// How many system calls guest memory has cost.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SystemCalls {
    /// Reservations of address space (`mmap`).
    pub map: u64,
    /// Changes of what may be done with a run of pages (`mprotect`).
    pub protect: u64,
    /// Runs of pages that the host was told to back with large pages of its own (`madvise`).
    pub advise: u64,
    /// Runs of pages that the host was asked to provide at once (`madvise`).
    pub populate: u64,
    /// Runs of pages given back to the host (`madvise`).
    pub discard: u64,
}

impl SystemCalls {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.map + self.protect + self.advise + self.populate + self.discard
    }
}

/// What hosts usually have as the smallest large page. No shorter run can have one.
const LARGE_PAGE_BYTES: usize = 2 << 20;

/// What may be done with a run of pages of a [`Mapping`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rights {
    Read,
    ReadWrite,
}

/// A reservation of address space, owned: unmapped when dropped.
pub(super) struct Mapping {
    base: NonNull<u8>,
    bytes: usize,
    protect: AtomicU64,
    advise: AtomicU64,
    populate: AtomicU64,
    discard: AtomicU64,
    lifting: Mutex<()>,
}

impl Mapping {
    /// Reserves `bytes` bytes (a multiple of [`page_bytes`], not zero) that cannot be accessed yet and read as zero once
    /// they can. They cost neither memory nor swap until they are written.
    pub(super) fn reserve(bytes: usize) -> io::Result<Self> {
        let base = os::reserve(bytes)?;
        let none = AtomicU64::new;
        Ok(Self {
            base,
            bytes,
            protect: none(0),
            advise: none(0),
            populate: none(0),
            discard: none(0),
            lifting: Mutex::new(()),
        })
    }

    /// Where it begins: a multiple of [`page_bytes`].
    pub(super) fn base(&self) -> NonNull<u8> {
        self.base
    }

    pub(super) fn calls(&self) -> SystemCalls {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SystemCalls {
            map: 1,
            protect: count(&self.protect),
            advise: count(&self.advise),
            populate: count(&self.populate),
            discard: count(&self.discard),
        }
    }

    /// Held by whoever makes read-only pages writable for a moment.
    pub(super) fn lifting(&self) -> MutexGuard<'_, ()> {
        self.lifting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host address of the run, which is checked.
    fn run(&self, run: &Range<usize>) -> *mut u8 {
        assert!(run.start < run.end && run.end <= self.bytes, "{run:?} of {} bytes", self.bytes);
        self.base.as_ptr().wrapping_add(run.start)
    }

    /// Gives a run of whole pages these rights.
    pub(super) fn protect(&self, run: &Range<usize>, rights: Rights) -> io::Result<()> {
        let start = self.run(run);
        self.protect.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the run is inside the mapping, which is ours alone.
        unsafe { os::protect(start, run.len(), rights) }
    }

    /// Tells the host that large pages are welcome in a run of whole pages: one fault and one entry of its TLB do for 512 of
    /// the guest's pages. Where it has none, nothing changes.
    pub(super) fn prefer_large_pages(&self, run: &Range<usize>) {
        if run.len() < LARGE_PAGE_BYTES {
            return;
        }
        let start = self.run(run);
        self.advise.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as in `protect`. Contents stay.
        unsafe { os::prefer_large_pages(start, run.len()) }
    }

    /// Has the host provide the memory of a run of whole writable pages; their contents stay. A host that has no such call
    /// has each page touched.
    pub(super) fn populate(&self, run: &Range<usize>) -> io::Result<()> {
        let start = self.run(run);
        self.populate.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as in `protect`. An update that changes nothing is a write to the host all the same.
        unsafe {
            if os::populate(start, run.len())? {
                return Ok(());
            }
            touch(start, run.len());
        }
        Ok(())
    }

    /// Makes a run of whole writable pages read as zero, and gives them back to the host where it takes them.
    pub(super) fn discard(&self, run: &Range<usize>) {
        let start = self.run(run);
        self.discard.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as in `protect`.
        unsafe {
            if !os::discard(start, run.len()) {
                zero(start, run.len());
            }
        }
    }

    /// Makes bytes of writable pages zero, whatever their alignment.
    pub(super) fn zero(&self, bytes: &Range<usize>) {
        let start = self.run(bytes);
        // SAFETY: as in `protect`.
        unsafe { zero(start, bytes.len()) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: this is what `reserve` mapped, and by R1 nobody is left who would access it.
        unsafe { os::release(self.base, self.bytes) }
    }
}

// SAFETY: the pointer is an address that the mapping owns; all access through it is atomic or a system call.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

/// Writes to each page what is there.
///
/// # Safety
/// The bytes must be whole writable pages of a live mapping.
pub(super) unsafe fn touch(start: *mut u8, bytes: usize) {
    for offset in (0..bytes).step_by(PAGE_SIZE as usize) {
        // SAFETY: the caller's promise; a byte is always aligned.
        unsafe { u8::update(start.wrapping_add(offset), |byte| byte) };
    }
}

/// Makes bytes zero. What is zero is not written, so memory never touched before stays uncommitted.
///
/// # Safety
/// The bytes must be in writable pages of a live mapping.
pub(super) unsafe fn zero(start: *mut u8, bytes: usize) {
    let head = (start.addr().wrapping_neg() & 7).min(bytes);
    let words = (bytes - head) / 8;
    let each = |range: Range<usize>| {
        for offset in range {
            // SAFETY: the caller's promise; a byte is always aligned.
            unsafe { u8::store(start.wrapping_add(offset), 0) };
        }
    };
    each(0..head);
    for i in 0..words {
        let word = start.wrapping_add(head + 8 * i);
        // SAFETY: the words begin at a multiple of 8 and end inside what the caller promises.
        unsafe {
            if u64::load(word) != 0 {
                u64::store(word, 0);
            }
        }
    }
    each(head + 8 * words..bytes);
}

/// The host's page size in bytes: a power of two, at least [`PAGE_SIZE`].
pub(super) fn page_bytes() -> usize {
    os::page_bytes().max(PAGE_SIZE as usize)
}

#[cfg(not(miri))]
mod os {
    use super::*;
    use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
    #[cfg(target_os = "linux")]
    use rustix::{
        io::{Errno, retry_on_intr},
        mm::{Advice, madvise},
    };

    pub(super) fn page_bytes() -> usize {
        rustix::param::page_size()
    }

    /// Where the first page behind the guard page should lie. Boards have their RAM in the lower 4 GiB; less than 2 GiB away
    /// from all of that, translated code reaches it by the guest's address and a displacement in the instruction. A multiple
    /// of 2 MiB, as RAM's guest address is, so that the host can use large pages.
    const NEAR_GUEST: usize = 0x7000_0000;

    pub(super) fn reserve(bytes: usize) -> io::Result<NonNull<u8>> {
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        let wish = std::ptr::without_provenance_mut(NEAR_GUEST - page_bytes());
        // SAFETY: without `MAP_FIXED` the host takes the address for a wish, and maps nothing over what exists.
        let base = unsafe { mmap_anonymous(wish, bytes, ProtFlags::empty(), flags)? };
        NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory.into())
    }

    /// # Safety
    /// The mapping must be the caller's, with no accesses to come.
    pub(super) unsafe fn release(base: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's promise. It can fail only for arguments that no mapping has; the address space would
        // stay taken then, which harms nobody.
        let _ = unsafe { munmap(base.as_ptr().cast(), bytes) };
    }

    /// # Safety
    /// The pages must be a part of the caller's mapping.
    pub(super) unsafe fn protect(start: *mut u8, bytes: usize, rights: Rights) -> io::Result<()> {
        let flags = match rights {
            Rights::Read => MprotectFlags::READ,
            Rights::ReadWrite => MprotectFlags::READ | MprotectFlags::WRITE,
        };
        // SAFETY: the caller's promise.
        unsafe { mprotect(start.cast(), bytes, flags) }.map_err(io::Error::from)
    }

    /// # Safety
    /// The pages must be a part of the caller's mapping.
    #[cfg(target_os = "linux")]
    pub(super) unsafe fn prefer_large_pages(start: *mut u8, bytes: usize) {
        // SAFETY: the caller's promise. It fails on kernels that are built without large pages, which is as well.
        let _ = unsafe { madvise(start.cast(), bytes, Advice::LinuxHugepage) };
    }

    /// Whether it was done: not on hosts without such a call (Linux before 5.14).
    ///
    /// # Safety
    /// The pages must be a writable part of the caller's mapping.
    #[cfg(target_os = "linux")]
    pub(super) unsafe fn populate(start: *mut u8, bytes: usize) -> io::Result<bool> {
        // SAFETY: the caller's promise; contents stay.
        match retry_on_intr(|| unsafe { madvise(start.cast(), bytes, Advice::LinuxPopulateWrite) }) {
            Ok(()) => Ok(true),
            Err(Errno::INVAL | Errno::NOSYS) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether it was done: not where the pages are locked in memory.
    ///
    /// # Safety
    /// The pages must be a writable part of the caller's mapping.
    #[cfg(target_os = "linux")]
    pub(super) unsafe fn discard(start: *mut u8, bytes: usize) -> bool {
        // SAFETY: the caller's promise. Private anonymous pages read as zero afterwards, and no Rust object is in them.
        unsafe { madvise(start.cast(), bytes, Advice::LinuxDontNeed) }.is_ok()
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) unsafe fn prefer_large_pages(_: *mut u8, _: usize) {}

    #[cfg(not(target_os = "linux"))]
    pub(super) unsafe fn populate(_: *mut u8, _: usize) -> io::Result<bool> {
        Ok(false)
    }

    /// Other systems do not promise zeros.
    #[cfg(not(target_os = "linux"))]
    pub(super) unsafe fn discard(_: *mut u8, _: usize) -> bool {
        false
    }
}

/// Miri knows no reservations and no rights: here a mapping is an allocation.
#[cfg(miri)]
mod os {
    use super::*;
    use std::alloc::{Layout, alloc_zeroed, dealloc};

    pub(super) fn page_bytes() -> usize {
        PAGE_SIZE as usize
    }

    fn layout(bytes: usize) -> Layout {
        Layout::from_size_align(bytes, PAGE_SIZE as usize).expect("a gibibyte at most")
    }

    pub(super) fn reserve(bytes: usize) -> io::Result<NonNull<u8>> {
        if bytes > 1 << 30 {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        // SAFETY: `bytes` is not zero.
        NonNull::new(unsafe { alloc_zeroed(layout(bytes)) }).ok_or(io::ErrorKind::OutOfMemory.into())
    }

    pub(super) unsafe fn release(base: NonNull<u8>, bytes: usize) {
        // SAFETY: allocated in `reserve` with this layout.
        unsafe { dealloc(base.as_ptr(), layout(bytes)) }
    }

    pub(super) unsafe fn protect(_: *mut u8, _: usize, _: Rights) -> io::Result<()> {
        Ok(())
    }

    pub(super) unsafe fn prefer_large_pages(_: *mut u8, _: usize) {}

    pub(super) unsafe fn populate(_: *mut u8, _: usize) -> io::Result<bool> {
        Ok(false)
    }

    pub(super) unsafe fn discard(_: *mut u8, _: usize) -> bool {
        false
    }
}
