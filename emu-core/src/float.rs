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
//! remainder, decimal, the odd rounding direction, and the Arm modes that [`Rules`] lists.

mod compare;
mod convert;
pub mod exact;
mod format;
mod host;
mod rules;
mod unpacked;

pub use compare::{
    classify, compare_quiet, compare_signalling, equal, less, less_or_equal, less_or_equal_quiet, less_quiet, max,
    maximum, min, minimum,
};
pub use convert::{Integer, convert, from_integer, round_to_integral, round_to_integral_exact, to_integer};
pub use format::{F16, F32, F64, Format};
pub use rules::{Flags, NanResult, NanToInteger, Round, Rules, Tininess};

/// `a` + `b`.
#[inline]
pub fn add<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    if round == Round::NearestEven
        && let Some(answer) = F::host_add(a, b)
    {
        return answer;
    }
    exact::add::<F>(rules, round, a, b)
}

/// `a` - `b`.
#[inline]
pub fn sub<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    // Adding the negative is the same for all but NaNs, and the host does not answer for those.
    if round == Round::NearestEven
        && let Some(answer) = F::host_add(a, F::narrow(b.into() ^ F::SIGN))
    {
        return answer;
    }
    exact::sub::<F>(rules, round, a, b)
}

/// `a` · `b`.
#[inline]
pub fn mul<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    if round == Round::NearestEven
        && let Some(answer) = F::host_mul(a, b)
    {
        return answer;
    }
    exact::mul::<F>(rules, round, a, b)
}

/// `a` / `b`.
#[inline]
pub fn div<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    if round == Round::NearestEven
        && let Some(answer) = F::host_div(a, b)
    {
        return answer;
    }
    exact::div::<F>(rules, round, a, b)
}

/// The square root of `a`.
#[inline]
pub fn sqrt<F: Format>(rules: Rules, round: Round, a: F::Bits) -> (F::Bits, Flags) {
    if round == Round::NearestEven
        && let Some(answer) = F::host_sqrt(a)
    {
        return answer;
    }
    exact::sqrt::<F>(rules, round, a)
}

/// `a` · `b` + `c`, rounded once. Infinity times zero raises NV even if `c` is a quiet NaN. The variants that subtract or
/// negate flip the sign bits of `a` and `c` beforehand (RISC-V: `fmsub` that of `c`, `fnmsub` that of `a`, `fnmadd` both).
#[inline]
pub fn fma<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits, c: F::Bits) -> (F::Bits, Flags) {
    if round == Round::NearestEven
        && let Some(answer) = F::host_fma(a, b, c)
    {
        return answer;
    }
    exact::fma::<F>(rules, round, a, b, c)
}
