//! How translated code counts cycles: a variable that each block adds its cost to, where instructions are counted.
//!
//! A block's cost is a constant if nothing is pending where it begins. So what its first instruction waits for is added on the way to
//! it: on edges between blocks, of which both ends are known, and where a region is entered, by looking at what is pending. A few instructions
//! add something more that their operands decide. What leaves a block in its midst takes back what did not run.
//!
//! What the interpreter adds when an instruction runs is so added a little earlier here. Nobody can see that: whoever looks at
//! cycles is the interpreter, and regions leave while at least one instruction is left for it to run ([`WAY_MORE`]).

use std::cell::RefCell;

use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use cranelift_frontend::Variable;
use emu_core::timing::{BlockCost, CYCLES, Insn, PENDING, Pending, Static, StaticModel, block};

use crate::emit::{Emit, Translator, slot_access};
use crate::region::{Edge, Region};
use crate::slots::offset;

/// Instructions that must be left beyond the way to the next look: one that the interpreter runs.
pub(crate) const WAY_MORE: usize = 1;

/// A region's instructions as its model sees them, and what they cost.
pub(crate) struct Costs {
    model: StaticModel,
    insns: Vec<Vec<Insn>>,
    /// Of each block, if nothing is pending where it begins.
    blocks: Vec<BlockCost>,
}

impl Costs {
    /// Of a region whose instructions the model sees like this.
    pub(crate) fn new(model: StaticModel, region: &Region) -> Self {
        let insns: Vec<Vec<Insn>> = region
            .blocks
            .iter()
            .map(|block| block.insns.iter().map(|insn| insn.timed.expect("the hart is timed")).collect())
            .collect();
        let blocks = insns.iter().map(|insns| block(&model, insns.iter(), Pending::SETTLED)).collect();
        Costs { model, insns, blocks }
    }

    /// Of a block.
    pub(crate) fn block(&self, n: usize) -> &BlockCost {
        &self.blocks[n]
    }

    /// What a block's last instruction costs more if it is taken, and what it leaves pending then or otherwise.
    fn end(&self, n: usize, taken: bool) -> (i64, Pending) {
        let cost = &self.blocks[n];
        let (falls, pending) = cost.falls();
        if taken { (i64::from(cost.taken.0) - i64::from(falls), cost.taken.1) } else { (0, pending) }
    }

    /// The cost of going from a block to where `edge` leads, and what is pending then if that is outside.
    pub(crate) fn edge(&self, from: usize, taken: bool, edge: Edge) -> (i64, Pending) {
        let (cycles, pending) = self.end(from, taken);
        match edge {
            Edge::Inside(to) => (cycles + self.stall(pending, to), Pending::SETTLED),
            Edge::Outside(_) | Edge::Elsewhere(_) => (cycles, pending),
        }
    }

    fn stall(&self, pending: Pending, to: usize) -> i64 {
        self.insns[to].first().map_or(0, |insn| self.model.stall(pending, insn).into())
    }

    /// For each thing that may be pending, by its number, whether a block's first instruction waits for it a cycle.
    pub(crate) fn waits(&self, to: usize) -> u64 {
        let waits = |n: u8| self.stall(Pending::from_number(n.into()), to);
        (0..Pending::COUNT).fold(0, |mask, n| mask | (waits(n) as u64) << n)
    }
}

/// Cycles at some place.
#[derive(Copy, Clone)]
pub(crate) struct ClockAt {
    /// As if the block had run to its end.
    cycles: ir::Value,
    /// Those of instructions that do not run.
    ahead: i64,
    pending: Pending,
}

/// Cycles in a region that is being translated.
pub(crate) struct Clock {
    /// What has been spent, of the current block as if it had run to its end.
    cycles: Variable,
    /// What the current block spends up to each of its instructions, and what is pending there.
    after: RefCell<Vec<(u32, Pending)>>,
}

impl<'f> Emit<'f> {
    /// Has cycles counted from here on.
    pub(crate) fn start_clock(&self) {
        let cycles = self.b.borrow_mut().declare_var(I64);
        let clock = Clock { cycles, after: RefCell::default() };
        assert!(self.clock.set(clock).is_ok(), "a region has one clock");
        let mut b = self.b.borrow_mut();
        let value = b.ins().load(I64, slot_access(), self.slots, offset(CYCLES));
        b.def_var(cycles, value);
    }

    /// Cycles now, if they are counted: of the current block as if it had run to its end.
    pub(crate) fn cycles(&self) -> Option<ir::Value> {
        self.clock.get().map(|clock| self.b.borrow_mut().use_var(clock.cycles))
    }

    /// Goes back to when cycles were these.
    pub(crate) fn set_cycles(&self, value: Option<ir::Value>) {
        if let (Some(clock), Some(value)) = (self.clock.get(), value) {
            self.b.borrow_mut().def_var(clock.cycles, value);
        }
    }

    /// Spends cycles.
    pub(crate) fn spend(&self, cycles: i64) {
        if cycles != 0
            && let Some(now) = self.cycles()
        {
            let then = self.b.borrow_mut().ins().iadd_imm_s(now, cycles);
            self.set_cycles(Some(then));
        }
    }

    /// Spends what was found out when it runs.
    pub(crate) fn spend_more(&self, more: Option<ir::Value>) {
        if let (Some(now), Some(more)) = (self.cycles(), more) {
            let then = self.b.borrow_mut().ins().iadd(now, more);
            self.set_cycles(Some(then));
        }
    }

    /// Spends a block's cost; nothing is pending.
    pub(crate) fn spend_block(&self, cost: &BlockCost) {
        if let Some(clock) = self.clock.get() {
            clock.after.replace(cost.after.clone());
            self.spend(cost.falls().0.into());
        }
    }

    /// Nothing of a block has been spent.
    pub(crate) fn spend_no_block(&self) {
        if let Some(clock) = self.clock.get() {
            clock.after.replace(vec![(0, Pending::SETTLED)]);
        }
    }

    /// What the current instruction spends beyond its constant cost: to be asked before it writes, and spent after.
    pub(crate) fn more(&self, costs: &Costs, block: usize, insn: usize) -> Option<ir::Value> {
        let varies = costs.blocks[block].varying.binary_search(&insn).is_ok();
        varies.then(|| costs.model.more(&Translator(self), &costs.insns[block][insn]).ssa())
    }

    /// Where control goes elsewhere from the current block: writes down the cycles, and what is pending there.
    pub(crate) fn store_clock(&self, pending: Pending) {
        let Some(cycles) = self.cycles() else { return };
        let mut b = self.b.borrow_mut();
        b.ins().store(slot_access(), cycles, self.slots, offset(CYCLES));
        let pending = b.ins().iconst(I64, i64::from(pending.number()));
        b.ins().store(slot_access(), pending, self.slots, offset(PENDING));
    }

    /// What the same needs before the current block's instruction number `insn`, where cycles are these.
    pub(crate) fn clock_before(&self, insn: usize, cycles: Option<ir::Value>) -> Option<ClockAt> {
        let after = self.clock.get()?.after.borrow();
        let (spent, pending) = after[insn];
        let ahead = i64::from(after[after.len() - 1].0) - i64::from(spent);
        Some(ClockAt { cycles: cycles?, ahead, pending })
    }

    /// Writes that down.
    pub(crate) fn store_clock_at(&self, ClockAt { cycles, ahead, pending }: ClockAt) {
        self.set_cycles(Some(cycles));
        self.spend(-ahead);
        self.store_clock(pending);
    }

    /// Fills `block`, by way of which the region is entered at block number `n`, which is `to`: that one's first instruction waits for what is
    /// pending.
    pub(crate) fn wait(&self, costs: &Costs, n: usize, block: ir::Block, to: ir::Block) {
        let waits = {
            let mut b = self.b.borrow_mut();
            b.switch_to_block(block);
            let pending = b.ins().load(I64, slot_access(), self.slots, offset(PENDING));
            let waits = b.ins().iconst(I64, costs.waits(n) as i64);
            let waits = b.ins().ushr(waits, pending);
            b.ins().band_imm_u(waits, 1)
        };
        self.spend_more(Some(waits));
        self.b.borrow_mut().ins().jump(to, &[]);
    }
}
