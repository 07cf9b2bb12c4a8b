//! AArch64 instructions as text, by the instruction table, each under its own name.

use anyhow::{Result, anyhow};
use emu_core::aarch64::decode;
use emu_core::aarch64::feature::Cpu;
use emu_core::aarch64::table::TABLE;
use emu_core::isa::{Place, Text};

use super::{Line, little_endian};

/// Formats whose last operand is an address.
const HAS_TARGET: [&str; 9] =
    ["Adr", "Adrp", "BranchCond", "BranchImm", "CompareBranch", "TestBranch", "Literal", "PrefetchLiteral", "VLiteral"];

/// The decoder for one program.
pub(crate) struct Decoder(decode::Decoder);

impl Decoder {
    /// The decoder for a processor, or for everything there is.
    pub(super) fn new(processor: Option<&str>) -> Result<Self> {
        let cpu = match processor {
            None => Cpu::Max,
            Some(name) => Cpu::named(name).ok_or_else(|| {
                anyhow!("{name}: no such processor; there are {}", Cpu::ALL.map(Cpu::name).join(", "))
            })?,
        };
        Ok(Decoder(decode::Decoder::new(cpu.features())))
    }

    /// The instruction that `bytes` (at least two) begin with, and how many of them it takes.
    pub(super) fn line(&self, pc: u64, bytes: &[u8]) -> (usize, Line) {
        let bytes = &bytes[..bytes.len().min(4)];
        let word = little_endian(bytes) as u32;
        let found = self.0.find(word).filter(|_| bytes.len() == 4);
        let text = match found {
            Some((row, operands)) => TABLE[row].text(&operands, Place { pc, bits: 64 }),
            None if bytes.len() == 4 => {
                Text { name: ".inst".to_owned(), operands: format!("{word:#010x} ; undefined") }
            }
            None => Text { name: ".short".to_owned(), operands: format!("{word:#06x}") },
        };
        // A target is printed without `0x` and `#`, and is the last operand. So are `d0` and the condition `cc`.
        let target = found.filter(|&(row, _)| HAS_TARGET.contains(&TABLE[row].format));
        let target = target.and_then(|_| u64::from_str_radix(text.operands.rsplit(", ").next()?, 16).ok());
        (bytes.len(), Line { text, target, address: None })
    }
}
