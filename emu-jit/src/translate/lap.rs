//! The control flow of loops that count laps; see [`crate::laps`]. What they look at beforehand is found there.

use std::cell::{Cell, RefCell};

use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use emu_core::hart::Arch;
use emu_core::slot::Slot;

use super::Translation;
use crate::calls;
use crate::carried::{Carried, Same, reads_and_writes};
use crate::emit::Next;
use crate::laps::{Laps, Loop, Trip};
use crate::region::{Edge, End};
use crate::rows::{Counter, LapCount, Point};
use crate::slots::SPENT;
use crate::value::{Truth, TruthForm};

/// A loop that is being translated.
pub(super) struct Lap<'l> {
    /// Where a lap begins; takes how many are left.
    around: ir::Block,
    laps: Laps,
    its: &'l Loop,
    /// What slots hold when it begins that it reads.
    begin: Vec<(Slot, Option<ir::Value>)>,
    /// What is found out about that branch.
    trip: Cell<Option<Trip>>,
    /// What a lap leaves for ways out of the next one.
    carried: RefCell<Vec<Carried>>,
    same: RefCell<Same>,
}

/// A way from the end of a block.
#[derive(Copy, Clone)]
struct Way {
    from: usize,
    /// Whether its last instruction is a branch that is taken, or a jump.
    taken: bool,
    edge: Edge,
}

impl<'e, 'f, A: Arch> Translation<'_, 'e, 'f, A> {
    /// All blocks of a loop, in its first block, which looks at the budget. `way`: as for any block that does.
    pub(super) fn laps(&self, its: &Loop, way: usize) {
        let (emit, blocks) = (self.emit, &self.source.region.blocks);
        let head = its.blocks[0];
        let insns: usize = its.blocks.iter().map(|&n| blocks[n].insns.len()).sum();
        let behind = self.prices_behind(its);
        let price = behind[0] + self.price(head);
        let (reads, writes) = reads_and_writes(its.blocks.iter().flat_map(|&n| &blocks[n].insns));
        let (front, around, left) = {
            let mut b = emit.b.borrow_mut();
            let front = b.current_block().expect("a block is being filled");
            let around = b.create_block();
            (front, around, b.append_block_param(around, I64))
        };
        let carried = emit.carry(writes, around);
        let (after, laps) = {
            let mut b = emit.b.borrow_mut();
            b.switch_to_block(around);
            let variable = b.declare_var(I64);
            let after = b.use_var(variable);
            let varies = self.costs.as_ref().is_some_and(|costs| its.blocks.iter().any(|&n| costs.varies(n)));
            let more = varies.then(|| b.declare_var(I64));
            let mut counts = emit.lap_counts.borrow_mut();
            counts.push(self.lap_counts(its));
            let counts = counts.len() - 1;
            (variable, Laps { after, left: Some(left), price, behind: 0, more, counts, reached: Point::entry(0) })
        };
        emit.begin_block(self.dirty[head], 0);
        emit.begin_with(&carried);
        let begin = reads.iter().map(|slot| (slot, emit.variable_if_any(slot))).collect();
        let pages = emit.begin_lap(&its.stretches);
        let (carried, same) = (RefCell::new(carried), RefCell::default());
        let lap = Lap { around, laps, its, begin, trip: Cell::new(None), carried, same };
        for (place, &n) in its.blocks.iter().enumerate() {
            emit.laps.set(Some(Laps { behind: behind[place], reached: Point::entry(place), ..laps }));
            emit.continue_block(self.dirty[n], blocks[n].insns.len());
            self.set_counters(n);
            if !self.block(n, &blocks[n], Some((&lap, place))) {
                // Decode time knows that control does not get further.
                emit.end_lap();
                its.blocks[place + 1..].iter().for_each(|&n| self.plain_block(n));
                break;
            }
        }
        emit.end_lap();
        // Only now it is known what ends the loop.
        emit.b.borrow_mut().switch_to_block(front);
        self.mark_nothing();
        emit.begin_block(self.dirty[head], 0);
        emit.begin_insn(&blocks[head].insns[0], None);
        emit.look(blocks[head].start.pc, way);
        let [all, all_after] = emit.find_laps((insns, price), way, &its.stretches, lap.trip.get(), &pages);
        emit.count_laps(all, &emit.lap_counts.borrow()[laps.counts]);
        let mut args = vec![all];
        args.extend(emit.settle(&lap.carried.take(), lap.same.take(), [left, all], around));
        let mut b = emit.b.borrow_mut();
        b.def_var(after, all_after);
        if let Some(more) = laps.more {
            let nothing = b.ins().iconst(I64, 0);
            b.def_var(more, nothing);
        }
        let args: Vec<_> = args.into_iter().map(Into::into).collect();
        b.ins().jump(around, &args);
    }

    /// The end of a lap's block: on to the next one, around, or out of the loop. Whether control may go on in the loop.
    pub(super) fn end_in_lap(&self, n: usize, (lap, place): (&Lap<'_>, usize), next: Next<'e, 'f>) -> bool {
        let next_block = lap.its.blocks.get(place + 1).copied();
        let inside = Edge::Inside(next_block.unwrap_or(lap.its.blocks[0]));
        let (stays, out) = match (self.source.region.blocks[n].end, next) {
            (End::Branches(taken, falls), Next::Branch(truth)) => {
                let (stays, taken, edge) = if taken == inside { (truth, false, falls) } else { (!truth, true, taken) };
                (stays, Some(Way { from: n, taken, edge }))
            }
            (_, next) => {
                let jumps = self.costs.as_ref().is_some_and(|costs| costs.jumps(n));
                debug_assert!(
                    self.costs.is_none() || jumps != matches!(next, Next::Falls),
                    "its class says that it jumps"
                );
                (Truth { form: TruthForm::Const(true), e: self.emit }, None)
            }
        };
        match (next_block, out) {
            (Some(next), out) => self.go_on(lap, stays, next, out),
            (None, out) => self.go_around(lap, out.map(|out| (stays, out))),
        }
    }

    /// Goes to the loop's next block if `stays`, else out.
    fn go_on(&self, lap: &Lap<'_>, stays: Truth<'e, 'f>, next: usize, out: Option<Way>) -> bool {
        let emit = self.emit;
        let next = self.blocks[next];
        match (stays.form, out) {
            (TruthForm::Const(true), _) | (_, None) => {
                let mut b = emit.b.borrow_mut();
                b.ins().jump(next, &[]);
                b.seal_block(next);
                b.switch_to_block(next);
                true
            }
            (TruthForm::Const(false), Some(out)) => {
                emit.ask_for(&lap.carried.borrow());
                self.leave_loop(out);
                false
            }
            (_, Some(out)) => {
                let stays = stays.ssa();
                {
                    let mut b = emit.b.borrow_mut();
                    let leaves = b.create_block();
                    b.ins().brif(stays, next, &[], leaves, &[]);
                    b.seal_block(leaves);
                    b.seal_block(next);
                    b.switch_to_block(leaves);
                }
                emit.ask_for(&lap.carried.borrow());
                self.leave_loop(out);
                emit.b.borrow_mut().switch_to_block(next);
                true
            }
        }
    }

    /// Goes around once more, if `stays` or always; else out.
    fn go_around(&self, lap: &Lap<'_>, end: Option<(Truth<'e, 'f>, Way)>) -> bool {
        let emit = self.emit;
        let advanced = emit.advanced(&lap.its.stretches);
        if let (true, Some((stays, _))) = (advanced, end) {
            lap.trip.set(emit.trip(stays, &lap.begin));
        }
        let stays = end.map(|(stays, _)| stays.ssa());
        let mut others = Vec::new();
        if advanced {
            let same;
            (others, same) = emit.end_with(&mut lap.carried.borrow_mut(), &lap.begin);
            lap.same.replace(same);
        }
        let at_end = emit.laps.get();
        // On, if laps are left, without a look at anything else.
        let around = || {
            let mut b = emit.b.borrow_mut();
            let used_up = b.create_block();
            let left = lap.laps.left.expect("a lap is under way");
            // What was left is not asked for behind this, so that one register has both.
            let left = b.ins().iadd_imm_s(left, -1);
            let args: Vec<_> = [left].iter().chain(&others).map(|&arg| arg.into()).collect();
            b.ins().brif(left, lap.around, &args, used_up, &[]);
            b.seal_block(used_up);
            b.switch_to_block(used_up);
            emit.laps.set(at_end.map(|laps| Laps { left: None, ..laps }));
            used_up
        };
        // Whether laps are left or not, out of the loop if that ends; gives the block for it.
        let out = || {
            let mut b = emit.b.borrow_mut();
            let (again, leaves) = (b.create_block(), b.create_block());
            b.ins().brif(stays?, again, &[], leaves, &[]);
            b.seal_block(again);
            b.seal_block(leaves);
            b.switch_to_block(again);
            Some((again, leaves))
        };
        let leaves = if lap.trip.get().is_some() {
            around();
            let out = out();
            if let Some((again, _)) = out {
                emit.b.borrow_mut().set_cold_block(again);
            }
            out.map(|(_, leaves)| (leaves, emit.laps.get()))
        } else {
            let out = out();
            if advanced {
                let used_up = around();
                emit.b.borrow_mut().set_cold_block(used_up);
            }
            out.map(|(_, leaves)| (leaves, at_end))
        };
        // The way around is all of a lap that had not been taken.
        emit.laps.set(emit.laps.get().map(|laps| Laps { behind: 0, reached: Point::END, ..laps }));
        emit.count_out_of_laps();
        emit.b.borrow_mut().ins().jump(self.blocks[lap.its.blocks[0]], &[]);
        if let (Some((leaves, laps)), Some((_, out))) = (leaves, end) {
            emit.b.borrow_mut().switch_to_block(leaves);
            emit.laps.set(laps);
            self.leave_loop(out);
        }
        true
    }

    /// What each lap counts beside: its blocks' entries and branches, and what they do, where that is wanted.
    fn lap_counts(&self, its: &Loop) -> Vec<LapCount> {
        let mut all: Vec<LapCount> = Vec::new();
        let mut deeds: [Vec<(Point, u64)>; SPENT.len() - 1] = Default::default();
        for (place, &n) in its.blocks.iter().enumerate() {
            let block = &self.source.region.blocks[n];
            let next = its.blocks[(place + 1) % its.blocks.len()];
            if let Some(counters) = self.source.counters.as_ref().map(|counters| counters[n]) {
                all.push(LapCount { at: counters.entries(), each: vec![(Point::entry(place), 1)] });
                if matches!(block.end, End::Branches(taken, _) if taken == Edge::Inside(next)) {
                    all.push(LapCount { at: counters.taken(), each: vec![(Point::passed(place), 1)] });
                }
            }
            if self.source.counts_deeds() {
                let of_block = calls::deeds::<A>(block).pop().unwrap_or_default();
                deeds
                    .iter_mut()
                    .zip(of_block)
                    .filter(|(_, n)| *n != 0)
                    .for_each(|(sum, n)| sum.push((Point::entry(place), n)));
            }
        }
        let slots = SPENT[1..].iter().zip(deeds).filter(|(_, each)| !each.is_empty());
        all.extend(slots.map(|(&slot, each)| LapCount { at: Counter::Slot(slot), each }));
        all
    }

    /// What a block takes from the budget.
    fn price(&self, n: usize) -> i64 {
        let cycles = self.costs.as_ref().map_or(0, |costs| costs.block(n).falls().0.into());
        self.emit.budget.price(self.source.region.blocks[n].insns.len(), cycles)
    }

    /// For each block of a loop, what a lap takes behind it: the way on from it, and the blocks that follow.
    fn prices_behind(&self, its: &Loop) -> Vec<i64> {
        let mut behind = vec![0; its.blocks.len()];
        let mut next = its.blocks[0];
        for place in (0..its.blocks.len()).rev() {
            let n = its.blocks[place];
            let taken = match self.source.region.blocks[n].end {
                End::Branches(taken, _) => taken == Edge::Inside(next),
                _ => self.costs.as_ref().is_some_and(|costs| costs.jumps(n)),
            };
            behind[place] = self.emit.budget.price(0, self.cost(n, taken, Edge::Inside(next)).0);
            if place + 1 < its.blocks.len() {
                behind[place] += self.price(next) + behind[place + 1];
            }
            next = n;
        }
        behind
    }

    /// In a block of its own, goes out of the loop.
    fn leave_loop(&self, out: Way) {
        let emit = self.emit;
        let laps = emit.laps.get();
        emit.count_out_of_laps();
        if out.taken {
            emit.count_taken();
        }
        emit.laps.set(None);
        self.follow(out.from, out.taken, out.edge);
        emit.laps.set(laps);
    }
}
