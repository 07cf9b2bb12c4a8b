//! The verbs an instruction may use. Each engine gives them its own meaning.
//!
//! Two times exist. *Decode time*: fields of the instruction, `pc`, extension switches and the slots that are part of a
//! region's key; plain Rust values, plain Rust `if`. *Run time*: anything read from a guest register or guest memory;
//! always an engine value (`E::B`, `E::W`, `E::X`), never inspected by Rust code. The interpreter happens to have both
//! at once; a translator has the first now and the second later.
//!
//! An instruction reads, then may stop, then writes: after its first [`Engine::set`] or store nothing may stop it. So
//! exceptions are precise without an undo log.

mod vector;

pub use vector::{Lane, SATURATED, V1, V2, V3, VShift};

use crate::float::{NanResult, Round, Rules, Tininess};
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
    /// Bits in reverse order.
    fn reverse_bits(self) -> Self;
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

/// How floating-point arithmetic is done: decode time.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct FpMode {
    /// The architecture's choices.
    pub rules: Rules,
    /// The rounding direction.
    pub round: Round,
}

impl FpMode {
    /// RISC-V, with the direction that a valid `frm` says.
    #[inline(always)]
    pub const fn riscv(frm: u64) -> Self {
        let round = match Round::from_frm(frm) {
            Some(round) => round,
            None => Round::NearestEven,
        };
        FpMode { rules: Rules::RISCV, round }
    }

    /// AArch64 as FPCR says.
    #[inline(always)]
    pub const fn from_fpcr(fpcr: u64) -> Self {
        FpMode { rules: Rules::from_fpcr(fpcr), round: Round::from_fpcr(fpcr) }
    }

    /// The mode as a number, for what hands it over as one.
    pub const fn pack(self) -> u8 {
        let Rules { nan, flush, flush_half, alternative_half, .. } = self.rules;
        let arm = matches!(self.rules.tininess, Tininess::BeforeRounding);
        let default_nan = matches!(nan, NanResult::Default);
        self.round as u8
            | (arm as u8) << 3
            | (default_nan as u8) << 4
            | (flush as u8) << 5
            | (flush_half as u8) << 6
            | (alternative_half as u8) << 7
    }

    /// The mode that [`pack`](Self::pack) has made this number of.
    pub const fn unpack(packed: u8) -> Self {
        let round = if packed & 7 == Round::Odd as u8 { Round::Odd } else { Self::riscv((packed & 7) as u64).round };
        if packed >> 3 & 1 == 0 {
            return FpMode { rules: Rules::RISCV, round };
        }
        let rules = Rules {
            nan: if packed >> 4 & 1 != 0 { NanResult::Default } else { NanResult::FirstOperand },
            flush: packed >> 5 & 1 != 0,
            flush_half: packed >> 6 & 1 != 0,
            alternative_half: packed >> 7 & 1 != 0,
            ..Rules::ARM
        };
        FpMode { rules, round }
    }
}

/// One-operand floating-point arithmetic.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Fp1 {
    /// To an integer in the same format; never inexact.
    Round,
    /// To an integer in the same format; inexact if that is another number.
    RoundExact,
    /// About the reciprocal: Arm's FRECPE.
    ReciprocalEstimate,
    /// About the reciprocal square root: Arm's FRSQRTE.
    ReciprocalRootEstimate,
    /// Arm's FRECPX.
    ReciprocalExponent,
    /// To a 32-bit integer modulo 2^32, in the low half; bit 32 says that it is exact. Arm's FJCVTZS.
    Int32Modulo,
}

/// Two-operand floating-point arithmetic.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Fp2 {
    /// Sum.
    Add,
    /// Difference.
    Sub,
    /// Product.
    Mul,
    /// Quotient.
    Div,
    /// The smaller number; a number wins over a NaN (RISC-V).
    Min,
    /// The larger number; a number wins over a NaN (RISC-V).
    Max,
    /// The smaller number; a NaN wins (Arm's FMIN).
    Minimum,
    /// The larger number; a NaN wins (Arm's FMAX).
    Maximum,
    /// The smaller number; a number wins over a quiet NaN, a signalling NaN over both (Arm's FMINNM).
    MinNum,
    /// The larger number; a number wins over a quiet NaN, a signalling NaN over both (Arm's FMAXNM).
    MaxNum,
    /// Product, where zero times infinity is two (Arm's FMULX).
    MulExtended,
    /// Arm's FRECPS.
    ReciprocalStep,
    /// Arm's FRSQRTS.
    ReciprocalRootStep,
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
    /// Less than; only signalling NaNs are invalid.
    LtQuiet,
    /// One is a NaN; only signalling NaNs are invalid.
    Unordered,
}

/// Integer formats that floating-point values convert from and to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "Rust's own names")]
pub enum Int {
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
}

/// Polynomials of cyclic redundancy checks.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Crc {
    /// 0x04C11DB7: of Ethernet and many others.
    Ieee,
    /// 0x1EDC6F41: of iSCSI.
    Castagnoli,
}

/// Two values that were compared, at their width.
#[derive(Copy, Clone, Debug)]
pub enum Compared<W, X> {
    /// 32 bits.
    W(W, W),
    /// 64 bits.
    X(X, X),
}

/// How one instruction ends: where control goes next, or what stopped it.
pub type Exec<E> = Result<<E as Engine>::Next, <E as Engine>::Stop>;

/// What an instruction is made of.
pub trait Engine: Sized {
    /// A truth value.
    type B: Bool;
    /// A 32-bit value.
    type W: Bits<Bool = Self::B> + Widen<Self::X>;
    /// A 64-bit value.
    type X: Bits<Bool = Self::B> + Narrow<Self::W>;
    /// A 128-bit value.
    type V: Copy;
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
    /// Writes the low bytes of `v` to guest memory at a virtual address; all of it or, when it stops, nothing. An instruction
    /// may store several times, and a later store may stop it: the earlier ones have happened then, and happen again when it
    /// is run again.
    fn store(&self, at: Self::X, v: Self::X, kind: Mem) -> Result<(), Self::Stop>;
    /// Two loads side by side, of words or doublewords, the lower one first.
    #[inline(always)]
    fn load_pair(&self, at: Self::X, kind: Mem) -> Result<[Self::X; 2], Self::Stop> {
        let low = self.load(at, kind)?;
        Ok([low, self.load(at + self.x(kind.bytes()), kind)?])
    }
    /// The same as stores.
    #[inline(always)]
    fn store_pair(&self, at: Self::X, v: [Self::X; 2], kind: Mem) -> Result<(), Self::Stop> {
        self.store(at, v[0], kind)?;
        self.store(at + self.x(kind.bytes()), v[1], kind)
    }
    /// Reads 16 bytes, as two loads of 8 would.
    #[inline(always)]
    fn load_v(&self, at: Self::X) -> Result<Self::V, Self::Stop> {
        let [low, high] = self.load_pair(at, Mem::U64)?;
        Ok(self.v_of(low, high))
    }
    /// Writes 16 bytes, as two stores of 8 would, the lower ones first.
    #[inline(always)]
    fn store_v(&self, at: Self::X, v: Self::V) -> Result<(), Self::Stop> {
        self.store_pair(at, [self.half(v, 0), self.half(v, 1)], Mem::U64)
    }
    /// Reads, combines with `v` and writes back as one step; gives the old value, extended as `kind` says. A fault is a store's.
    fn amo(&self, at: Self::X, op: Amo, v: Self::X, kind: Mem) -> Result<Self::X, Self::Stop>;
    /// Reads, writes the low bytes of `new` if the low bytes of `expected` were there, as one step; gives what was there, extended
    /// as `kind` says. A fault is a store's.
    fn compare_and_swap(&self, at: Self::X, expected: Self::X, new: Self::X, kind: Mem) -> Result<Self::X, Self::Stop>;
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

    /// Notes that the flags, wherever the instruction set keeps them, are now those of this comparison, or that they are not known
    /// to be those of one. To be called whenever they change.
    fn note_compared(&self, _: Option<Compared<Self::W, Self::X>>) {}
    /// The comparison whose flags the flags are, if that is known: a condition may be worked out from it instead, with the same
    /// answer. An engine may always say `None`.
    fn compared(&self) -> Option<Compared<Self::W, Self::X>> {
        None
    }

    /// One-operand arithmetic; the result and the exception flags it raises, as [`crate::float::Flags`] numbers them.
    fn fp1(&self, op: Fp1, fmt: Fmt, mode: FpMode, a: Self::X) -> (Self::X, Self::X);
    /// Two-operand arithmetic.
    fn fp2(&self, op: Fp2, fmt: Fmt, mode: FpMode, a: Self::X, b: Self::X) -> (Self::X, Self::X);
    /// Square root.
    fn fp_sqrt(&self, fmt: Fmt, mode: FpMode, a: Self::X) -> (Self::X, Self::X);
    /// `a * b + c`, rounded once.
    fn fp_fma(&self, fmt: Fmt, mode: FpMode, a: Self::X, b: Self::X, c: Self::X) -> (Self::X, Self::X);
    /// Comparison.
    fn fp_cmp(&self, op: FpCmp, fmt: Fmt, mode: FpMode, a: Self::X, b: Self::X) -> (Self::B, Self::X);
    /// The ten classes of a value, one bit each, in RISC-V's order.
    fn fp_class(&self, fmt: Fmt, a: Self::X) -> Self::X;
    /// Between floating-point formats.
    fn fp_to_fp(&self, from: Fmt, to: Fmt, mode: FpMode, a: Self::X) -> (Self::X, Self::X);
    /// To a fixed-point number with so many bits behind the point (decode time), saturating; 32-bit results are in the low
    /// half and 16-bit ones in its lower half; what is above is unspecified.
    fn fp_to_int(&self, from: Fmt, to: Int, mode: FpMode, fraction_bits: u8, a: Self::X) -> (Self::X, Self::X);
    /// From a fixed-point number with so many bits behind the point; operands are in the low bits.
    fn int_to_fp(&self, from: Int, to: Fmt, mode: FpMode, fraction_bits: u8, a: Self::X) -> (Self::X, Self::X);
    /// The remainder of a cyclic redundancy check after the low bytes of `data` (1, 2, 4 or 8), lowest first; bits are reflected.
    fn crc32(&self, crc: Crc, remainder: Self::W, data: Self::X, bytes: u32) -> Self::W;
    /// The lower half of the carry-less product.
    fn clmul(&self, a: Self::X, b: Self::X) -> Self::X;
    /// The upper half of the carry-less product.
    fn clmulh(&self, a: Self::X, b: Self::X) -> Self::X;

    /// A vector of two halves. A register for vectors is two slots, of which the first has an even number.
    fn v_of(&self, low: Self::X, high: Self::X) -> Self::V;
    /// Half of a vector: 0 is the lower one.
    fn half(&self, v: Self::V, i: u32) -> Self::X;
    /// The low bits of `x` in all lanes.
    #[inline(always)]
    fn v_splat(&self, lane: Lane, x: Self::X) -> Self::V {
        let half = match lane {
            Lane::D => x,
            _ => (x & self.x(lane.mask())) * self.x(lane.repeat(1)),
        };
        self.v_of(half, half)
    }
    /// An operation on each lane, and the flag it raises: [`SATURATED`] or nothing.
    fn v1(&self, op: V1, lane: Lane, a: Self::V) -> (Self::V, Self::X);
    /// An operation on lanes of two vectors.
    fn v2(&self, op: V2, lane: Lane, a: Self::V, b: Self::V) -> (Self::V, Self::X);
    /// An operation on lanes of three vectors.
    fn v3(&self, op: V3, lane: Lane, d: Self::V, a: Self::V, b: Self::V) -> (Self::V, Self::X);
    /// A shift of each lane by a decode-time distance.
    fn v_shift(&self, op: VShift, lane: Lane, by: u8, a: Self::V) -> (Self::V, Self::X);
    /// For each byte of `index` that means vector `number` (decode time) of a table, the byte of `table` that it means; for the
    /// others, the byte of `otherwise` in its place. A byte of an index means vector `byte / 16`.
    fn v_look_up(&self, table: Self::V, number: u8, index: Self::V, otherwise: Self::V) -> Self::V;

    // Arithmetic on the numbers in all lanes at once. Nobody has to have it: `None` means that it is to be done lane by lane. What it
    // gives is what that would give, and it raises no flag that is not raised already.

    /// As [`Engine::fp2`].
    #[inline(always)]
    fn v_fp2(&self, _op: Fp2, _fmt: Fmt, _mode: FpMode, _a: Self::V, _b: Self::V) -> Option<Self::V> {
        None
    }
    /// As [`Engine::fp_fma`].
    #[inline(always)]
    fn v_fp_fma(&self, _fmt: Fmt, _mode: FpMode, _a: Self::V, _b: Self::V, _c: Self::V) -> Option<Self::V> {
        None
    }
    /// As [`Engine::fp_cmp`]; ones in each lane where it holds, else zeros.
    #[inline(always)]
    fn v_fp_cmp(&self, _op: FpCmp, _fmt: Fmt, _mode: FpMode, _a: Self::V, _b: Self::V) -> Option<Self::V> {
        None
    }
    /// As [`Engine::int_to_fp`] without bits behind the point. Integers are as wide as numbers.
    #[inline(always)]
    fn v_int_to_fp(&self, _from: Int, _to: Fmt, _mode: FpMode, _a: Self::V) -> Option<Self::V> {
        None
    }
    /// As [`Engine::fp_to_int`]; the same.
    #[inline(always)]
    fn v_fp_to_int(&self, _from: Fmt, _to: Int, _mode: FpMode, _a: Self::V) -> Option<Self::V> {
        None
    }
}
