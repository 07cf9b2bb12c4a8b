//! How translated code counts cycles: in the word that says how many instructions are left, below them. So one addition where a block
//! begins counts both, in one register.
//!
//! A block's cost is a constant if nothing is pending where it begins. So what its first instruction waits for is added on the way to
//! it: on edges between blocks, of which both ends are known, and where a region is entered, by looking at what is pending. A few instructions
//! add something more that their operands decide. What leaves a block in its midst takes back what did not run.
//!
//! What the interpreter adds when an instruction runs is so added a little earlier here. Nobody can see that: whoever looks at
//! cycles is the interpreter, and regions leave while at least one instruction is left for it to run ([`WAY_MORE`]).

use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use cranelift_frontend::FunctionBuilder;
use emu_core::hart::{Arch, Hart};
use emu_core::timing::{BlockCost, Class, Insn, MOST_CYCLES, PENDING, Pending, Static, StaticModel, block};

use crate::emit::{Emit, Translator, slot_access};
use crate::region::{Edge, Region};
use crate::slots::offset;

/// Instructions that must be left beyond the way to the next look: one that the interpreter runs.
pub(crate) const WAY_MORE: usize = 1;

/// Bits for cycles in a budget where they are counted. With more, an addition would need a constant of its own for short blocks too.
const CYCLE_BITS: u32 = 24;

/// What translated code may spend, as a word: how many instructions may still run, and below that, if cycles are counted, those that
/// have been spent since it was entered.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Budget {
    cycle_bits: u32,
}

impl Budget {
    /// Of instructions, and of cycles if the hart is `timed`.
    pub(crate) fn new(timed: bool) -> Self {
        Budget { cycle_bits: if timed { CYCLE_BITS } else { 0 } }
    }

    /// Of what is counted of a hart.
    pub(crate) fn of<A: Arch>(hart: &Hart<A>) -> Self {
        Budget::new(hart.timed_statically_by().is_some())
    }

    /// How many of `left` instructions may run at once, for their cycles to have room.
    pub(crate) fn most(self, left: u64) -> u64 {
        if !self.has_cycles() { left } else { left.min(1 << self.cycle_bits >> MOST_CYCLES.ilog2()) }
    }

    fn has_cycles(self) -> bool {
        self.cycle_bits != 0
    }

    /// The word for so many instructions.
    pub(crate) fn word(self, left: u64) -> u64 {
        left << self.cycle_bits
    }

    /// Instructions that are left, and cycles that have been spent.
    pub(crate) fn parts(self, word: u64) -> (u64, u64) {
        (word >> self.cycle_bits, word & ((1 << self.cycle_bits) - 1))
    }

    /// What instructions and their cycles take from the word.
    pub(crate) fn price(self, insns: usize, cycles: i64) -> i64 {
        ((insns as i64) << self.cycle_bits) - cycles
    }

    /// Shifting the word right by so much gives instructions that are left.
    pub(crate) fn shift(self) -> i64 {
        self.cycle_bits.into()
    }
}

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

    /// Whether operands decide about its cost.
    pub(crate) fn varies(&self, n: usize) -> bool {
        !self.blocks[n].varying.is_empty()
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

    /// Whether a block that one way leads on from ends with a jump.
    pub(crate) fn jumps(&self, n: usize) -> bool {
        let class = self.insns[n].last().map(|insn| insn.class);
        matches!(class, Some(Class::Jump | Class::JumpTo | Class::Return))
    }

    /// For each thing that may be pending, by its number, whether a block's first instruction waits for it a cycle.
    pub(crate) fn waits(&self, to: usize) -> u64 {
        let waits = |n: u8| self.stall(Pending::from_number(n.into()), to);
        (0..Pending::COUNT).fold(0, |mask, n| mask | (waits(n) as u64) << n)
    }
}

/// How cycles stand at some place.
#[derive(Copy, Clone)]
pub(crate) struct ClockAt {
    /// Those that have been spent for instructions that do not run.
    ahead: i64,
    pending: Pending,
}

impl ClockAt {
    /// Where a block begins.
    pub(crate) const SETTLED: ClockAt = ClockAt { ahead: 0, pending: Pending::SETTLED };
}

impl<'f> Emit<'f> {
    /// Changes what is left.
    fn take(&self, change: impl FnOnce(&mut FunctionBuilder<'f>, ir::Value) -> ir::Value) {
        let mut b = self.b.borrow_mut();
        let left = b.use_var(self.left);
        let left = change(&mut b, left);
        b.def_var(self.left, left);
    }

    /// Counts a block's instructions and what they cost.
    pub(crate) fn pay(&self, insns: usize, cycles: i64) {
        let price = self.budget.price(insns, cycles);
        self.take(|b, left| b.ins().iadd_imm_s(left, -price));
    }

    /// Spends cycles, outside of laps.
    pub(crate) fn spend(&self, cycles: i64) {
        if cycles != 0 {
            self.pay(0, cycles);
        }
    }

    /// Spends what was found out when it runs.
    pub(crate) fn spend_more(&self, more: Option<ir::Value>) {
        let Some(more) = more else { return };
        match self.laps.get().and_then(|laps| laps.more) {
            None => self.take(|b, left| b.ins().iadd(left, more)),
            Some(sum) => {
                let mut b = self.b.borrow_mut();
                let before = b.use_var(sum);
                let after = b.ins().iadd(before, more);
                b.def_var(sum, after);
            }
        }
    }

    /// The current block costs this, which is spent where its instructions are counted; nothing is pending.
    pub(crate) fn cost_block(&self, cost: &BlockCost) {
        self.after.replace(Some(cost.after.clone()));
    }

    /// What the current instruction spends beyond its constant cost: to be asked before it writes, and spent after.
    pub(crate) fn more(&self, costs: &Costs, block: usize, insn: usize) -> Option<ir::Value> {
        let varies = costs.blocks[block].varying.binary_search(&insn).is_ok();
        varies.then(|| costs.model.more(&Translator(self), &costs.insns[block][insn]).ssa())
    }

    /// Where control goes elsewhere from the current block: writes down what is pending there.
    pub(crate) fn store_pending(&self, b: &mut FunctionBuilder<'f>, pending: Pending) {
        if !self.budget.has_cycles() {
            return;
        }
        let pending = b.ins().iconst(I64, i64::from(pending.number()));
        b.ins().store(slot_access(), pending, self.slots, offset(PENDING));
    }

    /// How cycles stand before the current block's instruction number `insn`. `None` where no block has begun: where the region is entered
    /// nothing has been waited for yet.
    pub(crate) fn clock_before(&self, insn: usize) -> Option<ClockAt> {
        let after = self.after.borrow();
        let after = after.as_ref()?;
        let (spent, pending) = after[insn];
        Some(ClockAt { ahead: i64::from(after[after.len() - 1].0) - i64::from(spent), pending })
    }

    /// Writes down how cycles stand; gives what is left of the budget then, of `left`.
    pub(crate) fn stop_clock(&self, clock: Option<ClockAt>, b: &mut FunctionBuilder<'f>, left: ir::Value) -> ir::Value {
        let Some(ClockAt { ahead, pending }) = clock else { return left };
        self.store_pending(b, pending);
        if ahead == 0 { left } else { b.ins().iadd_imm_s(left, -ahead) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_holds_instructions_and_cycles() {
        let budget = Budget::new(true);
        let left = budget.most(u64::MAX);
        let spent = left * u64::from(MOST_CYCLES - 1);
        let word = budget.word(left).wrapping_sub_signed(budget.price(left as usize - 3, spent as i64));
        assert_eq!(budget.parts(word), (3, spent));
        assert_eq!(budget.most(7), 7);
    }

    #[test]
    fn without_cycles_a_budget_is_the_instructions() {
        let budget = Budget::new(false);
        assert_eq!((budget.most(u64::MAX), budget.word(5), budget.price(2, 0)), (u64::MAX, 5, 2));
        assert_eq!(budget.parts(5), (5, 0));
    }
}
