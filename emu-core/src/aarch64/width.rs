//! `Wn` and `Xn`: one meaning for both widths of a register, over any engine.

use crate::engine::*;
use crate::slot::Slot;
use std::ops::Deref;

/// What AArch64 says often, on top of any engine.
pub trait A64: Copy + Deref<Target = Self::E> {
    /// The engine below.
    type E: Engine;

    /// `offset` bytes from this instruction.
    #[inline(always)]
    fn near(self, offset: i32) -> u64 {
        self.pc().wrapping_add_signed(offset.into())
    }
    /// A sign-extended constant.
    #[inline(always)]
    fn imm(self, n: i64) -> <Self::E as Engine>::X {
        self.x(n as u64)
    }
    /// True.
    #[inline(always)]
    fn yes(self) -> <Self::E as Engine>::B {
        let zero = self.x(0);
        zero.eq(zero)
    }
}

/// The only view: AArch64 has one state.
pub struct View<'e, E>(pub &'e E);

impl<E> Copy for View<'_, E> {}
impl<E> Clone for View<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Deref for View<'_, E> {
    type Target = E;
    #[inline(always)]
    fn deref(&self) -> &E {
        self.0
    }
}
impl<E: Engine> A64 for View<'_, E> {
    type E = E;
}

/// How much of a register an instruction means: [`W`] or [`X`].
pub trait Width<E: Engine> {
    /// A value of that width.
    type V: Bits<Bool = E::B>;

    /// The constant `n`, cut to the width.
    fn n(e: &E, n: u64) -> Self::V;
    /// The register's low bits.
    fn of(x: E::X) -> Self::V;
    /// Zero-extended: what a register holds after a write.
    fn x(v: Self::V) -> E::X;
    /// Sign-extended.
    fn sx(v: Self::V) -> E::X;
    /// Two values that were compared.
    fn compared(a: Self::V, b: Self::V) -> Compared<E::W, E::X>;

    /// Reads a register.
    #[inline(always)]
    fn get(e: &E, r: Slot) -> Self::V {
        Self::of(e.get(r))
    }
    /// Writes a register. Of a 32-bit write the upper half becomes zero.
    #[inline(always)]
    fn set(e: &E, r: Slot, v: Self::V) {
        e.set(r, Self::x(v));
    }
}

/// 32 bits.
pub enum W {}
/// 64 bits.
pub enum X {}

impl<E: Engine> Width<E> for W {
    type V = E::W;
    #[inline(always)]
    fn n(e: &E, n: u64) -> E::W {
        e.w(n as u32)
    }
    #[inline(always)]
    fn of(x: E::X) -> E::W {
        x.lo()
    }
    #[inline(always)]
    fn x(v: E::W) -> E::X {
        v.zext()
    }
    #[inline(always)]
    fn sx(v: E::W) -> E::X {
        v.sext()
    }
    #[inline(always)]
    fn compared(a: E::W, b: E::W) -> Compared<E::W, E::X> {
        Compared::W(a, b)
    }
}

impl<E: Engine> Width<E> for X {
    type V = E::X;
    #[inline(always)]
    fn n(e: &E, n: u64) -> E::X {
        e.x(n)
    }
    #[inline(always)]
    fn of(x: E::X) -> E::X {
        x
    }
    #[inline(always)]
    fn x(v: E::X) -> E::X {
        v
    }
    #[inline(always)]
    fn sx(v: E::X) -> E::X {
        v
    }
    #[inline(always)]
    fn compared(a: E::X, b: E::X) -> Compared<E::W, E::X> {
        Compared::X(a, b)
    }
}
