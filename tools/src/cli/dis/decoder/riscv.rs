//! RISC-V instructions as text, by the instruction table; not what any of them is.

use anyhow::Result;
use emu_core::image::Image;
use emu_core::isa::Text;
use emu_core::isa::{Kind, Place};
use emu_core::riscv::alias::Aliases;
use emu_core::riscv::extension::Ext;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::{Row, TABLE};

use super::address::Addresses;
use super::{Line, little_endian};
use crate::guest::isa;

/// The linker's symbol for what `gp` holds.
const GLOBAL_POINTER: &str = "__global_pointer$";

/// The decoder for one program, which is read in order.
pub(crate) struct Decoder {
    rows: emu_core::riscv::decode::Decoder,
    /// `None` prints every instruction under its own name.
    aliases: Option<Aliases>,
    addresses: Addresses,
    isa: Isa,
}

impl Decoder {
    /// The decoder for a program, under an ISA string if one is given.
    pub(super) fn new(name: &str, image: &Image, isa: Option<&str>, no_aliases: bool) -> Result<Self> {
        let isa = isa::choose(name, image, isa, None)?;
        let gp = image.symbols().named(GLOBAL_POINTER).map(|symbol| symbol.address.0);
        Ok(Decoder {
            rows: emu_core::riscv::decode::Decoder::new(isa.extensions, isa.xlen),
            aliases: (!no_aliases).then(|| Aliases::new(isa.xlen)),
            addresses: Addresses::new(gp, isa.xlen),
            isa,
        })
    }

    /// 32 or 64.
    pub(super) fn xlen(&self) -> u32 {
        self.isa.xlen
    }

    /// The instruction that `bytes` (at least two) begin with, and how many of them it takes.
    pub(super) fn line(&mut self, pc: u64, bytes: &[u8]) -> (usize, Line) {
        let size = Some(length(bytes[0], bytes[1])).filter(|&size| size <= bytes.len()).unwrap_or(2);
        let bytes = &bytes[..size];
        let word = if size <= 4 { bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte)) } else { 0 };
        let found = self.rows.find(word).map(|(number, operands)| (&TABLE[number], operands));
        let line = match found {
            Some((row, operands)) if usize::from(row.bytes) == size => {
                let long = row.text(&operands, Place { pc, bits: self.isa.xlen });
                let target = target(row, &long.operands);
                let text = self.shorten(long);
                let address = self.addresses.follow(row, &operands, &text.name, pc);
                Line { text, target, address }
            }
            _ => Line { text: self.undefined(bytes), target: None, address: None },
        };
        (size, line)
    }

    /// The text for what is no instruction.
    fn undefined(&self, bytes: &[u8]) -> Text {
        let compressed = self.isa.extensions.intersects(Ext::C | Ext::ZCA);
        let (name, operands) = match bytes {
            // It has a name for being none, unprivileged 26.5.
            [0, 0] if compressed => ("c.unimp".to_owned(), String::new()),
            [_, _] | [_, _, _, _] | [_, _, _, _, _, _, _, _] => {
                (format!(".{}byte", bytes.len()), format!("{:#x}", little_endian(bytes)))
            }
            _ => (".byte".to_owned(), bytes.iter().map(|byte| format!("{byte:#04x}")).collect::<Vec<_>>().join(", ")),
        };
        self.shorten(Text { name, operands })
    }

    fn shorten(&self, text: Text) -> Text {
        match &self.aliases {
            Some(aliases) => aliases.shorten(text),
            None => text,
        }
    }
}

/// How many bytes an instruction has that begins with these, unprivileged 1.5.
fn length(first: u8, second: u8) -> usize {
    match (first, second >> 4 & 7) {
        (0x7f | 0xff, 7) => 2,
        (0x7f | 0xff, more) => 10 + 2 * usize::from(more),
        (low, _) if low & 0x7f == 0x3f => 8,
        (low, _) if low & 0x3f == 0x1f => 6,
        (low, _) if low & 3 == 3 => 4,
        _ => 2,
    }
}

/// The target of a direct branch or jump, which is its last operand; an indirect jump has a register there.
fn target(row: &Row, operands: &str) -> Option<u64> {
    let direct = row.kind == Kind::Branch || (row.kind == Kind::Jump && !row.name.contains('r'));
    let last = operands.rsplit(',').next()?;
    u64::from_str_radix(last, 16).ok().filter(|_| direct)
}
