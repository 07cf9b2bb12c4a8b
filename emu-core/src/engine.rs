//! The verbs an instruction may use. Each engine gives them its own meaning.
//!
//! Two times exist. *Decode time*: fields of the instruction, `pc`, extension switches and the slots that are part of a
//! region's key; plain Rust values, plain Rust `if`. *Run time*: anything read from a guest register or guest memory;
//! always an engine value (`E::B`, `E::W`, `E::X`), never inspected by Rust code. The interpreter happens to have both
//! at once; a translator has the first now and the second later.
//!
//! An instruction reads, then may stop, then writes: after its first [`Engine::set`] or store nothing may stop it. So
//! exceptions are precise without an undo log.

use crate::slot::Slot;
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Not, Sub};

/// A run-time truth value.
pub trait Bool:
    Copy + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self> + Not<Output = Self>
{
}

/// A run-time integer of one width. All arithmetic wraps.
pub trait Bits:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
{
    /// What comparisons give.
    type Bool: Bool;
    /// Width in bits.
    const BITS: u32;

    /// The constant `n`, sign-extended or cut to the width of `self`, whose value does not matter.
    fn like(self, n: i64) -> Self;

    /// Equal.
    fn eq(self, rhs: Self) -> Self::Bool;
    /// Less than, unsigned.
    fn lt_u(self, rhs: Self) -> Self::Bool;
    /// Less than, signed.
    fn lt_s(self, rhs: Self) -> Self::Bool;

    /// Left shift by a decode-time amount, `by < BITS`.
    fn shl(self, by: u32) -> Self;
    /// Logical right shift by a decode-time amount, `by < BITS`.
    fn shr_u(self, by: u32) -> Self;
    /// Arithmetic right shift by a decode-time amount, `by < BITS`.
    fn shr_s(self, by: u32) -> Self;
    /// Left shift by a run-time amount modulo `BITS`.
    fn shl_by(self, by: Self) -> Self;
    /// Logical right shift by a run-time amount modulo `BITS`.
    fn shr_u_by(self, by: Self) -> Self;
    /// Arithmetic right shift by a run-time amount modulo `BITS`.
    fn shr_s_by(self, by: Self) -> Self;
    /// Right rotation by a run-time amount modulo `BITS`.
    fn rotr_by(self, by: Self) -> Self;

    /// The upper half of the unsigned double-width product.
    fn mul_high_u(self, rhs: Self) -> Self;
    /// The upper half of the signed double-width product.
    fn mul_high_s(self, rhs: Self) -> Self;
    /// Unsigned quotient; `if_zero` when `rhs` is zero.
    fn div_u(self, rhs: Self, if_zero: Self) -> Self;
    /// Unsigned remainder; `if_zero` when `rhs` is zero.
    fn rem_u(self, rhs: Self, if_zero: Self) -> Self;
    /// Signed quotient, rounded to zero; the least value divided by -1 is itself; `if_zero` when `rhs` is zero.
    fn div_s(self, rhs: Self, if_zero: Self) -> Self;
    /// Signed remainder with the dividend's sign; the least value by -1 leaves 0; `if_zero` when `rhs` is zero.
    fn rem_s(self, rhs: Self, if_zero: Self) -> Self;

    /// Number of leading zero bits; `BITS` for zero.
    fn leading_zeros(self) -> Self;
    /// Number of trailing zero bits; `BITS` for zero.
    fn trailing_zeros(self) -> Self;
    /// Number of one bits.
    fn ones(self) -> Self;
    /// Bytes in reverse order.
    fn swap_bytes(self) -> Self;
    /// `yes` if `cond`, else `no`; both are evaluated.
    fn select(cond: Self::Bool, yes: Self, no: Self) -> Self;
}

/// From 32 to 64 bits.
pub trait Widen<X> {
    /// Copies the sign into the upper half.
    fn sext(self) -> X;
    /// Clears the upper half.
    fn zext(self) -> X;
}

/// From 64 to 32 bits.
pub trait Narrow<W> {
    /// The lower half.
    fn lo(self) -> W;
}

/// How a load or store moves a value: width and, for loads, what fills the rest of the 64 bits.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names are the manuals' own: U zero-extends, S sign-extends, the number is bits")]
pub enum Mem {
    U8,
    S8,
    U16,
    S16,
    U32,
    S32,
    U64,
}

impl Mem {
    /// Bytes moved.
    pub const fn bytes(self) -> u64 {
        match self {
            Mem::U8 | Mem::S8 => 1,
            Mem::U16 | Mem::S16 => 2,
            Mem::U32 | Mem::S32 => 4,
            Mem::U64 => 8,
        }
    }
}

/// What an atomic memory operation does to the old value and its operand.
pub use emu_mem::AmoOp as Amo;

/// A binary floating-point format, held in the low bits of an `X`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Fmt {
    /// binary16
    H,
    /// binary32
    S,
    /// binary64
    D,
}

/// Two-operand floating-point arithmetic.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the variants are the standard's words")]
pub enum Fp2 {
    Add,
    Sub,
    Mul,
    Div,
    Min,
    Max,
}

/// Floating-point comparisons.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum FpCmp {
    /// Equal; only signalling NaNs are invalid.
    Eq,
    /// Less than; any NaN is invalid.
    Lt,
    /// Less than or equal; any NaN is invalid.
    Le,
}

/// Integer formats that floating-point values convert from and to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "Rust's own names")]
pub enum Int {
    I32,
    U32,
    I64,
    U64,
}

/// How one instruction ends: where control goes next, or what stopped it.
pub type Exec<E> = Result<<E as Engine>::Next, <E as Engine>::Stop>;

/// What an instruction is made of.
pub trait Engine {
    /// A truth value.
    type B: Bool;
    /// A 32-bit value.
    type W: Bits<Bool = Self::B> + Widen<Self::X>;
    /// A 64-bit value.
    type X: Bits<Bool = Self::B> + Narrow<Self::W>;
    /// Why an instruction did not complete. A stop when running, uninhabited when compiling.
    type Stop;
    /// Where control goes. A program counter when running; "falls through" or "block over" when compiling.
    type Next;

    /// The 32-bit constant `n`.
    fn w(&self, n: u32) -> Self::W;
    /// The 64-bit constant `n`.
    fn x(&self, n: u64) -> Self::X;
    /// 1 for true, 0 for false.
    fn b2x(&self, b: Self::B) -> Self::X;

    /// Address of this instruction: decode time.
    fn pc(&self) -> u64;
    /// Bytes of this instruction: decode time.
    fn insn_bytes(&self) -> u64;
    /// The value of a slot that is part of a region's key: decode time. A region is compiled for one value of it.
    fn key(&self, slot: Slot) -> u64;

    /// Reads a slot.
    fn get(&self, slot: Slot) -> Self::X;
    /// Writes a slot. After the first `set` of an instruction nothing may stop it.
    fn set(&self, slot: Slot, v: Self::X);

    /// Reads guest memory at a virtual address.
    fn load(&self, at: Self::X, kind: Mem) -> Result<Self::X, Self::Stop>;
    /// Writes the low bytes of `v` to guest memory at a virtual address; all of it or, when it stops, nothing.
    fn store(&self, at: Self::X, v: Self::X, kind: Mem) -> Result<(), Self::Stop>;
    /// Reads, combines with `v` and writes back as one step; gives the old value, extended as `kind` says. A fault is a store's.
    fn amo(&self, at: Self::X, op: Amo, v: Self::X, kind: Mem) -> Result<Self::X, Self::Stop>;
    /// Loads and reserves.
    fn load_reserved(&self, at: Self::X, kind: Mem) -> Result<Self::X, Self::Stop>;
    /// Stores if the reservation holds, and gives whether it did. The reservation ends in any case.
    fn store_conditional(&self, at: Self::X, v: Self::X, kind: Mem) -> Result<Self::B, Self::Stop>;
    /// Stops with the architecture's exception (`cause`, `tval`) unless `ok`.
    fn require(&self, ok: Self::B, cause: u64, tval: Self::X) -> Result<(), Self::Stop>;
    /// Stops as an undefined instruction does. Whether is known at decode time.
    fn undefined<T>(&self) -> Result<T, Self::Stop>;

    /// The instruction after this one.
    fn next(&self) -> Self::Next;
    /// `target` if `taken`, else the instruction after this one.
    fn branch(&self, taken: Self::B, target: u64) -> Self::Next;
    /// A target known at decode time.
    fn jump(&self, target: u64) -> Self::Next;
    /// A target known at run time.
    fn jump_to(&self, target: Self::X) -> Self::Next;

    /// Two-operand arithmetic; the result and the exception flags it raises (NV 16, DZ 8, OF 4, UF 2, NX 1).
    fn fp2(&self, op: Fp2, fmt: Fmt, rm: u8, a: Self::X, b: Self::X) -> (Self::X, Self::X);
    /// Square root.
    fn fp_sqrt(&self, fmt: Fmt, rm: u8, a: Self::X) -> (Self::X, Self::X);
    /// `a * b + c`, rounded once.
    fn fp_fma(&self, fmt: Fmt, rm: u8, a: Self::X, b: Self::X, c: Self::X) -> (Self::X, Self::X);
    /// Comparison.
    fn fp_cmp(&self, op: FpCmp, fmt: Fmt, a: Self::X, b: Self::X) -> (Self::B, Self::X);
    /// The ten classes of a value, one bit each, in RISC-V's order.
    fn fp_class(&self, fmt: Fmt, a: Self::X) -> Self::X;
    /// Between floating-point formats.
    fn fp_to_fp(&self, from: Fmt, to: Fmt, rm: u8, a: Self::X) -> (Self::X, Self::X);
    /// To an integer, saturating; 32-bit results are in the low half, the upper half is unspecified.
    fn fp_to_int(&self, from: Fmt, to: Int, rm: u8, a: Self::X) -> (Self::X, Self::X);
    /// From an integer; 32-bit operands are in the low half.
    fn int_to_fp(&self, from: Int, to: Fmt, rm: u8, a: Self::X) -> (Self::X, Self::X);
    /// The lower half of the carry-less product.
    fn clmul(&self, a: Self::X, b: Self::X) -> Self::X;
    /// The upper half of the carry-less product.
    fn clmulh(&self, a: Self::X, b: Self::X) -> Self::X;
}
