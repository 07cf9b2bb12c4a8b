//! Vectors by one element of another.

use super::{One, Three, Two, accumulated, extended};
use crate::aarch64::format_simd::Ve;
use crate::aarch64::fp::{VOf, XOf, element, enabled, part, raise, read, write};
use crate::aarch64::width::A64;
use crate::engine::*;

#[inline]
fn all_of<H: A64>(h: H, o: Ve) -> VOf<H> {
    let lane = Lane::of(o.size);
    h.v_splat(lane, element(h, o.vm, lane, o.index.into()))
}

#[inline]
pub fn by_element<H: A64, T: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v2(T::OP, Lane::of(o.size), read(h, o.vn, o.q), all_of(h, o));
    // Of 64 bits, zeros above the first operand give zeros, and saturate nothing.
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn by_element_into<H: A64, A: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v2(V2::Mul, lane, read(h, o.vn, o.q), all_of(h, o));
    let v = accumulated(h, A::OP, lane, read(h, o.vd, o.q), v);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

/// SQRDMLAH and SQRDMLSH.
#[inline]
pub fn by_element_three<H: A64, T: Three>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v3(T::OP, Lane::of(o.size), read(h, o.vd, o.q), read(h, o.vn, o.q), all_of(h, o));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// SDOT and UDOT: an element is four bytes.
#[inline]
pub fn by_element_dot<H: A64, T: Three>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v3(T::OP, Lane::S, read(h, o.vd, o.q), read(h, o.vn, o.q), all_of(h, o));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
fn long_product<H: A64>(h: H, extend: V1, o: Ve) -> VOf<H> {
    let lane = Lane::of(o.size);
    let all = h.v_of(h.half(all_of(h, o), 0), h.x(0));
    let (factor, _) = h.v1(extend, lane, all);
    h.v2(V2::Mul, lane.wider(), extended(h, extend, lane, o.vn, o.q), factor).0
}

#[inline]
pub fn by_element_long<H: A64, E: One>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let v = long_product(h, E::OP, o);
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
pub fn by_element_long_into<H: A64, E: One, A: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let v = accumulated(h, A::OP, Lane::of(o.size).wider(), read(h, o.vd, 1), long_product(h, E::OP, o));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
fn doubled_product<H: A64>(h: H, o: Ve) -> (VOf<H>, XOf<H>) {
    let all = h.v_of(h.half(all_of(h, o), 0), h.x(0));
    h.v2(V2::Sqdmull, Lane::of(o.size), part(h, o.vn, o.q), all)
}

#[inline]
pub fn by_element_doubled<H: A64>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = doubled_product(h, o);
    write(h, o.vd, 1, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn by_element_doubled_into<H: A64, A: Two>(h: H, o: Ve) -> Exec<H::E> {
    enabled(h)?;
    let (product, first) = doubled_product(h, o);
    let (v, second) = h.v2(A::OP, Lane::of(o.size).wider(), read(h, o.vd, 1), product);
    write(h, o.vd, 1, v);
    raise(h, first | second);
    Ok(h.next())
}
