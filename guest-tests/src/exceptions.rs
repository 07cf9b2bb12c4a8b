//! Where a witness and this emulator differ and both are right, or the witness is wrong. Random programs stay clear of these; a
//! probe for each shows that the difference is still there, so that none stays in a list for longer than it is needed.

use crate::asm::{self, addi, csrrc, csrrs, csrrw};
use crate::random::{DATA, Op, Target};

pub mod qemu;
pub mod spike;

/// One difference.
#[derive(Debug)]
pub struct Exception {
    /// What it is called.
    pub name: &'static str,
    /// Why it is none of ours.
    pub reason: &'static str,
    /// A program's body that shows it on at least one XLEN. `t1` and `t2` are free, `sp` points into RAM.
    pub probe: fn() -> Vec<Op>,
}

const T1: u32 = 6;
const T2: u32 = 7;

fn read(csr: u32) -> Vec<Op> {
    vec![Op::Word(csrrs(T1, csr, 0))]
}

/// Writes a small number to a CSR and reads it back.
fn keep(csr: u32, value: i32) -> Vec<Op> {
    vec![Op::Word(addi(T1, 0, value)), Op::Word(csrrw(0, csr, T1)), Op::Word(csrrs(T1, csr, 0))]
}

/// `t2` = the address `offset` bytes into the data.
fn data(offset: u32) -> Op {
    Op::Address(T2, addi(T2, T2, 0), Target::Offset(DATA + offset))
}

/// These instructions in U mode.
fn user(words: &[u32]) -> Vec<Op> {
    let mode = [asm::lui(T1, 2), addi(T1, T1, -0x800), csrrc(0, 0x300, T1)];
    // MRET goes to the instruction behind it.
    let leave = [asm::auipc(T2, 0), addi(T2, T2, 16), csrrw(0, 0x341, T2), asm::MRET];
    mode.iter().chain(&leave).chain(words).copied().map(Op::Word).collect()
}
