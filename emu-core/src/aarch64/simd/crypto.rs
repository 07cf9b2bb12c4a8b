//! AES, SHA, and products of polynomials of 64 bits.

use super::{One, Three, Two};
use crate::aarch64::format_simd::{Vv, Vvv};
use crate::aarch64::fp::{enabled, read, write};
use crate::aarch64::slots::high;
use crate::aarch64::width::A64;
use crate::engine::*;
use crate::slot::Slot;

/// SHA1C and its kin: all of 128 bits, whatever the encoding says of Q.
#[inline]
pub fn hash<H: A64, T: Three>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v3(T::OP, Lane::S, read(h, o.vd, 1), read(h, o.vn, 1), read(h, o.vm, 1));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

/// The destination is the first source.
#[inline]
pub fn hash_update<H: A64, T: Two>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v2(T::OP, Lane::S, read(h, o.vd, 1), read(h, o.vn, 1));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

#[inline]
pub fn hash_turn<H: A64, T: One>(h: H, o: Vv) -> Exec<H::E> {
    enabled(h)?;
    let (v, _) = h.v1(T::OP, Lane::S, read(h, o.vn, 1));
    write(h, o.vd, 1, v);
    Ok(h.next())
}

/// PMULL of doublewords.
#[inline]
pub fn pmull_d<H: A64>(h: H, o: Vvv) -> Exec<H::E> {
    enabled(h)?;
    let half = |r: Slot| h.get(if o.q == 1 { high(r) } else { r });
    let (a, b) = (half(o.vn), half(o.vm));
    let (low, upper) = (h.clmul(a, b), h.clmulh(a, b));
    h.set(o.vd, low);
    h.set(high(o.vd), upper);
    Ok(h.next())
}
