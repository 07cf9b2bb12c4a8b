//! What an architecture may choose where IEEE 754 leaves a choice, and the words every operation speaks: the rounding
//! direction it is told and the exception flags it raises.

use bitflags::bitflags;

/// Rounding direction (IEEE 754-2019, 4.3). The numbers are RISC-V's `frm` encoding (F extension, 20.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Round {
    /// RNE: to the nearest, the even neighbour when both are as near.
    #[default]
    NearestEven = 0,
    /// RTZ: towards zero.
    TowardZero = 1,
    /// RDN: towards minus infinity.
    Down = 2,
    /// RUP: towards plus infinity.
    Up = 3,
    /// RMM: to the nearest, the neighbour of larger magnitude when both are as near.
    NearestAway = 4,
    /// To the neighbour whose last bit is one, if the number is not exact: what makes a second rounding harmless (Arm
    /// FCVTXN). No instruction set offers it as a mode.
    Odd = 5,
}

impl Round {
    /// The five of the standard, in the order of their encoding.
    pub const ALL: [Self; 5] = [Self::NearestEven, Self::TowardZero, Self::Down, Self::Up, Self::NearestAway];

    /// The direction that RISC-V's `frm` field or an instruction's `rm` field encodes; `None` for the reserved
    /// encodings and for 7 (dynamic), which the caller has to look up first.
    #[inline]
    #[must_use]
    pub const fn from_frm(frm: u64) -> Option<Self> {
        match frm {
            0 => Some(Self::NearestEven),
            1 => Some(Self::TowardZero),
            2 => Some(Self::Down),
            3 => Some(Self::Up),
            4 => Some(Self::NearestAway),
            _ => None,
        }
    }

    /// The direction that FPCR.RMode says (bits 23 and 22): to nearest, up, down, to zero.
    #[inline]
    #[must_use]
    pub const fn from_fpcr(fpcr: u64) -> Self {
        match fpcr >> 22 & 3 {
            0 => Self::NearestEven,
            1 => Self::Up,
            2 => Self::Down,
            _ => Self::TowardZero,
        }
    }
}

bitflags! {
    /// The five exceptions of IEEE 754, bit by bit as RISC-V's `fflags` has them (F extension, 20.2), and Arm's sixth
    /// where FPSR has it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
    pub struct Flags: u8 {
        /// Inexact: the delivered result is not the exact one.
        const NX = 1;
        /// Underflow: tiny (see [`Tininess`]) and inexact.
        const UF = 1 << 1;
        /// Overflow: too large for the format after rounding.
        const OF = 1 << 2;
        /// Divide by zero: an exact infinity from finite operands.
        const DZ = 1 << 3;
        /// Invalid operation: no useful result exists, or an operand is a signalling NaN.
        const NV = 1 << 4;
        /// Input denormal: a subnormal operand was taken for zero (Arm, FPSR.IDC).
        const ID = 1 << 7;
    }
}

impl Flags {
    /// No exception.
    pub const NONE: Self = Self::empty();

    /// NX or nothing.
    #[inline]
    #[must_use]
    pub const fn inexact(inexact: bool) -> Self {
        Self::from_bits_retain(inexact as u8)
    }

    /// The low byte of Arm's FPSR, which has the five in the opposite order (Arm ARM, C5.2, FPSR).
    #[inline]
    #[must_use]
    pub const fn to_fpsr(self) -> u64 {
        (self.bits().reverse_bits() >> 3) as u64 | (self.bits() & Self::ID.bits()) as u64
    }

    /// The flags in the low byte of Arm's FPSR; bits that it reserves are dropped.
    #[inline]
    #[must_use]
    pub const fn from_fpsr(fpsr: u64) -> Self {
        Self::from_bits_retain((fpsr as u8 & 0x1f).reverse_bits() >> 3 | fpsr as u8 & Self::ID.bits())
    }
}

/// When a result counts as tiny, the first half of underflow (IEEE 754-2019, 7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tininess {
    /// The exact result lies below the smallest normal number (Arm).
    BeforeRounding,
    /// The result would lie below it if it were rounded to the format's precision with an unbounded exponent (RISC-V).
    AfterRounding,
}

/// Which NaN an operation delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NanResult {
    /// Always the default NaN: positive, quiet, the rest of the fraction zero. RISC-V's canonical NaN, and Arm with
    /// FPCR.DN = 1.
    Default,
    /// The first signalling operand, made quiet, or else the first quiet one; a fused multiply-add looks at its addend
    /// first, and infinity times zero plus a quiet NaN gives the default NaN (Arm, shared pseudo-code `FPProcessNaNs`,
    /// `FPProcessNaNs3`, `FPMulAdd`).
    FirstOperand,
}

/// What a NaN becomes when it is converted to an integer. NV is raised in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NanToInteger {
    /// The type's largest value (RISC-V, table "Domains of float-to-integer conversions").
    Largest,
    /// Zero (Arm, `FPToFixed`).
    Zero,
}

/// One architecture's choices. Passed by value: where it is a constant, the compiler drops what it rules out; where it
/// is not, it is looked at only on rare paths (NaNs, subnormal operands and results).
///
/// Not here: FPCR.AH, FIZ and NEP, which come with FEAT_AFP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rules {
    /// See [`Tininess`].
    pub tininess: Tininess,
    /// See [`NanResult`].
    pub nan: NanResult,
    /// See [`NanToInteger`].
    pub nan_to_integer: NanToInteger,
    /// Whether subnormal operands in single and double precision count as zero, which raises ID, and results that are tiny
    /// before rounding become zero, which raises UF and not NX (Arm, FPCR.FZ).
    pub flush: bool,
    /// The same for half precision, but operands raise nothing (Arm, FPCR.FZ16). Conversions between formats do not look at
    /// it (`FPUnpackCV`, `FPRoundCV`).
    pub flush_half: bool,
    /// Whether conversions from and to half precision mean Arm's alternative format, which has numbers where others have
    /// infinities and NaNs (FPCR.AHP).
    pub alternative_half: bool,
}

impl Rules {
    /// RISC-V's F, D and Zfh.
    pub const RISCV: Self = Self {
        tininess: Tininess::AfterRounding,
        nan: NanResult::Default,
        nan_to_integer: NanToInteger::Largest,
        flush: false,
        flush_half: false,
        alternative_half: false,
    };

    /// AArch64 with all of FPCR zero.
    pub const ARM: Self = Self {
        tininess: Tininess::BeforeRounding,
        nan: NanResult::FirstOperand,
        nan_to_integer: NanToInteger::Zero,
        ..Self::RISCV
    };

    /// AArch64 with FPCR.DN = 1, the rest zero.
    pub const ARM_DEFAULT_NAN: Self = Self { nan: NanResult::Default, ..Self::ARM };

    /// What AArch64's FPCR says, rounding aside: AHP (bit 26), DN (25), FZ (24) and FZ16 (19).
    #[inline]
    #[must_use]
    pub const fn from_fpcr(fpcr: u64) -> Self {
        Self {
            nan: if fpcr >> 25 & 1 != 0 { NanResult::Default } else { NanResult::FirstOperand },
            flush: fpcr >> 24 & 1 != 0,
            flush_half: fpcr >> 19 & 1 != 0,
            alternative_half: fpcr >> 26 & 1 != 0,
            ..Self::ARM
        }
    }
}
