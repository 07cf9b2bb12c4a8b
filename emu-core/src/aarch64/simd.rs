//! Advanced SIMD on integers (C4.1.96): Arm's instructions composed of the engine's operations. A vector of 64 bits is one of
//! 128 with zeros above, which saturate nothing.
#![allow(missing_docs, reason = "the functions are named after what their instructions do, which the manual describes")]

use super::format_simd::*;
use super::fp::{
    VOf, XOf, element, enabled, part, put, raise, read, read_scalar, splat, write, write_part, write_scalar,
};
use super::simd_constant;
use super::slots::high;
use super::width::A64;
use crate::engine::*;
use crate::slot::Slot;

/// An operation as a type: the rows of the table choose it.
pub trait One {
    /// The operation.
    const OP: V1;
}
/// As [`One`], of two vectors.
pub trait Two {
    /// The operation.
    const OP: V2;
}
/// As [`One`], of three vectors.
pub trait Three {
    /// The operation.
    const OP: V3;
}
/// As [`One`], a shift by a constant.
pub trait By {
    /// The operation.
    const OP: VShift;
}

macro_rules! types {
    ($($trait:ident $ops:ident { $($name:ident $op:ident)* })*) => {
        $($(
            #[doc = concat!("[`", stringify!($ops), "::", stringify!($op), "`].")]
            pub enum $name {}
            impl $trait for $name {
                const OP: $ops = $ops::$op;
            }
        )*)*
    };
}
types! {
    One V1 {
        OneAbs Abs OneNeg Neg OneSqabs Sqabs OneSqneg Sqneg OneCls Cls OneClz Clz OneCnt Cnt OneRbit Rbit OneRev16 Rev16
        OneRev32 Rev32 OneRev64 Rev64 OneSxtl Sxtl OneUxtl Uxtl OneXtn Xtn OneSqxtn Sqxtn OneSqxtun Sqxtun OneUqxtn Uqxtn
        OneSaddlp Saddlp OneUaddlp Uaddlp OneAddv Addv OneSaddlv Saddlv OneUaddlv Uaddlv OneSmaxv Smaxv OneUmaxv Umaxv
        OneSminv Sminv OneUminv Uminv OneUrecpe Urecpe OneUrsqrte Ursqrte OneAesmc Aesmc OneAesimc Aesimc OneSha1h Sha1h
    }
    Two V2 {
        TwoAdd Add TwoSub Sub TwoMul Mul TwoAnd And TwoBic Bic TwoOrr Orr TwoOrn Orn TwoEor Eor TwoCmeq Cmeq TwoCmtst Cmtst
        TwoCmgt Cmgt TwoCmge Cmge TwoCmhi Cmhi TwoCmhs Cmhs TwoSmax Smax TwoUmax Umax TwoSmin Smin TwoUmin Umin TwoSabd Sabd
        TwoUabd Uabd TwoShadd Shadd TwoUhadd Uhadd TwoSrhadd Srhadd TwoUrhadd Urhadd TwoShsub Shsub TwoUhsub Uhsub
        TwoSqadd Sqadd TwoUqadd Uqadd TwoSqsub Sqsub TwoUqsub Uqsub TwoSuqadd Suqadd TwoUsqadd Usqadd TwoSqdmulh Sqdmulh
        TwoSqrdmulh Sqrdmulh TwoSqdmull Sqdmull TwoPmul Pmul TwoPmull Pmull TwoSshl Sshl TwoUshl Ushl TwoSrshl Srshl
        TwoUrshl Urshl TwoSqshl Sqshl TwoUqshl Uqshl TwoSqrshl Sqrshl TwoUqrshl Uqrshl TwoAddp Addp TwoSmaxp Smaxp
        TwoUmaxp Umaxp TwoSminp Sminp TwoUminp Uminp TwoZip1 Zip1 TwoZip2 Zip2 TwoUzp1 Uzp1 TwoUzp2 Uzp2 TwoTrn1 Trn1
        TwoTrn2 Trn2 TwoAese Aese TwoAesd Aesd TwoSha1su1 Sha1su1 TwoSha256su0 Sha256su0
    }
    Three V3 {
        ThreeSha1c Sha1c ThreeSha1p Sha1p ThreeSha1m Sha1m ThreeSha1su0 Sha1su0 ThreeSha256h Sha256h ThreeSha256h2 Sha256h2
        ThreeSha256su1 Sha256su1 ThreeSqrdmlah Sqrdmlah ThreeSqrdmlsh Sqrdmlsh ThreeSdot Sdot ThreeUdot Udot
    }
    By VShift {
        ByShl Shl BySshr Sshr ByUshr Ushr BySrshr Srshr ByUrshr Urshr BySqshl Sqshl ByUqshl Uqshl BySqshlu Sqshlu ByShrn Shrn
        ByRshrn Rshrn BySqshrn Sqshrn BySqrshrn Sqrshrn BySqshrun Sqshrun BySqrshrun Sqrshrun ByUqshrn Uqshrn
        ByUqrshrn Uqrshrn
    }
}

// Three registers of the same width.

#[inline]
pub fn same<H: A64, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v2(T::OP, Lane::of(o.size), read(h, o.vn, o.q), read(h, o.vm, o.q));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// Neighbours and odd or even lanes of both sources, one after the other: of two halves as of one vector.
#[inline]
pub fn neighbours<H: A64, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (a, b) = if o.q == 1 {
        (read(h, o.vn, 1), read(h, o.vm, 1))
    } else {
        let both = h.v_of(h.get(o.vn), h.get(o.vm));
        (both, both)
    };
    let (v, _) = h.v2(T::OP, Lane::of(o.size), a, b);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn zip1<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v2(V2::Zip1, Lane::of(o.size), read(h, o.vn, o.q), read(h, o.vm, o.q));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

/// Of two halves, the upper halves interleaved are what follows the lower ones.
#[inline]
pub fn zip2<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (a, b) = (read(h, o.vn, o.q), read(h, o.vm, o.q));
    if o.q == 1 {
        let (v, _) = h.v2(V2::Zip2, Lane::of(o.size), a, b);
        write(h, o.vd, 1, v);
    } else {
        let (v, _) = h.v2(V2::Zip1, Lane::of(o.size), a, b);
        put(h, o.vd, h.half(v, 1));
    }
    Ok(h.next())
}

/// `d + v` or `d - v`, as [`V2::Add`] or [`V2::Sub`] say.
#[inline]
fn accumulated<H: A64>(h: H, op: V2, lane: Lane, d: VOf<H>, v: VOf<H>) -> VOf<H> {
    h.v2(op, lane, d, v).0
}

/// What `T` gives is added to the destination (`A` is [`TwoAdd`]) or subtracted from it.
#[inline]
pub fn same_into<H: A64, T: Two, A: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v2(T::OP, lane, read(h, o.vn, o.q), read(h, o.vm, o.q));
    let v = accumulated(h, A::OP, lane, read(h, o.vd, o.q), v);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

macro_rules! selections {
    ($($name:ident |$d:ident, $n:ident, $m:ident| $result:expr;)*) => {
        $(#[inline]
        pub fn $name<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
            enabled(h)?;
            let half = |d, n, m| {
                let ($d, $n, $m) = (h.get(d), h.get(n), h.get(m));
                $result
            };
            let low = half(o.vd, o.vn, o.vm);
            let upper = if o.q == 1 { half(high(o.vd), high(o.vn), high(o.vm)) } else { h.x(0) };
            h.set(o.vd, low);
            h.set(high(o.vd), upper);
            Ok(h.next())
        })*
    };
}
selections! {
    bsl |d, n, m| ((n ^ m) & d) ^ m;
    bit |d, n, m| ((n ^ d) & m) ^ d;
    bif |d, n, m| ((n ^ d) & !m) ^ d;
}

#[inline]
pub fn into<H: A64, T: Three>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (d, n, m) = (read(h, o.vd, o.q), read(h, o.vn, o.q), read(h, o.vm, o.q));
    let (v, flags) = h.v3(T::OP, Lane::of(o.size), d, n, m);
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// SHA1C and its kin: all of 128 bits, whatever the encoding says of Q.
#[inline]
pub fn hash<H: A64, T: Three>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v3(T::OP, Lane::S, read(h, o.vd, 1), read(h, o.vn, 1), read(h, o.vm, 1));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

/// The destination is the first source.
#[inline]
pub fn hash_update<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v2(T::OP, Lane::S, read(h, o.vd, 1), read(h, o.vn, 1));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
pub fn hash_turn<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v1(T::OP, Lane::S, read(h, o.vn, 1));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

// Three registers of different widths. `E` extends.

/// Half a register, extended to twice the width.
#[inline]
fn extended<H: A64>(h: H, extend: V1, lane: Lane, r: Slot, q: u8) -> VOf<H> {
    h.v1(extend, lane, part(h, r, q)).0
}

#[inline]
pub fn long<H: A64, E: One, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (a, b) = (extended(h, E::OP, lane, o.vn, o.q), extended(h, E::OP, lane, o.vm, o.q));
    let (v, _) = h.v2(T::OP, lane.wider(), a, b);
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
pub fn long_into<H: A64, E: One, T: Two, A: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (a, b) = (extended(h, E::OP, lane, o.vn, o.q), extended(h, E::OP, lane, o.vm, o.q));
    let (v, _) = h.v2(T::OP, lane.wider(), a, b);
    let v = accumulated(h, A::OP, lane.wider(), read(h, o.vd, 1), v);
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
pub fn wide<H: A64, E: One, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v2(T::OP, lane.wider(), read(h, o.vn, 1), extended(h, E::OP, lane, o.vm, o.q));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

/// The upper halves of sums or differences, rounded if `S` does.
#[inline]
pub fn upper_halves<H: A64, T: Two, S: By>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v2(T::OP, lane.wider(), read(h, o.vn, 1), read(h, o.vm, 1));
    let (v, _) = h.v_shift(S::OP, lane, lane.bits() as u8, v);
    write_part(h, o.vd, o.q, v);
    Ok(h.next())
}

/// SQDMULL and PMULL of bytes, which widen by themselves.
#[inline]
pub fn product<H: A64, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v2(T::OP, Lane::of(o.size), part(h, o.vn, o.q), part(h, o.vm, o.q));
    write(h, o.vd, 1, v);
    raise(h, flags);
    Ok(h.next())
}

/// SQDMLAL and SQDMLSL: the product saturates, then the sum does.
#[inline]
pub fn product_into<H: A64, A: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (product, first) = h.v2(V2::Sqdmull, lane, part(h, o.vn, o.q), part(h, o.vm, o.q));
    let (v, second) = h.v2(A::OP, lane.wider(), read(h, o.vd, 1), product);
    write(h, o.vd, 1, v);
    raise(h, first | second);
    Ok(h.next())
}

/// PMULL of doublewords.
#[inline]
pub fn pmull_d<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let half = |r: Slot| h.get(if o.q == 1 { high(r) } else { r });
    let (a, b) = (half(o.vn), half(o.vm));
    let (low, upper) = (h.clmul(a, b), h.clmulh(a, b));
    h.set(o.vd, low);
    h.set(high(o.vd), upper);
    Ok(h.next())
}

// Two registers.

#[inline]
pub fn each<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v1(T::OP, Lane::of(o.size), read(h, o.vn, o.q));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// SADALP: sums of neighbours are added to the destination.
#[inline]
pub fn each_into<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v1(T::OP, lane, read(h, o.vn, o.q));
    let v = accumulated(h, V2::Add, lane.wider(), read(h, o.vd, o.q), v);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn not<H: A64>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (low, upper) = (!h.get(o.vn), if o.q == 1 { !h.get(high(o.vn)) } else { h.x(0) });
    h.set(o.vd, low);
    h.set(high(o.vd), upper);
    Ok(h.next())
}

/// A comparison with zero.
#[inline]
pub fn with_zero<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let zero = h.v_of(h.x(0), h.x(0));
    let (v, _) = h.v2(T::OP, Lane::of(o.size), read(h, o.vn, o.q), zero);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

/// A comparison of zero with the register.
#[inline]
pub fn zero_with<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let zero = h.v_of(h.x(0), h.x(0));
    let (v, _) = h.v2(T::OP, Lane::of(o.size), zero, read(h, o.vn, o.q));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn narrowed<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v1(T::OP, Lane::of(o.size), read(h, o.vn, 1));
    write_part(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn shll<H: A64>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v_shift(VShift::Shl, lane.wider(), lane.bits() as u8, extended(h, V1::Uxtl, lane, o.vn, o.q));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

/// SUQADD and USQADD; the destination is the first operand.
#[inline]
pub fn with_destination<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v2(T::OP, Lane::of(o.size), read(h, o.vd, o.q), read(h, o.vn, o.q));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// Sums across all lanes: zeros above do not matter.
#[inline]
pub fn sum<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v1(T::OP, Lane::of(o.size), read(h, o.vn, o.q));
    put(h, o.vd, h.half(v, 0));
    Ok(h.next())
}

/// The largest or least lane: of 64 bits taken twice.
#[inline]
pub fn extreme<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let low = h.get(o.vn);
    let a = h.v_of(low, if o.q == 1 { h.get(high(o.vn)) } else { low });
    let (v, _) = h.v1(T::OP, Lane::of(o.size), a);
    put(h, o.vd, h.half(v, 0));
    Ok(h.next())
}

// Copies, permutations.

#[inline]
pub fn dup_element<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let v = splat(h, lane, element(h, o.vn, lane, o.imm.into()));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn lone_copy<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    put(h, o.vd, element(h, o.vn, lane, o.imm.into()) & h.x(lane.mask()));
    Ok(h.next())
}

#[inline]
pub fn dup_general<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let v = splat(h, Lane::of(o.size), h.get(o.vn));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

/// Puts the low bits of `x` into element `i`.
#[inline]
fn insert<H: A64>(h: H, vd: Slot, lane: Lane, i: u32, x: XOf<H>) {
    let at = i * lane.bits();
    let half = if at < 64 { vd } else { high(vd) };
    let at = at & 63;
    let new = if lane == Lane::D { x } else { (x & h.x(lane.mask())).shl(at) };
    h.set(half, h.get(half) & h.x(!(lane.mask() << at)) | new);
}

#[inline]
pub fn ins_general<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    insert(h, o.vd, Lane::of(o.size), o.imm.into(), h.get(o.vn));
    Ok(h.next())
}

#[inline]
pub fn ins_element<H: A64>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    insert(h, o.vd, lane, (o.index & 15).into(), element(h, o.vn, lane, (o.index >> 4).into()));
    Ok(h.next())
}

#[inline]
pub fn umov<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    h.set(o.vd, element(h, o.vn, lane, o.imm.into()) & h.x(lane.mask()));
    Ok(h.next())
}

#[inline]
pub fn smov<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let above = 64 - lane.bits();
    let v = element(h, o.vn, lane, o.imm.into()).shl(above).shr_s(above);
    h.set(o.vd, if o.q == 1 { v } else { v.lo().zext() });
    Ok(h.next())
}

/// EXT: bytes from place `size` on of both registers, one after the other.
#[inline]
pub fn ext<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let words = if o.q == 1 {
        [h.get(o.vn), h.get(high(o.vn)), h.get(o.vm), h.get(high(o.vm))]
    } else {
        [h.get(o.vn), h.get(o.vm), h.x(0), h.x(0)]
    };
    let (first, by) = (usize::from(o.size >> 3 & 1), u32::from(o.size & 7) * 8);
    let word = |i: usize| match by {
        0 => words[(first + i) & 3],
        _ => words[(first + i) & 3].shr_u(by) | words[(first + i + 1) & 3].shl(64 - by),
    };
    let (low, upper) = (word(0), if o.q == 1 { word(1) } else { h.x(0) });
    h.set(o.vd, low);
    h.set(high(o.vd), upper);
    Ok(h.next())
}

#[inline]
fn looked_up<H: A64>(h: H, o: Vvv, otherwise: VOf<H>) -> VOf<H> {
    let first = u32::from(o.vn.0 - super::slots::v(0).0) / 2;
    let index = read(h, o.vm, o.q);
    (0..o.size).fold(otherwise, |otherwise, i| {
        h.v_look_up(read(h, super::slots::v(first + u32::from(i)), 1), i, index, otherwise)
    })
}

#[inline]
pub fn tbl<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let v = looked_up(h, o, h.v_of(h.x(0), h.x(0)));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn tbx<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let v = looked_up(h, o, read(h, o.vd, o.q));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

macro_rules! constants {
    ($($name:ident |$old:ident, $constant:ident| $result:expr;)*) => {
        $(#[inline]
        pub fn $name<H: A64>(h: H, o: Constant) -> Exec<H::E> {
            enabled(h)?;
            let $constant = h.x(simd_constant::expand(o.how, o.imm));
            let half = |r| {
                let $old = h.get(r);
                _ = $old;
                $result
            };
            let (low, upper) = (half(o.vd), if o.q == 1 { half(high(o.vd)) } else { h.x(0) });
            h.set(o.vd, low);
            h.set(high(o.vd), upper);
            Ok(h.next())
        })*
    };
}
constants! {
    movi |old, constant| constant;
    mvni |old, constant| !constant;
    orr_constant |old, constant| old | constant;
    bic_constant |old, constant| old & !constant;
}

// Shifts by a constant.

#[inline]
pub fn shift<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v_shift(T::OP, Lane::of(o.size), o.imm, read(h, o.vn, o.q));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn shift_into<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v_shift(T::OP, lane, o.imm, read(h, o.vn, o.q));
    let v = accumulated(h, V2::Add, lane, read(h, o.vd, o.q), v);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn shift_narrow<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v_shift(T::OP, Lane::of(o.size), o.imm, read(h, o.vn, 1));
    write_part(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn shift_long<H: A64, E: One>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v_shift(VShift::Shl, lane.wider(), o.imm, extended(h, E::OP, lane, o.vn, o.q));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

/// SRI and SLI: what the shift does not reach stays. `kept` is which bits of a lane do.
#[inline]
fn shift_insert<H: A64>(h: H, o: Vi, op: VShift, kept: u64) {
    let lane = Lane::of(o.size);
    let (v, _) = h.v_shift(op, lane, o.imm, read(h, o.vn, o.q));
    let kept = h.x(lane.repeat(kept));
    let (low, upper) = (h.half(v, 0) | h.get(o.vd) & kept, h.half(v, 1) | h.get(high(o.vd)) & kept);
    h.set(o.vd, low);
    h.set(high(o.vd), if o.q == 1 { upper } else { h.x(0) });
}

#[inline]
pub fn sri<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    shift_insert(h, o, VShift::Ushr, !lane.mask().checked_shr(o.imm.into()).unwrap_or(0));
    Ok(h.next())
}

#[inline]
pub fn sli<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    shift_insert(h, o, VShift::Shl, !(u64::MAX << (o.imm & 63)));
    Ok(h.next())
}

/// SRI of a scalar: 64 bits, whatever the encoding says of Q.
#[inline]
pub fn lone_sri<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    sri(h, Vi { q: 0, ..o })
}

/// SLI of a scalar.
#[inline]
pub fn lone_sli<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    sli(h, Vi { q: 0, ..o })
}

// By element.

#[inline]
fn all_of<H: A64>(h: H, o: Ve) -> VOf<H> {
    let lane = Lane::of(o.size);
    splat(h, lane, element(h, o.vm, lane, o.index.into()))
}

#[inline]
pub fn by_element<H: A64, T: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v2(T::OP, Lane::of(o.size), read(h, o.vn, o.q), all_of(h, o));
    // Of 64 bits, zeros above the first operand give zeros, and saturate nothing.
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn by_element_into<H: A64, A: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v2(V2::Mul, lane, read(h, o.vn, o.q), all_of(h, o));
    let v = accumulated(h, A::OP, lane, read(h, o.vd, o.q), v);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

/// SQRDMLAH and SQRDMLSH.
#[inline]
pub fn by_element_three<H: A64, T: Three>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v3(T::OP, Lane::of(o.size), read(h, o.vd, o.q), read(h, o.vn, o.q), all_of(h, o));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// SDOT and UDOT: an element is four bytes.
#[inline]
pub fn by_element_dot<H: A64, T: Three>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v3(T::OP, Lane::S, read(h, o.vd, o.q), read(h, o.vn, o.q), all_of(h, o));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
fn long_product<H: A64>(h: H, extend: V1, o: Ve) -> VOf<H> {
    let lane = Lane::of(o.size);
    let all = h.v_of(h.half(all_of(h, o), 0), h.x(0));
    let (factor, _) = h.v1(extend, lane, all);
    h.v2(V2::Mul, lane.wider(), extended(h, extend, lane, o.vn, o.q), factor).0
}

#[inline]
pub fn by_element_long<H: A64, E: One>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let v = long_product(h, E::OP, o);
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
pub fn by_element_long_into<H: A64, E: One, A: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let v = accumulated(h, A::OP, Lane::of(o.size).wider(), read(h, o.vd, 1), long_product(h, E::OP, o));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
fn doubled_product<H: A64>(h: H, o: Ve) -> (VOf<H>, XOf<H>) {
    let all = h.v_of(h.half(all_of(h, o), 0), h.x(0));
    h.v2(V2::Sqdmull, Lane::of(o.size), part(h, o.vn, o.q), all)
}

#[inline]
pub fn by_element_doubled<H: A64>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = doubled_product(h, o);
    write(h, o.vd, 1, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn by_element_doubled_into<H: A64, A: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (product, first) = doubled_product(h, o);
    let (v, second) = h.v2(A::OP, Lane::of(o.size).wider(), read(h, o.vd, 1), product);
    write(h, o.vd, 1, v);
    raise(h, first | second);
    Ok(h.next())
}

// Scalars: the same of one lane.

#[inline]
pub fn lone_same<H: A64, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(T::OP, lane, read_scalar(h, o.vn, lane), read_scalar(h, o.vm, lane));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_into<H: A64, T: Three>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (d, n, m) = (read_scalar(h, o.vd, lane), read_scalar(h, o.vn, lane), read_scalar(h, o.vm, lane));
    let (v, flags) = h.v3(T::OP, lane, d, n, m);
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_product<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(V2::Sqdmull, lane, read_scalar(h, o.vn, lane), read_scalar(h, o.vm, lane));
    write_scalar(h, o.vd, lane.wider(), v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_product_into<H: A64, A: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (product, first) = h.v2(V2::Sqdmull, lane, read_scalar(h, o.vn, lane), read_scalar(h, o.vm, lane));
    let (v, second) = h.v2(A::OP, lane.wider(), read_scalar(h, o.vd, lane.wider()), product);
    write_scalar(h, o.vd, lane.wider(), v);
    raise(h, first | second);
    Ok(h.next())
}

#[inline]
pub fn lone<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v1(T::OP, lane, read_scalar(h, o.vn, lane));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_narrowed<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v1(T::OP, lane, read_scalar(h, o.vn, lane.wider()));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_with_zero<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let zero = h.v_of(h.x(0), h.x(0));
    let (v, _) = h.v2(T::OP, Lane::D, read_scalar(h, o.vn, Lane::D), zero);
    write_scalar(h, o.vd, Lane::D, v);
    Ok(h.next())
}

#[inline]
pub fn lone_zero_with<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let zero = h.v_of(h.x(0), h.x(0));
    let (v, _) = h.v2(T::OP, Lane::D, zero, read_scalar(h, o.vn, Lane::D));
    write_scalar(h, o.vd, Lane::D, v);
    Ok(h.next())
}

#[inline]
pub fn lone_with_destination<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(T::OP, lane, read_scalar(h, o.vd, lane), read_scalar(h, o.vn, lane));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

/// ADDP of a scalar.
#[inline]
pub fn lone_pair<H: A64>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    put(h, o.vd, h.get(o.vn) + h.get(high(o.vn)));
    Ok(h.next())
}

#[inline]
pub fn lone_shift<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v_shift(T::OP, lane, o.imm, read_scalar(h, o.vn, lane));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_shift_into<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v_shift(T::OP, Lane::D, o.imm, read_scalar(h, o.vn, Lane::D));
    put(h, o.vd, h.get(o.vd) + h.half(v, 0));
    Ok(h.next())
}

#[inline]
pub fn lone_shift_narrow<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v_shift(T::OP, lane, o.imm, read_scalar(h, o.vn, lane.wider()));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
fn element_scalar<H: A64>(h: H, o: Ve) -> VOf<H> {
    let lane = Lane::of(o.size);
    h.v_of(element(h, o.vm, lane, o.index.into()) & h.x(lane.mask()), h.x(0))
}

#[inline]
pub fn lone_by_element<H: A64, T: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(T::OP, lane, read_scalar(h, o.vn, lane), element_scalar(h, o));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_by_element_three<H: A64, T: Three>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (d, n) = (read_scalar(h, o.vd, lane), read_scalar(h, o.vn, lane));
    let (v, flags) = h.v3(T::OP, lane, d, n, element_scalar(h, o));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_by_element_doubled<H: A64>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(V2::Sqdmull, lane, read_scalar(h, o.vn, lane), element_scalar(h, o));
    write_scalar(h, o.vd, lane.wider(), v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_by_element_doubled_into<H: A64, A: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (product, first) = h.v2(V2::Sqdmull, lane, read_scalar(h, o.vn, lane), element_scalar(h, o));
    let (v, second) = h.v2(A::OP, lane.wider(), read_scalar(h, o.vd, lane.wider()), product);
    write_scalar(h, o.vd, lane.wider(), v);
    raise(h, first | second);
    Ok(h.next())
}
