//! Add and subtract: immediate, shifted register, extended register, with carry (C4.1.92, C4.1.95).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::flags;
use super::format::{AddImm, Extended, Rrr, Shifted, extended, shifted};
use super::width::{A64, Width};
use crate::engine::*;

/// Each way to a second operand, for the four instructions that have it: `rn`, and what `$b` gives.
macro_rules! forms {
    ($($F:ident |$h:ident, $o:ident| $b:expr => $add:ident $adds:ident $sub:ident $subs:ident;)*) => {
        $(
            #[inline(always)]
            pub fn $add<H: A64, T: Width<H::E>>($h: H, $o: $F) -> Exec<H::E> {
                T::set(&$h, $o.rd, T::get(&$h, $o.rn) + $b);
                Ok($h.next())
            }
            #[inline(always)]
            pub fn $adds<H: A64, T: Width<H::E>>($h: H, $o: $F) -> Exec<H::E> {
                let r = flags::add::<H, T>($h, T::get(&$h, $o.rn), $b);
                T::set(&$h, $o.rd, r);
                Ok($h.next())
            }
            #[inline(always)]
            pub fn $sub<H: A64, T: Width<H::E>>($h: H, $o: $F) -> Exec<H::E> {
                T::set(&$h, $o.rd, T::get(&$h, $o.rn) - $b);
                Ok($h.next())
            }
            #[inline(always)]
            pub fn $subs<H: A64, T: Width<H::E>>($h: H, $o: $F) -> Exec<H::E> {
                let r = flags::sub::<H, T>($h, T::get(&$h, $o.rn), $b);
                T::set(&$h, $o.rd, r);
                Ok($h.next())
            }
        )*
    };
}
forms! {
    AddImm |h, o| T::n(&h, o.imm as u64) => add_imm adds_imm sub_imm subs_imm;
    Rrr |h, o| T::get(&h, o.rm) => add adds sub subs;
    Shifted |h, o| shifted::<H, T>(h, o) => add_shifted adds_shifted sub_shifted subs_shifted;
    Extended |h, o| extended::<H, T>(h, o) => add_extended adds_extended sub_extended subs_extended;
}

macro_rules! carry {
    ($($name:ident $sum:ident |$b:ident| $operand:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64, T: Width<H::E>>(h: H, o: Rrr) -> Exec<H::E> {
            let $b = T::get(&h, o.rm);
            let r = flags::$sum::<H, T>(h, T::get(&h, o.rn), $operand);
            T::set(&h, o.rd, r);
            Ok(h.next())
        })*
    };
}
carry! {
    adc add_carry |b| b;
    adcs add_carry_set |b| b;
    sbc add_carry |b| !b;
    sbcs add_carry_set |b| !b;
}
