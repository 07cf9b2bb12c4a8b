//! What an access is: its width, its kind, the Rust integers that stand for it, and the atomic operations.
//! Guest memory is little-endian on any host. Where the bytes live is `ram`'s business.

use std::fmt::Debug;

use crate::ram::raw::Raw;

/// How many bytes an access moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Width {
    /// One byte.
    B1,
    /// Two bytes.
    B2,
    /// Four bytes.
    B4,
    /// Eight bytes.
    B8,
}

impl Width {
    /// All widths, narrowest first.
    pub const ALL: [Self; 4] = [Self::B1, Self::B2, Self::B4, Self::B8];

    /// The number of bytes: 1, 2, 4 or 8.
    #[inline]
    pub const fn bytes(self) -> u64 {
        1 << self as u32
    }

    /// The number of bits: 8, 16, 32 or 64.
    #[inline]
    pub const fn bits(self) -> u32 {
        8 << self as u32
    }

    /// The width of `bytes` bytes, or `None` if no access has that width.
    pub const fn from_bytes(bytes: u64) -> Option<Self> {
        match bytes {
            1 => Some(Self::B1),
            2 => Some(Self::B2),
            4 => Some(Self::B4),
            8 => Some(Self::B8),
            _ => None,
        }
    }

    /// `value` with the bits above this width cleared.
    #[inline]
    pub const fn truncate(self, value: u64) -> u64 {
        value & (u64::MAX >> (64 - self.bits()))
    }

    /// The low bits of `value` at this width as a signed number.
    #[inline]
    pub const fn sign_extend(self, value: u64) -> i64 {
        let above = 64 - self.bits();
        (value << above) as i64 >> above
    }
}

/// What an access is for; permissions and TLBs are kept apart by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Access {
    /// A load.
    Read,
    /// A store, or an atomic read-modify-write.
    Write,
    /// An instruction fetch.
    Fetch,
}

impl Access {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Fetch];
}

/// An unsigned integer that one access moves: `u8`, `u16`, `u32`, `u64` and no other.
pub trait Unit: Raw + Copy + Eq + Debug + Send + Sync + 'static {
    /// The access's width.
    const WIDTH: Width;
    /// The access's width in bytes.
    const BYTES: u64 = Self::WIDTH.bytes();

    /// Zero-extended.
    fn to_u64(self) -> u64;

    /// The low bits of `value`; what does not fit is dropped.
    fn from_u64(value: u64) -> Self;
}

macro_rules! unit {
    ($($int:ty => $width:ident),*) => {$(
        impl Unit for $int {
            const WIDTH: Width = Width::$width;

            #[inline(always)]
            fn to_u64(self) -> u64 {
                u64::from(self)
            }

            #[inline(always)]
            fn from_u64(value: u64) -> Self {
                value as Self
            }
        }
    )*};
}
unit!(u8 => B1, u16 => B2, u32 => B4, u64 => B8);

/// Evaluates an expression in which `T` is the [`Unit`] of a [`Width`] known at run time.
///
/// ```
/// use emu_mem::{Unit, Width, with_unit};
/// assert_eq!(with_unit!(Width::B2, T => T::from_u64(0x1_2345).to_u64()), 0x2345);
/// ```
#[macro_export]
macro_rules! with_unit {
    ($width:expr, $unit:ident => $do:expr) => {
        match $width {
            $crate::Width::B1 => {
                type $unit = u8;
                $do
            }
            $crate::Width::B2 => {
                type $unit = u16;
                $do
            }
            $crate::Width::B4 => {
                type $unit = u32;
                $do
            }
            $crate::Width::B8 => {
                type $unit = u64;
                $do
            }
        }
    };
}

/// What an atomic read-modify-write does to the word in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AmoOp {
    /// The operand replaces the word.
    Swap,
    /// Sum, modulo the width.
    Add,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// The lesser of the two as signed numbers.
    Min,
    /// The greater of the two as signed numbers.
    Max,
    /// The lesser of the two as unsigned numbers.
    MinU,
    /// The greater of the two as unsigned numbers.
    MaxU,
}

impl AmoOp {
    /// All operations.
    pub const ALL: [Self; 9] =
        [Self::Swap, Self::Add, Self::And, Self::Or, Self::Xor, Self::Min, Self::Max, Self::MinU, Self::MaxU];

    /// What the word becomes, given what it was and the operand.
    #[inline]
    pub fn apply<T: Unit>(self, old: T, operand: T) -> T {
        let (a, b) = (old.to_u64(), operand.to_u64());
        let signed = |x| T::WIDTH.sign_extend(x);
        T::from_u64(match self {
            Self::Swap => b,
            Self::Add => a.wrapping_add(b),
            Self::And => a & b,
            Self::Or => a | b,
            Self::Xor => a ^ b,
            Self::Min => signed(a).min(signed(b)) as u64,
            Self::Max => signed(a).max(signed(b)) as u64,
            Self::MinU => a.min(b),
            Self::MaxU => a.max(b),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_and_bytes_agree() {
        for width in Width::ALL {
            assert_eq!(Width::from_bytes(width.bytes()), Some(width));
            assert_eq!(u64::from(width.bits()), width.bytes() * 8);
        }
        for bytes in [0, 3, 5, 6, 7, 9, 16, u64::MAX] {
            assert_eq!(Width::from_bytes(bytes), None);
        }
        assert_eq!(<u32 as Unit>::WIDTH, Width::B4);
        assert_eq!(Width::B2.truncate(0x1234_5678), 0x5678);
        assert_eq!(Width::B8.truncate(u64::MAX), u64::MAX);
        assert_eq!(Width::B1.sign_extend(0x180), -128);
    }

    #[test]
    fn amo_minimum_and_maximum_mind_the_sign_at_the_width() {
        assert_eq!(AmoOp::Min.apply(0x8000_0000_u32, 1), 0x8000_0000);
        assert_eq!(AmoOp::MinU.apply(0x8000_0000_u32, 1), 1);
        assert_eq!(AmoOp::Max.apply(0x8000_0000_u32, 1), 1);
        assert_eq!(AmoOp::MaxU.apply(0x8000_0000_u32, 1), 0x8000_0000);
        assert_eq!(AmoOp::Min.apply(0x8000_0000_u64, 1), 1);
        assert_eq!(AmoOp::Max.apply(u64::MAX, 3), 3);
    }

    #[test]
    fn amo_arithmetic_is_modulo_the_width() {
        assert_eq!(AmoOp::Add.apply(0xffff_ffff_u32, 2), 1);
        assert_eq!(AmoOp::Add.apply(u64::MAX, 2), 1);
        assert_eq!(AmoOp::Swap.apply(1_u32, 2), 2);
        assert_eq!(AmoOp::And.apply(0b1100_u8, 0b1010), 0b1000);
        assert_eq!(AmoOp::Or.apply(0b1100_u16, 0b1010), 0b1110);
        assert_eq!(AmoOp::Xor.apply(0b1100_u32, 0b1010), 0b0110);
    }
}
