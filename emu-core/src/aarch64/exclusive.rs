//! Load-exclusive and store-exclusive, load-acquire and store-release (C4.1.96). Harts take turns on one thread, so order comes by
//! itself. All of these want natural alignment.
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::exception::{ALIGNMENT_READ, ALIGNMENT_WRITE};
use super::format::{Exclusive, Ordered};
use super::load_store::{Kind, base};
use super::state::AArch64;
use super::system::Whole;
use super::width::A64;
use crate::engine::*;
use crate::interp::{Next, Step};
use crate::slot::Slot;
use crate::trap::Stop;

/// The address in a base register, which must be aligned.
#[inline(always)]
pub(super) fn aligned<H: A64>(
    h: H,
    rn: Slot,
    bytes: u64,
    syndrome: u64,
) -> Result<<H::E as Engine>::X, <H::E as Engine>::Stop> {
    let at = base(h, rn)?;
    h.require((at & h.x(bytes - 1)).eq(h.x(0)), syndrome, at)?;
    Ok(at)
}

#[inline(always)]
pub fn ldxr<H: A64, K: Kind>(h: H, o: Exclusive) -> Exec<H::E> {
    let at = aligned(h, o.rn, K::MEM.bytes(), ALIGNMENT_READ)?;
    let v = h.load_reserved(at, K::MEM)?;
    h.set(o.rt, v);
    Ok(h.next())
}

/// Writes 0 if it stored and 1 if not.
#[inline(always)]
pub fn stxr<H: A64, K: Kind>(h: H, o: Exclusive) -> Exec<H::E> {
    let at = aligned(h, o.rn, K::MEM.bytes(), ALIGNMENT_WRITE)?;
    let stored = h.store_conditional(at, h.get(o.rt), K::MEM)?;
    h.set(o.rs, h.b2x(!stored));
    Ok(h.next())
}

/// Both halves lie in one page, as they are aligned together.
#[inline(always)]
pub fn ldxp<H: A64, K: Kind>(h: H, o: Exclusive) -> Exec<H::E> {
    let bytes = K::MEM.bytes();
    let at = aligned(h, o.rn, 2 * bytes, ALIGNMENT_READ)?;
    let second = h.load(at + h.x(bytes), K::MEM)?;
    let first = h.load_reserved(at, K::MEM)?;
    h.set(o.rt, first);
    h.set(o.rt2, second);
    Ok(h.next())
}

/// Whether the second half is stored is known only when running: a slow row.
pub fn stxp<'h, H: A64<E = Step<'h, AArch64>>, K: Kind>(h: H, o: Exclusive) -> Result<Next, Stop> {
    let bytes = K::MEM.bytes();
    let at = aligned(h, o.rn, 2 * bytes, ALIGNMENT_WRITE)?;
    let stored = h.store_conditional(at, h.get(o.rt), K::MEM)?;
    if stored {
        h.store(at + h.x(bytes), h.get(o.rt2), K::MEM)?;
    }
    h.set(o.rs, h.b2x(!stored));
    Ok(h.next())
}

pub fn clrex<'h, H: A64<E = Step<'h, AArch64>>>(h: H, _: Whole) -> Result<Next, Stop> {
    h.hart.memory.reservations().release(h.hart.id);
    Ok(h.next())
}

#[inline(always)]
pub fn ldar<H: A64, K: Kind>(h: H, o: Ordered) -> Exec<H::E> {
    let v = h.load(aligned(h, o.rn, K::MEM.bytes(), ALIGNMENT_READ)?, K::MEM)?;
    h.set(o.rt, v);
    Ok(h.next())
}

#[inline(always)]
pub fn stlr<H: A64, K: Kind>(h: H, o: Ordered) -> Exec<H::E> {
    h.store(aligned(h, o.rn, K::MEM.bytes(), ALIGNMENT_WRITE)?, h.get(o.rt), K::MEM)?;
    Ok(h.next())
}
