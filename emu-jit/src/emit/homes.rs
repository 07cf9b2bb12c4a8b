//! Where slots are while a region runs: their variables, what these hold, and what of it memory lacks.

use cranelift_codegen::ir::types::{F32, F64, I64X2};
use cranelift_codegen::ir::{self, InstBuilder};
use cranelift_frontend::Variable;
use emu_core::slot::{SINK, Slot, ZERO};

use crate::emit::{Emit, Home, slot_access};
use crate::guards::Held;
use crate::slots::{SlotSet, offset};
use crate::value::{Form, Val};
use crate::ways_out::{Kept, Store, join_halves};

impl<'f> Emit<'f> {
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

    pub(super) fn home(&self, slot: Slot) -> Option<Home> {
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
    pub(super) fn pair(&self, slot: Slot) -> Option<(Variable, [Slot; 2])> {
        match self.home(slot)? {
            Home::Alone(..) => None,
            Home::Half(variable, half) => {
                let low = slot.0 - half;
                Some((variable, [Slot(low), Slot(low + 1)]))
            }
        }
    }

    /// What a slot holds now, if somebody has asked for that or set it, or decode time knows. To ask for what nobody needs would
    /// have loops carry it along.
    pub(super) fn known(&self, slot: Slot) -> Option<Form> {
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

    pub(super) fn value_of(&self, variable: Variable) -> ir::Value {
        let mut b = self.b.borrow_mut();
        let value = b.use_var(variable);
        // One value is one name: what is known of it is found by that.
        b.func.dfg.resolve_aliases(value)
    }

    /// Changes the variables of halves that the current instruction has changed.
    pub(super) fn change_pairs(&self) {
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

    pub(super) fn change(&self, slot: Slot, v: Val<'_, 'f, 64>) {
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

    pub(super) fn store_slots(&self, slots: SlotSet) {
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
    pub(super) fn kept(&self, slot: Slot) -> Kept {
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
}

/// How both halves of a register for vectors are accessed at once.
fn pair_access() -> ir::MemFlagsData {
    ir::MemFlagsData::new().with_notrap()
}
