//! Three registers of different widths. `E` extends.

use super::{By, One, Two, accumulated, extended};
use crate::aarch64::format_simd::Vvv;
use crate::aarch64::fp::{enabled, part, raise, read, write, write_part};
use crate::aarch64::width::A64;
use crate::engine::*;

#[inline]
pub fn long<H: A64, E: One, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (a, b) = (extended(h, E::OP, lane, o.vn, o.q), extended(h, E::OP, lane, o.vm, o.q));
    let (v, _) = h.v2(T::OP, lane.wider(), a, b);
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
pub fn long_into<H: A64, E: One, T: Two, A: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (a, b) = (extended(h, E::OP, lane, o.vn, o.q), extended(h, E::OP, lane, o.vm, o.q));
    let (v, _) = h.v2(T::OP, lane.wider(), a, b);
    let v = accumulated(h, A::OP, lane.wider(), read(h, o.vd, 1), v);
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
pub fn wide<H: A64, E: One, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v2(T::OP, lane.wider(), read(h, o.vn, 1), extended(h, E::OP, lane, o.vm, o.q));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

/// The upper halves of sums or differences, rounded if `S` does.
#[inline]
pub fn upper_halves<H: A64, T: Two, S: By>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v2(T::OP, lane.wider(), read(h, o.vn, 1), read(h, o.vm, 1));
    let (v, _) = h.v_shift(S::OP, lane, lane.bits() as u8, v);
    write_part(h, o.vd, o.q, v);
    Ok(h.next())
}

/// SQDMULL and PMULL of bytes, which widen by themselves.
#[inline]
pub fn product<H: A64, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v2(T::OP, Lane::of(o.size), part(h, o.vn, o.q), part(h, o.vm, o.q));
    write(h, o.vd, 1, v);
    raise(h, flags);
    Ok(h.next())
}

/// SQDMLAL and SQDMLSL: the product saturates, then the sum does.
#[inline]
pub fn product_into<H: A64, A: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (product, first) = h.v2(V2::Sqdmull, lane, part(h, o.vn, o.q), part(h, o.vm, o.q));
    let (v, second) = h.v2(A::OP, lane.wider(), read(h, o.vd, 1), product);
    write(h, o.vd, 1, v);
    raise(h, first | second);
    Ok(h.next())
}
