//! Branches, calls and returns, without what both instruction sets share.

use super::super::super::code::{Op, Target};
use super::super::words::{ADDRESS, KEPT_LINK, LINK, LOST, SPOILT};
use super::super::world::World;
use super::Maker;
use crate::a64::asm;

impl Maker<World> {
    pub(super) fn condition(&mut self) -> u32 {
        match self.rng.below(10) {
            0..6 => asm::b_cond(self.rng.below(15) as u32),
            6..8 => asm::cbz(self.rng.chance(50), self.rng.chance(50), self.source()),
            _ => asm::tbz(self.rng.chance(50), self.rng.below(64) as u32, self.source()),
        }
    }

    pub(super) fn return_early(&mut self, function: u32, further: i32) -> Vec<Op> {
        let behind = Target::Here(0);
        let by = *self.rng.pick(&[LINK, SPOILT]);
        let branch = self.condition();
        vec![
            Op::Branch(branch, behind),
            Op::Word(asm::add(by, KEPT_LINK + function, further)),
            Op::Word(if self.rng.chance(80) { asm::ret(by) } else { asm::br(by) }),
            Op::Mark(behind),
        ]
    }

    /// A jump to where nothing is, and how to come back.
    pub(super) fn wild(&mut self) -> Vec<Op> {
        let nowhere = *self.rng.pick(&[0, 0x0900_0000, 0x1000_0000, 0x3fff_f000, 0x5000_0003, 0x4000_2002]);
        let [first, second] = asm::constant(ADDRESS, nowhere).map(Op::Word);
        vec![
            Op::Branch(asm::adr(LOST), Target::Here(0)),
            first,
            second,
            Op::Word(if self.rng.chance(50) { asm::br(ADDRESS) } else { asm::blr(ADDRESS) }),
            Op::Mark(Target::Here(0)),
        ]
    }
}
