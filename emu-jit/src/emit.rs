//! The engine that translates: every verb becomes Cranelift's language. Knows slots and memory, and no instruction set. Here is what
//! it has while it makes a region, and how blocks and instructions begin and end; the verbs are in `engine`, variables and what they
//! hold in `homes`, what is known of values in `known`.
//!
//! An instruction reads, then may stop, then writes; where the running engine would stop for anything but a control
//! transfer, the translation leaves the region with the state before the instruction, and the interpreter does it.

mod engine;
mod homes;
mod known;

use std::cell::{Cell, RefCell};

use cranelift_codegen::ir::types::{F32, I64};
use cranelift_codegen::ir::{self, InstBuilder};
use cranelift_frontend::{FunctionBuilder, Variable};
use emu_core::engine::*;
use emu_core::profile::KeptCosts;
use emu_core::slot::{SLOTS, Slot};
use emu_core::timing::Pending;
use emu_mem::OpenRam;
use rustc_hash::FxHashMap;

use crate::calls::Deeds;
use crate::exits::{Why, why_before};
use crate::guards::Group;
use crate::laps::{KnownStretch, Laps};
use crate::memory::{Checked, LastPage, Span};
use crate::region::Insn;
use crate::rows::{BlockCounters, LapCount};
use crate::slots::{Holds, SlotSet, WHY, offset};
use crate::timing::Budget;
use crate::value::Form;
use crate::ways_out::WayOut;

pub(crate) use engine::{Left, Next, Translator};

/// What a region is compiled for, beside its address: what decode time may rely on.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Key {
    /// The slots of [`emu_core::hart::Arch::KEYS`] and their values.
    pub(crate) slots: Vec<(Slot, u64)>,
    /// RAM that addresses mean as they are; `None` if every access has to be looked up.
    pub(crate) flat: Option<OpenRam>,
    /// RAM whose place in the host's memory is known, however the guest addresses it; what LR and SC can be done in.
    pub(crate) ram: Option<OpenRam>,
    /// Raising the inexact flag changes nothing.
    pub(crate) sticky_inexact: bool,
    /// Accesses that are not naturally aligned are the interpreter's business.
    pub(crate) traps_misaligned: bool,
    /// They are to be quick where addresses are translated; else the interpreter does them.
    pub(crate) often_misaligned: bool,
}

impl Key {
    /// The slots that are part of it.
    pub(crate) fn slot_set(&self) -> SlotSet {
        self.slots.iter().map(|&(slot, _)| slot).collect()
    }

    /// The value of a slot that is part of the key.
    pub(crate) fn slot(&self, slot: Slot) -> Option<u64> {
        self.slots.iter().find(|(key, _)| *key == slot).map(|&(_, value)| value)
    }
}

/// Which variable has a slot.
#[derive(Copy, Clone)]
enum Home {
    /// One of its own, of this type.
    Alone(Variable, ir::Type),
    /// One of type `i64x2`, whose lane with this number is the slot: both halves of a register for vectors.
    Half(Variable, u8),
}

/// The translation of one region in progress.
pub(crate) struct Emit<'f> {
    pub(crate) b: RefCell<FunctionBuilder<'f>>,
    pub(crate) key: &'f Key,
    /// Address of the slots.
    pub(crate) slots: ir::Value,
    /// How many instructions may still run, counted when a block is entered, as a word of `budget`; see [`Emit::left_now`].
    pub(crate) left: Variable,
    /// What is counted.
    pub(crate) budget: Budget,
    /// In a loop that counts laps instead: these.
    pub(crate) laps: Cell<Option<Laps>>,
    /// What the laps of each loop so far count beside.
    pub(crate) lap_counts: RefCell<Vec<Vec<LapCount>>>,
    /// What is known of memory in this lap.
    pub(crate) stretches: RefCell<Vec<KnownStretch>>,
    variables: RefCell<[Option<Home>; SLOTS]>,
    /// Slots whose variables somebody has asked for.
    pub(crate) asked: Cell<SlotSet>,
    /// Halves that the current instruction has changed; their variables have not.
    changed_halves: Cell<SlotSet>,
    /// What slots are known to hold, in the current block.
    pub(crate) now: RefCell<Holds>,
    /// Slots that memory may lack.
    pub(crate) dirty: Cell<SlotSet>,
    /// The current instruction.
    pub(crate) pc: Cell<u64>,
    bytes: Cell<u64>,
    /// Instructions of the block that have been counted but not run: the current one and those behind it.
    pub(crate) ahead: Cell<usize>,
    /// Instructions of the block.
    insns: Cell<usize>,
    /// Where the block is counted, if it is.
    pub(crate) counters: Cell<Option<BlockCounters>>,
    /// What later accesses of the block want checked with the current instruction's.
    pub(crate) span: Cell<Option<Span>>,
    /// What the current instruction has loaded, if that is the whole of a doubleword.
    pub(crate) loaded: Cell<Option<ir::Value>>,
    /// The current instruction loads a number in single precision into a slot that has it in the host's register for such.
    pub(crate) loads_single: Cell<bool>,
    /// The open group of guards.
    pub(crate) group: RefCell<Option<Group>>,
    /// Whether ways out are to come last.
    pub(crate) ways_out_last: Cell<bool>,
    /// Ways out that are still to be built.
    pub(crate) ways_out: RefCell<Vec<WayOut>>,
    /// The last page of the current instruction's group of accesses, if it has one.
    pub(crate) last_page: Cell<Option<LastPage>>,
    /// That of regions, once it is needed.
    pub(crate) signature: Cell<Option<ir::SigRef>>,
    /// Where jumps to where it is not expected go, if there are any.
    pub(crate) rare_jumps: Cell<Option<ir::Block>>,
    /// Sums of a value and a constant.
    sums: RefCell<FxHashMap<ir::Value, (ir::Value, i64)>>,
    /// Values that are 32-bit ones, zero-extended.
    zero_extended: RefCell<FxHashMap<ir::Value, ir::Value>>,
    extensions: RefCell<FxHashMap<ir::Value, ir::Value>>,
    halves: RefCell<FxHashMap<ir::Value, ir::Value>>,
    /// Values that have only ones above these 32-bit ones.
    boxed: RefCell<FxHashMap<ir::Value, ir::Value>>,
    /// Bits and the number that they were made of.
    made_of: RefCell<FxHashMap<ir::Value, ir::Value>>,
    /// Bits and the number that they are, so that nothing is moved to and fro.
    floats: RefCell<FxHashMap<ir::Value, ir::Value>>,
    /// The comparison in this block whose flags the flags are.
    compared: Cell<Option<Compared<Form, Form>>>,
    /// Vectors by their halves, the halves of vectors, and whose half a value is.
    pub(crate) wholes: RefCell<FxHashMap<[ir::Value; 2], ir::Value>>,
    pub(crate) vector_halves: RefCell<FxHashMap<ir::Value, [ir::Value; 2]>>,
    pub(crate) half_of: RefCell<FxHashMap<ir::Value, (ir::Value, u8)>>,
    /// Vectors and the numbers that they were made of.
    pub(crate) numbers: RefCell<FxHashMap<ir::Value, ir::Value>>,
    /// Stretches of memory that are known to be there.
    pub(crate) checked: RefCell<FxHashMap<ir::Value, Checked>>,
    /// Where cycles are counted: what the current block spends up to each of its instructions, and what is pending there.
    pub(crate) after: RefCell<Option<Vec<(u32, Pending)>>>,
    /// Where calls are kept: what the block's instructions do, up to each.
    pub(crate) deeds: RefCell<Vec<Deeds>>,
    /// What is kept along calls, if they are.
    pub(crate) kept_costs: Option<KeptCosts>,
}

/// What is left of the budget at some place.
#[derive(Copy, Clone, Debug)]
pub(crate) enum Remaining {
    Value(ir::Value),
    InLaps {
        laps: Laps,
        /// Cycles that operands have decided about in them.
        more: Option<ir::Value>,
    },
}

impl Remaining {
    /// As a value.
    pub(crate) fn now(self, b: &mut FunctionBuilder<'_>) -> ir::Value {
        let (Laps { after, left, price, behind, .. }, more) = match self {
            Remaining::Value(value) => return value,
            Remaining::InLaps { laps, more } => (laps, more),
        };
        let after = more.map_or(after, |more| b.ins().iadd(after, more));
        let (before, more) = match left {
            Some(left) => {
                let left = b.ins().imul_imm_s(left, price);
                (b.ins().iadd(after, left), behind - price)
            }
            None => (after, behind),
        };
        if more == 0 { before } else { b.ins().iadd_imm_s(before, more) }
    }
}

impl<'f> Emit<'f> {
    pub(crate) fn new(
        mut b: FunctionBuilder<'f>,
        key: &'f Key,
        slots: ir::Value,
        budget: Budget,
        kept_costs: Option<KeptCosts>,
    ) -> Self {
        let left = b.declare_var(I64);
        Emit {
            b: RefCell::new(b),
            signature: Cell::new(None),
            rare_jumps: Cell::new(None),
            key,
            slots,
            left,
            budget,
            laps: Cell::new(None),
            lap_counts: RefCell::default(),
            stretches: RefCell::default(),
            variables: RefCell::new([None; SLOTS]),
            asked: Cell::default(),
            changed_halves: Cell::default(),
            now: RefCell::new(Holds::new()),
            dirty: Cell::default(),
            pc: Cell::new(0),
            bytes: Cell::new(0),
            ahead: Cell::new(0),
            insns: Cell::new(0),
            counters: Cell::new(None),
            span: Cell::new(None),
            loaded: Cell::new(None),
            loads_single: Cell::new(false),
            last_page: Cell::new(None),
            group: RefCell::default(),
            ways_out_last: Cell::new(true),
            ways_out: RefCell::default(),
            sums: RefCell::default(),
            zero_extended: RefCell::default(),
            extensions: RefCell::default(),
            halves: RefCell::default(),
            boxed: RefCell::default(),
            made_of: RefCell::default(),
            floats: RefCell::default(),
            compared: Cell::new(None),
            wholes: RefCell::default(),
            vector_halves: RefCell::default(),
            half_of: RefCell::default(),
            numbers: RefCell::default(),
            checked: RefCell::default(),
            after: RefCell::default(),
            deeds: RefCell::default(),
            kept_costs,
        }
    }

    /// Starts a block: nothing is known but which slots memory may lack.
    pub(crate) fn begin_block(&self, dirty: SlotSet, insns: usize) {
        debug_assert!(self.group.borrow().is_none(), "guards do not wait beyond a block");
        self.now.borrow_mut().forget();
        self.sums.borrow_mut().clear();
        self.zero_extended.borrow_mut().clear();
        self.extensions.borrow_mut().clear();
        self.halves.borrow_mut().clear();
        self.boxed.borrow_mut().clear();
        self.made_of.borrow_mut().clear();
        self.floats.borrow_mut().clear();
        self.wholes.borrow_mut().clear();
        self.vector_halves.borrow_mut().clear();
        self.half_of.borrow_mut().clear();
        self.numbers.borrow_mut().clear();
        self.checked.borrow_mut().clear();
        self.compared.set(None);
        self.dirty.set(dirty);
        self.ahead.set(insns);
        self.insns.set(insns);
        self.after.replace(None);
        self.deeds.borrow_mut().clear();
    }

    /// Starts a block that only the current one leads to.
    pub(crate) fn continue_block(&self, dirty: SlotSet, insns: usize) {
        debug_assert!(self.group.borrow().is_none(), "guards do not wait beyond a block");
        self.dirty.set(dirty);
        self.ahead.set(insns);
        self.insns.set(insns);
    }

    /// Starts an instruction.
    pub(crate) fn begin_insn(&self, insn: &Insn, span: Option<Span>) {
        self.pc.set(insn.pc);
        self.bytes.set(insn.bytes);
        self.span.set(span);
        self.loaded.set(None);
        self.changed_halves.set(SlotSet::default());
        let is_single = |slot: Slot| self.own_type(slot) == Some(F32);
        self.loads_single.set(insn.effect.boxed.iter().any(is_single));
    }

    /// Ends an instruction; whether the key still says what the slots do.
    pub(crate) fn end_insn(&self) -> bool {
        self.change_pairs();
        self.ahead.set(self.ahead.get() - 1);
        let now = self.now.borrow();
        self.key.slots.iter().all(|&(slot, value)| now.get(slot).is_none_or(|form| form == Form::Const(value)))
    }

    /// Leaves the region in the current block, which ends: before the instruction at `pc`, with `ahead` instructions counted
    /// that will not run.
    pub(crate) fn leave(&self, why: Why, pc: ir::Value, ahead: usize) {
        self.store_dirty();
        let insn = self.insn_before(ahead);
        if ahead != 0
            && let Some(counters) = self.counters.get()
        {
            self.count_leaving(counters, insn);
        }
        if let Some(laps) = self.laps.get() {
            self.take_laps_back(laps);
        }
        let mut b = self.b.borrow_mut();
        let why = b.ins().iconst(I64, (why_before(why, ahead) | self.undone(insn)) as i64);
        let left = self.left_now(&mut b);
        let left = self.stop_clock(self.clock_before(insn), &mut b, left);
        b.ins().store(slot_access(), why, self.slots, offset(WHY));
        b.ins().return_(&[left, pc]);
    }

    /// What is left of the budget.
    pub(crate) fn left_now(&self, b: &mut FunctionBuilder<'f>) -> ir::Value {
        self.remaining(b).now(b)
    }

    /// The same, to be computed elsewhere.
    pub(crate) fn remaining(&self, b: &mut FunctionBuilder<'f>) -> Remaining {
        match self.laps.get() {
            None => Remaining::Value(b.use_var(self.left)),
            Some(laps) => Remaining::InLaps { laps, more: laps.more.map(|sum| b.use_var(sum)) },
        }
    }

    /// How many instructions of the block have run before those that have been counted but not run.
    pub(crate) fn insn_before(&self, ahead: usize) -> usize {
        self.insns.get() - ahead
    }
}

/// What makes a number in single precision a valid value of a wider register.
pub(crate) const UPPER_HALF: u64 = 0xffff_ffff_0000_0000;

/// How slots are accessed: they are there, aligned, and nothing else is.
pub(crate) fn slot_access() -> ir::MemFlagsData {
    ir::MemFlagsData::trusted()
}
