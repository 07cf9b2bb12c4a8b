//! Conditional compare and select (C4.1.95).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::flags::{self, holds};
use super::format::{CompareImm, CompareReg, Select};
use super::width::{A64, Width};
use crate::engine::*;

macro_rules! selects {
    ($($name:ident |$h:ident, $b:ident| $otherwise:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64, T: Width<H::E>>($h: H, o: Select) -> Exec<H::E> {
            let (a, $b) = (T::get(&$h, o.rn), T::get(&$h, o.rm));
            let r = Bits::select(holds($h, o.cond), a, $otherwise);
            T::set(&$h, o.rd, r);
            Ok($h.next())
        })*
    };
}
selects! {
    csel |h, b| b;
    csinc |h, b| b + T::n(&h, 1);
    csinv |h, b| !b;
    csneg |h, b| T::n(&h, 0) - b;
}

#[inline(always)]
pub fn ccmp<H: A64, T: Width<H::E>>(h: H, o: CompareReg) -> Exec<H::E> {
    flags::compare_if::<H, T>(h, holds(h, o.cond), T::get(&h, o.rn), T::get(&h, o.rm), o.nzcv);
    Ok(h.next())
}

#[inline(always)]
pub fn ccmp_imm<H: A64, T: Width<H::E>>(h: H, o: CompareImm) -> Exec<H::E> {
    flags::compare_if::<H, T>(h, holds(h, o.cond), T::get(&h, o.rn), T::n(&h, o.imm.into()), o.nzcv);
    Ok(h.next())
}

#[inline(always)]
pub fn ccmn<H: A64, T: Width<H::E>>(h: H, o: CompareReg) -> Exec<H::E> {
    flags::compare_negative_if::<H, T>(h, holds(h, o.cond), T::get(&h, o.rn), T::get(&h, o.rm), o.nzcv);
    Ok(h.next())
}

#[inline(always)]
pub fn ccmn_imm<H: A64, T: Width<H::E>>(h: H, o: CompareImm) -> Exec<H::E> {
    flags::compare_negative_if::<H, T>(h, holds(h, o.cond), T::get(&h, o.rn), T::n(&h, o.imm.into()), o.nzcv);
    Ok(h.next())
}
