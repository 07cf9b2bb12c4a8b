//! Copies of elements, between vectors and to and from general registers.

use super::{Element, Scalar, Ve, Vector, Vi, q};
use crate::aarch64::slots::{dst, general, src, v};
use crate::format;

/// The lowest bit set of imm5 tells the size, the bits above it the index.
fn copy_size(w: u32) -> u8 {
    (w >> 16 & 31).trailing_zeros().min(3) as u8
}
fn copy_index(w: u32) -> u8 {
    ((w >> 16 & 31) >> copy_size(w) >> 1) as u8
}
fn has_copy(w: u32) -> bool {
    w >> 16 & 15 != 0
}
format! {
    /// DUP of an element.
    DupElement(w) as Vi if has_copy(w) && (copy_size(w) != 3 || q(w) == 1);
    { vd = v(w), vn = v(w >> 5), size = copy_size(w), q = q(w), imm = copy_index(w) }
    |o, pc, out| write!(out, "{}, {}", Vector(o.vd, o.size, o.q), Element(o.vn, o.size, o.imm)); writes vd
}
format! {
    /// DUP of an element to a scalar.
    LoneElementCopy(w) as Vi if has_copy(w); { vd = v(w), vn = v(w >> 5), size = copy_size(w), q = 0, imm = copy_index(w) }
    |o, pc, out| write!(out, "{}, {}", Scalar(o.vd, o.size), Element(o.vn, o.size, o.imm)); writes vd
}
format! {
    /// DUP of a general register.
    DupGeneral(w) as Vi if has_copy(w) && (copy_size(w) != 3 || q(w) == 1);
    { vd = v(w), vn = src(w >> 5), size = copy_size(w), q = q(w), imm = 0 }
    |o, pc, out| write!(out, "{}, {}", Vector(o.vd, o.size, o.q), general(o.vn, o.size == 3)); writes vd
}
format! {
    /// INS of a general register.
    InsGeneral(w) as Vi if has_copy(w); { vd = v(w), vn = src(w >> 5), size = copy_size(w), q = 1, imm = copy_index(w) }
    |o, pc, out| write!(out, "{}, {}", Element(o.vd, o.size, o.imm), general(o.vn, o.size == 3)); writes vd
}
format! {
    /// INS of an element: `vm` is the register twice, `index` its element in the upper half.
    InsElement(w) as Ve if has_copy(w);
    { vd = v(w), vn = v(w >> 5), vm = v(w >> 5), size = copy_size(w), q = 1, index = copy_index(w) | ((w >> 11 & 15) as u8 >> copy_size(w)) << 4 }
    |o, pc, out| write!(out, "{}, {}", Element(o.vd, o.size, o.index & 15), Element(o.vn, o.size, o.index >> 4)); writes vd
}
format! {
    /// UMOV.
    ToGeneral(w) as Vi if has_copy(w) && q(w) == (copy_size(w) == 3) as u8;
    { vd = dst(w), vn = v(w >> 5), size = copy_size(w), q = q(w), imm = copy_index(w) }
    |o, pc, out| write!(out, "{}, {}", general(o.vd, o.q == 1), Element(o.vn, o.size, o.imm)); writes vd
}
format! {
    /// SMOV.
    ToGeneralSigned(w) as Vi if has_copy(w) && copy_size(w) < 2 + q(w);
    { vd = dst(w), vn = v(w >> 5), size = copy_size(w), q = q(w), imm = copy_index(w) }
    |o, pc, out| write!(out, "{}, {}", general(o.vd, o.q == 1), Element(o.vn, o.size, o.imm)); writes vd
}
