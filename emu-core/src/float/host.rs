//! The second layer: addition, multiplication, division, square root and f32's fused multiply-add on the host's own
//! floating point, for rounding to nearest even.
//!
//! The host gives the result; whether it is exact follows from what the result leaves over, and that is computed without
//! looking at the host's status register, which Rust cannot. A function answers only if the result is an ordinary
//! number: normal and not next to the smallest normal one (underflow and tininess are then out of the question), finite
//! (so are overflow, NaNs and infinities). Zero is answered where it is certainly exact. All rules agree on such results,
//! so none are passed in.
//!
//! There is no fused multiply-add for f64: without one in the host's instruction set the library call is as slow as
//! integers are, and with one the residue still takes twenty operations. The residues of products, quotients and roots
//! need none either, as the comments below show.

/// Binary32. Products of two f32 are exact in f64, so most residues are a comparison there.
pub(super) mod single {
    use crate::float::Flags;
    use crate::float::format::Answer;

    /// 2^-125, twice the smallest normal number.
    const SMALL: f32 = 2.0 * f32::MIN_POSITIVE;

    /// `result`, if it is ordinary.
    #[inline]
    fn answer(result: f32, inexact: bool) -> Answer<u32> {
        (result.abs() >= SMALL && result.abs() < f32::INFINITY).then(|| (result.to_bits(), Flags::inexact(inexact)))
    }

    /// Knuth's two-sum. The sum is too large if it might have overflowed on the way; if it is small, even subnormal,
    /// it is exact, and never underflows.
    #[inline]
    pub(crate) fn add(a: u32, b: u32) -> Answer<u32> {
        let (x, y) = (f32::from_bits(a), f32::from_bits(b));
        let sum = x + y;
        let y_part = sum - x;
        let residue = (x - (sum - y_part)) + (y - y_part);
        (sum.abs() < f32::MAX / 4.0).then(|| (sum.to_bits(), Flags::inexact(residue != 0.0)))
    }

    #[inline]
    pub(crate) fn mul(a: u32, b: u32) -> Answer<u32> {
        let exact = f64::from(f32::from_bits(a)) * f64::from(f32::from_bits(b));
        let product = exact as f32;
        if exact == 0.0 {
            return Some((product.to_bits(), Flags::NONE));
        }
        answer(product, f64::from(product) != exact)
    }

    #[inline]
    pub(crate) fn div(a: u32, b: u32) -> Answer<u32> {
        let (x, y) = (f32::from_bits(a), f32::from_bits(b));
        let quotient = x / y;
        answer(quotient, f64::from(quotient) * f64::from(y) != f64::from(x))
    }

    /// The root of any positive number is ordinary; that of zero is zero.
    #[inline]
    pub(crate) fn sqrt(a: u32) -> Answer<u32> {
        let x = f32::from_bits(a);
        let root = x.sqrt();
        let wide = f64::from(root);
        (root < f32::INFINITY).then(|| (root.to_bits(), Flags::inexact(wide * wide != f64::from(x))))
    }

    /// The exact product plus the addend, rounded to odd in f64 (a bit that is lost sets the lowest one instead) and only
    /// then to f32: with more than two bits to spare, the second rounding sees all that it needs of the first (Boldo and
    /// Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
    #[inline]
    pub(crate) fn fma(a: u32, b: u32, c: u32) -> Answer<u32> {
        let product = f64::from(f32::from_bits(a)) * f64::from(f32::from_bits(b));
        let addend = f64::from(f32::from_bits(c));
        let sum = product + addend;
        let addend_part = sum - product;
        let residue = (product - (sum - addend_part)) + (addend - addend_part);
        let bits = sum.to_bits();
        let odd = if residue == 0.0 || bits & 1 == 1 {
            sum
        } else if (residue > 0.0) == (sum > 0.0) {
            f64::from_bits(bits + 1)
        } else {
            f64::from_bits(bits - 1)
        };
        let result = odd as f32;
        if sum == 0.0 {
            return Some((result.to_bits(), Flags::NONE));
        }
        answer(result, f64::from(result) != odd)
    }
}

/// Binary64. Here residues are integers: if z is the rounded product of x and y, and X, Y, Z are their significands as
/// 53-bit integers, then X·Y and Z·2^k with the k that makes up for the exponents differ by at most half of 2^k, that is
/// 2^52. Two numbers so near are equal if their lowest 64 bits are, so one wrapping multiplication decides. A quotient
/// and a root are the same question asked backwards.
pub(super) mod double {
    use crate::float::format::{Answer, Format};
    use crate::float::{F64, Flags};

    const BIAS: u64 = F64::BIAS as u64;

    /// The biased exponent.
    #[inline]
    fn exponent(bits: u64) -> u64 {
        (bits >> 52) & 0x7ff
    }

    /// The significand of a normal number, as an integer of 53 bits.
    #[inline]
    fn significand(bits: u64) -> u64 {
        (1 << 52) | (bits & F64::FRACTION)
    }

    /// Whether a result with this biased exponent is ordinary.
    #[inline]
    fn ordinary(exponent: u64) -> bool {
        exponent.wrapping_sub(2) < 0x7fd
    }

    /// See [`super::single::add`].
    #[inline]
    pub(crate) fn add(a: u64, b: u64) -> Answer<u64> {
        let (x, y) = (f64::from_bits(a), f64::from_bits(b));
        let sum = x + y;
        let y_part = sum - x;
        let residue = (x - (sum - y_part)) + (y - y_part);
        (sum.abs() < f64::MAX / 4.0).then(|| (sum.to_bits(), Flags::inexact(residue != 0.0)))
    }

    #[inline]
    pub(crate) fn mul(a: u64, b: u64) -> Answer<u64> {
        let product = (f64::from_bits(a) * f64::from_bits(b)).to_bits();
        let (ea, eb, ep) = (exponent(a), exponent(b), exponent(product));
        if ea == 0 || eb == 0 || !ordinary(ep) {
            return None;
        }
        let shift = 52 + (ep + BIAS - ea - eb);
        let exact = significand(a).wrapping_mul(significand(b)) == significand(product) << shift;
        Some((product, Flags::inexact(!exact)))
    }

    #[inline]
    pub(crate) fn div(a: u64, b: u64) -> Answer<u64> {
        let quotient = (f64::from_bits(a) / f64::from_bits(b)).to_bits();
        let (ea, eb, eq) = (exponent(a), exponent(b), exponent(quotient));
        if ea == 0 || eb == 0 || !ordinary(eq) {
            return None;
        }
        let shift = 52 + (ea + BIAS - eq - eb);
        let exact = significand(quotient).wrapping_mul(significand(b)) == significand(a) << shift;
        Some((quotient, Flags::inexact(!exact)))
    }

    #[inline]
    pub(crate) fn sqrt(a: u64) -> Answer<u64> {
        let ea = exponent(a);
        // The sign counts as part of the exponent here: negative numbers are not answered.
        if a >> 52 != ea || ea == 0 || ea == 0x7ff {
            return None;
        }
        let root = f64::from_bits(a).sqrt().to_bits();
        let shift = 52 + (ea + BIAS - 2 * exponent(root));
        let exact = significand(root).wrapping_mul(significand(root)) == significand(a) << shift;
        Some((root, Flags::inexact(!exact)))
    }
}
