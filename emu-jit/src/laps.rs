//! Loops that are one way around: what each time around would have to look at is looked at for many laps at once.
//!
//! Most inner loops go along memory in equal steps. So where such a loop is entered, translated code finds out how many laps
//! the budget lasts for, and for how many all accesses off slots that advance by the same step each lap stay in RAM. The loop
//! then counts these laps down, and does nothing else for memory or for the count of instructions. When they are used up it
//! finds out anew, or leaves.
//!
//! Where addresses are translated, what accesses have to stay in is a page that the TLB has, or two that lie together in the host's
//! memory too. So this is done for small steps; accesses that take others are looked up as elsewhere (`memory`).
//!
//! How slots advance is first a hint of `scan`. The translated block knows better; if it does not agree, each lap finds out
//! anew, which is slow and right.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{self, InstBuilder};
use cranelift_frontend::Variable;
use emu_core::slot::Slot;
use emu_mem::{Access, OpenRam, PAGE_MASK, PAGE_SIZE};
use rustc_hash::FxHashMap;

use crate::emit::Emit;
use crate::flow::successors;
use crate::memory::{Checked, MAX_SPAN_BYTES, Place};
use crate::region::{End, Insn, Region};
use crate::rows::Point;
use crate::scan::{Known, Sum};
use crate::value::{Form, Truth, TruthForm, Val};

/// Slots that a loop may access memory off without a check each lap, at most.
const MAX_STRETCHES: usize = 8;
/// Bytes that a slot may advance by each lap, and that accesses off it may span, where what they have to stay in is a page: it is found
/// anew in the next one, and what lies across the end may be the interpreter's business.
const MAX_STEP_IN_PAGE: u64 = 64;
const MAX_SPAN_IN_PAGE: i64 = 256;
/// Blocks of a loop that counts laps, at most.
const MAX_BLOCKS: usize = 16;
/// How often a loop has to go around each time it is entered, for finding out to pay.
const MIN_LAPS: u64 = 4;

/// Where accesses are counted from: a slot's value, or that plus an index, another slot's value shifted left by so much.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Base {
    slot: Slot,
    index: Option<(Slot, u8)>,
}

/// Accesses of each lap off one base.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stretch {
    base: Base,
    /// What is added to the base each lap.
    step: i64,
    /// Their first byte, from the base when the lap begins on.
    first: i64,
    /// Behind their last byte.
    end: i64,
    /// Whether one of them stores.
    writes: bool,
}

/// A stretch in a lap: the values of its base's slots when that began, and what is known of memory there.
#[derive(Copy, Clone, Debug)]
pub(crate) struct KnownStretch {
    slot: ir::Value,
    index: Option<(ir::Value, u8)>,
    checked: Checked,
}

/// What ends a loop: that a slot reaches another one's value, which stays.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Trip {
    slot: Slot,
    /// What is added to it each lap, before it is compared.
    step: i64,
    end: TripEnd,
}

#[derive(Copy, Clone, Debug)]
enum TripEnd {
    Slot(Slot),
    Const(i64),
}

/// The laps of the loop that is being translated.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Laps {
    /// What is left of the budget when all laps have been used up.
    pub(crate) after: ir::Value,
    /// Laps that are left, with this one; `None` if it has been the last.
    pub(crate) left: Option<ir::Value>,
    /// What a lap takes from it.
    pub(crate) price: i64,
    /// What of that is taken behind the current block.
    pub(crate) behind: i64,
    /// The sum of cycles that operands decide about, which are no part of that; if there are such.
    pub(crate) more: Option<Variable>,
    /// What they count beside: its number in [`Emit::lap_counts`].
    pub(crate) counts: usize,
    /// How far the current lap has come.
    pub(crate) reached: Point,
}

/// A loop without ways that part and meet again: each block leads to the next one or out of it, the last one to the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Loop {
    /// Its blocks, in their order.
    pub(crate) blocks: Vec<usize>,
    /// Where they access memory without a check each lap; at least one.
    pub(crate) stretches: Vec<Stretch>,
}

impl Loop {
    /// Whether all its accesses off a slot in one of its blocks are likely to need no check each lap.
    pub(crate) fn covers(&self, block: usize, slot: Slot, writes: bool) -> bool {
        let base = Base { slot, index: None };
        let covers = |stretch: &Stretch| stretch.base == base && stretch.writes == writes;
        self.blocks.contains(&block) && self.stretches.iter().any(covers)
    }
}

/// By their first blocks: loops that access memory in equal steps. `ways`: which blocks look at the budget. `paged`: accesses have to
/// stay in pages, not only in RAM.
pub(crate) fn loops(region: &Region, ways: &[Option<usize>], paged: bool) -> Vec<Option<Loop>> {
    // Blocks that lead to each one.
    let mut from: Vec<Vec<usize>> = vec![Vec::new(); region.blocks.len()];
    for (n, block) in region.blocks.iter().enumerate() {
        successors(&block.end).for_each(|to| from[to].push(n));
    }
    let of_head = |head: usize| {
        ways[head]?;
        let blocks = way_around(region, ways, &from, head, head, 0)?;
        let last = blocks.last()?;
        let entered: u64 = from[head].iter().filter(|&n| n != last).map(|&n| region.blocks[n].executions).sum();
        let executions = region.blocks[head].executions;
        // Blocks that are not known to have run often have not been counted.
        if executions >= MIN_LAPS && executions / MIN_LAPS < entered {
            return None;
        }
        let insns: Vec<_> = blocks.iter().flat_map(|&n| &region.blocks[n].insns).collect();
        let stretches = stretches_of(&insns, paged);
        (!stretches.is_empty()).then_some(Loop { blocks, stretches })
    };
    (0..region.blocks.len()).map(of_head).collect()
}

/// The blocks from `at` to the one that leads back to `head`, if there is one way only and nothing else leads into it.
fn way_around(
    region: &Region,
    ways: &[Option<usize>],
    from: &[Vec<usize>],
    head: usize,
    at: usize,
    depth: usize,
) -> Option<Vec<usize>> {
    let block = &region.blocks[at];
    if depth == MAX_BLOCKS || block.turns.is_some() || matches!(block.end, End::Indirect(_) | End::Leaves) {
        return None;
    }
    let mut found = None;
    for next in successors(&region.blocks[at].end) {
        let rest = if next == head {
            Some(Vec::new())
        } else if from[next].len() == 1 && ways[next].is_none() {
            way_around(region, ways, from, head, next, depth + 1)
        } else {
            None
        };
        if rest.is_some() && found.is_some() {
            return None;
        }
        found = found.or(rest);
    }
    let mut blocks = vec![at];
    blocks.extend(found?);
    Some(blocks)
}

fn stretches_of(insns: &[&Insn], paged: bool) -> Vec<Stretch> {
    // What slots hold, as the value of one at the block's start and something; `None` if that is not known.
    let mut now: FxHashMap<Slot, Option<Sum>> = FxHashMap::default();
    let mut stretches: Vec<Stretch> = Vec::new();
    for insn in insns {
        let effect = &insn.effect;
        let itself = |slot: Slot| Some(Sum { to: slot, of: slot, plus: 0, is_narrow: false });
        let value = |slot: Slot| now.get(&slot).copied().unwrap_or(itself(slot));
        let place = effect.touch.and_then(|touch| match touch.at {
            Known::Near(slot, off) => {
                let Sum { of, plus, .. } = value(slot)?;
                Some((touch, Base { slot: of, index: None }, plus.wrapping_add(off)))
            }
            Known::Indexed(slot, index, by) => {
                let (slot, index) = (value(slot)?, value(index)?);
                let base = Base { slot: slot.of, index: Some((index.of, by)) };
                let is_wide = !slot.is_narrow && !index.is_narrow;
                is_wide.then_some((touch, base, slot.plus.wrapping_add(index.plus << by)))
            }
            _ => None,
        });
        if let Some((touch, base, first)) = place {
            let end = first.wrapping_add(touch.bytes as i64);
            // Pages may be read only.
            let same = |stretch: &&mut Stretch| stretch.base == base && (!paged || stretch.writes == touch.writes);
            match stretches.iter_mut().find(same) {
                Some(known) => {
                    (known.first, known.end) = (known.first.min(first), known.end.max(end));
                    known.writes |= touch.writes;
                }
                None => stretches.push(Stretch { base, step: 0, first, end, writes: touch.writes }),
            }
        }
        let sum = effect.sum.and_then(|sum| {
            let before = value(sum.of)?;
            let is_narrow = sum.is_narrow || before.is_narrow;
            Some(Sum { of: before.of, plus: before.plus.wrapping_add(sum.plus), is_narrow, ..sum })
        });
        for slot in effect.writes.iter() {
            now.insert(slot, sum.filter(|sum| sum.to == slot));
        }
    }
    let step = |slot: Slot, wide: bool| match now.get(&slot) {
        None => Some(0),
        Some(&Some(Sum { of, plus, is_narrow, .. })) if of == slot && !(wide && is_narrow) => Some(plus),
        Some(_) => None,
    };
    stretches.retain_mut(|stretch| {
        let Base { slot, index } = stretch.base;
        let steps = index.map_or(Some((0, 0)), |(index, by)| Some((step(index, true)?, by)));
        let (Some(own), Some((more, by))) = (step(slot, index.is_some()), steps) else { return false };
        stretch.step = own.wrapping_add(more << by);
        let (max_span, max_step) = match (paged, stretch.step) {
            (false, _) => (MAX_SPAN_BYTES, u32::MAX.into()),
            // What would lie across two pages would do so in each lap.
            (true, 0) => (8, 0),
            (true, _) => (MAX_SPAN_IN_PAGE, MAX_STEP_IN_PAGE),
        };
        let span = stretch.end.checked_sub(stretch.first);
        span.is_some_and(|span| (1..=max_span).contains(&span)) && stretch.step.unsigned_abs() <= max_step
    });
    stretches.truncate(MAX_STRETCHES);
    stretches
}

/// Shifting right by so much divides by `n` or more.
fn shift(n: u64) -> i64 {
    n.next_power_of_two().trailing_zeros().into()
}

impl<'f> Emit<'f> {
    /// How many laps of `insns` instructions may begin, at least one, and what is left of the budget behind them if each takes `price`:
    /// as `left` instructions may run, of which a lap and what follows the loop take `way`, and as long as all `stretches` lie in RAM,
    /// or in `pages`, which it finds, and the `trip` is not at its end. Leaves if not even one may.
    pub(crate) fn find_laps(
        &self,
        (insns, price): (usize, i64),
        way: usize,
        stretches: &[Stretch],
        trip: Option<Trip>,
        pages: &[Variable],
    ) -> [ir::Value; 2] {
        let (left, mut laps) = {
            let mut b = self.b.borrow_mut();
            let left = b.use_var(self.left);
            let more = b.ins().iadd_imm_s(left, -self.budget.price(way, 0));
            let more = b.ins().ushr_imm_u(more, self.budget.shift() + shift(insns as u64));
            (left, more)
        };
        for (n, stretch) in stretches.iter().enumerate() {
            let more = match self.key.flat {
                Some(ram) => self.laps_inside(stretch, ram),
                None => self.laps_in_page(stretch, pages[n]),
            };
            if let Some(more) = more {
                laps = self.b.borrow_mut().ins().umin(laps, more);
            }
        }
        self.close_group();
        if let Some(trip) = trip {
            let more = self.laps_of(trip);
            laps = self.b.borrow_mut().ins().umin(laps, more);
        }
        let mut b = self.b.borrow_mut();
        // With the first one, which is certain.
        let laps = b.ins().iadd_imm_s(laps, 1);
        let all = b.ins().imul_imm_s(laps, price);
        [laps, b.ins().isub(left, all)]
    }

    /// How many more laps than one a stretch stays in RAM, if that changes; leaves if it is not there now.
    fn laps_inside(&self, stretch: &Stretch, ram: OpenRam) -> Option<ir::Value> {
        let &Stretch { base, step, first, end, writes } = stretch;
        let span = (end - first) as u64;
        let closed = if writes { ram.closed_bytes } else { 0 };
        let value = self.base_value(base);
        // Where registers are narrower this does not wrap as they do: then it leaves.
        let inside = self.b.borrow_mut().ins().iadd_imm_s(value, first.wrapping_sub(ram.guest.0 as i64));
        let last = ram.bytes.saturating_sub(span) as i64;
        self.leave_unless(self.compares_with(IntCC::UnsignedLessThanOrEqual, inside, last));
        if closed != 0 {
            self.leave_unless_open(inside, span, ram);
        }
        let mut b = self.b.borrow_mut();
        let room = match step {
            0 => return None,
            1.. => {
                let mut last = b.ins().iconst(I64, ram.bytes.saturating_sub(span) as i64);
                if closed != 0 {
                    let below = b.ins().icmp_imm_u(IntCC::UnsignedLessThan, inside, ram.closed_from as i64);
                    let last_below = b.ins().iconst(I64, ram.closed_from.saturating_sub(span) as i64);
                    last = b.ins().select(below, last_below, last);
                }
                b.ins().isub(last, inside)
            }
            _ if closed != 0 => {
                let behind = (ram.closed_from + closed) as i64;
                let above = b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, inside, behind);
                let (behind, start) = (b.ins().iconst(I64, behind), b.ins().iconst(I64, 0));
                let first = b.ins().select(above, behind, start);
                b.ins().isub(inside, first)
            }
            _ => inside,
        };
        Some(b.ins().ushr_imm_u(room, shift(step.unsigned_abs())))
    }

    /// How many more laps than one a stretch stays in its page, if that changes; leaves if the TLB does not have it. `page` gets what is
    /// added to addresses there.
    fn laps_in_page(&self, &Stretch { base, step, first, end, writes }: &Stretch, page: Variable) -> Option<ir::Value> {
        let access = if writes { Access::Write } else { Access::Read };
        let last = PAGE_SIZE as i64 - (end - first);
        let value = self.base_value(base);
        let va = self.b.borrow_mut().ins().iadd_imm_s(value, first);
        let addend = self.addend(va, access);
        let (inside, fits, goes_on) = {
            let mut b = self.b.borrow_mut();
            b.def_var(page, addend);
            let inside = b.ins().band_imm_u(va, !PAGE_MASK as i64);
            let fits = b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, inside, last);
            let (crosses, goes_on) = (b.create_block(), b.create_block());
            b.set_cold_block(crosses);
            b.ins().brif(fits, goes_on, &[], crosses, &[]);
            b.seal_block(crosses);
            b.switch_to_block(crosses);
            (inside, fits, goes_on)
        };
        // The next page will do if it lies behind this one in the host as well.
        let end_va = self.b.borrow_mut().ins().iadd_imm_s(value, end - 1);
        let next = self.addend(end_va, access);
        self.leave_unless(self.compares(IntCC::Equal, next, addend));
        let mut b = self.b.borrow_mut();
        b.ins().jump(goes_on, &[]);
        b.seal_block(goes_on);
        b.switch_to_block(goes_on);
        if step == 0 {
            return None;
        }
        let last = b.ins().iconst(I64, last);
        let room = if step > 0 { b.ins().isub(last, inside) } else { inside };
        let nothing = b.ins().iconst(I64, 0);
        let room = b.ins().select(fits, room, nothing);
        Some(b.ins().ushr_imm_u(room, shift(step.unsigned_abs())))
    }

    /// How many more laps than one a trip certainly takes.
    fn laps_of(&self, Trip { slot, step, end }: Trip) -> ir::Value {
        let from = self.variable(slot);
        let to = match end {
            TripEnd::Slot(slot) => self.variable(slot),
            TripEnd::Const(end) => self.b.borrow_mut().ins().iconst(I64, end),
        };
        let mut b = self.b.borrow_mut();
        let way = if step > 0 { b.ins().isub(to, from) } else { b.ins().isub(from, to) };
        // The last lap is the one that comes there. Of a way of no length that is the one that has come around all numbers. The
        // lower half of the rest is all of it where registers are narrow, and too little elsewhere, which does not matter.
        let rest = b.ins().iadd_imm_s(way, -1);
        let rest = b.ins().ireduce(I32, rest);
        let step = step.unsigned_abs();
        let more = if step.is_power_of_two() {
            b.ins().ushr_imm_u(rest, shift(step))
        } else {
            let step = b.ins().iconst(I32, step as i64);
            b.ins().udiv(rest, step)
        };
        b.ins().uextend(I64, more)
    }

    /// What ends a loop that goes around while `again`, if that is a trip. `begin`: what slots held when the lap began.
    pub(crate) fn trip(&self, again: Truth<'_, 'f>, begin: &[(Slot, Option<ir::Value>)]) -> Option<Trip> {
        let TruthForm::Compares(IntCC::NotEqual, a, b) = again.form else { return None };
        let slot_of = |value: ir::Value| {
            let narrow = self.as_zero_extended(value).unwrap_or(value);
            // Half of a sum is the sum of halves, and more than half is not asked for.
            let (base, step) = self.as_sum(self.as_lower_half(narrow).unwrap_or(narrow));
            let is_it = |held: ir::Value| held == base || self.known_half(held) == Some(base);
            let &(slot, _) = begin.iter().find(|&&(_, held)| held.is_some_and(is_it))?;
            Some((slot, step))
        };
        let end_of = |value: ir::Value| match slot_of(value) {
            Some((slot, 0)) if self.holds_still(slot, begin) => Some(TripEnd::Slot(slot)),
            Some(_) => None,
            None => self.as_constant(value).map(TripEnd::Const),
        };
        let trip = |moves: ir::Value, stays: ir::Value| {
            let (slot, step) = slot_of(moves).filter(|&(_, step)| step != 0 && step.unsigned_abs() < 1 << 31)?;
            // That is how far it has come as well when the next lap begins.
            let next = match self.current(slot) {
                Form::Ssa(next) => slot_of(next),
                Form::Const(_) => None,
            };
            if next != Some((slot, step)) {
                return None;
            }
            Some(Trip { slot, step, end: end_of(stays)? })
        };
        trip(a, b).or_else(|| trip(b, a))
    }

    fn holds_still(&self, slot: Slot, begin: &[(Slot, Option<ir::Value>)]) -> bool {
        let held = begin.iter().find(|&&(other, _)| other == slot).and_then(|&(_, held)| held);
        held.is_some_and(|held| self.variable(slot) == held)
    }

    /// The value that this is the lower half of.
    fn as_lower_half(&self, value: ir::Value) -> Option<ir::Value> {
        let b = self.b.borrow();
        let dfg = &b.func.dfg;
        match dfg.insts[dfg.value_def(value).inst()?] {
            ir::InstructionData::Unary { opcode: ir::Opcode::Ireduce, arg } => Some(dfg.resolve_aliases(arg)),
            _ => None,
        }
    }

    fn as_constant(&self, value: ir::Value) -> Option<i64> {
        let b = self.b.borrow();
        let inst = b.func.dfg.value_def(value).inst()?;
        match b.func.dfg.insts[inst] {
            ir::InstructionData::UnaryImm { opcode: ir::Opcode::Iconst, imm } => Some(imm.bits()),
            _ => None,
        }
    }

    /// In a lap: its accesses to these stretches need no check. They lie in RAM, or in pages of which the variables say what
    /// added to addresses there gives the host's.
    pub(crate) fn begin_lap(&self, stretches: &[Stretch]) -> Vec<Variable> {
        let mut pages = Vec::new();
        for &Stretch { base, first, end, writes, .. } in stretches {
            let slot = self.variable(base.slot);
            let index = base.index.map(|(index, by)| (self.variable(index), by));
            let mut b = self.b.borrow_mut();
            let (host, readable, writable) = if let Some(ram) = self.key.flat {
                // Cranelift makes one constant of both; the host's address alone is told from others in dumps.
                let inside = b.ins().iadd_imm_s(slot, first.wrapping_sub(ram.guest.0 as i64));
                let ram_host = b.ins().iconst(I64, ram.host as i64);
                (b.ins().iadd(ram_host, inside), true, writes || ram.closed_bytes == 0)
            } else {
                let page = b.declare_var(I64);
                pages.push(page);
                let addend = b.use_var(page);
                let va = b.ins().iadd_imm_s(slot, first);
                (b.ins().iadd(addend, va), !writes, writes)
            };
            drop(b);
            // The index comes last: what it is added to stays the same, mostly.
            let host = index.map_or(host, |(index, by)| self.plus_scaled(host, index, by));
            let checked = Checked { first, end, readable, writable, host };
            self.stretches.borrow_mut().push(KnownStretch { slot, index, checked });
        }
        pages
    }

    /// The value of a base now.
    fn base_value(&self, Base { slot, index }: Base) -> ir::Value {
        let slot = self.variable(slot);
        index.map_or(slot, |(index, by)| self.plus_scaled(slot, self.variable(index), by))
    }

    fn plus_scaled(&self, value: ir::Value, index: ir::Value, by: u8) -> ir::Value {
        let mut b = self.b.borrow_mut();
        let index = if by == 0 { index } else { b.ins().ishl_imm_u(index, i64::from(by)) };
        b.ins().iadd(value, index)
    }

    /// Whether all slots have advanced in this lap as `stretches` say.
    pub(crate) fn advanced(&self, stretches: &[Stretch]) -> bool {
        stretches.iter().zip(self.stretches.borrow().iter()).all(|(stretch, known)| {
            let Base { slot, index } = stretch.base;
            let step = match (index, known.index) {
                (Some((index, by)), Some((before, _))) => self
                    .wide_advance(slot, known.slot)
                    .zip(self.wide_advance(index, before))
                    .map(|(own, more)| own.wrapping_add(more << by)),
                _ => self.advance(slot, known.slot),
            };
            step == Some(stretch.step)
        })
    }

    /// By how much a slot has advanced in this lap from what it held before, if that is known: modulo 2^32 if it is narrow.
    fn advance(&self, slot: Slot, before: ir::Value) -> Option<i64> {
        let Form::Ssa(now) = self.current(slot) else { return None };
        let Some(narrow) = self.as_zero_extended(now) else { return self.wide_advance(slot, before) };
        let (base, step) = self.as_sum(narrow);
        (self.known_half(before) == Some(base)).then_some(step as i32 as i64)
    }

    /// The same of all 64 bits.
    fn wide_advance(&self, slot: Slot, before: ir::Value) -> Option<i64> {
        let Form::Ssa(now) = self.current(slot) else { return None };
        let (base, step) = self.as_sum(now);
        (base == before).then_some(step)
    }

    /// What is known of memory around a base in this lap. A narrow one is the lower half of a slot's value.
    pub(crate) fn checked_for_lap(&self, base: ir::Value, narrow: bool, ram: OpenRam) -> Option<Checked> {
        // Elsewhere a wide value can be inside although its lower half is not.
        if narrow && ram.guest.0.saturating_add(ram.bytes) > 1 << 32 {
            return None;
        }
        let stretches = self.stretches.borrow();
        let is_base = |value| if narrow { self.known_half(value) == Some(base) } else { value == base };
        stretches.iter().find(|known| known.index.is_none() && is_base(known.slot)).map(|known| known.checked)
    }

    /// Where an access lies that is off a base at the start of the lap, if that is known for all of the lap.
    pub(crate) fn place_in_lap(&self, at: Val<'_, 'f, 64>, bytes: u64, writes: bool) -> Option<Place> {
        let Form::Ssa(value) = at.form else { return None };
        let (base, first) = self.as_sum(value);
        let stretches = self.stretches.borrow();
        let mut plain = stretches.iter().filter(|known| known.index.is_none() && known.slot == base);
        let plain = plain.find_map(|known| known.checked.place(first, bytes, writes));
        plain.or_else(|| self.place_by_index(value, bytes, writes))
    }

    /// The same of an address that is the sum of a base and an index.
    pub(crate) fn place_by_index(&self, address: ir::Value, bytes: u64, writes: bool) -> Option<Place> {
        let stretches = self.stretches.borrow();
        if stretches.iter().all(|known| known.index.is_none()) {
            return None;
        }
        let [base, index] = self.operands(address, ir::Opcode::Iadd)?;
        let scaled = || {
            let [index, by] = self.operands(index, ir::Opcode::Ishl)?;
            Some((index, u8::try_from(self.as_constant(by)?).ok()?))
        };
        let (index, by) = scaled().unwrap_or((index, 0));
        let ((base, before), (index, more)) = (self.as_sum(base), self.as_sum(index));
        let mut known = stretches.iter().filter(|known| known.slot == base && known.index == Some((index, by)));
        known.find_map(|known| known.checked.place(before.wrapping_add(more << by), bytes, writes))
    }

    /// The operands of the instruction that gives a value, if it is this one.
    fn operands(&self, value: ir::Value, opcode: ir::Opcode) -> Option<[ir::Value; 2]> {
        let b = self.b.borrow();
        let dfg = &b.func.dfg;
        match dfg.insts[dfg.value_def(value).inst()?] {
            ir::InstructionData::Binary { opcode: its, args } if its == opcode => {
                Some(args.map(|arg| dfg.resolve_aliases(arg)))
            }
            _ => None,
        }
    }

    /// Behind a loop, or where it finds out anew: what is left of the budget is a variable again.
    pub(crate) fn count_out_of_laps(&self) {
        if let Some(laps) = self.laps.get() {
            self.take_laps_back(laps);
        }
        let mut b = self.b.borrow_mut();
        let left = self.left_now(&mut b);
        b.def_var(self.left, left);
    }

    /// The lap has been translated.
    pub(crate) fn end_lap(&self) {
        self.laps.set(None);
        self.stretches.borrow_mut().clear();
    }
}
