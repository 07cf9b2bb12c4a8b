//! Timing models: how many cycles a named core needs for what a hart has run. No model changes what a program does.
//!
//! Two kinds. A *static* model knows an instruction's cost from the instruction, from the one before it ([`Pending`]), from whether
//! it was taken, and for few from their operands: [`Static`]. So a block costs a constant for each way in and out ([`block`]), which
//! translated code adds in passing. A *stepped* model ([`Stepped`]) has a state of its own, such as caches, and sees
//! each instruction with its operands; only the interpreter runs it.
//!
//! | file | cores |
//! |---|---|
//! | `timing/models` | the names, and what each may claim |
//! | `timing/insn` | what models see of an instruction |
//! | `timing/pico`, `ibex`, `hazard3` | static models |
//! | `timing/predicting`, `rocket`, `inorder5`, `cortex_a53` | stepped models |
//! | `timing/block` | a block's cost, from a static model |

mod block;
mod cortex_a53;
mod hazard3;
mod ibex;
mod inorder5;
mod insn;
mod meter;
mod models;
mod pico;
mod predicting;
mod rocket;

use crate::engine::Engine;
use crate::slot::Slot;

pub use block::{BlockCost, block};
pub use insn::{Class, Insn, Signs};
pub use meter::Meter;
pub use models::{Core, InstructionSet, MODELS, Model, StaticModel};

/// Modelled cycles of a hart up to its next instruction. No architectural state.
pub const CYCLES: Slot = Slot(250);
/// The [`Pending`] of a hart. No architectural state.
pub const PENDING: Slot = Slot(251);

/// Cycles that an instruction takes under a static model, with what it waits for and what its operands decide, are fewer.
pub const MOST_CYCLES: u32 = 128;

/// What an instruction leaves behind that the next one may have to wait for.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pending(u8);

impl Pending {
    /// Whatever the next instruction waits for has been counted already.
    pub const SETTLED: Pending = Pending(0);
    /// Control came here by a jump, a taken branch or a trap.
    pub const REDIRECTED: Pending = Pending(32);
    /// Control fell through from an instruction that leaves nothing else behind.
    pub const PLAIN: Pending = Pending(33);
    /// The next instruction has been fetched while memory was accessed.
    pub const FETCHED: Pending = Pending(34);
    /// There are so many: each fits into as many bits of a word.
    pub const COUNT: u8 = 64;

    /// A load into `register` came right before.
    pub fn loaded(register: Slot) -> Pending {
        if (1..32).contains(&register.0) { Pending(register.0) } else { Pending::PLAIN }
    }

    /// The register that was loaded right before.
    pub fn register(self) -> Option<Slot> {
        (1..32).contains(&self.0).then_some(Slot(self.0))
    }

    /// As a number below [`COUNT`](Self::COUNT).
    pub fn number(self) -> u8 {
        self.0
    }

    /// From its number; what is none means [`SETTLED`](Self::SETTLED).
    pub fn from_number(number: u64) -> Pending {
        Pending(if number < Self::COUNT.into() { number as u8 } else { 0 })
    }
}

/// What an instruction costs from when it can begin.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Cost {
    /// Cycles if control falls through.
    pub falls: u32,
    /// Cycles if it does not.
    pub taken: u32,
    /// Whether its operands decide about more: [`Static::more`].
    pub varies: bool,
}

impl Cost {
    /// So many, whatever happens.
    pub const fn fixed(cycles: u32) -> Self {
        Cost { falls: cycles, taken: cycles, varies: false }
    }

    /// So many, but for what its operands decide.
    pub const fn but_for(cycles: u32) -> Self {
        Cost { falls: cycles, taken: cycles, varies: true }
    }
}

/// A model that keeps nothing but what the last instruction has left behind.
pub trait Static {
    /// Cycles that the instruction waits before it begins: none after [`Pending::SETTLED`], and never more than one.
    fn stall(&self, pending: Pending, insn: &Insn) -> u32;
    /// What it costs then.
    fn cost(&self, insn: &Insn) -> Cost;
    /// Cycles more of an instruction whose cost varies; if they are fewer, a negative number. `engine` has its operands, as they are before it.
    fn more<E: Engine>(&self, engine: &E, insn: &Insn) -> E::X;
    /// What it leaves behind; never [`Pending::SETTLED`].
    fn leaves(&self, insn: &Insn, taken: bool) -> Pending;
}

/// What a stepped model sees of an instruction beside the instruction itself.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Event {
    /// Its operands `rs1` and `rs2`, as they were before it.
    pub operands: [u64; 2],
    /// The address that it accessed, if it accesses memory.
    pub address: u64,
    /// Whether that is RAM or ROM, and not a device.
    pub in_memory: bool,
    /// Whether control went elsewhere.
    pub taken: bool,
    /// The address of the instruction that comes next.
    pub next: u64,
    /// What [`Static::more`] says, if the model has a static one within and that says something.
    pub more: u64,
}

/// An instruction that has not run yet, and whether control will go elsewhere from it.
pub type Ahead = (Insn, bool);

/// A model with a state of its own.
pub trait Stepped {
    /// An instruction has retired: how many cycles later than the one before it. `ahead` are those that come next, as far as they are
    /// known; a model asks if it needs them.
    fn step(&mut self, insn: &Insn, event: &Event, ahead: &mut dyn FnMut(&mut Vec<Ahead>)) -> u64;
    /// A trap was taken.
    fn redirect(&mut self);
}

#[cfg(test)]
mod tests;
