//! FEAT_LSE: read-modify-write in one step, swap, compare and swap (C4.1.96). Harts take turns on one thread, so their order needs nothing
//! more. All of these want natural alignment, a pair that of both together.
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::exception::ALIGNMENT_READ;
use super::exclusive::aligned;
use super::format::{Atomic, CompareSwap, CompareSwapPair};
use super::load_store::Kind;
use super::state::AArch64;
use super::width::A64;
use crate::engine::*;
use crate::interp::{Next, Step};
use crate::trap::Stop;

macro_rules! atomics {
    ($($name:ident $op:ident, $operand:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64, K: Kind>(h: H, o: Atomic) -> Exec<H::E> {
            let at = aligned(h, o.rn, K::MEM.bytes(), ALIGNMENT_READ)?;
            let operand: fn(<H::E as Engine>::X) -> <H::E as Engine>::X = $operand;
            let old = h.amo(at, Amo::$op, operand(h.get(o.rs)), K::MEM)?;
            h.set(o.rt, old);
            Ok(h.next())
        })*
    };
}
atomics! {
    ldadd Add, |v| v;
    ldclr And, |v| !v;
    ldeor Xor, |v| v;
    ldset Or, |v| v;
    ldsmax Max, |v| v;
    ldsmin Min, |v| v;
    ldumax MaxU, |v| v;
    ldumin MinU, |v| v;
    swp Swap, |v| v;
}

#[inline(always)]
pub fn cas<H: A64, K: Kind>(h: H, o: CompareSwap) -> Exec<H::E> {
    let at = aligned(h, o.rn, K::MEM.bytes(), ALIGNMENT_READ)?;
    let old = h.compare_and_swap(at, h.get(o.rs), h.get(o.rt), K::MEM)?;
    h.set(o.old, old);
    Ok(h.next())
}

/// CASP of two words, which are one of 64 bits.
#[inline(always)]
pub fn casp_words<H: A64>(h: H, o: CompareSwapPair) -> Exec<H::E> {
    let at = aligned(h, o.rn, 8, ALIGNMENT_READ)?;
    let both = |first, second| h.get(first).lo().zext() | h.get(second).shl(32);
    let old = h.compare_and_swap(at, both(o.rs, o.rs2), both(o.rt, o.rt2), Mem::U64)?;
    h.set(o.rs, old.lo().zext());
    h.set(o.old2, old.shr_u(32));
    Ok(h.next())
}

/// CASP of two doublewords. Whether they are stored is known only when running: a slow row.
pub fn casp<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: CompareSwapPair) -> Result<Next, Stop> {
    let at = aligned(h, o.rn, 16, ALIGNMENT_READ)?;
    let (first, second) = (at, at + h.x(8));
    let old = [h.load(first, Mem::U64)?, h.load(second, Mem::U64)?];
    // What could not be written is refused even if nothing is: the first half stands for both, as they are in one page.
    let as_expected = old[0] == h.get(o.rs) && old[1] == h.get(o.rs2);
    let new = if as_expected { [h.get(o.rt), h.get(o.rt2)] } else { old };
    h.store(first, new[0], Mem::U64)?;
    h.store(second, new[1], Mem::U64)?;
    h.set(o.rs, old[0]);
    h.set(o.old2, old[1]);
    Ok(h.next())
}
