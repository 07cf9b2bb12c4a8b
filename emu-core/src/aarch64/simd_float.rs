//! Advanced SIMD on floating-point numbers (C4.1.96): scalar arithmetic, lane by lane. Flags are those of all lanes together.
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::float::{all, sign};
use super::format_simd::*;
use super::fp::{
    BOf, Number, VOf, XOf, each_unary, element, enabled, mode, part, put, raise, read, read_whole, write, write_part,
};
use super::width::A64;
use crate::engine::*;
use crate::engine::{Fp1 as One, Fp2 as Two};
use crate::float::Round;
use crate::slot::Slot;

/// A vector of 64 or 128 bits, lane by lane, and the flags of all lanes. What `lane` gives has zeros above it.
#[inline]
fn lanes<H: A64>(h: H, lane: Lane, q: u8, mut of: impl FnMut(u32) -> (XOf<H>, XOf<H>)) -> (VOf<H>, XOf<H>) {
    let (mut halves, mut flags) = ([h.x(0); 2], h.x(0));
    for i in 0..(64 << (q & 1)) / lane.bits() {
        let (v, raised) = of(i);
        let at = i * lane.bits();
        let half = &mut halves[(at >> 6) as usize & 1];
        *half = *half | v.shl(at & 63);
        flags = flags | raised;
    }
    (h.v_of(halves[0], halves[1]), flags)
}

/// What all lanes give at once, which raises nothing, or what they give one by one.
#[inline]
fn at_once<H: A64>(
    h: H,
    v: Option<VOf<H>>,
    (lane, q): (Lane, u8),
    of: impl FnMut(u32) -> (XOf<H>, XOf<H>),
) -> (VOf<H>, XOf<H>) {
    v.map_or_else(|| lanes(h, lane, q, of), |v| (v, h.x(0)))
}

/// All bits of two vectors.
#[inline]
fn both<H: A64>(h: H, n: Slot, m: Slot, q: u8) -> (VOf<H>, VOf<H>) {
    (read_whole(h, n, q), read_whole(h, m, q))
}

/// The same bits of 64 in both halves.
#[inline]
fn twice<H: A64>(h: H, bits: u64) -> VOf<H> {
    h.v_of(h.x(bits), h.x(bits))
}

/// Vectors without their signs.
#[inline]
fn magnitudes<H: A64, N: Number>(h: H, v: VOf<H>) -> VOf<H> {
    h.v2(V2::And, N::LANE, v, twice(h, !N::LANE.repeat(sign(N::FMT)))).0
}

/// A vector with other signs, if `negative`.
#[inline]
fn signed<H: A64, N: Number>(h: H, v: VOf<H>, negative: bool) -> VOf<H> {
    if negative { h.v2(V2::Eor, N::LANE, v, twice(h, N::LANE.repeat(sign(N::FMT)))).0 } else { v }
}

/// Ones in a lane, or zeros.
#[inline]
fn ones_if<H: A64>(h: H, fmt: Fmt, cond: BOf<H>) -> XOf<H> {
    Bits::select(cond, h.x(all(fmt)), h.x(0))
}

/// Two operands, from wherever: vectors, elements, zero, scalars.
type Pair<H> = (XOf<H>, XOf<H>);

#[inline]
fn vectors<H: A64, N: Number>(h: H, n: Slot, m: Slot, i: u32) -> Pair<H> {
    (element(h, n, N::LANE, i), element(h, m, N::LANE, i))
}

/// Operands that are neighbours: first all of one register, then of the other.
#[inline]
fn neighbours<H: A64, N: Number>(h: H, o: Vvv, i: u32) -> Pair<H> {
    let half = (32 << (o.q & 1)) / N::LANE.bits();
    let (r, i) = if i < half { (o.vn, i) } else { (o.vm, i - half) };
    (element(h, r, N::LANE, 2 * i), element(h, r, N::LANE, 2 * i + 1))
}

macro_rules! arithmetic {
    ($($name:ident $pairs:ident $by_element:ident $op:ident;)*) => {
        $(
            #[inline]
            pub fn $name<H: A64, N: Number>(h: H, o: Vvv) -> Exec<H::E> {
                enabled(h)?;
                let mode = mode(h);
                let (a, b) = both(h, o.vn, o.vm, o.q);
                let all = h.v_fp2(Two::$op, N::FMT, mode, a, b);
                let (v, flags) = at_once(h, all, (N::LANE, o.q), |i| {
                    let (a, b) = vectors::<H, N>(h, o.vn, o.vm, i);
                    h.fp2(Two::$op, N::FMT, mode, a, b)
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $pairs<H: A64, N: Number>(h: H, o: Vvv) -> Exec<H::E> {
                enabled(h)?;
                let mode = mode(h);
                let (v, flags) = lanes(h, N::LANE, o.q, |i| {
                    let (a, b) = neighbours::<H, N>(h, o, i);
                    h.fp2(Two::$op, N::FMT, mode, a, b)
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $by_element<H: A64, N: Number>(h: H, o: Ve) -> Exec<H::E> {
                enabled(h)?;
                let (mode, b) = (mode(h), element(h, o.vm, N::LANE, o.index.into()));
                let all = h.v_fp2(Two::$op, N::FMT, mode, read_whole(h, o.vn, o.q), h.v_splat(N::LANE, b));
                let (v, flags) = at_once(h, all, (N::LANE, o.q), |i| {
                    h.fp2(Two::$op, N::FMT, mode, element(h, o.vn, N::LANE, i), b)
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
        )*
    };
}
arithmetic! {
    fadd faddp fadd_element Add; fsub fsubp fsub_element Sub; fmul fmulp fmul_element Mul; fdiv fdivp fdiv_element Div;
    fmax fmaxp fmax_element Maximum; fmin fminp fmin_element Minimum; fmaxnm fmaxnmp fmaxnm_element MaxNum;
    fminnm fminnmp fminnm_element MinNum; fmulx fmulxp fmulx_element MulExtended;
    frecps frecpsp frecps_element ReciprocalStep; frsqrts frsqrtsp frsqrts_element ReciprocalRootStep;
}

/// A scalar by an element.
#[inline]
fn lone_by_element<H: A64, N: Number>(h: H, o: Ve, op: Two) {
    let (v, flags) = h.fp2(op, N::FMT, mode(h), h.get(o.vn), element(h, o.vm, N::LANE, o.index.into()));
    put(h, o.vd, v);
    raise(h, flags);
}

#[inline]
pub fn lone_fmul_element<H: A64, N: Number>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    lone_by_element::<H, N>(h, o, Two::Mul);
    Ok(h.next())
}

#[inline]
pub fn lone_fmulx_element<H: A64, N: Number>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    lone_by_element::<H, N>(h, o, Two::MulExtended);
    Ok(h.next())
}

#[inline]
pub fn fabd<H: A64, N: Number>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let mode = mode(h);
    let (a, b) = both(h, o.vn, o.vm, o.q);
    let all = h.v_fp2(Two::Sub, N::FMT, mode, a, b).map(|v| magnitudes::<H, N>(h, v));
    let (v, flags) = at_once(h, all, (N::LANE, o.q), |i| {
        let (a, b) = vectors::<H, N>(h, o.vn, o.vm, i);
        let (v, flags) = h.fp2(Two::Sub, N::FMT, mode, a, b);
        (v & h.x(!sign(N::FMT)), flags)
    });
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

macro_rules! fused {
    ($($name:ident $by_element:ident $lone:ident $negative:literal;)*) => {
        $(
            #[inline]
            pub fn $name<H: A64, N: Number>(h: H, o: Vvv) -> Exec<H::E> {
                enabled(h)?;
                let (mode, sign) = (mode(h), h.x(if $negative { sign(N::FMT) } else { 0 }));
                let (a, b) = both(h, o.vn, o.vm, o.q);
                let a = signed::<H, N>(h, a, $negative);
                let all = h.v_fp_fma(N::FMT, mode, a, b, read_whole(h, o.vd, o.q));
                let (v, flags) = at_once(h, all, (N::LANE, o.q), |i| {
                    let (a, b) = vectors::<H, N>(h, o.vn, o.vm, i);
                    h.fp_fma(N::FMT, mode, a ^ sign, b, element(h, o.vd, N::LANE, i))
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $by_element<H: A64, N: Number>(h: H, o: Ve) -> Exec<H::E> {
                enabled(h)?;
                let (mode, sign) = (mode(h), h.x(if $negative { sign(N::FMT) } else { 0 }));
                let b = element(h, o.vm, N::LANE, o.index.into());
                let a = signed::<H, N>(h, read_whole(h, o.vn, o.q), $negative);
                let all = h.v_fp_fma(N::FMT, mode, a, h.v_splat(N::LANE, b), read_whole(h, o.vd, o.q));
                let (v, flags) = at_once(h, all, (N::LANE, o.q), |i| {
                    let a = element(h, o.vn, N::LANE, i);
                    h.fp_fma(N::FMT, mode, a ^ sign, b, element(h, o.vd, N::LANE, i))
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $lone<H: A64, N: Number>(h: H, o: Ve) -> Exec<H::E> {
                enabled(h)?;
                let sign = h.x(if $negative { sign(N::FMT) } else { 0 });
                let b = element(h, o.vm, N::LANE, o.index.into());
                let (v, flags) = h.fp_fma(N::FMT, mode(h), h.get(o.vn) ^ sign, b, h.get(o.vd));
                put(h, o.vd, v);
                raise(h, flags);
                Ok(h.next())
            }
        )*
    };
}
fused! { fmla fmla_element lone_fmla_element false; fmls fmls_element lone_fmls_element true; }

/// A comparison, by its two operands: greater is less the other way round.
macro_rules! comparisons {
    ($($name:ident $lone:ident $op:ident |$h:ident, $a:ident, $b:ident| ($x:expr, $y:expr) ($all_x:expr, $all_y:expr);)*) => {
        $(
            #[inline]
            pub fn $name<H: A64, N: Number>($h: H, o: Vvv) -> Exec<H::E> {
                enabled($h)?;
                let mode = mode($h);
                let ($a, $b) = both($h, o.vn, o.vm, o.q);
                let all = $h.v_fp_cmp(FpCmp::$op, N::FMT, mode, $all_x, $all_y);
                let (v, flags) = at_once($h, all, (N::LANE, o.q), |i| {
                    let ($a, $b) = vectors::<H, N>($h, o.vn, o.vm, i);
                    let (holds, flags) = $h.fp_cmp(FpCmp::$op, N::FMT, mode, $x, $y);
                    (ones_if($h, N::FMT, holds), flags)
                });
                write($h, o.vd, o.q, v);
                raise($h, flags);
                Ok($h.next())
            }
            #[inline]
            pub fn $lone<H: A64, N: Number>($h: H, o: Vvv) -> Exec<H::E> {
                enabled($h)?;
                let ($a, $b) = ($h.get(o.vn), $h.get(o.vm));
                let (holds, flags) = $h.fp_cmp(FpCmp::$op, N::FMT, mode($h), $x, $y);
                put($h, o.vd, ones_if($h, N::FMT, holds));
                raise($h, flags);
                Ok($h.next())
            }
        )*
    };
}
comparisons! {
    fcmeq lone_fcmeq Eq |h, a, b| (a, b) (a, b);
    fcmge lone_fcmge Le |h, a, b| (b, a) (b, a);
    fcmgt lone_fcmgt Lt |h, a, b| (b, a) (b, a);
    facge lone_facge Le |h, a, b|
        (b & h.x(!sign(N::FMT)), a & h.x(!sign(N::FMT))) (magnitudes::<H, N>(h, b), magnitudes::<H, N>(h, a));
    facgt lone_facgt Lt |h, a, b|
        (b & h.x(!sign(N::FMT)), a & h.x(!sign(N::FMT))) (magnitudes::<H, N>(h, b), magnitudes::<H, N>(h, a));
}

macro_rules! comparisons_with_zero {
    ($($name:ident $lone:ident $op:ident |$a:ident, $zero:ident| ($x:expr, $y:expr);)*) => {
        $(
            #[inline]
            pub fn $name<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
                enabled(h)?;
                let mode = mode(h);
                let ($a, $zero) = (read_whole(h, o.vn, o.q), twice(h, 0));
                let all = h.v_fp_cmp(FpCmp::$op, N::FMT, mode, $x, $y);
                let $zero = h.x(0);
                let (v, flags) = at_once(h, all, (N::LANE, o.q), |i| {
                    let $a = element(h, o.vn, N::LANE, i);
                    let (holds, flags) = h.fp_cmp(FpCmp::$op, N::FMT, mode, $x, $y);
                    (ones_if(h, N::FMT, holds), flags)
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $lone<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
                enabled(h)?;
                let ($a, $zero) = (h.get(o.vn), h.x(0));
                let (holds, flags) = h.fp_cmp(FpCmp::$op, N::FMT, mode(h), $x, $y);
                put(h, o.vd, ones_if(h, N::FMT, holds));
                raise(h, flags);
                Ok(h.next())
            }
        )*
    };
}
comparisons_with_zero! {
    fcmeq_zero lone_fcmeq_zero Eq |a, zero| (a, zero);
    fcmge_zero lone_fcmge_zero Le |a, zero| (zero, a);
    fcmgt_zero lone_fcmgt_zero Lt |a, zero| (zero, a);
    fcmle_zero lone_fcmle_zero Le |a, zero| (a, zero);
    fcmlt_zero lone_fcmlt_zero Lt |a, zero| (a, zero);
}

macro_rules! unary {
    ($($name:ident |$h:ident, $mode:ident, $v:ident| $result:expr;)*) => {
        $(#[inline]
        pub fn $name<H: A64, N: Number>($h: H, o: Vv) -> Exec<H::E> {
            enabled($h)?;
            let $mode = mode($h);
            let (v, flags) = lanes($h, N::LANE, o.q, |i| {
                let $v = element($h, o.vn, N::LANE, i);
                $result
            });
            write($h, o.vd, o.q, v);
            raise($h, flags);
            Ok($h.next())
        })*
    };
}
each_unary!(unary);

#[inline]
pub fn fabs<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    write(h, o.vd, o.q, magnitudes::<H, N>(h, read(h, o.vn, o.q)));
    Ok(h.next())
}

#[inline]
pub fn fneg<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    write(h, o.vd, o.q, signed::<H, N>(h, read(h, o.vn, o.q), true));
    Ok(h.next())
}

// Conversions. Integers have the width of the numbers.

/// Zeros above the lane.
#[inline]
fn cut<H: A64>(h: H, lane: Lane, v: XOf<H>) -> XOf<H> {
    if lane == Lane::D { v } else { v & h.x(lane.mask()) }
}

macro_rules! to_integers {
    ($($name:ident $lone:ident $unsigned:literal $round:ident;)*) => {
        $(
            #[inline]
            pub fn $name<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
                enabled(h)?;
                let mode = FpMode { round: Round::$round, ..mode(h) };
                let all = h.v_fp_to_int(N::FMT, N::INTS[$unsigned], mode, read_whole(h, o.vn, o.q));
                let (v, flags) = at_once(h, all, (N::LANE, o.q), |i| {
                    let (v, flags) = h.fp_to_int(N::FMT, N::INTS[$unsigned], mode, 0, element(h, o.vn, N::LANE, i));
                    (cut(h, N::LANE, v), flags)
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $lone<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
                enabled(h)?;
                let mode = FpMode { round: Round::$round, ..mode(h) };
                let (v, flags) = h.fp_to_int(N::FMT, N::INTS[$unsigned], mode, 0, h.get(o.vn));
                put(h, o.vd, cut(h, N::LANE, v));
                raise(h, flags);
                Ok(h.next())
            }
        )*
    };
}
to_integers! {
    fcvtns lone_fcvtns 0 NearestEven; fcvtnu lone_fcvtnu 1 NearestEven; fcvtps lone_fcvtps 0 Up; fcvtpu lone_fcvtpu 1 Up;
    fcvtms lone_fcvtms 0 Down; fcvtmu lone_fcvtmu 1 Down; fcvtzs lone_fcvtzs 0 TowardZero;
    fcvtzu lone_fcvtzu 1 TowardZero; fcvtas lone_fcvtas 0 NearestAway; fcvtau lone_fcvtau 1 NearestAway;
}

macro_rules! from_integers {
    ($($name:ident $lone:ident $fixed:ident $lone_fixed:ident $to_fixed:ident $lone_to_fixed:ident $unsigned:literal;)*) => {
        $(
            #[inline]
            pub fn $name<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
                enabled(h)?;
                let mode = mode(h);
                let all = h.v_int_to_fp(N::INTS[$unsigned], N::FMT, mode, read_whole(h, o.vn, o.q));
                let (v, flags) = at_once(h, all, (N::LANE, o.q), |i| {
                    h.int_to_fp(N::INTS[$unsigned], N::FMT, mode, 0, element(h, o.vn, N::LANE, i))
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $lone<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
                enabled(h)?;
                let (v, flags) = h.int_to_fp(N::INTS[$unsigned], N::FMT, mode(h), 0, h.get(o.vn));
                put(h, o.vd, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $fixed<H: A64, N: Number>(h: H, o: Vi) -> Exec<H::E> {
                enabled(h)?;
                let mode = mode(h);
                let (v, flags) = lanes(h, N::LANE, o.q, |i| {
                    h.int_to_fp(N::INTS[$unsigned], N::FMT, mode, o.imm, element(h, o.vn, N::LANE, i))
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $lone_fixed<H: A64, N: Number>(h: H, o: Vi) -> Exec<H::E> {
                enabled(h)?;
                let (v, flags) = h.int_to_fp(N::INTS[$unsigned], N::FMT, mode(h), o.imm, h.get(o.vn));
                put(h, o.vd, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $to_fixed<H: A64, N: Number>(h: H, o: Vi) -> Exec<H::E> {
                enabled(h)?;
                let mode = FpMode { round: Round::TowardZero, ..mode(h) };
                let (v, flags) = lanes(h, N::LANE, o.q, |i| {
                    let (v, flags) = h.fp_to_int(N::FMT, N::INTS[$unsigned], mode, o.imm, element(h, o.vn, N::LANE, i));
                    (cut(h, N::LANE, v), flags)
                });
                write(h, o.vd, o.q, v);
                raise(h, flags);
                Ok(h.next())
            }
            #[inline]
            pub fn $lone_to_fixed<H: A64, N: Number>(h: H, o: Vi) -> Exec<H::E> {
                enabled(h)?;
                let mode = FpMode { round: Round::TowardZero, ..mode(h) };
                let (v, flags) = h.fp_to_int(N::FMT, N::INTS[$unsigned], mode, o.imm, h.get(o.vn));
                put(h, o.vd, cut(h, N::LANE, v));
                raise(h, flags);
                Ok(h.next())
            }
        )*
    };
}
from_integers! {
    scvtf lone_scvtf scvtf_fixed lone_scvtf_fixed fcvtzs_fixed lone_fcvtzs_fixed 0;
    ucvtf lone_ucvtf ucvtf_fixed lone_ucvtf_fixed fcvtzu_fixed lone_fcvtzu_fixed 1;
}

/// FCVTL from `N` to `M`.
#[inline]
pub fn fcvtl<H: A64, N: Number, M: Number>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (mode, narrow) = (mode(h), h.half(part(h, o.vn, o.q), 0));
    let (v, flags) = lanes(h, M::LANE, 1, |i| h.fp_to_fp(N::FMT, M::FMT, mode, narrow.shr_u(i * N::LANE.bits())));
    write(h, o.vd, 1, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
fn narrowed<H: A64, N: Number, M: Number>(h: H, o: Vv, mode: FpMode) {
    let (v, flags) = lanes(h, M::LANE, 0, |i| h.fp_to_fp(N::FMT, M::FMT, mode, element(h, o.vn, N::LANE, i)));
    write_part(h, o.vd, o.q, v);
    raise(h, flags);
}

/// FCVTN from `N` to `M`.
#[inline]
pub fn fcvtn<H: A64, N: Number, M: Number>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    narrowed::<H, N, M>(h, o, mode(h));
    Ok(h.next())
}

#[inline]
pub fn fcvtxn<H: A64, N: Number, M: Number>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    narrowed::<H, N, M>(h, o, FpMode { round: Round::Odd, ..mode(h) });
    Ok(h.next())
}

// Across lanes.

/// `op` of all lanes: first within each half, then of both (shared pseudo-code `Reduce`).
#[inline]
fn reduced<H: A64, N: Number>(h: H, o: Vv, op: Two) {
    let mode = mode(h);
    let mut count = (64 << (o.q & 1)) / N::LANE.bits();
    let mut values = [h.x(0); 8];
    for i in 0..count {
        values[i as usize & 7] = element(h, o.vn, N::LANE, i);
    }
    let mut flags = h.x(0);
    while count > 1 {
        count /= 2;
        for i in 0..count as usize {
            let (v, raised) = h.fp2(op, N::FMT, mode, values[(2 * i) & 7], values[(2 * i + 1) & 7]);
            values[i & 7] = v;
            flags = flags | raised;
        }
    }
    put(h, o.vd, values[0]);
    raise(h, flags);
}

/// `op` of two lanes.
#[inline]
fn paired<H: A64, N: Number>(h: H, o: Vv, op: Two) {
    let (a, b) = (element(h, o.vn, N::LANE, 0), element(h, o.vn, N::LANE, 1));
    let (v, flags) = h.fp2(op, N::FMT, mode(h), a, b);
    put(h, o.vd, v);
    raise(h, flags);
}

macro_rules! reductions {
    ($($across:ident $pair:ident $op:ident;)*) => {
        $(
            #[inline]
            pub fn $across<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
                enabled(h)?;
                reduced::<H, N>(h, o, Two::$op);
                Ok(h.next())
            }
            #[inline]
            pub fn $pair<H: A64, N: Number>(h: H, o: Vv) -> Exec<H::E> {
                enabled(h)?;
                paired::<H, N>(h, o, Two::$op);
                Ok(h.next())
            }
        )*
    };
}
reductions! {
    faddv lone_faddp Add; fmaxv lone_fmaxp Maximum; fminv lone_fminp Minimum; fmaxnmv lone_fmaxnmp MaxNum;
    fminnmv lone_fminnmp MinNum;
}

// Complex numbers: real parts in even lanes, imaginary ones in odd.

/// FCADD: the second operand turned by a quarter, or three.
#[inline]
pub fn fcadd<H: A64, N: Number>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let mode = mode(h);
    let three = o.size >> 2 & 1;
    let (v, flags) = lanes(h, N::LANE, o.q, |i| {
        let other = element(h, o.vm, N::LANE, i ^ 1);
        let negative = (i & 1) as u8 == three;
        let other = if negative { other ^ h.x(sign(N::FMT)) } else { other };
        h.fp2(Two::Add, N::FMT, mode, element(h, o.vn, N::LANE, i), other)
    });
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// FCMLA in one lane: which parts of both operands are multiplied, and with which sign.
#[inline]
fn turned<H: A64, N: Number>(
    h: H,
    rotation: u8,
    i: u32,
    n: impl Fn(u32) -> XOf<H>,
    m: impl Fn(u32) -> XOf<H>,
) -> Pair<H> {
    let imaginary = i & 1;
    // A quarter turn multiplies the imaginary part of the first operand by the other parts of the second.
    let quarter = u32::from(rotation & 1);
    let factor = m(imaginary ^ quarter);
    let negative = match rotation & 3 {
        0 => false,
        1 => imaginary == 0,
        2 => true,
        _ => imaginary == 1,
    };
    (n(quarter), if negative { factor ^ h.x(sign(N::FMT)) } else { factor })
}

#[inline]
pub fn fcmla<H: A64, N: Number>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let mode = mode(h);
    let (v, flags) = lanes(h, N::LANE, o.q, |i| {
        let pair = i & !1;
        let n = |part| element(h, o.vn, N::LANE, pair + part);
        let m = |part| element(h, o.vm, N::LANE, pair + part);
        let (a, b) = turned::<H, N>(h, o.size >> 2, i, n, m);
        h.fp_fma(N::FMT, mode, a, b, element(h, o.vd, N::LANE, i))
    });
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn fcmla_element<H: A64, N: Number>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let mode = mode(h);
    let (v, flags) = lanes(h, N::LANE, o.q, |i| {
        let n = |part| element(h, o.vn, N::LANE, (i & !1) + part);
        let m = |part| element(h, o.vm, N::LANE, 2 * u32::from(o.index) + part);
        let (a, b) = turned::<H, N>(h, o.size >> 2, i, n, m);
        h.fp_fma(N::FMT, mode, a, b, element(h, o.vd, N::LANE, i))
    });
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}
