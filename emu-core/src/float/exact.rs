//! The first layer: the five operations and the fused multiply-add on integers alone, exact to the last flag on any
//! host, in every rounding direction. It is what the host's arithmetic is judged by, and what answers when that cannot.
//!
//! Nothing here looks for speed beyond taking no more steps than it needs; the host layer does.

use super::unpacked::{
    Kind, Magnitude, Unpacked, flushed, invalid, is_nan, is_signalling, nan, shift_right_sticky_wide, sign,
};
use super::{Flags, Format, Round, Rules};

/// [`super::add`] without the host's help.
#[cold]
#[inline(never)]
pub fn add<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into(), b.into()], |[a, b]| sum::<F>(rules, round, a, b, false))
}

/// [`super::sub`] without the host's help.
#[cold]
#[inline(never)]
pub fn sub<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into(), b.into()], |[a, b]| sum::<F>(rules, round, a, b, true))
}

/// [`super::mul`] without the host's help.
#[cold]
#[inline(never)]
pub fn mul<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into(), b.into()], |[a, b]| product::<F>(rules, round, a, b))
}

/// [`super::div`] without the host's help.
#[cold]
#[inline(never)]
pub fn div<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into(), b.into()], |[a, b]| quotient::<F>(rules, round, a, b))
}

/// [`super::sqrt`] without the host's help.
#[cold]
#[inline(never)]
pub fn sqrt<F: Format>(rules: Rules, round: Round, a: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into()], |[a]| root::<F>(rules, round, a))
}

/// [`super::fma`] without the host's help.
#[cold]
#[inline(never)]
pub fn fma<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits, c: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into(), b.into(), c.into()], |[a, b, c]| product_sum::<F>(rules, round, a, b, c))
}

/// [`super::mul_extended`] without the host's help.
#[cold]
#[inline(never)]
pub fn mul_extended<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into(), b.into()], |[a, b]| match product::<F>(rules, round, a, b) {
        // The one invalid product of numbers.
        (_, Flags::NV) if !is_nan::<F>(a) && !is_nan::<F>(b) => ((a ^ b) & F::SIGN | two::<F>(), Flags::NONE),
        other => other,
    })
}

/// 2 - `a` · `b`, rounded once: a step of Newton's method for reciprocals. Zero times infinity counts as zero, and a NaN
/// for `a` comes out with its sign changed (Arm FRECPS, `FPRecipStepFused`).
#[inline(never)]
pub fn reciprocal_step<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    step::<F>(rules, round, a, b, two::<F>(), 0)
}

/// (3 - `a` · `b`) / 2, rounded once: a step of Newton's method for reciprocal square roots; else as
/// [`reciprocal_step`] (Arm FRSQRTS, `FPRSqrtStepFused`).
#[inline(never)]
pub fn reciprocal_root_step<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits) -> (F::Bits, Flags) {
    step::<F>(rules, round, a, b, two::<F>() | F::QUIET, 1)
}

/// (`from` - `a` · `b`) / 2^`halvings`.
fn step<F: Format>(rules: Rules, round: Round, a: F::Bits, b: F::Bits, from: u64, halvings: i32) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into() ^ F::SIGN, b.into()], |[a, b]| {
        let (x, y) = (Unpacked::new::<F>(a), Unpacked::new::<F>(b));
        let negative = x.negative != y.negative;
        match (x.kind, y.kind) {
            (Kind::Nan, _) | (_, Kind::Nan) => nan::<F, _>(rules, [a, b]),
            (Kind::Infinite, Kind::Zero) | (Kind::Zero, _) | (_, Kind::Zero) => {
                (from - ((halvings as u64) << F::FRACTION_BITS), Flags::NONE)
            }
            (Kind::Infinite, _) | (_, Kind::Infinite) => (sign::<F>(negative) | F::INFINITY, Flags::NONE),
            (Kind::Finite(m), Kind::Finite(n)) => {
                let mut terms = [Term::product(negative, m, n), Term::of::<F>(from)];
                terms.iter_mut().for_each(|term| term.exponent -= halvings);
                add_terms::<F>(rules, round, terms[0], terms[1])
            }
        }
    })
}

/// The number two.
fn two<F: Format>() -> u64 {
    (F::BIAS as u64 + 1) << F::FRACTION_BITS
}

/// What `compute` makes of the operands as the rules take them.
#[inline]
pub(super) fn given<F: Format, const N: usize>(
    rules: Rules,
    operands: [u64; N],
    compute: impl FnOnce([u64; N]) -> (u64, Flags),
) -> (F::Bits, Flags) {
    let (operands, taken_for_zero) = flushed::<F, N>(rules, operands);
    let (bits, flags) = compute(operands);
    narrow::<F>((bits, flags | taken_for_zero))
}

#[inline]
pub(super) fn narrow<F: Format>((bits, flags): (u64, Flags)) -> (F::Bits, Flags) {
    (F::narrow(bits), flags)
}

fn sum<F: Format>(rules: Rules, round: Round, a: u64, b: u64, subtract: bool) -> (u64, Flags) {
    let x = Unpacked::new::<F>(a);
    let mut y = Unpacked::new::<F>(b);
    y.negative ^= subtract;
    let bits = match (x.kind, y.kind) {
        (Kind::Finite(m), Kind::Finite(n)) => {
            return add_terms::<F>(rules, round, Term::new(x.negative, m), Term::new(y.negative, n));
        }
        (Kind::Nan, _) | (_, Kind::Nan) => return nan::<F, _>(rules, [a, b]),
        (Kind::Infinite, Kind::Infinite) if x.negative != y.negative => return invalid::<F>(),
        (Kind::Zero, Kind::Zero) => zero_sum::<F>(round, x.negative, y.negative),
        (Kind::Infinite, _) | (_, Kind::Zero) => a,
        (_, Kind::Infinite) | (Kind::Zero, _) => sign::<F>(y.negative) | (b & !F::SIGN),
    };
    (bits, Flags::NONE)
}

fn product<F: Format>(rules: Rules, round: Round, a: u64, b: u64) -> (u64, Flags) {
    let (x, y) = (Unpacked::new::<F>(a), Unpacked::new::<F>(b));
    let negative = x.negative != y.negative;
    let magnitude = match (x.kind, y.kind) {
        (Kind::Finite(m), Kind::Finite(n)) => {
            let term = Term::product(negative, m, n);
            return Magnitude::from_wide(term.exponent, term.significand).pack::<F>(rules, round, negative);
        }
        (Kind::Nan, _) | (_, Kind::Nan) => return nan::<F, _>(rules, [a, b]),
        (Kind::Infinite, Kind::Zero) | (Kind::Zero, Kind::Infinite) => return invalid::<F>(),
        (Kind::Infinite, _) | (_, Kind::Infinite) => F::INFINITY,
        (Kind::Zero, _) | (_, Kind::Zero) => 0,
    };
    (sign::<F>(negative) | magnitude, Flags::NONE)
}

fn quotient<F: Format>(rules: Rules, round: Round, a: u64, b: u64) -> (u64, Flags) {
    let (x, y) = (Unpacked::new::<F>(a), Unpacked::new::<F>(b));
    let negative = x.negative != y.negative;
    let (magnitude, flags) = match (x.kind, y.kind) {
        (Kind::Finite(m), Kind::Finite(n)) => {
            // Significands differ by less than a factor of two, so that the quotient has 63 or 64 bits.
            let (dividend, divisor) = (u128::from(m.significand) << 63, u128::from(n.significand));
            let (quotient, rest) = (dividend / divisor, dividend % divisor);
            let mut result = Magnitude::new(m.exponent - n.exponent, quotient as u64);
            result.significand |= u64::from(rest != 0);
            return result.pack::<F>(rules, round, negative);
        }
        (Kind::Nan, _) | (_, Kind::Nan) => return nan::<F, _>(rules, [a, b]),
        (Kind::Infinite, Kind::Infinite) | (Kind::Zero, Kind::Zero) => return invalid::<F>(),
        (Kind::Infinite, _) => (F::INFINITY, Flags::NONE),
        (Kind::Zero, _) | (_, Kind::Infinite) => (0, Flags::NONE),
        (_, Kind::Zero) => (F::INFINITY, Flags::DZ),
    };
    (sign::<F>(negative) | magnitude, flags)
}

fn root<F: Format>(rules: Rules, round: Round, a: u64) -> (u64, Flags) {
    let x = Unpacked::new::<F>(a);
    match x.kind {
        Kind::Nan => nan::<F, _>(rules, [a]),
        Kind::Zero => (a, Flags::NONE),
        _ if x.negative => invalid::<F>(),
        Kind::Infinite => (a, Flags::NONE),
        Kind::Finite(m) => {
            // An odd exponent gives its odd power of two to the radicand, which has 127 or 128 bits and its root 64.
            let odd = m.exponent.rem_euclid(2);
            let radicand = u128::from(m.significand) << (63 + odd);
            let root = radicand.isqrt();
            let sticky = u64::from(root * root != radicand);
            let result = Magnitude { exponent: (m.exponent - odd) / 2, significand: root as u64 | sticky };
            result.pack::<F>(rules, round, false)
        }
    }
}

fn product_sum<F: Format>(rules: Rules, round: Round, a: u64, b: u64, c: u64) -> (u64, Flags) {
    let (x, y, z) = (Unpacked::new::<F>(a), Unpacked::new::<F>(b), Unpacked::new::<F>(c));
    let negative = x.negative != y.negative;
    let bits = match (x.kind, y.kind, z.kind) {
        (Kind::Finite(m), Kind::Finite(n), Kind::Finite(o)) => {
            return add_terms::<F>(rules, round, Term::product(negative, m, n), Term::new(z.negative, o));
        }
        // Infinity times zero is invalid even when a quiet NaN is added to it.
        (Kind::Infinite, Kind::Zero, Kind::Nan) | (Kind::Zero, Kind::Infinite, Kind::Nan) if !is_signalling::<F>(c) => {
            return invalid::<F>();
        }
        (Kind::Nan, ..) | (_, Kind::Nan, _) | (.., Kind::Nan) => return nan::<F, _>(rules, [c, a, b]),
        (Kind::Infinite, Kind::Zero, _) | (Kind::Zero, Kind::Infinite, _) => return invalid::<F>(),
        (Kind::Infinite, ..) | (_, Kind::Infinite, _) => {
            if matches!(z.kind, Kind::Infinite) && z.negative != negative {
                return invalid::<F>();
            }
            sign::<F>(negative) | F::INFINITY
        }
        (.., Kind::Infinite) => c,
        (Kind::Finite(m), Kind::Finite(n), Kind::Zero) => {
            let term = Term::product(negative, m, n);
            return Magnitude::from_wide(term.exponent, term.significand).pack::<F>(rules, round, negative);
        }
        (_, _, Kind::Zero) => zero_sum::<F>(round, negative, z.negative),
        (_, _, Kind::Finite(_)) => c,
    };
    (bits, Flags::NONE)
}

/// A signed number, wide enough for an exact product: `significand` · 2^(`exponent` - 127). The significand may have
/// one leading zero, and has at least 22 zeros below.
#[derive(Clone, Copy)]
struct Term {
    negative: bool,
    exponent: i32,
    significand: u128,
}

impl Term {
    #[inline]
    fn new(negative: bool, m: Magnitude) -> Self {
        Self { negative, exponent: m.exponent, significand: u128::from(m.significand) << 64 }
    }

    /// A number of format `F` that is neither zero nor special.
    fn of<F: Format>(bits: u64) -> Self {
        match Unpacked::new::<F>(bits) {
            Unpacked { negative, kind: Kind::Finite(m) } => Self::new(negative, m),
            _ => unreachable!("a constant that is finite and not zero"),
        }
    }

    #[inline]
    fn product(negative: bool, m: Magnitude, n: Magnitude) -> Self {
        let significand = u128::from(m.significand) * u128::from(n.significand);
        // Two factors with bit 63 for one give a product with bit 126 for one.
        Self { negative, exponent: m.exponent + n.exponent + 1, significand }
    }
}

/// The rounded sum of two numbers that are not zero.
#[inline]
fn add_terms<F: Format>(rules: Rules, round: Round, x: Term, y: Term) -> (u64, Flags) {
    let (high, low) = if x.exponent >= y.exponent { (x, y) } else { (y, x) };
    // One bit of headroom for the carry costs nothing, as the lowest bits are zeros. Bits fall off the lower term only
    // when it is moved by more than 20, and then at most one leading bit cancels: far too little to bring the sticky
    // bit near the place where the sum is rounded.
    let exponent = high.exponent + 1;
    let upper = high.significand >> 1;
    let lower = shift_right_sticky_wide(low.significand >> 1, low.exponent.abs_diff(high.exponent));
    let (negative, significand) = if high.negative == low.negative {
        (high.negative, upper + lower)
    } else if upper >= lower {
        (high.negative, upper - lower)
    } else {
        (low.negative, lower - upper)
    };
    if significand == 0 {
        return (zero_sum::<F>(round, x.negative, y.negative), Flags::NONE);
    }
    Magnitude::from_wide(exponent, significand).pack::<F>(rules, round, negative)
}

/// The zero that terms of these signs add up to (IEEE 754-2019, 6.3).
fn zero_sum<F: Format>(round: Round, negative: bool, other_negative: bool) -> u64 {
    sign::<F>(if negative == other_negative { negative } else { round == Round::Down })
}
