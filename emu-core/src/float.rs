//! IEEE 754 arithmetic on bit patterns, results and exception flags exact to the last bit on every host.
//!
//! Two layers. [`exact`] works on integers alone and is right by construction; the host layer lets the host's
//! floating point compute what it certainly computes the same way (round to nearest even, ordinary numbers) and finds
//! out by integers whether the result is exact. The functions here ask the host first. The tests hold both layers
//! against Berkeley SoftFloat.
//!
//! A format is a type ([`F16`], [`F32`], [`F64`]), an architecture's choices are a value ([`Rules`]); flags are returned,
//! for the caller to accumulate:
//!
//! ```
//! use emu_core::float::{self, F64, Flags, Round, Rules};
//!
//! let (third, flags) = float::div::<F64>(Rules::RISCV, Round::NearestEven, 1f64.to_bits(), 3f64.to_bits());
//! assert_eq!((f64::from_bits(third), flags), (1.0 / 3.0, Flags::NX));
//! ```
//!
//! Registers, NaN boxing, sign injection and the table of instructions are the instruction sets' business. Not here:
//! remainder, decimal, and the Arm modes that [`Rules`] lists.

mod compare;
mod convert;
mod estimate;
pub mod exact;
mod format;
mod half;
mod host;
mod rules;
mod unpacked;

pub use compare::{
    classify, compare_quiet, compare_signalling, equal, less, less_or_equal, less_or_equal_quiet, less_quiet, max,
    max_num, maximum, min, min_num, minimum, unordered,
};
pub use convert::{
    Integer, convert, from_fixed, from_integer, round_to_integral, round_to_integral_exact, to_fixed, to_int32_modulo,
    to_integer,
};
pub use estimate::{
    reciprocal_estimate, reciprocal_estimate_u32, reciprocal_exponent, reciprocal_root_estimate,
    reciprocal_root_estimate_u32,
};
pub use exact::{reciprocal_root_step, reciprocal_step};
pub use format::{F16, F32, F64, Format};
pub use rules::{Flags, NanResult, NanToInteger, Round, Rules, Tininess};

use format::Answer;
use unpacked::is_subnormal;

/// What the host says, where it may be asked: it rounds to the nearest even and knows nothing of flushing.
#[inline(always)]
fn on_host<F: Format, const N: usize>(
    rules: Rules,
    round: Round,
    operands: [F::Bits; N],
    answer: impl FnOnce() -> Answer<F::Bits>,
) -> Answer<F::Bits> {
    if round != Round::NearestEven {
        return None;
    }
    if !F::flushes(rules) {
        return answer();
    }
    let subnormal = |bits: F::Bits| is_subnormal::<F>(bits.into());
    if operands.into_iter().any(subnormal) { None } else { answer().filter(|&(bits, _)| !subnormal(bits)) }
}

/// `a` + `b`.
#[inline]
pub fn add<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    if let Some(answer) = on_host::<F, _>(rules, round, [a, b], || F::host_add(a, b)) {
        return answer;
    }
    exact::add::<F>(rules, round, a, b)
}

/// `a` - `b`.
#[inline]
pub fn sub<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    // Adding the negative is the same for all but NaNs, and the host does not answer for those.
    if let Some(answer) = on_host::<F, _>(rules, round, [a, b], || F::host_add(a, F::narrow(b.into() ^ F::SIGN))) {
        return answer;
    }
    exact::sub::<F>(rules, round, a, b)
}

/// `a` · `b`.
#[inline]
pub fn mul<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    if let Some(answer) = on_host::<F, _>(rules, round, [a, b], || F::host_mul(a, b)) {
        return answer;
    }
    exact::mul::<F>(rules, round, a, b)
}

/// `a` · `b`, but zero times infinity is two, with the sign of the product, and raises nothing (Arm FMULX).
#[inline]
pub fn mul_extended<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    if let Some(answer) = on_host::<F, _>(rules, round, [a, b], || F::host_mul(a, b)) {
        return answer;
    }
    exact::mul_extended::<F>(rules, round, a, b)
}

/// `a` / `b`.
#[inline]
pub fn div<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    if let Some(answer) = on_host::<F, _>(rules, round, [a, b], || F::host_div(a, b)) {
        return answer;
    }
    exact::div::<F>(rules, round, a, b)
}

/// The square root of `a`.
#[inline]
pub fn sqrt<F: Format>(rules: Rules, round: Round, a: F::Bits) -> (F::Bits, Flags) {
    if let Some(answer) = on_host::<F, _>(rules, round, [a], || F::host_sqrt(a)) {
        return answer;
    }
    exact::sqrt::<F>(rules, round, a)
}

/// `a` · `b` + `c`, rounded once. Infinity times zero raises NV even if `c` is a quiet NaN. The variants that subtract or
/// negate flip the sign bits of `a` and `c` beforehand (RISC-V: `fmsub` that of `c`, `fnmsub` that of `a`, `fnmadd` both).
#[inline]
pub fn fma<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits, c: F::Bits) -> (F::Bits, Flags) {
    if let Some(answer) = on_host::<F, _>(rules, round, [a, b, c], || F::host_fma(a, b, c)) {
        return answer;
    }
    exact::fma::<F>(rules, round, a, b, c)
}
