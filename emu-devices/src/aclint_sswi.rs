//! The ACLINT's SSWI device: inter-processor interrupts to supervisor mode (RISC-V ACLINT specification 1.0,
//! "Supervisor Software Interrupt Device"). For boards that have one; QEMU's `virt` has it only with `aclint=on`, so
//! ours has not.
//!
//! `setssip` of hart n is at 4n. Writing a 1 sends the event, everything reads 0.

use emu_mem::{BusFault, Device, Width};

use crate::irq::{HartLines, Line, riscv};

/// Size of the register window.
pub const WINDOW_BYTES: u64 = 0x4000;

/// The device.
#[derive(Debug)]
pub struct AclintSswi {
    harts: Vec<Line>,
}

impl AclintSswi {
    /// A device for the harts behind `lines`.
    pub fn new(lines: &[HartLines]) -> Self {
        Self { harts: lines.iter().map(|pins| pins.line(riscv::SSIP)).collect() }
    }
}

impl Device for AclintSswi {
    fn read(&mut self, _offset: u64, width: Width) -> Result<u64, BusFault> {
        if width == Width::B4 { Ok(0) } else { Err(BusFault) }
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        self.read(offset, width)?;
        if let Some(line) = self.harts.get((offset / 4) as usize)
            && value & 1 != 0
        {
            line.raise();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_an_event_that_the_hart_takes() {
        let lines = [HartLines::new(), HartLines::new()];
        let mut sswi = AclintSswi::new(&lines);
        sswi.write(4, Width::B4, 1).unwrap();
        assert_eq!((lines[0].get(), lines[1].get()), (0, 1 << 1));
        assert_eq!(sswi.read(4, Width::B4), Ok(0));
        assert_eq!(lines[1].take(1 << riscv::SSIP), 1 << riscv::SSIP);
        sswi.write(4, Width::B4, 0).unwrap();
        sswi.write(8, Width::B4, 1).unwrap();
        assert_eq!((lines[0].get(), lines[1].get()), (0, 0));
        assert_eq!(sswi.write(0, Width::B8, 1), Err(BusFault));
        assert_eq!(sswi.read(0, Width::B1), Err(BusFault));
    }
}
