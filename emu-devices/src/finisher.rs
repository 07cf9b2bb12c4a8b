//! SiFive's test finisher (`sifive,test1`), through which a guest of QEMU's `virt` ends its run, powers off or resets.
//!
//! One register at offset 0. The low 16 bits say what is wanted, the next 16 carry a code. It reads 0.

use emu_mem::{BusFault, Device, Width};

use crate::power::Power;

/// Size of the register window.
pub const WINDOW_BYTES: u64 = 0x1000;

/// Ends the run as failed, with the code in bits 31:16.
pub const FAIL: u64 = 0x3333;
/// Ends the run successfully.
pub const PASS: u64 = 0x5555;
/// Asks for a reset.
pub const RESET: u64 = 0x7777;

const NAME: &str = "finisher";

/// The device.
#[derive(Debug)]
pub struct Finisher {
    power: Power,
}

impl Finisher {
    /// A finisher that presses `power`.
    pub fn new(power: Power) -> Self {
        Self { power }
    }
}

impl Device for Finisher {
    fn read(&mut self, _offset: u64, _width: Width) -> Result<u64, BusFault> {
        Ok(0)
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        // A byte is too narrow for any command, and the word's upper half alone is none.
        if offset == 0 && width != Width::B1 {
            match value & 0xffff {
                // A failure without a code must not look like success.
                FAIL => self.power.exit((value >> 16 & 0xffff).max(1), NAME),
                PASS => self.power.exit(0, NAME),
                RESET => self.power.reset(NAME),
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power::Request;

    fn after(offset: u64, width: Width, value: u64) -> Option<Request> {
        let power = Power::new();
        Finisher::new(power.clone()).write(offset, width, value).unwrap();
        power.take()
    }

    #[test]
    fn commands() {
        let by = NAME;
        assert_eq!(after(0, Width::B4, 0x5555), Some(Request::Exit { code: 0, by }));
        assert_eq!(after(0, Width::B2, 0x5555), Some(Request::Exit { code: 0, by }));
        assert_eq!(after(0, Width::B4, 42 << 16 | 0x3333), Some(Request::Exit { code: 42, by }));
        assert_eq!(after(0, Width::B4, 0x3333), Some(Request::Exit { code: 1, by }));
        assert_eq!(after(0, Width::B4, 0x7777), Some(Request::Reset { by }));
    }

    #[test]
    fn everything_else_is_ignored() {
        for (offset, width, value) in [(0, Width::B4, 0x1234), (4, Width::B4, 0x5555), (0, Width::B1, 0x55)] {
            assert_eq!(after(offset, width, value), None);
        }
        assert_eq!(Finisher::new(Power::new()).read(0, Width::B4), Ok(0));
    }
}
