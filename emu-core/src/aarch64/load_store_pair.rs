//! Loads and stores of two registers (C4.1.96). Both loads come before every write; of a store that is stopped in its second
//! half the first has happened, and happens again when the instruction is run again.
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::format::Pair;
use super::load_store::{Kind, base};
use super::width::A64;
use crate::engine::*;

macro_rules! pairs {
    ($($load:ident $store:ident |$h:ident, $base:ident, $imm:ident| $at:expr, $back:expr;)*) => {
        $(
            #[inline(always)]
            pub fn $load<H: A64, K: Kind>($h: H, o: Pair) -> Exec<H::E> {
                let ($base, $imm) = (base($h, o.rn)?, $h.imm(o.imm.into()));
                let at = $at;
                let [first, second] = $h.load_pair(at, K::MEM)?;
                $h.set(o.rt, first);
                $h.set(o.rt2, second);
                if let Some(moved) = $back {
                    $h.set(o.rn, moved);
                }
                Ok($h.next())
            }
            #[inline(always)]
            pub fn $store<H: A64, K: Kind>($h: H, o: Pair) -> Exec<H::E> {
                let ($base, $imm) = (base($h, o.rn)?, $h.imm(o.imm.into()));
                let at = $at;
                $h.store_pair(at, [$h.get(o.rt), $h.get(o.rt2)], K::MEM)?;
                if let Some(moved) = $back {
                    $h.set(o.rn, moved);
                }
                Ok($h.next())
            }
        )*
    };
}
pairs! {
    ldp stp |h, base, imm| base + imm, None;
    ldp_post stp_post |h, base, imm| base, Some(base + imm);
    ldp_pre stp_pre |h, base, imm| base + imm, Some(base + imm);
}
