//! Shifts by a constant.

use super::{By, One, accumulated, extended};
use crate::aarch64::format_simd::Vi;
use crate::aarch64::fp::{enabled, raise, read, write, write_part};
use crate::aarch64::slots::high;
use crate::aarch64::width::A64;
use crate::engine::*;

#[inline]
pub fn shift<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v_shift(T::OP, Lane::of(o.size), o.imm, read(h, o.vn, o.q));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn shift_into<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v_shift(T::OP, lane, o.imm, read(h, o.vn, o.q));
    let v = accumulated(h, V2::Add, lane, read(h, o.vd, o.q), v);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn shift_narrow<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v_shift(T::OP, Lane::of(o.size), o.imm, read(h, o.vn, 1));
    write_part(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn shift_long<H: A64, E: One>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v_shift(VShift::Shl, lane.wider(), o.imm, extended(h, E::OP, lane, o.vn, o.q));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

/// SRI and SLI: what the shift does not reach stays. `kept` is which bits of a lane do.
#[inline]
fn shift_insert<H: A64>(h: H, o: Vi, op: VShift, kept: u64) {
    let lane = Lane::of(o.size);
    let (v, _) = h.v_shift(op, lane, o.imm, read(h, o.vn, o.q));
    let kept = h.x(lane.repeat(kept));
    let (low, upper) = (h.half(v, 0) | h.get(o.vd) & kept, h.half(v, 1) | h.get(high(o.vd)) & kept);
    h.set(o.vd, low);
    h.set(high(o.vd), if o.q == 1 { upper } else { h.x(0) });
}

#[inline]
pub fn sri<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    shift_insert(h, o, VShift::Ushr, !lane.mask().checked_shr(o.imm.into()).unwrap_or(0));
    Ok(h.next())
}

#[inline]
pub fn sli<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    shift_insert(h, o, VShift::Shl, !(u64::MAX << (o.imm & 63)));
    Ok(h.next())
}

/// SRI of a scalar: 64 bits, whatever the encoding says of Q.
#[inline]
pub fn lone_sri<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    sri(h, Vi { q: 0, ..o })
}

/// SLI of a scalar.
#[inline]
pub fn lone_sli<H: A64>(h: H, o: Vi) -> Exec<H::E> {
    sli(h, Vi { q: 0, ..o })
}
