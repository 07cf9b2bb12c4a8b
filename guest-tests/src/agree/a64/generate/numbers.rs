//! Arithmetic on numbers at its corners, where the host's own is not what it should be.

use super::super::super::code::{Op, Target};
use super::super::super::image;
use super::super::words::ADDRESS;
use super::super::world::World;
use super::operands::Rows;
use super::{Maker, Statements as _};
use crate::a64::asm;
use crate::pattern::{letters, set_field};

/// What the translator has the host do.
const ARITHMETIC: [&str; 8] = ["fadd", "fsub", "fmul", "fdiv", "fmulx", "fmla", "fmadd", "fsqrt"];
const FPSR: u32 = asm::system(3, 3, 4, 4, 1);
/// FPSR.IXC: the translator has code for when that is raised already.
const INEXACT: u32 = 0x10;
/// LDR of 128 bits, at a base.
const LDR_Q: u32 = 0x3dc0_0000;
/// STR of the same.
const STR_Q: u32 = 0x3d80_0000;

impl Maker<World> {
    /// Loads two vectors, many of whose numbers are at the edges of a format, and does arithmetic on them.
    pub(super) fn numbers(&mut self) -> Vec<Op> {
        let mut ops = Vec::new();
        if self.rng.chance(30) {
            // A register that is loaded below; nothing needs it before.
            ops.extend([asm::constant(ADDRESS, INEXACT)[0], asm::msr(FPSR, ADDRESS)].map(Op::Word));
        }
        let at = image::DATA + 16 * self.rng.below(0x300) as u32;
        ops.push(World::address(Target::Offset(at)));
        for vector in 0..2 {
            let place = self.rng.below(16) as u32;
            ops.push(Op::Word(LDR_Q | place << 10 | ADDRESS << 5 | vector));
        }
        let rows = Rows::all();
        let all = rows.float.iter().chain(&rows.vector).filter(|(_, row)| ARITHMETIC.contains(&row.name));
        let all: Vec<_> = all.copied().collect();
        for _ in 0..1 + self.rng.below(3) {
            let (number, row) = *self.rng.pick(&all);
            let word = loop {
                let mut word = self.random_word(row);
                for letter in letters(row.pattern) {
                    if row.pattern.bytes().filter(|&b| b == letter).count() == 5 {
                        let register = self.rng.below(if letter == b'd' { 4 } else { 3 }) as u32;
                        set_field(row.pattern, letter, register, &mut word);
                    }
                }
                // Whole vectors more often than half ones.
                if row.pattern.starts_with("0 q") && self.rng.chance(50) {
                    word |= 1 << 30;
                }
                if Self::found(number, word).is_some() {
                    break word;
                }
            };
            ops.push(Op::Word(word));
        }
        if self.rng.chance(30) {
            ops.push(Op::Word(STR_Q | ADDRESS << 5 | 2));
        }
        ops
    }
}
