//! A hart's cycles, by the timing model that was chosen for it. How models work stands in `timing`.

use super::{Arch, Hart};
use crate::timing::{CYCLES, Class, Insn, Model, PENDING, Pending, Static, StaticModel};

impl<A: Arch> Hart<A> {
    /// Counts cycles by this model from now on, from its reset. To be called before the hart runs.
    pub fn time_by(&self, model: &'static Model) {
        let meter = &self.timing;
        meter.model.set(Some(model).filter(|model| !model.is_ideal()));
        meter.rules.set(model.as_static().or_else(|| model.within()));
        *meter.stepped.borrow_mut() = model.as_stepped();
        self.slots.set(CYCLES, 0);
        self.mode_cycles.iter().for_each(|cycles| cycles.set(0));
        self.mode_cycles_since.set(self.cycles());
        self.leave_pending(Pending::REDIRECTED);
    }

    /// The model that is not ideal by which cycles are counted.
    pub fn timed_by(&self) -> Option<&'static Model> {
        self.timing.model.get()
    }

    /// The same, if translated code can count them too.
    pub fn timed_statically_by(&self) -> Option<StaticModel> {
        self.timed_by().and_then(Model::as_static)
    }

    /// Cycles up to the next instruction, between two. With no model, or `ideal`, a cycle is an instruction.
    pub fn cycles(&self) -> u64 {
        if self.timed_by().is_some() { self.slots.get(CYCLES) } else { self.retired.get() }
    }

    /// Cycles up to the instruction in progress, which has `left` others after it in its slice.
    pub fn cycles_before(&self, left: usize) -> u64 {
        if self.timed_by().is_some() { self.slots.get(CYCLES) } else { self.retired_before(left) }
    }

    /// Cycles of an access to a control register. Models with a state of their own are not asked: one.
    pub fn control_cycles(&self) -> u64 {
        let control = Insn { class: Class::Control { flushes: false }, ..Insn::NOTHING };
        self.timed_statically_by().map_or(1, |rules| rules.cost(&control).falls.into())
    }

    /// A trap was taken, or control came elsewhere by other means than an instruction.
    pub fn redirected(&self) {
        if self.timed_by().is_some() {
            self.leave_pending(Pending::REDIRECTED);
            if let Some(stepped) = &mut *self.timing.stepped.borrow_mut() {
                stepped.redirect();
            }
        }
    }

    /// Has spent so many.
    pub fn spend(&self, cycles: u64) {
        self.slots.set(CYCLES, self.slots.get(CYCLES).wrapping_add(cycles));
    }

    pub(crate) fn pending(&self) -> Pending {
        Pending::from_number(self.slots.get(PENDING))
    }

    pub(crate) fn leave_pending(&self, pending: Pending) {
        self.slots.set(PENDING, pending.number().into());
    }
}
