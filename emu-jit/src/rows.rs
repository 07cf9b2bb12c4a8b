//! Counts of instructions, kept by compiled code where somebody wants them.
//!
//! Each block counts how often it was entered and how often its branch was taken; what leaves it early counts before which
//! instruction. How often each instruction retired follows. Loops that count laps do so for all laps at once, where these are found out,
//! and what leaves takes back what did not run.

use std::cell::Cell;

use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use emu_core::profile::{Costs, Tally};
use emu_core::slot::Slot;

use crate::emit::{Emit, slot_access};
use crate::laps::Laps;
use crate::region::{Insn, Region};
use crate::slots::offset;

/// The counters of one region.
#[derive(Debug)]
pub(crate) struct RowCounts {
    /// For each block: entries, taken branches, then for each instruction how often control left before it.
    counters: Box<[Cell<u64>]>,
    /// Each block's instructions.
    blocks: Vec<Vec<Place>>,
}

/// An instruction that is counted.
#[derive(Copy, Clone, Debug)]
struct Place {
    pc: u64,
    word: u32,
    row: u16,
}

/// Where the counters of a block are.
#[derive(Copy, Clone, Debug)]
pub(crate) struct BlockCounters(usize);

impl BlockCounters {
    /// Where it is counted that the block is entered.
    pub(crate) fn entries(self) -> Counter {
        Counter::At(self.0)
    }

    /// Where it is counted that its branch is taken.
    pub(crate) fn taken(self) -> Counter {
        Counter::At(self.0 + size_of::<u64>())
    }
}

/// Where something is counted.
#[derive(Copy, Clone, Debug)]
pub(crate) enum Counter {
    /// At this address.
    At(usize),
    /// In this slot.
    Slot(Slot),
}

/// A point of a lap: where one of the loop's blocks, by its place, is entered, or its end passed on the way around.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Point(usize);

impl Point {
    pub(crate) fn entry(place: usize) -> Self {
        Point(2 * place)
    }

    pub(crate) fn passed(place: usize) -> Self {
        Point(2 * place + 1)
    }

    /// The end of a lap.
    pub(crate) const END: Point = Point(usize::MAX);
}

/// What each lap of a loop counts: how much at which point.
#[derive(Clone, Debug)]
pub(crate) struct LapCount {
    pub(crate) at: Counter,
    pub(crate) each: Vec<(Point, u64)>,
}

impl LapCount {
    /// In a lap.
    fn all(&self) -> i64 {
        self.each.iter().map(|&(_, n)| n as i64).sum()
    }

    /// In a lap that has come to a point: how much behind that, and in all.
    fn behind(&self, reached: Point) -> (i64, i64) {
        let behind = self.each.iter().filter(|&&(point, _)| point > reached);
        (behind.map(|&(_, n)| n as i64).sum(), self.all())
    }
}

impl RowCounts {
    /// All zero.
    pub(crate) fn new(region: &Region) -> Self {
        let place = |insn: &Insn| Place { pc: insn.pc, word: insn.word, row: insn.row };
        let blocks: Vec<Vec<_>> = region.blocks.iter().map(|block| block.insns.iter().map(place).collect()).collect();
        let counters = blocks.iter().map(|insns| 2 + insns.len()).sum();
        RowCounts { counters: vec![Cell::new(0); counters].into(), blocks }
    }

    /// The counters of each block, for code that may run as long as `self` lives.
    pub(crate) fn blocks(&self) -> Vec<BlockCounters> {
        let mut at = self.counters.as_ptr().expose_provenance();
        let mut blocks = Vec::with_capacity(self.blocks.len());
        for insns in &self.blocks {
            blocks.push(BlockCounters(at));
            at += (2 + insns.len()) * size_of::<u64>();
        }
        blocks
    }

    /// How often each instruction retired. One that was copied for several calls is there several times.
    pub(crate) fn tallies(&self) -> impl Iterator<Item = Tally> {
        let mut counters = self.counters.iter().map(Cell::get);
        let mut next = move || counters.next().expect("each block has its counters");
        self.blocks.iter().flat_map(move |insns| {
            let (mut retired, branched) = (next(), next());
            let tally = |(n, &Place { pc, word, row }): (usize, &Place)| {
                retired -= next();
                let taken = if n + 1 == insns.len() { branched } else { 0 };
                Tally { pc, word, row, retired, taken, costs: Costs::default() }
            };
            insns.iter().enumerate().map(tally).collect::<Vec<_>>()
        })
    }

    /// Adds how often each row retired, and was taken.
    pub(crate) fn add_to(&self, (all, all_taken): &mut (Vec<u64>, Vec<u64>)) {
        for Tally { row, retired, taken, .. } in self.tallies() {
            let row = row as usize;
            if all.len() <= row {
                all.resize(row + 1, 0);
                all_taken.resize(row + 1, 0);
            }
            all[row] += retired;
            all_taken[row] += taken;
        }
    }
}

impl Emit<'_> {
    fn count(&self, counter: Counter, by: ir::Value) {
        let mut b = self.b.borrow_mut();
        let (at, offset) = match counter {
            Counter::At(at) => (b.ins().iconst(I64, at as i64), 0),
            Counter::Slot(slot) => (self.slots, offset(slot)),
        };
        let n = b.ins().load(I64, slot_access(), at, offset);
        let n = b.ins().iadd(n, by);
        b.ins().store(slot_access(), n, at, offset);
    }

    /// Counts for so many laps.
    pub(crate) fn count_laps(&self, laps: ir::Value, counts: &[LapCount]) {
        for count in counts {
            let by = self.b.borrow_mut().ins().imul_imm_s(laps, count.all());
            self.count(count.at, by);
        }
    }

    /// Takes back what laps have counted that did not run.
    pub(crate) fn take_laps_back(&self, laps: Laps) {
        for count in &self.lap_counts.borrow()[laps.counts] {
            let (behind, all) = count.behind(laps.reached);
            let by = {
                let mut b = self.b.borrow_mut();
                match laps.left {
                    None if behind == 0 => continue,
                    None => b.ins().iconst(I64, -behind),
                    Some(left) => {
                        let others = b.ins().imul_imm_s(left, -all);
                        b.ins().iadd_imm_s(others, all - behind)
                    }
                }
            };
            self.count(count.at, by);
        }
    }

    fn one(&self) -> ir::Value {
        self.b.borrow_mut().ins().iconst(I64, 1)
    }

    /// The current block is entered.
    pub(crate) fn count_entry(&self) {
        if let Some(counters) = self.counters.get() {
            self.count(counters.entries(), self.one());
        }
    }

    /// The current block's branch is taken, or not.
    pub(crate) fn count_branch(&self, taken: ir::Value) {
        if let Some(counters) = self.counters.get() {
            let taken = self.b.borrow_mut().ins().uextend(I64, taken);
            self.count(counters.taken(), taken);
        }
    }

    /// It is taken, where that is known.
    pub(crate) fn count_taken(&self) {
        if let Some(counters) = self.counters.get() {
            self.count(counters.taken(), self.one());
        }
    }

    /// Control leaves the block that is counted there, before its instruction number `insn`.
    pub(crate) fn count_leaving(&self, BlockCounters(at): BlockCounters, insn: usize) {
        self.count(Counter::At(at + (2 + insn) * size_of::<u64>()), self.one());
    }
}
