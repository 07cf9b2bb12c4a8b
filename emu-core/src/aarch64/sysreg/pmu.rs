//! The performance monitors, PMUv3 (D7, D13.4): four event counters of 32 bits and the cycle counter. They are exact: a counter that is
//! read tells what retired before the reading instruction.
//!
//! Events: instructions retired (`INST_RETIRED`), cycles (`CPU_CYCLES`: those of the timing model, else one an instruction; waiting takes
//! none), and what software adds (`SW_INCR`). Absent: chained counters. Counters are brought up to date whenever they are looked at or what they count changes,
//! and at the instruction where one of them overflows with its interrupt enabled.

use super::Gate::{System, Trapped};
use super::{Cx, Register, registers};
use crate::aarch64::levels::{self, MDCR_SPME};
use crate::aarch64::state::AArch64;
use crate::hart::{Hart, MODES};
use emu_devices::irq::Line;
use std::cell::{Cell, RefCell};

/// Event counters.
const COUNTERS: usize = 4;
/// The number of the cycle counter in bit masks.
const CYCLES: usize = 31;
/// More cycles than an instruction takes under any model.
const MOST_CYCLES: u64 = 1024;
/// Bits of the masks that exist.
const MASK: u64 = 1 << CYCLES | ((1 << COUNTERS) - 1);

/// Events by number.
mod event {
    pub(super) const SW_INCR: u64 = 0x00;
    pub(super) const INST_RETIRED: u64 = 0x08;
    pub(super) const CPU_CYCLES: u64 = 0x11;
}

/// PMCR_EL0.
mod pmcr {
    pub(super) const E: u64 = 1 << 0;
    /// Resets event counters.
    pub(super) const P: u64 = 1 << 1;
    /// Resets the cycle counter.
    pub(super) const C: u64 = 1 << 2;
    /// The cycle counter stands still where event counters may not count.
    pub(super) const DP: u64 = 1 << 5;
    /// The cycle counter overflows at 64 bits, not at 32.
    pub(super) const LC: u64 = 1 << 6;
    /// What is kept: E, D, X, DP, LC. D, dividing by 64, is not done.
    pub(super) const KEPT: u64 = 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6;
}

/// PMUSERENR_EL0.
mod user {
    pub(super) const EN: u64 = 1 << 0;
    pub(super) const SW: u64 = 1 << 1;
    pub(super) const CR: u64 = 1 << 2;
    pub(super) const ER: u64 = 1 << 3;
}

/// Filters in PMEVTYPERn_EL0 and PMCCFILTR_EL0: P, not at EL1, and U, not at EL0. In non-secure state NSK and NSU turn them around; NSH is to
/// count at EL2 too; M, if it is P, to count at EL3.
mod filter {
    pub(super) const P: u64 = 1 << 31;
    pub(super) const U: u64 = 1 << 30;
    pub(super) const NSK: u64 = 1 << 29;
    pub(super) const NSU: u64 = 1 << 28;
    pub(super) const NSH: u64 = 1 << 27;
    pub(super) const M: u64 = 1 << 26;
}
const EVENT: u64 = 0xffff;

/// The filters that a hart has.
fn filters(hart: &Hart<AArch64>) -> u64 {
    let el2 = if levels::has(hart, 2) { filter::NSH } else { 0 };
    let el3 = if levels::has(hart, 3) { filter::NSK | filter::NSU | filter::M } else { 0 };
    filter::P | filter::U | el2 | el3
}

/// The levels at which a filter lets a counter count now, as a mask. What a hart does not have is 0 in it.
fn levels_of(hart: &Hart<AArch64>, kind: u64) -> u64 {
    let is_set = |bit| kind & bit != 0;
    let turned = levels::has(hart, 3) && !levels::is_secure_below(hart);
    let el0 = is_set(filter::U) == (turned && is_set(filter::NSU));
    let el1 = is_set(filter::P) == (turned && is_set(filter::NSK));
    let el3 = is_set(filter::P) == is_set(filter::M);
    [el0, el1, is_set(filter::NSH), el3].into_iter().enumerate().map(|(el, counts)| u64::from(counts) << el).sum()
}

/// D7: the levels at which event counters may not count, as a mask: those in secure state, unless MDCR_EL3.SPME allows it.
fn prohibited(hart: &Hart<AArch64>) -> u64 {
    if !levels::has(hart, 3) || hart.arch.registers.upper.mdcr_el3.get() & MDCR_SPME != 0 {
        return 0;
    }
    1 << 3 | if levels::is_secure_below(hart) { 3 } else { 0 }
}

/// The registers.
#[derive(Debug)]
pub struct Pmu {
    state: RefCell<State>,
    /// Whether anything counts: if not, nothing here costs anything.
    counts: Cell<bool>,
    line: Line,
}

#[derive(Debug, Default)]
struct State {
    control: u64,
    enabled: u64,
    overflowed: u64,
    interrupts: u64,
    selected: u64,
    user: u64,
    /// Of the event counters, and behind them the cycle counter.
    types: [u64; COUNTERS + 1],
    counts: [u64; COUNTERS + 1],
    /// What had happened at each level when the counters were brought up to date.
    seen: Totals,
}

/// Instructions and cycles at each level.
#[derive(Copy, Clone, Default, Debug)]
struct Totals {
    retired: [u64; MODES],
    cycles: [u64; MODES],
}

impl Pmu {
    /// One that counts nothing, with its interrupt.
    pub fn new(line: Line) -> Self {
        Pmu { state: RefCell::default(), counts: Cell::new(false), line }
    }

    /// Brings all counters up to date, before what they count changes.
    pub(super) fn catch_up(cx: Cx<'_>) {
        with(cx, |_| {});
    }

    /// Does what is due now, before an instruction.
    pub(in crate::aarch64) fn attend(hart: &Hart<AArch64>) {
        if hart.arch.pmu.counts.get() {
            with(Cx::between(hart), |_| {});
        }
    }

    /// The instruction time at which the next counter overflows with its interrupt enabled, if the hart stays at its level.
    pub(in crate::aarch64) fn next_event(hart: &Hart<AArch64>) -> Option<u64> {
        if !hart.arch.pmu.counts.get() {
            return None;
        }
        let cx = Cx::between(hart);
        let state = hart.arch.pmu.state.borrow();
        let here = 1u64 << hart.mode.get();
        let pending = state.since(cx);
        let watched =
            (0..=COUNTERS).filter(|&n| state.interrupts >> bit(n) & 1 != 0 && state.levels(hart, n) & here != 0);
        let remaining = watched.map(|n| {
            let count = state.counts[n].wrapping_add(sum(state.counted(&pending, n), state.levels(hart, n)));
            let left = match state.limit(n) {
                0 => count.wrapping_neg(),
                limit => limit - count % limit,
            };
            // How many instructions so many cycles are, a model does not foretell: at least these.
            let is_modelled = state.counts_cycles(n) && hart.timed_by().is_some();
            if is_modelled { left.div_ceil(MOST_CYCLES) } else { left }
        });
        remaining.filter(|&left| left > 0).min().and_then(|left| cx.now().checked_add(left))
    }
}

/// The bit of a counter in masks.
fn bit(counter: usize) -> usize {
    if counter == COUNTERS { CYCLES } else { counter }
}

/// Of these counts by level those at the levels in a mask.
fn sum(counts: &[u64; MODES], levels: u64) -> u64 {
    (0..MODES).filter(|level| levels >> level & 1 != 0).map(|level| counts[level]).fold(0, u64::wrapping_add)
}

/// What has happened at each level up to a moment.
fn totals(cx: Cx<'_>) -> Totals {
    let hart = cx.hart;
    // The hart counts as if all of the present slice had retired.
    let up_to = |mut by_level: [u64; MODES], all: u64, now: u64| {
        let here = &mut by_level[hart.mode.get() as usize % MODES];
        *here = here.wrapping_sub(all.wrapping_sub(now));
        by_level
    };
    Totals {
        retired: up_to(hart.retired_by_mode(), hart.retired.get(), cx.retired),
        cycles: up_to(hart.cycles_by_mode(), hart.cycles(), cx.cycles),
    }
}

impl State {
    /// What has happened at each level since the counters were brought up to date.
    fn since(&self, cx: Cx<'_>) -> Totals {
        let (now, seen) = (totals(cx), &self.seen);
        let more = |now: [u64; MODES], seen: [u64; MODES]| std::array::from_fn(|n| now[n].wrapping_sub(seen[n]));
        Totals { retired: more(now.retired, seen.retired), cycles: more(now.cycles, seen.cycles) }
    }

    fn counts_cycles(&self, counter: usize) -> bool {
        counter == COUNTERS || self.types[counter] & EVENT == event::CPU_CYCLES
    }

    /// Of what has happened that which a counter counts.
    fn counted<'t>(&self, totals: &'t Totals, counter: usize) -> &'t [u64; MODES] {
        if self.counts_cycles(counter) { &totals.cycles } else { &totals.retired }
    }

    /// The levels at which a counter counts instructions or cycles; none if it is off or counts something else.
    fn levels(&self, hart: &Hart<AArch64>, counter: usize) -> u64 {
        let kind = self.types[counter];
        let counted = counter == COUNTERS || matches!(kind & EVENT, event::INST_RETIRED | event::CPU_CYCLES);
        if self.control & pmcr::E == 0 || self.enabled >> bit(counter) & 1 == 0 || !counted {
            return 0;
        }
        // The cycle counter asks PMCR_EL0.DP whether it matters.
        let asks = counter != COUNTERS || self.control & pmcr::DP != 0;
        levels_of(hart, kind) & !if asks { prohibited(hart) } else { 0 }
    }

    /// Where a counter wraps to 0 and is noted as overflowed; 0 stands for 2^64.
    fn limit(&self, counter: usize) -> u64 {
        if counter == COUNTERS && self.control & pmcr::LC != 0 { 0 } else { 1 << 32 }
    }

    /// Brings all counters up to date.
    fn catch_up(&mut self, cx: Cx<'_>) {
        let since = self.since(cx);
        for counter in 0..=COUNTERS {
            self.add(counter, sum(self.counted(&since, counter), self.levels(cx.hart, counter)));
        }
        self.seen = totals(cx);
    }

    fn add(&mut self, counter: usize, events: u64) {
        let (limit, old) = (self.limit(counter), self.counts[counter]);
        let (new, carried) = old.overflowing_add(events);
        // The cycle counter has 64 bits in either case.
        let overflowed = match limit {
            0 => carried,
            limit => old % limit + events >= limit,
        };
        self.counts[counter] = if counter == COUNTERS || limit == 0 { new } else { new % limit };
        if overflowed {
            self.overflowed |= 1 << bit(counter);
        }
    }

    /// The counter that PMSELR_EL0 or an encoding names.
    fn typed(&mut self, number: u64) -> Option<&mut u64> {
        match number {
            31 => Some(&mut self.types[COUNTERS]),
            n if (n as usize) < COUNTERS => Some(&mut self.types[n as usize]),
            _ => None,
        }
    }
}

/// Brings the counters up to date, changes or reads something, and drives the interrupt.
fn with<T>(cx: Cx<'_>, change: impl FnOnce(&mut State) -> T) -> T {
    let pmu = &cx.hart.arch.pmu;
    let mut state = pmu.state.borrow_mut();
    state.catch_up(cx);
    let result = change(&mut state);
    pmu.counts.set(state.control & pmcr::E != 0 && state.enabled != 0);
    pmu.line.set(state.control & pmcr::E != 0 && state.overflowed & state.interrupts != 0);
    result
}

fn user(hart: &Hart<AArch64>, bits: u64) -> bool {
    hart.arch.pmu.state.borrow().user & (bits | user::EN) != 0
}

fn any(hart: &Hart<AArch64>) -> bool {
    user(hart, 0)
}

fn set_control(cx: Cx<'_>, value: u64) {
    with(cx, |state| {
        if value & pmcr::P != 0 {
            state.counts[..COUNTERS].fill(0);
        }
        if value & pmcr::C != 0 {
            state.counts[COUNTERS] = 0;
        }
        state.control = value & pmcr::KEPT;
    });
}

fn software_increment(cx: Cx<'_>, counters: u64) {
    with(cx, |state| {
        for counter in (0..COUNTERS).filter(|&n| counters >> n & 1 != 0) {
            let on = state.control & pmcr::E != 0 && state.enabled >> counter & 1 != 0;
            if on && state.types[counter] & EVENT == event::SW_INCR {
                state.add(counter, 1);
            }
        }
    });
}

fn count(cx: Cx<'_>, counter: usize) -> u64 {
    with(cx, |state| state.counts[counter])
}

fn set_count(cx: Cx<'_>, counter: usize, value: u64) {
    with(cx, |state| state.counts[counter] = if counter == COUNTERS { value } else { value & 0xffff_ffff });
}

fn kind(cx: Cx<'_>, counter: usize) -> u64 {
    with(cx, |state| state.types[counter])
}

fn set_kind(cx: Cx<'_>, counter: usize, value: u64) {
    let events = if counter == COUNTERS { 0 } else { EVENT };
    let mask = filters(cx.hart) | events;
    with(cx, |state| state.types[counter] = value & mask);
}

pub(super) static TABLE: &[Register] = registers! {
    "pmintenset_el1" (3 0 9 14 1) System => (|cx| with(cx, |s| s.interrupts)), |cx, v| with(cx, |s| s.interrupts |= v & MASK);
    "pmintenclr_el1" (3 0 9 14 2) System => (|cx| with(cx, |s| s.interrupts)), |cx, v| with(cx, |s| s.interrupts &= !v);
    // No implementer: what it has of them. N is the number of counters.
    "pmcr_el0" (3 3 9 12 0) Trapped(any) => (|cx| with(cx, |s| s.control | (COUNTERS as u64) << 11)), set_control;
    "pmcntenset_el0" (3 3 9 12 1) Trapped(any) => (|cx| with(cx, |s| s.enabled)), |cx, v| with(cx, |s| s.enabled |= v & MASK);
    "pmcntenclr_el0" (3 3 9 12 2) Trapped(any) => (|cx| with(cx, |s| s.enabled)), |cx, v| with(cx, |s| s.enabled &= !v);
    "pmovsclr_el0" (3 3 9 12 3) Trapped(any) => (|cx| with(cx, |s| s.overflowed)), |cx, v| with(cx, |s| s.overflowed &= !v);
    "pmswinc_el0" (3 3 9 12 4) Trapped(|hart| user(hart, user::SW)) => _, software_increment;
    "pmselr_el0" (3 3 9 12 5) Trapped(|hart| user(hart, user::ER)) => (|cx| with(cx, |s| s.selected)), |cx, v| with(cx, |s| s.selected = v & 31);
    "pmceid0_el0" (3 3 9 12 6) Trapped(any) => (|_| 1 << event::SW_INCR | 1 << event::INST_RETIRED | 1 << event::CPU_CYCLES);
    "pmceid1_el0" (3 3 9 12 7) Trapped(any) => (|_| 0);
    "pmccntr_el0" (3 3 9 13 0) Trapped(|hart| user(hart, user::CR)) => (|cx| count(cx, COUNTERS)), |cx, v| set_count(cx, COUNTERS, v);
    "pmxevtyper_el0" (3 3 9 13 1) Trapped(any) => (|cx| with(cx, |s| { let n = s.selected; s.typed(n).map_or(0, |kind| *kind) })),
        |cx, v| match with(cx, |s| s.selected) {
            31 => set_kind(cx, COUNTERS, v),
            n if (n as usize) < COUNTERS => set_kind(cx, n as usize, v),
            _ => {}
        };
    "pmxevcntr_el0" (3 3 9 13 2) Trapped(|hart| user(hart, user::ER)) => (|cx| match with(cx, |s| s.selected) as usize {
            n if n < COUNTERS => count(cx, n),
            _ => 0,
        }),
        |cx, v| match with(cx, |s| s.selected) as usize {
            n if n < COUNTERS => set_count(cx, n, v),
            _ => {}
        };
    "pmuserenr_el0" (3 3 9 14 0) super::Gate::UserReads => (|cx| with(cx, |s| s.user)), |cx, v| with(cx, |s| s.user = v & 15);
    "pmovsset_el0" (3 3 9 14 3) Trapped(any) => (|cx| with(cx, |s| s.overflowed)), |cx, v| with(cx, |s| s.overflowed |= v & MASK);
    "pmevcntr0_el0" (3 3 14 8 0) Trapped(|hart| user(hart, user::ER)) => (|cx| count(cx, 0)), |cx, v| set_count(cx, 0, v);
    "pmevcntr1_el0" (3 3 14 8 1) Trapped(|hart| user(hart, user::ER)) => (|cx| count(cx, 1)), |cx, v| set_count(cx, 1, v);
    "pmevcntr2_el0" (3 3 14 8 2) Trapped(|hart| user(hart, user::ER)) => (|cx| count(cx, 2)), |cx, v| set_count(cx, 2, v);
    "pmevcntr3_el0" (3 3 14 8 3) Trapped(|hart| user(hart, user::ER)) => (|cx| count(cx, 3)), |cx, v| set_count(cx, 3, v);
    "pmevtyper0_el0" (3 3 14 12 0) Trapped(any) => (|cx| kind(cx, 0)), |cx, v| set_kind(cx, 0, v);
    "pmevtyper1_el0" (3 3 14 12 1) Trapped(any) => (|cx| kind(cx, 1)), |cx, v| set_kind(cx, 1, v);
    "pmevtyper2_el0" (3 3 14 12 2) Trapped(any) => (|cx| kind(cx, 2)), |cx, v| set_kind(cx, 2, v);
    "pmevtyper3_el0" (3 3 14 12 3) Trapped(any) => (|cx| kind(cx, 3)), |cx, v| set_kind(cx, 3, v);
    "pmccfiltr_el0" (3 3 14 15 7) Trapped(any) => (|cx| kind(cx, COUNTERS)), |cx, v| set_kind(cx, COUNTERS, v);
};
