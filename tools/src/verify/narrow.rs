//! Looks for the instruction at which an engine parts from the interpreter, by running the program again from its start,
//! as often as that takes. Everything repeats: input comes from the tape, disks are as they were.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use anyhow::Result;
use emu_core::slot::Slot;
use emu_jit::{GuestInsn, Translated};

use super::state::{Comparison, Difference, agree_in_all, differences, memory_agrees, state_agrees};
use super::{Agreed, By, Lab, same_end};
use crate::guest::Guest;
use crate::input;
use crate::session::Session;

/// So many instructions are translated and compared one by one at most: a second or two.
const SINGLE_INSNS: u64 = 200_000;
/// So many of the last instructions are kept.
const MAX_RAN: usize = 24;
/// So many translations are shown at most.
const MAX_REGIONS: usize = 2;

/// How the place was found, which is how it can be found again.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Shown {
    /// The engine is wrong where it translates each instruction by itself.
    Singly,
    /// It is wrong in the shortest run of instructions that it ran in one go; it is right in every shorter one.
    Together,
    /// It was wrong once, and not when the program ran again.
    Once,
}

/// An instruction that the interpreter has run.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    /// On which hart.
    pub(crate) hart: usize,
    /// Which.
    pub(crate) insn: GuestInsn,
    /// Whether it was the last to write a register that differs.
    pub(crate) suspect: bool,
    writes: Option<Slot>,
}

/// Where the engines part.
pub(crate) struct Finding<A: Guest> {
    /// How it was found.
    pub(crate) shown: Shown,
    /// So many instructions have run, by all harts, where they last agreed.
    pub(crate) agreed_insns: u64,
    /// So many, where they did not.
    pub(crate) insns: u64,
    /// Each hart's next instruction where they last agreed, if that is known.
    pub(crate) places: Vec<u64>,
    /// In what they differ.
    pub(crate) differences: Vec<Difference>,
    /// The last instructions that ran before that, oldest first.
    pub(crate) ran: Vec<Ran>,
    /// The translations that have them.
    pub(crate) regions: Vec<Rc<Translated<A>>>,
}

/// Narrows a difference between `session` and `reference`, which `by` shows now. They were equal at `near` as far as slices
/// show, and at `whole` altogether.
pub(super) fn find<A: Guest>(
    lab: &Lab<A>,
    session: &Session<A>,
    reference: &Session<A>,
    near: Agreed,
    whole: Agreed,
    by: By,
) -> Finding<A> {
    let insns = session.insns().max(reference.insns());
    let again = || -> Result<Option<Finding<A>>> {
        if by != By::All
            && let span @ ..=SINGLE_INSNS = insns - near.insns
            && let Some(found) = singly(lab, session, near, span)?
        {
            return Ok(Some(found));
        }
        // A store may have gone astray long before anybody read what it has left.
        let is_astray = by != By::State
            || near.slices != whole.slices && !Pair::at(lab, session, false, near.slices)?.agree_in_all();
        let from = if is_astray { whole } else { near };
        together(lab, session, from, insns - from.insns, is_astray)
    };
    let found = again().unwrap_or_else(|error| {
        tracing::warn!("the run cannot be repeated: {error:#}");
        None
    });
    found.unwrap_or_else(|| {
        let pcs = reference.machine().harts().iter().map(|hart| hart.pc.get());
        let regions = regions(session, pcs);
        let differences = differences(session, reference, true);
        let (places, ran) = (Vec::new(), Vec::new());
        Finding { shown: Shown::Once, agreed_insns: near.insns, insns, places, differences, ran, regions }
    })
}

/// Two machines that run side by side.
struct Pair<A: Guest> {
    subject: Session<A>,
    reference: Session<A>,
    comparison: Comparison,
}

impl<A: Guest> Pair<A> {
    /// Both at the end of so many slices.
    fn at(lab: &Lab<A>, like: &Session<A>, singly: bool, slices: u64) -> Result<Self> {
        let mut reference = lab.session(like, &lab.reference)?;
        let mut subject = lab.session(like, if singly { &lab.reference } else { &lab.chosen })?;
        for _ in 0..slices {
            subject.step(lab.slice);
            reference.step(lab.slice);
        }
        if singly {
            subject.go_on_with(&lab.singly)?;
        }
        let comparison = Comparison::new(&reference);
        Ok(Pair { subject, reference, comparison })
    }

    /// Runs both by `budget` instructions. What shows that they do not agree then, and whether the run has ended.
    fn step(&mut self, budget: u64) -> (Option<By>, bool) {
        let ends = (self.subject.step(budget), self.reference.step(budget));
        let state = same_end(&ends.0, &ends.1) && state_agrees(&self.subject, &self.reference);
        let pages = self.comparison.pages_agree(&self.subject, &self.reference);
        let parted = match (state, pages) {
            (false, _) => Some(By::State),
            (true, false) => Some(By::Pages),
            (true, true) => None,
        };
        (parted, ends.1.is_some())
    }

    fn agree_in_all(&self) -> bool {
        agree_in_all(&self.subject, &self.reference)
    }

    fn places(&self) -> Vec<u64> {
        self.reference.machine().harts().iter().map(|hart| hart.pc.get()).collect()
    }

    /// What there is to say now that they do not agree.
    fn finding(&self, shown: Shown, agreed_insns: u64, places: Vec<u64>, log: &Log) -> Finding<A> {
        let differences = differences(&self.subject, &self.reference, shown == Shown::Together);
        let ran = log.ran::<A>(&differences);
        let mut suspects: Vec<u64> = ran.iter().filter(|ran| ran.suspect).map(|ran| ran.insn.pc).collect();
        if suspects.is_empty() {
            suspects = ran.last().map(|ran| ran.insn.pc).into_iter().chain(places.iter().copied()).collect();
        }
        let regions = regions(&self.subject, suspects.into_iter().rev());
        let insns = self.reference.insns().max(self.subject.insns());
        Finding { shown, agreed_insns, insns, places, differences, ran, regions }
    }
}

/// Steps through `span` instructions, each of which is translated by itself.
fn singly<A: Guest>(lab: &Lab<A>, like: &Session<A>, from: Agreed, span: u64) -> Result<Option<Finding<A>>> {
    let mut pair = Pair::at(lab, like, true, from.slices)?;
    let log = Log::of(&mut pair.reference);
    for n in 0..span {
        let (places, before) = (pair.places(), pair.reference.insns());
        let (parted, has_ended) = pair.step(1);
        if let Some(by) = parted {
            // In pages it shows as late as the interpreter writes there.
            let is_here = by == By::State || {
                let mut earlier = Pair::at(lab, like, true, from.slices)?;
                for _ in 0..n {
                    earlier.step(1);
                }
                memory_agrees(&earlier.subject, &earlier.reference)
            };
            return Ok(is_here.then(|| pair.finding(Shown::Singly, before, places, &log)));
        }
        if has_ended || input::leaving() {
            break;
        }
    }
    Ok(None)
}

/// Halves the span that must run in one go for the engine to be wrong, as long as it then still is.
fn together<A: Guest>(
    lab: &Lab<A>,
    like: &Session<A>,
    from: Agreed,
    mut span: u64,
    is_astray: bool,
) -> Result<Option<Finding<A>>> {
    // What runs before the span, in pieces.
    let mut pieces = Vec::new();
    let mut found = None;
    let mut parts = vec![span];
    loop {
        let mut pair = Pair::at(lab, like, false, from.slices)?;
        for &piece in &pieces {
            pair.step(piece);
        }
        let log = Log::of(&mut pair.reference);
        let mut wrong = None;
        for &part in &parts {
            let (places, before) = (pair.places(), pair.reference.insns());
            if pair.step(part).0.is_some() || is_astray && !pair.agree_in_all() {
                found = Some(pair.finding(Shown::Together, before, places, &log));
                wrong = Some(part);
                break;
            }
            pieces.push(part);
        }
        match wrong {
            Some(part) if part > 1 && !input::leaving() => span = part,
            _ => return Ok(found),
        }
        parts = vec![span / 2, span - span / 2];
    }
}

/// The newest translations that have these instructions, the first instruction's first.
fn regions<A: Guest>(session: &Session<A>, pcs: impl Iterator<Item = u64>) -> Vec<Rc<Translated<A>>> {
    let all: Vec<_> = session.journals().iter().flat_map(|journal| journal.regions()).collect();
    let mut chosen: Vec<Rc<Translated<A>>> = Vec::new();
    for pc in pcs {
        let newest = all.iter().rev().find(|region| region.touches(&(pc..pc.saturating_add(1))));
        if let Some(region) = newest.filter(|region| !chosen.iter().any(|known| Rc::ptr_eq(known, region))) {
            chosen.push(Rc::clone(region));
        }
    }
    chosen.truncate(MAX_REGIONS);
    chosen
}

/// The last instructions that a machine has run.
struct Log(Rc<RefCell<VecDeque<Ran>>>);

impl Log {
    /// Of those that it runs from now on.
    fn of<A: Guest>(session: &mut Session<A>) -> Self {
        let ran = Rc::new(RefCell::new(VecDeque::with_capacity(MAX_RAN)));
        let log = Log(Rc::clone(&ran));
        session.observe(Box::new(move |commit| {
            let mut ran = ran.borrow_mut();
            if ran.len() == MAX_RAN {
                ran.pop_front();
            }
            let row = &A::table()[commit.row];
            let insn = GuestInsn { pc: commit.pc, word: commit.word, bytes: row.bytes.into() };
            let writes = (row.unpack)(commit.word).and_then(|operands| (row.dest)(&operands));
            ran.push_back(Ran { hart: commit.hart.id, insn, suspect: false, writes });
        }));
        log
    }

    /// They, with those marked that were the last to write a register that differs.
    fn ran<A: Guest>(&self, differences: &[Difference]) -> Vec<Ran> {
        let mut ran: Vec<Ran> = self.0.borrow().iter().cloned().collect();
        for difference in differences {
            let wrote = |ran: &&mut Ran| {
                let name = ran.writes.map(A::slot_name);
                Some(ran.hart) == difference.hart && name == Some(&difference.name)
            };
            if let Some(ran) = ran.iter_mut().rev().find(wrote) {
                ran.suspect = true;
            }
        }
        ran
    }
}
