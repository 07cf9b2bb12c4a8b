//! What `--stat` tells: exact counts of a run.

use crate::executor::Executor;
use crate::hart::{Arch, Hart, MODES};
use crate::isa::{Kind, Touches};
use crate::trap::Cause;
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Exact counts, summed over harts.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Stats {
    /// Instructions retired.
    pub instructions: u64,
    /// The same by privilege level, as the architecture numbers them.
    pub by_mode: [u64; MODES],
    /// Exceptions taken.
    pub exceptions: u64,
    /// Interrupts taken.
    pub interrupts: u64,
    /// Both by their cause; only those that occurred.
    pub by_cause: BTreeMap<Cause, u64>,
    /// Whether the counts below were taken; if not, they are zero.
    pub by_row: bool,
    /// Retired instructions that read memory; an atomic read-modify-write counts here and as a store.
    pub loads: u64,
    /// Retired instructions that write memory.
    pub stores: u64,
    /// Conditional branches retired.
    pub branches: u64,
    /// Of these, taken.
    pub taken: u64,
    /// Unconditional jumps, calls and returns retired.
    pub jumps: u64,
}

/// What another machine has counted.
impl AddAssign<&Stats> for Stats {
    fn add_assign(&mut self, other: &Stats) {
        self.instructions += other.instructions;
        for (sum, n) in self.by_mode.iter_mut().zip(other.by_mode) {
            *sum += n;
        }
        self.exceptions += other.exceptions;
        self.interrupts += other.interrupts;
        for (&cause, n) in &other.by_cause {
            *self.by_cause.entry(cause).or_default() += n;
        }
        self.by_row |= other.by_row;
        self.loads += other.loads;
        self.stores += other.stores;
        self.branches += other.branches;
        self.taken += other.taken;
        self.jumps += other.jumps;
    }
}

impl Stats {
    pub(super) fn collect<A: Arch>(harts: &[Hart<A>], executors: &[Box<dyn Executor<A>>]) -> Self {
        let mut stats = Stats { by_row: true, ..Stats::default() };
        for (hart, executor) in harts.iter().zip(executors) {
            stats.instructions += hart.retired.get();
            for (sum, n) in stats.by_mode.iter_mut().zip(hart.retired_by_mode()) {
                *sum += n;
            }
            stats.exceptions += hart.traps.get() - hart.interrupts.get();
            stats.interrupts += hart.interrupts.get();
            A::each_trap(hart, &mut |cause, n| {
                if n != 0 {
                    *stats.by_cause.entry(cause).or_default() += n;
                }
            });
            let Some((executions, taken)) = executor.executions() else {
                stats.by_row = false;
                continue;
            };
            for (row, (n, taken)) in executions.into_iter().zip(taken).enumerate() {
                let (touches, kind) = A::row(row);
                if matches!(touches, Touches::Loads | Touches::Both) {
                    stats.loads += n;
                }
                if matches!(touches, Touches::Stores | Touches::Both) {
                    stats.stores += n;
                }
                match kind {
                    Kind::Branch => (stats.branches, stats.taken) = (stats.branches + n, stats.taken + taken),
                    Kind::Jump => stats.jumps += n,
                    Kind::Straight | Kind::Slow => {}
                }
            }
        }
        stats
    }
}
