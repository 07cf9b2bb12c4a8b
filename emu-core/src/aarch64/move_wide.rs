//! Move wide (immediate) and PC-relative addresses (C4.1.92).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::format::{Adr, MoveWide};
use super::width::{A64, Width};
use crate::engine::*;

#[inline(always)]
fn moved<H: A64, T: Width<H::E>>(h: H, o: MoveWide) -> T::V {
    T::n(&h, (o.imm as u64) << o.shift)
}

#[inline(always)]
pub fn movz<H: A64, T: Width<H::E>>(h: H, o: MoveWide) -> Exec<H::E> {
    T::set(&h, o.rd, moved::<H, T>(h, o));
    Ok(h.next())
}

#[inline(always)]
pub fn movn<H: A64, T: Width<H::E>>(h: H, o: MoveWide) -> Exec<H::E> {
    T::set(&h, o.rd, !moved::<H, T>(h, o));
    Ok(h.next())
}

#[inline(always)]
pub fn movk<H: A64, T: Width<H::E>>(h: H, o: MoveWide) -> Exec<H::E> {
    let kept = T::get(&h, o.rn) & T::n(&h, !(0xffff << o.shift));
    T::set(&h, o.rd, kept | moved::<H, T>(h, o));
    Ok(h.next())
}

#[inline(always)]
pub fn adr<H: A64>(h: H, o: Adr) -> Exec<H::E> {
    h.set(o.rd, h.x(h.near(o.imm)));
    Ok(h.next())
}

/// In pages of 4 KiB, from that of this instruction.
#[inline(always)]
pub fn adrp<H: A64>(h: H, o: Adr) -> Exec<H::E> {
    h.set(o.rd, h.x((h.pc() & !0xfff).wrapping_add(((o.imm as i64) << 12) as u64)));
    Ok(h.next())
}
