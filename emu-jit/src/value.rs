//! What an instruction computes with while it is translated: constants, or values of Cranelift's language. They reach their
//! builder, so that they can have operators.

use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Not, Sub};

use cranelift_codegen::ir::condcodes::{CondCode, IntCC};
use cranelift_codegen::ir::types::{I8, I32, I64};
use cranelift_codegen::ir::{self, InstBuilder};
use emu_core::engine::{Bits, Bool, Narrow, Widen};
use emu_core::word::{W, X};

use crate::emit::Emit;

/// A value's form.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Known now.
    Const(u64),
    /// Known when running.
    Ssa(ir::Value),
}

/// An integer of `BITS` bits.
#[derive(Copy, Clone)]
pub(crate) struct Val<'e, 'f, const BITS: u32> {
    pub(crate) form: Form,
    pub(crate) e: &'e Emit<'f>,
}

/// A truth value's form.
#[derive(Copy, Clone, Debug)]
pub(crate) enum TruthForm {
    /// Known now.
    Const(bool),
    /// A comparison that nobody has asked for as a number yet.
    Compares(IntCC, ir::Value, ir::Value),
    /// 0 or 1 in an `i8`.
    Ssa(ir::Value),
}

/// A truth value.
#[derive(Copy, Clone)]
pub(crate) struct Truth<'e, 'f> {
    pub(crate) form: TruthForm,
    pub(crate) e: &'e Emit<'f>,
}

/// The running engine's word of the same width: what constants are computed with.
macro_rules! running {
    (32, $n:expr) => {
        W($n as u32)
    };
    (64, $n:expr) => {
        X($n)
    };
}

impl<'e, 'f, const BITS: u32> Val<'e, 'f, BITS> {
    fn ty() -> ir::Type {
        if BITS == 32 { I32 } else { I64 }
    }

    /// The value as Cranelift's.
    pub(crate) fn ssa(self) -> ir::Value {
        match self.form {
            Form::Ssa(value) => value,
            Form::Const(n) => {
                let n = if BITS == 32 { n as u32 as i64 } else { n as i64 };
                self.e.b.borrow_mut().ins().iconst(Self::ty(), n)
            }
        }
    }

    fn of(self, value: ir::Value) -> Self {
        Val { form: Form::Ssa(value), e: self.e }
    }

    fn constant(self, n: u64) -> Self {
        Val { form: Form::Const(n), e: self.e }
    }

    fn compare(self, cc: IntCC, rhs: Self) -> Truth<'e, 'f> {
        Truth { form: TruthForm::Compares(cc, self.ssa(), rhs.ssa()), e: self.e }
    }

    fn is(self, n: u64) -> bool {
        self.form == Form::Const(n)
    }

    const ONES: u64 = u64::MAX >> (64 - BITS);
}

impl<'f> Emit<'f> {
    /// Whether `lhs` and `rhs` compare so.
    pub(crate) fn compares(&self, cc: IntCC, lhs: ir::Value, rhs: ir::Value) -> Truth<'_, 'f> {
        Truth { form: TruthForm::Compares(cc, lhs, rhs), e: self }
    }

    /// The same with a constant of the value's type.
    pub(crate) fn compares_with(&self, cc: IntCC, lhs: ir::Value, rhs: i64) -> Truth<'_, 'f> {
        let rhs = {
            let mut b = self.b.borrow_mut();
            let ty = b.func.dfg.value_type(lhs);
            b.ins().iconst(ty, rhs)
        };
        self.compares(cc, lhs, rhs)
    }

    /// Whether a value that is 0 or 1 is 1.
    pub(crate) fn truth(&self, value: ir::Value) -> Truth<'_, 'f> {
        Truth { form: TruthForm::Ssa(value), e: self }
    }
}

impl<'e, 'f> Truth<'e, 'f> {
    /// 0 or 1 in an `i8`.
    pub(crate) fn ssa(self) -> ir::Value {
        let mut b = self.e.b.borrow_mut();
        match self.form {
            TruthForm::Const(known) => b.ins().iconst(I8, known as i64),
            TruthForm::Compares(cc, lhs, rhs) => b.ins().icmp(cc, lhs, rhs),
            TruthForm::Ssa(value) => value,
        }
    }

    fn of(self, value: ir::Value) -> Self {
        Truth { form: TruthForm::Ssa(value), e: self.e }
    }

    fn constant(self, known: bool) -> Self {
        Truth { form: TruthForm::Const(known), e: self.e }
    }
}

impl BitAnd for Truth<'_, '_> {
    type Output = Self;
    fn bitand(self, rhs: Self) -> Self {
        match (self.form, rhs.form) {
            (TruthForm::Const(true), _) => rhs,
            (_, TruthForm::Const(true)) => self,
            (TruthForm::Const(false), _) | (_, TruthForm::Const(false)) => self.constant(false),
            _ => {
                let (lhs, rhs) = (self.ssa(), rhs.ssa());
                self.of(self.e.b.borrow_mut().ins().band(lhs, rhs))
            }
        }
    }
}
impl BitOr for Truth<'_, '_> {
    type Output = Self;
    fn bitor(self, rhs: Self) -> Self {
        !(!self & !rhs)
    }
}
impl BitXor for Truth<'_, '_> {
    type Output = Self;
    fn bitxor(self, rhs: Self) -> Self {
        match (self.form, rhs.form) {
            (TruthForm::Const(false), _) => rhs,
            (_, TruthForm::Const(false)) => self,
            (TruthForm::Const(true), _) => !rhs,
            (_, TruthForm::Const(true)) => !self,
            _ => {
                let (lhs, rhs) = (self.ssa(), rhs.ssa());
                self.of(self.e.b.borrow_mut().ins().bxor(lhs, rhs))
            }
        }
    }
}
impl Not for Truth<'_, '_> {
    type Output = Self;
    fn not(self) -> Self {
        match self.form {
            TruthForm::Const(known) => self.constant(!known),
            TruthForm::Compares(cc, lhs, rhs) => {
                Truth { form: TruthForm::Compares(cc.complement(), lhs, rhs), e: self.e }
            }
            TruthForm::Ssa(value) => {
                let mut b = self.e.b.borrow_mut();
                // One bit in eight: flipping the others would make both answers true.
                let one = b.ins().iconst(I8, 1);
                self.of(b.ins().bxor(value, one))
            }
        }
    }
}
impl Bool for Truth<'_, '_> {}

macro_rules! word {
    ($bits:tt, $running:ident) => {
        word!(@operator $bits, Add, add, iadd, |a, b| {
            if b.is(0) { return a }
            if a.is(0) { return b }
        });
        word!(@operator $bits, Sub, sub, isub, |a, b| {
            if b.is(0) { return a }
            // Sums are what addresses are found in.
            if let Form::Const(n) = b.form { return a + b.constant(n.wrapping_neg() & Self::ONES) }
        });
        word!(@operator $bits, Mul, mul, imul, |a, b| {});
        word!(@operator $bits, BitAnd, bitand, band, |a, b| {
            if b.is(Self::ONES) { return a }
            if a.is(Self::ONES) { return b }
            if let Form::Ssa(value) = a.form && b.is(u32::MAX.into())
                && let Some(narrow) = a.e.as_boxed(value)
            {
                return a.of(a.e.zero_extended(narrow))
            }
        });
        word!(@operator $bits, BitOr, bitor, bor, |a, b| {
            if b.is(0) { return a }
            if a.is(0) { return b }
        });
        word!(@operator $bits, BitXor, bitxor, bxor, |a, b| {
            if b.is(0) { return a }
            if a.is(0) { return b }
        });

        impl Not for Val<'_, '_, $bits> {
            type Output = Self;
            fn not(self) -> Self {
                match self.form {
                    Form::Const(n) => self.constant((!running!($bits, n)).0 as u64),
                    Form::Ssa(value) => self.of(self.e.b.borrow_mut().ins().bnot(value)),
                }
            }
        }

        impl<'e, 'f> Bits for Val<'e, 'f, $bits> {
            type Bool = Truth<'e, 'f>;
            const BITS: u32 = $bits;

            fn like(self, n: i64) -> Self {
                self.constant(n as u64 & Self::ONES)
            }

            word!(@comparison $bits, eq, IntCC::Equal);
            word!(@comparison $bits, lt_u, IntCC::UnsignedLessThan);
            word!(@comparison $bits, lt_s, IntCC::SignedLessThan);

            word!(@shift $bits, shl, ishl_imm_u);
            word!(@shift $bits, shr_u, ushr_imm_u);
            word!(@shift $bits, shr_s, sshr_imm_u, |a, by| {
                if let Form::Ssa(value) = a.form && by == 32 && a.e.as_boxed(value).is_some() {
                    return a.constant(Self::ONES)
                }
            });

            word!(@binary $bits, shl_by, ishl);
            word!(@binary $bits, shr_u_by, ushr);
            word!(@binary $bits, shr_s_by, sshr);
            word!(@binary $bits, rotr_by, rotr);
            word!(@binary $bits, mul_high_u, umulhi);
            word!(@binary $bits, mul_high_s, smulhi);

            fn div_u(self, rhs: Self, if_zero: Self) -> Self {
                self.divide(rhs, if_zero, |b, x, y| b.udiv(x, y), false)
            }
            fn rem_u(self, rhs: Self, if_zero: Self) -> Self {
                self.divide(rhs, if_zero, |b, x, y| b.urem(x, y), false)
            }
            fn div_s(self, rhs: Self, if_zero: Self) -> Self {
                self.divide(rhs, if_zero, |b, x, y| b.sdiv(x, y), true)
            }
            fn rem_s(self, rhs: Self, if_zero: Self) -> Self {
                self.divide(rhs, if_zero, |b, x, y| b.srem(x, y), true)
            }

            word!(@unary $bits, leading_zeros, clz);
            word!(@unary $bits, trailing_zeros, ctz);
            word!(@unary $bits, ones, popcnt);
            word!(@unary $bits, swap_bytes, bswap);
            word!(@unary $bits, reverse_bits, bitrev);

            fn select(cond: Self::Bool, yes: Self, no: Self) -> Self {
                if yes.form == no.form {
                    return yes;
                }
                if let TruthForm::Const(known) = cond.form {
                    return if known { yes } else { no };
                }
                let (cond, yes_ssa, no_ssa) = (cond.ssa(), yes.ssa(), no.ssa());
                yes.of(yes.e.b.borrow_mut().ins().select(cond, yes_ssa, no_ssa))
            }
        }
    };

    (@operator $bits:tt, $trait:ident, $method:ident, $ins:ident, |$a:ident, $b:ident| $shortcut:block) => {
        impl $trait for Val<'_, '_, $bits> {
            type Output = Self;
            #[allow(unused_variables, reason = "not all operators have a shortcut")]
            fn $method(self, rhs: Self) -> Self {
                if let (Form::Const(a), Form::Const(b)) = (self.form, rhs.form) {
                    return self.constant(running!($bits, a).$method(running!($bits, b)).0 as u64);
                }
                let ($a, $b) = (self, rhs);
                $shortcut
                let (lhs, rhs_ssa) = (self.ssa(), rhs.ssa());
                let result = self.of(self.e.b.borrow_mut().ins().$ins(lhs, rhs_ssa));
                word!(@note $trait, self, rhs, result, $bits);
                result
            }
        }
    };
    (@note Add, $a:ident, $b:ident, $result:ident, $bits:tt) => {
        match ($a.form, $b.form, $result.form) {
            (Form::Ssa(a), Form::Const(c), Form::Ssa(sum)) | (Form::Const(c), Form::Ssa(a), Form::Ssa(sum)) => {
                $a.e.note_sum(sum, a, c, $bits);
            }
            _ => {}
        }
    };
    (@note BitOr, $a:ident, $b:ident, $result:ident, 64) => {
        if let (Form::Ssa(a), Form::Const(ones), Form::Ssa(value)) = ($a.form, $b.form, $result.form) {
            $a.e.note_ones(value, a, ones);
        }
    };
    (@note $trait:ident, $a:ident, $b:ident, $result:ident, $bits:tt) => {};

    (@comparison $bits:tt, $method:ident, $cc:expr) => {
        fn $method(self, rhs: Self) -> Truth<'e, 'f> {
            match (self.form, rhs.form) {
                (Form::Const(a), Form::Const(b)) => Truth {
                    form: TruthForm::Const(running!($bits, a).$method(running!($bits, b))),
                    e: self.e,
                },
                _ => self.compare($cc, rhs),
            }
        }
    };
    (@shift $bits:tt, $method:ident, $ins:ident) => {
        word!(@shift $bits, $method, $ins, |a, by| {});
    };
    (@shift $bits:tt, $method:ident, $ins:ident, |$a:ident, $by:ident| $shortcut:block) => {
        fn $method(self, by: u32) -> Self {
            #[allow(unused_variables, reason = "not all shifts have a shortcut")]
            let ($a, $by) = (self, by);
            $shortcut
            match self.form {
                _ if by == 0 => self,
                Form::Const(n) => self.constant(running!($bits, n).$method(by).0 as u64),
                Form::Ssa(value) => self.of(self.e.b.borrow_mut().ins().$ins(value, by as i64)),
            }
        }
    };
    (@binary $bits:tt, $method:ident, $ins:ident) => {
        fn $method(self, rhs: Self) -> Self {
            if let (Form::Const(a), Form::Const(b)) = (self.form, rhs.form) {
                return self.constant(running!($bits, a).$method(running!($bits, b)).0 as u64);
            }
            let (lhs, rhs) = (self.ssa(), rhs.ssa());
            self.of(self.e.b.borrow_mut().ins().$ins(lhs, rhs))
        }
    };
    (@unary $bits:tt, $method:ident, $ins:ident) => {
        fn $method(self) -> Self {
            match self.form {
                Form::Const(n) => self.constant(running!($bits, n).$method().0 as u64),
                Form::Ssa(value) => self.of(self.e.b.borrow_mut().ins().$ins(value)),
            }
        }
    };
}
word!(32, W);
word!(64, X);

type Ins<'short, 'f> = cranelift_frontend::FuncInstBuilder<'short, 'f>;

impl<'f, const BITS: u32> Val<'_, 'f, BITS>
where
    Self: Bits,
{
    /// A division that does not trap: where the host's would, it divides by one instead. By RISC-V's and Arm's rules the
    /// least number divided by -1 is itself and leaves nothing, which is what a division by one gives.
    fn divide(
        self,
        rhs: Self,
        if_zero: Self,
        divide: impl Fn(Ins<'_, 'f>, ir::Value, ir::Value) -> ir::Value,
        signed: bool,
    ) -> Self {
        let e = self.e;
        let (dividend, divisor, if_zero) = (self.ssa(), rhs.ssa(), if_zero.ssa());
        let ty = Self::ty();
        let mut b = e.b.borrow_mut();
        let zero = b.ins().iconst(ty, 0);
        let is_zero = b.ins().icmp(IntCC::Equal, divisor, zero);
        let mut traps = is_zero;
        if signed {
            let minus_one = b.ins().iconst(ty, if BITS == 32 { u32::MAX as i64 } else { -1 });
            let least = b.ins().iconst(ty, if BITS == 32 { 1 << 31 } else { i64::MIN });
            let by_minus_one = b.ins().icmp(IntCC::Equal, divisor, minus_one);
            let of_least = b.ins().icmp(IntCC::Equal, dividend, least);
            let overflows = b.ins().band(by_minus_one, of_least);
            traps = b.ins().bor(is_zero, overflows);
        }
        let one = b.ins().iconst(ty, 1);
        let safe = b.ins().select(traps, one, divisor);
        let result = divide(b.ins(), dividend, safe);
        let result = b.ins().select(is_zero, if_zero, result);
        drop(b);
        self.of(result)
    }
}

impl<'e, 'f> Widen<Val<'e, 'f, 64>> for Val<'e, 'f, 32> {
    fn sext(self) -> Val<'e, 'f, 64> {
        let form = match self.form {
            Form::Const(n) => Form::Const(W(n as u32).sext().0),
            Form::Ssa(value) => Form::Ssa(self.e.b.borrow_mut().ins().sextend(I64, value)),
        };
        Val { form, e: self.e }
    }
    fn zext(self) -> Val<'e, 'f, 64> {
        let form = match self.form {
            Form::Const(n) => Form::Const(n as u32 as u64),
            Form::Ssa(value) => Form::Ssa(self.e.zero_extended(value)),
        };
        Val { form, e: self.e }
    }
}

impl<'e, 'f> Narrow<Val<'e, 'f, 32>> for Val<'e, 'f, 64> {
    fn lo(self) -> Val<'e, 'f, 32> {
        let form = match self.form {
            Form::Const(n) => Form::Const(n as u32 as u64),
            Form::Ssa(value) => Form::Ssa(self.e.low_half(value)),
        };
        Val { form, e: self.e }
    }
}
