//! The second layer: addition, multiplication, division, square root and fused multiply-add on the host's own
//! floating point, for rounding to nearest even.
//!
//! The host gives the result; whether it is exact follows from what the result leaves over, and that is computed without
//! looking at the host's status register, which Rust cannot. A function answers only if the result is an ordinary
//! number: normal and not next to the smallest normal one (underflow and tininess are then out of the question), finite
//! (so are overflow, NaNs and infinities). Zero is answered where it is certainly exact. All rules agree on such results,
//! so none are passed in.
//!
//! No residue here needs a fused multiply-add, so nothing depends on the host having one but f64's own: a library call
//! that has no such instruction to end in is as slow as integers are.

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

    /// Knuth's two-sum: the residue is what rounding took, unless a step in between overflows, which the bound on the sum
    /// excludes with much to spare. A small sum, even a subnormal one, is exact and never underflows.
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

/// Binary64. Here exactness is a matter of places.
///
/// The lowest bit set in an exact product is where those of its factors say, and nothing has to be multiplied to know it.
/// A result is exact just if no bit of the exact one lies below its own last place: both then are multiples of that place,
/// and rounding moves less than that.
///
/// For a quotient and a root the product goes the other way. Let z be the rounded quotient of x and y, and X, Y, Z their
/// significands as integers of 53 bits: Z·Y and X·2^k, with the k that makes up for the exponents, differ by at most half
/// of Y, and for a root by little more than Z. That is less than 2^54, and numbers so near are equal if their lowest 64
/// bits are: one wrapping multiplication decides.
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

    #[inline]
    fn trailing_zeros(bits: u64) -> u64 {
        significand(bits).trailing_zeros().into()
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
        let exact = ea + eb + trailing_zeros(a) + trailing_zeros(b) >= ep + BIAS + 52;
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

    /// The lowest bit set in the exact a·b + c is the lower one of those of a·b and of c, unless they coincide.
    #[inline]
    pub(crate) fn fma(a: u64, b: u64, c: u64) -> Answer<u64> {
        if !has_fma() {
            return None;
        }
        let result = f64::from_bits(a).mul_add(f64::from_bits(b), f64::from_bits(c)).to_bits();
        let (ea, eb, ec, er) = (exponent(a), exponent(b), exponent(c), exponent(result));
        if ea == 0 || eb == 0 || ec == 0 || !ordinary(er) {
            return None;
        }
        // Places are counted from 2^-(2·BIAS + 104), which makes that of a product's last bit the sum of its exponents.
        let in_product = ea + eb + trailing_zeros(a) + trailing_zeros(b);
        let in_addend = ec + BIAS + 52 + trailing_zeros(c);
        let last = er + BIAS + 52;
        if in_product.min(in_addend) >= last {
            Some((result, Flags::NONE))
        } else if in_product != in_addend {
            Some((result, Flags::NX))
        } else {
            None
        }
    }

    /// Whether `f64::mul_add` is an instruction or, as in glibc, a call that ends in one. It is correct in any case.
    #[inline]
    fn has_fma() -> bool {
        #[cfg(all(target_arch = "x86_64", target_env = "gnu"))]
        return std::arch::is_x86_feature_detected!("fma");
        #[cfg(not(all(target_arch = "x86_64", target_env = "gnu")))]
        return cfg!(any(target_feature = "fma", target_arch = "aarch64"));
    }
}
