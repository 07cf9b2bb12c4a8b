//! A (Zalrsc and Zaamo), unprivileged manual chapter 13.
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::cause;
use super::format::{A, Lr, Sc};
use super::xlen::Rv;
use crate::engine::*;

/// 13.2, 13.4: the address must be naturally aligned, or the access raises an exception whatever plain ones do.
#[inline(always)]
fn aligned<H: Rv>(h: H, at: <H::E as Engine>::X, kind: Mem, cause: u64) -> Result<(), <H::E as Engine>::Stop> {
    h.require((at & h.x(kind.bytes() - 1)).eq(h.x(0)), cause, at)
}

macro_rules! reserved {
    ($lr:ident, $sc:ident, $kind:ident) => {
        #[inline(always)]
        pub fn $lr<H: Rv>(h: H, o: Lr) -> Exec<H::E> {
            let at = h.at(o.rs1, 0);
            aligned(h, at, Mem::$kind, cause::LOAD_MISALIGNED)?;
            let v = h.load_reserved(at, Mem::$kind)?;
            h.put(o.rd, h.of_x(v));
            Ok(h.next())
        }

        /// Writes 0 if it stored and 1 if not.
        #[inline(always)]
        pub fn $sc<H: Rv>(h: H, o: Sc) -> Exec<H::E> {
            let at = h.at(o.rs1, 0);
            aligned(h, at, Mem::$kind, cause::STORE_AMO_MISALIGNED)?;
            let stored = h.store_conditional(at, h.x_of(h.r(o.rs2)), Mem::$kind)?;
            h.put(o.rd, h.bit(!stored));
            Ok(h.next())
        }
    };
}
reserved!(lr_w, sc_w, S32);
reserved!(lr_d, sc_d, U64);

macro_rules! amos {
    ($($name:ident $op:ident $kind:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: A) -> Exec<H::E> {
            let at = h.at(o.rs1, 0);
            aligned(h, at, Mem::$kind, cause::STORE_AMO_MISALIGNED)?;
            let old = h.amo(at, Amo::$op, h.x_of(h.r(o.rs2)), Mem::$kind)?;
            h.put(o.rd, h.of_x(old));
            Ok(h.next())
        })*
    };
}
amos! {
    amoswap_w Swap S32; amoadd_w Add S32; amoxor_w Xor S32; amoand_w And S32; amoor_w Or S32;
    amomin_w Min S32; amomax_w Max S32; amominu_w MinU S32; amomaxu_w MaxU S32;
    amoswap_d Swap U64; amoadd_d Add U64; amoxor_d Xor U64; amoand_d And U64; amoor_d Or U64;
    amomin_d Min U64; amomax_d Max U64; amominu_d MinU U64; amomaxu_d MaxU U64;
}
