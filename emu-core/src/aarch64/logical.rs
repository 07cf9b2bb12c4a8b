//! Logical operations: immediate, shifted register (C4.1.92, C4.1.95).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::flags;
use super::format::{LogicalImm, Rrr, Shifted, mask, shifted};
use super::width::{A64, Width};
use crate::engine::*;

macro_rules! logical {
    ($($F:ident |$h:ident, $o:ident| $b:expr => { $($name:ident |$x:ident, $y:ident| $r:expr;)* } set { $($set:ident |$p:ident, $q:ident| $s:expr;)* })*) => {
        $(
            $(#[inline(always)]
            pub fn $name<H: A64, T: Width<H::E>>($h: H, $o: $F) -> Exec<H::E> {
                let ($x, $y) = (T::get(&$h, $o.rn), $b);
                T::set(&$h, $o.rd, $r);
                Ok($h.next())
            })*
            $(#[inline(always)]
            pub fn $set<H: A64, T: Width<H::E>>($h: H, $o: $F) -> Exec<H::E> {
                let ($p, $q) = (T::get(&$h, $o.rn), $b);
                let r = $s;
                flags::logical::<H, T>($h, r);
                T::set(&$h, $o.rd, r);
                Ok($h.next())
            })*
        )*
    };
}
logical! {
    LogicalImm |h, o| T::n(&h, mask(o.mask)) => {
        and_imm |a, b| a & b;
        orr_imm |a, b| a | b;
        eor_imm |a, b| a ^ b;
    } set {
        ands_imm |a, b| a & b;
    }
    Rrr |h, o| T::get(&h, o.rm) => {
        and |a, b| a & b;
        bic |a, b| a & !b;
        orr |a, b| a | b;
        orn |a, b| a | !b;
        eor |a, b| a ^ b;
        eon |a, b| a ^ !b;
    } set {
        ands |a, b| a & b;
        bics |a, b| a & !b;
    }
    Shifted |h, o| shifted::<H, T>(h, o) => {
        and_shifted |a, b| a & b;
        bic_shifted |a, b| a & !b;
        orr_shifted |a, b| a | b;
        orn_shifted |a, b| a | !b;
        eor_shifted |a, b| a ^ b;
        eon_shifted |a, b| a ^ !b;
    } set {
        ands_shifted |a, b| a & b;
        bics_shifted |a, b| a & !b;
    }
}
