//! The board `virt`: QEMU's RISC-V `virt` machine, at the addresses of QEMU 7.2, so that firmware and kernels built for
//! it run unchanged.
//!
//! | base | device | interrupt |
//! |---|---|---|
//! | 0x0010_0000 | test finisher | - |
//! | 0x0010_1000 | Goldfish RTC | 11 |
//! | 0x0200_0000 | CLINT | - |
//! | 0x0c00_0000 | PLIC | - |
//! | 0x1000_0000 | 16550A UART | 10 |
//! | 0x1000_1000 + 0x1000 n, n = 0 to 7 | virtio-mmio slot | 1 + n |
//! | 0x8000_0000 | RAM | - |
//!
//! The first disk is in the slot with the highest address, the second in the one below it, and so on, where QEMU puts a
//! `-device virtio-blk-device` for which no bus is named. Slots are empty otherwise.
//!
//! Of QEMU's board there is no reset ROM (see [`board`](super)), no platform bus, fw-cfg, flash, PCIe; the device tree
//! does not mention them.

use super::{Description, DeviceEntry, DeviceKind, RamEntry};

/// Size of the RAM, if nobody says otherwise.
pub const RAM_BYTES: u64 = 256 << 20;

/// The board's description.
pub fn description() -> Description {
    let mut devices = vec![
        DeviceEntry::new(DeviceKind::Finisher, 0x10_0000),
        DeviceEntry::with_irq(DeviceKind::Rtc, 0x10_1000, 11),
        DeviceEntry::new(DeviceKind::Clint, 0x200_0000),
        DeviceEntry::new(DeviceKind::Plic, 0xc00_0000),
        DeviceEntry::with_irq(DeviceKind::Uart16550, 0x1000_0000, 10),
    ];
    let slots = (0..8).map(|n| DeviceEntry::with_irq(DeviceKind::VirtioMmio, 0x1000_1000 + 0x1000 * n, 1 + n as u32));
    devices.extend(slots);
    Description {
        device_tree: true,
        compatible: Some("riscv-virtio".into()),
        model: Some("riscv-virtio,qemu".into()),
        ram: vec![RamEntry { name: "ram".into(), base: 0x8000_0000, size: RAM_BYTES }],
        devices,
        ..Description::empty("virt")
    }
}
