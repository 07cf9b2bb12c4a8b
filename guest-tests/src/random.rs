//! Random programs: every row of the instruction table, corner-value operands, traps, CSRs, page tables.
//!
//! A program is a list of items, each a few instructions that belong together. Items can be dropped one by one and the rest
//! still is a program, which is what makes a failure small. An item works in whatever privilege mode it finds itself: what
//! is not allowed there traps, and the handler goes on behind it. Control only moves forward.
//!
//! Some registers are spoken for: `sp`, `s0` and `s1` point into the data area, `gp` says where to go on after a jump that
//! led nowhere, and the handlers spoil `t5` and `t6` instead of saving them.

mod items;
mod layout;
mod near;
mod privileged;
mod scope;
mod values;

use crate::asm;
use crate::rng::Rng;
use emu_core::riscv::isa_string::Isa;

pub use layout::{ALIAS, BASE, DATA, SPARE, TOHOST, body, is_vector};
pub use scope::{Exit, Scope, Unsplit};

/// Where an address leads.
#[derive(Copy, Clone, Debug)]
pub enum Target {
    /// The first item that is left with this number or a higher one.
    Item(usize),
    /// Bytes from the start of the image.
    Offset(u32),
}

/// One step of an item.
#[derive(Copy, Clone, Debug)]
pub enum Op {
    /// Four bytes.
    Word(u32),
    /// Two bytes.
    Half(u16),
    /// A B-type instruction that lacks its offset.
    Branch(u32, Target),
    /// A JAL that lacks its offset.
    Jal(u32, Target),
    /// C.J or C.JAL without its offset.
    ShortJump(u16, Target),
    /// C.BEQZ or C.BNEZ without its offset.
    ShortBranch(u16, Target),
    /// An AUIPC for a register, with a second instruction that adds the lower twelve bits as an I-type immediate.
    Address(u32, u32, Target),
}

impl Op {
    fn bytes(self) -> u32 {
        match self {
            Op::Half(_) | Op::ShortJump(..) | Op::ShortBranch(..) => 2,
            Op::Word(_) | Op::Branch(..) | Op::Jal(..) => 4,
            Op::Address(..) => 8,
        }
    }
}

/// A program.
#[derive(Clone, Debug)]
pub struct Program {
    /// 32 or 64.
    pub xlen: u32,
    /// Numbered parts of the body, ascending.
    pub items: Vec<(usize, Vec<Op>)>,
    /// What goes into memory beside code: pool, data, page tables.
    data: Vec<u8>,
    /// Handlers and the like.
    start: Vec<u8>,
    exit: Exit,
}

impl Program {
    /// The program of `seed` with about `insns` instructions in its body.
    pub fn new(isa: &Isa, scope: &Scope, seed: u64, insns: usize) -> Self {
        let mut rng = Rng::new(seed);
        let data = layout::data(&mut rng, isa.xlen, scope.entry_bits);
        let items = items::Generator::new(isa, scope, &mut rng).body(insns);
        Program { xlen: isa.xlen, items, data, start: layout::start(isa, scope), exit: scope.exit }
    }

    /// The program of these instructions, and one before them that does nothing and is sure to retire.
    pub fn of(isa: &Isa, scope: &Scope, mut ops: Vec<Op>) -> Self {
        ops.insert(0, Op::Word(asm::addi(0, 0, 0)));
        let data = layout::data(&mut Rng::new(0), isa.xlen, scope.entry_bits);
        Program { xlen: isa.xlen, items: vec![(0, ops)], data, start: layout::start(isa, scope), exit: scope.exit }
    }

    /// The same with only those items whose position `keep` accepts.
    pub fn reduced(&self, keep: impl Fn(usize) -> bool) -> Self {
        let items = self.items.iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, item)| item.clone()).collect();
        Program { items, ..self.clone() }
    }

    /// Where each item starts and, last, where the body ends, in bytes from the start of the image.
    pub fn starts(&self) -> Vec<u32> {
        let mut at = layout::BODY;
        let mut starts = vec![at];
        for (_, ops) in &self.items {
            at += ops.iter().map(|op| op.bytes()).sum::<u32>();
            starts.push(at);
        }
        starts
    }

    /// The body's machine code.
    pub fn body(&self) -> Vec<u8> {
        let starts = self.starts();
        let mut code = Vec::new();
        for ((_, ops), &start) in self.items.iter().zip(&starts) {
            let mut at = start;
            for &op in ops {
                self.encode(op, at, start, &starts, &mut code);
                at += op.bytes();
            }
        }
        code
    }

    /// The ELF file.
    pub fn elf(&self) -> Vec<u8> {
        let mut image = self.start.clone();
        image.resize(layout::POOL as usize, 0);
        image.extend(&self.data);
        image.resize(layout::BODY as usize, 0);
        image.extend(self.body());
        layout::end(self.exit, &mut image);
        let symbols = [("tohost", BASE + TOHOST), ("fromhost", BASE + TOHOST + 64)];
        crate::elf::write(self.xlen, BASE, &image, &symbols)
    }

    /// The distance from the instruction at `at`, in the item that starts at `start`, to `target`.
    fn distance(&self, target: Target, at: u32, start: u32, starts: &[u32]) -> i32 {
        let to = match target {
            Target::Offset(offset) => offset,
            Target::Item(number) => {
                let position = self.items.partition_point(|(n, _)| *n < number);
                // Never back, whatever has been dropped.
                starts[position].max(starts[starts.partition_point(|&s| s <= start).min(starts.len() - 1)])
            }
        };
        to.wrapping_sub(at) as i32
    }

    fn encode(&self, op: Op, at: u32, start: u32, starts: &[u32], out: &mut Vec<u8>) {
        // A target out of a short form's reach becomes the instruction behind it.
        let within = |distance: i32, reach: i32, bytes: i32| if distance < reach { distance } else { bytes };
        match op {
            Op::Word(word) => out.extend(word.to_le_bytes()),
            Op::Half(half) => out.extend(half.to_le_bytes()),
            Op::Branch(word, to) => {
                let offset = within(self.distance(to, at, start, starts), 4096, 4);
                out.extend((word | asm::b_offset(offset)).to_le_bytes());
            }
            Op::Jal(word, to) => {
                out.extend((word | asm::j_offset(self.distance(to, at, start, starts))).to_le_bytes());
            }
            Op::ShortJump(half, to) => {
                let offset = within(self.distance(to, at, start, starts), 2048, 2);
                out.extend((half | asm::cj_offset(offset)).to_le_bytes());
            }
            Op::ShortBranch(half, to) => {
                let offset = within(self.distance(to, at, start, starts), 256, 2);
                out.extend((half | asm::cb_offset(offset)).to_le_bytes());
            }
            Op::Address(rd, second, to) => {
                let distance = self.distance(to, at, start, starts);
                let upper = (distance.wrapping_add(0x800) >> 12) as u32 & 0xf_ffff;
                out.extend(asm::auipc(rd, upper).to_le_bytes());
                out.extend((second | (distance as u32 & 0xfff) << 20).to_le_bytes());
            }
        }
    }
}
