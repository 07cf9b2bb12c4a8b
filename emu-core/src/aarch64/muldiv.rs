//! Multiply, divide, shift by a register (C4.1.95).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::format::{Long, Rrr, Rrrr};
use super::width::{A64, Width};
use crate::engine::*;

macro_rules! register_register {
    ($($(#[$doc:meta])* $name:ident |$h:ident, $a:ident, $b:ident| $r:expr;)*) => {
        $($(#[$doc])*
        #[inline(always)]
        pub fn $name<H: A64, T: Width<H::E>>($h: H, o: Rrr) -> Exec<H::E> {
            let ($a, $b) = (T::get(&$h, o.rn), T::get(&$h, o.rm));
            T::set(&$h, o.rd, $r);
            Ok($h.next())
        })*
    };
}
register_register! {
    /// By zero gives zero.
    udiv |h, a, b| a.div_u(b, T::n(&h, 0));
    /// By zero gives zero.
    sdiv |h, a, b| a.div_s(b, T::n(&h, 0));
    lslv |h, a, b| a.shl_by(b);
    lsrv |h, a, b| a.shr_u_by(b);
    asrv |h, a, b| a.shr_s_by(b);
    rorv |h, a, b| a.rotr_by(b);
    smulh |h, a, b| a.mul_high_s(b);
    umulh |h, a, b| a.mul_high_u(b);
}

#[inline(always)]
pub fn madd<H: A64, T: Width<H::E>>(h: H, o: Rrrr) -> Exec<H::E> {
    T::set(&h, o.rd, T::get(&h, o.ra) + T::get(&h, o.rn) * T::get(&h, o.rm));
    Ok(h.next())
}

#[inline(always)]
pub fn msub<H: A64, T: Width<H::E>>(h: H, o: Rrrr) -> Exec<H::E> {
    T::set(&h, o.rd, T::get(&h, o.ra) - T::get(&h, o.rn) * T::get(&h, o.rm));
    Ok(h.next())
}

macro_rules! long {
    ($($name:ident $extend:ident $op:tt;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64>(h: H, o: Long) -> Exec<H::E> {
            let factor = |r| h.get(r).lo().$extend();
            let product: <H::E as Engine>::X = factor(o.rn) * factor(o.rm);
            h.set(o.rd, h.get(o.ra) $op product);
            Ok(h.next())
        })*
    };
}
long! { smaddl sext +; smsubl sext -; umaddl zext +; umsubl zext -; }
