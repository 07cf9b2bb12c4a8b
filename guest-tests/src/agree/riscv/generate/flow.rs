//! Branches, calls and returns, without what both instruction sets share.

use super::super::super::code::{Op, Target};
use super::super::words::{ADDRESS, KEPT_RA, SPOILT};
use super::super::world::{self, World, branch};
use super::operands::{SHORT, li};
use super::{GP, Maker, RA};
use crate::asm::{self, addi, jalr};

impl Maker<World> {
    pub(super) fn condition(&mut self) -> u32 {
        let funct3 = *self.rng.pick(&[0, 1, 4, 5, 6, 7]);
        let word = branch(funct3, self.free(), self.source());
        // Some have a form of two bytes.
        if self.rng.chance(30) { branch(*self.rng.pick(&[0, 1]), *self.rng.pick(&SHORT), 0) } else { word }
    }

    pub(super) fn if_even(&mut self, target: Target) -> Vec<Op> {
        let bit = asm::i(0x13, 7, SPOILT, *self.rng.pick(&SHORT), 1);
        vec![Op::Word(bit), Op::Branch(branch(0, SPOILT, 0), target)]
    }

    pub(super) fn return_early(&mut self, function: u32, further: i32) -> Vec<Op> {
        let behind = Target::Here(0);
        vec![
            Op::Branch(branch(*self.rng.pick(&[0, 1, 4, 5]), self.free(), self.free()), behind),
            Op::Word(addi(RA, KEPT_RA + function, further)),
            Op::Word(jalr(0, RA, 0)),
            Op::Mark(behind),
        ]
    }

    /// A jump to where nothing is, and how to come back.
    pub(super) fn wild(&mut self) -> Vec<Op> {
        let nowhere = *self.rng.pick(&[0, world::CLINT, 0x1000_0000, 0x7fff_f000, 0x7000_0003]);
        let [first, second] = li(ADDRESS, nowhere);
        vec![
            Op::Address(GP, addi(GP, GP, 0), Target::Here(0)),
            first,
            second,
            Op::Word(jalr(if self.rng.chance(50) { 0 } else { SPOILT }, ADDRESS, 0)),
            Op::Mark(Target::Here(0)),
        ]
    }
}
