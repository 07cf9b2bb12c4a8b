//! From bytes to one line of text, for whichever instruction set the program is for. Knows how objdump sets a line; not what any
//! instruction is.

mod aarch64;
mod address;
mod riscv;

use anyhow::Result;
use emu_core::image::{self, Image};
use emu_core::isa::Text;

/// The decoder for one program, which is read in order.
pub(crate) enum Decoder {
    Riscv(Box<riscv::Decoder>),
    AArch64(aarch64::Decoder),
}

/// One instruction.
pub(crate) struct Line {
    /// `bnez` and `a0,80000010`
    pub(crate) text: Text,
    /// Where it may jump to, if the instruction itself says. This is its last operand.
    pub(crate) target: Option<u64>,
    /// The address that it completes together with instructions before it.
    pub(crate) address: Option<u64>,
}

impl Decoder {
    /// The decoder for a program, under an ISA string or for a processor if one is given.
    pub(crate) fn new(name: &str, image: &Image, processor: Option<&str>, no_aliases: bool) -> Result<Self> {
        Ok(match image.target().map(|target| target.arch) {
            Some(image::Arch::AArch64) => Decoder::AArch64(aarch64::Decoder::new(processor)?),
            _ => Decoder::Riscv(Box::new(riscv::Decoder::new(name, image, processor, no_aliases)?)),
        })
    }

    /// How wide addresses are: 32 or 64.
    pub(crate) fn bits(&self) -> u32 {
        match self {
            Decoder::Riscv(decoder) => decoder.xlen(),
            Decoder::AArch64(_) => 64,
        }
    }

    /// objdump's name for the kind of file.
    pub(crate) fn format(&self) -> &'static str {
        match self {
            Decoder::Riscv(decoder) if decoder.xlen() == 32 => "elf32-littleriscv",
            Decoder::Riscv(_) => "elf64-littleriscv",
            Decoder::AArch64(_) => "elf64-littleaarch64",
        }
    }

    /// How many bytes a line of objdump's has room for.
    pub(crate) fn line_bytes(&self) -> usize {
        match self {
            Decoder::Riscv(_) => 8,
            Decoder::AArch64(_) => 4,
        }
    }

    /// The instruction that `bytes` (at least two) begin with, and how many of them it takes.
    pub(crate) fn line(&mut self, pc: u64, bytes: &[u8]) -> (usize, Line) {
        match self {
            Decoder::Riscv(decoder) => decoder.line(pc, bytes),
            Decoder::AArch64(decoder) => decoder.line(pc, bytes),
        }
    }
}

/// The number that bytes stand for.
pub(super) fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
}
