//! Bitfields and EXTR (C4.1.92), and bits and bytes in another order, counted (C4.1.95).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::format::{Bitfield, Extract, Rr};
use super::width::{A64, Width};
use crate::engine::*;

// The format has made two shifts of the manual's rotation and masks: a field is moved up to the highest bit, then down to
// where it belongs.

#[inline(always)]
pub fn sbfm<H: A64, T: Width<H::E>>(h: H, o: Bitfield) -> Exec<H::E> {
    T::set(&h, o.rd, T::get(&h, o.rn).shl(o.up as u32).shr_s(o.down as u32));
    Ok(h.next())
}

#[inline(always)]
pub fn ubfm<H: A64, T: Width<H::E>>(h: H, o: Bitfield) -> Exec<H::E> {
    T::set(&h, o.rd, T::get(&h, o.rn).shl(o.up as u32).shr_u(o.down as u32));
    Ok(h.next())
}

#[inline(always)]
pub fn bfm<H: A64, T: Width<H::E>>(h: H, o: Bitfield) -> Exec<H::E> {
    let (up, down) = (o.up as u32, o.down as u32);
    let field = T::get(&h, o.rn).shl(up).shr_u(down);
    let mask = T::n(&h, u64::MAX).shl(up).shr_u(down);
    T::set(&h, o.rd, T::get(&h, o.old) & !mask | field);
    Ok(h.next())
}

#[inline(always)]
pub fn extr<H: A64, T: Width<H::E>>(h: H, o: Extract) -> Exec<H::E> {
    let (high, low, lsb) = (T::get(&h, o.rn), T::get(&h, o.rm), o.lsb as u32);
    let r = if o.rn == o.rm {
        low.rotr_by(T::n(&h, lsb.into()))
    } else {
        // In two steps, as the second operand goes away altogether if the lowest bit is wanted.
        high.shl(T::V::BITS - 1 - lsb).shl(1) | low.shr_u(lsb)
    };
    T::set(&h, o.rd, r);
    Ok(h.next())
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident |$h:ident, $a:ident| $r:expr;)*) => {
        $($(#[$doc])*
        #[inline(always)]
        pub fn $name<H: A64, T: Width<H::E>>($h: H, o: Rr) -> Exec<H::E> {
            let $a = T::get(&$h, o.rn);
            T::set(&$h, o.rd, $r);
            Ok($h.next())
        })*
    };
}
unary! {
    rbit |h, a| a.reverse_bits();
    rev |h, a| a.swap_bytes();
    /// In each halfword.
    rev16 |h, a| {
        let low = T::n(&h, 0x00ff_00ff_00ff_00ff);
        (a & low).shl(8) | a.shr_u(8) & low
    };
    /// In each word of a doubleword.
    rev32 |h, a| a.swap_bytes().rotr_by(T::n(&h, 32));
    clz |h, a| a.leading_zeros();
    /// Bits below the highest one that are as it is.
    cls |h, a| (a ^ a.shr_s(1)).leading_zeros() - T::n(&h, 1);
}
