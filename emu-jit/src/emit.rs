//! The engine that translates: every verb becomes Cranelift's language. Knows slots and memory, and no instruction set.
//!
//! An instruction reads, then may stop, then writes; where the running engine would stop for anything but a control
//! transfer, the translation leaves the region with the state before the instruction, and the interpreter does it.

use std::cell::{Cell, RefCell};

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::types::{F32, F64, F64X2, I32, I64, I64X2};
use cranelift_codegen::ir::{self, InstBuilder};
use cranelift_frontend::{FunctionBuilder, Variable};
use emu_core::engine::*;
use emu_core::slot::{SINK, SLOTS, Slot, ZERO};
use emu_core::timing::Pending;
use emu_mem::OpenRam;
use rustc_hash::FxHashMap;

use crate::calls::Deeds;
use crate::exits::{Why, why_before};
use crate::guards::{Group, Held};
use crate::laps::{KnownStretch, Laps};
use crate::memory::{Checked, LastPage, Span};
use crate::region::Insn;
use crate::rows::{BlockCounters, LapCount};
use crate::slots::{Holds, SlotSet, WHY, offset};
use crate::timing::Budget;
use crate::value::{Form, Truth, TruthForm, Val};
use crate::vector::Vector;
use crate::ways_out::{Kept, Store, WayOut, join_halves};

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

/// The rest of the block cannot be reached.
#[derive(Debug)]
pub(crate) struct Left;

/// Where control goes after an instruction.
pub(crate) enum Next<'e, 'f> {
    /// To the next one.
    Falls,
    /// To the region's own branch target if so, else to the next one.
    Branch(Truth<'e, 'f>),
    /// To the region's own jump target.
    Jump,
    /// To an address known when running.
    JumpTo(Val<'e, 'f, 64>),
}

impl<'f> Emit<'f> {
    pub(crate) fn new(mut b: FunctionBuilder<'f>, key: &'f Key, slots: ir::Value, budget: Budget) -> Self {
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
        }
    }

    /// Makes a variable of a type for each of these slots and loads it. The upper half of those with `F32` is all ones; one with
    /// `I64X2` is two slots.
    pub(crate) fn load_slots(&self, slots: impl Iterator<Item = (Slot, ir::Type)>) {
        for (slot, ty) in slots {
            let mut b = self.b.borrow_mut();
            let variable = b.declare_var(ty);
            let access = if ty == I64X2 { pair_access() } else { slot_access() };
            let value = b.ins().load(ty, access, self.slots, offset(slot));
            b.def_var(variable, value);
            let mut variables = self.variables.borrow_mut();
            if ty == I64X2 {
                let halves = [0, 1].map(|half| Some(Home::Half(variable, half)));
                variables[slot.0 as usize..][..2].copy_from_slice(&halves);
            } else {
                variables[slot.0 as usize] = Some(Home::Alone(variable, ty));
            }
        }
    }

    fn home(&self, slot: Slot) -> Option<Home> {
        self.variables.borrow()[slot.0 as usize]
    }

    /// The type of a slot's own variable.
    pub(crate) fn own_type(&self, slot: Slot) -> Option<ir::Type> {
        match self.home(slot)? {
            Home::Alone(_, ty) => Some(ty),
            Home::Half(..) => None,
        }
    }

    /// Both halves of the vector's variable that has this slot.
    fn pair(&self, slot: Slot) -> Option<(Variable, [Slot; 2])> {
        match self.home(slot)? {
            Home::Alone(..) => None,
            Home::Half(variable, half) => {
                let low = slot.0 - half;
                Some((variable, [Slot(low), Slot(low + 1)]))
            }
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

    /// What a slot holds now, if somebody has asked for that or set it, or decode time knows. To ask for what nobody needs would
    /// have loops carry it along.
    fn known(&self, slot: Slot) -> Option<Form> {
        if slot == ZERO {
            return Some(Form::Const(0));
        }
        let asked = self.now.borrow().get(slot);
        asked.or_else(|| self.key.slot(slot).map(Form::Const))
    }

    /// What a slot holds now.
    pub(crate) fn current(&self, slot: Slot) -> Form {
        if let Some(known) = self.known(slot) {
            return known;
        }
        let form = Form::Ssa(self.as_register(self.variable(slot)));
        self.now.borrow_mut().set(slot, form);
        form
    }

    /// What a slot's variable is at present, of whatever type.
    pub(crate) fn variable(&self, slot: Slot) -> ir::Value {
        self.variable_if_any(slot).expect("the region's slots have been loaded")
    }

    /// The same; `None` if it has none.
    pub(crate) fn variable_if_any(&self, slot: Slot) -> Option<ir::Value> {
        let mut asked = self.asked.get();
        asked.insert(slot);
        self.asked.set(asked);
        Some(match self.home(slot)? {
            Home::Alone(variable, _) => self.value_of(variable),
            Home::Half(variable, half) => self.halves_of(self.value_of(variable))[half as usize],
        })
    }

    /// Gives a slot's own variable a value.
    pub(crate) fn define(&self, slot: Slot, value: ir::Value) {
        let Some(Home::Alone(variable, _)) = self.home(slot) else { unreachable!("it has one of its own") };
        self.b.borrow_mut().def_var(variable, value);
    }

    /// The slots whose variable changes with this one's.
    pub(crate) fn changing_with(&self, slot: Slot) -> impl Iterator<Item = Slot> {
        self.pair(slot).map_or([slot; 2], |(_, halves)| halves).into_iter()
    }

    /// What slots hold that change with this one, to be there again in a way out. Of halves it is what their variable does: what
    /// was made of that may be younger than the way out.
    pub(crate) fn held(&self, slot: Slot) -> Vec<(Slot, Held)> {
        if let Some((variable, halves)) = self.pair(slot) {
            let whole = self.value_of(variable);
            return halves.into_iter().zip(0..).map(|(half, number)| (half, Held::Half(whole, number))).collect();
        }
        let known = self.now.borrow().get(slot);
        vec![(slot, known.map_or_else(|| Held::Variable(self.variable(slot)), Held::Known))]
    }

    fn value_of(&self, variable: Variable) -> ir::Value {
        let mut b = self.b.borrow_mut();
        let value = b.use_var(variable);
        // One value is one name: what is known of it is found by that.
        b.func.dfg.resolve_aliases(value)
    }

    /// Changes the variables of halves that the current instruction has changed.
    fn change_pairs(&self) {
        let mut changed = self.changed_halves.take();
        while let Some(slot) = changed.iter().next() {
            let (variable, halves) = self.pair(slot).expect("it is a half");
            let [low, high] = halves.map(|half| self.current(half));
            let whole = self.whole_of(low, high);
            self.b.borrow_mut().def_var(variable, whole);
            changed = changed.without(halves.into_iter().collect());
        }
    }

    /// What a slot holds whose variable is this.
    pub(crate) fn as_register(&self, value: ir::Value) -> ir::Value {
        let ty = self.b.borrow().func.dfg.value_type(value);
        match ty {
            F32 => self.boxed(value),
            F64 => self.bits_of(value),
            _ => value,
        }
    }

    fn change(&self, slot: Slot, v: Val<'_, 'f, 64>) {
        if slot == SINK {
            return;
        }
        let mut form = v.form;
        if self.known(slot) == Some(form) {
            return;
        }
        self.keep_for_group(slot);
        let home = if self.key.slot(slot).is_none() {
            Some(self.home(slot).expect("the region's slots have been loaded"))
        } else {
            None
        };
        if let Some(Home::Half(..)) = home {
            let mut changed = self.changed_halves.get();
            changed.insert(slot);
            self.changed_halves.set(changed);
        }
        if let Some(Home::Alone(variable, ty)) = home {
            let bits = v.ssa();
            let value = match (ty, self.loaded.get()) {
                (F64, Some(loaded)) if loaded == bits => {
                    let (float, bits) = self.load_float_instead(loaded);
                    form = Form::Ssa(bits);
                    float
                }
                (F64, _) => self.as_float(bits, F64),
                (F32, _) => self.as_float(self.low_half(bits), F32),
                _ => bits,
            };
            self.b.borrow_mut().def_var(variable, value);
        }
        let mut dirty = self.dirty.get();
        dirty.insert(slot);
        self.dirty.set(dirty);
        self.now.borrow_mut().set(slot, form);
    }

    /// Stores what memory lacks.
    pub(crate) fn store_dirty(&self) {
        self.store_slots(self.dirty.get());
    }

    /// Stores what memory lacks of these slots.
    pub(crate) fn store_through(&self, slots: SlotSet) {
        let dirty = self.dirty.get();
        self.store_slots(dirty.and(slots));
        self.dirty.set(dirty.without(slots));
    }

    fn store_slots(&self, slots: SlotSet) {
        for store in self.stores_of(slots) {
            self.store_kept(store);
        }
    }

    /// Stores a slot's value, of whatever type. What is stored of a number in single precision is its bits alone: the region is
    /// entered with the slot's upper half full of ones, and leaves it like that.
    pub(crate) fn store_slot(&self, slot: Slot, value: ir::Value) {
        let mut b = self.b.borrow_mut();
        let access = if b.func.dfg.value_type(value) == I64X2 { pair_access() } else { slot_access() };
        b.ins().store(access, value, self.slots, offset(slot));
    }

    /// What to store of these slots: halves of vectors together.
    pub(crate) fn stores_of(&self, slots: SlotSet) -> Vec<Store> {
        join_halves(slots.iter().map(|slot| (slot, self.kept(slot))).collect())
    }

    /// What to store of a slot. Of a half its variable knows, and was there before what was made of it.
    fn kept(&self, slot: Slot) -> Kept {
        if let Some(Home::Half(variable, number)) = self.home(slot) {
            return Kept::Half(self.value_of(variable), number);
        }
        let known = self.now.borrow().get(slot);
        known.map_or_else(|| Kept::Value(self.variable(slot)), |form| self.as_kept(slot, form))
    }

    /// What to store of a slot that holds this: the number that its bits were made of, if they were. Not any number with these
    /// bits: in a way out only what was there before is known to be there.
    pub(crate) fn as_kept(&self, slot: Slot, form: Form) -> Kept {
        let bits = match form {
            Form::Const(n) => return Kept::Const(n),
            Form::Ssa(bits) => bits,
        };
        let is_single = self.own_type(slot) == Some(F32);
        let bits = self.as_boxed(bits).filter(|_| is_single).unwrap_or(bits);
        Kept::Value(self.made_of.borrow().get(&bits).copied().unwrap_or(bits))
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

    /// Notes that `sum` is `a` plus the `bits`-bit constant `c`.
    pub(crate) fn note_sum(&self, sum: ir::Value, a: ir::Value, c: u64, bits: u32) {
        let c = if bits == 32 { c as i32 as i64 } else { c as i64 };
        let (base, off) = self.sums.borrow().get(&a).copied().unwrap_or((a, 0));
        self.sums.borrow_mut().insert(sum, (base, off.wrapping_add(c)));
    }

    /// The value and the constant that `value` is the sum of.
    pub(crate) fn as_sum(&self, value: ir::Value) -> (ir::Value, i64) {
        self.sums.borrow().get(&value).copied().unwrap_or((value, 0))
    }

    /// The 32-bit value that `value` is the zero extension of.
    pub(crate) fn as_zero_extended(&self, value: ir::Value) -> Option<ir::Value> {
        self.zero_extended.borrow().get(&value).copied()
    }

    pub(crate) fn zero_extended(&self, value: ir::Value) -> ir::Value {
        if let Some(&known) = self.extensions.borrow().get(&value) {
            return known;
        }
        let wide = self.b.borrow_mut().ins().uextend(I64, value);
        self.zero_extended.borrow_mut().insert(wide, value);
        self.extensions.borrow_mut().insert(value, wide);
        wide
    }

    /// The number of the host's type `float` with these bits.
    pub(crate) fn as_float(&self, bits: ir::Value, float: ir::Type) -> ir::Value {
        if let Some(&known) = self.floats.borrow().get(&bits) {
            return known;
        }
        let half = self.half_of.borrow().get(&bits).copied();
        let float = match half {
            // It need not leave the host's registers for numbers.
            Some((whole, half)) if float == F64 => {
                let whole = self.cast(whole, F64X2);
                self.b.borrow_mut().ins().extractlane(whole, half)
            }
            _ => self.b.borrow_mut().ins().bitcast(float, ir::MemFlagsData::new(), bits),
        };
        self.note_float(bits, float);
        float
    }

    /// Has the current instruction's load give a number instead. Whoever has used its bits already, or will, has those of the
    /// number: several registers may be loaded with it. Returns the number and the bits.
    fn load_float_instead(&self, loaded: ir::Value) -> (ir::Value, ir::Value) {
        let (float, bits) = {
            let mut b = self.b.borrow_mut();
            let inst = b.func.dfg.value_def(loaded).unwrap_inst();
            let float = b.func.dfg.replace_result(loaded, F64);
            let bits = FuncCursor::new(b.func).after_inst(inst).ins().bitcast(I64, ir::MemFlagsData::new(), float);
            b.func.dfg.change_to_alias(loaded, bits);
            (float, bits)
        };
        self.loaded.set(None);
        self.note_bits(loaded, float);
        self.note_bits(bits, float);
        (float, bits)
    }

    /// A number in single precision as a wider register holds it.
    fn boxed(&self, float: ir::Value) -> ir::Value {
        let narrow = self.bits_of(float);
        let wide = self.zero_extended(narrow);
        let boxed = self.b.borrow_mut().ins().bor_imm_u(wide, UPPER_HALF as i64);
        self.note_ones(boxed, wide, UPPER_HALF);
        boxed
    }

    /// The bits of a number.
    pub(crate) fn bits_of(&self, float: ir::Value) -> ir::Value {
        let mut b = self.b.borrow_mut();
        let ty = if b.func.dfg.value_type(float) == F64 { I64 } else { I32 };
        let bits = b.ins().bitcast(ty, ir::MemFlagsData::new(), float);
        drop(b);
        self.note_bits(bits, float);
        bits
    }

    /// Notes that `bits` were made of `float`.
    fn note_bits(&self, bits: ir::Value, float: ir::Value) {
        self.note_float(bits, float);
        self.made_of.borrow_mut().insert(bits, float);
    }

    /// The bits, or the number that they are if there is that already: what is only moved may be in any register.
    pub(crate) fn as_moved(&self, bits: ir::Value) -> ir::Value {
        self.floats.borrow().get(&bits).copied().unwrap_or(bits)
    }

    /// Notes that `value` is `a` with `ones` set.
    pub(crate) fn note_ones(&self, value: ir::Value, a: ir::Value, ones: u64) {
        if ones == UPPER_HALF
            && let Some(narrow) = self.as_zero_extended(a)
        {
            self.boxed.borrow_mut().insert(value, narrow);
            self.halves.borrow_mut().insert(value, narrow);
        }
    }

    /// The 32-bit value below the ones in `value`, if all are ones there.
    pub(crate) fn as_boxed(&self, value: ir::Value) -> Option<ir::Value> {
        self.boxed.borrow().get(&value).copied()
    }

    /// Notes that these are the bits of `float`.
    fn note_float(&self, bits: ir::Value, float: ir::Value) {
        self.floats.borrow_mut().insert(bits, float);
    }

    /// A step of a cyclic redundancy check, a byte at a time by the table that the running engine has.
    fn crc32(&self, crc: Crc, mut remainder: ir::Value, data: ir::Value, bytes: u32) -> ir::Value {
        let mut b = self.b.borrow_mut();
        let table = b.ins().iconst(I64, emu_core::crc::byte_table(crc).as_ptr().expose_provenance() as i64);
        for byte in 0..bytes {
            let moved = if byte == 0 { data } else { b.ins().ushr_imm_u(data, 8 * byte as i64) };
            let moved = b.ins().ireduce(I32, moved);
            let index = b.ins().bxor(moved, remainder);
            let index = b.ins().band_imm_u(index, 0xff);
            let index = b.ins().uextend(I64, index);
            let offset = b.ins().ishl_imm_u(index, 2);
            let entry = b.ins().iadd(table, offset);
            let entry = b.ins().load(I32, slot_access().with_readonly(), entry, 0);
            let rest = b.ins().ushr_imm_u(remainder, 8);
            remainder = b.ins().bxor(entry, rest);
        }
        remainder
    }

    /// The lower half of a value, if somebody has asked for it.
    pub(crate) fn known_half(&self, value: ir::Value) -> Option<ir::Value> {
        self.as_zero_extended(value).or_else(|| self.halves.borrow().get(&value).copied())
    }

    pub(crate) fn low_half(&self, value: ir::Value) -> ir::Value {
        if let Some(known) = self.known_half(value) {
            return known;
        }
        let narrow = self.b.borrow_mut().ins().ireduce(I32, value);
        self.halves.borrow_mut().insert(value, narrow);
        narrow
    }
}

/// What makes a number in single precision a valid value of a wider register.
pub(crate) const UPPER_HALF: u64 = 0xffff_ffff_0000_0000;

/// How slots are accessed: they are there, aligned, and nothing else is.
pub(crate) fn slot_access() -> ir::MemFlagsData {
    ir::MemFlagsData::trusted()
}

/// How both halves of a register for vectors are accessed at once.
fn pair_access() -> ir::MemFlagsData {
    ir::MemFlagsData::new().with_notrap()
}

/// [`Emit`] as an engine. Verbs take `&self`; the reference inside gives values their lifetime.
#[derive(Copy, Clone)]
pub(crate) struct Translator<'e, 'f>(pub(crate) &'e Emit<'f>);

impl<'e, 'f> Translator<'e, 'f> {
    fn val<const N: u32>(&self, form: Form) -> Val<'e, 'f, N> {
        Val { form, e: self.0 }
    }

    fn ssa<const N: u32>(&self, value: ir::Value) -> Val<'e, 'f, N> {
        self.val(Form::Ssa(value))
    }
}

type Value<'e, 'f> = Val<'e, 'f, 64>;

impl<'e, 'f> Engine for Translator<'e, 'f> {
    type B = Truth<'e, 'f>;
    type W = Val<'e, 'f, 32>;
    type X = Val<'e, 'f, 64>;
    type V = Vector<'e, 'f>;
    type Stop = Left;
    type Next = Next<'e, 'f>;

    fn w(&self, n: u32) -> Self::W {
        self.val(Form::Const(n.into()))
    }
    fn x(&self, n: u64) -> Value<'e, 'f> {
        self.val(Form::Const(n))
    }
    fn b2x(&self, b: Truth<'e, 'f>) -> Value<'e, 'f> {
        if let TruthForm::Const(known) = b.form {
            return self.x(known.into());
        }
        let bit = b.ssa();
        self.ssa(self.0.b.borrow_mut().ins().uextend(I64, bit))
    }

    fn pc(&self) -> u64 {
        self.0.pc.get()
    }
    fn insn_bytes(&self) -> u64 {
        self.0.bytes.get()
    }
    fn key(&self, slot: Slot) -> u64 {
        self.0.key.slot(slot).expect("meanings ask for slots of the key")
    }

    fn get(&self, slot: Slot) -> Value<'e, 'f> {
        self.val(self.0.current(slot))
    }
    fn set(&self, slot: Slot, v: Value<'e, 'f>) {
        self.0.change(slot, v);
    }

    fn load(&self, at: Value<'e, 'f>, kind: Mem) -> Result<Value<'e, 'f>, Left> {
        Ok(self.ssa(self.0.load(at, kind)))
    }
    fn store(&self, at: Value<'e, 'f>, v: Value<'e, 'f>, kind: Mem) -> Result<(), Left> {
        self.0.store(at, v, kind);
        Ok(())
    }
    fn load_v(&self, at: Value<'e, 'f>) -> Result<Vector<'e, 'f>, Left> {
        Ok(self.0.load_v(at))
    }
    fn store_v(&self, at: Value<'e, 'f>, v: Vector<'e, 'f>) -> Result<(), Left> {
        self.0.store_v(at, v);
        Ok(())
    }
    fn amo(&self, at: Value<'e, 'f>, op: Amo, v: Value<'e, 'f>, kind: Mem) -> Result<Value<'e, 'f>, Left> {
        Ok(self.ssa(self.0.amo(at, op, v, kind)))
    }
    fn compare_and_swap(
        &self,
        at: Value<'e, 'f>,
        expected: Value<'e, 'f>,
        new: Value<'e, 'f>,
        kind: Mem,
    ) -> Result<Value<'e, 'f>, Left> {
        Ok(self.ssa(self.0.compare_and_swap(at, expected, new, kind)))
    }
    fn load_reserved(&self, at: Value<'e, 'f>, kind: Mem) -> Result<Value<'e, 'f>, Left> {
        let Some(ram) = self.0.key.ram else { return self.undefined() };
        Ok(self.ssa(self.0.load_reserved(at, kind, ram)))
    }
    fn store_conditional(&self, at: Value<'e, 'f>, v: Value<'e, 'f>, kind: Mem) -> Result<Truth<'e, 'f>, Left> {
        let Some(ram) = self.0.key.ram else { return self.undefined() };
        let stored = self.0.store_conditional(at, v, kind, ram);
        Ok(Truth { form: TruthForm::Ssa(stored), e: self.0 })
    }
    fn require(&self, ok: Truth<'e, 'f>, _: u64, _: Value<'e, 'f>) -> Result<(), Left> {
        match ok.form {
            TruthForm::Const(true) => Ok(()),
            TruthForm::Const(false) => self.undefined(),
            _ => {
                self.0.leave_unless(ok);
                Ok(())
            }
        }
    }
    fn undefined<T>(&self) -> Result<T, Left> {
        self.0.leave_here();
        Err(Left)
    }

    fn next(&self) -> Next<'e, 'f> {
        Next::Falls
    }
    fn branch(&self, taken: Truth<'e, 'f>, _: u64) -> Next<'e, 'f> {
        Next::Branch(taken)
    }
    fn jump(&self, _: u64) -> Next<'e, 'f> {
        Next::Jump
    }
    fn jump_to(&self, target: Value<'e, 'f>) -> Next<'e, 'f> {
        Next::JumpTo(target)
    }

    fn fp1(&self, op: Fp1, fmt: Fmt, mode: FpMode, a: Value<'e, 'f>) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp1(op, fmt, mode, a)
    }
    fn fp2(
        &self,
        op: Fp2,
        fmt: Fmt,
        mode: FpMode,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp2(op, fmt, mode, a, b)
    }
    fn fp_sqrt(&self, fmt: Fmt, mode: FpMode, a: Value<'e, 'f>) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_sqrt(fmt, mode, a)
    }
    fn fp_fma(
        &self,
        fmt: Fmt,
        mode: FpMode,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
        c: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_fma(fmt, mode, a, b, c)
    }
    fn fp_cmp(
        &self,
        op: FpCmp,
        fmt: Fmt,
        mode: FpMode,
        a: Value<'e, 'f>,
        b: Value<'e, 'f>,
    ) -> (Truth<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_cmp(op, fmt, mode, a, b)
    }
    fn fp_class(&self, fmt: Fmt, a: Value<'e, 'f>) -> Value<'e, 'f> {
        self.0.fp_class(fmt, a)
    }
    fn fp_to_fp(&self, from: Fmt, to: Fmt, mode: FpMode, a: Value<'e, 'f>) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_to_fp(from, to, mode, a)
    }
    fn fp_to_int(
        &self,
        from: Fmt,
        to: Int,
        mode: FpMode,
        fraction_bits: u8,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.fp_to_int(from, to, mode, fraction_bits, a)
    }
    fn int_to_fp(
        &self,
        from: Int,
        to: Fmt,
        mode: FpMode,
        fraction_bits: u8,
        a: Value<'e, 'f>,
    ) -> (Value<'e, 'f>, Value<'e, 'f>) {
        self.0.int_to_fp(from, to, mode, fraction_bits, a)
    }
    fn note_compared(&self, compared: Option<Compared<Self::W, Self::X>>) {
        self.0.compared.set(compared.map(|compared| match compared {
            Compared::W(a, b) => Compared::W(a.form, b.form),
            Compared::X(a, b) => Compared::X(a.form, b.form),
        }));
    }
    fn compared(&self) -> Option<Compared<Self::W, Self::X>> {
        Some(match self.0.compared.get()? {
            Compared::W(a, b) => Compared::W(self.val(a), self.val(b)),
            Compared::X(a, b) => Compared::X(self.val(a), self.val(b)),
        })
    }
    fn crc32(&self, crc: Crc, remainder: Self::W, data: Value<'e, 'f>, bytes: u32) -> Self::W {
        self.ssa(self.0.crc32(crc, remainder.ssa(), data.ssa(), bytes))
    }
    fn clmul(&self, a: Value<'e, 'f>, b: Value<'e, 'f>) -> Value<'e, 'f> {
        self.0.clmul(a, b, false)
    }
    fn clmulh(&self, a: Value<'e, 'f>, b: Value<'e, 'f>) -> Value<'e, 'f> {
        self.0.clmul(a, b, true)
    }

    fn v_of(&self, low: Value<'e, 'f>, high: Value<'e, 'f>) -> Vector<'e, 'f> {
        self.0.v_of(low, high)
    }
    fn half(&self, v: Vector<'e, 'f>, i: u32) -> Value<'e, 'f> {
        v.half(i)
    }
    fn v_splat(&self, lane: Lane, x: Value<'e, 'f>) -> Vector<'e, 'f> {
        self.0.v_splat(lane, x)
    }
    fn v1(&self, op: V1, lane: Lane, a: Vector<'e, 'f>) -> (Vector<'e, 'f>, Value<'e, 'f>) {
        (self.0.v1(op, lane, a), self.x(0))
    }
    fn v2(&self, op: V2, lane: Lane, a: Vector<'e, 'f>, b: Vector<'e, 'f>) -> (Vector<'e, 'f>, Value<'e, 'f>) {
        (self.0.v2(op, lane, a, b), self.x(0))
    }
    fn v3(
        &self,
        op: V3,
        lane: Lane,
        d: Vector<'e, 'f>,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
    ) -> (Vector<'e, 'f>, Value<'e, 'f>) {
        (self.0.v3(op, lane, d, a, b), self.x(0))
    }
    fn v_shift(&self, op: VShift, lane: Lane, by: u8, a: Vector<'e, 'f>) -> (Vector<'e, 'f>, Value<'e, 'f>) {
        (self.0.v_shift(op, lane, by, a), self.x(0))
    }
    fn v_look_up(
        &self,
        table: Vector<'e, 'f>,
        number: u8,
        index: Vector<'e, 'f>,
        otherwise: Vector<'e, 'f>,
    ) -> Vector<'e, 'f> {
        self.0.v_look_up(table, number, index, otherwise)
    }

    fn v_fp2(&self, op: Fp2, fmt: Fmt, mode: FpMode, a: Vector<'e, 'f>, b: Vector<'e, 'f>) -> Option<Vector<'e, 'f>> {
        self.0.v_fp2(op, fmt, mode, a, b)
    }
    fn v_fp_fma(
        &self,
        fmt: Fmt,
        mode: FpMode,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
        c: Vector<'e, 'f>,
    ) -> Option<Vector<'e, 'f>> {
        self.0.v_fp_fma(fmt, mode, a, b, c)
    }
    fn v_fp_cmp(
        &self,
        op: FpCmp,
        fmt: Fmt,
        mode: FpMode,
        a: Vector<'e, 'f>,
        b: Vector<'e, 'f>,
    ) -> Option<Vector<'e, 'f>> {
        self.0.v_fp_cmp(op, fmt, mode, a, b)
    }
    fn v_int_to_fp(&self, from: Int, to: Fmt, mode: FpMode, a: Vector<'e, 'f>) -> Option<Vector<'e, 'f>> {
        self.0.v_int_to_fp(from, to, mode, a)
    }
    fn v_fp_to_int(&self, from: Fmt, to: Int, mode: FpMode, a: Vector<'e, 'f>) -> Option<Vector<'e, 'f>> {
        self.0.v_fp_to_int(from, to, mode, a)
    }
}
