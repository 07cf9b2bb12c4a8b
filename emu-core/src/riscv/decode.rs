//! From instruction words to table rows.

use super::extension::Ext;
use super::state::Riscv;
use super::table::{Row, TABLE};
use crate::hart::Decoded;
use crate::interp::block::undefined_word;
use crate::isa::Packed;

/// The rows that one configuration has, sorted into buckets by the bits that most rows fix.
pub struct Decoder {
    /// Row numbers by [`bucket`], more specific rows first.
    buckets: Vec<Vec<u16>>,
    xlen: usize,
}

/// 32-bit instructions by major opcode and funct3, 16-bit ones by quadrant and funct3.
fn bucket(word: u32) -> usize {
    if word & 3 == 3 {
        32 + ((word >> 2 & 31) << 3 | word >> 12 & 7) as usize
    } else {
        ((word & 3) << 3 | word >> 13 & 7) as usize
    }
}
const BUCKETS: usize = 32 + 256;

impl Decoder {
    /// The decoder for a hart with these extensions and XLEN (32 or 64).
    pub fn new(extensions: Ext, xlen: u32) -> Self {
        let mut buckets = vec![Vec::new(); BUCKETS];
        for (number, row) in TABLE.iter().enumerate() {
            if !row.exists(extensions, xlen) {
                continue;
            }
            let (free, selectors) =
                if row.bytes == 2 { (!row.mask & 0xe003, 0xe003) } else { (!row.mask & 0x707f, 0x707f) };
            let mut choice = 0u32;
            loop {
                buckets[bucket(row.value & selectors | choice)].push(number as u16);
                choice = choice.wrapping_sub(free) & free;
                if choice == 0 {
                    break;
                }
            }
        }
        for rows in &mut buckets {
            rows.sort_by_key(|&n| std::cmp::Reverse(TABLE[n as usize].mask.count_ones()));
        }
        Decoder { buckets, xlen: (xlen == 64) as usize }
    }

    /// The row that describes `word`, and its packed operands.
    pub fn find(&self, word: u32) -> Option<(usize, Packed)> {
        let word = if word & 3 == 3 { word } else { word & 0xffff };
        let number = *self.buckets[bucket(word)].iter().find(|&&n| {
            let row = &TABLE[n as usize];
            word & row.mask == row.value
        })? as usize;
        Some((number, (TABLE[number].unpack)(word)?))
    }

    /// Decodes for the interpreter.
    pub fn decode(&self, word: u32) -> Decoded<Riscv> {
        match self.find(word) {
            Some((number, operands)) => {
                let row = &TABLE[number];
                Decoded { run: row.run[self.xlen], operands, bytes: row.bytes, kind: row.kind, row: number as u16 }
            }
            None => undefined_word(if word & 3 == 3 { 4 } else { 2 }),
        }
    }
}

impl Row {
    /// Whether a hart with these extensions and XLEN has this instruction.
    pub fn exists(&self, extensions: Ext, xlen: u32) -> bool {
        self.needs.xlens.has(xlen) && extensions.intersects(self.needs.any) && extensions.contains(self.needs.all)
    }
}
