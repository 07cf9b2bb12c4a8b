//! What a machine asks of whoever runs its harts' instructions: the interpreter, or a translator in front of it. Executors
//! are interchangeable at every instruction boundary, and their counts are the same.

use crate::hart::{Arch, Hart};
use crate::interp::run::Interp;
use crate::observe::Observer;
use crate::profile::{Paths, Tally};
use std::borrow::Cow;

/// A figure by name. The parts of a name stand behind each other, the whole first: `exits: to the interpreter`.
pub type Detail = (Cow<'static, str>, u64);

/// Runs one hart.
pub trait Executor<A: Arch> {
    /// Runs at most `budget` instructions (more than zero), and fewer if something has to be looked at: after a slow row, a
    /// device access or a trap. Exceptions are taken; interrupts, events and the end of the run are the caller's business.
    fn run(&mut self, hart: &Hart<A>, budget: u64);

    /// The encoding and table row of the hart's next instruction; `None` if it cannot be fetched or is undefined.
    fn peek(&mut self, hart: &Hart<A>) -> Option<(u32, u16)>;

    /// How often each row of the table retired and, for branches, was taken. `None` from an executor that was told not to
    /// count that.
    fn executions(&self) -> Option<(Vec<u64>, Vec<u64>)>;

    /// How often each instruction retired, some several times with a part of it each. `None` from an executor that was not told to keep that.
    fn tallies(&self) -> Option<Vec<Tally>> {
        None
    }

    /// Along which calls. `None` from an executor that was not told to keep that.
    fn paths(&self) -> Option<&Paths> {
        None
    }

    /// What was seen of each instruction. `None` from an executor that was not told to look.
    fn observed(&self) -> Option<&Observer> {
        None
    }

    /// What an executor tells of its own work, by name: counts that are the same in every run, and figures of the host.
    fn details(&self) -> Vec<Detail> {
        Vec::new()
    }

    /// Where the last taken branches and jumps went, oldest first, as far as the executor saw them one by one.
    fn recent(&self) -> Vec<u64>;
}

impl<A: Arch> Executor<A> for Interp<A> {
    fn run(&mut self, hart: &Hart<A>, budget: u64) {
        Interp::run(self, hart, budget);
    }

    fn peek(&mut self, hart: &Hart<A>) -> Option<(u32, u16)> {
        Interp::peek(self, hart)
    }

    fn executions(&self) -> Option<(Vec<u64>, Vec<u64>)> {
        Some(Interp::executions(self))
    }

    fn tallies(&self) -> Option<Vec<Tally>> {
        Interp::tallies(self)
    }

    fn paths(&self) -> Option<&Paths> {
        Interp::paths(self)
    }

    fn observed(&self) -> Option<&Observer> {
        Interp::observed(self)
    }

    fn recent(&self) -> Vec<u64> {
        Interp::recent(self)
    }
}
