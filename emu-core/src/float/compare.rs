//! Comparisons, minimum and maximum, classification: what needs no rounding. Integers do all of it, and as fast as the
//! host's floating point would.

use std::cmp::Ordering;

use super::exact::{given, narrow};
use super::unpacked::{flushed, is_nan, is_signalling, nan};
use super::{Flags, Format, Rules};

/// How `a` compares with `b`; `None` if one is a NaN. NV is raised for a signalling NaN only (IEEE 754-2019, 5.6.1; Arm
/// FCMP).
#[inline]
pub fn compare_quiet<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (Option<Ordering>, Flags) {
    let ([a, b], flags) = flushed::<F, _>(rules, [a.into(), b.into()]);
    if is_nan::<F>(a) || is_nan::<F>(b) {
        return (None, flags | invalid_if(is_signalling::<F>(a) || is_signalling::<F>(b)));
    }
    let ordering = if (a | b) & !F::SIGN == 0 { Ordering::Equal } else { rank::<F>(a).cmp(&rank::<F>(b)) };
    (Some(ordering), flags)
}

/// How `a` compares with `b`; `None` if one is a NaN, and NV is raised then (IEEE 754-2019, 5.6.1; Arm FCMPE).
#[inline]
pub fn compare_signalling<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (Option<Ordering>, Flags) {
    let (ordering, flags) = compare_quiet::<F>(rules, a, b);
    (ordering, flags | invalid_if(ordering.is_none()))
}

/// `a` = `b`, quiet: a quiet NaN is just not equal (RISC-V `feq`).
#[inline]
pub fn equal<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (bool, Flags) {
    let (ordering, flags) = compare_quiet::<F>(rules, a, b);
    (ordering == Some(Ordering::Equal), flags)
}

/// `a` < `b`, signalling: any NaN raises NV (RISC-V `flt`).
#[inline]
pub fn less<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (bool, Flags) {
    let (ordering, flags) = compare_signalling::<F>(rules, a, b);
    (ordering.is_some_and(Ordering::is_lt), flags)
}

/// `a` ≤ `b`, signalling: any NaN raises NV (RISC-V `fle`).
#[inline]
pub fn less_or_equal<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (bool, Flags) {
    let (ordering, flags) = compare_signalling::<F>(rules, a, b);
    (ordering.is_some_and(Ordering::is_le), flags)
}

/// `a` < `b`, quiet (RISC-V `fltq`).
#[inline]
pub fn less_quiet<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (bool, Flags) {
    let (ordering, flags) = compare_quiet::<F>(rules, a, b);
    (ordering.is_some_and(Ordering::is_lt), flags)
}

/// `a` ≤ `b`, quiet (RISC-V `fleq`).
#[inline]
pub fn less_or_equal_quiet<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (bool, Flags) {
    let (ordering, flags) = compare_quiet::<F>(rules, a, b);
    (ordering.is_some_and(Ordering::is_le), flags)
}

/// Whether one is a NaN, quiet: NV is raised for a signalling NaN only.
#[inline]
pub fn unordered<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (bool, Flags) {
    let (ordering, flags) = compare_quiet::<F>(rules, a, b);
    (ordering.is_none(), flags)
}

/// The smaller number, -0 being smaller than +0; of a NaN and a number, the number. A signalling NaN raises NV (IEEE
/// 754-2019, 9.6, minimumNumber; RISC-V `fmin`). This is not Arm's FMINNM, see [`min_num`].
#[inline]
pub fn min<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    number::<F>(rules, a, b, |a, b| a < b)
}

/// The larger number; else as [`min`] (IEEE 754-2019, 9.6, maximumNumber; RISC-V `fmax`).
#[inline]
pub fn max<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    number::<F>(rules, a, b, |a, b| a > b)
}

/// The smaller number, -0 being smaller than +0; a NaN if there is one (IEEE 754-2019, 9.6, minimum; Arm FMIN, RISC-V
/// `fminm`).
#[inline]
pub fn minimum<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    number_or_nan::<F>(rules, a, b, |a, b| a < b)
}

/// The larger number; else as [`minimum`] (IEEE 754-2019, 9.6, maximum; Arm FMAX, RISC-V `fmaxm`).
#[inline]
pub fn maximum<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    number_or_nan::<F>(rules, a, b, |a, b| a > b)
}

/// The smaller number, -0 being smaller than +0; of a quiet NaN and a number, the number; else a signalling NaN wins (IEEE
/// 754-2008, 5.3.1, minNum; Arm FMINNM).
#[inline]
pub fn min_num<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    let (a, b) = without_one_quiet_nan::<F>(a, b, F::INFINITY);
    minimum::<F>(rules, a, b)
}

/// The larger number; else as [`min_num`] (IEEE 754-2008, 5.3.1, maxNum; Arm FMAXNM).
#[inline]
pub fn max_num<F: Format>(rules: Rules, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    let (a, b) = without_one_quiet_nan::<F>(a, b, F::INFINITY | F::SIGN);
    maximum::<F>(rules, a, b)
}

/// `instead` for the one of the operands that is a quiet NaN, if one only is.
#[inline]
fn without_one_quiet_nan<F: Format>(a: F::Bits, b: F::Bits, instead: u64) -> (F::Bits, F::Bits) {
    let quiet = |bits: F::Bits| is_nan::<F>(bits.into()) && !is_signalling::<F>(bits.into());
    match (quiet(a), quiet(b)) {
        (true, false) => (F::narrow(instead), b),
        (false, true) => (a, F::narrow(instead)),
        _ => (a, b),
    }
}

/// What kind of number `a` is: one bit of ten, as RISC-V's `fclass` numbers them (F extension, 20.9). From bit 0: -∞,
/// negative normal, negative subnormal, -0, +0, positive subnormal, positive normal, +∞, signalling NaN, quiet NaN.
#[inline]
pub fn classify<F: Format>(a: F::Bits) -> u64 {
    let a = a.into();
    let magnitude = a & !F::SIGN;
    let distance_from_zero = match magnitude {
        0 => 0,
        _ if magnitude <= F::FRACTION => 1,
        _ if magnitude < F::INFINITY => 2,
        _ if magnitude == F::INFINITY => 3,
        _ => return if is_signalling::<F>(a) { 1 << 8 } else { 1 << 9 },
    };
    if a & F::SIGN != 0 { 1 << (3 - distance_from_zero) } else { 1 << (4 + distance_from_zero) }
}

#[inline]
fn number<F: Format>(rules: Rules, a: F::Bits, b: F::Bits, wanted: fn(i64, i64) -> bool) -> (F::Bits, Flags) {
    match (is_nan::<F>(a.into()), is_nan::<F>(b.into())) {
        (true, true) => narrow::<F>(nan::<F, _>(rules, [a.into(), b.into()])),
        (true, false) => (b, invalid_if(is_signalling::<F>(a.into()))),
        (false, true) => (a, invalid_if(is_signalling::<F>(b.into()))),
        (false, false) => (if wanted(rank::<F>(a.into()), rank::<F>(b.into())) { a } else { b }, Flags::NONE),
    }
}

#[inline]
fn number_or_nan<F: Format>(rules: Rules, a: F::Bits, b: F::Bits, wanted: fn(i64, i64) -> bool) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into(), b.into()], |[a, b]| {
        if is_nan::<F>(a) || is_nan::<F>(b) {
            return nan::<F, _>(rules, [a, b]);
        }
        (if wanted(rank::<F>(a), rank::<F>(b)) { a } else { b }, Flags::NONE)
    })
}

/// Orders numbers as integers, -0 just below +0.
#[inline]
fn rank<F: Format>(bits: u64) -> i64 {
    let magnitude = (bits & !F::SIGN) as i64;
    if bits & F::SIGN != 0 { !magnitude } else { magnitude }
}

#[inline]
fn invalid_if(invalid: bool) -> Flags {
    if invalid { Flags::NV } else { Flags::NONE }
}
