//! Shifts by a constant, and the places of the point in fixed-point numbers.

use super::{Scalar, Vector, Vi, q};
use crate::aarch64::slots::v;
use crate::format;
use std::fmt;

macro_rules! shifts {
    ($($(#[$doc:meta])* $Name:ident |$w:ident| $ok:expr, $imm:expr; |$o:ident, $out:ident| $show:expr;)*) => {
        $(format! {
            $(#[$doc])*
            $Name($w) as Vi if $ok; { vd = v($w), vn = v($w >> 5), size = immh($w), q = q($w), imm = $imm }
            |$o, pc, $out| $show; writes vd
        })*
    };
}

/// The size that the highest bit of immh tells.
fn immh(w: u32) -> u8 {
    (w >> 19 & 15).checked_ilog2().unwrap_or(0) as u8
}
fn has_immh(w: u32) -> bool {
    w >> 19 & 15 != 0
}
/// What fits the vector.
fn shift_whole(w: u32) -> bool {
    has_immh(w) && (immh(w) != 3 || q(w) == 1)
}
fn left(w: u32) -> u8 {
    (w >> 16 & 127) as u8 - (8 << immh(w))
}
fn right(w: u32) -> u8 {
    (16u32 << immh(w)).wrapping_sub(w >> 16 & 127) as u8
}
/// Sizes that fixed-point numbers have: 32 and 64 bits.
fn is_fixed(w: u32) -> bool {
    immh(w) >= 2
}
fn vvi(o: Vi, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "{}, {}, #{}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size, o.q), o.imm)
}
fn ssi(o: Vi, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "{}, {}, #{}", Scalar(o.vd, o.size), Scalar(o.vn, o.size), o.imm)
}

shifts! {
    /// To the right.
    Right |w| shift_whole(w), right(w); |o, out| vvi(o, out);
    /// To the left.
    Left |w| shift_whole(w), left(w); |o, out| vvi(o, out);
    /// To the right, to half the width.
    RightNarrow |w| has_immh(w) && immh(w) != 3, right(w); |o, out|
        write!(out, "{}, {}, #{}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size + 1, 1), o.imm);
    /// To the left, to twice the width.
    LeftLong |w| has_immh(w) && immh(w) != 3, left(w); |o, out|
        write!(out, "{}, {}, #{}", Vector(o.vd, o.size + 1, 1), Vector(o.vn, o.size, o.q), o.imm);
    /// Bits behind the point.
    Fixed |w| is_fixed(w) && shift_whole(w), right(w); |o, out| vvi(o, out);
    /// The same for half precision.
    FixedHalf |w| immh(w) == 1, right(w); |o, out| vvi(o, out);
    /// A scalar of 64 bits to the right.
    LoneRight |w| immh(w) == 3, right(w); |o, out| ssi(o, out);
    /// A scalar of 64 bits to the left.
    LoneLeft |w| immh(w) == 3, left(w); |o, out| ssi(o, out);
    /// Any scalar to the left.
    LoneLeftAny |w| has_immh(w), left(w); |o, out| ssi(o, out);
    /// A scalar to the right, to half the width.
    LoneRightNarrow |w| has_immh(w) && immh(w) != 3, right(w); |o, out|
        write!(out, "{}, {}, #{}", Scalar(o.vd, o.size), Scalar(o.vn, o.size + 1), o.imm);
    /// Bits behind the point of a scalar.
    LoneFixed |w| is_fixed(w), right(w); |o, out| ssi(o, out);
    /// The same for half precision.
    LoneFixedHalf |w| immh(w) == 1, right(w); |o, out| ssi(o, out);
}
