//! The board `testbench`: what the RTL testbenches behind our cycle-count references offer. 1 MiB of RAM at 0, another one at
//! 0x8000_0000 where Rocket wants it, and the [testbench device](crate::testbench) at 0x1000_0000, nothing else. Programs start at
//! their entry, which is 0x80 in the RV32 reference programs and 0x8000_0080 in Rocket's.

use super::{Description, DeviceEntry, DeviceKind, RamEntry};

/// The board's description.
pub fn description() -> Description {
    Description {
        ram: vec![
            RamEntry { name: "ram".into(), base: 0, size: 1 << 20 },
            RamEntry { name: "high".into(), base: 0x8000_0000, size: 1 << 20 },
        ],
        devices: vec![DeviceEntry::new(DeviceKind::Testbench, 0x1000_0000)],
        ..Description::empty("testbench")
    }
}
