//! The engine that runs: every verb happens at once.
//!
//! A decoded instruction is an [`Op`]: the handler that its table row made, and its operands. Handlers hand over to the
//! next one themselves, in tail position, so each has its own indirect jump and the host predicts it from its own
//! history. A block bounds how long such a chain is; the loop around it is in `interp/run.rs`, decoding in
//! `interp/block.rs`. This file knows no instruction set.

pub(crate) mod block;
mod crypto;
pub mod fp;
pub mod run;
mod timed;
pub mod vector;

use crate::engine::*;
use crate::hart::{Arch, Decoded, Hart};
use crate::isa::{Kind, Packed};
use crate::slot::Slot;
use crate::trap::{Stop, Trap};
use crate::word::{V, W, X};
use emu_mem::GuestVirt;
use std::cell::Cell;

/// Runs one instruction and, through the next one's handler, the rest of its block.
pub type Handler<A> = fn(&Hart<A>, &Op<A>, &[Op<A>]) -> Exit;

/// A decoded instruction.
pub struct Op<A: Arch> {
    /// What to do.
    pub run: Handler<A>,
    /// With what.
    pub operands: Packed,
    /// Halfwords from the block's first instruction to this one.
    place: u8,
    /// How often it left its block as a taken branch or jump. Counted by the handler, which has this line at hand.
    taken: Cell<u64>,
}

impl<A: Arch> Op<A> {
    /// One in no block.
    fn alone(decoded: &Decoded<A>) -> Self {
        Op { run: decoded.run, operands: decoded.operands, place: 0, taken: Cell::new(0) }
    }

    /// Bytes from the block's first instruction to this one.
    #[inline(always)]
    pub fn offset(&self) -> u64 {
        (self.place as u64) << 1
    }
}

/// How a block, or the first part of it, ended.
#[derive(Copy, Clone, Debug)]
pub struct Exit {
    /// Where execution goes on; for [`Exit::TRAPPED`] and above, the instruction that did not complete.
    pub pc: u64,
    /// Why (lower byte), and how many of the block's instructions were left after the last one.
    info: u64,
}

impl Exit {
    /// A branch or jump was taken.
    pub const TAKEN: u64 = 0;
    /// The last instruction fell through.
    pub const OVER: u64 = 1;
    /// A slow row has run: interrupts, the address space or the mode may have changed.
    pub const SLOW: u64 = 2;
    /// The hart's trap says what happened.
    pub const TRAPPED: u64 = 3;
    /// The instruction is undefined.
    pub const UNDEFINED: u64 = 4;
    /// The instruction must run alone.
    pub const ALONE: u64 = 5;

    #[inline(always)]
    fn new(pc: u64, why: u64, left: usize) -> Exit {
        Exit { pc, info: why | (left as u64) << 8 }
    }

    /// One of the constants.
    #[inline(always)]
    pub fn why(self) -> u64 {
        self.info & 0xff
    }

    /// How many instructions of the slice were left.
    #[inline(always)]
    pub fn left(self) -> usize {
        (self.info >> 8) as usize
    }
}

/// Where control goes after an instruction.
#[derive(Copy, Clone, Debug)]
pub struct Next {
    /// Address of the next instruction.
    pub pc: u64,
    /// Whether a branch was taken or a jump made.
    pub taken: bool,
}

/// One instruction in progress. Built afresh for each, and kept in host registers by inlining.
///
/// A meaning that touches memory is compiled twice. First without `WHOLE`: whatever is not the common case (a TLB miss, a device)
/// stops with [`Stop::Retry`], so this form calls nothing and needs no stack frame. Nothing has happened then, and the
/// second form, `WHOLE`, runs the instruction from its start. What only may raise an exception has done with the first form.
pub struct Step<'h, A: Arch, const WHOLE: bool = true> {
    /// Whose.
    pub hart: &'h Hart<A>,
    op: &'h Op<A>,
    /// Instructions of this slice after this one.
    pub left: usize,
    len: u8,
}

/// The first, short form of an instruction.
pub type Short<'h, A> = Step<'h, A, false>;

/// Hands over to the next instruction of the slice.
#[inline(always)]
fn chain<A: Arch>(hart: &Hart<A>, op: &Op<A>, rest: &[Op<A>], len: u8) -> Exit {
    match rest.split_first() {
        Some((next, rest)) => (next.run)(hart, next, rest),
        None => Exit::new(hart.pc.get().wrapping_add(op.offset()).wrapping_add(len as u64), Exit::OVER, 0),
    }
}

/// Reports that the instruction did not complete.
#[cold]
#[inline(never)]
fn stopped<A: Arch>(hart: &Hart<A>, op: &Op<A>, left: usize, stop: Stop) -> Exit {
    let why = match stop {
        Stop::Trap => Exit::TRAPPED,
        Stop::Undefined => Exit::UNDEFINED,
        Stop::Alone | Stop::Retry => Exit::ALONE,
    };
    Exit::new(hart.pc.get().wrapping_add(op.offset()), why, left)
}

/// What a handler does with the instruction's answer. `KIND` is a [`Kind`] as a number, so that each handler is compiled
/// for its own.
#[inline(always)]
fn finish<A: Arch, const KIND: u8>(hart: &Hart<A>, op: &Op<A>, rest: &[Op<A>], len: u8, next: Next) -> Exit {
    const STRAIGHT: u8 = Kind::Straight as u8;
    const BRANCH: u8 = Kind::Branch as u8;
    const SLOW: u8 = Kind::Slow as u8;
    match KIND {
        STRAIGHT => chain(hart, op, rest, len),
        BRANCH if !next.taken => chain(hart, op, rest, len),
        SLOW => Exit::new(next.pc, Exit::SLOW, rest.len()),
        _ => {
            op.taken.set(op.taken.get() + 1);
            Exit::new(next.pc, Exit::TAKEN, rest.len())
        }
    }
}

/// The handler of a table row: the short form of its meaning, the whole form if that hands over to it, and what follows.
#[inline(always)]
pub fn handle<A: Arch, const KIND: u8>(
    hart: &Hart<A>,
    op: &Op<A>,
    rest: &[Op<A>],
    len: u8,
    short: impl FnOnce(&Short<'_, A>, &Packed) -> Result<Next, Stop>,
    whole: Handler<A>,
) -> Exit {
    match short(&Step { hart, op, left: rest.len(), len }, &op.operands) {
        Ok(next) => finish::<A, KIND>(hart, op, rest, len, next),
        Err(Stop::Retry) => hand_over(hart, op, rest, whole),
        Err(stop) => stopped(hart, op, rest.len(), stop),
    }
}

/// Runs the whole form. It comes as an address, so that the compiler drops it where the short one never gets here, which is in most
/// rows; of functions that are called by name and never inlined it keeps all.
#[cold]
#[inline(never)]
fn hand_over<A: Arch>(hart: &Hart<A>, op: &Op<A>, rest: &[Op<A>], whole: Handler<A>) -> Exit {
    whole(hart, op, rest)
}

/// The handler's second half, and the handler of a slow row, which has no other.
#[inline(always)]
pub fn handle_whole<A: Arch, const KIND: u8>(
    hart: &Hart<A>,
    op: &Op<A>,
    rest: &[Op<A>],
    len: u8,
    whole: impl FnOnce(&Step<'_, A>, &Packed) -> Result<Next, Stop>,
) -> Exit {
    match whole(&Step { hart, op, left: rest.len(), len }, &op.operands) {
        Ok(next) => finish::<A, KIND>(hart, op, rest, len, next),
        Err(stop) => stopped(hart, op, rest.len(), stop),
    }
}

/// Handler of a word that no row of the table describes.
pub fn undefined<A: Arch>(hart: &Hart<A>, op: &Op<A>, rest: &[Op<A>]) -> Exit {
    stopped(hart, op, rest.len(), Stop::Undefined)
}

impl<A: Arch, const WHOLE: bool> Engine for Step<'_, A, WHOLE> {
    type B = bool;
    type W = W;
    type X = X;
    type V = V;
    type Stop = Stop;
    type Next = Next;

    #[inline(always)]
    fn w(&self, n: u32) -> W {
        W(n)
    }
    #[inline(always)]
    fn x(&self, n: u64) -> X {
        X(n)
    }
    #[inline(always)]
    fn b2x(&self, b: bool) -> X {
        X(b as u64)
    }

    #[inline(always)]
    fn pc(&self) -> u64 {
        self.hart.pc.get().wrapping_add(self.op.offset())
    }
    #[inline(always)]
    fn insn_bytes(&self) -> u64 {
        self.len as u64
    }
    #[inline(always)]
    fn key(&self, slot: Slot) -> u64 {
        self.hart.slots.get(slot)
    }

    #[inline(always)]
    fn get(&self, slot: Slot) -> X {
        X(self.hart.slots.get(slot))
    }
    #[inline(always)]
    fn set(&self, slot: Slot, v: X) {
        self.hart.slots.set(slot, v.0);
    }

    #[inline(always)]
    fn load(&self, at: X, kind: Mem) -> Result<X, Stop> {
        let va = GuestVirt(at.0);
        let hit = match kind {
            Mem::U8 => self.hart.tlb.read::<u8>(va).map(|v| v as u64),
            Mem::S8 => self.hart.tlb.read::<u8>(va).map(|v| v as i8 as u64),
            Mem::U16 => self.hart.tlb.read::<u16>(va).map(|v| v as u64),
            Mem::S16 => self.hart.tlb.read::<u16>(va).map(|v| v as i16 as u64),
            Mem::U32 => self.hart.tlb.read::<u32>(va).map(|v| v as u64),
            Mem::S32 => self.hart.tlb.read::<u32>(va).map(|v| v as i32 as u64),
            Mem::U64 => self.hart.tlb.read::<u64>(va),
        };
        match hit {
            Some(v) => Ok(X(v)),
            None if !WHOLE => Err(Stop::Retry),
            None => self.hart.load_slow(at.0, kind.bytes()).map(|v| X(extend(v, kind))),
        }
    }
    #[inline(always)]
    fn store(&self, at: X, v: X, kind: Mem) -> Result<(), Stop> {
        let va = GuestVirt(at.0);
        let hit = match kind {
            Mem::U8 | Mem::S8 => self.hart.tlb.write::<u8>(va, v.0 as u8),
            Mem::U16 | Mem::S16 => self.hart.tlb.write::<u16>(va, v.0 as u16),
            Mem::U32 | Mem::S32 => self.hart.tlb.write::<u32>(va, v.0 as u32),
            Mem::U64 => self.hart.tlb.write::<u64>(va, v.0),
        };
        match hit {
            Some(()) => Ok(()),
            None if !WHOLE => Err(Stop::Retry),
            None => self.hart.store_slow(at.0, kind.bytes(), v.0),
        }
    }
    /// Both by one look into the TLB.
    #[inline(always)]
    fn load_pair(&self, at: X, kind: Mem) -> Result<[X; 2], Stop> {
        let va = GuestVirt(at.0);
        let hit = match kind {
            Mem::U32 => self.hart.tlb.read_pair::<u32>(va).map(|pair| pair.map(u64::from)),
            Mem::S32 => self.hart.tlb.read_pair::<u32>(va).map(|pair| pair.map(|v| v as i32 as u64)),
            Mem::U64 => self.hart.tlb.read_pair::<u64>(va),
            Mem::U8 | Mem::S8 | Mem::U16 | Mem::S16 => None,
        };
        match hit {
            Some(pair) => Ok(pair.map(X)),
            None if !WHOLE => Err(Stop::Retry),
            None => Ok([self.load(at, kind)?, self.load(at + X(kind.bytes()), kind)?]),
        }
    }
    #[inline(always)]
    fn store_pair(&self, at: X, v: [X; 2], kind: Mem) -> Result<(), Stop> {
        let va = GuestVirt(at.0);
        let hit = match kind {
            Mem::U32 | Mem::S32 => self.hart.tlb.write_pair::<u32>(va, v.map(|v| v.0 as u32)),
            Mem::U64 => self.hart.tlb.write_pair::<u64>(va, v.map(|v| v.0)),
            Mem::U8 | Mem::S8 | Mem::U16 | Mem::S16 => None,
        };
        match hit {
            Some(()) => Ok(()),
            None if !WHOLE => Err(Stop::Retry),
            None => {
                self.store(at, v[0], kind)?;
                self.store(at + X(kind.bytes()), v[1], kind)
            }
        }
    }
    #[inline(always)]
    fn amo(&self, at: X, op: Amo, v: X, kind: Mem) -> Result<X, Stop> {
        if !WHOLE {
            return Err(Stop::Retry);
        }
        self.hart.amo(at.0, op, v.0, kind.bytes()).map(|v| X(extend(v, kind)))
    }
    #[inline(always)]
    fn compare_and_swap(&self, at: X, expected: X, new: X, kind: Mem) -> Result<X, Stop> {
        if !WHOLE {
            return Err(Stop::Retry);
        }
        self.hart.compare_and_swap(at.0, expected.0, new.0, kind.bytes()).map(|v| X(extend(v, kind)))
    }
    #[inline(always)]
    fn load_reserved(&self, at: X, kind: Mem) -> Result<X, Stop> {
        if !WHOLE {
            return Err(Stop::Retry);
        }
        self.hart.load_reserved(at.0, kind.bytes()).map(|v| X(extend(v, kind)))
    }
    #[inline(always)]
    fn store_conditional(&self, at: X, v: X, kind: Mem) -> Result<bool, Stop> {
        if !WHOLE {
            return Err(Stop::Retry);
        }
        self.hart.store_conditional(at.0, kind.bytes(), v.0).map(|done| done != 0)
    }
    #[inline(always)]
    fn require(&self, ok: bool, cause: u64, tval: X) -> Result<(), Stop> {
        match ok {
            true => Ok(()),
            false => Err(self.hart.trapped(Trap { cause, tval: tval.0 })),
        }
    }
    #[inline(always)]
    fn undefined<T>(&self) -> Result<T, Stop> {
        Err(Stop::Undefined)
    }

    #[inline(always)]
    fn next(&self) -> Next {
        Next { pc: self.pc().wrapping_add(self.len as u64), taken: false }
    }
    #[inline(always)]
    fn branch(&self, taken: bool, target: u64) -> Next {
        Next { pc: target, taken }
    }
    #[inline(always)]
    fn jump(&self, target: u64) -> Next {
        Next { pc: target, taken: true }
    }
    #[inline(always)]
    fn jump_to(&self, target: X) -> Next {
        Next { pc: target.0, taken: true }
    }

    #[inline(always)]
    fn fp1(&self, op: Fp1, fmt: Fmt, mode: FpMode, a: X) -> (X, X) {
        fp::unary(op, fmt, mode, a.0)
    }
    #[inline(always)]
    fn fp2(&self, op: Fp2, fmt: Fmt, mode: FpMode, a: X, b: X) -> (X, X) {
        fp::binary(op, fmt, mode, a.0, b.0)
    }
    #[inline(always)]
    fn fp_sqrt(&self, fmt: Fmt, mode: FpMode, a: X) -> (X, X) {
        fp::sqrt(fmt, mode, a.0)
    }
    #[inline(always)]
    fn fp_fma(&self, fmt: Fmt, mode: FpMode, a: X, b: X, c: X) -> (X, X) {
        fp::fma(fmt, mode, a.0, b.0, c.0)
    }
    #[inline(always)]
    fn fp_cmp(&self, op: FpCmp, fmt: Fmt, mode: FpMode, a: X, b: X) -> (bool, X) {
        fp::compare(op, fmt, mode, a.0, b.0)
    }
    #[inline(always)]
    fn fp_class(&self, fmt: Fmt, a: X) -> X {
        fp::class(fmt, a.0)
    }
    #[inline(always)]
    fn fp_to_fp(&self, from: Fmt, to: Fmt, mode: FpMode, a: X) -> (X, X) {
        fp::convert(from, to, mode, a.0)
    }
    #[inline(always)]
    fn fp_to_int(&self, from: Fmt, to: Int, mode: FpMode, fraction_bits: u8, a: X) -> (X, X) {
        fp::to_int(from, to, mode, fraction_bits, a.0)
    }
    #[inline(always)]
    fn int_to_fp(&self, from: Int, to: Fmt, mode: FpMode, fraction_bits: u8, a: X) -> (X, X) {
        fp::from_int(from, to, mode, fraction_bits, a.0)
    }

    #[inline(always)]
    fn crc32(&self, crc: Crc, remainder: W, data: X, bytes: u32) -> W {
        W(crate::crc::update(crc, remainder.0, data.0, bytes))
    }
    #[inline(always)]
    fn clmul(&self, a: X, b: X) -> X {
        X(carryless_product(a.0, b.0) as u64)
    }
    #[inline(always)]
    fn clmulh(&self, a: X, b: X) -> X {
        X((carryless_product(a.0, b.0) >> 64) as u64)
    }

    #[inline(always)]
    fn v_of(&self, low: X, high: X) -> V {
        V([low.0, high.0])
    }
    #[inline(always)]
    fn half(&self, v: V, i: u32) -> X {
        X(v.0[i as usize & 1])
    }
    #[inline(always)]
    fn v1(&self, op: V1, lane: Lane, a: V) -> (V, X) {
        flagged(vector::unary(op, lane, a))
    }
    #[inline(always)]
    fn v2(&self, op: V2, lane: Lane, a: V, b: V) -> (V, X) {
        flagged(vector::binary(op, lane, a, b))
    }
    #[inline(always)]
    fn v3(&self, op: V3, lane: Lane, d: V, a: V, b: V) -> (V, X) {
        flagged(vector::ternary(op, lane, d, a, b))
    }
    #[inline(always)]
    fn v_shift(&self, op: VShift, lane: Lane, by: u8, a: V) -> (V, X) {
        flagged(vector::shift(op, lane, by, a))
    }
    #[inline(always)]
    fn v_look_up(&self, table: V, number: u8, index: V, otherwise: V) -> V {
        vector::look_up(table, number, index, otherwise)
    }
}

#[inline(always)]
fn flagged((v, flags): (V, u64)) -> (V, X) {
    (v, X(flags))
}

/// The product of two polynomials over GF(2).
pub fn carryless_product(a: u64, b: u64) -> u128 {
    (0..64).filter(|i| b >> i & 1 != 0).fold(0, |product, i| product ^ (a as u128) << i)
}

/// The low bytes of `v`, extended to 64 bits as `kind` says.
#[inline(always)]
fn extend(v: u64, kind: Mem) -> u64 {
    match kind {
        Mem::U8 => v as u8 as u64,
        Mem::S8 => v as i8 as u64,
        Mem::U16 => v as u16 as u64,
        Mem::S16 => v as i16 as u64,
        Mem::U32 => v as u32 as u64,
        Mem::S32 => v as i32 as u64,
        Mem::U64 => v,
    }
}
