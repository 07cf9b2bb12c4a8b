//! Programs as trees of statements, and their machine code. Any part of a tree can be left out and the rest still is a
//! program that does nothing it should not, which is what makes a failure small.

use std::collections::BTreeMap;

use crate::asm::{self, addi};

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

/// A step of a statement.
#[derive(Copy, Clone, Debug)]
pub enum Op {
    /// Four bytes.
    Word(u32),
    /// Two bytes.
    Half(u16),
    /// A B-type instruction that lacks its offset.
    Branch(u32, Target),
    /// C.BEQZ or C.BNEZ without its offset.
    ShortBranch(u16, Target),
    /// A JAL that lacks its offset.
    Jal(u32, Target),
    /// An AUIPC for a register, with a second instruction that adds the lower twelve bits as an I-type immediate.
    Address(u32, u32, Target),
    /// What a target means.
    Mark(Target),
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
    /// The first part unless a branch is taken, else the second one. The branch is B-type, without its offset.
    If(u32, Vec<Statement>, Vec<Statement>),
    /// Goes around so often, counting in a register.
    Loop(u32, u32, Vec<Statement>),
    /// One of some parts, by the lowest bits of a register.
    Cases(u32, Vec<Vec<Statement>>),
}

/// The register that addresses are made in.
pub const ADDRESS: u32 = 8;
/// A register that some statements spoil.
pub const SPOILT: u32 = 7;
/// How many parts [`Statement::Cases`] may have.
pub const CASES: usize = 4;

/// Code that is being laid out.
#[derive(Default)]
pub struct Layout {
    ops: Vec<Op>,
    made: u32,
}

impl Layout {
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
                    self.ops.push(Op::Jal(0x6f, end));
                }
                if let Some(short) = short_branch(*branch)
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
                self.ops.push(Op::Word(addi(*counter, 0, *times as i32)));
                self.ops.push(Op::Mark(start));
                self.statements(body, sites);
                self.ops.push(Op::Word(addi(*counter, *counter, -1)));
                self.ops.push(Op::Branch(0x63 | 1 << 12 | counter << 15, start));
            }
            Statement::Cases(on, cases) => {
                let (table, end) = (self.mark(), self.mark());
                self.ops.extend([
                    Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), table),
                    Op::Word(asm::i(0x13, 7, SPOILT, *on, CASES as i32 - 1)),
                    Op::Word(asm::i(0x13, 1, SPOILT, SPOILT, 2)),
                    Op::Word(asm::r(0x33, 0, 0, ADDRESS, ADDRESS, SPOILT)),
                    Op::Word(asm::jalr(0, ADDRESS, 0)),
                    Op::Mark(table),
                ]);
                let starts: Vec<Target> = cases.iter().map(|_| self.mark()).collect();
                for n in 0..CASES {
                    self.ops.push(Op::Jal(0x6f, starts.get(n).copied().unwrap_or(end)));
                }
                for (case, start) in cases.iter().zip(starts) {
                    self.ops.push(Op::Mark(start));
                    self.statements(case, sites);
                    self.ops.push(Op::Jal(0x6f, end));
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
            let distance = |target: Target| {
                let to = match target {
                    Target::Offset(offset) => offset,
                    target => places[&target],
                };
                to.wrapping_sub(at) as i32
            };
            match op {
                Op::Mark(_) => {}
                Op::Word(word) => code.extend(word.to_le_bytes()),
                Op::Half(half) => code.extend(half.to_le_bytes()),
                Op::Branch(word, to) => code.extend((word | asm::b_offset(distance(to))).to_le_bytes()),
                Op::ShortBranch(half, to) => code.extend((half | asm::cb_offset(distance(to))).to_le_bytes()),
                Op::Jal(word, to) => code.extend((word | asm::j_offset(distance(to))).to_le_bytes()),
                Op::Address(rd, second, to) => {
                    let distance = distance(to);
                    let upper = (distance.wrapping_add(0x800) >> 12) as u32 & 0xf_ffff;
                    code.extend(asm::auipc(rd, upper).to_le_bytes());
                    code.extend((second | (distance as u32 & 0xfff) << 20).to_le_bytes());
                }
            }
            at += op.bytes();
        }
        code
    }
}

/// The two-byte form of a branch that lacks its offset, if there is one.
fn short_branch(branch: u32) -> Option<u16> {
    let (funct3, rs1, rs2) = (branch >> 12 & 7, branch >> 15 & 31, branch >> 20 & 31);
    let exists = funct3 < 2 && rs2 == 0 && (8..16).contains(&rs1);
    exists.then(|| (0xc001 | funct3 << 13 | (rs1 - 8) << 7) as u16)
}
