//! The values of the engine that runs: plain integers with wrapping arithmetic.

use crate::engine::{Bits, Bool, Narrow, Widen};
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Not, Sub};

impl Bool for bool {}

/// A running 32-bit value.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct W(pub u32);

/// A running 64-bit value.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct X(pub u64);

macro_rules! operator {
    ($name:ident, $trait:ident, $method:ident, |$a:ident, $b:ident| $result:expr) => {
        impl $trait for $name {
            type Output = Self;
            #[inline(always)]
            fn $method(self, rhs: Self) -> Self {
                let ($a, $b) = (self.0, rhs.0);
                Self($result)
            }
        }
    };
}

macro_rules! word {
    ($name:ident, $u:ty, $i:ty, $wide_u:ty, $wide_i:ty) => {
        operator!($name, Add, add, |a, b| a.wrapping_add(b));
        operator!($name, Sub, sub, |a, b| a.wrapping_sub(b));
        operator!($name, Mul, mul, |a, b| a.wrapping_mul(b));
        operator!($name, BitAnd, bitand, |a, b| a & b);
        operator!($name, BitOr, bitor, |a, b| a | b);
        operator!($name, BitXor, bitxor, |a, b| a ^ b);
        impl Not for $name {
            type Output = Self;
            #[inline(always)]
            fn not(self) -> Self {
                Self(!self.0)
            }
        }
        impl Bits for $name {
            type Bool = bool;
            const BITS: u32 = <$u>::BITS;
            #[inline(always)]
            fn like(self, n: i64) -> Self {
                Self(n as $u)
            }
            #[inline(always)]
            fn eq(self, rhs: Self) -> bool {
                self.0 == rhs.0
            }
            #[inline(always)]
            fn lt_u(self, rhs: Self) -> bool {
                self.0 < rhs.0
            }
            #[inline(always)]
            fn lt_s(self, rhs: Self) -> bool {
                (self.0 as $i) < rhs.0 as $i
            }
            #[inline(always)]
            fn shl(self, by: u32) -> Self {
                Self(self.0.wrapping_shl(by))
            }
            #[inline(always)]
            fn shr_u(self, by: u32) -> Self {
                Self(self.0.wrapping_shr(by))
            }
            #[inline(always)]
            fn shr_s(self, by: u32) -> Self {
                Self((self.0 as $i).wrapping_shr(by) as $u)
            }
            #[inline(always)]
            fn shl_by(self, by: Self) -> Self {
                Self(self.0.wrapping_shl(by.0 as u32))
            }
            #[inline(always)]
            fn shr_u_by(self, by: Self) -> Self {
                Self(self.0.wrapping_shr(by.0 as u32))
            }
            #[inline(always)]
            fn shr_s_by(self, by: Self) -> Self {
                Self((self.0 as $i).wrapping_shr(by.0 as u32) as $u)
            }
            #[inline(always)]
            fn rotr_by(self, by: Self) -> Self {
                Self(self.0.rotate_right(by.0 as u32 & (<$u>::BITS - 1)))
            }
            #[inline(always)]
            fn mul_high_u(self, rhs: Self) -> Self {
                Self((self.0 as $wide_u * rhs.0 as $wide_u >> <$u>::BITS) as $u)
            }
            #[inline(always)]
            fn mul_high_s(self, rhs: Self) -> Self {
                Self((self.0 as $i as $wide_i * rhs.0 as $i as $wide_i >> <$u>::BITS) as $u)
            }
            #[inline(always)]
            fn div_u(self, rhs: Self, if_zero: Self) -> Self {
                Self(self.0.checked_div(rhs.0).unwrap_or(if_zero.0))
            }
            #[inline(always)]
            fn rem_u(self, rhs: Self, if_zero: Self) -> Self {
                Self(self.0.checked_rem(rhs.0).unwrap_or(if_zero.0))
            }
            #[inline(always)]
            fn div_s(self, rhs: Self, if_zero: Self) -> Self {
                if rhs.0 == 0 { if_zero } else { Self((self.0 as $i).wrapping_div(rhs.0 as $i) as $u) }
            }
            #[inline(always)]
            fn rem_s(self, rhs: Self, if_zero: Self) -> Self {
                if rhs.0 == 0 { if_zero } else { Self((self.0 as $i).wrapping_rem(rhs.0 as $i) as $u) }
            }
            #[inline(always)]
            fn leading_zeros(self) -> Self {
                Self(self.0.leading_zeros() as $u)
            }
            #[inline(always)]
            fn trailing_zeros(self) -> Self {
                Self(self.0.trailing_zeros() as $u)
            }
            #[inline(always)]
            fn ones(self) -> Self {
                Self(self.0.count_ones() as $u)
            }
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                Self(self.0.swap_bytes())
            }
            #[inline(always)]
            fn reverse_bits(self) -> Self {
                Self(self.0.reverse_bits())
            }
            #[inline(always)]
            fn select(cond: bool, yes: Self, no: Self) -> Self {
                if cond { yes } else { no }
            }
        }
    };
}

word!(W, u32, i32, u64, i64);
word!(X, u64, i64, u128, i128);

impl Widen<X> for W {
    #[inline(always)]
    fn sext(self) -> X {
        X(self.0 as i32 as i64 as u64)
    }
    #[inline(always)]
    fn zext(self) -> X {
        X(self.0 as u64)
    }
}

impl Narrow<W> for X {
    #[inline(always)]
    fn lo(self) -> W {
        W(self.0 as u32)
    }
}

/// A running vector: the lower half and the upper one.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct V(pub [u64; 2]);

impl V {
    /// The vector with these bytes, lowest first.
    #[inline(always)]
    pub fn of(bytes: [u8; 16]) -> Self {
        let half = |at| u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
        V([half(0), half(8)])
    }
    /// Its bytes, lowest first.
    #[inline(always)]
    pub fn bytes(self) -> [u8; 16] {
        let [low, high] = self.0.map(u64::to_le_bytes);
        std::array::from_fn(|i| if i < 8 { low[i] } else { high[i - 8] })
    }
    /// The vector with these words, lowest first.
    #[inline(always)]
    pub fn of_words([a, b, c, d]: [u32; 4]) -> Self {
        V([a as u64 | (b as u64) << 32, c as u64 | (d as u64) << 32])
    }
    /// Its words, lowest first.
    #[inline(always)]
    pub fn words(self) -> [u32; 4] {
        let [low, high] = self.0;
        [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32]
    }
}
