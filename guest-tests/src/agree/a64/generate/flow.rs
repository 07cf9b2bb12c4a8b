//! Branches, loops, computed jumps, calls and ways back from them.

use super::super::super::code::{CASES, Op, Statement, Target};
use super::super::super::program::Part;
use super::super::words::{ADDRESS, COUNTERS, KEPT_LINK, LINK, LOST, SPOILT};
use super::{Inside, Maker};
use crate::a64::asm::{self, add_imm};

const MAIN_DEPTH: usize = 2;
/// How far before the return address of each call there is something that leads on behind the call.
const LANDING: i32 = 12;

impl Maker {
    /// A conditional branch without its offset.
    pub(super) fn condition(&mut self) -> u32 {
        match self.rng.below(10) {
            0..6 => asm::b_cond(self.rng.below(15) as u32),
            6..8 => asm::cbz(self.rng.chance(50), self.rng.chance(50), self.source()),
            _ => asm::tbz(self.rng.chance(50), self.rng.below(64) as u32, self.source()),
        }
    }

    /// From a function, unless a branch is taken: behind the call, four bytes further, or to what stands before it.
    pub(super) fn early_return(&mut self) -> Vec<Op> {
        let number = match self.inside {
            Inside::Main => return self.straight(),
            Inside::Function(n) | Inside::Twin(n) | Inside::Far(n) => n,
        };
        let kept = KEPT_LINK + number as u32;
        let behind = Target::Here(0);
        let further = *self.rng.pick(&[0, 4, -LANDING]);
        let by = *self.rng.pick(&[LINK, SPOILT]);
        let branch = self.condition();
        vec![
            Op::Branch(branch, behind),
            Op::Word(asm::add(by, kept, further)),
            Op::Word(if self.rng.chance(80) { asm::ret(by) } else { asm::br(by) }),
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
        let branch = self.condition();
        let then = self.body(callees, 3);
        let otherwise = if self.rng.chance(30) { self.body(callees, 3) } else { Vec::new() };
        Statement::If(branch, then, otherwise)
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
        // Two instructions, so that what leads on stands where LANDING says.
        let (before, call) = match self.rng.below(4) {
            0 | 1 => (vec![], vec![Self::nop(), Op::Jal(asm::BL, callee)]),
            2 => (vec![], vec![Op::Branch(asm::adr(SPOILT), callee), Op::Word(asm::blr(SPOILT))]),
            // One of two, by a register: often the one that is far away and the first one, whose addresses look alike.
            _ => {
                let far = self.inside == Inside::Main && callees > 2 && self.rng.chance(50);
                let other = if far { callees - 1 } else { self.rng.below(callees as u64) as usize };
                let callee = if far { Target::Function(0) } else { callee };
                let before = vec![
                    Op::Address(ADDRESS, add_imm(ADDRESS, ADDRESS, 0), callee),
                    Op::Branch(asm::tbz(false, 0, self.free()), OTHER),
                    Op::Address(ADDRESS, add_imm(ADDRESS, ADDRESS, 0), Target::Function(other)),
                    Op::Mark(OTHER),
                ];
                (before, vec![Self::nop(), Op::Word(asm::blr(ADDRESS))])
            }
        };
        let mut ops = before;
        ops.extend([Op::Jal(asm::B, CALLS), Op::Jal(asm::B, LEADS_ON), Op::Mark(CALLS)]);
        ops.extend(call);
        // What is not always returned to.
        ops.extend([Self::nop(), Op::Mark(LEADS_ON)]);
        ops
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
