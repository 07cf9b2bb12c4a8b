//! Scalar floating point (C4.1.97): what the numbers do is the engine's business, see `crate::float`.
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::flags::{self, holds};
use super::format_simd::*;
use super::fp::{Number, Stopped, XOf, each_unary, enabled, mode, put, raise};
use super::simd_constant;
use super::slots::high;
use super::width::A64;
use crate::engine::*;
use crate::engine::{Fp1 as One, Fp2 as Two};
use crate::float::Round;

/// The sign of a format.
pub(super) const fn sign(fmt: Fmt) -> u64 {
    match fmt {
        Fmt::H => 1 << 15,
        Fmt::S => 1 << 31,
        Fmt::D => 1 << 63,
    }
}
/// All bits of a format.
pub(super) const fn all(fmt: Fmt) -> u64 {
    sign(fmt) | (sign(fmt) - 1)
}

macro_rules! binary {
    ($($name:ident $op:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64, N: Number>(h: H, o: Vvv) -> Exec<H::E> {
            enabled(h)?;
            let (v, flags) = h.fp2(Two::$op, N::FMT, mode(h), h.get(o.vn), h.get(o.vm));
            put(h, o.vd, v);
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
binary! {
    fadd Add; fsub Sub; fmul Mul; fdiv Div; fmax Maximum; fmin Minimum; fmaxnm MaxNum; fminnm MinNum;
    fmulx MulExtended; frecps ReciprocalStep; frsqrts ReciprocalRootStep;
}

#[inline(always)]
pub fn fnmul<H: A64, N: Number>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.fp2(Two::Mul, N::FMT, mode(h), h.get(o.vn), h.get(o.vm));
    put(h, o.vd, v ^ h.x(sign(N::FMT)));
    raise(h, flags);
    Ok(h.next())
}

#[inline(always)]
pub fn fabd<H: A64, N: Number>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.fp2(Two::Sub, N::FMT, mode(h), h.get(o.vn), h.get(o.vm));
    put(h, o.vd, v & h.x(!sign(N::FMT)));
    raise(h, flags);
    Ok(h.next())
}

macro_rules! fused {
    ($($name:ident $negate_product:literal $negate_addend:literal;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64, N: Number>(h: H, o: Fp3) -> Exec<H::E> {
            enabled(h)?;
            let sign = |negate: bool| h.x(if negate { sign(N::FMT) } else { 0 });
            let (a, c) = (h.get(o.vn) ^ sign($negate_product), h.get(o.va) ^ sign($negate_addend));
            let (v, flags) = h.fp_fma(N::FMT, mode(h), a, h.get(o.vm), c);
            put(h, o.vd, v);
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
fused! { fmadd false false; fmsub true false; fnmadd true true; fnmsub false true; }

macro_rules! unary {
    ($($name:ident |$h:ident, $mode:ident, $v:ident| $result:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64, N: Number>($h: H, o: Vv) -> Exec<H::E> {
            enabled($h)?;
            let ($mode, $v) = (mode($h), $h.get(o.vn));
            let (v, flags) = $result;
            put($h, o.vd, v);
            raise($h, flags);
            Ok($h.next())
        })*
    };
}
each_unary!(unary);
unary! {
    frecpx |h, mode, v| h.fp1(One::ReciprocalExponent, N::FMT, mode, v);
}

macro_rules! moves {
    ($($name:ident |$h:ident, $v:ident| $result:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64, N: Number>($h: H, o: Vv) -> Exec<H::E> {
            enabled($h)?;
            let $v = $h.get(o.vn) & $h.x(all(N::FMT));
            put($h, o.vd, $result);
            Ok($h.next())
        })*
    };
}
moves! {
    fmov |h, v| v;
    fabs |h, v| v & h.x(!sign(N::FMT));
    fneg |h, v| v ^ h.x(sign(N::FMT));
}

#[inline(always)]
pub fn fmov_imm<H: A64, N: Number>(h: H, o: FpImm) -> Exec<H::E> {
    enabled(h)?;
    put(h, o.vd, h.x(simd_constant::number(N::FMT, o.imm)));
    Ok(h.next())
}

/// FCVT from `N` to `M`.
#[inline(always)]
pub fn fcvt<H: A64, N: Number, M: Number>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.fp_to_fp(N::FMT, M::FMT, mode(h), h.get(o.vn));
    put(h, o.vd, v);
    raise(h, flags);
    Ok(h.next())
}

/// FCVTXN, a scalar.
#[inline(always)]
pub fn fcvtxn<H: A64>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let mode = FpMode { round: Round::Odd, ..mode(h) };
    let (v, flags) = h.fp_to_fp(Fmt::D, Fmt::S, mode, h.get(o.vn));
    put(h, o.vd, v);
    raise(h, flags);
    Ok(h.next())
}

/// How two numbers compare: less, equal, unordered; and the flags. Quiet NaNs are invalid only if it signals.
#[inline(always)]
fn compared<H: A64, N: Number>(h: H, signals: bool, a: XOf<H>, b: XOf<H>) -> ([<H::E as Engine>::B; 3], XOf<H>) {
    let mode = mode(h);
    let (less, flags) = h.fp_cmp(if signals { FpCmp::Lt } else { FpCmp::LtQuiet }, N::FMT, mode, a, b);
    let (equal, _) = h.fp_cmp(FpCmp::Eq, N::FMT, mode, a, b);
    let (unordered, _) = h.fp_cmp(FpCmp::Unordered, N::FMT, mode, a, b);
    ([less, equal, unordered], flags)
}

macro_rules! comparisons {
    ($($name:ident $zero:ident $cond:ident $signals:literal;)*) => {
        $(
            #[inline(always)]
            pub fn $name<H: A64, N: Number>(h: H, o: FpCompare) -> Exec<H::E> {
                enabled(h)?;
                let (how, fp_flags) = compared::<H, N>(h, $signals, h.get(o.vn), h.get(o.vm));
                flags::of_numbers(h, how);
                raise(h, fp_flags);
                Ok(h.next())
            }
            #[inline(always)]
            pub fn $zero<H: A64, N: Number>(h: H, o: FpCompare) -> Exec<H::E> {
                enabled(h)?;
                let (how, fp_flags) = compared::<H, N>(h, $signals, h.get(o.vn), h.x(0));
                flags::of_numbers(h, how);
                raise(h, fp_flags);
                Ok(h.next())
            }
            /// Nothing is compared, and nothing raised, unless the condition holds.
            #[inline(always)]
            pub fn $cond<H: A64, N: Number>(h: H, o: FpCompareIf) -> Exec<H::E> {
                enabled(h)?;
                let holds = holds(h, o.cond);
                let (how, fp_flags) = compared::<H, N>(h, $signals, h.get(o.vn), h.get(o.vm));
                flags::of_numbers_if(h, holds, how, o.nzcv);
                raise(h, Bits::select(holds, fp_flags, h.x(0)));
                Ok(h.next())
            }
        )*
    };
}
comparisons! { fcmp fcmp_zero fccmp false; fcmpe fcmpe_zero fccmpe true; }

#[inline(always)]
pub fn fcsel<H: A64, N: Number>(h: H, o: Vi2) -> Exec<H::E> {
    enabled(h)?;
    let v = Bits::select(holds(h, o.imm), h.get(o.vn), h.get(o.vm));
    put(h, o.vd, v & h.x(all(N::FMT)));
    Ok(h.next())
}

/// The integers that a general register holds, by `sf` and whether they have a sign.
const fn general(sf: u8, signed: bool) -> Int {
    match (sf, signed) {
        (0, true) => Int::I32,
        (0, false) => Int::U32,
        (_, true) => Int::I64,
        (_, false) => Int::U64,
    }
}

#[inline(always)]
fn to_general<H: A64, N: Number>(h: H, o: FpToGeneral, signed: bool, round: Round) -> Stopped<H, ()> {
    enabled(h)?;
    let mode = FpMode { round, ..mode(h) };
    let (v, flags) = h.fp_to_int(N::FMT, general(o.sf, signed), mode, o.imm, h.get(o.vn));
    h.set(o.rd, if o.sf == 0 { v.lo().zext() } else { v });
    raise(h, flags);
    Ok(())
}

macro_rules! to_integers {
    ($($name:ident $signed:literal $round:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64, N: Number>(h: H, o: FpToGeneral) -> Exec<H::E> {
            to_general::<H, N>(h, o, $signed, Round::$round)?;
            Ok(h.next())
        })*
    };
}
to_integers! {
    fcvtns true NearestEven; fcvtnu false NearestEven; fcvtps true Up; fcvtpu false Up; fcvtms true Down;
    fcvtmu false Down; fcvtzs true TowardZero; fcvtzu false TowardZero; fcvtas true NearestAway; fcvtau false NearestAway;
}

macro_rules! from_integers {
    ($($name:ident $signed:literal;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64, N: Number>(h: H, o: FpFromGeneral) -> Exec<H::E> {
            enabled(h)?;
            let (v, flags) = h.int_to_fp(general(o.sf, $signed), N::FMT, mode(h), o.imm, h.get(o.rn));
            put(h, o.vd, v);
            raise(h, flags);
            Ok(h.next())
        })*
    };
}
from_integers! { scvtf true; ucvtf false; }

/// The flags say whether the result is exact.
#[inline(always)]
pub fn fjcvtzs<H: A64>(h: H, o: FpToGeneral) -> Exec<H::E> {
    enabled(h)?;
    let (v, fp_flags) = h.fp1(One::Int32Modulo, Fmt::D, mode(h), h.get(o.vn));
    h.set(o.rd, v.lo().zext());
    let exact = !v.shr_u(32).eq(h.x(0));
    flags::zero_if(h, exact);
    raise(h, fp_flags);
    Ok(h.next())
}

#[inline(always)]
pub fn fmov_to_general<H: A64, N: Number>(h: H, o: FpToGeneral) -> Exec<H::E> {
    enabled(h)?;
    h.set(o.rd, h.get(o.vn) & h.x(all(N::FMT)));
    Ok(h.next())
}

#[inline(always)]
pub fn fmov_from_general<H: A64, N: Number>(h: H, o: FpFromGeneral) -> Exec<H::E> {
    enabled(h)?;
    put(h, o.vd, h.get(o.rn) & h.x(all(N::FMT)));
    Ok(h.next())
}

#[inline(always)]
pub fn fmov_upper_to_general<H: A64>(h: H, o: FpToGeneral) -> Exec<H::E> {
    enabled(h)?;
    h.set(o.rd, h.get(high(o.vn)));
    Ok(h.next())
}

#[inline(always)]
pub fn fmov_upper_from_general<H: A64>(h: H, o: FpFromGeneral) -> Exec<H::E> {
    enabled(h)?;
    h.set(high(o.vd), h.get(o.rn));
    Ok(h.next())
}
