//! A number taken apart, and the one place where numbers are rounded and put together again.

use super::{F16, Flags, Format, NanResult, Round, Rules, Tininess};

/// A number of any format.
#[derive(Clone, Copy)]
pub(super) struct Unpacked {
    pub(super) negative: bool,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Nan,
    Infinite,
    Zero,
    Finite(Magnitude),
}

/// The positive number `significand` · 2^(`exponent` - 63), bit 63 of the significand being set.
///
/// The widest format has 53 bits of precision. So an operand has at least 11 zeros below, and a result not yet rounded
/// may stand for an exact one that goes on further: bit 0 then is set ("sticky"), since all that rounding needs to know
/// of the tail is whether there is any.
#[derive(Clone, Copy)]
pub(super) struct Magnitude {
    pub(super) exponent: i32,
    pub(super) significand: u64,
}

impl Unpacked {
    #[inline]
    pub(super) fn new<F: Format>(bits: u64) -> Self {
        let negative = bits & F::SIGN != 0;
        let field = (bits & F::INFINITY) >> F::FRACTION_BITS;
        let fraction = bits & F::FRACTION;
        let kind = if field == F::INFINITY >> F::FRACTION_BITS {
            if fraction == 0 { Kind::Infinite } else { Kind::Nan }
        } else if field != 0 {
            let significand = (1 << 63) | fraction << (63 - F::FRACTION_BITS);
            Kind::Finite(Magnitude { exponent: field as i32 - F::BIAS, significand })
        } else if fraction != 0 {
            Kind::Finite(Magnitude::new(1 - F::BIAS, fraction << (63 - F::FRACTION_BITS)))
        } else {
            Kind::Zero
        };
        Self { negative, kind }
    }
}

impl Magnitude {
    /// `significand` · 2^(`exponent` - 63), for a significand that is not zero but may have leading zeros.
    #[inline]
    pub(super) fn new(exponent: i32, significand: u64) -> Self {
        let zeros = significand.leading_zeros();
        Self { exponent: exponent - zeros as i32, significand: significand << zeros }
    }

    /// `significand` · 2^(`exponent` - 127), for a significand that is not zero but may have leading zeros.
    #[inline]
    pub(super) fn from_wide(exponent: i32, significand: u128) -> Self {
        let zeros = significand.leading_zeros();
        let significand = significand << zeros;
        let sticky = u64::from(significand as u64 != 0);
        Self { exponent: exponent - zeros as i32, significand: (significand >> 64) as u64 | sticky }
    }

    /// Rounds to format `F`.
    #[inline]
    pub(super) fn pack<F: Format>(self, rules: Rules, round: Round, negative: bool) -> (u64, Flags) {
        let drop = 63 - F::FRACTION_BITS;
        let field = self.exponent + F::BIAS;
        let sign = sign::<F>(negative);
        if field >= 1 {
            let (kept, inexact) = round_off(self.significand, drop, negative, round);
            // The leading one of `kept` counts as the exponent field's lowest bit; so does a carry out of rounding,
            // which leaves a fraction of zero and the next exponent, the correct result.
            let bits = ((field as u64 - 1) << F::FRACTION_BITS).wrapping_add(kept);
            return if field as u64 >= F::INFINITY >> F::FRACTION_BITS || bits >= F::INFINITY {
                (sign | overflow::<F>(round, negative), Flags::OF | Flags::NX)
            } else {
                (sign | bits, Flags::inexact(inexact))
            };
        }
        if F::flushes(rules) {
            return (sign, Flags::UF);
        }
        // Below the normal numbers the exponent no longer falls: the significand moves right instead.
        let denormal = shift_right_sticky(self.significand, field.abs_diff(1));
        let (bits, inexact) = round_off(denormal, drop, negative, round);
        let tiny = match rules.tininess {
            Tininess::BeforeRounding => true,
            // With an unbounded exponent, only a carry in the binade just below leads out of it.
            Tininess::AfterRounding => {
                field < 0 || round_off(self.significand, drop, negative, round).0 >> (F::FRACTION_BITS + 1) == 0
            }
        };
        let underflow = if tiny { Flags::UF | Flags::NX } else { Flags::NX };
        (sign | bits, if inexact { underflow } else { Flags::NONE })
    }
}

/// `value` · 2^-`drop` rounded to an integer, and whether that changed it. `drop` is at most 63.
#[inline]
pub(super) fn round_off(value: u64, drop: u32, negative: bool, round: Round) -> (u64, bool) {
    debug_assert!(drop < u64::BITS, "shift_right_sticky comes first");
    let kept = value >> drop;
    let unit = 1u64 << drop;
    let rest = value & (unit - 1);
    let half = unit >> 1;
    let up = match round {
        Round::NearestEven => rest > half || (rest == half && rest != 0 && kept & 1 == 1),
        Round::NearestAway => rest >= half && rest != 0,
        Round::TowardZero => false,
        Round::Down => negative && rest != 0,
        Round::Up => !negative && rest != 0,
        Round::Odd => kept & 1 == 0 && rest != 0,
    };
    (kept + u64::from(up), rest != 0)
}

/// Shifts right by any distance; what falls off leaves its trace in bit 0.
#[inline]
pub(super) fn shift_right_sticky(value: u64, by: u32) -> u64 {
    match value.checked_shr(by) {
        Some(shifted) => shifted | u64::from(shifted << by != value),
        None => u64::from(value != 0),
    }
}

/// [`shift_right_sticky`] for twice the width.
#[inline]
pub(super) fn shift_right_sticky_wide(value: u128, by: u32) -> u128 {
    match value.checked_shr(by) {
        Some(shifted) => shifted | u128::from(shifted << by != value),
        None => u128::from(value != 0),
    }
}

/// The magnitude that stands for a number too large (IEEE 754-2019, 7.4): infinity, or the largest finite number where
/// the rounding direction points back to it.
pub(super) fn overflow<F: Format>(round: Round, negative: bool) -> u64 {
    let to_infinity = match round {
        Round::NearestEven | Round::NearestAway => true,
        Round::TowardZero | Round::Odd => false,
        Round::Down => negative,
        Round::Up => !negative,
    };
    if to_infinity { F::INFINITY } else { F::INFINITY - 1 }
}

/// The operands as the rules take them: subnormal numbers may count as zero.
#[inline]
pub(super) fn flushed<F: Format, const N: usize>(rules: Rules, operands: [u64; N]) -> ([u64; N], Flags) {
    if !F::flushes(rules) || !operands.into_iter().any(is_subnormal::<F>) {
        return (operands, Flags::NONE);
    }
    let zero = |bits| if is_subnormal::<F>(bits) { bits & F::SIGN } else { bits };
    (operands.map(zero), if F::SIGN == F16::SIGN { Flags::NONE } else { Flags::ID })
}

#[inline]
pub(super) fn is_subnormal<F: Format>(bits: u64) -> bool {
    bits & F::INFINITY == 0 && bits & F::FRACTION != 0
}

/// The sign bit, or nothing.
#[inline]
pub(super) fn sign<F: Format>(negative: bool) -> u64 {
    if negative { F::SIGN } else { 0 }
}

#[inline]
pub(super) fn is_nan<F: Format>(bits: u64) -> bool {
    bits & !F::SIGN > F::INFINITY
}

#[inline]
pub(super) fn is_signalling<F: Format>(bits: u64) -> bool {
    is_nan::<F>(bits) && bits & F::QUIET == 0
}

/// The result of an operation on `operands`, one of which at least is a NaN; the order is that of
/// [`NanResult::FirstOperand`].
#[cold]
pub(super) fn nan<F: Format, const N: usize>(rules: Rules, operands: [u64; N]) -> (u64, Flags) {
    let signalling = operands.into_iter().find(|&operand| is_signalling::<F>(operand));
    let bits = match rules.nan {
        NanResult::Default => None,
        NanResult::FirstOperand => signalling.or_else(|| operands.into_iter().find(|&operand| is_nan::<F>(operand))),
    };
    (bits.map_or(F::DEFAULT_NAN, |bits| bits | F::QUIET), if signalling.is_some() { Flags::NV } else { Flags::NONE })
}

/// The result of an invalid operation on operands that are no NaNs.
pub(super) fn invalid<F: Format>() -> (u64, Flags) {
    (F::DEFAULT_NAN, Flags::NV)
}
