//! Operand formats of floating point and Advanced SIMD, C4.1.96 and C4.1.97: as `format.rs` for registers of vectors.
//!
//! A register is named by the slot of its lower half. `size` is the binary logarithm of an element's bytes, of the narrower
//! one where widths differ; `q` says that the vector has 128 bits.

use super::format::signed;
use super::slots::{dst, general, sp_or_x, src, v};
use crate::format;
use crate::slot::Slot;
use std::fmt::{self, Display};

/// The number of a vector register.
fn number(slot: Slot) -> u8 {
    (slot.0 - v(0).0) / 2
}

/// A register as a scalar of a size.
pub(super) struct Scalar(pub Slot, pub u8);
impl Display for Scalar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", ["b", "h", "s", "d", "q"][self.1.min(4) as usize], number(self.0))
    }
}

/// How elements are written, by size and by how many bits there are.
fn arrangement(size: u8, q: u8) -> &'static str {
    [["8b", "16b"], ["4h", "8h"], ["2s", "4s"], ["1d", "2d"], ["1q", "1q"]][size.min(4) as usize][(q & 1) as usize]
}
/// A register as a vector of elements.
pub(super) struct Vector(pub Slot, pub u8, pub u8);
impl Display for Vector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "v{}.{}", number(self.0), arrangement(self.1, self.2))
    }
}
/// One element of a register.
pub(super) struct Element(pub Slot, pub u8, pub u8);
impl Display for Element {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "v{}.{}[{}]", number(self.0), ["b", "h", "s", "d"][self.1 as usize & 3], self.2)
    }
}
/// Some registers in a row, as a list of vectors or, with an index, of elements.
struct List(Slot, u8, u8, u8, Option<u8>);
impl Display for List {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let List(first, count, size, q, index) = *self;
        let what = match index {
            Some(_) => ["b", "h", "s", "d"][size as usize & 3],
            None => arrangement(size, q),
        };
        let (first, last) = (number(first), (number(first) + count - 1) & 31);
        match count {
            1 => write!(out, "{{v{first}.{what}}}")?,
            2 => write!(out, "{{v{first}.{what}, v{last}.{what}}}")?,
            // A list that goes round the end is written out.
            _ if last < first => {
                out.write_str("{")?;
                for i in 0..count {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(out, "{comma}v{}.{what}", (first + i) & 31)?;
                }
                out.write_str("}")?;
            }
            _ => write!(out, "{{v{first}.{what}-v{last}.{what}}}")?,
        }
        index.map_or(Ok(()), |index| write!(out, "[{index}]"))
    }
}

fn q(w: u32) -> u8 {
    (w >> 30 & 1) as u8
}
fn size(w: u32) -> u8 {
    (w >> 22 & 3) as u8
}
/// The size of a floating-point element by bit 22: 32 bits or 64.
fn sz(w: u32) -> u8 {
    2 + (w >> 22 & 1) as u8
}
/// A vector of one element of 64 bits is none.
fn whole(w: u32) -> bool {
    size(w) != 3 || q(w) == 1
}
fn fp_whole(w: u32) -> bool {
    sz(w) != 3 || q(w) == 1
}
fn hs(w: u32) -> bool {
    matches!(size(w), 1 | 2)
}

format! {
    /// The operands of what takes two vectors.
    Vvv(w) { vd: Slot = v(w), vn: Slot = v(w >> 5), vm: Slot = v(w >> 16), size: u8 = size(w), q: u8 = q(w) }
    |o, pc, out| write!(out, "{}, {}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size, o.q), Vector(o.vm, o.size, o.q)); writes vd
}
format! {
    /// The operands of what takes one vector.
    Vv(w) { vd: Slot = v(w), vn: Slot = v(w >> 5), size: u8 = size(w), q: u8 = q(w) }
    |o, pc, out| write!(out, "{}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size, o.q)); writes vd
}
format! {
    /// The operands of what takes a vector and a number.
    Vi(w) { vd: Slot = v(w), vn: Slot = v(w >> 5), size: u8 = size(w), q: u8 = q(w), imm: u8 = 0 }
    |o, pc, out| write!(out, "{}, {}, #{}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size, o.q), o.imm); writes vd
}
format! {
    /// The operands of what takes a vector and an element of another one.
    Ve(w) { vd: Slot = v(w), vn: Slot = v(w >> 5), vm: Slot = v(w >> 16), size: u8 = size(w), q: u8 = q(w), index: u8 = 0 }
    |o, pc, out| write!(out, "{}, {}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size, o.q), Element(o.vm, o.size, o.index)); writes vd
}

macro_rules! three {
    ($($(#[$doc:meta])* $Name:ident |$w:ident| $ok:expr, $size:expr; |$o:ident, $out:ident| $show:expr;)*) => {
        $(format! {
            $(#[$doc])*
            $Name($w) as Vvv if $ok; { vd = v($w), vn = v($w >> 5), vm = v($w >> 16), size = $size, q = q($w) }
            |$o, pc, $out| $show; writes vd
        })*
    };
}
macro_rules! two {
    ($($(#[$doc:meta])* $Name:ident |$w:ident| $ok:expr, $size:expr; |$o:ident, $out:ident| $show:expr;)*) => {
        $(format! {
            $(#[$doc])*
            $Name($w) as Vv if $ok; { vd = v($w), vn = v($w >> 5), size = $size, q = q($w) }
            |$o, pc, $out| $show; writes vd
        })*
    };
}
macro_rules! shifts {
    ($($(#[$doc:meta])* $Name:ident |$w:ident| $ok:expr, $imm:expr; |$o:ident, $out:ident| $show:expr;)*) => {
        $(format! {
            $(#[$doc])*
            $Name($w) as Vi if $ok; { vd = v($w), vn = v($w >> 5), size = immh($w), q = q($w), imm = $imm }
            |$o, pc, $out| $show; writes vd
        })*
    };
}
macro_rules! by_element {
    ($($(#[$doc:meta])* $Name:ident |$w:ident| $ok:expr, $size:expr; |$o:ident, $out:ident| $show:expr;)*) => {
        $(format! {
            $(#[$doc])*
            $Name($w) as Ve if $ok; { vd = v($w), vn = v($w >> 5), vm = elements_of($w, $size), size = $size, q = q($w), index = index($w, $size) }
            |$o, pc, $out| $show; writes vd
        })*
    };
}

fn vvv(o: Vvv, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "{}, {}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size, o.q), Vector(o.vm, o.size, o.q))
}
fn sss(o: Vvv, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "{}, {}, {}", Scalar(o.vd, o.size), Scalar(o.vn, o.size), Scalar(o.vm, o.size))
}
fn vv(o: Vv, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "{}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size, o.q))
}
fn ss(o: Vv, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "{}, {}", Scalar(o.vd, o.size), Scalar(o.vn, o.size))
}

three! {
    /// Elements of all sizes.
    Same |w| whole(w), size(w); |o, out| vvv(o, out);
    /// Elements of 8, 16 and 32 bits.
    SameNarrow |w| size(w) != 3, size(w); |o, out| vvv(o, out);
    /// Elements of 16 and 32 bits.
    SameHs |w| hs(w), size(w); |o, out| vvv(o, out);
    /// Bytes.
    SameB |w| true, 0; |o, out| vvv(o, out);
    /// Single and double precision.
    SameFp |w| fp_whole(w), sz(w); |o, out| vvv(o, out);
    /// Half precision.
    SameHalf |w| true, 1; |o, out| vvv(o, out);
    /// A result of twice the width.
    Longer |w| size(w) != 3, size(w); |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, o.size + 1, 1), Vector(o.vn, o.size, o.q), Vector(o.vm, o.size, o.q));
    /// PMULL of 64 bits.
    LongerD |w| true, 3; |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, 4, 1), Vector(o.vn, 3, o.q), Vector(o.vm, 3, o.q));
    /// The same of 16 and 32 bits.
    LongerHs |w| hs(w), size(w); |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, o.size + 1, 1), Vector(o.vn, o.size, o.q), Vector(o.vm, o.size, o.q));
    /// A result and a first source of twice the width.
    Wide |w| size(w) != 3, size(w); |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, o.size + 1, 1), Vector(o.vn, o.size + 1, 1), Vector(o.vm, o.size, o.q));
    /// A result of half the width.
    Narrower |w| size(w) != 3, size(w); |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size + 1, 1), Vector(o.vm, o.size + 1, 1));
    /// SDOT, UDOT.
    Dot |w| size(w) == 2, 2; |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, 2, o.q), Vector(o.vn, 0, o.q), Vector(o.vm, 0, o.q));
    /// Scalars of all sizes.
    ScalarSame |w| true, size(w); |o, out| sss(o, out);
    /// Scalars of 64 bits.
    ScalarSameD |w| size(w) == 3, 3; |o, out| sss(o, out);
    /// Scalars of 16 and 32 bits.
    ScalarSameHs |w| hs(w), size(w); |o, out| sss(o, out);
    /// Scalars in single and double precision.
    ScalarSameFp |w| true, sz(w); |o, out| sss(o, out);
    /// Scalars in half precision.
    ScalarSameHalf |w| true, 1; |o, out| sss(o, out);
    /// Scalars whose result has twice the width.
    ScalarLonger |w| hs(w), size(w); |o, out|
        write!(out, "{}, {}, {}", Scalar(o.vd, o.size + 1), Scalar(o.vn, o.size), Scalar(o.vm, o.size));
    /// SHA1C and its kin, where the second source is one word.
    HashRounds |w| true, 2; |o, out|
        write!(out, "{}, {}, {}", Scalar(o.vd, 4), Scalar(o.vn, 2), Vector(o.vm, 2, 1));
    /// SHA256H.
    HashHalves |w| true, 2; |o, out|
        write!(out, "{}, {}, {}", Scalar(o.vd, 4), Scalar(o.vn, 4), Vector(o.vm, 2, 1));
    /// SHA1SU0 and SHA256SU1.
    HashSchedule |w| true, 2; |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, 2, 1), Vector(o.vn, 2, 1), Vector(o.vm, 2, 1));
    /// EXT; `size` is where the result begins.
    Extraction |w| q(w) == 1 || w >> 14 & 1 == 0, (w >> 11 & 15) as u8; |o, out|
        write!(out, "{}, {}, {}, #{}", Vector(o.vd, 0, o.q), Vector(o.vn, 0, o.q), Vector(o.vm, 0, o.q), o.size);
    /// TBL and TBX; `size` is how many vectors the table has.
    Table |w| true, 1 + (w >> 13 & 3) as u8; |o, out|
        write!(out, "{}, {}, {}", Vector(o.vd, 0, o.q), List(o.vn, o.size, 0, 1, None), Vector(o.vm, 0, o.q));
    /// FCADD; the rotation is in the upper bits of `size`.
    Rotated |w| size(w) != 0 && whole(w), size(w) | (w >> 10 & 4) as u8; |o, out| {
        let size = o.size & 3;
        let turn = if o.size >> 2 == 0 { 90 } else { 270 };
        write!(out, "{}, {}, {}, #{turn}", Vector(o.vd, size, o.q), Vector(o.vn, size, o.q), Vector(o.vm, size, o.q))
    };
    /// FCMLA; the same.
    Turned |w| size(w) != 0 && whole(w), size(w) | (w >> 9 & 12) as u8; |o, out| {
        let size = o.size & 3;
        let turn = 90 * u32::from(o.size >> 2);
        write!(out, "{}, {}, {}, #{turn}", Vector(o.vd, size, o.q), Vector(o.vn, size, o.q), Vector(o.vm, size, o.q))
    };
}

two! {
    /// Elements of all sizes.
    Each |w| whole(w), size(w); |o, out| vv(o, out);
    /// Elements of 8, 16 and 32 bits.
    EachNarrow |w| size(w) != 3, size(w); |o, out| vv(o, out);
    /// Elements of 8 and 16 bits.
    EachBh |w| size(w) < 2, size(w); |o, out| vv(o, out);
    /// Bytes.
    EachB |w| true, 0; |o, out| vv(o, out);
    /// Words.
    EachS |w| true, 2; |o, out| vv(o, out);
    /// Elements of all sizes, with zero.
    EachZero |w| whole(w), size(w); |o, out| {
        vv(o, out)?;
        out.write_str(", #0")
    };
    /// Single and double precision.
    EachFp |w| fp_whole(w), sz(w); |o, out| vv(o, out);
    /// Half precision.
    EachHalf |w| true, 1; |o, out| vv(o, out);
    /// Single and double precision, with zero.
    EachFpZero |w| fp_whole(w), sz(w); |o, out| {
        vv(o, out)?;
        out.write_str(", #0.0")
    };
    /// Half precision, with zero.
    EachHalfZero |w| true, 1; |o, out| {
        vv(o, out)?;
        out.write_str(", #0.0")
    };
    /// A result of twice the width and as many bits.
    PairsLong |w| size(w) != 3, size(w); |o, out|
        write!(out, "{}, {}", Vector(o.vd, o.size + 1, o.q), Vector(o.vn, o.size, o.q));
    /// A result of half the width.
    Narrowed |w| size(w) != 3, size(w); |o, out|
        write!(out, "{}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size + 1, 1));
    /// SHLL.
    ShiftedLong |w| size(w) != 3, size(w); |o, out|
        write!(out, "{}, {}, #{}", Vector(o.vd, o.size + 1, 1), Vector(o.vn, o.size, o.q), 8u32 << o.size);
    /// FCVTN.
    NarrowedFp |w| true, sz(w) - 1; |o, out|
        write!(out, "{}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size + 1, 1));
    /// FCVTXN.
    NarrowedOdd |w| sz(w) == 3, 2; |o, out|
        write!(out, "{}, {}", Vector(o.vd, o.size, o.q), Vector(o.vn, o.size + 1, 1));
    /// FCVTL.
    WidenedFp |w| true, sz(w) - 1; |o, out|
        write!(out, "{}, {}", Vector(o.vd, o.size + 1, 1), Vector(o.vn, o.size, o.q));
    /// Across all elements.
    Across |w| size(w) < 2 || size(w) == 2 && q(w) == 1, size(w); |o, out|
        write!(out, "{}, {}", Scalar(o.vd, o.size), Vector(o.vn, o.size, o.q));
    /// The same with a result of twice the width.
    AcrossLong |w| size(w) < 2 || size(w) == 2 && q(w) == 1, size(w); |o, out|
        write!(out, "{}, {}", Scalar(o.vd, o.size + 1), Vector(o.vn, o.size, o.q));
    /// Across four numbers in single precision.
    AcrossFp |w| q(w) == 1 && sz(w) == 2, 2; |o, out|
        write!(out, "{}, {}", Scalar(o.vd, 2), Vector(o.vn, 2, 1));
    /// Across numbers in half precision.
    AcrossHalf |w| true, 1; |o, out|
        write!(out, "{}, {}", Scalar(o.vd, 1), Vector(o.vn, 1, o.q));
    /// Scalars of all sizes.
    Lone |w| true, size(w); |o, out| ss(o, out);
    /// Scalars of 64 bits.
    LoneD |w| size(w) == 3, 3; |o, out| ss(o, out);
    /// Scalars of 64 bits, with zero.
    LoneZero |w| size(w) == 3, 3; |o, out| {
        ss(o, out)?;
        out.write_str(", #0")
    };
    /// Scalars with a result of half the width.
    LoneNarrowed |w| size(w) != 3, size(w); |o, out|
        write!(out, "{}, {}", Scalar(o.vd, o.size), Scalar(o.vn, o.size + 1));
    /// FCVTXN of a scalar.
    LoneOdd |w| sz(w) == 3, 2; |o, out| write!(out, "{}, {}", Scalar(o.vd, 2), Scalar(o.vn, 3));
    /// Scalars in single and double precision.
    LoneFp |w| true, sz(w); |o, out| ss(o, out);
    /// Scalars in half precision.
    LoneHalf |w| true, 1; |o, out| ss(o, out);
    /// Scalars in single and double precision, with zero.
    LoneFpZero |w| true, sz(w); |o, out| {
        ss(o, out)?;
        out.write_str(", #0.0")
    };
    /// Scalars in half precision, with zero.
    LoneHalfZero |w| true, 1; |o, out| {
        ss(o, out)?;
        out.write_str(", #0.0")
    };
    /// A scalar of two elements: 64 bits.
    PairD |w| size(w) == 3, 3; |o, out| write!(out, "{}, {}", Scalar(o.vd, 3), Vector(o.vn, 3, 1));
    /// A scalar of two numbers in single or double precision.
    PairFp |w| true, sz(w); |o, out|
        write!(out, "{}, {}", Scalar(o.vd, o.size), Vector(o.vn, o.size, (o.size == 3) as u8));
    /// A scalar of two numbers in half precision.
    PairHalf |w| true, 1; |o, out| write!(out, "{}, v{}.2h", Scalar(o.vd, 1), number(o.vn));
    /// AES.
    Cipher |w| true, 0; |o, out| vv(o, out);
    /// SHA1SU1 and SHA256SU0.
    HashUpdate |w| true, 2; |o, out| write!(out, "{}, {}", Vector(o.vd, 2, 1), Vector(o.vn, 2, 1));
    /// SHA1H.
    HashTurn |w| true, 2; |o, out| ss(o, out);
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

// Copies.

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

format! {
    /// A constant: the operation and cmode, eight bits, and whether the vector has 128.
    Constant(w) { vd: Slot = v(w), how: u8 = (w >> 12 & 15 | w >> 25 & 16) as u8, imm: u8 = (w >> 11 & 0xe0 | w >> 5 & 31) as u8, q: u8 = q(w) }
    |o, pc, out| show_constant(o, out); writes vd
}
format! {
    /// FMOV of a constant in half precision.
    ConstantHalf(w) as Constant { vd = v(w), how = 32, imm = (w >> 11 & 0xe0 | w >> 5 & 31) as u8, q = q(w) }
    |o, pc, out| show_constant(o, out); writes vd
}
fn show_constant(o: Constant, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (cmode, op) = (o.how & 15, o.how >> 4 & 1);
    let shifted = |out: &mut fmt::Formatter<'_>, size, by| {
        write!(out, "{}, #{:#x}", Vector(o.vd, size, o.q), o.imm)?;
        if by == 0 { Ok(()) } else { write!(out, ", lsl #{by}") }
    };
    match (o.how, cmode, op) {
        (32, ..) => write!(out, "{}, #{:.18e}", Vector(o.vd, 1, o.q), Shown(o.imm)),
        (_, 0..8, _) => shifted(out, 2, 8 * (cmode >> 1)),
        (_, 8..12, _) => shifted(out, 1, 8 * (cmode >> 1 & 1)),
        (_, 12 | 13, _) => write!(out, "{}, #{:#x}, msl #{}", Vector(o.vd, 2, o.q), o.imm, 8 << (cmode & 1)),
        (_, 14, 0) => shifted(out, 0, 0),
        (_, 14, _) => {
            let bytes = super::simd_constant::expand(o.how, o.imm);
            if o.q == 1 {
                write!(out, "{}, #{bytes:#x}", Vector(o.vd, 3, 1))
            } else {
                write!(out, "{}, #{bytes:#x}", Scalar(o.vd, 3))
            }
        }
        (_, _, 0) => write!(out, "{}, #{:.18e}", Vector(o.vd, 2, o.q), Shown(o.imm)),
        _ => write!(out, "{}, #{:.18e}", Vector(o.vd, 3, o.q), Shown(o.imm)),
    }
}
/// An eight-bit floating-point constant, as C's `%e` writes it.
struct Shown(u8);
impl fmt::LowerExp for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = f64::from_bits(super::simd_constant::double(self.0));
        let text = std::format!("{value:.18e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        write!(out, "{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
    }
}

// Scalar floating point. `ftype` is a size, like elsewhere.

/// 0 means single precision, 1 double, 3 half.
fn ftype(w: u32) -> u8 {
    [2, 3, 0, 1][(w >> 22 & 3) as usize]
}

format! {
    /// Two numbers to compare.
    FpCompare(w) { vn: Slot = v(w >> 5), vm: Slot = v(w >> 16), size: u8 = ftype(w) }
    |o, pc, out| write!(out, "{}, {}", Scalar(o.vn, o.size), Scalar(o.vm, o.size))
}
format! {
    /// A number to compare with zero.
    FpCompareZero(w) as FpCompare { vn = v(w >> 5), vm = v(w >> 5), size = ftype(w) }
    |o, pc, out| write!(out, "{}, #0.0", Scalar(o.vn, o.size))
}
format! {
    /// FCCMP.
    FpCompareIf(w) { vn: Slot = v(w >> 5), vm: Slot = v(w >> 16), size: u8 = ftype(w), nzcv: u8 = (w & 15) as u8, cond: u8 = (w >> 12 & 15) as u8 }
    |o, pc, out| write!(out, "{}, {}, #{:#x}, {}", Scalar(o.vn, o.size), Scalar(o.vm, o.size), o.nzcv, super::format::CONDITIONS[o.cond as usize & 15])
}
format! {
    /// FCSEL.
    FpSelect(w) as Vi2 { vd = v(w), vn = v(w >> 5), vm = v(w >> 16), size = ftype(w), imm = (w >> 12 & 15) as u8 }
    |o, pc, out| write!(out, "{}, {}, {}, {}", Scalar(o.vd, o.size), Scalar(o.vn, o.size), Scalar(o.vm, o.size), super::format::CONDITIONS[o.imm as usize & 15]); writes vd
}
format! {
    /// The operands of what takes two numbers and a decode-time number.
    Vi2(w) { vd: Slot = v(w), vn: Slot = v(w >> 5), vm: Slot = v(w >> 16), size: u8 = ftype(w), imm: u8 = 0 }
    |o, pc, out| write!(out, "{}, {}, {}", Scalar(o.vd, o.size), Scalar(o.vn, o.size), Scalar(o.vm, o.size)); writes vd
}
format! {
    /// Two numbers.
    Fp2(w) as Vvv { vd = v(w), vn = v(w >> 5), vm = v(w >> 16), size = ftype(w), q = 0 }
    |o, pc, out| sss(o, out); writes vd
}
format! {
    /// One number.
    Fp1(w) as Vv { vd = v(w), vn = v(w >> 5), size = ftype(w), q = 0 }
    |o, pc, out| ss(o, out); writes vd
}
format! {
    /// FCVT: `q` is the size of the result.
    FpConvert(w) as Vv { vd = v(w), vn = v(w >> 5), size = ftype(w), q = [2, 3, 0, 1][(w >> 15 & 3) as usize] }
    |o, pc, out| write!(out, "{}, {}", Scalar(o.vd, o.q), Scalar(o.vn, o.size)); writes vd
}
format! {
    /// Three numbers.
    Fp3(w) { vd: Slot = v(w), vn: Slot = v(w >> 5), vm: Slot = v(w >> 16), va: Slot = v(w >> 10), size: u8 = ftype(w) }
    |o, pc, out| write!(out, "{}, {}, {}, {}", Scalar(o.vd, o.size), Scalar(o.vn, o.size), Scalar(o.vm, o.size), Scalar(o.va, o.size)); writes vd
}
format! {
    /// A constant of eight bits.
    FpImm(w) { vd: Slot = v(w), imm: u8 = (w >> 13) as u8, size: u8 = ftype(w) }
    |o, pc, out| write!(out, "{}, #{:.18e}", Scalar(o.vd, o.size), Shown(o.imm)); writes vd
}
format! {
    /// A number and a general register, to the latter: `imm` is bits behind the point.
    FpToGeneral(w) { rd: Slot = dst(w), vn: Slot = v(w >> 5), size: u8 = ftype(w), sf: u8 = (w >> 31) as u8, imm: u8 = 0 }
    |o, pc, out| write!(out, "{}, {}", general(o.rd, o.sf == 1), Scalar(o.vn, o.size)); writes rd
}
format! {
    /// The same with bits behind the point.
    FpToFixed(w) as FpToGeneral if w >> 31 != 0 || w >> 15 & 1 != 0;
    { rd = dst(w), vn = v(w >> 5), size = ftype(w), sf = (w >> 31) as u8, imm = 64 - (w >> 10 & 63) as u8 }
    |o, pc, out| write!(out, "{}, {}, #{}", general(o.rd, o.sf == 1), Scalar(o.vn, o.size), o.imm); writes rd
}
format! {
    /// A number and a general register, from the latter.
    FpFromGeneral(w) { vd: Slot = v(w), rn: Slot = src(w >> 5), size: u8 = ftype(w), sf: u8 = (w >> 31) as u8, imm: u8 = 0 }
    |o, pc, out| write!(out, "{}, {}", Scalar(o.vd, o.size), general(o.rn, o.sf == 1)); writes vd
}
format! {
    /// The same with bits behind the point.
    FpFromFixed(w) as FpFromGeneral if w >> 31 != 0 || w >> 15 & 1 != 0;
    { vd = v(w), rn = src(w >> 5), size = ftype(w), sf = (w >> 31) as u8, imm = 64 - (w >> 10 & 63) as u8 }
    |o, pc, out| write!(out, "{}, {}, #{}", Scalar(o.vd, o.size), general(o.rn, o.sf == 1), o.imm); writes vd
}
format! {
    /// FMOV of an upper half to a general register.
    UpperToGeneral(w) as FpToGeneral { rd = dst(w), vn = v(w >> 5), size = 3, sf = 1, imm = 1 }
    |o, pc, out| write!(out, "{}, {}", general(o.rd, true), Element(o.vn, 3, 1)); writes rd
}
format! {
    /// FMOV of a general register to an upper half.
    UpperFromGeneral(w) as FpFromGeneral { vd = v(w), rn = src(w >> 5), size = 3, sf = 1, imm = 1 }
    |o, pc, out| write!(out, "{}, {}", Element(o.vd, 3, 1), general(o.rn, true)); writes vd
}

// Loads and stores.

/// How wide a register is that a load or store moves.
fn moved(w: u32) -> u8 {
    if w >> 23 & 1 != 0 { 4 } else { (w >> 30) as u8 }
}
fn base(rn: Slot) -> &'static str {
    general(rn, true)
}
struct Behind(i32);
impl Display for Behind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(out, ", #{}", self.0) }
    }
}
format! {
    /// A load or store with an immediate, for whatever mode. `how`: 0 at the offset, 1 the base moves afterwards, 2 before.
    VLoadStore(w) { vt: Slot = v(w), rn: Slot = sp_or_x(w >> 5), imm: i32 = 0, how: u8 = moved(w) }
    |o, pc, out| write!(out, "{}, [{}{}]", Scalar(o.vt, o.how), base(o.rn), Behind(o.imm))
}
macro_rules! addressed {
    ($($(#[$doc:meta])* $Load:ident $Store:ident |$w:ident| $imm:expr, |$o:ident, $out:ident| $show:expr;)*) => {
        $(
            format! {
                $(#[$doc])*
                $Load($w) as VLoadStore { vt = v($w), rn = sp_or_x($w >> 5), imm = $imm, how = moved($w) }
                |$o, pc, $out| $show; writes vt; touches Loads
            }
            format! {
                $(#[$doc])*
                $Store($w) as VLoadStore { vt = v($w), rn = sp_or_x($w >> 5), imm = $imm, how = moved($w) }
                |$o, pc, $out| $show; touches Stores
            }
        )*
    };
}
addressed! {
    /// Twelve bits of offset, in units of what is moved.
    VLoadScaled VStoreScaled |w| ((w >> 10 & 0xfff) << moved(w)) as i32,
        |o, out| write!(out, "{}, [{}{}]", Scalar(o.vt, o.how), base(o.rn), Behind(o.imm));
    /// Nine bits of signed offset, in bytes.
    VLoadUnscaled VStoreUnscaled |w| signed(w, 12, 9),
        |o, out| write!(out, "{}, [{}{}]", Scalar(o.vt, o.how), base(o.rn), Behind(o.imm));
    /// The base moves afterwards.
    VLoadPost VStorePost |w| signed(w, 12, 9), |o, out| write!(out, "{}, [{}], #{}", Scalar(o.vt, o.how), base(o.rn), o.imm);
    /// The base moves before.
    VLoadPre VStorePre |w| signed(w, 12, 9), |o, out| write!(out, "{}, [{}, #{}]!", Scalar(o.vt, o.how), base(o.rn), o.imm);
}
format! {
    /// A load with an offset in a register.
    VLoadReg(w) if w >> 14 & 1 != 0;
    { vt: Slot = v(w), rn: Slot = sp_or_x(w >> 5), rm: Slot = src(w >> 16), option: u8 = (w >> 13 & 7 | w >> 9 & 8) as u8, amount: u8 = if w >> 12 & 1 != 0 { moved(w) } else { 0 }, how: u8 = moved(w) }
    |o, pc, out| write!(out, "{}, [{}, {}]", Scalar(o.vt, o.how), base(o.rn), super::format::Index(o.rm, o.option, o.amount)); writes vt; touches Loads
}
format! {
    /// A store with an offset in a register.
    VStoreReg(w) as VLoadReg if w >> 14 & 1 != 0;
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), option = (w >> 13 & 7 | w >> 9 & 8) as u8, amount = if w >> 12 & 1 != 0 { moved(w) } else { 0 }, how = moved(w) }
    |o, pc, out| write!(out, "{}, [{}, {}]", Scalar(o.vt, o.how), base(o.rn), super::format::Index(o.rm, o.option, o.amount)); touches Stores
}
format! {
    /// A load from a place near the instruction.
    VLiteral(w) { vt: Slot = v(w), imm: i32 = signed(w, 5, 19) << 2, how: u8 = 2 + (w >> 30) as u8 }
    |o, pc, out| write!(out, "{}, {:x}", Scalar(o.vt, o.how), pc.plus(o.imm)); writes vt; touches Loads
}

fn pair_moved(w: u32) -> u8 {
    2 + (w >> 30) as u8
}
format! {
    /// The operands of a load or store of a pair, for whatever mode.
    VPair(w) { vt: Slot = v(w), vt2: Slot = v(w >> 10), rn: Slot = sp_or_x(w >> 5), imm: i16 = (signed(w, 15, 7) << pair_moved(w)) as i16, how: u8 = pair_moved(w) }
    |o, pc, out| write!(out, "{}, {}, [{}{}]", Scalar(o.vt, o.how), Scalar(o.vt2, o.how), base(o.rn), Behind(o.imm.into()))
}
macro_rules! paired {
    ($($(#[$doc:meta])* $Load:ident $Store:ident |$o:ident, $out:ident| $show:expr;)*) => {
        $(
            format! {
                $(#[$doc])*
                $Load(w) as VPair { vt = v(w), vt2 = v(w >> 10), rn = sp_or_x(w >> 5), imm = (signed(w, 15, 7) << pair_moved(w)) as i16, how = pair_moved(w) }
                |$o, pc, $out| $show; writes vt; touches Loads
            }
            format! {
                $(#[$doc])*
                $Store(w) as VPair { vt = v(w), vt2 = v(w >> 10), rn = sp_or_x(w >> 5), imm = (signed(w, 15, 7) << pair_moved(w)) as i16, how = pair_moved(w) }
                |$o, pc, $out| $show; touches Stores
            }
        )*
    };
}
paired! {
    /// A pair at an offset.
    VLoadPair VStorePair |o, out|
        write!(out, "{}, {}, [{}{}]", Scalar(o.vt, o.how), Scalar(o.vt2, o.how), base(o.rn), Behind(o.imm.into()));
    /// A pair; the base moves afterwards.
    VLoadPairPost VStorePairPost |o, out|
        write!(out, "{}, {}, [{}], #{}", Scalar(o.vt, o.how), Scalar(o.vt2, o.how), base(o.rn), o.imm);
    /// A pair; the base moves before.
    VLoadPairPre VStorePairPre |o, out|
        write!(out, "{}, {}, [{}, #{}]!", Scalar(o.vt, o.how), Scalar(o.vt2, o.how), base(o.rn), o.imm);
}

/// Registers of a structure load or store by its opcode, and elements of a structure.
fn structure(w: u32) -> Option<(u8, u8)> {
    match w >> 12 & 15 {
        0b0000 => Some((4, 4)),
        0b0010 => Some((4, 1)),
        0b0100 => Some((3, 3)),
        0b0110 => Some((3, 1)),
        0b0111 => Some((1, 1)),
        0b1000 => Some((2, 2)),
        0b1010 => Some((2, 1)),
        _ => None,
    }
}
fn structure_ok(w: u32) -> bool {
    structure(w).is_some_and(|(_, elements)| elements == 1 || w >> 10 & 3 != 3 || q(w) == 1)
}
/// Registers in the low three bits, elements in the next.
fn structure_packed(w: u32) -> u8 {
    structure(w).map_or(0, |(registers, elements)| registers | elements << 3)
}
format! {
    /// Structures in whole registers. `rm` is zero, and the base does not move, or what the base moves by; 31 there means by what
    /// was moved.
    Structures(w) if structure_ok(w); { vt: Slot = v(w), rn: Slot = sp_or_x(w >> 5), rm: Slot = src(w >> 16), size: u8 = (w >> 10 & 3) as u8, q: u8 = q(w), what: u8 = structure_packed(w) }
    |o, pc, out| write!(out, "{}, [{}]", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn)); writes vt; touches Loads
}
fn show_structures_post(o: Structures, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "{}, [{}], ", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn))?;
    let bytes = u32::from(o.what & 7) * (8 << o.q);
    if o.rm == src(31) { write!(out, "#{bytes}") } else { write!(out, "{}", general(o.rm, true)) }
}
format! {
    /// The same, stored.
    StoreStructures(w) as Structures if structure_ok(w);
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = structure_packed(w) }
    |o, pc, out| write!(out, "{}, [{}]", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn)); touches Stores
}
format! {
    /// The same, loaded; the base moves afterwards.
    StructuresPost(w) as Structures if structure_ok(w);
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = structure_packed(w) }
    |o, pc, out| show_structures_post(o, out); writes vt; touches Loads
}
format! {
    /// The same, stored; the base moves afterwards.
    StoreStructuresPost(w) as Structures if structure_ok(w);
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = structure_packed(w) }
    |o, pc, out| show_structures_post(o, out); touches Stores
}

/// Size and index of a single structure, C4.1.96: the opcode's upper bits say how Q, S and size are to be read.
fn single(w: u32) -> Option<(u8, u8)> {
    let (s, size, q) = (w >> 12 & 1, w >> 10 & 3, w >> 30 & 1);
    match w >> 14 & 3 {
        0 => Some((0, (q << 3 | s << 2 | size) as u8)),
        1 if size & 1 == 0 => Some((1, (q << 2 | s << 1 | size >> 1) as u8)),
        2 if size == 0 => Some((2, (q << 1 | s) as u8)),
        2 if size == 1 && s == 0 => Some((3, q as u8)),
        3 if s == 0 && w >> 22 & 1 == 1 => Some((size as u8, 0)),
        _ => None,
    }
}
/// Elements of a structure.
fn single_elements(w: u32) -> u8 {
    1 + (w >> 12 & 2 | w >> 21 & 1) as u8
}
macro_rules! singles {
    ($($(#[$doc:meta])* $Load:ident $Store:ident |$o:ident, $out:ident, $list:ident, $bytes:ident| $show:expr;)*) => {
        $(
            format! {
                $(#[$doc])*
                $Load(w) as Single if single(w).is_some();
                { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = single(w).unwrap_or_default().0, q = q(w), what = single_elements(w) | single(w).unwrap_or_default().1 << 3 }
                |$o, pc, $out| {
                    let $bytes = u32::from($o.what & 7) << $o.size;
                    let $list = List($o.vt, $o.what & 7, $o.size, 1, Some($o.what >> 3));
                    $show
                }; writes vt; touches Loads
            }
            format! {
                $(#[$doc])*
                $Store(w) as Single if single(w).is_some();
                { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = single(w).unwrap_or_default().0, q = q(w), what = single_elements(w) | single(w).unwrap_or_default().1 << 3 }
                |$o, pc, $out| {
                    let $bytes = u32::from($o.what & 7) << $o.size;
                    let $list = List($o.vt, $o.what & 7, $o.size, 1, Some($o.what >> 3));
                    $show
                }; touches Stores
            }
        )*
    };
}
format! {
    /// One structure, to or from one element of each register: elements in the low three bits of `what`, the index above.
    Single(w) if single(w).is_some(); { vt: Slot = v(w), rn: Slot = sp_or_x(w >> 5), rm: Slot = src(w >> 16), size: u8 = single(w).unwrap_or_default().0, q: u8 = q(w), what: u8 = single_elements(w) | single(w).unwrap_or_default().1 << 3 }
    |o, pc, out| write!(out, "{}, [{}]", List(o.vt, o.what & 7, o.size, 1, Some(o.what >> 3)), base(o.rn))
}
fn show_post(rm: Slot, bytes: u32, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    if rm == src(31) { write!(out, "#{bytes}") } else { write!(out, "{}", general(rm, true)) }
}
singles! {
    /// At the base.
    LoadSingle StoreSingle |o, out, list, _bytes| write!(out, "{list}, [{}]", base(o.rn));
    /// The base moves afterwards.
    LoadSinglePost StoreSinglePost |o, out, list, bytes| {
        write!(out, "{list}, [{}], ", base(o.rn))?;
        show_post(o.rm, bytes, out)
    };
}
format! {
    /// One structure, to all elements.
    Replicate(w) as Single if single(w).is_some();
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = single_elements(w) }
    |o, pc, out| write!(out, "{}, [{}]", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn)); writes vt; touches Loads
}
format! {
    /// The same; the base moves afterwards.
    ReplicatePost(w) as Single if single(w).is_some();
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = single_elements(w) }
    |o, pc, out| {
        write!(out, "{}, [{}], ", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn))?;
        show_post(o.rm, u32::from(o.what & 7) << o.size, out)
    }; writes vt; touches Loads
}
