//! The board `spike`: the machine that Spike, the RISC-V ISA simulator, offers its programs.
//!
//! | base | device | interrupt |
//! |---|---|---|
//! | 0x0200_0000 | CLINT | - |
//! | 0x0c00_0000 | PLIC | - |
//! | 0x1000_0000 | 16550A UART | 1 |
//! | 0x8000_0000 | RAM | - |
//!
//! Programs end and print through HTIF, which the tool attaches wherever the program has its symbols. There is no boot
//! ROM and no debug module. The PLIC has the 96 sources and 3 bits of priority of ours, not Spike's 31 and 4.

use super::{Description, DeviceEntry, DeviceKind, RamEntry};

/// Size of the RAM, if nobody says otherwise.
pub const RAM_BYTES: u64 = 256 << 20;

/// The board's description.
pub fn description() -> Description {
    Description {
        device_tree: true,
        compatible: Some("ucbbar,spike-bare-dev".into()),
        model: Some("ucbbar,spike-bare".into()),
        htif: true,
        ram: vec![RamEntry { name: "ram".into(), base: 0x8000_0000, size: RAM_BYTES }],
        devices: vec![
            DeviceEntry::new(DeviceKind::Clint, 0x200_0000),
            DeviceEntry::new(DeviceKind::Plic, 0xc00_0000),
            DeviceEntry::with_irq(DeviceKind::Uart16550, 0x1000_0000, 1),
        ],
        ..Description::empty("spike")
    }
}
