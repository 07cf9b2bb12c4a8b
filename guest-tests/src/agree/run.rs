//! Runs a program on both engines side by side, in slices of random length, and tells where they part.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use emu_core::executor::{Detail, Executor};
use emu_core::hart::{Arch, Hart};
use emu_core::interp::run::Interp;
use emu_core::isa::Kind;
use emu_core::machine::{Ended, Machine, Stats};
use emu_core::profile::{Functions, KeptCosts, Paths};
use emu_core::slot::Slot;
use emu_jit::Jit;
use emu_mem::GuestPhys;

use super::image::{CODE, DATA, DISTANCE, PARTS};
use super::program::{Program, World};
use crate::rng::Rng;

/// Slices between two looks at everything but registers.
const SLICES: u64 = 16;
const PANIC: &str = "a panic: ";
/// Differences of a kind that are shown.
const SHOWN: usize = 8;

/// What a run that agrees has done; see [`Done::NAMES`].
#[derive(Copy, Clone, Default, Debug)]
pub struct Done(pub [u64; Done::NAMES.len()]);

impl Done {
    /// What is counted.
    pub const NAMES: [&'static str; 7] = [
        "instructions",
        "of these in translated code",
        "regions translated",
        "instructions of these",
        "exceptions",
        "interrupts",
        "regions dropped as their code had changed",
    ];
}

/// Where engines part.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Instructions that had retired before the slice.
    pub after: u64,
    /// Instructions of the slice.
    pub slice: u64,
    /// What differs, one thing a line: the interpreter's first.
    pub what: String,
}

impl Difference {
    /// Whether an engine gave up.
    pub fn is_panic(&self) -> bool {
        self.what.contains(PANIC)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { after, slice, what } = self;
        writeln!(out, "  after {after} instructions, within {slice} more; interpreter, translator:\n{what}")
    }
}

/// An executor that can be looked at while a machine has it.
struct Shared<A: Arch>(Rc<RefCell<dyn Executor<A>>>);

impl<A: Arch> Executor<A> for Shared<A> {
    fn run(&mut self, hart: &Hart<A>, budget: u64) {
        self.0.borrow_mut().run(hart, budget);
    }
    fn peek(&mut self, hart: &Hart<A>) -> Option<(u32, u16)> {
        self.0.borrow_mut().peek(hart)
    }
    fn executions(&self) -> Option<(Vec<u64>, Vec<u64>)> {
        self.0.borrow().executions()
    }
    fn details(&self) -> Vec<Detail> {
        self.0.borrow().details()
    }
    fn recent(&self) -> Vec<u64> {
        self.0.borrow().recent()
    }
}

/// A machine with one engine.
struct Side<W: World> {
    machine: Machine<W::Arch>,
    executor: Rc<RefCell<dyn Executor<W::Arch>>>,
    ended: Option<Ended>,
}

impl<W: World> Side<W> {
    fn new(program: &Program<W>, executor: Rc<RefCell<dyn Executor<W::Arch>>>) -> Self {
        let mut machine = program.machine();
        machine.time_by(program.running.model);
        machine.execute_with(|_| Box::new(Shared(executor.clone())));
        Side { machine, executor, ended: None }
    }

    fn hart(&self) -> &Hart<W::Arch> {
        &self.machine.harts()[0]
    }

    fn run(&mut self, insns: u64) {
        if self.ended.is_none() {
            self.ended = self.machine.run(insns);
            // Where the last blocks began is no property of the guest.
            if let Some(Ended::Stuck(stuck)) = &mut self.ended {
                stuck.recent.clear();
            }
        }
    }

    fn registers(&self) -> Vec<(Slot, u64)> {
        let slots = W::SLOTS.iter().cloned().flatten().map(Slot);
        slots.map(|slot| (slot, self.hart().slots.get(slot))).collect()
    }

    /// Everything that has a name, but for the slots.
    fn system(&self) -> Vec<(String, u64)> {
        let mut system = vec![("mode".into(), u64::from(self.hart().mode.get()))];
        W::Arch::named_words(self.hart(), &mut |name, word| system.push((name.to_owned(), word)));
        system
    }

    /// The tree of calls and the calls, as text; nothing if they are not kept.
    fn calls(&self) -> Vec<String> {
        let executor = self.executor.borrow();
        let Some(mut paths) = executor.paths().cloned() else { return Vec::new() };
        paths.count(self.hart().retired.get());
        let (nodes, calls) = (paths.nodes(), paths.calls());
        nodes.iter().map(|node| format!("{node:x?}")).chain(calls.iter().map(|call| format!("{call:x?}"))).collect()
    }

    fn memory(&self, part: Range<usize>) -> Vec<u8> {
        let mut memory = vec![0; part.len()];
        let at = GuestPhys(W::BASE + part.start as u64);
        self.machine.board.bus.memory().read_bytes(at, &mut memory).expect("RAM is there");
        memory
    }
}

/// Runs it. What panics counts as a difference.
///
/// # Errors
/// Where the engines part.
pub fn run<W: World>(program: &Program<W>) -> Result<Done, Difference> {
    catch_unwind(AssertUnwindSafe(|| run_both(program))).unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
        let what = format!("    {PANIC}{}\n", text.unwrap_or("without a text"));
        Err(Difference { after: 0, slice: program.running.budget, what })
    })
}

fn run_both<W: World>(program: &Program<W>) -> Result<Done, Difference> {
    let running = program.running;
    let mut rng = Rng::new(!program.seed);
    let mut interp = Interp::default();
    let mut jit = Jit::new(running.options()).expect("translated code can be made and run on hosts that tests run on");
    if running.calls {
        let functions = Rc::new(functions(program.seed, W::BASE));
        let kept = if program.seed.is_multiple_of(2) { KeptCosts::Events } else { KeptCosts::Instructions };
        interp.keep_paths(Paths::new(Rc::clone(&functions), kept));
        jit.keep_paths(Paths::new(functions, kept));
    }
    let interp = Rc::new(RefCell::new(interp));
    let jit = Rc::new(RefCell::new(jit));
    let mut sides = [Side::new(program, interp), Side::new(program, jit.clone())];
    let (mut slices, mut over) = (0, false);
    while !over {
        let after = sides[0].machine.retired();
        let rest = running.budget - after;
        // Now and then one instruction alone, so that the next slice begins where it may not otherwise.
        let slice = if rng.chance(10) { 1 } else { 1 + rng.below(running.slice) }.min(rest);
        sides.iter_mut().for_each(|side| side.run(slice));
        slices += 1;
        over = slice == rest || sides.iter().any(|side| side.ended.is_some());
        let what = differences(&sides, over, slices % SLICES == 0);
        if !what.is_empty() {
            return Err(Difference { after, slice, what });
        }
    }
    let (stats, jit) = (sides[0].machine.stats(), jit.borrow().stats());
    let Stats { instructions, exceptions, interrupts, .. } = stats;
    let emu_jit::Stats { retired, regions, compiled_insns, dropped, .. } = jit;
    Ok(Done([instructions, retired, regions, compiled_insns, exceptions, interrupts, dropped]))
}

/// Functions at random places, wherever the program's own are.
fn functions(seed: u64, base: u64) -> Functions {
    let mut rng = Rng::new(seed ^ 0x6675_6e63);
    let mut function = |from: u32, to: u32| {
        let start = base + u64::from(from) + 2 * rng.below(u64::from(to - from) / 2);
        let most = 2 << rng.below(9);
        start..start + 2 * (1 + rng.below(most))
    };
    let near: Vec<_> = (0..40).map(|_| function(CODE, DATA)).collect();
    Functions::new(near.into_iter().chain((0..4).map(|_| function(DISTANCE + CODE, DISTANCE + DATA))))
}

/// What differs, as text; nothing if that is nothing.
fn differences<W: World>([interp, jit]: &[Side<W>; 2], over: bool, look: bool) -> String {
    let mut text = String::new();
    let mut note = |what: String, ours: &dyn std::fmt::Debug, theirs: &dyn std::fmt::Debug| {
        writeln!(text, "    {what}: {ours:x?}, {theirs:x?}").expect("text takes text");
    };
    let (a, b) = (interp.hart(), jit.hart());
    let mut differs = false;
    for (what, a, b) in [
        ("retired", a.retired.get(), b.retired.get()),
        ("cycles", a.cycles(), b.cycles()),
        ("pc", a.pc.get(), b.pc.get()),
    ] {
        if a != b {
            differs = true;
            note(what.into(), &a, &b);
        }
    }
    for ((slot, a), (_, b)) in interp.registers().into_iter().zip(jit.registers()) {
        if a != b {
            differs = true;
            note(W::Arch::slot_name(slot).to_owned(), &a, &b);
        }
    }
    if interp.ended != jit.ended {
        differs = true;
        note("end".into(), &interp.ended, &jit.ended);
    }
    if !differs && !over && !look {
        return text;
    }
    for ((name, a), (_, b)) in interp.system().into_iter().zip(jit.system()) {
        if a != b {
            note(name, &a, &b);
        }
    }
    if interp.machine.state_hash() != jit.machine.state_hash() && !differs {
        note("the state's hash".into(), &interp.machine.state_hash(), &jit.machine.state_hash());
    }
    if !differs && !over {
        return text;
    }
    let counts = |side: &Side<W>| side.executor.borrow().executions().expect("both count");
    let ((all, taken), (all_b, taken_b)) = (counts(interp), counts(jit));
    for (what, a, b) in [("executions", all, all_b), ("taken", taken, taken_b)] {
        let rows = a.len().max(b.len());
        let at = |counts: &[u64], row: usize| counts.get(row).copied().unwrap_or(0);
        // Of jumps nobody counts how many are taken.
        let counted =
            |row: usize| what == "executions" || W::Arch::table().get(row).is_some_and(|row| row.kind == Kind::Branch);
        let differ = (0..rows).filter(|&row| counted(row) && at(&a, row) != at(&b, row));
        // Behind the table's rows stands what is undefined.
        let name = |row: usize| W::Arch::table().get(row).map_or("undefined", |row| row.name);
        differ.take(SHOWN).for_each(|row| note(format!("{what} of {}", name(row)), &at(&a, row), &at(&b, row)));
    }
    let [calls, other] = [interp, jit].map(Side::calls);
    if calls != other {
        let differ = calls.iter().zip(&other).filter(|(a, b)| a != b);
        differ.take(SHOWN).for_each(|(a, b)| note("calls".to_owned(), a, b));
        note("ways".to_owned(), &calls.len(), &other.len());
    }
    let (stats, other) = (interp.machine.stats(), jit.machine.stats());
    if stats != other && !differs {
        note("counts".into(), &stats, &other);
    }
    for part in PARTS {
        let (memory, other) = (interp.memory(part.clone()), jit.memory(part.clone()));
        if memory != other {
            let words = memory.chunks_exact(8).zip(other.chunks_exact(8)).enumerate();
            for (n, (a, b)) in words.filter(|(_, (a, b))| a != b).take(SHOWN) {
                let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
                note(format!("[{:#x}]", W::BASE + (part.start + 8 * n) as u64), &word(a), &word(b));
            }
        }
    }
    text
}
