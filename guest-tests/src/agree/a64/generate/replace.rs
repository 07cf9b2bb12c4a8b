//! Code that is replaced while it is in use.

use super::super::super::code::Op;
use super::super::super::generate::sites::Site;
use super::super::words::{ADDRESS, DATA_BASE, SPOILT};
use super::super::world::World;
use super::operands::Rows;
use super::{Maker, Statements as _};
use crate::a64::asm::{self, add_imm};

/// DC CVAU, DSB, IC IVAU, DSB and ISB for the line that an address is in (B2.4.4).
fn announce(register: u32) -> [Op; 5] {
    let [dc, ic] =
        [asm::system(1, 3, 7, 11, 1), asm::system(1, 3, 7, 5, 1)].map(|operation| asm::msr(operation, register));
    [dc, asm::DSB_ISH, ic, asm::DSB_ISH, asm::ISB].map(Op::Word)
}

impl Maker<World> {
    /// Changes a bit of a constant, to and fro.
    pub(super) fn tune(&mut self) -> Vec<Op> {
        let Some(site) = self.some_site(Site::Tuned) else { return self.straight() };
        let bit = 10 + self.rng.below(12) as u32;
        let mut ops = vec![
            World::address(site),
            Op::Word(asm::ldr_w(SPOILT, ADDRESS, 0)),
            Op::Word(asm::eor_bit(SPOILT, SPOILT, bit)),
            Op::Word(asm::str_w(SPOILT, ADDRESS, 0)),
        ];
        ops.extend(announce(ADDRESS));
        ops
    }

    pub(super) fn replacement(&mut self) -> u32 {
        let over = *self.rng.pick(&[4, 8]);
        match self.rng.below(10) {
            // Some that differ in a constant only.
            8.. => add_imm(10, 10, self.rng.below(0x1000) as u32),
            0 => asm::NOP,
            // An undefined one; a call.
            1 => *self.rng.pick(&[0, asm::SVC, asm::ISB]),
            // A jump and a branch over the next one, or to it.
            2 => asm::B | asm::offset(asm::B, over),
            3 => {
                let branch = self.condition();
                branch | asm::offset(branch, over)
            }
            4 => match self.access(DATA_BASE, -2000, 500)[..] {
                [Op::Word(word)] => word,
                _ => asm::NOP,
            },
            _ => {
                let row = *self.rng.pick(&Rows::all().integer);
                self.random_row(row)
            }
        }
    }

    /// Replaces an instruction: by the same one each time, or by the one and the other in turn.
    pub(super) fn replace(&mut self) -> Vec<Op> {
        let Some(site) = self.some_site(Site::Whole) else { return self.straight() };
        let mut ops = vec![World::address(site)];
        let word = self.replacement();
        let other = 6;
        if self.rng.chance(60) {
            ops.extend(asm::constant(SPOILT, word).map(Op::Word));
            ops.push(Op::Word(asm::str_w(SPOILT, ADDRESS, 0)));
        } else {
            // The site's two instructions change places.
            ops.extend(
                [
                    asm::ldr_w(SPOILT, ADDRESS, 0),
                    asm::ldr_w(other, ADDRESS, 4),
                    asm::str_w(SPOILT, ADDRESS, 4),
                    asm::str_w(other, ADDRESS, 0),
                ]
                .map(Op::Word),
            );
            // They may lie in two lines.
            ops.push(Op::Word(add_imm(ADDRESS, ADDRESS, 4)));
            ops.extend(announce(ADDRESS));
            ops.push(Op::Word(asm::add(ADDRESS, ADDRESS, -4)));
        }
        ops.extend(announce(ADDRESS));
        ops
    }
}
