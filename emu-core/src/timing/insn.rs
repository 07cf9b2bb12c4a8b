//! What timing models see of an instruction: its class, its registers, where it lies. No instruction set.

use crate::slot::{Slot, ZERO};

/// Which factors of a multiplication are signed.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Signs {
    /// The first.
    pub a: bool,
    /// The second.
    pub b: bool,
}

/// What kind of work an instruction is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Class {
    /// Arithmetic with one register, or none.
    Immediate,
    /// Arithmetic with two registers.
    Registers,
    /// A shift by a constant: [`Insn::amount`].
    Shift,
    /// A shift by a register.
    ShiftBy,
    /// A load.
    Load,
    /// A store.
    Store,
    /// An atomic read-modify-write.
    Atomic,
    /// Loads and reserves.
    LoadReserved,
    /// Stores if it is still reserved.
    StoreConditional,
    /// A conditional branch.
    Branch,
    /// A jump to a known place.
    Jump,
    /// A jump to where a register says.
    JumpTo,
    /// The same, of which the instruction says that it returns from a call.
    Return,
    /// The low half of a product.
    Multiply,
    /// The high half.
    MultiplyHigh(Signs),
    /// A division.
    Divide {
        /// Of signed numbers.
        signed: bool,
        /// The remainder is wanted.
        remainder: bool,
    },
    /// An access to a control register.
    Control {
        /// What was fetched behind it is fetched again.
        flushes: bool,
    },
    /// Orders memory.
    Fence,
    /// Makes new code visible.
    CodeFence,
    /// A return from a trap.
    TrapReturn,
    /// Floating point, of scalars and vectors.
    Float,
    /// A multiplication and addition in floating point.
    FloatFused,
    /// A division or square root in floating point.
    FloatDivide,
    /// Integers in vectors.
    Vector,
    /// Something else.
    Other,
}

/// An instruction at a place.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Insn {
    /// Its address.
    pub pc: u64,
    /// Its encoding; the upper half of a short one is zero.
    pub word: u32,
    /// Its length.
    pub bytes: u8,
    /// What it is.
    pub class: Class,
    /// The lowest seven bits of the long instruction that means the same.
    pub opcode: u8,
    /// The register that it writes; slot 0 if none, or one that is always zero.
    pub rd: Slot,
    /// Another one that it writes at the same time.
    pub rd2: Slot,
    /// The base register that an access moves.
    pub base: Slot,
    /// Whether it names a register to write, be it one that is always zero.
    pub writes: bool,
    /// The first register that it reads; slot 0 if none.
    pub rs1: Slot,
    /// The second.
    pub rs2: Slot,
    /// The third.
    pub rs3: Slot,
    /// A number in it: what is added to an address, where a branch goes.
    pub imm: i64,
    /// Whether a register is added to its address, which `imm` then says nothing of.
    pub is_indexed: bool,
    /// How far it shifts.
    pub amount: u8,
    /// Base-two logarithm of the bytes that it accesses in memory.
    pub size: u8,
    /// Whether it works on half of its registers.
    pub narrow: bool,
    /// Whether earlier accesses to memory come before it (bit 0), and later ones after it (bit 1).
    pub order: u8,
    /// The 16 bits of memory behind it.
    pub behind: u16,
}

impl Insn {
    /// A long instruction at 0 that does nothing that is known of.
    pub const NOTHING: Insn = Insn {
        pc: 0,
        word: 0,
        bytes: 4,
        class: Class::Other,
        opcode: 0,
        rd: ZERO,
        rd2: ZERO,
        base: ZERO,
        writes: false,
        rs1: ZERO,
        rs2: ZERO,
        rs3: ZERO,
        imm: 0,
        is_indexed: false,
        amount: 0,
        size: 0,
        narrow: false,
        order: 0,
        behind: 0,
    };

    /// Whether it needs two words of memory though one would have room for it.
    pub fn straddles_words(&self) -> bool {
        self.bytes == 4 && self.pc & 2 != 0
    }

    /// The same of the one that lies behind it, as far as its first 16 bits tell.
    pub fn next_straddles_words(&self) -> bool {
        self.behind & 3 == 3 && self.pc.wrapping_add(self.bytes.into()) & 2 != 0
    }

    /// Whether it reads a register.
    pub fn reads(&self, register: Slot) -> bool {
        self.rs1 == register || self.rs2 == register || self.rs3 == register
    }

    /// Whether it is a branch to an earlier address.
    pub fn goes_back(&self) -> bool {
        self.class == Class::Branch && self.imm < 0
    }
}
