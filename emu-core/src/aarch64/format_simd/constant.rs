//! Constants for all elements of a vector, and how eight bits of a number are printed.

use super::{Scalar, Vector, q};
use crate::aarch64::simd_constant;
use crate::aarch64::slots::v;
use crate::format;
use crate::slot::Slot;
use std::fmt;

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
            let bytes = simd_constant::expand(o.how, o.imm);
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
pub(super) struct Shown(pub u8);
impl fmt::LowerExp for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = f64::from_bits(simd_constant::double(self.0));
        let text = std::format!("{value:.18e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        write!(out, "{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
    }
}
