//! Arm's alternative half precision (FPCR.AHP): binary16 without infinities and NaNs, whose largest exponent is one for
//! numbers as well. Conversions are all that there is of it; arithmetic takes half precision for binary16 always.

use super::unpacked::{Kind, Magnitude, Unpacked, round_off, shift_right_sticky, sign};
use super::{F16, Flags, Format, Round};

/// The largest number, 131008.
const LARGEST: u64 = 0x7fff;

/// The number that these bits are in the alternative format.
pub(super) fn unpack_alternative(bits: u64) -> Unpacked {
    let negative = bits & F16::SIGN != 0;
    if bits & F16::INFINITY != F16::INFINITY {
        return Unpacked::new::<F16>(bits);
    }
    let significand = (1 << 63) | (bits & F16::FRACTION) << (63 - F16::FRACTION_BITS);
    Unpacked { negative, kind: Kind::Finite(Magnitude { exponent: F16::BIAS + 1, significand }) }
}

/// Rounds to the alternative format. What it lacks raises NV and nothing else: a NaN becomes zero, what is too large the
/// largest number (`FPConvert`, `FPRoundCV`).
pub(super) fn pack_alternative(round: Round, x: Unpacked) -> (u64, Flags) {
    let sign = sign::<F16>(x.negative);
    let m = match x.kind {
        Kind::Nan => return (sign, Flags::NV),
        Kind::Infinite => return (sign | LARGEST, Flags::NV),
        Kind::Zero => return (sign, Flags::NONE),
        Kind::Finite(m) => m,
    };
    let field = m.exponent + F16::BIAS;
    if field > 31 {
        return (sign | LARGEST, Flags::NV);
    }
    let below_normal = (1 - field).max(0) as u32;
    let drop = 63 - F16::FRACTION_BITS;
    let (kept, inexact) = round_off(shift_right_sticky(m.significand, below_normal), drop, x.negative, round);
    let bits = ((field.max(1) as u64 - 1) << F16::FRACTION_BITS) + kept;
    if bits > LARGEST {
        return (sign | LARGEST, Flags::NV);
    }
    let tiny = if below_normal > 0 && inexact { Flags::UF } else { Flags::NONE };
    (sign | bits, Flags::inexact(inexact) | tiny)
}
