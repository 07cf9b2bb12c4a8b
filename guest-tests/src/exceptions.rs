//! Where a witness and this emulator differ and both are right, or the witness is wrong. Random programs stay clear of these; a
//! probe for each shows that the difference is still there, so that none stays in a list for longer than it is needed.

use crate::asm::{addi, csrrs, csrrw};
use crate::random::{DATA, Op, Target};

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
