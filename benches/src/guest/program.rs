//! Guest programs of a few instructions, and the encodings that `guest_tests::asm` lacks.

use guest_tests::asm::{b_offset, i, j_offset, r, s};

/// A program in the making.
#[derive(Default)]
pub(crate) struct Program(Vec<u32>);

impl Program {
    /// Its instructions.
    pub(crate) fn words(&self) -> &[u32] {
        &self.0
    }

    /// One instruction more.
    pub(crate) fn put(&mut self, word: u32) -> &mut Program {
        self.0.push(word);
        self
    }

    /// A jump to the instruction at the byte offset `to`.
    pub(crate) fn jump(&mut self, to: i32) -> &mut Program {
        let here = 4 * self.0.len() as i32;
        self.put(j_offset(to - here) | 0x6f)
    }
}

macro_rules! funct3 {
    ($($name:ident $value:literal)*) => {
        $(pub(crate) const $name: u32 = $value;)*
    };
}
funct3! { LH 1  LW 2  LD 3  LBU 4  SB 0  SH 1  SW 2  SD 3  BEQ 0  BNE 1  BLT 4 }

/// A register-register instruction of the major opcode OP.
pub(crate) fn op(funct3: u32, funct7: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    r(0x33, funct3, funct7, rd, rs1, rs2)
}
pub(crate) fn slli(rd: u32, rs1: u32, shift: i32) -> u32 {
    i(0x13, 1, rd, rs1, shift)
}
pub(crate) fn srli(rd: u32, rs1: u32, shift: i32) -> u32 {
    i(0x13, 5, rd, rs1, shift)
}
pub(crate) fn andi(rd: u32, rs1: u32, imm: i32) -> u32 {
    i(0x13, 7, rd, rs1, imm)
}
pub(crate) fn load(funct3: u32, rd: u32, rs1: u32, imm: i32) -> u32 {
    i(0x03, funct3, rd, rs1, imm)
}
pub(crate) fn store(funct3: u32, rs1: u32, rs2: u32, imm: i32) -> u32 {
    s(0x23, funct3, rs1, rs2, imm)
}
pub(crate) fn branch(funct3: u32, rs1: u32, rs2: u32, offset: i32) -> u32 {
    b_offset(offset) | rs2 << 20 | rs1 << 15 | funct3 << 12 | 0x63
}
/// An instruction of the major opcode OP-FP, rounding as `frm` says.
pub(crate) fn fp(funct7: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    r(0x53, 7, funct7, rd, rs1, rs2)
}
