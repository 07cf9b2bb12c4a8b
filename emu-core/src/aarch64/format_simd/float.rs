//! Scalar floating point. `ftype` is a size, like elsewhere.

use super::constant::Shown;
use super::{Element, Scalar, Vv, Vvv, ss, sss};
use crate::aarch64::format::CONDITIONS;
use crate::aarch64::slots::{dst, general, src, v};
use crate::format;
use crate::slot::Slot;

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
    |o, pc, out| write!(out, "{}, {}, #{:#x}, {}", Scalar(o.vn, o.size), Scalar(o.vm, o.size), o.nzcv, CONDITIONS[o.cond as usize & 15])
}
format! {
    /// FCSEL.
    FpSelect(w) as Vi2 { vd = v(w), vn = v(w >> 5), vm = v(w >> 16), size = ftype(w), imm = (w >> 12 & 15) as u8 }
    |o, pc, out| write!(out, "{}, {}, {}, {}", Scalar(o.vd, o.size), Scalar(o.vn, o.size), Scalar(o.vm, o.size), CONDITIONS[o.imm as usize & 15]); writes vd
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
