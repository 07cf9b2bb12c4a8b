//! Performance counters (privileged manual 3.1.10, 3.1.12): `mcycle`, `minstret` and `mhpmcounter3` to `31`.
//!
//! Nothing is counted here while the hart runs: a counter is the distance from a total that is kept anyway (instructions
//! retired, traps taken) to a base. Totals of loads, stores, branches and jumps are kept only while a counter asks for
//! one; then the interpreter reports after each block what it ran.

use super::csr::Cx;
use super::table::Row;
use crate::isa::{Kind, Touches};
use std::cell::Cell;

/// One counter over a total that somebody else keeps.
#[derive(Default, Debug)]
pub struct Counter {
    /// The value while stopped; what is added to the total while not.
    base: Cell<u64>,
    stopped: Cell<bool>,
}

impl Counter {
    /// Its value at this total.
    pub fn read(&self, total: u64) -> u64 {
        if self.stopped.get() { self.base.get() } else { self.base.get().wrapping_add(total) }
    }

    /// Gives it this value, at this total.
    pub fn write(&self, total: u64, value: u64) {
        self.base.set(if self.stopped.get() { value } else { value.wrapping_sub(total) });
    }

    /// Stops it or lets it go on.
    fn stop(&self, total: u64, stop: bool) {
        let value = self.read(total);
        self.stopped.set(stop);
        self.write(total, value);
    }
}

/// What an `mhpmevent` register can choose, by number. Others read back as 0.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Event {
    /// Nothing.
    None = 0,
    /// Instructions that read data; atomic ones are both loads and stores.
    Loads = 1,
    /// Instructions that write data, also an SC that fails.
    Stores = 2,
    /// Conditional branches.
    Branches = 3,
    /// Those that were taken.
    TakenBranches = 4,
    /// Unconditional jumps.
    Jumps = 5,
    /// Exceptions and interrupts.
    Traps = 6,
    /// Interrupts.
    Interrupts = 7,
}

const EVENTS: [Event; 8] = [
    Event::None,
    Event::Loads,
    Event::Stores,
    Event::Branches,
    Event::TakenBranches,
    Event::Jumps,
    Event::Traps,
    Event::Interrupts,
];

impl Event {
    /// Whether its total must be kept by the interpreter.
    fn is_watched(self) -> bool {
        matches!(self, Event::Loads | Event::Stores | Event::Branches | Event::TakenBranches | Event::Jumps)
    }
}

/// Programmable counters: 3 to 31.
const PROGRAMMABLE: usize = 29;
const FIRST: usize = 3;

/// All counters of a hart.
pub struct Counters {
    /// `mcycle`: cycles by the hart's timing model; none passes while the hart waits.
    pub cycles: Counter,
    /// `minstret`.
    pub instructions: Counter,
    inhibit: Cell<u32>,
    selected: [Cell<Event>; PROGRAMMABLE],
    counts: [Counter; PROGRAMMABLE],
    /// Totals of the watched events, while anything watches.
    totals: [Cell<u64>; EVENTS.len()],
    /// Whether the interpreter must report.
    pub watched: Cell<bool>,
}

impl Default for Counters {
    fn default() -> Self {
        Counters {
            cycles: Counter::default(),
            instructions: Counter::default(),
            inhibit: Cell::new(0),
            selected: [const { Cell::new(Event::None) }; PROGRAMMABLE],
            counts: Default::default(),
            totals: Default::default(),
            watched: Cell::new(false),
        }
    }
}

impl Counters {
    /// `mcountinhibit`.
    pub fn inhibited(&self) -> u32 {
        self.inhibit.get()
    }

    /// Writes `mcountinhibit`. What it stops does not count the writing instruction, what it lets go does.
    pub(super) fn inhibit(&self, cx: &Cx<'_>, value: u32) {
        let changed = self.inhibit.replace(value) ^ value;
        let stops = |bit: usize| value >> bit & 1 != 0;
        if changed & 1 != 0 {
            self.cycles.stop(cx.cycles, stops(0));
        }
        if changed & 4 != 0 {
            self.instructions.stop(cx.retired, stops(2));
        }
        for at in (0..PROGRAMMABLE).filter(|at| changed >> (at + FIRST) & 1 != 0) {
            self.counts[at].stop(self.total(cx, at), stops(at + FIRST));
        }
    }

    fn total(&self, cx: &Cx<'_>, at: usize) -> u64 {
        match self.selected[at].get() {
            Event::None => 0,
            Event::Traps => cx.traps.get(),
            Event::Interrupts => cx.interrupts.get(),
            watched => self.totals[watched as usize].get(),
        }
    }

    /// `mhpmcounter` 3 + `at`.
    pub(super) fn event(&self, cx: &Cx<'_>, at: usize) -> u64 {
        self.counts[at].read(self.total(cx, at))
    }

    pub(super) fn set_event(&self, cx: &Cx<'_>, at: usize, value: u64) {
        self.counts[at].write(self.total(cx, at), value);
    }

    /// `mhpmevent` 3 + `at`.
    pub(super) fn selector(&self, at: usize) -> u64 {
        self.selected[at].get() as u64
    }

    /// Chooses what `mhpmcounter` 3 + `at` counts; its value stays.
    pub(super) fn select(&self, cx: &Cx<'_>, at: usize, value: u64) {
        let before = self.event(cx, at);
        self.selected[at].set(usize::try_from(value).ok().and_then(|n| EVENTS.get(n).copied()).unwrap_or(Event::None));
        self.set_event(cx, at, before);
        self.watched.set(self.selected.iter().any(|event| event.get().is_watched()));
    }

    /// Takes up what the interpreter ran: rows in order, and whether the last of them changed the flow of control.
    pub(super) fn count<'r>(&self, rows: impl Iterator<Item = &'r Row>, taken: bool) {
        let add = |event: Event| {
            let total = &self.totals[event as usize];
            total.set(total.get() + 1);
        };
        let mut last = None;
        for row in rows {
            if matches!(row.touches, Touches::Loads | Touches::Both) {
                add(Event::Loads);
            }
            if matches!(row.touches, Touches::Stores | Touches::Both) {
                add(Event::Stores);
            }
            match row.kind {
                Kind::Branch => add(Event::Branches),
                Kind::Jump => add(Event::Jumps),
                Kind::Straight | Kind::Slow => {}
            }
            last = Some(row.kind);
        }
        if taken && last == Some(Kind::Branch) {
            add(Event::TakenBranches);
        }
    }
}

#[cfg(test)]
mod tests;
