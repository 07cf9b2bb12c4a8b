//! Scalars: the same of one lane.

use super::{By, One, Three, Two};
use crate::aarch64::format_simd::{Ve, Vi, Vv, Vvv};
use crate::aarch64::fp::{VOf, element, enabled, put, raise, read_scalar, write_scalar};
use crate::aarch64::slots::high;
use crate::aarch64::width::A64;
use crate::engine::*;

#[inline]
pub fn lone_same<H: A64, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(T::OP, lane, read_scalar(h, o.vn, lane), read_scalar(h, o.vm, lane));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_into<H: A64, T: Three>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (d, n, m) = (read_scalar(h, o.vd, lane), read_scalar(h, o.vn, lane), read_scalar(h, o.vm, lane));
    let (v, flags) = h.v3(T::OP, lane, d, n, m);
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_product<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(V2::Sqdmull, lane, read_scalar(h, o.vn, lane), read_scalar(h, o.vm, lane));
    write_scalar(h, o.vd, lane.wider(), v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_product_into<H: A64, A: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (product, first) = h.v2(V2::Sqdmull, lane, read_scalar(h, o.vn, lane), read_scalar(h, o.vm, lane));
    let (v, second) = h.v2(A::OP, lane.wider(), read_scalar(h, o.vd, lane.wider()), product);
    write_scalar(h, o.vd, lane.wider(), v);
    raise(h, first | second);
    Ok(h.next())
}

#[inline]
pub fn lone<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v1(T::OP, lane, read_scalar(h, o.vn, lane));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_narrowed<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v1(T::OP, lane, read_scalar(h, o.vn, lane.wider()));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_with_zero<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let zero = h.v_of(h.x(0), h.x(0));
    let (v, _) = h.v2(T::OP, Lane::D, read_scalar(h, o.vn, Lane::D), zero);
    write_scalar(h, o.vd, Lane::D, v);
    Ok(h.next())
}

#[inline]
pub fn lone_zero_with<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let zero = h.v_of(h.x(0), h.x(0));
    let (v, _) = h.v2(T::OP, Lane::D, zero, read_scalar(h, o.vn, Lane::D));
    write_scalar(h, o.vd, Lane::D, v);
    Ok(h.next())
}

#[inline]
pub fn lone_with_destination<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(T::OP, lane, read_scalar(h, o.vd, lane), read_scalar(h, o.vn, lane));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

/// ADDP of a scalar.
#[inline]
pub fn lone_pair<H: A64>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    put(h, o.vd, h.get(o.vn) + h.get(high(o.vn)));
    Ok(h.next())
}

#[inline]
pub fn lone_shift<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v_shift(T::OP, lane, o.imm, read_scalar(h, o.vn, lane));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_shift_into<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v_shift(T::OP, Lane::D, o.imm, read_scalar(h, o.vn, Lane::D));
    put(h, o.vd, h.get(o.vd) + h.half(v, 0));
    Ok(h.next())
}

#[inline]
pub fn lone_shift_narrow<H: A64, T: By>(h: H, o: Vi) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v_shift(T::OP, lane, o.imm, read_scalar(h, o.vn, lane.wider()));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
fn element_scalar<H: A64>(h: H, o: Ve) -> VOf<H> {
    let lane = Lane::of(o.size);
    h.v_of(element(h, o.vm, lane, o.index.into()) & h.x(lane.mask()), h.x(0))
}

#[inline]
pub fn lone_by_element<H: A64, T: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(T::OP, lane, read_scalar(h, o.vn, lane), element_scalar(h, o));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_by_element_three<H: A64, T: Three>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (d, n) = (read_scalar(h, o.vd, lane), read_scalar(h, o.vn, lane));
    let (v, flags) = h.v3(T::OP, lane, d, n, element_scalar(h, o));
    write_scalar(h, o.vd, lane, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_by_element_doubled<H: A64>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, flags) = h.v2(V2::Sqdmull, lane, read_scalar(h, o.vn, lane), element_scalar(h, o));
    write_scalar(h, o.vd, lane.wider(), v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn lone_by_element_doubled_into<H: A64, A: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (product, first) = h.v2(V2::Sqdmull, lane, read_scalar(h, o.vn, lane), element_scalar(h, o));
    let (v, second) = h.v2(A::OP, lane.wider(), read_scalar(h, o.vd, lane.wider()), product);
    write_scalar(h, o.vd, lane.wider(), v);
    raise(h, first | second);
    Ok(h.next())
}
