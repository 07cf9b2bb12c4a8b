//! Two registers: vectors of one width and of two, sums across a vector, scalars, pairs.

use super::{Scalar, Vector, Vv, fp_whole, number, q, size, ss, sz, vv, whole};
use crate::aarch64::slots::v;
use crate::format;

macro_rules! two {
    ($($(#[$doc:meta])* $Name:ident |$w:ident| $ok:expr, $size:expr; |$o:ident, $out:ident| $show:expr;)*) => {
        $(format! {
            $(#[$doc])*
            $Name($w) as Vv if $ok; { vd = v($w), vn = v($w >> 5), size = $size, q = q($w) }
            |$o, pc, $out| $show; writes vd
        })*
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
