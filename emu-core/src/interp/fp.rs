//! The floating-point verbs on raw bits: [`crate::float`] with run-time formats made compile-time ones.

use crate::engine::*;
use crate::float::{self, F16, F32, F64, Flags, Format};
use crate::word::X;

/// Runs `$body` with `$F` as the format that `$fmt` says. The callers' formats are constants, so one arm is left of it.
macro_rules! with_format {
    ($fmt:expr, $F:ident => $body:expr) => {
        match $fmt {
            Fmt::H => {
                type $F = F16;
                $body
            }
            Fmt::S => {
                type $F = F32;
                $body
            }
            Fmt::D => {
                type $F = F64;
                $body
            }
        }
    };
}

#[inline(always)]
fn answer<V: Into<u64>>((value, flags): (V, Flags)) -> (X, X) {
    (X(value.into()), X(flags.bits() as u64))
}

/// [`Engine::fp1`] on bits.
#[inline(always)]
pub fn unary(op: Fp1, fmt: Fmt, mode: FpMode, a: u64) -> (X, X) {
    with_format!(fmt, F => {
        let a = F::narrow(a);
        answer(match op {
            Fp1::Round => float::round_to_integral::<F>(mode.rules, mode.round, a),
            Fp1::RoundExact => float::round_to_integral_exact::<F>(mode.rules, mode.round, a),
            Fp1::ReciprocalEstimate => float::reciprocal_estimate::<F>(mode.rules, mode.round, a),
            Fp1::ReciprocalRootEstimate => float::reciprocal_root_estimate::<F>(mode.rules, a),
            Fp1::ReciprocalExponent => float::reciprocal_exponent::<F>(mode.rules, a),
            Fp1::Int32Modulo => {
                let (value, exact, flags) = float::to_int32_modulo::<F>(mode.rules, a);
                return (X(value as u64 | (exact as u64) << 32), X(flags.bits() as u64));
            }
        })
    })
}

/// [`Engine::fp2`] on bits.
#[inline(always)]
pub fn binary(op: Fp2, fmt: Fmt, mode: FpMode, a: u64, b: u64) -> (X, X) {
    with_format!(fmt, F => {
        let (a, b) = (F::narrow(a), F::narrow(b));
        answer(match op {
            Fp2::Add => float::add::<F>(mode.rules, mode.round, a, b),
            Fp2::Sub => float::sub::<F>(mode.rules, mode.round, a, b),
            Fp2::Mul => float::mul::<F>(mode.rules, mode.round, a, b),
            Fp2::Div => float::div::<F>(mode.rules, mode.round, a, b),
            Fp2::Min => float::min::<F>(mode.rules, a, b),
            Fp2::Max => float::max::<F>(mode.rules, a, b),
            Fp2::Minimum => float::minimum::<F>(mode.rules, a, b),
            Fp2::Maximum => float::maximum::<F>(mode.rules, a, b),
            Fp2::MinNum => float::min_num::<F>(mode.rules, a, b),
            Fp2::MaxNum => float::max_num::<F>(mode.rules, a, b),
            Fp2::MulExtended => float::mul_extended::<F>(mode.rules, mode.round, a, b),
            Fp2::ReciprocalStep => float::reciprocal_step::<F>(mode.rules, mode.round, a, b),
            Fp2::ReciprocalRootStep => float::reciprocal_root_step::<F>(mode.rules, mode.round, a, b),
        })
    })
}

/// [`Engine::fp_sqrt`] on bits.
#[inline(always)]
pub fn sqrt(fmt: Fmt, mode: FpMode, a: u64) -> (X, X) {
    with_format!(fmt, F => answer(float::sqrt::<F>(mode.rules, mode.round, F::narrow(a))))
}

/// [`Engine::fp_fma`] on bits.
#[inline(always)]
pub fn fma(fmt: Fmt, mode: FpMode, a: u64, b: u64, c: u64) -> (X, X) {
    with_format!(fmt, F => {
        answer(float::fma::<F>(mode.rules, mode.round, F::narrow(a), F::narrow(b), F::narrow(c)))
    })
}

/// [`Engine::fp_cmp`] on bits.
#[inline(always)]
pub fn compare(op: FpCmp, fmt: Fmt, mode: FpMode, a: u64, b: u64) -> (bool, X) {
    with_format!(fmt, F => {
        let (a, b) = (F::narrow(a), F::narrow(b));
        let (holds, flags) = match op {
            FpCmp::Eq => float::equal::<F>(mode.rules, a, b),
            FpCmp::Lt => float::less::<F>(mode.rules, a, b),
            FpCmp::Le => float::less_or_equal::<F>(mode.rules, a, b),
            FpCmp::LtQuiet => float::less_quiet::<F>(mode.rules, a, b),
            FpCmp::Unordered => float::unordered::<F>(mode.rules, a, b),
        };
        (holds, X(flags.bits() as u64))
    })
}

/// [`Engine::fp_class`] on bits.
#[inline(always)]
pub fn class(fmt: Fmt, a: u64) -> X {
    with_format!(fmt, F => X(float::classify::<F>(F::narrow(a))))
}

/// [`Engine::fp_to_fp`] on bits.
#[inline(always)]
pub fn convert(from: Fmt, to: Fmt, mode: FpMode, a: u64) -> (X, X) {
    with_format!(from, From => {
        with_format!(to, To => answer(float::convert::<From, To>(mode.rules, mode.round, From::narrow(a))))
    })
}

/// [`Engine::fp_to_int`] on bits.
#[inline(always)]
pub fn to_int(from: Fmt, to: Int, mode: FpMode, fraction_bits: u8, a: u64) -> (X, X) {
    with_format!(from, F => {
        let (rules, round, a) = (mode.rules, mode.round, F::narrow(a));
        let of = |(value, flags): (u64, Flags)| (X(value), X(flags.bits() as u64));
        of(match to {
            Int::I16 => wide(float::to_fixed::<F, i16>(rules, round, fraction_bits.into(), a), |v| v as u16 as u64),
            Int::U16 => wide(float::to_fixed::<F, u16>(rules, round, fraction_bits.into(), a), u64::from),
            Int::I32 => wide(float::to_fixed::<F, i32>(rules, round, fraction_bits.into(), a), |v| v as u32 as u64),
            Int::U32 => wide(float::to_fixed::<F, u32>(rules, round, fraction_bits.into(), a), u64::from),
            Int::I64 => wide(float::to_fixed::<F, i64>(rules, round, fraction_bits.into(), a), |v| v as u64),
            Int::U64 => float::to_fixed::<F, u64>(rules, round, fraction_bits.into(), a),
        })
    })
}

#[inline(always)]
fn wide<I>((value, flags): (I, Flags), to_bits: impl FnOnce(I) -> u64) -> (u64, Flags) {
    (to_bits(value), flags)
}

/// [`Engine::int_to_fp`] on bits.
#[inline(always)]
pub fn from_int(from: Int, to: Fmt, mode: FpMode, fraction_bits: u8, a: u64) -> (X, X) {
    with_format!(to, F => {
        let (rules, round) = (mode.rules, mode.round);
        answer(match from {
            Int::I16 => float::from_fixed::<F, i16>(rules, round, fraction_bits.into(), a as i16),
            Int::U16 => float::from_fixed::<F, u16>(rules, round, fraction_bits.into(), a as u16),
            Int::I32 => float::from_fixed::<F, i32>(rules, round, fraction_bits.into(), a as i32),
            Int::U32 => float::from_fixed::<F, u32>(rules, round, fraction_bits.into(), a as u32),
            Int::I64 => float::from_fixed::<F, i64>(rules, round, fraction_bits.into(), a as i64),
            Int::U64 => float::from_fixed::<F, u64>(rules, round, fraction_bits.into(), a),
        })
    })
}
