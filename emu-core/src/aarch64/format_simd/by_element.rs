//! Vectors and scalars by one element of another vector.

use super::{Element, Scalar, Ve, Vector, fp_whole, hs, number, q, size, sz};
use crate::aarch64::slots::v;
use crate::format;
use crate::slot::Slot;

macro_rules! by_element {
    ($($(#[$doc:meta])* $Name:ident |$w:ident| $ok:expr, $size:expr; |$o:ident, $out:ident| $show:expr;)*) => {
        $(format! {
            $(#[$doc])*
            $Name($w) as Ve if $ok; { vd = v($w), vn = v($w >> 5), vm = elements_of($w, $size), size = $size, q = q($w), index = index($w, $size) }
            |$o, pc, $out| $show; writes vd
        })*
    };
}

/// H, L and M: which element, and which of them belong to the register's number.
fn index(w: u32, size: u8) -> u8 {
    let (h, l, m) = (w >> 11 & 1, w >> 21 & 1, w >> 20 & 1);
    (match size {
        1 => h << 2 | l << 1 | m,
        2 => h << 1 | l,
        _ => h,
    }) as u8
}
fn elements_of(w: u32, size: u8) -> Slot {
    v(w >> 16 & if size == 1 { 15 } else { 31 })
}
fn fp_element(w: u32) -> bool {
    fp_whole(w) && (sz(w) == 2 || w >> 21 & 1 == 0)
}

by_element! {
    /// 16 and 32 bits.
    ByElement |w| hs(w), size(w); |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size, o.q), Element(o.vm, o.size, o.index));
    /// The same with a result of twice the width.
    ByElementLong |w| hs(w), size(w); |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, o.size + 1, 1), Vector(o.vn, o.size, o.q), Element(o.vm, o.size, o.index));
    /// Single and double precision.
    ByElementFp |w| fp_element(w), sz(w); |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size, o.q), Element(o.vm, o.size, o.index));
    /// Half precision.
    ByElementHalf |w| true, 1; |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, 1, o.q), Vector(o.vn, 1, o.q), Element(o.vm, 1, o.index));
    /// SDOT, UDOT.
    DotElement |w| size(w) == 2, 2; |o, out|
        write!(out, "{}, {}, v{}.4b[{}]", Vector(o.vd, 2, o.q), Vector(o.vn, 0, o.q), number(o.vm), o.index);
    /// A scalar of 16 or 32 bits.
    LoneElement |w| hs(w), size(w); |o, out|
        write!(out, "{}, {}, {}", Scalar(o.vd, o.size), Scalar(o.vn, o.size), Element(o.vm, o.size, o.index));
    /// The same with a result of twice the width.
    LoneElementLong |w| hs(w), size(w); |o, out|
        write!(out, "{}, {}, {}", Scalar(o.vd, o.size + 1), Scalar(o.vn, o.size), Element(o.vm, o.size, o.index));
    /// A scalar in single or double precision.
    LoneElementFp |w| sz(w) == 2 || w >> 21 & 1 == 0, sz(w); |o, out|
        write!(out, "{}, {}, {}", Scalar(o.vd, o.size), Scalar(o.vn, o.size), Element(o.vm, o.size, o.index));
    /// A scalar in half precision.
    LoneElementHalf |w| true, 1; |o, out|
        write!(out, "{}, {}, {}", Scalar(o.vd, 1), Scalar(o.vn, 1), Element(o.vm, 1, o.index));
}
format! {
    /// FCMLA by element: pairs of elements are counted. The rotation is in the upper bits of `size`.
    TurnedElement(w) as Ve if matches!(size(w), 1 | 2) && (size(w) == 1 && (q(w) == 1 || w >> 11 & 1 == 0) || size(w) == 2 && q(w) == 1 && w >> 21 & 1 == 0);
    { vd = v(w), vn = v(w >> 5), vm = v(w >> 16), size = size(w) | (w >> 11 & 12) as u8, q = q(w),
      index = if size(w) == 1 { (w >> 10 & 2 | w >> 21 & 1) as u8 } else { (w >> 11 & 1) as u8 } }
    |o, pc, out| {
        let size = o.size & 3;
        let turn = 90 * u32::from(o.size >> 2);
        write!(out, "{}, {}, {}, #{turn}", Vector(o.vd, size, o.q), Vector(o.vn, size, o.q), Element(o.vm, size, o.index))
    }; writes vd
}
