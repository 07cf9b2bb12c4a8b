//! The board `testbench`: what the RTL testbenches behind our cycle-count references offer. 1 MiB of RAM at 0 and the
//! [testbench device](crate::testbench) at 0x1000_0000, nothing else. Programs start at their entry, which is 0x80 in
//! the reference programs.

use super::{Description, DeviceEntry, DeviceKind, RamEntry};

/// The board's description.
pub fn description() -> Description {
    Description {
        ram: vec![RamEntry { name: "ram".into(), base: 0, size: 1 << 20 }],
        devices: vec![DeviceEntry::new(DeviceKind::Testbench, 0x1000_0000)],
        ..Description::empty("testbench")
    }
}
