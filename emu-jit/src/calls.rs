//! How translated code keeps calls: it works on the frames and links of [`emu_core::profile::Paths`] itself, where a call was made
//! along the same way before, tail calls included, and where a return is to its own call. Whatever else a block's end does to the stack of calls, the region is left
//! behind it, and it is told ([`Why::Turned`]).
//!
//! What has been spent is needed at each call and return: instructions follow from how many may still run, and each block adds to the
//! slots [`SPENT`] what its instructions do otherwise, if that is kept. Where it is left in its midst, [`WHY`] says what of this was not done.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use cranelift_frontend::FunctionBuilder;
use emu_core::hart::{Arch, Hart};
use emu_core::profile::{Costs, Event, KeptCosts, Shadow, Turn};
use emu_core::slot::Slot;

use crate::emit::{Emit, slot_access};
use crate::exits::Why;
use crate::region::{Block, Edge, End, Region, Turns};
use crate::run::Jit;
use crate::slots::{LAST, LINKS, SITE, SPENT, TOP, WHY, offset};
use crate::value::Val;

/// What translated code counts at most, in the order of [`SPENT`].
const EVENTS: [Event; SPENT.len()] =
    [Event::Instructions, Event::Loads, Event::Stores, Event::Branches, Event::IndirectJumps];

/// What of it is kept along calls.
fn events(kept: Option<KeptCosts>) -> &'static [Event] {
    match kept {
        None => &[],
        Some(KeptCosts::Instructions) => &EVENTS[..1],
        Some(KeptCosts::Events) => &EVENTS,
    }
}

/// What some instructions do beside retiring, in the order of [`EVENTS`].
pub(crate) type Deeds = [u64; SPENT.len() - 1];

/// Bits of each of them in [`WHY`], above the lowest byte: as many as the instructions of a block can come to.
const UNDONE_BITS: u32 = 10;
/// Instructions of a region at most, so that these suffice.
pub(crate) const MAX_INSNS: usize = (1 << UNDONE_BITS) - 1;

/// What a block's instructions do, up to each, and all of them.
pub(crate) fn deeds<A: Arch>(block: &Block) -> Vec<Deeds> {
    let mut costs = Costs::default();
    let now = |costs: &Costs| std::array::from_fn(|n| costs[EVENTS[n + 1]]);
    let mut all = vec![now(&costs)];
    for insn in &block.insns {
        costs.add::<A>(insn.row, A::turn(insn.row, &insn.operands), 1);
        all.push(now(&costs));
    }
    all
}

/// Where a call leads.
#[derive(Copy, Clone)]
pub(crate) enum Callee {
    /// To this address.
    Known(u64),
    /// To an address that is known when running.
    Computed(ir::Value),
}

impl<'f> Emit<'f> {
    /// Counts what the current block does: these. In a lap that has been done.
    pub(crate) fn count_deeds(&self, deeds: Vec<Deeds>) {
        let in_lap = self.laps.get().is_some();
        for (&slot, &n) in SPENT[1..].iter().zip(deeds.last().into_iter().flatten()) {
            if n != 0 && !in_lap {
                let mut b = self.b.borrow_mut();
                let sum = b.ins().load(I64, slot_access(), self.slots, offset(slot));
                let sum = b.ins().iadd_imm_s(sum, n as i64);
                b.ins().store(slot_access(), sum, self.slots, offset(slot));
            }
        }
        self.deeds.replace(deeds);
    }

    /// What has been counted but not done before the current block's instruction number `insn`, as [`WHY`] says it.
    pub(crate) fn undone(&self, insn: usize) -> u64 {
        let deeds = self.deeds.borrow();
        let (Some(all), Some(done)) = (deeds.last(), deeds.get(insn)) else { return 0 };
        let undone = all.iter().zip(done).map(|(all, done)| all - done);
        undone.zip(0..).fold(0, |word, (n, place)| word | n << (8 + UNDONE_BITS * place))
    }

    /// The current block's last instruction, at [`Emit::pc`], calls: makes a frame. `place`: the block's.
    pub(crate) fn begin_call(&self, turns: &Turns, place: u64, callee: Callee, stack_pointer: Slot) {
        let sp = self.register(stack_pointer);
        let pc = match callee {
            Callee::Known(pc) => self.word(pc),
            Callee::Computed(pc) => pc,
        };
        let otherwise = self.cold_block();
        self.begin_frame(callee, place, otherwise, |b, _| (b.ins().iconst(I64, turns.after as i64), sp));
        self.leave_to_tell(otherwise, turns.turn, turns.after.wrapping_sub(self.pc.get()), pc);
    }

    /// It goes to `target`, which is in another function, by a jump: a tail call returns where the frame below does.
    pub(crate) fn begin_tail_call(&self, place: u64, target: ir::Value) {
        let otherwise = self.cold_block();
        self.begin_frame(Callee::Computed(target), place, otherwise, |b, top| {
            let back = load(b, top, Shadow::BACK);
            (b.ins().bor_imm_u(back, 1), load(b, top, Shadow::SP))
        });
        self.leave_to_tell(otherwise, Turn::Other, 0, target);
    }

    /// Makes a frame for a call that is known, with what `back` gives to return to and for the stack pointer; goes to a block for another.
    fn begin_frame(
        &self,
        callee: Callee,
        place: u64,
        otherwise: ir::Block,
        back: impl FnOnce(&mut FunctionBuilder<'f>, ir::Value) -> (ir::Value, ir::Value),
    ) {
        let mut b = self.b.borrow_mut();
        let top = self.load_slot(&mut b, TOP);
        let last = self.load_slot(&mut b, LAST);
        let links = self.load_slot(&mut b, LINKS);
        let link = load(&mut b, top, Shadow::LINK);
        let record = b.ins().iadd(links, link);
        let room = b.ins().icmp(IntCC::NotEqual, top, last);
        only_if(&mut b, room, otherwise);
        let first = b.ins().iadd_imm_s(record, Shadow::KNOWN as i64);
        let known = b.ins().iadd_imm_s(first, place as i64 * Shadow::KNOWN_BYTES as i64);
        let child = match callee {
            Callee::Known(_) => self.known_call(&mut b, known, None, otherwise),
            Callee::Computed(pc) => {
                let (second, found) = (b.create_block(), b.create_block());
                let child = b.append_block_param(found, I64);
                let here = self.known_call(&mut b, known, Some((links, pc)), second);
                b.ins().jump(found, &[here.into()]);
                b.seal_block(second);
                b.switch_to_block(second);
                let [near, far] = [1, 5].map(|bits| b.ins().ushr_imm_u(pc, bits));
                let mixed = b.ins().bxor(near, far);
                let mixed = b.ins().bxor_imm_u(mixed, place as i64);
                let mixed = b.ins().band_imm_u(mixed, Shadow::KNOWN_CALLS as i64 - 1);
                let distance = b.ins().imul_imm_s(mixed, Shadow::KNOWN_BYTES as i64);
                let known = b.ins().iadd(first, distance);
                let there = self.known_call(&mut b, known, Some((links, pc)), otherwise);
                b.ins().jump(found, &[there.into()]);
                b.seal_block(found);
                b.switch_to_block(found);
                child
            }
        };
        let (back, sp) = back(&mut b, top);
        let frame = b.ins().iadd_imm_s(top, Shadow::FRAME_BYTES as i64);
        b.ins().store(slot_access(), frame, self.slots, offset(TOP));
        store(&mut b, back, frame, Shadow::BACK);
        store(&mut b, sp, frame, Shadow::SP);
        store(&mut b, child, frame, Shadow::LINK);
        for (n, &event) in events(self.kept_costs).iter().enumerate() {
            let spent = self.spent(&mut b, n);
            store(&mut b, spent, frame, Shadow::SINCE + 8 * event as usize);
        }
        let record = b.ins().iadd(links, child);
        add(&mut b, record, Shadow::COUNT, |b, count| b.ins().iadd_imm_s(count, 1));
    }

    /// The link of the known call at `known`, if it is that of the current instruction, and leads to where this does, if that has to be compared.
    /// Else goes to a block.
    fn known_call(
        &self,
        b: &mut FunctionBuilder<'f>,
        known: ir::Value,
        target: Option<(ir::Value, ir::Value)>,
        otherwise: ir::Block,
    ) -> ir::Value {
        let site = load(b, known, 0);
        let this = b.ins().iconst(I64, self.pc.get() as i64);
        let same = b.ins().icmp(IntCC::Equal, site, this);
        only_if(b, same, otherwise);
        let child = load(b, known, 8);
        if let Some((links, pc)) = target {
            let record = b.ins().iadd(links, child);
            let target = load(b, record, Shadow::TARGET);
            let same = b.ins().icmp(IntCC::Equal, target, pc);
            only_if(b, same, otherwise);
        }
        child
    }

    /// The current block's last instruction returns to `target`: ends a frame, and those of tail calls on it.
    pub(crate) fn end_call(&self, turns: &Turns, target: ir::Value, stack_pointer: Slot) {
        let sp = self.register(stack_pointer);
        let (otherwise, tails) = (self.cold_block(), self.cold_block());
        let mut b = self.b.borrow_mut();
        let again = b.create_block();
        b.ins().jump(again, &[]);
        b.switch_to_block(again);
        let top = self.load_slot(&mut b, TOP);
        let back = load(&mut b, top, Shadow::BACK);
        let same = b.ins().icmp(IntCC::Equal, back, target);
        only_if(&mut b, same, tails);
        // Frames that are not to be ended here have odd ones, and a register may have anything.
        let odd = b.ins().band_imm_u(target, 1);
        let even = b.ins().icmp_imm_u(IntCC::Equal, odd, 0);
        only_if(&mut b, even, otherwise);
        let back_sp = load(&mut b, top, Shadow::SP);
        let same = b.ins().icmp(IntCC::Equal, back_sp, sp);
        only_if(&mut b, same, otherwise);
        self.end_frame(&mut b, top);
        let goes_on = b.create_block();
        b.ins().jump(goes_on, &[]);
        b.seal_block(tails);
        b.switch_to_block(tails);
        self.end_tail_call(&mut b, top, target, sp, otherwise);
        b.ins().jump(again, &[]);
        b.seal_block(again);
        b.seal_block(goes_on);
        b.switch_to_block(goes_on);
        drop(b);
        self.leave_to_tell(otherwise, turns.turn, turns.after.wrapping_sub(self.pc.get()), target);
    }

    /// Ends the frame that runs if it is that of a tail call that returns to `target`, made from a call or another tail call; else goes
    /// to a block. Who returns from there to that place returns from the call as well.
    fn end_tail_call(
        &self,
        b: &mut FunctionBuilder<'f>,
        top: ir::Value,
        target: ir::Value,
        sp: ir::Value,
        otherwise: ir::Block,
    ) {
        let [back, back_sp] = [Shadow::BACK, Shadow::SP].map(|bytes| load(b, top, bytes));
        // As its place is odd, the target is even if it is one less.
        let told = b.ins().iadd_imm_s(target, 1);
        let back_odd = b.ins().band_imm_u(back, 1);
        let below = b.ins().iadd_imm_s(top, -(Shadow::FRAME_BYTES as i64));
        let kinds = [top, below].map(|frame| {
            let links = self.load_slot(b, LINKS);
            let link = load(b, frame, Shadow::LINK);
            let record = b.ins().iadd(links, link);
            load(b, record, Shadow::KIND)
        });
        let ok = [
            b.ins().icmp(IntCC::Equal, back, told),
            b.ins().icmp_imm_u(IntCC::NotEqual, back_odd, 0),
            b.ins().icmp(IntCC::Equal, back_sp, sp),
            b.ins().icmp_imm_u(IntCC::Equal, kinds[0], Shadow::TAIL as i64),
            b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, kinds[1], Shadow::TAIL as i64),
        ];
        let ok = ok.into_iter().reduce(|all, one| b.ins().band(all, one)).expect("there are several");
        only_if(b, ok, otherwise);
        self.end_frame(b, top);
    }

    /// Ends the frame that runs.
    fn end_frame(&self, b: &mut FunctionBuilder<'f>, top: ir::Value) {
        let links = self.load_slot(b, LINKS);
        let link = load(b, top, Shadow::LINK);
        let record = b.ins().iadd(links, link);
        for (n, &event) in events(self.kept_costs).iter().enumerate() {
            let spent = self.spent(b, n);
            let since = load(b, top, Shadow::SINCE + 8 * event as usize);
            let spent = b.ins().isub(spent, since);
            add(b, record, Shadow::INCLUSIVE + 8 * event as usize, |b, sum| b.ins().iadd(sum, spent));
        }
        let below = b.ins().iadd_imm_s(top, -(Shadow::FRAME_BYTES as i64));
        b.ins().store(slot_access(), below, self.slots, offset(TOP));
    }

    /// The current block's last instruction goes to `target`, without a call or a return: a tail call if that is outside of the function.
    /// Whether control goes on; else the block ends. `place`: the block's.
    pub(crate) fn stay_or_call(&self, turns: &Turns, place: u64, target: ir::Value) -> bool {
        let Some(function) = &turns.function else {
            self.tell(turns, target);
            return false;
        };
        let goes_on = {
            let mut b = self.b.borrow_mut();
            let inside = b.ins().iadd_imm_s(target, (function.start as i64).wrapping_neg());
            let bytes = (function.end - function.start) as i64;
            let bytes = b.ins().iconst(I64, bytes);
            let stays = b.ins().icmp(IntCC::UnsignedLessThan, inside, bytes);
            let (goes_on, calls) = (b.create_block(), b.create_block());
            b.ins().brif(stays, goes_on, &[], calls, &[]);
            b.seal_block(calls);
            b.switch_to_block(calls);
            goes_on
        };
        self.begin_tail_call(place, target);
        let mut b = self.b.borrow_mut();
        b.ins().jump(goes_on, &[]);
        b.seal_block(goes_on);
        b.switch_to_block(goes_on);
        true
    }

    /// The current block's last instruction goes to `target`, which has to be told. The block ends.
    pub(crate) fn tell(&self, turns: &Turns, target: ir::Value) {
        self.leave_telling(turns.turn, turns.after.wrapping_sub(self.pc.get()), target);
    }

    /// Fills the block `leaves`, which leaves, and has it told. Goes on behind the current block.
    fn leave_to_tell(&self, leaves: ir::Block, turn: Turn, bytes: u64, target: ir::Value) {
        let goes_on = {
            let mut b = self.b.borrow_mut();
            let goes_on = b.create_block();
            b.ins().jump(goes_on, &[]);
            b.seal_block(goes_on);
            b.seal_block(leaves);
            b.switch_to_block(leaves);
            goes_on
        };
        self.leave_telling(turn, bytes, target);
        self.b.borrow_mut().switch_to_block(goes_on);
    }

    fn leave_telling(&self, turn: Turn, bytes: u64, target: ir::Value) {
        self.store_dirty();
        let mut b = self.b.borrow_mut();
        let site = b.ins().iconst(I64, self.pc.get() as i64);
        b.ins().store(slot_access(), site, self.slots, offset(SITE));
        let why = Why::Turned as u64 | number_of(turn) << 8 | (bytes & 0xff) << 16;
        let why = b.ins().iconst(I64, why as i64);
        b.ins().store(slot_access(), why, self.slots, offset(WHY));
        let left = self.left_now(&mut b);
        b.ins().return_(&[left, target]);
    }

    /// What has been spent of the event number `n`.
    fn spent(&self, b: &mut FunctionBuilder<'f>, n: usize) -> ir::Value {
        let spent = self.load_slot(b, SPENT[n]);
        if n != 0 {
            return spent;
        }
        let left = self.left_now(b);
        b.ins().isub(spent, left)
    }

    fn load_slot(&self, b: &mut FunctionBuilder<'f>, slot: Slot) -> ir::Value {
        b.ins().load(I64, slot_access(), self.slots, offset(slot))
    }

    /// What a register holds.
    fn register(&self, slot: Slot) -> ir::Value {
        Val::<64> { form: self.current(slot), e: self }.ssa()
    }

    fn word(&self, n: u64) -> ir::Value {
        self.b.borrow_mut().ins().iconst(I64, n as i64)
    }
}

fn load(b: &mut FunctionBuilder<'_>, at: ir::Value, bytes: usize) -> ir::Value {
    b.ins().load(I64, slot_access(), at, bytes as i32)
}

fn store(b: &mut FunctionBuilder<'_>, value: ir::Value, at: ir::Value, bytes: usize) {
    b.ins().store(slot_access(), value, at, bytes as i32);
}

/// Changes a word in memory.
fn add<'f>(
    b: &mut FunctionBuilder<'f>,
    at: ir::Value,
    bytes: usize,
    sum: impl FnOnce(&mut FunctionBuilder<'f>, ir::Value) -> ir::Value,
) {
    let value = load(b, at, bytes);
    let value = sum(b, value);
    store(b, value, at, bytes);
}

/// Goes on if `ok`, else to a block.
fn only_if(b: &mut FunctionBuilder<'_>, ok: ir::Value, otherwise: ir::Block) {
    let goes_on = b.create_block();
    b.ins().brif(ok, goes_on, &[], otherwise, &[]);
    b.seal_block(goes_on);
    b.switch_to_block(goes_on);
}

const TURNS: [Turn; 5] = [Turn::Other, Turn::Call, Turn::Return, Turn::Swap, Turn::TrapReturn];

fn number_of(turn: Turn) -> u64 {
    TURNS.iter().position(|&other| other == turn).expect("it is one of them") as u64
}

impl<A: Arch> Jit<A> {
    /// Finds out where calls of a region are among those that are known, if calls are kept.
    pub(crate) fn place_calls(&mut self, region: &mut Region) {
        let Some(paths) = self.interp.paths_mut() else { return };
        for block in &mut region.blocks {
            let calls = block.turns.as_ref().is_some_and(|turns| matches!(turns.turn, Turn::Call | Turn::Other));
            let is_elsewhere = |edge: &Edge| matches!(edge, Edge::Elsewhere(_));
            let may_call = calls
                || match &block.end {
                    End::Goes(edge) => is_elsewhere(edge),
                    End::Branches(taken, falls) => is_elsewhere(taken) || is_elsewhere(falls),
                    End::Indirect(_) | End::Leaves => false,
                };
            if let (true, Some(insn)) = (may_call, block.insns.last()) {
                block.place = paths.place_of(insn.pc);
            }
        }
    }

    /// Before translated code runs, at most `left` instructions: it finds the calls, if they are kept.
    pub(crate) fn lend_calls(&mut self, hart: &Hart<A>, left: u64) {
        let Some(paths) = self.interp.paths_mut() else { return };
        paths.count(hart.retired.get());
        let Shadow { top, last, links } = paths.shadow();
        for (slot, address) in [(TOP, top), (LAST, last), (LINKS, links)] {
            hart.slots.set(slot, address as u64);
        }
        let time = paths.time();
        for (slot, event) in SPENT.into_iter().zip(EVENTS) {
            let may_run = if event == Event::Instructions { left } else { 0 };
            hart.slots.set(slot, time[event].wrapping_add(may_run));
        }
    }

    /// After it has run: the calls are what it has made of them. The hart's `pc` and what it has retired are known.
    pub(crate) fn take_calls_back(&mut self, hart: &Hart<A>) {
        let Some(paths) = self.interp.paths_mut() else { return };
        paths.came_to(hart.slots.get(TOP) as usize);
        let (why, word) = (Why::of(hart.slots.get(WHY)).0, hart.slots.get(WHY) >> 8);
        let mut time = paths.time();
        for (n, (slot, event)) in SPENT.into_iter().zip(EVENTS).enumerate().skip(1) {
            let undone = word >> (UNDONE_BITS * (n as u32 - 1)) & MAX_INSNS as u64;
            let is_partial = matches!(why, Why::Budget | Why::Interpret | Why::Key);
            time[event] = hart.slots.get(slot) - if is_partial { undone } else { 0 };
        }
        paths.set_time(time);
        paths.count(hart.retired.get());
        if why == Why::Turned {
            let (turn, bytes) = (TURNS[(word & 0xff) as usize % TURNS.len()], word >> 8 & 0xff);
            self.interp.turned(hart, turn, hart.slots.get(SITE), bytes);
        }
    }
}
