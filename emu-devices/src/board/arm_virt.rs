//! The board `arm-virt`: QEMU's Arm `virt` machine, at the addresses of QEMU 7.2, so that firmware and kernels built for it
//! run unchanged.
//!
//! | base | device | interrupt |
//! |---|---|---|
//! | 0x0000_0000, 0x0400_0000 | flash | - |
//! | 0x0800_0000 | GIC: distributor at 0x0800_0000; version 2: CPU interface at 0x0801_0000; version 3: redistributors from 0x080a_0000 | - |
//! | 0x0900_0000 | PL011 UART | SPI 1 |
//! | 0x0901_0000 | PL031 real-time clock | SPI 2 |
//! | 0x0a00_0000 + 0x200 n, n = 0 to 31 | virtio-mmio slot | SPI 16 + n |
//! | 0x4000_0000 | RAM | - |
//!
//! Beside these, generic timers (PPIs 26, 27, 29, 30) and PSCI, which are not on the bus. Disks are put into the slots from the
//! highest on, where QEMU puts a `-device virtio-blk-device` for which no bus is named.
//!
//! Of QEMU's board there is no platform bus, fw-cfg, GPIO, PCIe and no frame or service for message-signalled interrupts; the
//! device tree does not mention them.

use super::{Arch, Description, DeviceEntry, DeviceKind, RamEntry};
use crate::generic_timer;

/// Size of the RAM, if nobody says otherwise.
pub const RAM_BYTES: u64 = 256 << 20;

/// Size of a virtio-mmio slot.
const SLOT_BYTES: u64 = 0x200;
/// Number of virtio-mmio slots.
const SLOTS: u64 = 32;

/// Which interrupt controller the board has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GicVersion {
    /// GICv2, for up to 8 harts: what QEMU has unless it is asked.
    #[default]
    V2,
    /// GICv3.
    V3,
}

/// The board's description.
pub fn description(gic: GicVersion) -> Description {
    let controller = match gic {
        GicVersion::V2 => DeviceKind::GicV2,
        GicVersion::V3 => DeviceKind::GicV3,
    };
    let mut devices = vec![
        DeviceEntry::new(DeviceKind::Flash, 0),
        DeviceEntry::new(DeviceKind::Flash, 0x400_0000),
        DeviceEntry::new(controller, 0x800_0000),
        DeviceEntry::with_irq(DeviceKind::Pl011, 0x900_0000, 1),
        DeviceEntry::with_irq(DeviceKind::Pl031, 0x901_0000, 2),
    ];
    devices.extend((0..SLOTS).map(|n| DeviceEntry {
        size: Some(SLOT_BYTES),
        ..DeviceEntry::with_irq(DeviceKind::VirtioMmio, 0xa00_0000 + SLOT_BYTES * n, 16 + n as u32)
    }));
    Description {
        arch: Arch::Aarch64,
        timebase: generic_timer::FREQUENCY_HZ,
        device_tree: true,
        compatible: Some("linux,dummy-virt".into()),
        model: Some("linux,dummy-virt".into()),
        ram: vec![RamEntry { name: "ram".into(), base: 0x4000_0000, size: RAM_BYTES }],
        devices,
        ..Description::empty("arm-virt")
    }
}
