//! The formats: how many bits each has and where, and nothing about arithmetic on them.

use std::fmt::{Debug, LowerHex};

use super::{Flags, Rules, host};

/// What the host could answer at once: the result and its flags, or `None` where only exact integer arithmetic may say.
pub(super) type Answer<B> = Option<(B, Flags)>;

/// A binary interchange format (IEEE 754-2019, 3.4): sign, biased exponent, fraction, from the top down. Sealed: the
/// formats are [`F16`], [`F32`] and [`F64`].
///
/// The `host_*` functions are the second layer: round to nearest even on the host's own arithmetic, answering only
/// where result and flags are certain whatever the [`Rules`](super::Rules). Call [`add`](super::add) and its kin
/// instead, which ask them first.
pub trait Format: Copy + Debug + sealed::Sealed + 'static {
    /// The unsigned integer as wide as the format.
    type Bits: Copy + Eq + Ord + Debug + LowerHex + Into<u64>;

    /// Width of the exponent field, in bits.
    const EXPONENT_BITS: u32;
    /// Width of the fraction field, in bits; the precision is one more.
    const FRACTION_BITS: u32;

    /// What is added to an exponent to store it; also the largest exponent.
    const BIAS: i32 = (1 << (Self::EXPONENT_BITS - 1)) - 1;
    /// The sign bit.
    const SIGN: u64 = 1 << (Self::EXPONENT_BITS + Self::FRACTION_BITS);
    /// Mask of the fraction field.
    const FRACTION: u64 = (1 << Self::FRACTION_BITS) - 1;
    /// Plus infinity, which is also the mask of the exponent field.
    const INFINITY: u64 = Self::SIGN - (1 << Self::FRACTION_BITS);
    /// The fraction bit that tells a quiet NaN from a signalling one.
    const QUIET: u64 = 1 << (Self::FRACTION_BITS - 1);
    /// The default NaN of [`NanResult::Default`](super::NanResult::Default).
    const DEFAULT_NAN: u64 = Self::INFINITY | Self::QUIET;

    /// Whether subnormal numbers of this format count as zero.
    #[inline]
    fn flushes(rules: Rules) -> bool {
        if Self::EXPONENT_BITS == F16::EXPONENT_BITS { rules.flush_half } else { rules.flush }
    }

    /// The low bits of `bits`; what lies above the format's width is dropped.
    fn narrow(bits: u64) -> Self::Bits;

    #[doc(hidden)]
    #[inline]
    fn host_add(_a: Self::Bits, _b: Self::Bits) -> Answer<Self::Bits> {
        None
    }
    #[doc(hidden)]
    #[inline]
    fn host_mul(_a: Self::Bits, _b: Self::Bits) -> Answer<Self::Bits> {
        None
    }
    #[doc(hidden)]
    #[inline]
    fn host_div(_a: Self::Bits, _b: Self::Bits) -> Answer<Self::Bits> {
        None
    }
    #[doc(hidden)]
    #[inline]
    fn host_sqrt(_a: Self::Bits) -> Answer<Self::Bits> {
        None
    }
    #[doc(hidden)]
    #[inline]
    fn host_fma(_a: Self::Bits, _b: Self::Bits, _c: Self::Bits) -> Answer<Self::Bits> {
        None
    }
}

/// Binary16, half precision: 5 exponent bits, 10 fraction bits.
#[derive(Clone, Copy, Debug)]
pub enum F16 {}

/// Binary32, single precision: 8 exponent bits, 23 fraction bits.
#[derive(Clone, Copy, Debug)]
pub enum F32 {}

/// Binary64, double precision: 11 exponent bits, 52 fraction bits.
#[derive(Clone, Copy, Debug)]
pub enum F64 {}

impl Format for F16 {
    type Bits = u16;
    const EXPONENT_BITS: u32 = 5;
    const FRACTION_BITS: u32 = 10;

    #[inline]
    fn narrow(bits: u64) -> u16 {
        bits as u16
    }
}

impl Format for F32 {
    type Bits = u32;
    const EXPONENT_BITS: u32 = 8;
    const FRACTION_BITS: u32 = 23;

    #[inline]
    fn narrow(bits: u64) -> u32 {
        bits as u32
    }
    #[inline]
    fn host_add(a: u32, b: u32) -> Answer<u32> {
        host::single::add(a, b)
    }
    #[inline]
    fn host_mul(a: u32, b: u32) -> Answer<u32> {
        host::single::mul(a, b)
    }
    #[inline]
    fn host_div(a: u32, b: u32) -> Answer<u32> {
        host::single::div(a, b)
    }
    #[inline]
    fn host_sqrt(a: u32) -> Answer<u32> {
        host::single::sqrt(a)
    }
    #[inline]
    fn host_fma(a: u32, b: u32, c: u32) -> Answer<u32> {
        host::single::fma(a, b, c)
    }
}

impl Format for F64 {
    type Bits = u64;
    const EXPONENT_BITS: u32 = 11;
    const FRACTION_BITS: u32 = 52;

    #[inline]
    fn narrow(bits: u64) -> u64 {
        bits
    }
    #[inline]
    fn host_add(a: u64, b: u64) -> Answer<u64> {
        host::double::add(a, b)
    }
    #[inline]
    fn host_mul(a: u64, b: u64) -> Answer<u64> {
        host::double::mul(a, b)
    }
    #[inline]
    fn host_div(a: u64, b: u64) -> Answer<u64> {
        host::double::div(a, b)
    }
    #[inline]
    fn host_sqrt(a: u64) -> Answer<u64> {
        host::double::sqrt(a)
    }
    #[inline]
    fn host_fma(a: u64, b: u64, c: u64) -> Answer<u64> {
        host::double::fma(a, b, c)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::F16 {}
    impl Sealed for super::F32 {}
    impl Sealed for super::F64 {}
}
