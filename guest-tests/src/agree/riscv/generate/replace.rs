//! Code that is replaced while it is in use.

use super::super::super::code::Op;
use super::super::super::generate::sites::Site;
use super::super::words::{ADDRESS, DATA_BASE, SPOILT};
use super::super::world::{World, branch};
use super::operands::{Rows, li};
use super::{Maker, NOP, STORE, Statements as _};
use crate::asm::{self, addi};

impl Maker<World> {
    /// Changes bits of a constant, all in an instruction's upper half, to and fro.
    pub(super) fn tune(&mut self) -> Vec<Op> {
        let Some(site) = self.some_site(Site::Tuned) else { return self.straight() };
        let bits = 0x10 << self.rng.below(7);
        vec![
            World::address(site),
            Op::Word(asm::i(0x03, 5, SPOILT, ADDRESS, 2)),
            Op::Word(asm::i(0x13, 4, SPOILT, SPOILT, bits)),
            Op::Word(asm::s(STORE, 1, ADDRESS, SPOILT, 2)),
            Op::Word(asm::FENCE_I),
        ]
    }

    pub(super) fn replacement(&mut self) -> u32 {
        let rows = Rows::of(self.world.xlen);
        match self.rng.below(10) {
            // Some that differ in their upper halves only.
            8.. => addi(10, 10, self.rng.below(0x1000) as i32),
            // Two C.NOPs; an undefined one; a call; a jump and a branch over the next one, or to it.
            0 => 0x0001_0001,
            1 => *self.rng.pick(&[0, asm::ECALL, asm::FENCE_I]),
            2 => 0x6f | asm::j_offset(*self.rng.pick(&[4, 8])),
            3 => branch(*self.rng.pick(&[0, 1, 4]), self.free(), self.free()) | asm::b_offset(*self.rng.pick(&[4, 8])),
            4 => match self.access(DATA_BASE, -2000, 500) {
                Op::Word(word) => word,
                _ => NOP,
            },
            _ => {
                let row = *self.rng.pick(&rows.integer);
                match self.random_row(row, None) {
                    Op::Word(word) => word,
                    _ => NOP,
                }
            }
        }
    }

    /// Replaces an instruction: by the same one each time, or by the one and the other in turn.
    pub(super) fn replace(&mut self) -> Vec<Op> {
        let Some(site) = self.some_site(Site::Whole) else { return self.straight() };
        let mut ops = vec![World::address(site)];
        let word = self.replacement();
        let other = 6;
        match self.rng.below(3) {
            0 => {
                ops.extend(li(SPOILT, word));
                ops.push(Op::Word(asm::s(STORE, 2, ADDRESS, SPOILT, 0)));
            }
            1 => {
                ops.extend(li(SPOILT, word));
                ops.push(Op::Word(asm::s(STORE, 1, ADDRESS, SPOILT, 0)));
                ops.push(Op::Word(asm::i(0x13, 5, SPOILT, SPOILT, 16)));
                ops.push(Op::Word(asm::s(STORE, 1, ADDRESS, SPOILT, 2)));
            }
            // The site's two instructions change places.
            _ => ops.extend(
                [
                    asm::i(0x03, 2, SPOILT, ADDRESS, 0),
                    asm::i(0x03, 2, other, ADDRESS, 4),
                    asm::s(STORE, 2, ADDRESS, SPOILT, 4),
                    asm::s(STORE, 2, ADDRESS, other, 0),
                ]
                .map(Op::Word),
            ),
        }
        ops.push(Op::Word(asm::FENCE_I));
        ops
    }
}
