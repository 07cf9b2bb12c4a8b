//! Three registers: vectors of one width and of several, scalars.

use super::{List, Scalar, Vector, Vvv, fp_whole, hs, q, size, sss, sz, vvv, whole};
use crate::aarch64::slots::v;
use crate::format;

macro_rules! three {
    ($($(#[$doc:meta])* $Name:ident |$w:ident| $ok:expr, $size:expr; |$o:ident, $out:ident| $show:expr;)*) => {
        $(format! {
            $(#[$doc])*
            $Name($w) as Vvv if $ok; { vd = v($w), vn = v($w >> 5), vm = v($w >> 16), size = $size, q = q($w) }
            |$o, pc, $out| $show; writes vd
        })*
    };
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
