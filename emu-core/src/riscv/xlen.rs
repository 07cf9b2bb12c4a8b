//! RV32 and RV64 from one meaning: a view of an engine in which registers are XLEN bits wide.

use crate::engine::*;
use crate::slot::Slot;
use std::ops::Deref;

/// What RISC-V says often, on top of any engine, at one XLEN. Registers of RV32 are zero-extended in their slots.
pub trait Rv: Copy + Deref<Target = Self::E> {
    /// The engine below.
    type E: Engine;
    /// A register's value.
    type V: Bits<Bool = <Self::E as Engine>::B>;

    /// Reads a register.
    fn r(self, r: Slot) -> Self::V;
    /// Writes a register.
    fn put(self, r: Slot, v: Self::V);
    /// A sign-extended constant.
    fn imm(self, n: i64) -> Self::V;
    /// Zero-extended to 64 bits: addresses and stored values.
    fn x_of(self, v: Self::V) -> <Self::E as Engine>::X;
    /// Sign-extended to 64 bits.
    fn sx_of(self, v: Self::V) -> <Self::E as Engine>::X;
    /// The low XLEN bits.
    fn of_x(self, x: <Self::E as Engine>::X) -> Self::V;
    /// The low 32 bits.
    fn w_of(self, v: Self::V) -> <Self::E as Engine>::W;
    /// A 32-bit value, sign-extended.
    fn of_w(self, w: <Self::E as Engine>::W) -> Self::V;
    /// An address XLEN bits wide.
    fn wrap(self, address: u64) -> u64;

    /// 1 for true, 0 for false.
    #[inline(always)]
    fn bit(self, b: <Self::E as Engine>::B) -> Self::V {
        self.of_x(self.b2x(b))
    }
    /// True.
    #[inline(always)]
    fn yes(self) -> <Self::E as Engine>::B {
        let zero = self.imm(0);
        zero.eq(zero)
    }
    /// `offset` bytes from this instruction.
    #[inline(always)]
    fn near(self, offset: i32) -> u64 {
        self.wrap(self.pc().wrapping_add(offset as i64 as u64))
    }
    /// The address after this instruction.
    #[inline(always)]
    fn after(self) -> u64 {
        self.wrap(self.pc().wrapping_add(self.insn_bytes()))
    }
    /// The virtual address `base + offset`.
    #[inline(always)]
    fn at(self, base: Slot, offset: i32) -> <Self::E as Engine>::X {
        self.x_of(self.r(base) + self.imm(offset as i64))
    }
}

/// The view with 32-bit registers.
pub struct Rv32<'e, E>(pub &'e E);
/// The view with 64-bit registers.
pub struct Rv64<'e, E>(pub &'e E);

macro_rules! view {
    ($name:ident) => {
        impl<E> Copy for $name<'_, E> {}
        impl<E> Clone for $name<'_, E> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<E> Deref for $name<'_, E> {
            type Target = E;
            #[inline(always)]
            fn deref(&self) -> &E {
                self.0
            }
        }
    };
}
view!(Rv32);
view!(Rv64);

impl<E: Engine> Rv for Rv32<'_, E> {
    type E = E;
    type V = E::W;
    #[inline(always)]
    fn r(self, r: Slot) -> E::W {
        self.get(r).lo()
    }
    #[inline(always)]
    fn put(self, r: Slot, v: E::W) {
        self.set(r, v.zext())
    }
    #[inline(always)]
    fn imm(self, n: i64) -> E::W {
        self.w(n as u32)
    }
    #[inline(always)]
    fn x_of(self, v: E::W) -> E::X {
        v.zext()
    }
    #[inline(always)]
    fn sx_of(self, v: E::W) -> E::X {
        v.sext()
    }
    #[inline(always)]
    fn of_x(self, x: E::X) -> E::W {
        x.lo()
    }
    #[inline(always)]
    fn w_of(self, v: E::W) -> E::W {
        v
    }
    #[inline(always)]
    fn of_w(self, w: E::W) -> E::W {
        w
    }
    #[inline(always)]
    fn wrap(self, address: u64) -> u64 {
        address as u32 as u64
    }
}

impl<E: Engine> Rv for Rv64<'_, E> {
    type E = E;
    type V = E::X;
    #[inline(always)]
    fn r(self, r: Slot) -> E::X {
        self.get(r)
    }
    #[inline(always)]
    fn put(self, r: Slot, v: E::X) {
        self.set(r, v)
    }
    #[inline(always)]
    fn imm(self, n: i64) -> E::X {
        self.x(n as u64)
    }
    #[inline(always)]
    fn x_of(self, v: E::X) -> E::X {
        v
    }
    #[inline(always)]
    fn sx_of(self, v: E::X) -> E::X {
        v
    }
    #[inline(always)]
    fn of_x(self, x: E::X) -> E::X {
        x
    }
    #[inline(always)]
    fn w_of(self, v: E::X) -> E::W {
        v.lo()
    }
    #[inline(always)]
    fn of_w(self, w: E::W) -> E::X {
        w.sext()
    }
    #[inline(always)]
    fn wrap(self, address: u64) -> u64 {
        address
    }
}
