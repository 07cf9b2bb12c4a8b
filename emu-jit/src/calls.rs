//! How translated code keeps calls: it works on the frames and links of [`emu_core::profile::Paths`] itself, where a call was made
//! along the same way before, and where a return is to its own call. Whatever else a block's end does to the stack of calls, the region is left
//! behind it, and it is told ([`Why::Turned`]).
//!
//! What has been spent is needed at each call and return: instructions follow from how many may still run, and each block adds to the
//! slots [`SPENT`] what its instructions do otherwise. Where it is left in its midst, [`WHY`] says what of this was not done.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use cranelift_frontend::FunctionBuilder;
use emu_core::hart::{Arch, Hart};
use emu_core::profile::{Costs, Event, Shadow, Turn};
use emu_core::slot::Slot;

use crate::emit::{Emit, slot_access};
use crate::exits::Why;
use crate::region::{Block, Region, Turns};
use crate::run::Jit;
use crate::slots::{LAST, LINKS, SITE, SPENT, TOP, WHY, offset};
use crate::value::Val;

/// What translated code counts, in the order of [`SPENT`].
const EVENTS: [Event; SPENT.len()] =
    [Event::Instructions, Event::Loads, Event::Stores, Event::Branches, Event::IndirectJumps];

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

    /// The current block's last instruction, at [`Emit::pc`], calls: makes a frame.
    pub(crate) fn begin_call(&self, turns: &Turns, callee: Callee, stack_pointer: Slot) {
        let sp = self.register(stack_pointer);
        let pc = match callee {
            Callee::Known(pc) => self.word(pc),
            Callee::Computed(pc) => pc,
        };
        let otherwise = self.cold_block();
        let (top, links, child) = {
            let mut b = self.b.borrow_mut();
            let top = self.load_slot(&mut b, TOP);
            let last = self.load_slot(&mut b, LAST);
            let links = self.load_slot(&mut b, LINKS);
            let link = load(&mut b, top, Shadow::LINK);
            let record = b.ins().iadd(links, link);
            let room = b.ins().icmp(IntCC::NotEqual, top, last);
            only_if(&mut b, room, otherwise);
            let first = b.ins().iadd_imm_s(record, Shadow::KNOWN as i64);
            let known = b.ins().iadd_imm_s(first, turns.place as i64 * Shadow::KNOWN_BYTES as i64);
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
                    let mixed = b.ins().bxor_imm_u(mixed, turns.place as i64);
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
            (top, links, child)
        };
        {
            let mut b = self.b.borrow_mut();
            let frame = b.ins().iadd_imm_s(top, Shadow::FRAME_BYTES as i64);
            b.ins().store(slot_access(), frame, self.slots, offset(TOP));
            let back = b.ins().iconst(I64, turns.after as i64);
            store(&mut b, back, frame, Shadow::BACK);
            store(&mut b, sp, frame, Shadow::SP);
            store(&mut b, child, frame, Shadow::LINK);
            for (n, &event) in EVENTS.iter().enumerate() {
                let spent = self.spent(&mut b, n);
                store(&mut b, spent, frame, Shadow::SINCE + 8 * event as usize);
            }
            let record = b.ins().iadd(links, child);
            add(&mut b, record, Shadow::COUNT, |b, count| b.ins().iadd_imm_s(count, 1));
        }
        self.leave_to_tell(otherwise, turns, pc);
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

    /// The current block's last instruction returns to `target`: ends a frame.
    pub(crate) fn end_call(&self, turns: &Turns, target: ir::Value, stack_pointer: Slot) {
        let sp = self.register(stack_pointer);
        let otherwise = self.cold_block();
        let top = {
            let mut b = self.b.borrow_mut();
            let top = self.load_slot(&mut b, TOP);
            let back = load(&mut b, top, Shadow::BACK);
            let same = b.ins().icmp(IntCC::Equal, back, target);
            only_if(&mut b, same, otherwise);
            // Frames that are not to be ended here have odd ones, and a register may have anything.
            let odd = b.ins().band_imm_u(target, 1);
            let even = b.ins().icmp_imm_u(IntCC::Equal, odd, 0);
            only_if(&mut b, even, otherwise);
            let back_sp = load(&mut b, top, Shadow::SP);
            let same = b.ins().icmp(IntCC::Equal, back_sp, sp);
            only_if(&mut b, same, otherwise);
            top
        };
        {
            let mut b = self.b.borrow_mut();
            let links = self.load_slot(&mut b, LINKS);
            let link = load(&mut b, top, Shadow::LINK);
            let record = b.ins().iadd(links, link);
            for (n, &event) in EVENTS.iter().enumerate() {
                let spent = self.spent(&mut b, n);
                let since = load(&mut b, top, Shadow::SINCE + 8 * event as usize);
                let spent = b.ins().isub(spent, since);
                add(&mut b, record, Shadow::INCLUSIVE + 8 * event as usize, |b, sum| b.ins().iadd(sum, spent));
            }
            let below = b.ins().iadd_imm_s(top, -(Shadow::FRAME_BYTES as i64));
            b.ins().store(slot_access(), below, self.slots, offset(TOP));
        }
        self.leave_to_tell(otherwise, turns, target);
    }

    /// The current block's last instruction goes to `target`, without a call or a return: that has to be told if it is outside of the
    /// function. Whether control goes on; else the block ends.
    pub(crate) fn stay_or_tell(&self, turns: &Turns, target: ir::Value) -> bool {
        let Some(function) = &turns.function else {
            self.tell(turns, target);
            return false;
        };
        let otherwise = self.cold_block();
        {
            let mut b = self.b.borrow_mut();
            let inside = b.ins().iadd_imm_s(target, (function.start as i64).wrapping_neg());
            let bytes = (function.end - function.start) as i64;
            let bytes = b.ins().iconst(I64, bytes);
            let stays = b.ins().icmp(IntCC::UnsignedLessThan, inside, bytes);
            only_if(&mut b, stays, otherwise);
        }
        self.leave_to_tell(otherwise, turns, target);
        true
    }

    /// The current block's last instruction goes to `target`, which has to be told. The block ends.
    pub(crate) fn tell(&self, turns: &Turns, target: ir::Value) {
        self.leave_telling(turns.turn, turns.after.wrapping_sub(self.pc.get()), target);
    }

    /// Leaves for another function, at `pc`. The block ends.
    pub(crate) fn leave_function(&self, pc: u64) {
        let pc = self.word(pc);
        self.leave_telling(Turn::Other, 0, pc);
    }

    /// Fills the block `leaves`, which leaves, and has it told. Goes on behind the current block.
    fn leave_to_tell(&self, leaves: ir::Block, turns: &Turns, target: ir::Value) {
        let goes_on = {
            let mut b = self.b.borrow_mut();
            let goes_on = b.create_block();
            b.ins().jump(goes_on, &[]);
            b.seal_block(goes_on);
            b.seal_block(leaves);
            b.switch_to_block(leaves);
            goes_on
        };
        self.leave_telling(turns.turn, turns.after.wrapping_sub(self.pc.get()), target);
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
            if let (Some(turns), Some(insn)) = (&mut block.turns, block.insns.last())
                && turns.turn == Turn::Call
            {
                turns.place = paths.place_of(insn.pc);
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
