//! Three registers of the same width.

use super::{Three, Two, accumulated};
use crate::aarch64::format_simd::Vvv;
use crate::aarch64::fp::{enabled, put, raise, read, write};
use crate::aarch64::slots::high;
use crate::aarch64::width::A64;
use crate::engine::*;

#[inline]
pub fn same<H: A64, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, flags) = h.v2(T::OP, Lane::of(o.size), read(h, o.vn, o.q), read(h, o.vm, o.q));
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}

/// Neighbours and odd or even lanes of both sources, one after the other: of two halves as of one vector.
#[inline]
pub fn neighbours<H: A64, T: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (a, b) = if o.q == 1 {
        (read(h, o.vn, 1), read(h, o.vm, 1))
    } else {
        let both = h.v_of(h.get(o.vn), h.get(o.vm));
        (both, both)
    };
    let (v, _) = h.v2(T::OP, Lane::of(o.size), a, b);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

#[inline]
pub fn zip1<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v2(V2::Zip1, Lane::of(o.size), read(h, o.vn, o.q), read(h, o.vm, o.q));
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

/// Of two halves, the upper halves interleaved are what follows the lower ones.
#[inline]
pub fn zip2<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (a, b) = (read(h, o.vn, o.q), read(h, o.vm, o.q));
    if o.q == 1 {
        let (v, _) = h.v2(V2::Zip2, Lane::of(o.size), a, b);
        write(h, o.vd, 1, v);
    } else {
        let (v, _) = h.v2(V2::Zip1, Lane::of(o.size), a, b);
        put(h, o.vd, h.half(v, 1));
    }
    Ok(h.next())
}

/// What `T` gives is added to the destination (`A` is `TwoAdd`) or subtracted from it.
#[inline]
pub fn same_into<H: A64, T: Two, A: Two>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let lane = Lane::of(o.size);
    let (v, _) = h.v2(T::OP, lane, read(h, o.vn, o.q), read(h, o.vm, o.q));
    let v = accumulated(h, A::OP, lane, read(h, o.vd, o.q), v);
    write(h, o.vd, o.q, v);
    Ok(h.next())
}

macro_rules! selections {
    ($($name:ident |$d:ident, $n:ident, $m:ident| $result:expr;)*) => {
        $(#[inline]
        pub fn $name<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
            enabled(h)?;
            let half = |d, n, m| {
                let ($d, $n, $m) = (h.get(d), h.get(n), h.get(m));
                $result
            };
            let low = half(o.vd, o.vn, o.vm);
            let upper = if o.q == 1 { half(high(o.vd), high(o.vn), high(o.vm)) } else { h.x(0) };
            h.set(o.vd, low);
            h.set(high(o.vd), upper);
            Ok(h.next())
        })*
    };
}
selections! {
    bsl |d, n, m| ((n ^ m) & d) ^ m;
    bit |d, n, m| ((n ^ d) & m) ^ d;
    bif |d, n, m| ((n ^ d) & !m) ^ d;
}

#[inline]
pub fn into<H: A64, T: Three>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (d, n, m) = (read(h, o.vd, o.q), read(h, o.vn, o.q), read(h, o.vm, o.q));
    let (v, flags) = h.v3(T::OP, Lane::of(o.size), d, n, m);
    write(h, o.vd, o.q, v);
    raise(h, flags);
    Ok(h.next())
}
