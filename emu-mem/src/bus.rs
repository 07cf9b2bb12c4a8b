//! The bus: what answers at a guest physical address. RAM, ROM and devices, each at its exact range, and watches on
//! RAM words. It knows a device only as something that reads and writes registers by offset.
//!
//! This is the slow path of a hart: what hits in its [`Tlb`](crate::tlb::Tlb) never comes here.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::access::{AmoOp, Unit, Width};
use crate::addr::{GuestPhys, PAGE_SIZE};
use crate::error::{Error, Range};
use crate::memory::{Found, Memory, Region};
use crate::ram::{Block, Ram};
use crate::with_unit;

/// An access fault: nothing answers there, or what does refuses. The architecture decides which exception it becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("access fault: no memory or device takes this access")]
pub struct BusFault;

/// Which part of a split access faulted, for the fault's address. The other part was not touched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SplitFault {
    /// The part below the page's end.
    First,
    /// The part in the next page.
    Second,
}

/// A device's registers.
pub trait Device: Send {
    /// Reads a register. `offset` is from the device's base and a multiple of `width`, and all bytes are inside. Bits
    /// of the value above the width are dropped.
    ///
    /// # Errors
    /// [`BusFault`] where the device has no such register or not of this width.
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault>;

    /// Writes a register: as [`read`](Self::read), and no bit of `value` above the width is set.
    ///
    /// # Errors
    /// [`BusFault`] where the device has no such register or not of this width.
    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault>;
}

/// Told of harts' stores to a range of RAM.
pub trait Watch: Send {
    /// A store has been done that touched the range. `at` is its first byte (of a store that crosses into another
    /// page: of the part that touched it), `width` its whole width. The watch may use `memory`, and its own writes are
    /// not announced.
    fn stored(&mut self, at: GuestPhys, width: Width, memory: &Memory);
}

/// What a bus access came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BusResult {
    /// What was read, zero-extended; for an atomic access what was there before; 0 for a write.
    pub value: u64,
    /// Whether anything beyond memory took part, a device or a watch. Interrupt lines, timers and the machine's power
    /// may have changed: look at them before the next instruction.
    pub device: bool,
}

struct Mounted {
    range: Range,
    device: Mutex<Box<dyn Device>>,
}

/// A device whose accesses are counted.
struct Counting {
    device: Box<dyn Device>,
    counts: Arc<Accesses>,
}

#[derive(Default)]
struct Accesses {
    reads: AtomicU64,
    writes: AtomicU64,
}

impl Device for Counting {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        let value = self.device.read(offset, width)?;
        self.counts.reads.fetch_add(1, Ordering::Relaxed);
        Ok(value)
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        self.device.write(offset, width, value)?;
        self.counts.writes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Takes the place of a device for a moment.
struct Nobody;

impl Device for Nobody {
    fn read(&mut self, _offset: u64, _width: Width) -> Result<u64, BusFault> {
        Err(BusFault)
    }

    fn write(&mut self, _offset: u64, _width: Width, _value: u64) -> Result<(), BusFault> {
        Err(BusFault)
    }
}

/// How often a device was accessed by harts; refused accesses are left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceCounts {
    /// Its name and place.
    pub range: Range,
    /// Loads.
    pub reads: u64,
    /// Stores.
    pub writes: u64,
}

struct Watched {
    first: GuestPhys,
    last: GuestPhys,
    watch: Mutex<Box<dyn Watch>>,
}

/// The address map of a machine. Shared by its harts by reference; devices and watches are locked one by one.
pub struct Bus {
    memory: Memory,
    /// Sorted by address; no two overlap, nor does one a memory region.
    devices: Vec<Mounted>,
    watches: Mutex<Vec<Arc<Watched>>>,
    /// Counts of the devices, if accesses are counted.
    counted: Mutex<Vec<(Range, Arc<Accesses>)>>,
}

/// A RAM or ROM that is to be.
struct Planned {
    range: Range,
    block: Block,
}

/// Builds a [`Bus`]: all memory first, then devices here or, if they want the [`Memory`], on the finished bus.
#[derive(Default)]
pub struct BusBuilder {
    regions: Vec<Planned>,
    devices: Vec<Mounted>,
}

impl BusBuilder {
    /// An empty address map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `bytes` bytes of RAM, zero at first.
    ///
    /// # Errors
    /// [`Error`] if it overlaps another region, does not begin and end at a page, or reaches past the end of the address
    /// space.
    pub fn ram(&mut self, name: &str, base: GuestPhys, bytes: u64) -> Result<&mut Self, Error> {
        self.region(name, base, bytes, true)
    }

    /// Adds `bytes` bytes of ROM, zero until [`Memory::install_bytes`] fills it. A guest's store to it faults.
    ///
    /// # Errors
    /// As for [`ram`](Self::ram).
    pub fn rom(&mut self, name: &str, base: GuestPhys, bytes: u64) -> Result<&mut Self, Error> {
        self.region(name, base, bytes, false)
    }

    /// Adds a device at any address, of any size.
    ///
    /// # Errors
    /// [`Error`] if it overlaps another region, is empty or reaches past the end of the address space.
    pub fn device(
        &mut self,
        name: &str,
        base: GuestPhys,
        bytes: u64,
        device: Box<dyn Device>,
    ) -> Result<&mut Self, Error> {
        let range = Range::new(name, base, bytes)?;
        free(&range, self.regions.iter().map(|planned| &planned.range), &self.devices)?;
        self.devices.push(Mounted { range, device: Mutex::new(device) });
        Ok(self)
    }

    /// The bus, with the memory of all regions reserved in one go.
    ///
    /// # Errors
    /// [`Error::Map`] if the host cannot reserve that much.
    pub fn build(mut self) -> Result<Bus, Error> {
        self.devices.sort_by_key(|mounted| mounted.range.first);
        let blocks: Vec<Block> = self.regions.iter().map(|planned| planned.block).collect();
        let regions = self.regions.into_iter().zip(Ram::reserve(&blocks)?);
        let regions = regions.map(|(planned, ram)| Region {
            range: planned.range,
            ram,
            writable: planned.block.writable,
            first_page: 0,
        });
        let memory = Memory::new(regions.collect());
        Ok(Bus { memory, devices: self.devices, watches: Mutex::default(), counted: Mutex::default() })
    }

    fn region(&mut self, name: &str, base: GuestPhys, bytes: u64, writable: bool) -> Result<&mut Self, Error> {
        let range = Range::new(name, base, bytes)?;
        free(&range, self.regions.iter().map(|planned| &planned.range), &self.devices)?;
        if !base.is_aligned(PAGE_SIZE) {
            return Err(Error::Unaligned(range));
        }
        self.regions.push(Planned { range, block: Block { bytes, writable }.check()? });
        Ok(self)
    }
}

/// Checks that nobody else claims a part of the range.
fn free<'a>(new: &Range, regions: impl Iterator<Item = &'a Range>, devices: &'a [Mounted]) -> Result<(), Error> {
    let mut taken = regions.chain(devices.iter().map(|mounted| &mounted.range));
    match taken.find(|old| old.overlaps(new)) {
        Some(old) => Err(Error::Overlap { new: new.clone(), old: old.clone() }),
        None => Ok(()),
    }
}

impl Bus {
    /// The memory part: clone it for whatever does DMA, loads programs or looks into memory.
    #[inline]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Adds a device: for those that were built with this bus's [`memory`](Self::memory).
    ///
    /// # Errors
    /// As for [`BusBuilder::device`].
    pub fn attach(&mut self, name: &str, base: GuestPhys, bytes: u64, device: Box<dyn Device>) -> Result<(), Error> {
        let range = Range::new(name, base, bytes)?;
        free(&range, self.memory.regions().iter().map(|region| &region.range), &self.devices)?;
        let place = self.devices.partition_point(|mounted| mounted.range.first < range.first);
        self.devices.insert(place, Mounted { range, device: Mutex::new(device) });
        Ok(())
    }

    /// Names and places of the devices by rising address. Those of RAM and ROM: [`Memory::regions`].
    pub fn devices(&self) -> impl Iterator<Item = &Range> {
        self.devices.iter().map(|mounted| &mounted.range)
    }

    /// Counts accesses of the devices that are there, from now on. Nothing is spent on that otherwise.
    pub fn count_accesses(&self) {
        let mut counted = lock(&self.counted);
        if !counted.is_empty() {
            return;
        }
        for mounted in &self.devices {
            let mut place = lock(&mounted.device);
            let device = std::mem::replace(&mut *place, Box::new(Nobody));
            let counts = Arc::<Accesses>::default();
            *place = Box::new(Counting { device, counts: Arc::clone(&counts) });
            counted.push((mounted.range.clone(), counts));
        }
    }

    /// How often each device was accessed, by rising address; nothing if that is not counted.
    pub fn device_counts(&self) -> Vec<DeviceCounts> {
        let counts = |(range, counts): &(Range, Arc<Accesses>)| DeviceCounts {
            range: range.clone(),
            reads: counts.reads.load(Ordering::Relaxed),
            writes: counts.writes.load(Ordering::Relaxed),
        };
        lock(&self.counted).iter().map(counts).collect()
    }

    /// Has `watch` told of every store by a hart that touches one of the `bytes` bytes from `at`.
    ///
    /// Their pages stay out of write TLBs from now on; a TLB that may have one already drops it at its next
    /// [`refresh`](crate::tlb::Tlb::refresh).
    ///
    /// # Errors
    /// [`Error::Watch`] unless one RAM region holds all of them.
    pub fn watch(&self, at: GuestPhys, bytes: u64, watch: Box<dyn Watch>) -> Result<(), Error> {
        if bytes == 0 || self.memory.find_writable(at, bytes).is_err() {
            return Err(Error::Watch { at, bytes });
        }
        let last = at.wrapping_add(bytes - 1);
        lock(&self.watches).push(Arc::new(Watched { first: at, last, watch: Mutex::new(watch) }));
        self.memory.add_watch(at, last);
        Ok(())
    }

    /// Whether a watched byte lies in the page of `at`.
    pub fn has_watch(&self, at: GuestPhys) -> bool {
        self.memory.has_watch(at)
    }

    /// A hart's load or fetch.
    ///
    /// # Errors
    /// [`BusFault`] unless one region or device holds all of it; if it is a device, also where it is misaligned or the
    /// device refuses.
    pub fn read(&self, at: GuestPhys, width: Width) -> Result<BusResult, BusFault> {
        if let Some(found) = self.memory.find(at, width.bytes()) {
            let value = with_unit!(width, T => found.ram.read::<T>(found.offset).map(T::to_u64));
            return Ok(BusResult { value: value.ok_or(BusFault)?, device: false });
        }
        let (mut device, offset) = self.device(at, width)?;
        let value = device.read(offset, width)?;
        Ok(BusResult { value: width.truncate(value), device: true })
    }

    /// A hart's store; bits of `value` above the width are ignored.
    ///
    /// # Errors
    /// As for [`read`](Self::read), and where a ROM is written. Nothing is written then.
    pub fn write(&self, at: GuestPhys, width: Width, value: u64) -> Result<BusResult, BusFault> {
        if let Some(found) = self.memory.find(at, width.bytes()) {
            if !found.writable {
                return Err(BusFault);
            }
            self.memory.about_to_write(at, width.bytes());
            let done = with_unit!(width, T => found.ram.write(found.offset, T::from_u64(value)));
            done.ok_or(BusFault)?;
            return Ok(BusResult { value: 0, device: self.announce(at, width.bytes(), width) });
        }
        let (mut device, offset) = self.device(at, width)?;
        device.write(offset, width, width.truncate(value))?;
        Ok(BusResult { value: 0, device: true })
    }

    /// A hart's atomic read-modify-write: `value` in the result is what was there before.
    ///
    /// # Errors
    /// [`BusFault`] unless it is aligned and in RAM; devices take no atomics.
    pub fn amo(&self, at: GuestPhys, width: Width, op: AmoOp, operand: u64) -> Result<BusResult, BusFault> {
        let found = self.find_atomic(at, width)?;
        let old = with_unit!(width, T => found.ram.amo(found.offset, op, T::from_u64(operand)).map(T::to_u64));
        Ok(BusResult { value: old.ok_or(BusFault)?, device: self.announce(at, width.bytes(), width) })
    }

    /// A hart's atomic compare and swap: `new` is stored if `expected` is there. `value` in the result is what was there
    /// before, zero-extended; watches are told only of a store that took place.
    ///
    /// # Errors
    /// [`BusFault`] unless it is aligned and in RAM; devices take no atomics.
    pub fn compare_exchange(
        &self,
        at: GuestPhys,
        width: Width,
        expected: u64,
        new: u64,
    ) -> Result<BusResult, BusFault> {
        let found = self.find_atomic(at, width)?;
        let old = with_unit!(width, T => {
            found.ram.compare_exchange(found.offset, T::from_u64(expected), T::from_u64(new)).map(T::to_u64)
        });
        let value = old.ok_or(BusFault)?;
        let stored = value == width.truncate(expected);
        Ok(BusResult { value, device: stored && self.announce(at, width.bytes(), width) })
    }

    /// A load that crosses a page: its first `split` bytes (1 to width - 1) are at `first`, the rest at `second`.
    ///
    /// # Errors
    /// [`SplitFault`] for the first part that is not in RAM or ROM; devices take no such access.
    pub fn read_split(
        &self,
        first: GuestPhys,
        split: u64,
        second: GuestPhys,
        width: Width,
    ) -> Result<BusResult, SplitFault> {
        let mut bytes = [0; 8];
        let (low, high) = parts(&mut bytes, split, width);
        self.memory.read_bytes(first, low).map_err(|_| SplitFault::First)?;
        self.memory.read_bytes(second, high).map_err(|_| SplitFault::Second)?;
        Ok(BusResult { value: u64::from_le_bytes(bytes), device: false })
    }

    /// A store that crosses a page: as [`read_split`](Self::read_split).
    ///
    /// # Errors
    /// [`SplitFault`] for the first part that is not in RAM. Neither part is written then.
    pub fn write_split(
        &self,
        first: GuestPhys,
        split: u64,
        second: GuestPhys,
        width: Width,
        value: u64,
    ) -> Result<BusResult, SplitFault> {
        let mut bytes = value.to_le_bytes();
        let (low, high) = parts(&mut bytes, split, width);
        let (low_bytes, high_bytes) = (low.len() as u64, high.len() as u64);
        let a = self.memory.find_writable(first, low_bytes).map_err(|_| SplitFault::First)?;
        let b = self.memory.find_writable(second, high_bytes).map_err(|_| SplitFault::Second)?;
        self.memory.about_to_write(first, low_bytes);
        self.memory.about_to_write(second, high_bytes);
        a.ram.write_bytes(a.offset, low).ok_or(SplitFault::First)?;
        b.ram.write_bytes(b.offset, high).ok_or(SplitFault::Second)?;
        let told = [self.announce(first, low_bytes, width), self.announce(second, high_bytes, width)];
        Ok(BusResult { value: 0, device: told[0] | told[1] })
    }

    /// Where an atomic access goes, which is about to write there.
    fn find_atomic(&self, at: GuestPhys, width: Width) -> Result<Found<'_>, BusFault> {
        let found = self.memory.find_writable(at, width.bytes())?;
        if !at.is_aligned(width.bytes()) {
            return Err(BusFault);
        }
        self.memory.about_to_write(at, width.bytes());
        Ok(found)
    }

    /// Tells the watches that a store of `width` has put `bytes` bytes at `at`; returns whether there were any.
    #[inline]
    fn announce(&self, at: GuestPhys, bytes: u64, width: Width) -> bool {
        self.memory.is_watched(at, bytes) && self.tell(at, bytes, width)
    }

    #[cold]
    fn tell(&self, at: GuestPhys, bytes: u64, width: Width) -> bool {
        let last = at.wrapping_add(bytes - 1);
        let watches = lock(&self.watches).clone();
        let touched = watches.iter().filter(|watched| watched.first <= last && at <= watched.last);
        touched.map(|watched| lock(&watched.watch).stored(at, width, &self.memory)).count() > 0
    }

    /// The device that holds all of an aligned access, and how far into it.
    fn device(&self, at: GuestPhys, width: Width) -> Result<(MutexGuard<'_, Box<dyn Device>>, u64), BusFault> {
        let after = self.devices.partition_point(|mounted| mounted.range.first <= at);
        let mounted = after.checked_sub(1).and_then(|i| self.devices.get(i)).ok_or(BusFault)?;
        let offset = mounted.range.offset(at, width.bytes()).ok_or(BusFault)?;
        if !at.is_aligned(width.bytes()) {
            return Err(BusFault);
        }
        Ok((lock(&mounted.device), offset))
    }
}

/// The bytes of a value of `width` before and after the page's end; a `split` out of range is clamped into it.
fn parts(bytes: &mut [u8; 8], split: u64, width: Width) -> (&mut [u8], &mut [u8]) {
    let split = split.min(width.bytes()) as usize;
    let (low, rest) = bytes.split_at_mut(split);
    (low, &mut rest[..width.bytes() as usize - split])
}

/// A device that has panicked has failed already; others may go on.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let devices: Vec<String> = self.devices().map(Range::to_string).collect();
        f.debug_struct("Bus").field("memory", &self.memory).field("devices", &devices).finish()
    }
}

#[cfg(test)]
mod tests;
