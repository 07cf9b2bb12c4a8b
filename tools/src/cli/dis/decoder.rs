//! From bytes to one line of text, by the instruction table. Knows how objdump sets a line; not what any instruction is.

use std::fmt::{self, Display, Formatter};

use anyhow::Result;
use emu_core::image::Image;
use emu_core::isa::{Kind, Packed, Place};
use emu_core::riscv::table::{Row, TABLE};

use crate::isa;

/// The decoder for one program.
pub(super) struct Decoder {
    rows: emu_core::riscv::decode::Decoder,
    xlen: u32,
}

/// One instruction.
pub(super) struct Line {
    /// `addi\ta0,a0,1`
    pub(super) text: String,
    /// Where it may jump to, if the instruction itself says.
    pub(super) target: Option<u64>,
}

impl Decoder {
    /// The decoder for a program, under an ISA string if one is given.
    pub(super) fn new(name: &str, image: &Image, isa: Option<&str>) -> Result<Self> {
        let isa = isa::choose(name, image, isa, None)?;
        let rows = emu_core::riscv::decode::Decoder::new(isa.extensions, isa.xlen);
        Ok(Decoder { rows, xlen: isa.xlen })
    }

    /// 32 or 64.
    pub(super) fn xlen(&self) -> u32 {
        self.xlen
    }

    /// The instruction that `bytes` (at least two) begin with, and how many of them it takes.
    pub(super) fn line(&self, address: u64, bytes: &[u8]) -> (usize, Line) {
        let short = bytes[0] & 3 != 3 || bytes.len() < 4;
        let size = if short { 2 } else { 4 };
        let word = bytes[..size].iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
        let found = self.rows.find(word).map(|(number, operands)| (&TABLE[number], operands));
        let line = match found {
            Some((row, operands)) if usize::from(row.bytes) == size => {
                let shown = Operands { row, operands, place: Place { pc: address, bits: self.xlen } }.to_string();
                let name = format!("{}{}", row.name, (row.suffix)(&operands));
                let text = if shown.is_empty() { name } else { format!("{name}\t{shown}") };
                Line { text, target: self.target(row, &shown) }
            }
            _ => Line { text: format!(".{size}byte\t{word:#x}"), target: None },
        };
        (size, line)
    }

    /// The target of a direct branch or jump, which is its last operand; an indirect jump has a register there.
    fn target(&self, row: &Row, operands: &str) -> Option<u64> {
        let direct = row.kind == Kind::Branch || (row.kind == Kind::Jump && !row.name.contains('r'));
        let last = operands.rsplit(',').next()?;
        u64::from_str_radix(last, 16).ok().filter(|_| direct)
    }
}

/// A row's operands, printed.
struct Operands<'a> {
    row: &'a Row,
    operands: Packed,
    place: Place,
}

impl Display for Operands<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (self.row.show)(&self.operands, self.place, f)
    }
}
