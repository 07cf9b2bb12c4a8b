//! `--verify`: runs the program on the interpreter beside the engine that was chosen, slice by slice, and compares the whole
//! state of both machines after each. Where they part, `narrow` looks for the instruction.
//!
//! The engine's machine is the one that the user sees: its console is the terminal, its limits and its summary are the run's.
//! The interpreter's says nothing and gets the same input.

mod narrow;
mod state;
mod tape;

use anyhow::{Result, bail};
use emu_devices::console::{Console, Source};
use emu_devices::virtio::block::{Access, DiskSpec};

use self::state::{Comparison, agree_in_all, state_agrees};
use self::tape::Tape;
use crate::cli::machine::{Engine, Limits, MachineArgs, Notes};
use crate::guest::Guest;
use crate::output;
use crate::report::mismatch;
use crate::report::number::grouped;
use crate::session::{self, End, Install, Session};

pub(crate) use self::narrow::{Finding, Shown};
pub(crate) use self::state::Difference;

/// All of memory is compared when so many instructions have run, and then whenever they have doubled.
const WHOLE_INSNS: u64 = 50_000_000;

/// How the machines are made that run beside the first one.
pub(crate) struct Lab<A: Guest> {
    tape: Tape,
    disks: Vec<DiskSpec>,
    /// Instructions between two comparisons.
    slice: u64,
    reference: Install<A>,
    /// The engine that is verified.
    chosen: Install<A>,
    /// The same engine, so that it translates each instruction by itself.
    singly: Install<A>,
}

impl<A: Guest> Lab<A> {
    /// For the engine that the arguments name, which notes the same in every run.
    ///
    /// # Errors
    ///
    /// There is nothing to verify, or a disk would be written by two machines.
    pub(crate) fn new(args: &MachineArgs, notes: &Notes, disks: Vec<DiskSpec>, slice: u64) -> Result<Self> {
        if args.engine == Engine::Interp {
            bail!(
                "--verify compares an engine with the interpreter, not the interpreter with itself; choose --engine auto or jit"
            );
        }
        if args.semihosting_dir.is_some() {
            bail!(
                "--verify: files of --semihosting-dir cannot be written by two machines; leave one of the options out"
            );
        }
        let interp = MachineArgs { engine: Engine::Interp, ..args.clone() };
        let singly = MachineArgs { engine: Engine::Jit, ..args.clone() };
        let lab = Lab {
            tape: Tape::default(),
            disks,
            slice,
            reference: session::install(&interp, notes.clone(), false),
            chosen: session::install(args, notes.clone(), false),
            singly: session::install(&singly, notes.clone(), true),
        };
        lab.disks.iter().try_for_each(refuse_writable)?;
        Ok(lab)
    }

    /// Notes the input of the first machine for all others.
    pub(crate) fn record(&self, source: Source) -> Source {
        self.tape.record(source)
    }

    /// Another machine like that of `session`, as it was at first: the program's only trace are its console's counts.
    fn session(&self, session: &Session<A>, engine: &Install<A>) -> Result<Session<A>> {
        let console = Console::new(Box::new(std::io::sink())).with_input(self.tape.play());
        let disks = self.disks.iter().map(|disk| disk.open().map_err(|error| anyhow::anyhow!("{error}")));
        session.again(engine, console, disks.collect::<Result<_>>()?)
    }
}

/// Two machines cannot write one file.
fn refuse_writable(disk: &DiskSpec) -> Result<()> {
    if disk.access == Access::Writable {
        let path = disk.path.display();
        bail!("disk {path}: with --verify several machines would write it; add ,overlay or ,readonly");
    }
    Ok(())
}

/// A point of a run at which the machines were equal.
#[derive(Copy, Clone, Default)]
struct Agreed {
    slices: u64,
    insns: u64,
}

/// What showed that the machines are not equal any more.
#[derive(Copy, Clone, PartialEq, Eq)]
enum By {
    /// Registers, counts, or how the run ended.
    State,
    /// Pages that the interpreter has written; the state agrees.
    Pages,
    /// All of memory and all counts; everything else agrees.
    All,
}

/// Runs `session`, which has not run yet, beside the interpreter.
///
/// # Errors
///
/// The other machine cannot be made.
pub(crate) fn run<A: Guest>(session: &mut Session<A>, lab: &Lab<A>, limits: Limits) -> Result<End> {
    session.board_disks().try_for_each(|disk| refuse_writable(&DiskSpec::parse(disk)))?;
    let mut reference = lab.session(session, &lab.reference)?;
    let mut comparison = Comparison::new(&reference);
    // Where they were last equal as far as a slice shows, and where in all of memory.
    let (mut near, mut whole) = (Agreed::default(), Agreed::default());
    let mut looks_at_all_from = WHOLE_INSNS;
    let mut parted = None;
    let end = session.run_sliced(limits, lab.slice, |session, budget, end| {
        let other = reference.step(budget);
        if !same_end(&end, &other) || !state_agrees(session, &reference) {
            parted = Some(By::State);
        } else if !comparison.pages_agree(session, &reference) {
            parted = Some(By::Pages);
        } else {
            near = Agreed { slices: near.slices + 1, insns: session.insns() };
            if end.is_some() || near.insns >= looks_at_all_from {
                if agree_in_all(session, &reference) {
                    (whole, looks_at_all_from) = (near, near.insns.saturating_mul(2));
                } else {
                    parted = Some(By::All);
                }
            }
        }
        if parted.is_some() { Some(End::Wrong(String::new())) } else { end }
    });
    // A limit ends a run without another look.
    if parted.is_none() && !agree_in_all(session, &reference) {
        parted = Some(By::All);
    }
    let Some(by) = parted else { return Ok(end) };
    // Said now, because an engine that is wrong may well do worse when it runs again.
    output::tell(format_args!(
        "emu: the engines differ between instruction {} and {}; the program runs again to find out where\n",
        grouped(if by == By::State { near } else { whole }.insns),
        grouped(session.insns())
    ));
    let finding = narrow::find(lab, session, &reference, near, whole, by);
    Ok(End::Wrong(mismatch::text(&finding, session)))
}

/// Whether two machines have ended alike. What they tell of a guest that is stuck may depend on the engine.
fn same_end(a: &Option<End>, b: &Option<End>) -> bool {
    match (a, b) {
        (Some(End::Stuck(_)), Some(End::Stuck(_))) => true,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests;
