//! For tests: the driver's side of a block device. It sets the device up as the specification says and builds requests; what a test
//! wants to be wrong, it makes wrong afterwards.

use std::io;

use emu_mem::{BusBuilder, Device, GuestPhys, Memory, Segments, TransferError, Width};

use super::block::{Block, Disk, LATENCY_INSNS, Storage};
use super::mmio::{Interface, Mmio};
use crate::Timed;
use crate::clock::Clock;
use crate::irq::HartLines;

/// Where RAM begins: the descriptor table, then the rings.
pub(super) const RAM: u64 = 0x8000_0000;
pub(super) const RAM_BYTES: u64 = 0x10_0000;
/// A ROM.
pub(super) const ROM: u64 = 0x1000;
/// Descriptors in the queue.
pub(super) const SIZE: u16 = 16;
pub(super) const AVAILABLE: u64 = RAM + 16 * SIZE as u64;
pub(super) const USED: u64 = RAM + 0x1000;
/// Headers, one for each descriptor, 16 bytes each.
pub(super) const HEADERS: u64 = RAM + 0x2000;
/// Status bytes, one for each descriptor.
pub(super) const STATUSES: u64 = RAM + 0x3000;
/// Room for data.
pub(super) const DATA: u64 = RAM + 0x1_0000;

pub(super) const NEXT: u16 = 1;
pub(super) const WRITE: u16 = 2;
pub(super) const INDIRECT: u16 = 4;

/// A disk in memory, `sectors` long, whose byte i is `pattern(i)`.
pub(super) struct Plain(pub(super) Vec<u8>);

pub(super) fn pattern(i: usize) -> u8 {
    (i * 7 + i / 512) as u8
}

impl Plain {
    pub(super) fn new(sectors: usize) -> Self {
        Self((0..sectors * 512).map(pattern).collect())
    }

    fn range(&mut self, at_bytes: u64, bytes: u64) -> &mut [u8] {
        assert!(at_bytes.is_multiple_of(512) && bytes.is_multiple_of(512), "whole sectors");
        &mut self.0[at_bytes as usize..][..bytes as usize]
    }
}

impl Storage for Plain {
    fn bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn is_read_only(&self) -> bool {
        false
    }

    fn read(&mut self, at_bytes: u64, memory: &Memory, into: Segments<'_>) -> Result<u64, TransferError> {
        memory.scatter(into, self.range(at_bytes, into.bytes()))?;
        Ok(1)
    }

    fn write(&mut self, at_bytes: u64, memory: &Memory, from: Segments<'_>) -> Result<u64, TransferError> {
        memory.gather(from, self.range(at_bytes, from.bytes()))?;
        Ok(1)
    }

    fn zero(&mut self, at_bytes: u64, bytes: u64, _unmap: bool) -> io::Result<u64> {
        self.range(at_bytes, bytes).fill(0);
        Ok(1)
    }

    fn flush(&mut self) -> io::Result<u64> {
        Ok(1)
    }
}

/// A device, its driver and what is around them.
pub(super) struct Rig {
    pub(super) device: Mmio<Block>,
    pub(super) clock: Clock,
    pub(super) pins: HartLines,
    pub(super) memory: Memory,
    pub(super) disk: Disk,
    /// Chains made available so far.
    pub(super) offered: u16,
}

impl Rig {
    /// A device that has been reset.
    pub(super) fn new(interface: Interface, storage: Box<dyn Storage>) -> Self {
        Self::with(Disk::new("test", interface, storage))
    }

    /// A device for this disk that is ready for requests.
    pub(super) fn on(disk: Disk) -> Self {
        let mut rig = Self::with(disk);
        rig.set_up();
        rig
    }

    fn with(disk: Disk) -> Self {
        let mut builder = BusBuilder::new();
        builder.ram("ram", GuestPhys(RAM), RAM_BYTES).unwrap().rom("rom", GuestPhys(ROM), 0x1000).unwrap();
        let memory = builder.build().unwrap().memory().clone();
        let (clock, pins, interface) = (Clock::new(), HartLines::new(), disk.interface());
        let block = Block::new(disk.clone(), "a name of more than twenty bytes");
        let device = Mmio::new(interface, block, clock.clone(), pins.line(0), memory.clone());
        Self { device, clock, pins, memory, disk, offered: 0 }
    }

    /// A device that is ready for requests: its driver has taken every feature.
    pub(super) fn ready(interface: Interface, storage: Box<dyn Storage>) -> Self {
        let mut rig = Self::new(interface, storage);
        rig.set_up();
        rig
    }

    pub(super) fn set_up(&mut self) {
        let features = self.features();
        self.set_up_with(features);
    }

    /// Resets and sets up, with these features.
    pub(super) fn set_up_with(&mut self, features: u64) {
        self.write(0x70, 0);
        self.memory.zero(GuestPhys(RAM), DATA - RAM).unwrap();
        self.offered = 0;
        self.write(0x70, 1);
        self.write(0x70, 3);
        for (select, half) in [(0, features as u32), (1, (features >> 32) as u32)] {
            self.write(0x24, select);
            self.write(0x20, half);
        }
        self.write(0x30, 0);
        if self.read(0x04) == 2 {
            self.write(0x70, 11);
            assert_eq!(self.read(0x70), 11, "features are accepted");
            self.write(0x38, u32::from(SIZE));
            for (low, at) in [(0x80, RAM), (0x90, AVAILABLE), (0xa0, USED)] {
                self.write(low, at as u32);
                self.write(low + 4, (at >> 32) as u32);
            }
            self.write(0x44, 1);
            self.write(0x70, 15);
        } else {
            self.write(0x28, 4096);
            self.write(0x38, u32::from(SIZE));
            self.write(0x3c, 4096);
            self.write(0x40, (RAM / 4096) as u32);
            self.write(0x70, 7);
        }
    }

    /// All that the device offers.
    pub(super) fn features(&mut self) -> u64 {
        self.write(0x14, 1);
        let high = self.read(0x10);
        self.write(0x14, 0);
        u64::from(high) << 32 | u64::from(self.read(0x10))
    }

    pub(super) fn read(&mut self, offset: u64) -> u32 {
        self.device.read(offset, Width::B4).unwrap() as u32
    }

    pub(super) fn write(&mut self, offset: u64, value: u32) {
        self.device.write(offset, Width::B4, u64::from(value)).unwrap();
    }

    pub(super) fn put<T: emu_mem::Unit>(&self, at: u64, value: T) {
        self.memory.write(GuestPhys(at), value).unwrap();
    }

    pub(super) fn get<T: emu_mem::Unit>(&self, at: u64) -> T {
        self.memory.read(GuestPhys(at)).unwrap()
    }

    /// Fills in descriptor `index` of the table at `table`.
    pub(super) fn descriptor_in(&self, table: u64, index: u16, buffer: (u64, u32), flags: u16, next: u16) {
        let at = table + 16 * u64::from(index);
        self.put(at, buffer.0);
        self.put(at + 8, u64::from(next) << 48 | u64::from(flags) << 32 | u64::from(buffer.1));
    }

    pub(super) fn descriptor(&self, index: u16, buffer: (u64, u32), flags: u16, next: u16) {
        self.descriptor_in(RAM, index, buffer, flags, next);
    }

    /// Builds a request in the descriptors from `first` on: header, `data` (each with whether the device writes it), status.
    pub(super) fn build(&self, first: u16, kind: u32, sector: u64, data: &[(u64, u32, bool)]) {
        let header = HEADERS + 16 * u64::from(first);
        self.put(header, u64::from(kind));
        self.put(header + 8, sector);
        self.put(self.status_at(first), 0xee_u8);
        self.descriptor(first, (header, 16), NEXT, first + 1);
        let mut index = first + 1;
        for &(at, bytes, written) in data {
            self.descriptor(index, (at, bytes), NEXT | if written { WRITE } else { 0 }, index + 1);
            index += 1;
        }
        self.descriptor(index, (self.status_at(first), 1), WRITE, 0);
    }

    fn status_at(&self, first: u16) -> u64 {
        STATUSES + u64::from(first)
    }

    /// The status of the request that begins at `first`; 0xee until it is done.
    pub(super) fn status(&self, first: u16) -> u8 {
        self.get(self.status_at(first))
    }

    /// Makes a chain available.
    pub(super) fn offer(&mut self, head: u16) {
        self.put(AVAILABLE + 4 + 2 * u64::from(self.offered % SIZE), head);
        self.offered = self.offered.wrapping_add(1);
        self.put(AVAILABLE + 2, self.offered);
    }

    pub(super) fn notify(&mut self) {
        self.write(0x50, 0);
    }

    /// Lets so many instructions pass, and whatever is due then happen.
    pub(super) fn pass(&mut self, insns: u64) {
        self.clock.set(self.clock.now() + insns);
        if self.device.deadline().get().is_some_and(|at| at <= self.clock.now()) {
            self.device.tick();
        }
    }

    /// Does one request from its own descriptors to its status, which is returned with the length in the used ring.
    pub(super) fn request(&mut self, kind: u32, sector: u64, data: &[(u64, u32, bool)]) -> (u8, u32) {
        self.build(0, kind, sector, data);
        let used = self.used_count();
        self.offer(0);
        self.notify();
        self.pass(LATENCY_INSNS);
        assert_eq!((self.used_count(), self.used(used).0), (used.wrapping_add(1), 0), "{:?}", self.device.broken());
        (self.status(0), self.used(used).1)
    }

    pub(super) fn used_count(&self) -> u16 {
        self.get(USED + 2)
    }

    /// Descriptor and length of the used ring's entry `count`.
    pub(super) fn used(&self, count: u16) -> (u32, u32) {
        let element: u64 = self.get(USED + 4 + 8 * u64::from(count % SIZE));
        (element as u32, (element >> 32) as u32)
    }

    pub(super) fn bytes(&self, at: u64, bytes: usize) -> Vec<u8> {
        let mut read = vec![0; bytes];
        self.memory.read_bytes(GuestPhys(at), &mut read).unwrap();
        read
    }
}
