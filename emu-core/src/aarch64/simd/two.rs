//! Two registers, and sums and extremes across one.

use super::{One, Two, accumulated, extended};
use crate::aarch64::format_simd::Vv;
use crate::aarch64::fp::{enabled, put, raise, read, write, write_part};
use crate::aarch64::slots::high;
use crate::aarch64::width::A64;
use crate::engine::*;

#[inline]
pub fn each<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v1(T::OP, Lane::of(o.size), read(h, o.vn, o.q));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// SADALP: sums of neighbours are added to the destination.
#[inline]
pub fn each_into<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v1(T::OP, lane, read(h, o.vn, o.q));
    let v = accumulated(h, V2::Add, lane.wider(), read(h, o.vd, o.q), v);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn not<H: A64>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (low, upper) = (!h.get(o.vn), if o.q == 1 { !h.get(high(o.vn)) } else { h.x(0) });
    h.set(o.vd, low);
    h.set(high(o.vd), upper);
    Ok(h.next())
}

/// A comparison with zero.
#[inline]
pub fn with_zero<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let zero = h.v_of(h.x(0), h.x(0));
    let (v, _) = h.v2(T::OP, Lane::of(o.size), read(h, o.vn, o.q), zero);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

/// A comparison of zero with the register.
#[inline]
pub fn zero_with<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let zero = h.v_of(h.x(0), h.x(0));
    let (v, _) = h.v2(T::OP, Lane::of(o.size), zero, read(h, o.vn, o.q));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn narrowed<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v1(T::OP, Lane::of(o.size), read(h, o.vn, 1));
    write_part(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

#[inline]
pub fn shll<H: A64>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v_shift(VShift::Shl, lane.wider(), lane.bits() as u8, extended(h, V1::Uxtl, lane, o.vn, o.q));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

/// SUQADD and USQADD; the destination is the first operand.
#[inline]
pub fn with_destination<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v2(T::OP, Lane::of(o.size), read(h, o.vd, o.q), read(h, o.vn, o.q));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// Sums across all lanes: zeros above do not matter.
#[inline]
pub fn sum<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v1(T::OP, Lane::of(o.size), read(h, o.vn, o.q));
    put(h, o.vd, h.half(v, 0));
    Ok(h.next())
}

/// The largest or least lane: of 64 bits taken twice.
#[inline]
pub fn extreme<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let low = h.get(o.vn);
    let a = h.v_of(low, if o.q == 1 { h.get(high(o.vn)) } else { low });
    let (v, _) = h.v1(T::OP, Lane::of(o.size), a);
    put(h, o.vd, h.half(v, 0));
    Ok(h.next())
}
