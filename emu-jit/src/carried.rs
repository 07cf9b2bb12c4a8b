//! What a lap of a loop leaves in slots that the next one does not read but writes anew: flags, mostly. Only ways out ask for it, before
//! it is written. So it is not carried around the loop where it can be worked out again from what is: a way out then does that.
//!
//! Ways out are made before the lap's end is known. They name a parameter of the block that a lap begins with, which becomes what it
//! turns out to be.

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, DataFlowGraph, Function, InstBuilder, Opcode};
use emu_core::slot::Slot;
use rustc_hash::FxHashMap;

use crate::emit::Emit;
use crate::region::Insn;
use crate::slots::SlotSet;

/// Operations that such a slot's value may be made by, at most.
const MAX_OPERATIONS: usize = 16;

/// A slot whose value the lap before has left.
pub(crate) struct Carried {
    slot: Slot,
    /// A parameter of the block that a lap begins with: what the slot holds then.
    begins: ir::Value,
    left: Left,
}

/// What it holds when a lap has ended.
#[derive(Copy, Clone)]
enum Left {
    /// No lap goes around.
    Never,
    /// This, which can be worked out again.
    Again(ir::Value),
    /// Something else.
    Value,
}

/// What slots hold when a lap ends, and what held the same when it began.
pub(crate) type Same = FxHashMap<ir::Value, ir::Value>;

/// What is read before it is written, and what is written else.
pub(crate) fn reads_and_writes<'i>(insns: impl Iterator<Item = &'i Insn>) -> (SlotSet, SlotSet) {
    let (mut reads, mut writes) = (SlotSet::default(), SlotSet::default());
    for insn in insns {
        reads.extend(&insn.effect.reads.without(writes));
        writes.extend(&insn.effect.writes);
    }
    (reads, writes.without(reads))
}

impl<'f> Emit<'f> {
    /// Parameters of the block that laps begin with, nothing of which is there yet: for what the lap before has left in these slots.
    pub(crate) fn carry(&self, slots: SlotSet, around: ir::Block) -> Vec<Carried> {
        let param = |slot| {
            let begins = self.b.borrow_mut().append_block_param(around, I64);
            Carried { slot, begins, left: Left::Never }
        };
        slots.iter().filter(|&slot| self.own_type(slot) == Some(I64)).map(param).collect()
    }

    /// A lap begins.
    pub(crate) fn begin_with(&self, carried: &[Carried]) {
        self.asked.set(SlotSet::default());
        carried.iter().for_each(|one| self.define(one.slot, one.begins));
    }

    /// What a lap begins with is asked for where control goes, if it has not been written yet.
    pub(crate) fn ask_for(&self, carried: &[Carried]) {
        carried.iter().for_each(|one| _ = self.variable(one.slot));
    }

    /// At the end of a lap that goes around: finds out what can be worked out again from what slots held when the lap began
    /// (`begin`), and gives what the others hold, for their parameters.
    pub(crate) fn end_with(
        &self,
        carried: &mut [Carried],
        begin: &[(Slot, Option<ir::Value>)],
    ) -> (Vec<ir::Value>, Same) {
        let integers = begin.iter().filter(|&&(slot, _)| self.own_type(slot) == Some(I64));
        let same: Same = integers.filter_map(|&(slot, before)| Some((self.variable(slot), before?))).collect();
        let (asked, mut others) = (self.asked.get(), Vec::new());
        for one in carried.iter_mut().filter(|one| asked.contains(one.slot)) {
            let (value, mut operations) = (self.variable(one.slot), MAX_OPERATIONS);
            one.left = match self.can_be_made_again(value, &same, &mut operations) {
                true => Left::Again(value),
                false => Left::Value,
            };
            if let Left::Value = one.left {
                others.push(value);
            }
        }
        (others, same)
    }

    fn can_be_made_again(&self, value: ir::Value, same: &Same, operations: &mut usize) -> bool {
        if same.contains_key(&value) {
            return true;
        }
        let Some(args) = operands(&self.b.borrow().func.dfg, value) else { return false };
        *operations = operations.saturating_sub(1);
        *operations != 0 && args.into_iter().all(|arg| self.can_be_made_again(arg, same, operations))
    }

    /// When all of the loop is there, where it is entered: parameters that need not be go. `laps` is how many are left when one
    /// begins, and how many are where the loop is entered; `same` is what [`Emit::end_with`] has found. Gives what the others are
    /// where it is entered.
    pub(crate) fn settle(
        &self,
        carried: &[Carried],
        same: Same,
        laps: [ir::Value; 2],
        around: ir::Block,
    ) -> Vec<ir::Value> {
        let asked = self.asked.get();
        let place = self.b.borrow().func.layout.first_inst(around).expect("a lap has instructions");
        let (mut made, mut others) = (same, Vec::new());
        for one in carried {
            if !asked.contains(one.slot) {
                self.b.borrow_mut().func.dfg.remove_block_param(one.begins);
                continue;
            }
            let entered = self.variable(one.slot);
            if let Left::Value = one.left {
                others.push(entered);
                continue;
            }
            let mut b = self.b.borrow_mut();
            let begins = match one.left {
                Left::Again(left) => {
                    let left = make_again(b.func, left, &mut made, place);
                    let mut at = FuncCursor::new(b.func).at_inst(place);
                    let is_first = at.ins().icmp(IntCC::Equal, laps[0], laps[1]);
                    at.ins().select(is_first, entered, left)
                }
                _ => entered,
            };
            b.func.dfg.remove_block_param(one.begins);
            b.func.dfg.change_to_alias(one.begins, begins);
        }
        others
    }
}

/// The operands of an operation on integers that does nothing but give its result.
fn operands(dfg: &DataFlowGraph, value: ir::Value) -> Option<Vec<ir::Value>> {
    let inst = dfg.value_def(value).inst()?;
    use Opcode::*;
    let is_one = matches!(
        dfg.insts[inst].opcode(),
        Iconst | Ireduce | Uextend | Sextend | Bnot | Iadd | Isub | Band | Bor | Bxor | Ishl | Ushr | Sshr | Icmp
    );
    is_one.then(|| dfg.inst_args(inst).iter().map(|&arg| dfg.resolve_aliases(arg)).collect())
}

/// Makes a value again before an instruction, of what is `made` already.
fn make_again(func: &mut Function, value: ir::Value, made: &mut Same, place: ir::Inst) -> ir::Value {
    if let Some(&known) = made.get(&value) {
        return known;
    }
    let args = operands(&func.dfg, value).expect("it has been looked at");
    let args: Vec<_> = args.into_iter().map(|arg| make_again(func, arg, made, place)).collect();
    let inst = func.dfg.value_def(value).unwrap_inst();
    let copy = func.dfg.clone_inst(inst);
    func.dfg.inst_args_mut(copy).copy_from_slice(&args);
    func.layout.insert_inst(copy, place);
    let again = func.dfg.first_result(copy);
    made.insert(value, again);
    again
}
