//! Branches, loops, computed jumps, calls and ways back from them.

use super::super::super::code::{CASES, Op, Statement, Target};
use super::super::super::program::Part;
use super::super::words::{ADDRESS, KEPT_RA, SPOILT};
use super::super::world::{self, branch};
use super::operands::{COUNTERS, SHORT, li};
use super::{GP, Inside, Maker, NOP, RA};
use crate::asm::{self, addi, jalr};

const MAIN_DEPTH: usize = 2;
/// How far before the return address of each call there is something that leads on behind the call.
const LANDING: i32 = 12;

impl Maker {
    /// From a function, unless a branch is taken: behind the call, four bytes further, or to what stands before it.
    pub(super) fn early_return(&mut self) -> Vec<Op> {
        let number = match self.inside {
            Inside::Main => return self.straight(),
            Inside::Function(n) | Inside::Twin(n) | Inside::Far(n) => n,
        };
        let kept = KEPT_RA + number as u32;
        let behind = Target::Here(0);
        let further = *self.rng.pick(&[0, 4, -LANDING]);
        vec![
            Op::Branch(branch(*self.rng.pick(&[0, 1, 4, 5]), self.free(), self.free()), behind),
            Op::Word(addi(RA, kept, further)),
            Op::Word(jalr(0, RA, 0)),
            Op::Mark(behind),
        ]
    }

    /// One that the translator may copy to where it is called: without calls and what only the interpreter does.
    pub(super) fn small_function(&mut self) -> Part {
        let mut body = Vec::new();
        if self.rng.chance(30) {
            body.push(Statement::Ops(self.tuned_site()));
        }
        for _ in 0..1 + self.rng.below(3) {
            body.push(Statement::Ops(match self.rng.below(4) {
                0 | 1 => self.straight(),
                2 => self.accesses(),
                _ => self.early_return(),
            }));
        }
        Part { at: 0, body }
    }

    pub(super) fn branch(&mut self, callees: usize) -> Statement {
        let funct3 = *self.rng.pick(&[0, 1, 4, 5, 6, 7]);
        let mut word = branch(funct3, self.free(), self.source());
        if self.rng.chance(30) {
            word = branch(*self.rng.pick(&[0, 1]), *self.rng.pick(&SHORT), 0);
        }
        let then = self.body(callees, 3);
        let otherwise = if self.rng.chance(30) { self.body(callees, 3) } else { Vec::new() };
        Statement::If(word, then, otherwise)
    }

    pub(super) fn looped(&mut self, callees: usize) -> Statement {
        // A counter of its own for each loop that may run within another one.
        let (counter, deepest) = match self.inside {
            Inside::Main => (COUNTERS + self.depth as u32, MAIN_DEPTH),
            Inside::Function(n) | Inside::Twin(n) | Inside::Far(n) => (COUNTERS + MAIN_DEPTH as u32 + n as u32, 1),
        };
        if self.depth >= deepest {
            return Statement::Ops(self.straight());
        }
        self.depth += 1;
        let times = 1 + self.rng.below(if self.depth > 1 { 6 } else { 16 }) as u32;
        let body = self.body(callees, 4);
        self.depth -= 1;
        Statement::Loop(counter, times, body)
    }

    pub(super) fn cases(&mut self, callees: usize) -> Statement {
        let count = 2 + self.rng.below(CASES as u64 - 1);
        Statement::Cases(self.free(), (0..count).map(|_| self.body(callees, 2)).collect())
    }

    pub(super) fn call(&mut self, callees: usize) -> Vec<Op> {
        const OTHER: Target = Target::Here(0);
        const LEADS_ON: Target = Target::Here(1);
        const CALLS: Target = Target::Here(2);
        let callee = Target::Function(self.rng.below(callees as u64) as usize);
        let (before, call) = match self.rng.below(4) {
            0 | 1 => (vec![], vec![Op::Word(NOP), Op::Jal(0x6f | RA << 7, callee)]),
            2 => (vec![], vec![Op::Address(SPOILT, jalr(RA, SPOILT, 0), callee)]),
            // One of two, by a register: often the one that is far away and the first one, whose addresses look alike.
            _ => {
                let far = self.inside == Inside::Main && callees > 2 && self.rng.chance(50);
                let other = if far { callees - 1 } else { self.rng.below(callees as u64) as usize };
                let callee = if far { Target::Function(0) } else { callee };
                let before = vec![
                    Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), callee),
                    Op::Word(asm::i(0x13, 7, SPOILT, *self.rng.pick(&SHORT), 1)),
                    Op::Branch(branch(0, SPOILT, 0), OTHER),
                    Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), Target::Function(other)),
                    Op::Mark(OTHER),
                ];
                (before, vec![Op::Word(NOP), Op::Word(jalr(RA, ADDRESS, 0))])
            }
        };
        let mut ops = before;
        ops.extend([Op::Jal(0x6f, CALLS), Op::Jal(0x6f, LEADS_ON), Op::Mark(CALLS)]);
        ops.extend(call);
        // What is not always returned to.
        ops.extend([Op::Word(NOP), Op::Mark(LEADS_ON)]);
        ops
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
