//! The RAM and ROM of a machine by guest physical address, without its devices. It can be cloned and handed to whatever
//! reads or writes guest memory without being a hart: devices that do DMA, HTIF, semihosting, loaders, debuggers.
//! Harts store through [`Bus`](crate::bus::Bus) and [`Tlb`](crate::tlb::Tlb).

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::access::Unit;
use crate::addr::{GuestPhys, PAGE_SIZE};
use crate::bus::BusFault;
use crate::dirty::Logs;
use crate::error::{Error, Range};
use crate::ram::{Batch, Ram, SystemCalls};
use crate::reservation::Reservations;

pub use transfer::{Segment, Segments};

mod transfer;

/// All RAM and ROM regions. A cheap handle: clones are the same memory.
///
/// A typed access or a copy must lie wholly inside one region. A write here is by somebody who is no hart: it breaks
/// LR/SC reservations on the bytes it changes, and watches are not told of it.
#[derive(Clone)]
pub struct Memory(Arc<Inner>);

struct Inner {
    /// Sorted by address, no two overlap.
    regions: Vec<Region>,
    /// The largest RAM's place in `regions`: looked at before all others.
    main: usize,
    /// First and last address of every watched range.
    watched: RwLock<Vec<(GuestPhys, GuestPhys)>>,
    /// Whether there is any.
    watching: AtomicBool,
    logs: Mutex<Logs>,
    /// Whether there are any.
    logging: AtomicBool,
    /// How often what may be in a write TLB became less: a watch was added, or a log wants to know of first writes.
    rights_epoch: AtomicU64,
    reservations: Reservations,
}

/// One RAM or ROM.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its name and place.
    pub range: Range,
    /// Its bytes.
    pub ram: Ram,
    /// False for a ROM.
    pub writable: bool,
    /// How many pages of RAM there are at lower addresses: the number of a RAM's first page.
    pub(crate) first_page: u64,
}

impl Region {
    fn ram_pages(&self) -> u64 {
        if self.writable { self.ram.bytes() / PAGE_SIZE } else { 0 }
    }
}

/// Where a physical address lies.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The region's bytes.
    pub ram: &'a Ram,
    /// How far into them.
    pub offset: u64,
    /// Whether a guest may store there.
    pub writable: bool,
}

/// Bytes around all watches that [`Memory::open_ram`] leaves out at most.
const MAX_CLOSED_BYTES: u64 = 16 * PAGE_SIZE;

/// RAM that generated code may access with one comparison, or two for stores; see [`Memory::open_ram`].
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct OpenRam {
    /// Its first byte's address in the guest.
    pub guest: GuestPhys,
    /// Its size; a multiple of 4,096, not zero.
    pub bytes: u64,
    /// Its first byte's address in the host.
    pub host: usize,
    /// The stretch of it that must not be written like that: how far into it that begins.
    pub closed_from: u64,
    /// The size of that stretch; zero if there is none.
    pub closed_bytes: u64,
}

impl Memory {
    /// `regions` do not overlap; they need not be sorted.
    pub(crate) fn new(mut regions: Vec<Region>) -> Self {
        regions.sort_by_key(|region| region.range.first);
        let mut pages = 0;
        for region in &mut regions {
            region.first_page = pages;
            pages += region.ram_pages();
        }
        let main = (0..regions.len()).filter(|&i| regions[i].writable).max_by_key(|&i| regions[i].ram.bytes());
        Self(Arc::new(Inner {
            regions,
            main: main.unwrap_or(0),
            watched: RwLock::default(),
            watching: AtomicBool::new(false),
            logs: Mutex::default(),
            logging: AtomicBool::new(false),
            rights_epoch: AtomicU64::new(0),
            reservations: Reservations::new(),
        }))
    }

    /// All regions by rising address.
    pub fn regions(&self) -> &[Region] {
        &self.0.regions
    }

    /// The harts' LR/SC reservations.
    #[inline]
    pub fn reservations(&self) -> &Reservations {
        &self.0.reservations
    }

    /// The region that holds all of the `bytes` bytes (at least one) from `at`. Who writes to what was found calls
    /// [`about_to_write`](Self::about_to_write) first.
    #[inline]
    pub fn find(&self, at: GuestPhys, bytes: u64) -> Option<Found<'_>> {
        let (region, offset) = self.region(at, bytes)?;
        Some(Found { ram: &region.ram, offset, writable: region.writable })
    }

    #[inline]
    fn region(&self, at: GuestPhys, bytes: u64) -> Option<(&Region, u64)> {
        let regions = &self.0.regions;
        let main = regions.get(self.0.main)?;
        if let Some(offset) = main.range.offset(at, bytes) {
            return Some((main, offset));
        }
        let after = regions.partition_point(|region| region.range.first <= at);
        let region = regions.get(after.checked_sub(1)?)?;
        Some((region, region.range.offset(at, bytes)?))
    }

    /// [`find`](Self::find), where a store is to go.
    #[inline]
    pub(crate) fn find_writable(&self, at: GuestPhys, bytes: u64) -> Result<Found<'_>, BusFault> {
        self.find(at, bytes).filter(|found| found.writable).ok_or(BusFault)
    }

    /// Reads a unit, aligned or not.
    ///
    /// # Errors
    /// [`BusFault`] unless one region holds all of it.
    #[inline]
    pub fn read<T: Unit>(&self, at: GuestPhys) -> Result<T, BusFault> {
        let found = self.find(at, T::BYTES).ok_or(BusFault)?;
        found.ram.read(found.offset).ok_or(BusFault)
    }

    /// Writes a unit, aligned or not.
    ///
    /// # Errors
    /// [`BusFault`], with nothing written, unless one RAM region holds all of it.
    pub fn write<T: Unit>(&self, at: GuestPhys, value: T) -> Result<(), BusFault> {
        let found = self.find_writable(at, T::BYTES)?;
        self.about_to_write(at, T::BYTES);
        found.ram.write(found.offset, value).ok_or(BusFault)?;
        self.0.reservations.written(at, T::BYTES);
        Ok(())
    }

    /// Copies guest memory from `at` on into `into`.
    ///
    /// # Errors
    /// [`BusFault`] unless one region holds all of it. Nothing to copy is no fault anywhere.
    pub fn read_bytes(&self, at: GuestPhys, into: &mut [u8]) -> Result<(), BusFault> {
        if into.is_empty() {
            return Ok(());
        }
        let found = self.find(at, into.len() as u64).ok_or(BusFault)?;
        found.ram.read_bytes(found.offset, into).ok_or(BusFault)
    }

    /// Copies `from` into guest RAM from `at` on.
    ///
    /// # Errors
    /// [`BusFault`], with nothing written, unless one RAM region (not a ROM) holds all of it. Nothing to copy is no
    /// fault anywhere.
    pub fn write_bytes(&self, at: GuestPhys, from: &[u8]) -> Result<(), BusFault> {
        if !from.is_empty() {
            self.find_writable(at, from.len() as u64)?;
        }
        self.install_bytes(at, from)
    }

    /// Copies `from` into guest RAM or ROM from `at` on: for loaders and boards, never on a guest's behalf.
    ///
    /// # Errors
    /// [`BusFault`], with nothing written, unless one region holds all of it. Nothing to copy is no fault anywhere.
    pub fn install_bytes(&self, at: GuestPhys, from: &[u8]) -> Result<(), BusFault> {
        if from.is_empty() {
            return Ok(());
        }
        let bytes = from.len() as u64;
        let found = self.find(at, bytes).ok_or(BusFault)?;
        self.about_to_write(at, bytes);
        found.ram.install_bytes(found.offset, from).ok_or(BusFault)?;
        self.0.reservations.written(at, bytes);
        Ok(())
    }

    /// Makes `bytes` bytes from `at` on zero. Costs no host memory where they are zero already.
    ///
    /// # Errors
    /// [`BusFault`], with nothing written, unless one RAM region holds all of it. Zero bytes are no fault anywhere.
    pub fn zero(&self, at: GuestPhys, bytes: u64) -> Result<(), BusFault> {
        if bytes == 0 {
            return Ok(());
        }
        let found = self.find_writable(at, bytes)?;
        self.about_to_zero(at, bytes);
        found.ram.zero(found.offset, bytes).ok_or(BusFault)?;
        self.0.reservations.written(at, bytes);
        Ok(())
    }

    /// Has the host provide the memory of all pages that these stretches (first address and bytes) touch, so that nobody
    /// waits for it later. Stretches that meet are one system call together; contents stay as they are.
    ///
    /// # Errors
    /// [`Error::NotRam`], with nothing done, unless one RAM region holds all of each stretch; [`Error::Populate`] if the
    /// host has not so much. Zero bytes are no error anywhere.
    pub fn populate(&self, stretches: &[(GuestPhys, u64)]) -> Result<(), Error> {
        let mut batch = Batch::default();
        for &(at, bytes) in stretches {
            self.add_to(&mut batch, at, bytes).map_err(|BusFault| Error::NotRam { at, bytes })?;
        }
        batch.populate().map_err(|source| {
            let bytes = stretches.iter().fold(0_u64, |sum, stretch| sum.saturating_add(stretch.1));
            Error::Populate { bytes, source }
        })
    }

    /// Makes these stretches (first address and bytes) zero and gives the pages that lie wholly in them back to the host,
    /// until they are touched again: what a memory balloon wants. Stretches that meet are one system call together.
    ///
    /// # Errors
    /// [`BusFault`], with nothing done, unless one RAM region holds all of each stretch. Zero bytes are no fault anywhere.
    pub fn discard(&self, stretches: &[(GuestPhys, u64)]) -> Result<(), BusFault> {
        let mut batch = Batch::default();
        for &(at, bytes) in stretches {
            self.add_to(&mut batch, at, bytes)?;
        }
        for &(at, bytes) in stretches {
            self.about_to_zero(at, bytes);
        }
        batch.discard();
        for &(at, bytes) in stretches.iter().filter(|stretch| stretch.1 != 0) {
            self.0.reservations.written(at, bytes);
        }
        Ok(())
    }

    fn add_to<'m>(&'m self, batch: &mut Batch<'m>, at: GuestPhys, bytes: u64) -> Result<(), BusFault> {
        if bytes == 0 {
            return Ok(());
        }
        let found = self.find_writable(at, bytes)?;
        batch.add(found.ram, found.offset, bytes).ok_or(BusFault)
    }

    /// How many system calls this memory has cost so far.
    pub fn system_calls(&self) -> SystemCalls {
        // All regions come out of one reservation.
        self.0.regions.first().map(|region| region.ram.system_calls()).unwrap_or_default()
    }

    /// Whether a watched byte lies in the page of `at`. Such a page never enters a write TLB.
    pub fn has_watch(&self, at: GuestPhys) -> bool {
        self.is_watched(at.page(), PAGE_SIZE)
    }

    /// Whether one of the `bytes` bytes (at least one) from `at` is watched.
    #[inline]
    pub(crate) fn is_watched(&self, at: GuestPhys, bytes: u64) -> bool {
        if !self.0.watching.load(Ordering::Acquire) {
            return false;
        }
        let last = GuestPhys(at.0.saturating_add(bytes - 1));
        let watched = self.0.watched.read().unwrap_or_else(PoisonError::into_inner);
        watched.iter().any(|&(first, end)| first <= last && at <= end)
    }

    /// Keeps the page of a range out of write TLBs from now on.
    pub(crate) fn add_watch(&self, first: GuestPhys, last: GuestPhys) {
        self.0.watched.write().unwrap_or_else(PoisonError::into_inner).push((first, last));
        self.0.watching.store(true, Ordering::Release);
        self.withdraw_rights();
    }

    /// The main RAM, if its pages may be accessed without asking: nobody logs writes, and few pages or none are watched. Holds
    /// until [`Tlb::refresh`](crate::Tlb::refresh) would drop something.
    pub fn open_ram(&self) -> Option<OpenRam> {
        if self.is_logging() {
            return None;
        }
        let main = self.0.regions.get(self.0.main).filter(|region| region.writable)?;
        let (first, bytes) = (main.range.first, main.ram.bytes());
        let mut open = OpenRam { guest: first, bytes, host: main.ram.host_address(), closed_from: 0, closed_bytes: 0 };
        let watched = self.0.watched.read().unwrap_or_else(PoisonError::into_inner);
        let inside = |at: &GuestPhys| at.0.wrapping_sub(first.0) < bytes;
        for &(from, last) in watched.iter().filter(|(from, last)| inside(from) || inside(last)) {
            let offset = |at: GuestPhys| at.page().0.saturating_sub(first.0).min(bytes - PAGE_SIZE);
            let (from, end) = (offset(from), offset(last) + PAGE_SIZE);
            let known = open.closed_from..open.closed_from + open.closed_bytes;
            let all = if known.is_empty() { from..end } else { from.min(known.start)..end.max(known.end) };
            (open.closed_from, open.closed_bytes) = (all.start, all.end - all.start);
        }
        (open.closed_bytes <= MAX_CLOSED_BYTES).then_some(open)
    }

    /// Counts what makes entries of write TLBs invalid; one that has seen less may hold pages it must not.
    #[inline]
    pub(crate) fn rights_epoch(&self) -> u64 {
        self.0.rights_epoch.load(Ordering::Acquire)
    }

    /// Has every write TLB forget its pages at its next refresh.
    pub(crate) fn withdraw_rights(&self) {
        self.0.rights_epoch.fetch_add(1, Ordering::Release);
    }

    /// To be called before anybody writes to these bytes in whatever way, so that logs and snapshots see what is there.
    /// For a page that is in a write TLB it has been called. Costs a load where there are neither.
    #[inline]
    pub fn about_to_write(&self, at: GuestPhys, bytes: u64) {
        if self.is_logging() {
            self.log_write(at, bytes);
        }
    }

    /// Whether anybody wants to know of writes.
    #[inline]
    pub(crate) fn is_logging(&self) -> bool {
        self.0.logging.load(Ordering::Relaxed)
    }

    #[cold]
    fn log_write(&self, at: GuestPhys, bytes: u64) {
        let Some((region, offset)) = self.region(at, bytes).filter(|(region, _)| region.writable) else { return };
        self.logs(|logs| {
            for page in offset / PAGE_SIZE..(offset + bytes).div_ceil(PAGE_SIZE) {
                let at = page * PAGE_SIZE;
                logs.written(region.first_page + page, |into| region.ram.read_bytes(at, into).expect("it is inside"));
            }
        });
    }

    /// [`about_to_write`](Self::about_to_write) for bytes that will be zero: where they are already, nothing is written.
    fn about_to_zero(&self, at: GuestPhys, bytes: u64) {
        if !self.is_logging() {
            return;
        }
        let (mut at, mut left, mut there) = (at, bytes, [0; PAGE_SIZE as usize]);
        while left != 0 {
            let part = left.min(PAGE_SIZE - at.page_offset());
            let there = &mut there[..part as usize];
            if self.read_bytes(at, there).is_ok() && there.iter().any(|&byte| byte != 0) {
                self.log_write(at, part);
            }
            (at, left) = (at.wrapping_add(part), left - part);
        }
    }

    /// Calls `f` with the logs; writes are logged as long as there are any.
    pub(crate) fn logs<T>(&self, f: impl FnOnce(&mut Logs) -> T) -> T {
        let mut logs = self.0.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let result = f(&mut logs);
        self.0.logging.store(!logs.is_empty(), Ordering::Relaxed);
        result
    }

    /// The RAM that has the page of this number, and how far into it the page begins.
    pub(crate) fn page(&self, number: u64) -> (&Region, u64) {
        // A ROM has the same number as the RAM that follows it, so the last of them is the one.
        let after = self.0.regions.partition_point(|region| region.first_page <= number);
        let region = &self.0.regions[after - 1];
        (region, (number - region.first_page) * PAGE_SIZE)
    }

    /// How many pages of RAM there are.
    pub(crate) fn pages(&self) -> u64 {
        self.0.regions.last().map_or(0, |region| region.first_page + region.ram_pages())
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0.regions).finish()
    }
}
