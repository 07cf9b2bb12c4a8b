//! Advanced SIMD on integers (C4.1.96): Arm's instructions composed of the engine's operations. A vector of 64 bits is one of
//! 128 with zeros above, which saturate nothing.
#![allow(missing_docs, reason = "the functions are named after what their instructions do, which the manual describes")]

mod by_element;
mod copy;
mod crypto;
mod scalar;
mod shift;
mod three_different;
mod three_same;
mod two;

pub use by_element::*;
pub use copy::*;
pub use crypto::*;
pub use scalar::*;
pub use shift::*;
pub use three_different::*;
pub use three_same::*;
pub use two::*;

use super::fp::{VOf, part};
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

/// `d + v` or `d - v`, as [`V2::Add`] or [`V2::Sub`] say.
#[inline]
fn accumulated<H: A64>(h: H, op: V2, lane: Lane, d: VOf<H>, v: VOf<H>) -> VOf<H> {
    h.v2(op, lane, d, v).0
}

/// Half a register, extended to twice the width.
#[inline]
fn extended<H: A64>(h: H, extend: V1, lane: Lane, r: Slot, q: u8) -> VOf<H> {
    h.v1(extend, lane, part(h, r, q)).0
}
