//! From instruction words to table rows.

use super::feature::Feature;
use super::state::AArch64;
use super::table::{Row, TABLE};
use crate::hart::Decoded;
use crate::interp::block::undefined_word;
use crate::isa::Packed;

/// The rows that one processor has, sorted into buckets by bits that most rows fix.
pub struct Decoder {
    /// Row numbers by [`bucket`], more specific rows first.
    buckets: Vec<Vec<u16>>,
}

/// What sorts rows: the manual's own first selector, op0 in bits 28 to 25, and the bits beside it.
const SELECTORS: u32 = 0xffe0_0000;
const SHIFT: u32 = SELECTORS.trailing_zeros();

fn bucket(word: u32) -> usize {
    (word >> SHIFT) as usize
}

impl Decoder {
    /// The decoder for a hart with these features.
    pub fn new(features: Feature) -> Self {
        let mut buckets = vec![Vec::new(); 1 << SELECTORS.count_ones()];
        for (number, row) in TABLE.iter().enumerate().filter(|(_, row)| row.needs.are_met(features)) {
            let free = !row.mask & SELECTORS;
            let mut choice = 0u32;
            loop {
                buckets[bucket(row.value | choice)].push(number as u16);
                choice = choice.wrapping_sub(free) & free;
                if choice == 0 {
                    break;
                }
            }
        }
        for rows in &mut buckets {
            rows.sort_by_key(|&n| std::cmp::Reverse(TABLE[n as usize].mask.count_ones()));
        }
        Decoder { buckets }
    }

    /// The row that describes `word`, and its packed operands.
    pub fn find(&self, word: u32) -> Option<(usize, Packed)> {
        let number = *self.buckets[bucket(word)].iter().find(|&&n| {
            let row = &TABLE[n as usize];
            word & row.mask == row.value
        })? as usize;
        Some((number, (TABLE[number].unpack)(word)?))
    }

    /// Decodes for the interpreter.
    pub fn decode(&self, word: u32) -> Decoded<AArch64> {
        match self.find(word) {
            Some((number, operands)) => {
                let row: &Row = &TABLE[number];
                Decoded { run: row.run[0], operands, bytes: 4, kind: row.kind, row: number as u16 }
            }
            None => undefined_word(4),
        }
    }
}
