//! Parallel NOR flash with the command set of Intel and Sharp (CFI command set 0001; JEDEC JESD68.01 for the query), as on
//! QEMU's Arm `virt`: two chips of 16 bits side by side, with blocks of 256 KiB together. It is erased at the start, and what is
//! programmed lives as long as the machine.
//!
//! A command is written to both chips at once: 0x00ff00ff resets them to reading. It is the low byte of what is written that
//! counts. Programming and erasing take no time.
//!
//! | command | then |
//! |---|---|
//! | 0xff, 0xf0 | reads give the contents |
//! | 0x90 | reads give manufacturer and device |
//! | 0x98 | reads give the query table |
//! | 0x70, 0x50 | reads give the status; 0x50 clears it |
//! | 0x10, 0x40 | the next write is programmed: bits can only be cleared |
//! | 0x20, then 0xd0 | the block is erased |
//! | 0xe8, count - 1, words, 0xd0 | the words are programmed |
//! | 0x60, then 0x01 or 0xd0 | nothing: blocks cannot be locked |
//!
//! Instructions cannot be fetched from it: a program that runs there is given to a board as ROM.

use std::collections::BTreeMap;

use emu_mem::{BusFault, Device, Width};

/// Size of the register window, which is that of the contents.
pub const WINDOW_BYTES: u64 = 64 << 20;

/// Size of an erase block of both chips.
pub const BLOCK_BYTES: u64 = 256 << 10;

/// The most words that one buffered command programs: what the query table says.
const BUFFER_WORDS: u32 = 1024;

/// In both halves of a status word: ready; an error in programming; an error in erasing.
const READY: u32 = 0x80;
const PROGRAM_ERROR: u32 = 0x10;
const ERASE_ERROR: u32 = 0x20;

/// Manufacturer and device: Intel's, of the size.
const MANUFACTURER: u32 = 0x89;
const DEVICE: u32 = 0x18;

/// The query table from word 0x10 on: each byte in its own word.
const QUERY: [u8; 0x21] = [
    b'Q', b'R', b'Y', // the table's mark
    0x01, 0x00, // command set 0001
    0x31, 0x00, // where its own table is
    0x00, 0x00, 0x00, 0x00, // no other command set
    0x45, 0x55, 0x00, 0x00, // supply voltages; none for programming
    0x07, 0x07, 0x0a, 0x00, // typical times: a word, a buffer, a block, the chip, as powers of 2
    0x04, 0x04, 0x04, 0x00, // the longest of them, as multiples
    0x19, // 2^25 bytes a chip
    0x02, 0x00, // 8 or 16 bits wide
    0x0b, 0x00, // 2^11 bytes are programmed at once
    0x01, // one kind of erase block
    0xff, 0x00, 0x00, 0x02, // 256 of 128 KiB
];

/// The device.
#[derive(Debug)]
pub struct Flash {
    /// Blocks that something has been programmed into.
    blocks: BTreeMap<u64, Box<[u8]>>,
    mode: Mode,
    /// Error bits.
    errors: u32,
}

/// What a read gives and what a write means.
#[derive(Debug)]
enum Mode {
    Array,
    Identification,
    Query,
    Status,
    Program,
    EraseConfirm,
    LockConfirm,
    /// The number of words is to come.
    Count,
    /// So many words are to come; and what came so far.
    Buffer(u32, Vec<(u64, Width, u64)>),
}

impl Flash {
    /// An erased flash.
    pub fn new() -> Self {
        Self { blocks: BTreeMap::new(), mode: Mode::Array, errors: 0 }
    }

    fn contents(&self, offset: u64, width: Width) -> u64 {
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..width.bytes() as usize];
        match self.blocks.get(&(offset / BLOCK_BYTES)) {
            Some(block) => {
                let at = (offset % BLOCK_BYTES) as usize;
                bytes.copy_from_slice(&block[at..at + bytes.len()]);
            }
            None => bytes.fill(0xff),
        }
        bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
    }

    /// Clears the bits that are 0 in `value`.
    fn program(&mut self, offset: u64, width: Width, value: u64) {
        let block = self.blocks.entry(offset / BLOCK_BYTES);
        let block = block.or_insert_with(|| vec![0xff; BLOCK_BYTES as usize].into());
        let at = (offset % BLOCK_BYTES) as usize;
        let bytes = value.to_le_bytes();
        for (old, new) in block[at..at + width.bytes() as usize].iter_mut().zip(bytes) {
            *old &= new;
        }
    }

    /// Both chips answer alike.
    fn both(&self, chip: u32, width: Width) -> u64 {
        let word = u64::from(chip) << 16 | u64::from(chip);
        match width {
            Width::B8 => word << 32 | word,
            Width::B4 => word,
            Width::B2 => u64::from(chip),
            Width::B1 => u64::from(chip & 0xff),
        }
    }

    fn query(word: u64) -> u32 {
        let byte = word.checked_sub(0x10).and_then(|at| QUERY.get(at as usize));
        byte.map_or(0, |&byte| byte.into())
    }

    fn command(&mut self, command: u8) -> Mode {
        match command {
            0x90 => Mode::Identification,
            0x98 => Mode::Query,
            0x70 => Mode::Status,
            0x50 => {
                self.errors = 0;
                Mode::Status
            }
            0x10 | 0x40 => Mode::Program,
            0x20 => Mode::EraseConfirm,
            0x60 => Mode::LockConfirm,
            0xe8 => Mode::Count,
            _ => Mode::Array,
        }
    }
}

impl Default for Flash {
    fn default() -> Self {
        Self::new()
    }
}

impl Device for Flash {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        Ok(match &self.mode {
            Mode::Array => self.contents(offset, width),
            Mode::Identification => self.both(if offset & 4 == 0 { MANUFACTURER } else { DEVICE }, width),
            Mode::Query => self.both(Self::query(offset % BLOCK_BYTES / 4), width),
            _ => self.both(READY | self.errors, width),
        })
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        let low = value as u8;
        self.mode = match std::mem::replace(&mut self.mode, Mode::Array) {
            Mode::Array | Mode::Identification | Mode::Query | Mode::Status => self.command(low),
            Mode::Program => {
                self.program(offset, width, value);
                Mode::Status
            }
            Mode::EraseConfirm => {
                if low == 0xd0 {
                    self.blocks.remove(&(offset / BLOCK_BYTES));
                } else {
                    self.errors |= ERASE_ERROR | PROGRAM_ERROR;
                }
                Mode::Status
            }
            Mode::LockConfirm => match low {
                0x01 | 0xd0 => Mode::Status,
                _ => Mode::Array,
            },
            Mode::Count if (value & 0xffff) as u32 >= BUFFER_WORDS => {
                self.errors |= PROGRAM_ERROR;
                Mode::Status
            }
            Mode::Count => Mode::Buffer((value & 0xffff) as u32 + 1, Vec::new()),
            Mode::Buffer(0, words) => {
                if low == 0xd0 {
                    words.into_iter().for_each(|(at, width, value)| self.program(at, width, value));
                } else {
                    self.errors |= PROGRAM_ERROR;
                }
                Mode::Status
            }
            Mode::Buffer(left, mut words) => {
                words.push((offset, width, value));
                Mode::Buffer(left - 1, words)
            }
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(flash: &mut Flash, offset: u64) -> u64 {
        flash.read(offset, Width::B4).unwrap()
    }

    fn write(flash: &mut Flash, offset: u64, value: u64) {
        flash.write(offset, Width::B4, value).unwrap();
    }

    #[test]
    fn it_is_erased_in_every_width() {
        let mut flash = Flash::new();
        for width in Width::ALL {
            let ones = u64::MAX >> (64 - 8 * width.bytes());
            assert_eq!(flash.read(WINDOW_BYTES - 8, width), Ok(ones));
        }
    }

    #[test]
    fn the_query_and_the_identification() {
        let mut flash = Flash::new();
        write(&mut flash, 0x55 * 4, 0x0098_0098);
        assert_eq!([0x10, 0x11, 0x12].map(|word| read(&mut flash, 4 * word)), [0x51_0051, 0x52_0052, 0x59_0059]);
        assert_eq!(flash.read(4 * 0x27, Width::B2), Ok(0x19));
        assert_eq!(
            [0x2d, 0x2f, 0x30, 0x31].map(|word| flash.read(4 * word, Width::B1)),
            [Ok(0xff), Ok(0), Ok(2), Ok(0)]
        );
        write(&mut flash, 0, 0x00ff_00ff);
        assert_eq!(read(&mut flash, 0), 0xffff_ffff);
        write(&mut flash, 0, 0x90);
        assert_eq!((read(&mut flash, 0), read(&mut flash, 4)), (0x89_0089, 0x18_0018));
    }

    #[test]
    fn programming_clears_bits_and_erasing_sets_them() {
        let mut flash = Flash::new();
        for value in [0x1234_5678, 0xff00_ffff] {
            write(&mut flash, 0, 0x0040_0040);
            write(&mut flash, BLOCK_BYTES + 8, value);
            assert_eq!(read(&mut flash, 0), 0x80_0080, "ready");
        }
        write(&mut flash, 0, 0xff);
        assert_eq!(read(&mut flash, BLOCK_BYTES + 8), 0x1200_5678);
        assert_eq!(flash.read(BLOCK_BYTES + 8, Width::B8), Ok(0xffff_ffff_1200_5678));
        write(&mut flash, 0, 0x20);
        write(&mut flash, 0, 0xd0);
        write(&mut flash, 0, 0xff);
        assert_eq!(read(&mut flash, BLOCK_BYTES + 8), 0x1200_5678, "another block");
        write(&mut flash, BLOCK_BYTES, 0x20);
        write(&mut flash, BLOCK_BYTES, 0xd0);
        write(&mut flash, BLOCK_BYTES, 0xff);
        assert_eq!(read(&mut flash, BLOCK_BYTES + 8), 0xffff_ffff);
        assert!(flash.blocks.is_empty(), "erased blocks cost nothing");
    }

    #[test]
    fn a_buffer_is_programmed_on_confirmation() {
        let mut flash = Flash::new();
        write(&mut flash, 64, 0x00e8_00e8);
        assert_eq!(read(&mut flash, 64), 0x80_0080);
        write(&mut flash, 64, 0x0001_0001);
        write(&mut flash, 64, 0xaaaa_aaaa);
        write(&mut flash, 68, 0x5555_5555);
        write(&mut flash, 64, 0xd0);
        write(&mut flash, 0, 0xff);
        assert_eq!(flash.read(64, Width::B8), Ok(0x5555_5555_aaaa_aaaa));
    }

    #[test]
    fn mistakes_show_in_the_status() {
        let mut flash = Flash::new();
        write(&mut flash, 0, 0x20);
        write(&mut flash, 0, 0x11);
        assert_eq!(read(&mut flash, 0), 0xb0_00b0);
        write(&mut flash, 0, 0x50);
        assert_eq!(read(&mut flash, 0), 0x80_0080);
        write(&mut flash, 0, 0xe8);
        write(&mut flash, 0, 0xffff);
        assert_eq!(read(&mut flash, 0), 0x90_0090, "more than the buffer has");
        write(&mut flash, 0, 0x60);
        write(&mut flash, 0, 0x01);
        assert_eq!(read(&mut flash, 0), 0x90_0090, "until it is cleared");
    }
}
