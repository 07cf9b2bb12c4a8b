//! How translated code reaches guest memory, and what it does where it may not.
//!
//! Where addresses mean RAM as they are (translation off, everything allowed), one comparison says whether an access stays
//! inside; accesses off the same base share it. Otherwise each is looked up in the TLB, inline. What fails either is the
//! interpreter's business: devices, faults, misses, pages that somebody watches.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F32, I8, I16, I32, I64, I64X2};
use cranelift_codegen::ir::{self, AtomicRmwOp, InstBuilder};
use cranelift_frontend::{FunctionBuilder, Variable};
use emu_core::engine::{Amo, Mem};
use emu_mem::{Access, Lookup, OpenRam, PAGE_MASK, PAGE_SIZE, Reservations};

use crate::emit::{Emit, slot_access};
use crate::slots::{LOOKUP, RESERVED, offset};
use crate::value::{Form, Val};
use crate::vector::{Vector, VectorForm};

/// Bytes that accesses off one base may lie apart to share a check.
pub(crate) const MAX_SPAN_BYTES: i64 = 2048;

/// A stretch around a base that is known to be RAM.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Checked {
    /// From the base on.
    pub(crate) first: i64,
    /// Behind the last byte.
    pub(crate) end: i64,
    /// Whether it may be read.
    pub(crate) readable: bool,
    /// Whether it may be written.
    pub(crate) writable: bool,
    /// Host address of the stretch's first byte.
    pub(crate) host: ir::Value,
}

impl Checked {
    /// Where in the host `bytes` bytes from `first` on lie, if they are in it.
    pub(crate) fn place(&self, first: i64, bytes: u64, writes: bool) -> Option<Place> {
        let allowed = if writes { self.writable } else { self.readable };
        let inside = self.first <= first && first.checked_add(bytes as i64)? <= self.end;
        (inside && allowed).then(|| (self.host, (first - self.first) as i32))
    }
}

/// How far the accesses that may share a check go beyond the one that makes it.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Span {
    /// Bytes before its first one.
    pub(crate) before: i64,
    /// Bytes behind its last one.
    pub(crate) behind: i64,
    /// Whether one of them stores.
    pub(crate) writes: bool,
}

/// The page that accesses of a group went to last.
#[derive(Copy, Clone)]
pub(crate) struct LastPage {
    /// Its guest address.
    pub(crate) tag: Variable,
    /// What added to that gives the host's.
    pub(crate) addend: Variable,
    /// The current access is the group's first one, and there is no last page.
    pub(crate) is_first: bool,
}

/// A host address and a displacement.
pub(crate) type Place = (ir::Value, i32);

/// The type of what an atomic access moves.
fn unit(kind: Mem) -> ir::Type {
    match kind {
        Mem::U8 | Mem::S8 => I8,
        Mem::U16 | Mem::S16 => I16,
        Mem::U32 | Mem::S32 => I32,
        Mem::U64 => I64,
    }
}

/// The low bytes of a value.
fn reduced(b: &mut FunctionBuilder<'_>, value: ir::Value, kind: Mem) -> ir::Value {
    if kind == Mem::U64 { value } else { b.ins().ireduce(unit(kind), value) }
}

/// The same back to 64 bits.
fn extended(b: &mut FunctionBuilder<'_>, value: ir::Value, kind: Mem) -> ir::Value {
    match kind {
        Mem::U64 => value,
        Mem::S8 | Mem::S16 | Mem::S32 => b.ins().sextend(I64, value),
        Mem::U8 | Mem::U16 | Mem::U32 => b.ins().uextend(I64, value),
    }
}

pub(crate) fn guest_access() -> ir::MemFlagsData {
    ir::MemFlagsData::new().with_notrap()
}

impl<'f> Emit<'f> {
    pub(crate) fn load(&self, at: Val<'_, 'f, 64>, kind: Mem) -> ir::Value {
        self.load_from(self.place(at, kind.bytes(), Access::Read), kind)
    }

    fn load_from(&self, (p, off): Place, kind: Mem) -> ir::Value {
        if kind == Mem::U32 && self.loads_single.get() {
            let number = self.b.borrow_mut().ins().load(F32, guest_access(), p, off);
            return self.zero_extended(self.bits_of(number));
        }
        let value = {
            let mut b = self.b.borrow_mut();
            match kind {
                Mem::U8 => b.ins().uload8(I64, guest_access(), p, off),
                Mem::S8 => b.ins().sload8(I64, guest_access(), p, off),
                Mem::U16 => b.ins().uload16(I64, guest_access(), p, off),
                Mem::S16 => b.ins().sload16(I64, guest_access(), p, off),
                Mem::U32 => b.ins().load(I32, guest_access(), p, off),
                Mem::S32 => b.ins().sload32(guest_access(), p, off),
                Mem::U64 => b.ins().load(I64, guest_access(), p, off),
            }
        };
        match kind {
            Mem::U32 => return self.zero_extended(value),
            Mem::U64 => self.loaded.set(Some(value)),
            _ => {}
        }
        value
    }

    pub(crate) fn store(&self, at: Val<'_, 'f, 64>, v: Val<'_, 'f, 64>, kind: Mem) {
        let place = self.place(at, kind.bytes(), Access::Write);
        self.close_group();
        self.store_to(place, self.as_stored(v, kind), kind);
    }

    /// A vector. Where each access has to find its page, its halves find it each by itself: they may lie in two.
    pub(crate) fn load_v<'e>(&'e self, at: Val<'e, 'f, 64>) -> Vector<'e, 'f> {
        if let Some((p, off)) = self.whole_place(at, Access::Read) {
            let whole = self.b.borrow_mut().ins().load(I64X2, guest_access(), p, off);
            return self.vector(VectorForm::Whole(whole));
        }
        let low = self.load(at, Mem::U64);
        let high = self.load(self.behind(at), Mem::U64);
        self.vector(VectorForm::Halves(Form::Ssa(low), Form::Ssa(high)))
    }

    /// The same, stored.
    pub(crate) fn store_v<'e>(&'e self, at: Val<'e, 'f, 64>, v: Vector<'e, 'f>) {
        if let Some((p, off)) = self.whole_place(at, Access::Write) {
            self.close_group();
            let whole = v.whole();
            self.b.borrow_mut().ins().store(guest_access(), whole, p, off);
            return;
        }
        self.store(at, v.half(0), Mem::U64);
        self.store(self.behind(at), v.half(1), Mem::U64);
    }

    /// Where in the host all of a vector lies, if that is one place for certain.
    fn whole_place(&self, at: Val<'_, 'f, 64>, access: Access) -> Option<Place> {
        const BYTES: u64 = 16;
        if self.key.flat.is_some() {
            return Some(self.place(at, BYTES, access));
        }
        let place = self.place_in_lap(at, BYTES, access == Access::Write)?;
        self.leave_if_traps(at, BYTES);
        Some(place)
    }

    /// The second doubleword of a vector there.
    fn behind<'e>(&'e self, at: Val<'e, 'f, 64>) -> Val<'e, 'f, 64> {
        at + Val { form: Form::Const(8), e: self }
    }

    /// What is to be stored.
    fn as_stored(&self, v: Val<'_, 'f, 64>, kind: Mem) -> ir::Value {
        let value = v.ssa();
        match kind {
            Mem::U64 => self.as_moved(value),
            Mem::U32 | Mem::S32 => self.as_moved(self.low_half(value)),
            _ => value,
        }
    }

    fn store_to(&self, (p, off): Place, stored: ir::Value, kind: Mem) {
        let mut b = self.b.borrow_mut();
        match kind {
            Mem::U8 | Mem::S8 => b.ins().istore8(guest_access(), stored, p, off),
            Mem::U16 | Mem::S16 => b.ins().istore16(guest_access(), stored, p, off),
            Mem::U32 | Mem::S32 | Mem::U64 => b.ins().store(guest_access(), stored, p, off),
        };
    }

    /// Loads and reserves. Harts take turns on one thread, so what is reserved needs no atomic access. The meaning has seen to
    /// it that the address is aligned.
    pub(crate) fn load_reserved(&self, at: Val<'_, 'f, 64>, kind: Mem, ram: OpenRam) -> ir::Value {
        let place = self.place(at, kind.bytes(), Access::Read);
        let phys = self.physical(place, kind.bytes(), ram);
        self.close_group();
        let value = self.load_from(place, kind);
        let mut b = self.b.borrow_mut();
        let reserved = b.ins().load(I64, slot_access().with_readonly(), self.slots, offset(RESERVED));
        b.ins().store(slot_access(), phys, reserved, 0);
        value
    }

    /// Stores if the reservation is of this address, and gives whether it was; it ends.
    pub(crate) fn store_conditional(
        &self,
        at: Val<'_, 'f, 64>,
        v: Val<'_, 'f, 64>,
        kind: Mem,
        ram: OpenRam,
    ) -> ir::Value {
        let place = self.place(at, kind.bytes(), Access::Write);
        let phys = self.physical(place, kind.bytes(), ram);
        self.close_group();
        let stored = self.as_stored(v, kind);
        let (holds, goes_on) = {
            let mut b = self.b.borrow_mut();
            let reserved = b.ins().load(I64, slot_access().with_readonly(), self.slots, offset(RESERVED));
            let held = b.ins().load(I64, slot_access(), reserved, 0);
            let nothing = b.ins().iconst(I64, Reservations::NOTHING as i64);
            b.ins().store(slot_access(), nothing, reserved, 0);
            let holds = b.ins().icmp(IntCC::Equal, held, phys);
            let (stores, goes_on) = (b.create_block(), b.create_block());
            b.ins().brif(holds, stores, &[], goes_on, &[]);
            b.seal_block(stores);
            b.switch_to_block(stores);
            (holds, goes_on)
        };
        self.store_to(place, stored, kind);
        let mut b = self.b.borrow_mut();
        b.ins().jump(goes_on, &[]);
        b.seal_block(goes_on);
        b.switch_to_block(goes_on);
        holds
    }

    /// The guest's physical address of a place in the host's memory; leaves if that is not in `ram`.
    fn physical(&self, (p, off): Place, bytes: u64, ram: OpenRam) -> ir::Value {
        let inside = self.b.borrow_mut().ins().iadd_imm_s(p, (off as i64).wrapping_sub(ram.host as i64));
        if self.key.flat.is_none() {
            let last = (ram.bytes - bytes) as i64;
            self.leave_unless(self.compares_with(IntCC::UnsignedLessThanOrEqual, inside, last));
        }
        self.b.borrow_mut().ins().iadd_imm_s(inside, ram.guest.0 as i64)
    }

    /// The meaning has seen to it that the address is aligned.
    pub(crate) fn amo(&self, at: Val<'_, 'f, 64>, op: Amo, v: Val<'_, 'f, 64>, kind: Mem) -> ir::Value {
        let p = self.atomic_place(at, kind);
        let value = v.ssa();
        let mut b = self.b.borrow_mut();
        let value = reduced(&mut b, value, kind);
        let op = match op {
            Amo::Swap => AtomicRmwOp::Xchg,
            Amo::Add => AtomicRmwOp::Add,
            Amo::Xor => AtomicRmwOp::Xor,
            Amo::And => AtomicRmwOp::And,
            Amo::Or => AtomicRmwOp::Or,
            Amo::Min => AtomicRmwOp::Smin,
            Amo::Max => AtomicRmwOp::Smax,
            Amo::MinU => AtomicRmwOp::Umin,
            Amo::MaxU => AtomicRmwOp::Umax,
        };
        let old = b.ins().atomic_rmw(unit(kind), guest_access(), op, p, value);
        extended(&mut b, old, kind)
    }

    /// The same.
    pub(crate) fn compare_and_swap(
        &self,
        at: Val<'_, 'f, 64>,
        expected: Val<'_, 'f, 64>,
        new: Val<'_, 'f, 64>,
        kind: Mem,
    ) -> ir::Value {
        let p = self.atomic_place(at, kind);
        let (expected, new) = (expected.ssa(), new.ssa());
        let mut b = self.b.borrow_mut();
        let (expected, new) = (reduced(&mut b, expected, kind), reduced(&mut b, new, kind));
        let old = b.ins().atomic_cas(guest_access(), p, expected, new);
        extended(&mut b, old, kind)
    }

    /// Where an atomic access goes: its instruction has no displacement.
    fn atomic_place(&self, at: Val<'_, 'f, 64>, kind: Mem) -> ir::Value {
        let (p, off) = self.place(at, kind.bytes(), Access::Write);
        self.close_group();
        if off == 0 { p } else { self.b.borrow_mut().ins().iadd_imm_s(p, off as i64) }
    }

    /// Where in the host `bytes` bytes at a guest address lie; leaves where that is not known.
    fn place(&self, at: Val<'_, 'f, 64>, bytes: u64, access: Access) -> Place {
        if let Some(ram) = self.key.flat {
            self.leave_if_traps(at, bytes);
            return self.place_flat(at, bytes, access == Access::Write, ram);
        }
        if let Some(place) = self.place_in_lap(at, bytes, access == Access::Write) {
            self.leave_if_traps(at, bytes);
            return place;
        }
        (self.look_up(at.ssa(), bytes, access), 0)
    }

    /// Leaves if an access is not aligned and that is the interpreter's business.
    fn leave_if_traps(&self, at: Val<'_, 'f, 64>, bytes: u64) {
        if !self.key.traps_misaligned || bytes == 1 {
            return;
        }
        let va = at.ssa();
        let low = self.b.borrow_mut().ins().band_imm_u(va, bytes as i64 - 1);
        self.leave_unless(self.compares_with(IntCC::Equal, low, 0));
    }

    fn place_flat(&self, at: Val<'_, 'f, 64>, bytes: u64, mut writes: bool, ram: OpenRam) -> Place {
        let value = match at.form {
            Form::Ssa(value) => value,
            Form::Const(address) => {
                if let Some(host) = constant_place(ram, address, bytes, writes) {
                    return (self.b.borrow_mut().ins().iconst(I64, host as i64), 0);
                }
                at.ssa()
            }
        };
        let narrow = self.as_zero_extended(value);
        let (base, off) = self.as_sum(narrow.unwrap_or(value));
        let (mut first, mut end) = (off, off.wrapping_add(bytes as i64));
        let known = self.checked.borrow().get(&base).copied();
        for known in [known, self.checked_for_lap(base, narrow.is_some(), ram)].into_iter().flatten() {
            if let Some(place) = known.place(first, bytes, writes) {
                return place;
            }
        }
        if narrow.is_none()
            && let Some(place) = self.place_by_index(value, bytes, writes)
        {
            return place;
        }
        // What later accesses will want is checked now, if it is near.
        if let Some(Span { before, behind, writes: later }) = self.span.get()
            && before + behind <= MAX_SPAN_BYTES
        {
            writes |= later;
            (first, end) = (first - before, end + behind);
        }
        let closed = if writes { ram.closed_bytes } else { 0 };
        let inside = {
            let mut b = self.b.borrow_mut();
            let start = match narrow {
                None if first == off => value,
                None if first == 0 => base,
                None => b.ins().iadd_imm_s(base, first),
                Some(narrow) => {
                    let start = if first == off { narrow } else { b.ins().iadd_imm_s(base, first) };
                    b.ins().uextend(I64, start)
                }
            };
            b.ins().iadd_imm_s(start, (ram.guest.0 as i64).wrapping_neg())
        };
        let last = ram.bytes as i64 - (end - first);
        self.leave_unless(self.compares_with(IntCC::UnsignedLessThanOrEqual, inside, last));
        if closed != 0 {
            self.leave_unless_open(inside, (end - first) as u64, ram);
        }
        let host = {
            let mut b = self.b.borrow_mut();
            let ram_host = b.ins().iconst(I64, ram.host as i64);
            b.ins().iadd(ram_host, inside)
        };
        let writable = writes || ram.closed_bytes == 0;
        self.checked.borrow_mut().insert(base, Checked { first, end, readable: true, writable, host });
        (host, (off - first) as i32)
    }

    /// Leaves if one of the `bytes` bytes from `inside` on, an offset in RAM, is watched.
    pub(crate) fn leave_unless_open(&self, inside: ir::Value, bytes: u64, ram: OpenRam) {
        let reach = bytes - 1;
        let behind = self.b.borrow_mut().ins().iadd_imm_s(inside, reach.wrapping_sub(ram.closed_from) as i64);
        let all = (ram.closed_bytes + reach) as i64;
        self.leave_unless(self.compares_with(IntCC::UnsignedGreaterThanOrEqual, behind, all));
    }

    /// The host address that translates `va`: by the page that accesses of this group went to last, if it is that one again,
    /// else by the TLB. Whatever changes the TLB leaves the region, so both hold as long as it runs.
    ///
    /// What is compared first is a page and that the access is aligned, in one: an aligned one lies in one page. Whether a misaligned
    /// one does is looked at where that fails.
    fn look_up(&self, va: ir::Value, bytes: u64, access: Access) -> ir::Value {
        let tag = self.b.borrow_mut().ins().band_imm_u(va, (PAGE_MASK | (bytes - 1)) as i64);
        let Some(group @ LastPage { tag: last, addend, is_first }) = self.last_page.get() else {
            let found = self.look_up_in_tlb(va, tag, bytes, access).1;
            return self.b.borrow_mut().ins().iadd(found, va);
        };
        if is_first {
            let (page, found) = self.look_up_in_tlb(va, tag, bytes, access);
            let mut b = self.b.borrow_mut();
            b.def_var(last, page);
            b.def_var(addend, found);
            // Another access of the same instruction comes second.
            self.last_page.set(Some(LastPage { is_first: false, ..group }));
            return b.ins().iadd(found, va);
        }
        let goes_on = {
            let mut b = self.b.borrow_mut();
            let last = b.use_var(last);
            let known = b.ins().icmp(IntCC::Equal, last, tag);
            let (looks, goes_on) = (b.create_block(), b.create_block());
            b.set_cold_block(looks);
            b.ins().brif(known, goes_on, &[], looks, &[]);
            b.seal_block(looks);
            b.switch_to_block(looks);
            goes_on
        };
        if self.expects_misaligned(bytes) {
            let start = self.b.borrow_mut().use_var(last);
            let known = self.is_in_page(va, bytes, start);
            let mut b = self.b.borrow_mut();
            let looks = b.create_block();
            b.set_cold_block(looks);
            b.ins().brif(known, goes_on, &[], looks, &[]);
            b.seal_block(looks);
            b.switch_to_block(looks);
        }
        let (page, found) = self.look_up_in_tlb(va, tag, bytes, access);
        let mut b = self.b.borrow_mut();
        b.def_var(last, page);
        b.def_var(addend, found);
        b.ins().jump(goes_on, &[]);
        b.seal_block(goes_on);
        b.switch_to_block(goes_on);
        let addend = b.use_var(addend);
        b.ins().iadd(addend, va)
    }

    /// Whether an access may well be misaligned; where it is not expected, such ones leave.
    fn expects_misaligned(&self, bytes: u64) -> bool {
        bytes > 1 && self.key.often_misaligned
    }

    /// Whether all of an access lies in the page that starts there.
    fn is_in_page(&self, va: ir::Value, bytes: u64, start: ir::Value) -> ir::Value {
        let page = self.page(va);
        let mut b = self.b.borrow_mut();
        let same = b.ins().icmp(IntCC::Equal, page, start);
        let inside = b.ins().band_imm_u(va, !PAGE_MASK as i64);
        let fits = b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, inside, (PAGE_SIZE - bytes) as i64);
        b.ins().band(same, fits)
    }

    /// See [`Lookup`]. Leaves if the TLB has no such page. Gives the page and what is added to addresses in it.
    fn look_up_in_tlb(&self, va: ir::Value, tag: ir::Value, bytes: u64, access: Access) -> (ir::Value, ir::Value) {
        let expects_misaligned = self.expects_misaligned(bytes);
        let page = if expects_misaligned { self.page(va) } else { tag };
        let (window, found) = self.window(page, access);
        let ok = self.compares(IntCC::Equal, found, tag);
        if expects_misaligned {
            self.leave_unless_misaligned(ok.ssa(), va, bytes, found);
        } else {
            self.leave_unless(ok);
        }
        let addend = self.b.borrow_mut().ins().load(I64, slot_access(), window, Lookup::ADDEND as i32);
        (page, addend)
    }

    /// The page of an address.
    fn page(&self, va: ir::Value) -> ir::Value {
        self.b.borrow_mut().ins().band_imm_u(va, PAGE_MASK as i64)
    }

    /// The window of the TLB that a page has to be in, and the tag that is there.
    fn window(&self, page: ir::Value, access: Access) -> (ir::Value, ir::Value) {
        let [windows, mask] = if access == Access::Write { [LOOKUP[2], LOOKUP[3]] } else { [LOOKUP[0], LOOKUP[1]] };
        let mut b = self.b.borrow_mut();
        let constant = slot_access().with_readonly();
        let mixed = b.ins().imul_imm_s(page, Lookup::MIX as i64);
        let mixed = b.ins().ushr_imm_u(mixed, Lookup::SHIFT as i64);
        let mask = b.ins().load(I64, constant, self.slots, offset(mask));
        let index = b.ins().band(mixed, mask);
        let windows = b.ins().load(I64, constant, self.slots, offset(windows));
        let window = b.ins().iadd(windows, index);
        (window, b.ins().load(I64, slot_access(), window, Lookup::TAG as i32))
    }

    /// What added to addresses in the page of `va` gives the host's; leaves if the TLB has no such page.
    pub(crate) fn addend(&self, va: ir::Value, access: Access) -> ir::Value {
        let page = self.page(va);
        let (window, found) = self.window(page, access);
        self.leave_unless(self.compares(IntCC::Equal, found, page));
        self.b.borrow_mut().ins().load(I64, slot_access(), window, Lookup::ADDEND as i32)
    }

    /// Goes on if `ok`, or if the access is misaligned but all of it in the page that was found; leaves otherwise.
    fn leave_unless_misaligned(&self, ok: ir::Value, va: ir::Value, bytes: u64, found: ir::Value) {
        let goes_on = {
            let mut b = self.b.borrow_mut();
            let (looks, goes_on) = (b.create_block(), b.create_block());
            b.set_cold_block(looks);
            b.ins().brif(ok, goes_on, &[], looks, &[]);
            b.seal_block(looks);
            b.switch_to_block(looks);
            goes_on
        };
        let fits = self.is_in_page(va, bytes, found);
        self.leave_unless(self.truth(fits));
        let mut b = self.b.borrow_mut();
        b.ins().jump(goes_on, &[]);
        b.seal_block(goes_on);
        b.switch_to_block(goes_on);
    }

    /// Makes what remembers the last page of a group of accesses; at first there is none.
    pub(crate) fn no_last_page(&self) -> LastPage {
        let mut b = self.b.borrow_mut();
        let last = LastPage { tag: b.declare_var(I64), addend: b.declare_var(I64), is_first: false };
        // No page starts there.
        let none = b.ins().iconst(I64, 1);
        b.def_var(last.tag, none);
        b.def_var(last.addend, none);
        last
    }
}

/// The host address of a guest address that is known now.
fn constant_place(ram: OpenRam, address: u64, bytes: u64, writes: bool) -> Option<usize> {
    let inside = address.wrapping_sub(ram.guest.0);
    let closed =
        writes && inside.saturating_add(bytes) > ram.closed_from && inside < ram.closed_from + ram.closed_bytes;
    (inside <= ram.bytes - bytes && !closed).then(|| ram.host + inside as usize)
}
