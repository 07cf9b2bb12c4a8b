//! Operand formats of floating point and Advanced SIMD, C4.1.96 and C4.1.97: as `format.rs` for registers of vectors.
//!
//! A register is named by the slot of its lower half. `size` is the binary logarithm of an element's bytes, of the narrower
//! one where widths differ; `q` says that the vector has 128 bits.

mod by_element;
mod constant;
mod copy;
mod float;
mod load_store;
mod shift;
mod three;
mod two;

pub use by_element::*;
pub use constant::*;
pub use copy::*;
pub use float::*;
pub use load_store::*;
pub use shift::*;
pub use three::*;
pub use two::*;

use super::slots::v;
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
