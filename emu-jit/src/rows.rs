//! Counts of instructions, kept by compiled code where somebody wants them.
//!
//! Each block counts how often it was entered and how often its branch was taken; what leaves it early counts before which
//! instruction. How often each instruction retired follows.

use std::cell::Cell;

use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use emu_core::profile::{Costs, Tally};

use crate::emit::{Emit, slot_access};
use crate::region::{Insn, Region};

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
    fn count(&self, counter: usize, by: ir::Value) {
        let mut b = self.b.borrow_mut();
        let at = b.ins().iconst(I64, counter as i64);
        let n = b.ins().load(I64, slot_access(), at, 0);
        let n = b.ins().iadd(n, by);
        b.ins().store(slot_access(), n, at, 0);
    }

    fn one(&self) -> ir::Value {
        self.b.borrow_mut().ins().iconst(I64, 1)
    }

    /// The current block is entered.
    pub(crate) fn count_entry(&self) {
        if let Some(BlockCounters(at)) = self.counters.get() {
            self.count(at, self.one());
        }
    }

    /// The current block's branch is taken, or not.
    pub(crate) fn count_branch(&self, taken: ir::Value) {
        if let Some(BlockCounters(at)) = self.counters.get() {
            let taken = self.b.borrow_mut().ins().uextend(I64, taken);
            self.count(at + size_of::<u64>(), taken);
        }
    }

    /// Control leaves the block that is counted there, before its instruction number `insn`.
    pub(crate) fn count_leaving(&self, BlockCounters(at): BlockCounters, insn: usize) {
        self.count(at + (2 + insn) * size_of::<u64>(), self.one());
    }
}
