//! Conversions: between formats, to and from integers, and to integers that stay in their format.

use std::fmt::Debug;

use super::exact::{given, narrow};
use super::half;
use super::unpacked::{
    Kind, Magnitude, Unpacked, flushed, is_nan, is_signalling, nan, round_off, shift_right_sticky, sign,
};
use super::{F16, Flags, Format, NanResult, NanToInteger, Round, Rules};

/// The integers that numbers are converted to and from. Sealed.
pub trait Integer: Copy + Eq + Debug + sealed::Sealed {
    /// The smallest value.
    const MIN: i128;
    /// The largest value.
    const MAX: i128;
    /// This value.
    fn widen(self) -> i128;
    /// The value that `wide` has modulo the type's range.
    fn narrow(wide: i128) -> Self;
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl sealed::Sealed for $integer {}
        impl Integer for $integer {
            const MIN: i128 = <$integer>::MIN as i128;
            const MAX: i128 = <$integer>::MAX as i128;
            #[inline]
            fn widen(self) -> i128 {
                self.into()
            }
            #[inline]
            fn narrow(wide: i128) -> Self {
                wide as $integer
            }
        }
    )*};
}
integers!(i16 u16 i32 u32 i64 u64);

mod sealed {
    pub trait Sealed {}
}

/// Converts from format `From` to format `To`. A signalling NaN raises NV; where the rules let NaNs through, the upper
/// bits of the fraction survive.
#[inline]
pub fn convert<From: Format, To: Format>(rules: Rules, round: Round, a: From::Bits) -> (To::Bits, Flags) {
    let from_alternative = rules.alternative_half && From::SIGN == F16::SIGN;
    let to_alternative = rules.alternative_half && To::SIGN == F16::SIGN;
    let rules = Rules { flush_half: false, ..rules };
    let ([a], taken_for_zero) = flushed::<From, _>(rules, [a.into()]);
    let x = if from_alternative { half::unpack_alternative(a) } else { Unpacked::new::<From>(a) };
    let (bits, flags) = if to_alternative {
        half::pack_alternative(round, x)
    } else {
        let sign = sign::<To>(x.negative);
        match x.kind {
            Kind::Finite(m) => m.pack::<To>(rules, round, x.negative),
            Kind::Zero => (sign, Flags::NONE),
            Kind::Infinite => (sign | To::INFINITY, Flags::NONE),
            Kind::Nan => {
                let fraction = (a & From::FRACTION) << (63 - From::FRACTION_BITS) >> (63 - To::FRACTION_BITS);
                let bits = match rules.nan {
                    NanResult::Default => To::DEFAULT_NAN,
                    NanResult::FirstOperand => sign | To::DEFAULT_NAN | fraction,
                };
                (bits, if is_signalling::<From>(a) { Flags::NV } else { Flags::NONE })
            }
        }
    };
    narrow::<To>((bits, flags | taken_for_zero))
}

/// Converts to an integer. Outside its range the result is the nearest value in it and NV is raised, NX then is not;
/// what a NaN gives is told by [`Rules::nan_to_integer`].
#[inline]
pub fn to_integer<F: Format, I: Integer>(rules: Rules, round: Round, a: F::Bits) -> (I, Flags) {
    to_fixed::<F, I>(rules, round, 0, a)
}

/// Converts to a fixed-point number: the integer is `a` · 2^`fraction_bits`; else as [`to_integer`] (Arm `FPToFixed`).
/// `fraction_bits` is at most 64.
#[inline]
pub fn to_fixed<F: Format, I: Integer>(rules: Rules, round: Round, fraction_bits: u32, a: F::Bits) -> (I, Flags) {
    let ([a], taken_for_zero) = flushed::<F, _>(rules, [a.into()]);
    let x = Unpacked::new::<F>(a);
    let saturated = |negative| (I::narrow(if negative { I::MIN } else { I::MAX }), Flags::NV);
    match x.kind {
        Kind::Nan => match rules.nan_to_integer {
            NanToInteger::Largest => saturated(false),
            NanToInteger::Zero => (I::narrow(0), Flags::NV),
        },
        Kind::Infinite => saturated(x.negative),
        Kind::Zero => (I::narrow(0), taken_for_zero),
        Kind::Finite(m) => {
            let m = Magnitude { exponent: m.exponent + fraction_bits as i32, ..m };
            if m.exponent > 63 {
                return saturated(x.negative);
            }
            let (magnitude, inexact) = m.to_integer(round, x.negative);
            let magnitude = i128::from(magnitude);
            let value = if x.negative { -magnitude } else { magnitude };
            if value < I::MIN || value > I::MAX {
                saturated(x.negative)
            } else {
                (I::narrow(value), Flags::inexact(inexact))
            }
        }
    }
}

/// Converts to a 32-bit integer as JavaScript does: rounded to zero, then modulo 2^32. Also says whether the result is
/// exactly the operand; -0 is not (Arm FJCVTZS, `FPToFixedJS`).
pub fn to_int32_modulo<F: Format>(rules: Rules, a: F::Bits) -> (u32, bool, Flags) {
    let ([a], taken_for_zero) = flushed::<F, _>(rules, [a.into()]);
    let x = Unpacked::new::<F>(a);
    match x.kind {
        Kind::Nan | Kind::Infinite => (0, false, Flags::NV),
        Kind::Zero => (0, !x.negative, taken_for_zero),
        Kind::Finite(m) => {
            // From 2^95 on, the lowest bit of the significand counts 2^32 or more.
            let (magnitude, inexact) = match m.exponent {
                ..=63 => m.to_integer(Round::TowardZero, x.negative),
                64..=94 => (m.significand << (m.exponent - 63), false),
                _ => (0, false),
            };
            let low = if x.negative { magnitude.wrapping_neg() } else { magnitude } as u32;
            let fits = m.exponent < 31 || (x.negative && m.exponent == 31 && magnitude == 1 << 31);
            let flags = if fits { Flags::inexact(inexact) } else { Flags::NV };
            (low, flags == Flags::NONE, flags)
        }
    }
}

/// Converts from an integer.
#[inline]
pub fn from_integer<F: Format, I: Integer>(rules: Rules, round: Round, value: I) -> (F::Bits, Flags) {
    from_fixed::<F, I>(rules, round, 0, value)
}

/// Converts from a fixed-point number: the result is `value` · 2^-`fraction_bits` (Arm `FixedToFP`).
#[inline]
pub fn from_fixed<F: Format, I: Integer>(rules: Rules, round: Round, fraction_bits: u32, value: I) -> (F::Bits, Flags) {
    let wide = value.widen();
    if wide == 0 {
        return (F::narrow(0), Flags::NONE);
    }
    // At most 64 bits, whatever the type.
    let magnitude = wide.unsigned_abs() as u64;
    narrow::<F>(Magnitude::new(63 - fraction_bits as i32, magnitude).pack::<F>(rules, round, wide < 0))
}

/// Rounds to an integer in the same format, and never raises NX (Arm FRINTN and its kin, RISC-V `fround`; IEEE 754-2019,
/// 5.3.1, roundToIntegral).
#[inline]
pub fn round_to_integral<F: Format>(rules: Rules, round: Round, a: F::Bits) -> (F::Bits, Flags) {
    let (bits, flags) = round_to_integral_exact::<F>(rules, round, a);
    (bits, flags - Flags::NX)
}

/// Rounds to an integer in the same format, and raises NX if that is another number (Arm FRINTX, RISC-V `froundnx`; IEEE
/// 754-2019, 5.9, roundToIntegralExact).
#[inline]
pub fn round_to_integral_exact<F: Format>(rules: Rules, round: Round, a: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into()], |[a]| {
        if is_nan::<F>(a) {
            return nan::<F, _>(rules, [a]);
        }
        let x = Unpacked::new::<F>(a);
        match x.kind {
            // From here on every number of the format is an integer; the number below has a significand with a fraction.
            Kind::Finite(m) if m.exponent < F::FRACTION_BITS as i32 => match m.to_integer(round, x.negative) {
                (0, inexact) => (sign::<F>(x.negative), Flags::inexact(inexact)),
                (integer, inexact) => {
                    let (bits, _) = Magnitude::new(63, integer).pack::<F>(rules, round, x.negative);
                    (bits, Flags::inexact(inexact))
                }
            },
            _ => (a, Flags::NONE),
        }
    })
}

impl Magnitude {
    /// Rounded to an integer, and whether that changed it. The exponent is at most 63.
    #[inline]
    fn to_integer(self, round: Round, negative: bool) -> (u64, bool) {
        let drop = self.exponent.abs_diff(63);
        round_off(shift_right_sticky(self.significand, drop.saturating_sub(63)), drop.min(63), negative, round)
    }
}
