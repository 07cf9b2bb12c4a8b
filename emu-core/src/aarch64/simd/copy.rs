//! Copies, permutations, tables, constants.

use crate::aarch64::format_simd::{Constant, Ve, Vi, Vvv};
use crate::aarch64::fp::{VOf, XOf, element, enabled, put, read, write};
use crate::aarch64::simd_constant;
use crate::aarch64::slots::{self, high};
use crate::aarch64::width::A64;
use crate::engine::*;
use crate::slot::Slot;

#[inline]
pub fn dup_element<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let v = h.v_splat(lane, element(h, o.vn, lane, o.imm.into()));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn lone_copy<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    put(h, o.vd, element(h, o.vn, lane, o.imm.into()) & h.x(lane.mask()));
    Ok(h.next())
}

#[inline]
pub fn dup_general<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let v = h.v_splat(Lane::of(o.size), h.get(o.vn));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

/// Puts the low bits of `x` into element `i`.
#[inline]
fn insert<H: A64>(h: H, vd: Slot, lane: Lane, i: u32, x: XOf<H>) {
    let at = i * lane.bits();
    let half = if at < 64 { vd } else { high(vd) };
    let at = at & 63;
    let new = if lane == Lane::D { x } else { (x & h.x(lane.mask())).shl(at) };
    h.set(half, h.get(half) & h.x(!(lane.mask() << at)) | new);
}

#[inline]
pub fn ins_general<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    insert(h, o.vd, Lane::of(o.size), o.imm.into(), h.get(o.vn));
    Ok(h.next())
}

#[inline]
pub fn ins_element<H: A64>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    insert(h, o.vd, lane, (o.index & 15).into(), element(h, o.vn, lane, (o.index >> 4).into()));
    Ok(h.next())
}

#[inline]
pub fn umov<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    h.set(o.vd, element(h, o.vn, lane, o.imm.into()) & h.x(lane.mask()));
    Ok(h.next())
}

#[inline]
pub fn smov<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let above = 64 - lane.bits();
    let v = element(h, o.vn, lane, o.imm.into()).shl(above).shr_s(above);
    h.set(o.vd, if o.q == 1 { v } else { v.lo().zext() });
    Ok(h.next())
}

/// EXT: bytes from place `size` on of both registers, one after the other.
#[inline]
pub fn ext<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let words = if o.q == 1 {
        [h.get(o.vn), h.get(high(o.vn)), h.get(o.vm), h.get(high(o.vm))]
    } else {
        [h.get(o.vn), h.get(o.vm), h.x(0), h.x(0)]
    };
    let (first, by) = (usize::from(o.size >> 3 & 1), u32::from(o.size & 7) * 8);
    let word = |i: usize| match by {
        0 => words[(first + i) & 3],
        _ => words[(first + i) & 3].shr_u(by) | words[(first + i + 1) & 3].shl(64 - by),
    };
    let (low, upper) = (word(0), if o.q == 1 { word(1) } else { h.x(0) });
    h.set(o.vd, low);
    h.set(high(o.vd), upper);
    Ok(h.next())
}

#[inline]
fn looked_up<H: A64>(h: H, o: Vvv, otherwise: VOf<H>) -> VOf<H> {
    let first = u32::from(o.vn.0 - slots::v(0).0) / 2;
    let index = read(h, o.vm, o.q);
    (0..o.size)
        .fold(otherwise, |otherwise, i| h.v_look_up(read(h, slots::v(first + u32::from(i)), 1), i, index, otherwise))
}

#[inline]
pub fn tbl<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let v = looked_up(h, o, h.v_of(h.x(0), h.x(0)));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn tbx<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let v = looked_up(h, o, read(h, o.vd, o.q));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

macro_rules! constants {
    ($($name:ident |$old:ident, $constant:ident| $result:expr;)*) => {
        $(#[inline]
        pub fn $name<H: A64>(h: H, o: Constant) -> Exec<H::E> {
            enabled(h)?;
            let $constant = h.x(simd_constant::expand(o.how, o.imm));
            let half = |r| {
                let $old = h.get(r);
                _ = $old;
                $result
            };
            let (low, upper) = (half(o.vd), if o.q == 1 { half(high(o.vd)) } else { h.x(0) });
            h.set(o.vd, low);
            h.set(high(o.vd), upper);
            Ok(h.next())
        })*
    };
}
constants! {
    movi |old, constant| constant;
    mvni |old, constant| !constant;
    orr_constant |old, constant| old | constant;
    bic_constant |old, constant| old & !constant;
}
