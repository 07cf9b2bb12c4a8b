//! Arm's estimates of reciprocals and of reciprocal square roots: eight bits each, the same on every implementation
//! (shared pseudo-code `FPRecipEstimate`, `FPRSqrtEstimate`, `FPRecpX`, `RecipEstimate`, `RecipSqrtEstimate`).

use super::exact::given;
use super::unpacked::{Kind, Unpacked, invalid, nan, overflow, sign};
use super::{Flags, Format, Round, Rules};

/// About 1 / `a` (FRECPE).
#[inline(never)]
pub fn reciprocal_estimate<F: Format>(rules: Rules, round: Round, a: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into()], |[a]| {
        let x = Unpacked::new::<F>(a);
        let sign = sign::<F>(x.negative);
        let m = match x.kind {
            Kind::Nan => return nan::<F, _>(rules, [a]),
            Kind::Infinite => return (sign, Flags::NONE),
            Kind::Zero => return (sign | F::INFINITY, Flags::DZ),
            Kind::Finite(m) => m,
        };
        if m.exponent < -F::BIAS - 1 {
            return (sign | overflow::<F>(round, x.negative), Flags::OF | Flags::NX);
        }
        if F::flushes(rules) && m.exponent >= F::BIAS - 1 {
            return (sign, Flags::UF);
        }
        let estimate = u64::from(estimate(m.significand >> 55 & 0x1ff));
        // The estimate is one and eight bits behind the point; below the normal numbers it moves right.
        let field = F::BIAS - 1 - m.exponent;
        let significand = estimate << (F::FRACTION_BITS - 8);
        (
            sign | if field > 0 {
                ((field as u64 - 1) << F::FRACTION_BITS) + significand
            } else {
                significand >> (1 - field)
            },
            Flags::NONE,
        )
    })
}

/// About 1 / √`a` (FRSQRTE).
#[inline(never)]
pub fn reciprocal_root_estimate<F: Format>(rules: Rules, a: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into()], |[a]| {
        let x = Unpacked::new::<F>(a);
        let m = match x.kind {
            Kind::Nan => return nan::<F, _>(rules, [a]),
            Kind::Zero => return (sign::<F>(x.negative) | F::INFINITY, Flags::DZ),
            _ if x.negative => return invalid::<F>(),
            Kind::Infinite => return (0, Flags::NONE),
            Kind::Finite(m) => m,
        };
        // An even power of two leaves a number from a quarter to one: nine bits of it, or eight.
        let estimate = u64::from(root_estimate(m.significand >> (56 - m.exponent.rem_euclid(2))));
        let field = (F::BIAS - 1 - m.exponent.div_euclid(2)) as u64;
        (((field - 1) << F::FRACTION_BITS) + (estimate << (F::FRACTION_BITS - 8)), Flags::NONE)
    })
}

/// A power of two whose exponent is that of `a` with all bits turned, for scaling (FRECPX).
#[inline(never)]
pub fn reciprocal_exponent<F: Format>(rules: Rules, a: F::Bits) -> (F::Bits, Flags) {
    given::<F, _>(rules, [a.into()], |[a]| match Unpacked::new::<F>(a).kind {
        Kind::Nan => nan::<F, _>(rules, [a]),
        _ if a & F::INFINITY == 0 => (a & F::SIGN | (F::INFINITY - F::FRACTION - 1), Flags::NONE),
        _ => (a & F::SIGN | !a & F::INFINITY, Flags::NONE),
    })
}

/// About 1 / `a` for a fixed-point number from a half to one, 32 bits of it behind the point; the result is from one to
/// two, 31 bits behind the point. All ones for what is less than a half (URECPE).
#[must_use]
pub fn reciprocal_estimate_u32(a: u32) -> u32 {
    if a >> 31 == 0 { u32::MAX } else { estimate((a >> 23).into()) << 23 }
}

/// About 1 / √`a`, for numbers from a quarter to one; else as [`reciprocal_estimate_u32`] (URSQRTE).
#[must_use]
pub fn reciprocal_root_estimate_u32(a: u32) -> u32 {
    if a >> 30 == 0 { u32::MAX } else { root_estimate((a >> 23).into()) << 23 }
}

/// `RecipEstimate`: of 256 to 511, meaning a half to one; 256 to 511, meaning one to two.
fn estimate(scaled: u64) -> u32 {
    let middle = 2 * scaled + 1;
    ((1 << 19) / middle).div_ceil(2) as u32
}

/// `RecipSqrtEstimate`: of 128 to 511, meaning a quarter to one; 256 to 511, meaning one to two.
fn root_estimate(scaled: u64) -> u32 {
    let middle = if scaled < 256 { 2 * scaled + 1 } else { 2 * (scaled & !1) + 2 };
    // The largest b from 512 on for which b² · middle is less than 2^28.
    let b = ((1u64 << 28) - 1).div_euclid(middle).isqrt();
    b.max(512).div_ceil(2) as u32
}
