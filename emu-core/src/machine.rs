//! A board with its harts, run by their executors on virtual time.
//!
//! Time is counted in retired instructions. Harts take turns: each runs through the same stretch of time, at most
//! [`QUANTUM_INSNS`] long if there are several, and events happen at their exact instruction. So a run depends on
//! nothing but the program, the board and the console's input; not on how its caller cuts it into budgets either.

mod regions;
mod stats;

use crate::executor::{Detail, Executor};
use crate::hart::{Arch, Hart, MemoryRecord};
use crate::image::Image;
use crate::interp::run::Interp;
use crate::isa::Kind;
use crate::observe::Observer;
use crate::profile::{Paths, Tally};
use crate::timing::Model;
use crate::trap::{Taken, Trap};
use emu_devices::board::Board;
use emu_devices::power::Request;
use emu_mem::{GuestPhys, TlbCounts};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

pub use regions::{MAX_REGIONS, Region};
pub use stats::Stats;

use regions::{Moment, Regions};

/// How long a turn is when several harts share time.
pub const QUANTUM_INSNS: u64 = 10_000;

/// How long the host rests when all harts wait for console input.
const INPUT_REST: Duration = Duration::from_millis(2);

/// How a run ended by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The guest asked for it.
    Exit {
        /// The guest's code.
        code: u64,
        /// The device it asked: `finisher`, `htif`, `semihosting`, `testbench`.
        by: &'static str,
    },
    /// The guest asked to be started again.
    Reset {
        /// The device it asked.
        by: &'static str,
    },
    /// No hart can go on.
    Stuck(Stuck),
}

/// Why a hart cannot go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stuck {
    /// Which hart.
    pub hart: usize,
    /// Its next instruction.
    pub pc: u64,
    /// The exception that its handler raises for ever; `None` if it waits for an interrupt that cannot come.
    pub trap: Option<Trap>,
    /// The trap after which no instruction has retired: what led to the one above. `None` if it waits.
    pub first: Option<Taken>,
    /// Where its last taken branches and jumps went, oldest first.
    pub recent: Vec<u64>,
}

/// One retired instruction, for traces.
pub struct Commit<'m, A: Arch> {
    /// Whose, with the state after the instruction.
    pub hart: &'m Hart<A>,
    /// Its address.
    pub pc: u64,
    /// The privilege level it ran in.
    pub mode: u8,
    /// Its encoding.
    pub word: u32,
    /// Its row in the table.
    pub row: usize,
    /// Its data accesses.
    pub memory: &'m [MemoryRecord],
}

impl<A: Arch> fmt::Display for Commit<'_, A> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        A::show_commit(self, out)
    }
}

/// Who is told of every retired instruction.
pub type Tracer<A> = Box<dyn FnMut(&Commit<'_, A>)>;

/// A machine.
pub struct Machine<A: Arch> {
    /// What is around the harts.
    pub board: Board,
    harts: Vec<Hart<A>>,
    executors: Vec<Box<dyn Executor<A>>>,
    /// Instruction time up to which every hart has run.
    time: u64,
    round: Round,
    tracer: Option<Tracer<A>>,
    regions: Regions,
}

/// Every hart's turn through one stretch of time. A budget may end in the middle; the next one goes on there.
#[derive(Default)]
struct Round {
    /// Whether it is under way.
    begun: bool,
    /// The stretch's end, in instruction time.
    until: u64,
    /// Whose turn it is.
    hart: usize,
    /// The latest time that a hart has reached.
    reached: u64,
}

/// Why a hart's turn is over, or interrupted.
enum Turn {
    Done,
    Waits,
    /// Not over: the caller's budget is used up.
    Budget,
    Ended(Ended),
}

impl<A: Arch> Machine<A> {
    /// A machine of a board and its harts, which have been reset. The interpreter runs them.
    pub fn new(board: Board, harts: Vec<Hart<A>>) -> Self {
        let executors = harts.iter().map(|_| Box::new(Interp::default()) as Box<dyn Executor<A>>).collect();
        Machine { board, harts, executors, time: 0, round: Round::default(), tracer: None, regions: Regions::default() }
    }

    /// Has each hart run by what `make` makes for it. To be called before the machine runs: what the executors so far have
    /// counted goes with them.
    pub fn execute_with(&mut self, make: impl FnMut(&Hart<A>) -> Box<dyn Executor<A>>) {
        self.executors = self.harts.iter().map(make).collect();
    }

    /// Puts a program into memory and connects its `tohost`. Harts start at the board's reset address or, if it has
    /// none, at the program's entry.
    ///
    /// # Errors
    /// Where a segment does not fit the board's memory.
    pub fn load(&mut self, image: &Image) -> Result<(), crate::image::Error> {
        image.load(self.board.bus.memory())?;
        self.board.write_device_tree();
        let notable = image.notable();
        if let Some(tohost) = notable.tohost {
            // One that lies outside RAM cannot be written either, so nothing is lost without it.
            let _ = self.board.attach_htif(tohost, notable.fromhost);
        }
        let start = self.board.reset_pc.unwrap_or(GuestPhys(image.entry().0));
        for hart in &self.harts {
            hart.pc.set(start.0);
            hart.code_changed();
            hart.tlb.refresh();
        }
        Ok(())
    }

    /// The harts.
    pub fn harts(&self) -> &[Hart<A>] {
        &self.harts
    }

    /// Where the last taken branches and jumps of a hart went, oldest first.
    pub fn recent(&self, hart: usize) -> Vec<u64> {
        self.executors[hart].recent()
    }

    /// Instructions retired by all harts.
    pub fn retired(&self) -> u64 {
        self.harts.iter().map(|hart| hart.retired.get()).sum()
    }

    /// Has the cycles of every hart counted by a timing model, instead of one for each instruction. To be called before the machine
    /// runs.
    pub fn time_by(&mut self, model: &'static Model) {
        self.harts.iter().for_each(|hart| hart.time_by(model));
    }

    /// Cycles of all harts, by the timing model.
    pub fn cycles(&self) -> u64 {
        self.harts.iter().map(Hart::cycles).sum()
    }

    /// The regions of interest that the guest has marked, in the order in which they first began.
    pub fn regions(&self) -> Vec<Region> {
        self.regions.all(self.moment())
    }

    fn moment(&self) -> Moment {
        Moment { instructions: self.retired(), cycles: self.cycles() }
    }

    /// What the executors tell of their work, summed over harts.
    pub fn details(&self) -> Vec<Detail> {
        let mut sums: Vec<Detail> = Vec::new();
        for (name, n) in self.executors.iter().flat_map(|executor| executor.details()) {
            match sums.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += n,
                None => sums.push((name, n)),
            }
        }
        sums
    }

    /// Counts of what has run.
    pub fn stats(&self) -> Stats {
        Stats::collect(&self.harts, &self.executors)
    }

    /// How often each instruction retired, by all harts together, in the order of addresses. `None` unless every executor keeps that.
    pub fn tallies(&self) -> Option<Vec<Tally>> {
        let mut sums = BTreeMap::new();
        for executor in &self.executors {
            for tally in executor.tallies()? {
                let sum = sums.entry((tally.pc, tally.word)).or_insert(tally.reset());
                sum.add(&tally);
                if A::row(tally.row.into()).1 != Kind::Branch {
                    sum.taken = 0;
                }
            }
        }
        Some(sums.into_values().collect())
    }

    /// The calls of a hart up to now. `None` unless its executor keeps them.
    pub fn paths(&self, hart: usize) -> Option<Paths> {
        let mut paths = self.executors[hart].paths()?.clone();
        let hart = &self.harts[hart];
        if hart.timed_by().is_some() {
            paths.at_cycle(hart.cycles());
        }
        paths.count(hart.retired.get());
        Some(paths)
    }

    /// What was seen of a hart's instructions. `None` unless its executor looks.
    pub fn observed(&self, hart: usize) -> Option<&Observer> {
        self.executors[hart].observed()
    }

    /// What the harts' TLBs did. Unlike [`stats`](Self::stats) it is no property of the guest: another version, a trace, or
    /// other budgets may make it different.
    pub fn tlb_counts(&self) -> TlbCounts {
        let mut sum = TlbCounts::default();
        self.harts.iter().for_each(|hart| sum += hart.tlb.counts());
        sum
    }

    /// Has `tracer` told of every instruction that retires from now on; `None` ends that. Traced runs are slow.
    pub fn trace(&mut self, tracer: Option<Tracer<A>>) {
        for hart in &self.harts {
            *hart.log.borrow_mut() = tracer.is_some().then(Vec::new);
            hart.tlb.flush_all();
        }
        self.tracer = tracer;
    }

    /// Runs until `budget` more instructions have retired, by all harts together, or the run ends. `None`: running on is
    /// possible, because the budget is used up, or because all harts wait for the console's input, which may take for
    /// ever: the caller may want to look at its own clock. How a run is cut into budgets changes nothing about it.
    pub fn run(&mut self, budget: u64) -> Option<Ended> {
        let mut budget = budget;
        for hart in &self.harts {
            hart.tlb.refresh();
        }
        loop {
            if !self.round.begun {
                if let Some(event) = self.idle_until() {
                    let Some(until) = event else { return Some(self.stuck(0, None)) };
                    if self.skip_to(until) {
                        return None;
                    }
                }
                // A hart alone has nobody to hand over to.
                let quantum = if self.harts.len() == 1 { u64::MAX } else { QUANTUM_INSNS };
                self.round =
                    Round { begun: true, until: self.time.saturating_add(quantum), hart: 0, reached: self.time };
                self.begin_turn();
            }
            match self.turn(self.round.hart, self.round.until, &mut budget) {
                Turn::Ended(ended) => return Some(ended),
                Turn::Budget => return None,
                Turn::Done => self.round.reached = self.round.until,
                Turn::Waits => {
                    let now = self.harts[self.round.hart].now();
                    self.round.reached = self.round.reached.max(now);
                }
            }
            self.round.hart += 1;
            if self.round.hart < self.harts.len() {
                self.begin_turn();
            } else {
                self.time = self.round.reached;
                self.round.begun = false;
            }
        }
    }

    /// The round's next hart starts where the round did, whatever others have done since.
    fn begin_turn(&mut self) {
        let id = self.round.hart;
        self.board.bus.memory().reservations().turn(id);
        self.board.requester.set(id);
        self.harts[id].start_turn(self.time);
    }

    /// Runs one hart until its time is `until`, it waits, or `budget`, from which is taken what retires, is used up.
    fn turn(&mut self, id: usize, until: u64, budget: &mut u64) -> Turn {
        loop {
            if self.board.power.is_pressed() {
                let now = self.moment();
                self.board.roi.take().into_iter().for_each(|signal| self.regions.take(signal, now));
                match self.board.power.take() {
                    Some(Request::Exit { code, by }) => return Turn::Ended(Ended::Exit { code, by }),
                    Some(Request::Reset { by }) => return Turn::Ended(Ended::Reset { by }),
                    None => {}
                }
            }
            let hart = &self.harts[id];
            if A::is_stuck(hart) {
                return Turn::Ended(self.stuck(id, Some(hart.trap.get())));
            }
            let now = hart.now();
            if now >= until {
                // Events that are due now belong to the next turn's first instruction.
                return Turn::Done;
            }
            if *budget == 0 {
                return Turn::Budget;
            }
            self.board.clock.set(now);
            if self.board.next_event().is_some_and(|at| at <= now) {
                self.board.tick();
                if self.board.power.is_pressed() {
                    continue;
                }
            }
            let hart = &self.harts[id];
            if hart.waiting.get() {
                if !A::wakes(hart) {
                    return Turn::Waits;
                }
                hart.waiting.set(false);
            }
            if let Some(cause) = A::pending_interrupt(hart) {
                A::take_interrupt(hart, cause);
                hart.redirected();
            }
            let event = [self.board.next_event(), A::next_event(hart)].into_iter().flatten().min();
            let stop = event.map_or(until, |at| at.max(now + 1).min(until));
            let (before, insns) = (hart.retired.get(), (stop - now).min(*budget));
            if self.tracer.is_some() {
                self.run_traced(id);
            } else {
                self.executors[id].run(hart, insns);
            }
            *budget -= self.harts[id].retired.get() - before;
        }
    }

    /// Runs one instruction and reports it.
    fn run_traced(&mut self, id: usize) {
        let hart = &self.harts[id];
        let (pc, mode, before) = (hart.pc.get(), hart.mode.get(), hart.retired.get());
        let peeked = self.executors[id].peek(hart);
        if let Some(log) = hart.log.borrow_mut().as_mut() {
            log.clear();
        }
        A::clear_log(hart);
        self.executors[id].run(hart, 1);
        if let (Some((word, row)), Some(tracer), true) = (peeked, &mut self.tracer, hart.retired.get() > before) {
            let log = hart.log.borrow();
            let memory = log.as_deref().unwrap_or_default();
            tracer(&Commit { hart, pc, mode, word, row: row as usize, memory });
        }
    }

    /// If all harts wait: the time of the next event, or `None` if there is none.
    fn idle_until(&self) -> Option<Option<u64>> {
        let waits = |hart: &Hart<A>| hart.waiting.get() && !A::wakes(hart);
        if !self.harts.iter().all(waits) {
            return None;
        }
        let own = self.harts.iter().filter_map(A::next_event);
        Some(own.chain(self.board.next_event()).min())
    }

    /// Lets time pass without instructions. True if the host has rested because only input can go on.
    fn skip_to(&mut self, until: u64) -> bool {
        let rests = self.board.waits_only_for_input() && self.harts.iter().all(|hart| A::next_event(hart).is_none());
        if rests {
            self.board.console.flush();
            std::thread::sleep(INPUT_REST);
        }
        self.time = self.time.max(until);
        for hart in &self.harts {
            hart.start_turn(self.time);
        }
        self.board.clock.set(self.time);
        self.board.tick();
        rests
    }

    fn stuck(&self, id: usize, trap: Option<Trap>) -> Ended {
        let hart = &self.harts[id];
        let first = trap.map(|_| A::first_trap(hart));
        Ended::Stuck(Stuck { hart: id, pc: hart.pc.get(), trap, first, recent: self.executors[id].recent() })
    }

    /// A hash of the harts' architectural state, their counts, and all console output. Memory is not part of it.
    pub fn state_hash(&self) -> u64 {
        // FNV-1a over 64-bit words.
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        let mut word = |w: u64| hash = (hash ^ w).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
        for hart in &self.harts {
            A::state_words(hart, &mut word);
            word(hart.retired.get());
        }
        word(self.board.console.hash());
        word(self.board.console.bytes());
        hash
    }
}
