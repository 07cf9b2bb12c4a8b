//! Loads and stores of one register, in every addressing mode (C4.1.96).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::exception::SP_ALIGNMENT;
use super::format::{Index, Literal, LoadStore, LoadStoreReg, Prefetch, PrefetchReg, offset};
use super::slots::{SP, SP_MASK};
use super::state::AArch64;
use super::width::{A64, Width};
use crate::engine::*;
use crate::interp::{Next, Step};
use crate::slot::Slot;
use crate::trap::Stop;

/// What a load or store moves, as a type: the rows of the table choose it.
pub trait Kind {
    /// Width and extension.
    const MEM: Mem;
}
macro_rules! kinds {
    ($($name:ident)*) => {
        $(#[doc = concat!("[`Mem::", stringify!($name), "`].")]
        pub enum $name {}
        impl Kind for $name {
            const MEM: Mem = Mem::$name;
        })*
    };
}
kinds! { U8 S8 U16 S16 U32 S32 U64 }

type Stopped<H, T> = Result<T, <<H as A64>::E as Engine>::Stop>;
type XOf<H> = <<H as A64>::E as Engine>::X;

/// A base register's value. SP must be aligned where SCTLR_ELx says so (D1.8.2).
#[inline(always)]
pub(super) fn base<H: A64>(h: H, rn: Slot) -> Stopped<H, XOf<H>> {
    let at = h.get(rn);
    if rn == SP {
        let mask = h.key(SP_MASK);
        if mask != 0 {
            h.require((at & h.x(mask)).eq(h.x(0)), SP_ALIGNMENT, at)?;
        }
    }
    Ok(at)
}

#[inline(always)]
fn load<H: A64, T: Width<H::E>, K: Kind>(h: H, at: XOf<H>) -> Stopped<H, XOf<H>> {
    Ok(T::x(T::of(h.load(at, K::MEM)?)))
}

#[inline(always)]
pub fn ldr<H: A64, T: Width<H::E>, K: Kind>(h: H, o: LoadStore) -> Exec<H::E> {
    let v = load::<H, T, K>(h, base(h, o.rn)? + h.imm(o.imm.into()))?;
    h.set(o.rt, v);
    Ok(h.next())
}

#[inline(always)]
pub fn ldr_post<H: A64, T: Width<H::E>, K: Kind>(h: H, o: LoadStore) -> Exec<H::E> {
    let at = base(h, o.rn)?;
    let v = load::<H, T, K>(h, at)?;
    h.set(o.rt, v);
    h.set(o.rn, at + h.imm(o.imm.into()));
    Ok(h.next())
}

#[inline(always)]
pub fn ldr_pre<H: A64, T: Width<H::E>, K: Kind>(h: H, o: LoadStore) -> Exec<H::E> {
    let at = base(h, o.rn)? + h.imm(o.imm.into());
    let v = load::<H, T, K>(h, at)?;
    h.set(o.rt, v);
    h.set(o.rn, at);
    Ok(h.next())
}

#[inline(always)]
pub fn ldr_reg<H: A64, T: Width<H::E>, K: Kind>(h: H, o: LoadStoreReg) -> Exec<H::E> {
    let v = load::<H, T, K>(h, base(h, o.rn)? + offset(h, Index(o.rm, o.option, o.amount)))?;
    h.set(o.rt, v);
    Ok(h.next())
}

#[inline(always)]
pub fn ldr_literal<H: A64, K: Kind>(h: H, o: Literal) -> Exec<H::E> {
    let v = h.load(h.x(h.near(o.imm)), K::MEM)?;
    h.set(o.rt, v);
    Ok(h.next())
}

#[inline(always)]
pub fn str<H: A64, K: Kind>(h: H, o: LoadStore) -> Exec<H::E> {
    h.store(base(h, o.rn)? + h.imm(o.imm.into()), h.get(o.rt), K::MEM)?;
    Ok(h.next())
}

#[inline(always)]
pub fn str_post<H: A64, K: Kind>(h: H, o: LoadStore) -> Exec<H::E> {
    let at = base(h, o.rn)?;
    h.store(at, h.get(o.rt), K::MEM)?;
    h.set(o.rn, at + h.imm(o.imm.into()));
    Ok(h.next())
}

#[inline(always)]
pub fn str_pre<H: A64, K: Kind>(h: H, o: LoadStore) -> Exec<H::E> {
    let at = base(h, o.rn)? + h.imm(o.imm.into());
    h.store(at, h.get(o.rt), K::MEM)?;
    h.set(o.rn, at);
    Ok(h.next())
}

#[inline(always)]
pub fn str_reg<H: A64, K: Kind>(h: H, o: LoadStoreReg) -> Exec<H::E> {
    h.store(base(h, o.rn)? + offset(h, Index(o.rm, o.option, o.amount)), h.get(o.rt), K::MEM)?;
    Ok(h.next())
}

/// LDTR: with the rights of EL0.
pub fn ldtr<'h, H: A64<E = Step<'h, AArch64>>, T: Width<Step<'h, AArch64>>, K: Kind>(
    h: H,
    o: LoadStore,
) -> Result<Next, Stop> {
    let hart = h.hart;
    hart.arch.as_user(hart, || ldr::<H, T, K>(h, o))
}

/// STTR: with the rights of EL0.
pub fn sttr<'h, H: A64<E = Step<'h, AArch64>>, K: Kind>(h: H, o: LoadStore) -> Result<Next, Stop> {
    let hart = h.hart;
    hart.arch.as_user(hart, || str::<H, K>(h, o))
}

/// PRFM: a hint, of which nothing is made.
#[inline(always)]
pub fn prfm<H: A64>(h: H, _: Prefetch) -> Exec<H::E> {
    Ok(h.next())
}

#[inline(always)]
pub fn prfm_reg<H: A64>(h: H, _: PrefetchReg) -> Exec<H::E> {
    Ok(h.next())
}

#[inline(always)]
pub fn prfm_literal<H: A64>(h: H, _: super::format::PrefetchLiteral) -> Exec<H::E> {
    Ok(h.next())
}
