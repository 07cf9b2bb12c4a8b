//! Branches, loops, computed jumps, calls and ways back from them.

use super::super::code::{CASES, Op, Statement, Target, Words};
use super::super::program::Part;
use super::{Inside, Maker, Statements};

/// How deep loops of the main part are nested.
pub(in super::super) const MAIN_DEPTH: usize = 2;
/// How far before the return address of each call there is something that leads on behind the call.
const LANDING: i32 = 12;

impl<W: Statements> Maker<W> {
    /// From a function, unless a branch is taken: behind the call, four bytes further, or to what stands before it.
    pub(in super::super) fn early_return(&mut self) -> Vec<Op> {
        let number = match self.inside {
            Inside::Main => return W::straight(self),
            Inside::Function(n) | Inside::Twin(n) | Inside::Far(n) => n,
        };
        let further = *self.rng.pick(&[0, 4, -LANDING]);
        W::return_early(self, number as u32, further)
    }

    /// One that the translator may copy to where it is called: without calls and what only the interpreter does.
    pub(super) fn small_function(&mut self) -> Part {
        let mut body = Vec::new();
        if self.rng.chance(30) {
            body.push(Statement::Ops(self.tuned_site()));
        }
        for _ in 0..1 + self.rng.below(3) {
            body.push(Statement::Ops(match self.rng.below(4) {
                0 | 1 => W::straight(self),
                2 => W::accesses(self),
                _ => self.early_return(),
            }));
        }
        Part { at: 0, body }
    }

    pub(in super::super) fn branch(&mut self, callees: usize) -> Statement {
        let branch = W::condition(self);
        let then = self.body(callees, 3);
        let otherwise = if self.rng.chance(30) { self.body(callees, 3) } else { Vec::new() };
        Statement::If(branch, then, otherwise)
    }

    pub(in super::super) fn looped(&mut self, callees: usize) -> Statement {
        // A counter of its own for each loop that may run within another one.
        let (counter, deepest) = match self.inside {
            Inside::Main => (W::COUNTERS + self.depth as u32, MAIN_DEPTH),
            Inside::Function(n) | Inside::Twin(n) | Inside::Far(n) => (W::COUNTERS + MAIN_DEPTH as u32 + n as u32, 1),
        };
        if self.depth >= deepest {
            return Statement::Ops(W::straight(self));
        }
        self.depth += 1;
        let times = 1 + self.rng.below(if self.depth > 1 { 6 } else { 16 }) as u32;
        let body = self.body(callees, 4);
        self.depth -= 1;
        Statement::Loop(counter, times, body)
    }

    pub(in super::super) fn cases(&mut self, callees: usize) -> Statement {
        let count = 2 + self.rng.below(CASES as u64 - 1);
        Statement::Cases(W::free(self), (0..count).map(|_| self.body(callees, 2)).collect())
    }

    pub(in super::super) fn call(&mut self, callees: usize) -> Vec<Op> {
        const OTHER: Target = Target::Here(0);
        const LEADS_ON: Target = Target::Here(1);
        const CALLS: Target = Target::Here(2);
        let callee = Target::Function(self.rng.below(callees as u64) as usize);
        // All calls are two instructions long, so that what leads on stands where LANDING says.
        let (before, call) = match self.rng.below(4) {
            0 | 1 => (vec![], W::call(callee)),
            2 => (vec![], W::computed_call(callee)),
            // One of two, by a register: often the one that is far away and the first one, whose addresses look alike.
            _ => {
                let far = self.inside == Inside::Main && callees > 2 && self.rng.chance(50);
                let other = if far { callees - 1 } else { self.rng.below(callees as u64) as usize };
                let callee = if far { Target::Function(0) } else { callee };
                let mut before = vec![W::address(callee)];
                before.extend(W::if_even(self, OTHER));
                before.extend([W::address(Target::Function(other)), Op::Mark(OTHER)]);
                (before, vec![Op::Word(W::NOP), W::call_address()])
            }
        };
        let mut ops = before;
        ops.extend([<W as Words>::jump(CALLS), W::jump(LEADS_ON), Op::Mark(CALLS)]);
        ops.extend(call);
        // What is not always returned to.
        ops.extend([Op::Word(W::NOP), Op::Mark(LEADS_ON)]);
        ops
    }
}
