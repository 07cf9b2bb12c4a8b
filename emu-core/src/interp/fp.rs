//! The floating-point verbs on raw bits: [`crate::float`] with run-time formats made compile-time ones.

use crate::engine::*;
use crate::float::{self, F16, F32, F64, Flags, Format, Round, Rules};
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

/// `rm` as RISC-V numbers rounding modes; meanings pass valid ones only.
#[inline(always)]
fn round(rm: u8) -> Round {
    Round::from_frm(rm as u64).unwrap_or(Round::NearestEven)
}

#[inline(always)]
fn answer<V: Into<u64>>((value, flags): (V, Flags)) -> (X, X) {
    (X(value.into()), X(flags.bits() as u64))
}

/// [`Engine::fp2`] on bits.
#[inline(always)]
pub fn binary(op: Fp2, fmt: Fmt, rm: u8, a: u64, b: u64) -> (X, X) {
    with_format!(fmt, F => {
        let (a, b) = (F::narrow(a), F::narrow(b));
        answer(match op {
            Fp2::Add => float::add::<F>(Rules::RISCV, round(rm), a, b),
            Fp2::Sub => float::sub::<F>(Rules::RISCV, round(rm), a, b),
            Fp2::Mul => float::mul::<F>(Rules::RISCV, round(rm), a, b),
            Fp2::Div => float::div::<F>(Rules::RISCV, round(rm), a, b),
            Fp2::Min => float::min::<F>(Rules::RISCV, a, b),
            Fp2::Max => float::max::<F>(Rules::RISCV, a, b),
        })
    })
}

/// [`Engine::fp_sqrt`] on bits.
#[inline(always)]
pub fn sqrt(fmt: Fmt, rm: u8, a: u64) -> (X, X) {
    with_format!(fmt, F => answer(float::sqrt::<F>(Rules::RISCV, round(rm), F::narrow(a))))
}

/// [`Engine::fp_fma`] on bits.
#[inline(always)]
pub fn fma(fmt: Fmt, rm: u8, a: u64, b: u64, c: u64) -> (X, X) {
    with_format!(fmt, F => {
        answer(float::fma::<F>(Rules::RISCV, round(rm), F::narrow(a), F::narrow(b), F::narrow(c)))
    })
}

/// [`Engine::fp_cmp`] on bits.
#[inline(always)]
pub fn compare(op: FpCmp, fmt: Fmt, a: u64, b: u64) -> (bool, X) {
    with_format!(fmt, F => {
        let (a, b) = (F::narrow(a), F::narrow(b));
        let (holds, flags) = match op {
            FpCmp::Eq => float::equal::<F>(a, b),
            FpCmp::Lt => float::less::<F>(a, b),
            FpCmp::Le => float::less_or_equal::<F>(a, b),
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
pub fn convert(from: Fmt, to: Fmt, rm: u8, a: u64) -> (X, X) {
    with_format!(from, From => {
        with_format!(to, To => answer(float::convert::<From, To>(Rules::RISCV, round(rm), From::narrow(a))))
    })
}

/// [`Engine::fp_to_int`] on bits.
#[inline(always)]
pub fn to_int(from: Fmt, to: Int, rm: u8, a: u64) -> (X, X) {
    with_format!(from, F => {
        let (rm, a) = (round(rm), F::narrow(a));
        let of = |(value, flags): (u64, Flags)| (X(value), X(flags.bits() as u64));
        of(match to {
            Int::I32 => wide(float::to_integer::<F, i32>(Rules::RISCV, rm, a), |v| v as u32 as u64),
            Int::U32 => wide(float::to_integer::<F, u32>(Rules::RISCV, rm, a), u64::from),
            Int::I64 => wide(float::to_integer::<F, i64>(Rules::RISCV, rm, a), |v| v as u64),
            Int::U64 => float::to_integer::<F, u64>(Rules::RISCV, rm, a),
        })
    })
}

#[inline(always)]
fn wide<I>((value, flags): (I, Flags), to_bits: impl FnOnce(I) -> u64) -> (u64, Flags) {
    (to_bits(value), flags)
}

/// [`Engine::int_to_fp`] on bits.
#[inline(always)]
pub fn from_int(from: Int, to: Fmt, rm: u8, a: u64) -> (X, X) {
    with_format!(to, F => {
        let rm = round(rm);
        answer(match from {
            Int::I32 => float::from_integer::<F, i32>(Rules::RISCV, rm, a as i32),
            Int::U32 => float::from_integer::<F, u32>(Rules::RISCV, rm, a as u32),
            Int::I64 => float::from_integer::<F, i64>(Rules::RISCV, rm, a as i64),
            Int::U64 => float::from_integer::<F, u64>(Rules::RISCV, rm, a),
        })
    })
}
