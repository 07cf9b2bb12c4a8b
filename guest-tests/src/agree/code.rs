//! Programs as trees of statements, and their machine code. Any part of a tree can be left out and the rest still is a
//! program that does nothing it should not, which is what makes a failure small.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

/// Where an address leads.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Target {
    /// Bytes from the start of the image.
    Offset(u32),
    /// A function of the program.
    Function(usize),
    /// An instruction that others replace.
    Site(usize),
    /// A mark in the same statement.
    Here(u32),
    /// A mark that laying out has made.
    Made(u32),
}

/// A step of a statement. What the instructions are that lack an offset, each instruction set says: [`Words`].
#[derive(Copy, Clone, Debug)]
pub enum Op {
    /// Four bytes.
    Word(u32),
    /// Two bytes.
    Half(u16),
    /// A branch that lacks its offset.
    Branch(u32, Target),
    /// A branch of two bytes without its offset.
    ShortBranch(u16, Target),
    /// A jump that lacks its offset.
    Jal(u32, Target),
    /// The upper part of an address for a register, with a second instruction that adds the lower twelve bits.
    Address(u32, u32, Target),
    /// What a target means.
    Mark(Target),
}

/// What an instruction set has to say about laying out.
pub trait Words: Clone + Debug {
    /// A jump.
    fn jump(to: Target) -> Op;
    /// The two-byte form of a branch that lacks its offset, if there is one.
    fn short_branch(branch: u32) -> Option<u16>;
    /// Has a register count from there on.
    fn count_from(counter: u32, times: u32) -> Op;
    /// Counts down, and goes back unless that gives zero.
    fn again(counter: u32, start: Target) -> [Op; 2];
    /// Goes to one of the [`CASES`] jumps at `table`, which stand right behind, by a register.
    fn choose(on: u32, table: Target) -> Vec<Op>;
    /// The machine code of a step that lies `at` bytes from the image's start, `distance` before its target.
    fn encode(op: Op, at: u32, distance: i32) -> Vec<u8>;
}

impl Op {
    fn bytes(self) -> u32 {
        match self {
            Op::Mark(_) => 0,
            Op::Half(_) | Op::ShortBranch(..) => 2,
            Op::Word(_) | Op::Branch(..) | Op::Jal(..) => 4,
            Op::Address(..) => 8,
        }
    }

    fn target(&mut self) -> Option<&mut Target> {
        match self {
            Op::Word(_) | Op::Half(_) => None,
            Op::Branch(_, target) | Op::ShortBranch(_, target) | Op::Jal(_, target) => Some(target),
            Op::Address(_, _, target) | Op::Mark(target) => Some(target),
        }
    }
}

/// A part of a program.
#[derive(Clone, Debug)]
pub enum Statement {
    /// Instructions that only make sense together.
    Ops(Vec<Op>),
    /// The first part unless a branch is taken, else the second one. The branch lacks its offset.
    If(u32, Vec<Statement>, Vec<Statement>),
    /// Goes around so often, counting in a register.
    Loop(u32, u32, Vec<Statement>),
    /// One of some parts, by the lowest bits of a register.
    Cases(u32, Vec<Vec<Statement>>),
}

/// How many parts [`Statement::Cases`] may have.
pub const CASES: usize = 4;

/// Code that is being laid out.
pub struct Layout<W> {
    ops: Vec<Op>,
    made: u32,
    words: PhantomData<W>,
}

impl<W> Default for Layout<W> {
    fn default() -> Self {
        Layout { ops: Vec::new(), made: 0, words: PhantomData }
    }
}

impl<W: Words> Layout<W> {
    fn mark(&mut self) -> Target {
        self.made += 1;
        Target::Made(self.made)
    }

    /// Adds steps whose marks nobody else sees.
    pub fn ops(&mut self, ops: &[Op]) {
        let mut own: BTreeMap<u32, Target> = BTreeMap::new();
        for &op in ops {
            let mut op = op;
            if let Some(target) = op.target()
                && let Target::Here(n) = *target
            {
                *target = *own.entry(n).or_insert_with(|| self.mark());
            }
            self.ops.push(op);
        }
    }

    /// Adds statements. Those that need one of the `sites` that is not there are left out.
    pub fn statements(&mut self, statements: &[Statement], sites: &[usize]) {
        for statement in statements {
            self.statement(statement, sites);
        }
    }

    fn statement(&mut self, statement: &Statement, sites: &[usize]) {
        match statement {
            Statement::Ops(ops) => {
                let lacks = |op: &Op| matches!(op, Op::Address(_, _, Target::Site(n)) if !sites.contains(n));
                if !ops.iter().any(lacks) {
                    self.ops(ops);
                }
            }
            Statement::If(branch, then, otherwise) => {
                let (other, end) = (self.mark(), self.mark());
                let branch_at = self.ops.len();
                self.ops.push(Op::Branch(*branch, other));
                self.statements(then, sites);
                if !otherwise.is_empty() {
                    self.ops.push(W::jump(end));
                }
                if let Some(short) = W::short_branch(*branch)
                    && self.ops[branch_at..].iter().map(|op| op.bytes()).sum::<u32>() < 256
                {
                    self.ops[branch_at] = Op::ShortBranch(short, other);
                }
                self.ops.push(Op::Mark(other));
                self.statements(otherwise, sites);
                self.ops.push(Op::Mark(end));
            }
            Statement::Loop(counter, times, body) => {
                let start = self.mark();
                self.ops.push(W::count_from(*counter, *times));
                self.ops.push(Op::Mark(start));
                self.statements(body, sites);
                self.ops.extend(W::again(*counter, start));
            }
            Statement::Cases(on, cases) => {
                let (table, end) = (self.mark(), self.mark());
                self.ops.extend(W::choose(*on, table));
                self.ops.push(Op::Mark(table));
                let starts: Vec<Target> = cases.iter().map(|_| self.mark()).collect();
                for n in 0..CASES {
                    self.ops.push(W::jump(starts.get(n).copied().unwrap_or(end)));
                }
                for (case, start) in cases.iter().zip(starts) {
                    self.ops.push(Op::Mark(start));
                    self.statements(case, sites);
                    self.ops.push(W::jump(end));
                }
                self.ops.push(Op::Mark(end));
            }
        }
    }

    /// How many bytes it has so far.
    pub fn bytes(&self) -> u32 {
        self.ops.iter().map(|op| op.bytes()).sum()
    }

    /// Notes what its marks mean if it begins `at` bytes from the image's start.
    pub fn place(&self, at: u32, places: &mut BTreeMap<Target, u32>) {
        places.retain(|target, _| !matches!(target, Target::Made(_)));
        let mut at = at;
        for op in &self.ops {
            if let Op::Mark(target) = *op {
                places.insert(target, at);
            }
            at += op.bytes();
        }
    }

    /// Its machine code, if it begins `at` bytes from the image's start.
    pub fn encode(&self, at: u32, places: &BTreeMap<Target, u32>) -> Vec<u8> {
        let (mut at, mut code) = (at, Vec::new());
        for &op in &self.ops {
            let target = match op {
                Op::Mark(_) => continue,
                Op::Word(_) | Op::Half(_) => at,
                Op::Branch(_, to) | Op::ShortBranch(_, to) | Op::Jal(_, to) | Op::Address(_, _, to) => match to {
                    Target::Offset(offset) => offset,
                    to => places[&to],
                },
            };
            code.extend(W::encode(op, at, target.wrapping_sub(at) as i32));
            at += op.bytes();
        }
        code
    }
}
