//! The target `disk`: bytes as what a hostile driver does to a virtio block device, its queue and its requests.
//!
//! Whatever it does, the device must touch neither what is not of the disk nor a ROM nor a disk that is read-only, raise its line
//! only for a reason that it tells, and leave memory alone once it has been reset.

use emu_devices::clock::Clock;
use emu_devices::irq::HartLines;
use emu_devices::virtio::block::{Block, Disk, LATENCY_INSNS, SECTOR_BYTES, Storage};
use emu_devices::virtio::mmio::{Interface, Mmio};
use emu_devices::{Device, Timed, Width};
use emu_mem::{BusBuilder, GuestPhys, Memory, Segments, TransferError, Unit};

const RAM: u64 = 0x8000_0000;
const RAM_BYTES: u64 = 0x4000;
const ROM: u64 = 0x1000;
const ROM_BYTES: u64 = 0x1000;
const DISK_BYTES: usize = 16 * SECTOR_BYTES as usize;

/// Descriptors in the queue.
const SIZE: u16 = 16;
/// Where a driver that does as it should has the parts of its queue, which is also where a legacy device looks.
const AVAILABLE: u64 = RAM + 16 * SIZE as u64;
const USED: u64 = RAM + 0x1000;
/// A header for each descriptor, 16 bytes each; then an indirect table; then room for data.
const HEADERS: u64 = RAM + 0x2000;
const INDIRECT: u64 = RAM + 0x2400;
const DATA: u64 = RAM + 0x3000;

/// Registers that the driver's set-up writes.
const STATUS: u64 = 0x70;
const QUEUE_NOTIFY: u64 = 0x50;
const INTERRUPT_STATUS: u64 = 0x60;

/// The first byte chooses the device: bit 0 version 2 of the registers, bit 1 read-only, bit 2 a driver without FLUSH, bit 3
/// one without indirect descriptors, bit 4 one that sets nothing up. Then come steps, each a byte and what it needs.
pub fn disk(data: &[u8]) {
    let Some((&choice, steps)) = data.split_first() else { return };
    let mut rig = Rig::new(choice);
    if choice & 0x10 == 0 {
        rig.set_up();
    }
    let mut steps = Steps(steps);
    while rig.step(&mut steps).is_some() {
        rig.check_line();
    }
    rig.check_after_reset();
}

/// Steps that read the first sector: a request of header, data and status. Something to begin with.
pub const READ: &[u8] = &[
    3, 0, 0, 1, 16, 0, 1, 1, // descriptor 0: the first header, read by the device, goes on in 1
    3, 0, 1, 0, 0, 2, 3, 2, // descriptor 1: 512 bytes of data, written by it, goes on in 2
    3, 0, 2, 0x80, 1, 0, 2, 0, // descriptor 2: one byte, written by it
    4, 0, 0, 0, 0, // the header: IN, sector 0
    5, 0, // offer descriptor 0
    6, // and wait
];

/// What is left of the input.
struct Steps<'a>(&'a [u8]);

impl Steps<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (&taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(taken)
    }
}

struct Rig {
    choice: u8,
    device: Mmio<Block>,
    clock: Clock,
    pins: HartLines,
    memory: Memory,
    /// Chains made available so far.
    offered: u16,
}

impl Rig {
    fn new(choice: u8) -> Self {
        let interface = if choice & 1 != 0 { Interface::Modern } else { Interface::Legacy };
        let mut builder = BusBuilder::new();
        builder
            .ram("ram", GuestPhys(RAM), RAM_BYTES)
            .and_then(|b| b.rom("rom", GuestPhys(ROM), ROM_BYTES))
            .expect("apart");
        let memory = builder.build().expect("a few pages").memory().clone();
        let storage = Bytes { bytes: [0x5a; DISK_BYTES], read_only: choice & 2 != 0 };
        let block = Block::new(Disk::new("fuzz", interface, Box::new(storage)), "fuzz");
        let (clock, pins) = (Clock::new(), HartLines::new());
        let device = Mmio::new(interface, block, clock.clone(), pins.line(0), memory.clone());
        Self { choice, device, clock, pins, memory, offered: 0 }
    }

    /// Does what a driver should (virtio 1.2, sections 3.1.1 and 4.2.3): the steps that follow are its mistakes.
    fn set_up(&mut self) {
        self.offered = 0;
        let mut refused = 0;
        if self.choice & 4 != 0 {
            refused |= 1 << 9;
        }
        if self.choice & 8 != 0 {
            refused |= 1 << 28;
        }
        for status in [0, 1, 3] {
            self.write(STATUS, status);
        }
        for half in [0, 1] {
            self.write(0x14, half);
            self.write(0x24, half);
            let offered = self.read(0x10);
            self.write(0x20, if half == 0 { offered & !refused } else { offered });
        }
        self.write(0x30, 0);
        self.write(0x38, u32::from(SIZE));
        if self.choice & 1 != 0 {
            self.write(STATUS, 11);
            for (low, at) in [(0x80, RAM), (0x90, AVAILABLE), (0xa0, USED)] {
                self.write(low, at as u32);
            }
            self.write(0x44, 1);
            self.write(STATUS, 15);
        } else {
            self.write(0x28, 4096);
            self.write(0x3c, 4096);
            self.write(0x40, (RAM / 4096) as u32);
            self.write(STATUS, 7);
        }
    }

    /// Does the next step; `None` at the end of the input.
    fn step(&mut self, steps: &mut Steps<'_>) -> Option<()> {
        let [kind] = steps.take()?;
        match kind % 8 {
            0 => {
                let [register, value @ ..] = steps.take::<5>()?;
                self.write(4 * u64::from(register), u32::from_le_bytes(value));
            }
            1 => {
                let [register, width] = steps.take()?;
                let width = [Width::B1, Width::B2, Width::B4, Width::B8][usize::from(width % 4)];
                let _ = self.device.read(2 * u64::from(register), width);
            }
            2 => {
                let at = u64::from(u16::from_le_bytes(steps.take()?)) % (RAM_BYTES - 8);
                self.put(RAM + at, u64::from_le_bytes(steps.take()?));
            }
            3 => {
                let [table, index, place, length, high, flags, next] = steps.take()?;
                let at = if table & 1 == 0 { RAM } else { INDIRECT } + 16 * u64::from(index % SIZE as u8);
                let bytes = u64::from(u16::from_le_bytes([length, high]));
                self.put(at, place_of(place));
                self.put(at + 8, u64::from(next) << 48 | u64::from(flags) << 32 | bytes);
            }
            4 => {
                let [index, request, sector, high] = steps.take()?;
                let header = HEADERS + 16 * u64::from(index % SIZE as u8);
                self.put(header, u64::from(request));
                // The highest sectors make bytes overflow.
                self.put(header + 8, u64::from(high) << 56 | u64::from(sector));
            }
            5 => {
                let [head] = steps.take()?;
                self.put(AVAILABLE + 4 + 2 * u64::from(self.offered % SIZE), u16::from(head));
                self.offered = self.offered.wrapping_add(1);
                self.put(AVAILABLE + 2, self.offered);
                self.write(QUEUE_NOTIFY, 0);
            }
            6 => self.pass(LATENCY_INSNS),
            _ => self.set_up(),
        }
        Some(())
    }

    /// Lets time pass, and whatever is due then happen.
    fn pass(&mut self, insns: u64) {
        self.clock.set(self.clock.now() + insns);
        if self.device.deadline().get().is_some_and(|at| at <= self.clock.now()) {
            self.device.tick();
        }
    }

    fn read(&mut self, offset: u64) -> u32 {
        self.device.read(offset, Width::B4).expect("words are read everywhere") as u32
    }

    fn write(&mut self, offset: u64, value: u32) {
        self.device.write(offset, Width::B4, u64::from(value)).expect("words are written everywhere");
    }

    fn put<T: Unit>(&self, at: u64, value: T) {
        self.memory.write(GuestPhys(at), value).expect("in RAM");
    }

    fn bytes(&self, at: u64, bytes: u64) -> Vec<u8> {
        let mut read = vec![0; bytes as usize];
        self.memory.read_bytes(GuestPhys(at), &mut read).expect("it is there");
        read
    }

    fn check_line(&mut self) {
        assert_eq!(self.pins.get() != 0, self.read(INTERRUPT_STATUS) != 0, "the line and InterruptStatus");
    }

    fn check_after_reset(&mut self) {
        assert!(self.bytes(ROM, ROM_BYTES).iter().all(|&byte| byte == 0), "the ROM was written");
        self.write(STATUS, 0);
        let before = self.bytes(RAM, RAM_BYTES);
        self.pass(LATENCY_INSNS);
        self.device.tick();
        assert!(before == self.bytes(RAM, RAM_BYTES), "memory changes after a reset");
        assert_eq!(self.pins.get(), 0, "the line after a reset");
    }
}

/// Where a buffer lies: data, headers, the queue itself, tables, ROM, RAM's end, nowhere, the address space's end.
fn place_of(choice: u8) -> u64 {
    let within = u64::from(choice >> 3);
    match choice & 7 {
        0 => DATA + 32 * within,
        1 => HEADERS + 16 * (within % u64::from(SIZE)),
        2 => RAM + 16 * within,
        3 => INDIRECT + 16 * (within % u64::from(SIZE)),
        4 => ROM + within,
        5 => RAM + RAM_BYTES - within,
        6 => within << 59,
        _ => u64::MAX - within,
    }
}

/// A disk that looks at what it is asked for.
struct Bytes {
    bytes: [u8; DISK_BYTES],
    read_only: bool,
}

impl Bytes {
    fn range(&mut self, at_bytes: u64, bytes: u64) -> &mut [u8] {
        assert!(at_bytes.is_multiple_of(SECTOR_BYTES) && bytes.is_multiple_of(SECTOR_BYTES), "half a sector");
        &mut self.bytes[at_bytes as usize..][..bytes as usize]
    }

    fn writable(&mut self, at_bytes: u64, bytes: u64) -> &mut [u8] {
        assert!(!self.read_only, "a read-only disk is written");
        self.range(at_bytes, bytes)
    }
}

impl Storage for Bytes {
    fn bytes(&self) -> u64 {
        DISK_BYTES as u64
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn read(&mut self, at_bytes: u64, memory: &Memory, into: Segments<'_>) -> Result<u64, TransferError> {
        memory.scatter(into, self.range(at_bytes, into.bytes()))?;
        Ok(1)
    }

    fn write(&mut self, at_bytes: u64, memory: &Memory, from: Segments<'_>) -> Result<u64, TransferError> {
        memory.gather(from, self.writable(at_bytes, from.bytes()))?;
        Ok(1)
    }

    fn zero(&mut self, at_bytes: u64, bytes: u64, _unmap: bool) -> std::io::Result<u64> {
        self.writable(at_bytes, bytes).fill(0);
        Ok(1)
    }

    fn flush(&mut self) -> std::io::Result<u64> {
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps can make a request that succeeds, on every kind of device: the search starts from where it is worth it.
    #[test]
    fn steps_make_requests() {
        for choice in 0..16 {
            let mut rig = Rig::new(choice);
            rig.set_up();
            let mut steps = Steps(READ);
            while rig.step(&mut steps).is_some() {}
            assert_eq!(rig.device.broken(), None, "choice {choice:#x}");
            assert_eq!(rig.bytes(DATA, 4), [0x5a; 4], "choice {choice:#x}");
            assert_eq!(rig.read(INTERRUPT_STATUS), 1, "choice {choice:#x}");
            disk(&[&[choice], READ].concat());
        }
    }
}
