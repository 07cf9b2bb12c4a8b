//! The register window of a virtio device (virtio over MMIO): version 2 (virtio 1.2, section 4.2.2) and the legacy version 1 (section
//! 4.2.4). It knows no request: that is its [`Model`]'s business.
//!
//! | offset | register | version |
//! |---|---|---|
//! | 0x000 to 0x00c | `MagicValue`, `Version`, `DeviceID`, `VendorID` | |
//! | 0x010, 0x014 | `DeviceFeatures`, `DeviceFeaturesSel` | |
//! | 0x020, 0x024 | `DriverFeatures`, `DriverFeaturesSel` | |
//! | 0x028 | `GuestPageSize` | 1 |
//! | 0x030 to 0x038 | `QueueSel`, `QueueNumMax`, `QueueNum` | |
//! | 0x03c, 0x040 | `QueueAlign`, `QueuePFN` | 1 |
//! | 0x044 | `QueueReady` | 2 |
//! | 0x050 | `QueueNotify` | |
//! | 0x060, 0x064 | `InterruptStatus`, `InterruptACK` | |
//! | 0x070 | `Status`: writing 0 resets | |
//! | 0x080 to 0x0a4 | `QueueDesc`, `QueueDriver`, `QueueDevice`: low and high halves | 2 |
//! | 0x0b0 to 0x0bc | `SHMLen`, `SHMBase`: all ones, as there is no shared memory | 2 |
//! | 0x0fc | `ConfigGeneration`: always 0, as no configuration changes | 2 |
//! | 0x100 | the configuration space | |
//!
//! What is not listed, or not of the version, reads 0 and ignores writes; so do registers that are not accessed as aligned words,
//! as QEMU has it. The configuration space takes every width.
//!
//! Where a driver does what the specification forbids: a queue in use cannot be set up anew; features that were not offered, or in
//! version 2 a set without VERSION_1, are refused by not keeping FEATURES_OK; nothing is accepted after FEATURES_OK, nor is a queue
//! served before DRIVER_OK. Legacy drivers have no FEATURES_OK and may use queues early (section 3.1.2). For broken queues see
//! [`virtio`](super).

use emu_mem::{BusFault, Device, GuestPhys, Memory, Width};

use super::{Broken, F_VERSION_1, Model, Queue};
use crate::Timed;
use crate::clock::{Clock, Deadline};
use crate::irq::Line;

/// Size of the register window.
pub const WINDOW_BYTES: u64 = 0x1000;
/// The least size of a window: what registers and configuration take on boards that pack their slots.
pub const REGISTER_BYTES: u64 = 0x200;

/// What [`MAGIC_VALUE`] reads: "virt", least significant byte first.
pub(super) const MAGIC: u32 = u32::from_le_bytes(*b"virt");
/// What [`VENDOR_ID`] reads: "QEMU", because the board that has these devices is QEMU's.
pub(super) const VENDOR: u32 = u32::from_le_bytes(*b"QEMU");

pub(super) const MAGIC_VALUE: u64 = 0x000;
pub(super) const VERSION: u64 = 0x004;
const DEVICE_ID: u64 = 0x008;
pub(super) const VENDOR_ID: u64 = 0x00c;
const DEVICE_FEATURES: u64 = 0x010;
const DEVICE_FEATURES_SEL: u64 = 0x014;
const DRIVER_FEATURES: u64 = 0x020;
const DRIVER_FEATURES_SEL: u64 = 0x024;
const GUEST_PAGE_SIZE: u64 = 0x028;
const QUEUE_SEL: u64 = 0x030;
const QUEUE_NUM_MAX: u64 = 0x034;
const QUEUE_NUM: u64 = 0x038;
const QUEUE_ALIGN: u64 = 0x03c;
const QUEUE_PFN: u64 = 0x040;
const QUEUE_READY: u64 = 0x044;
const QUEUE_NOTIFY: u64 = 0x050;
const INTERRUPT_STATUS: u64 = 0x060;
const INTERRUPT_ACK: u64 = 0x064;
const STATUS: u64 = 0x070;
const QUEUE_DESC_LOW: u64 = 0x080;
const QUEUE_DEVICE_HIGH: u64 = 0x0a4;
const SHM_LEN_LOW: u64 = 0x0b0;
const SHM_BASE_HIGH: u64 = 0x0bc;
const CONFIG: u64 = 0x100;

/// `Status`: the driver is ready.
const DRIVER_OK: u32 = 4;
/// `Status`: driver and device agree on features.
const FEATURES_OK: u32 = 8;
/// `Status`: only a reset helps.
const DEVICE_NEEDS_RESET: u32 = 0x40;

/// `InterruptStatus`: a buffer has been used.
const USED_BUFFER: u32 = 1;
/// `InterruptStatus`: the configuration, or the status, has changed.
const CONFIG_CHANGE: u32 = 2;

/// Which of the two register interfaces a device shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interface {
    /// Version 1, which QEMU's `virt` shows unless told otherwise.
    #[default]
    Legacy,
    /// Version 2.
    Modern,
}

/// A virtio device at its place.
#[derive(Debug)]
pub struct Mmio<M> {
    interface: Interface,
    model: M,
    clock: Clock,
    line: Line,
    memory: Memory,
    deadline: Deadline,
    queues: Vec<Queue>,
    device_features_sel: u32,
    driver_features_sel: u32,
    driver_features: u64,
    queue_sel: u32,
    /// Legacy: bytes in a page of `QueuePFN`.
    guest_page_size: u32,
    /// Legacy: what the used ring is aligned to, and what `QueuePFN` was set to, of each queue.
    legacy: Vec<(u32, u32)>,
    status: u32,
    interrupt_status: u32,
    broken: Option<Broken>,
}

impl<M: Model> Mmio<M> {
    /// A device that has just been reset.
    pub fn new(interface: Interface, model: M, clock: Clock, line: Line, memory: Memory) -> Self {
        let queues: Vec<_> = model.queue_sizes().iter().map(|&max| Queue::new(max)).collect();
        Self {
            legacy: vec![(PAGE_BYTES, 0); queues.len()],
            interface,
            model,
            clock,
            line,
            memory,
            deadline: Deadline::new(),
            queues,
            device_features_sel: 0,
            driver_features_sel: 0,
            driver_features: 0,
            queue_sel: 0,
            guest_page_size: PAGE_BYTES,
            status: 0,
            interrupt_status: 0,
            broken: None,
        }
    }

    /// When a request will be done.
    pub fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    /// How the driver has broken the device, if it has.
    pub fn broken(&self) -> Option<Broken> {
        self.broken
    }

    fn is_modern(&self) -> bool {
        self.interface == Interface::Modern
    }

    fn features(&self) -> u64 {
        self.model.features() | if self.is_modern() { F_VERSION_1 } else { 0 }
    }

    fn reset(&mut self) {
        for index in 0..self.queues.len() {
            self.queues[index] = Queue::new(self.queues[index].max);
            self.legacy[index] = (PAGE_BYTES, 0);
            self.model.forget(index);
        }
        (self.device_features_sel, self.driver_features_sel, self.driver_features) = (0, 0, 0);
        (self.queue_sel, self.guest_page_size) = (0, PAGE_BYTES);
        (self.status, self.interrupt_status, self.broken) = (0, 0, None);
    }

    /// Nothing is done for this driver any more until it resets the device.
    fn give_up(&mut self, why: Broken) {
        self.broken = Some(why);
        for index in 0..self.queues.len() {
            self.model.forget(index);
        }
        if self.is_modern() {
            self.status |= DEVICE_NEEDS_RESET;
            if self.status & DRIVER_OK != 0 {
                self.interrupt_status |= CONFIG_CHANGE;
            }
        }
    }

    fn set_status(&mut self, value: u32) {
        if value == 0 {
            return self.reset();
        }
        let agreed = self.driver_features & !self.features() == 0 && self.driver_features & F_VERSION_1 != 0;
        let refused = if self.is_modern() && !agreed { FEATURES_OK } else { 0 };
        self.status = value & 0xff & !refused | self.status & DEVICE_NEEDS_RESET;
    }

    fn accept_features(&mut self, value: u32) {
        let agreed = self.is_modern() && self.status & FEATURES_OK != 0;
        match self.driver_features_sel {
            0 if !agreed => self.driver_features = self.driver_features & !0xffff_ffff | u64::from(value),
            1 if !agreed => self.driver_features = self.driver_features & 0xffff_ffff | u64::from(value) << 32,
            _ => {}
        }
    }

    fn start(&mut self, index: usize) {
        if let Err(broken) = self.queues[index].start(&self.memory) {
            self.give_up(broken);
        }
    }

    fn stop(&mut self, index: usize) {
        self.queues[index].stop();
        self.model.forget(index);
    }

    /// Section 2.7.2: the parts of a legacy queue lie one behind the other, the used ring at the next multiple of `QueueAlign`.
    fn set_pfn(&mut self, index: usize, pfn: u32) {
        let (align, _) = self.legacy[index];
        self.legacy[index].1 = pfn;
        self.stop(index);
        if pfn == 0 {
            return;
        }
        if !align.is_power_of_two() {
            return self.give_up(Broken::Place);
        }
        let queue = &mut self.queues[index];
        let size = u64::from(queue.size);
        queue.descriptors = GuestPhys(u64::from(pfn) * u64::from(self.guest_page_size));
        queue.available = queue.descriptors.wrapping_add(16 * size);
        // Flags, index, the ring itself, and the word of EVENT_IDX, which is there whether it is used or not.
        let end = queue.available.wrapping_add(6 + 2 * size).0;
        queue.used = GuestPhys(end.wrapping_add(u64::from(align) - 1) & !(u64::from(align) - 1));
        self.start(index);
    }

    fn notify(&mut self, index: u32) {
        let now = self.clock.now();
        let Some(queue) = self.queues.get_mut(index as usize).filter(|queue| queue.is_ready()) else { return };
        if self.broken.is_some() || self.interface == Interface::Modern && self.status & DRIVER_OK == 0 {
            return;
        }
        if let Err(broken) = self.model.notified(index as usize, queue, &self.memory, now) {
            self.give_up(broken);
        }
    }

    fn complete(&mut self) {
        match self.model.complete(&mut self.queues, &self.memory, self.driver_features, self.clock.now()) {
            Ok(true) => self.interrupt_status |= USED_BUFFER,
            Ok(false) => {}
            Err(broken) => self.give_up(broken),
        }
    }

    fn update(&mut self) {
        self.line.set(self.interrupt_status != 0);
        self.deadline.set(self.model.due());
    }

    /// The selected queue, if the device has it.
    fn selected(&self) -> Option<usize> {
        Some(self.queue_sel as usize).filter(|&index| index < self.queues.len())
    }

    fn read_register(&self, offset: u64) -> u32 {
        let selected = self.selected();
        match (offset, self.interface) {
            (MAGIC_VALUE, _) => MAGIC,
            (VERSION, Interface::Legacy) => 1,
            (VERSION, Interface::Modern) => 2,
            (DEVICE_ID, _) => self.model.id(),
            (VENDOR_ID, _) => VENDOR,
            (DEVICE_FEATURES, _) => match self.device_features_sel {
                0 => self.features() as u32,
                1 => (self.features() >> 32) as u32,
                _ => 0,
            },
            (QUEUE_NUM_MAX, _) => selected.map_or(0, |index| u32::from(self.queues[index].max)),
            (QUEUE_PFN, Interface::Legacy) => selected.map_or(0, |index| self.legacy[index].1),
            (QUEUE_READY, Interface::Modern) => selected.map_or(0, |index| u32::from(self.queues[index].is_ready())),
            (INTERRUPT_STATUS, _) => self.interrupt_status,
            (STATUS, _) => self.status,
            (SHM_LEN_LOW..=SHM_BASE_HIGH, Interface::Modern) => u32::MAX,
            _ => 0,
        }
    }

    fn write_register(&mut self, offset: u64, value: u32) {
        match (offset, self.interface) {
            (DEVICE_FEATURES_SEL, _) => self.device_features_sel = value,
            (DRIVER_FEATURES, _) => self.accept_features(value),
            (DRIVER_FEATURES_SEL, _) => self.driver_features_sel = value,
            (GUEST_PAGE_SIZE, Interface::Legacy) => self.guest_page_size = value,
            (QUEUE_SEL, _) => self.queue_sel = value,
            (QUEUE_NOTIFY, _) => self.notify(value),
            (INTERRUPT_ACK, _) => self.interrupt_status &= !value,
            (STATUS, _) => self.set_status(value),
            _ => {
                if let Some(index) = self.selected() {
                    self.write_queue(index, offset, value);
                }
            }
        }
    }

    fn write_queue(&mut self, index: usize, offset: u64, value: u32) {
        let ready = self.queues[index].is_ready();
        match (offset, self.interface) {
            (QUEUE_PFN, Interface::Legacy) => self.set_pfn(index, value),
            (QUEUE_READY, Interface::Modern) if value & 1 == 0 => self.stop(index),
            _ if ready => {}
            // A size that does not fit is kept as one that is refused when the queue is started.
            (QUEUE_NUM, _) => self.queues[index].size = u16::try_from(value).unwrap_or(0),
            (QUEUE_ALIGN, Interface::Legacy) => self.legacy[index].0 = value,
            (QUEUE_READY, Interface::Modern) => self.start(index),
            (QUEUE_DESC_LOW..=QUEUE_DEVICE_HIGH, Interface::Modern) => {
                let queue = &mut self.queues[index];
                let address = match offset & !0xf {
                    0x80 => &mut queue.descriptors,
                    0x90 => &mut queue.available,
                    _ => &mut queue.used,
                };
                match offset & 0xf {
                    0 => address.0 = address.0 & !0xffff_ffff | u64::from(value),
                    4 => address.0 = address.0 & 0xffff_ffff | u64::from(value) << 32,
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// A page, if a legacy driver says nothing else.
const PAGE_BYTES: u32 = 4096;

impl<M: Model> Device for Mmio<M> {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        if let Some(start) = offset.checked_sub(CONFIG) {
            let byte = |i| u64::from(self.model.config().get((start + i) as usize).copied().unwrap_or(0));
            return Ok((0..width.bytes()).fold(0, |value, i| value | byte(i) << (8 * i)));
        }
        Ok(if width == Width::B4 { u64::from(self.read_register(offset)) } else { 0 })
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        // No device here has a configuration that can be written.
        if offset < CONFIG && width == Width::B4 {
            self.write_register(offset, value as u32);
            self.update();
        }
        Ok(())
    }
}

impl<M: Model> Timed for Mmio<M> {
    fn tick(&mut self) {
        self.complete();
        self.update();
    }
}

#[cfg(test)]
#[path = "mmio/tests.rs"]
mod tests;
