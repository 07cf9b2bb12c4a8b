//! The options that say what machine a program runs on, shared by `run` and `test`.

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Once;
use std::time::Duration;

use anyhow::{Result, bail};
use emu_core::hart::{Arch, Hart};
use emu_core::interp::run::Interp;
use emu_core::machine::Machine;
use emu_core::observe;
use emu_core::profile::{Functions, KeptCosts, Paths};
use emu_core::timing::{MODELS, Model};
use emu_jit::{Jit, Journal, Tier};

use crate::values;

/// The machine.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Machine")]
pub(crate) struct MachineArgs {
    /// virt, spike, testbench, or a TOML file that describes a board
    #[arg(long, value_name = "NAME|FILE", default_value = "virt")]
    pub(crate) board: String,
    /// RISC-V: instruction set, such as rv32imc_zicsr [default: everything there is, for the program's width]
    #[arg(long, value_name = "ISA")]
    pub(crate) isa: Option<String>,
    /// AArch64: processor: cortex-a53, cortex-a72 or max [default: max]
    #[arg(long, value_name = "NAME", conflicts_with = "isa")]
    pub(crate) cpu: Option<String>,
    /// AArch64: highest exception level there is, where the program starts: 1, 2 for hypervisors, 3 for firmware [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "isa", value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(crate) el: Option<u8>,
    /// AArch64: interrupt controller of the board virt [default: 2]
    #[arg(long, value_name = "N", conflicts_with = "isa", value_parser = clap::value_parser!(u8).range(2..=3))]
    pub(crate) gic: Option<u8>,
    /// Size of the main memory, such as 256M [default: the board's]
    #[arg(long, value_name = "SIZE", value_parser = values::memory_bytes)]
    pub(crate) memory: Option<u64>,
    /// Number of harts [default: the board's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) harts: Option<u32>,
    /// What a misaligned load or store does
    #[arg(long, value_enum, default_value_t = Misaligned::Hardware)]
    pub(crate) misaligned: Misaligned,
    /// Decides every random number that a guest can see: rng-seed in the device tree. The same seed gives the same run
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = values::number)]
    pub(crate) seed: u64,
    /// Folder whose files the program can open by semihosting, and nothing outside it [default: none]
    #[arg(long, value_name = "DIR")]
    pub(crate) semihosting_dir: Option<PathBuf>,
    /// What executes the instructions
    #[arg(long, value_enum, default_value_t = Engine::Auto)]
    pub(crate) engine: Engine,
    /// Timing model that counts cycles: a core's name, such as picorv32 or ibex-small. docs/timing.md has them all
    #[arg(long, value_name = "NAME", default_value = "ideal", value_parser = values::model)]
    pub(crate) timing: &'static Model,
    /// Room for translated code; when it is full, translation starts anew
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = values::size_bytes)]
    pub(crate) code_memory: u64,
}

/// What a misaligned load or store does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Misaligned {
    /// It is done, across pages too
    Hardware,
    /// It raises an address-misaligned exception
    Trap,
}

impl Default for MachineArgs {
    /// The machine of a command line without options.
    fn default() -> Self {
        MachineArgs {
            board: "virt".to_owned(),
            isa: None,
            cpu: None,
            el: None,
            gic: None,
            memory: None,
            harts: None,
            misaligned: Misaligned::Hardware,
            seed: 0,
            semihosting_dir: None,
            engine: Engine::Auto,
            timing: &MODELS[0],
            code_memory: 64 << 20,
        }
    }
}

/// What is noted of a run that need not be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// What was translated.
    pub(crate) translations: bool,
    /// How often each instruction ran: what counts by kind are made from.
    pub(crate) places: bool,
    /// Along which calls.
    pub(crate) calls: Option<Calls>,
    /// What each instruction does to the stack and to memory, and what else is to be simulated; only the interpreter keeps that.
    pub(crate) observe: Option<observe::Options>,
}

/// Calls, as they are to be noted.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    /// The functions that call each other.
    pub(crate) functions: Rc<Functions>,
    /// What is kept along them.
    pub(crate) kept: KeptCosts,
}

impl Calls {
    /// None yet.
    fn paths(&self) -> Paths {
        Paths::new(Rc::clone(&self.functions), self.kept)
    }
}

/// What is chosen of an engine beside its kind.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Room for translated code.
    pub(crate) code_memory_bytes: u64,
    /// Whether each instruction is translated by itself.
    pub(crate) singly: bool,
    /// What is noted.
    pub(crate) notes: Notes,
}

/// What the translators of a machine note, if they do; one for each hart that has one.
pub(crate) type Journals<A> = Vec<Journal<A>>;

/// What executes the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    /// The interpreter
    Interp,
    /// The translator to host code, from the first instruction on
    Jit,
    /// The interpreter first; what is hot is translated
    Auto,
}

impl Engine {
    /// Has this engine run the machine's harts. Gives the journals, if translations are noted.
    ///
    /// # Errors
    ///
    /// It was asked for and cannot work on this host. [`Engine::Auto`] does without.
    pub(crate) fn install<A: Arch>(self, machine: &mut Machine<A>, choice: &Choice) -> Result<Journals<A>> {
        if choice.notes.places {
            machine.board.bus.count_accesses();
        }
        let tier = match self {
            Engine::Interp => {
                machine.execute_with(|hart| Box::new(interpreter(&choice.notes, hart)));
                return Ok(Vec::new());
            }
            Engine::Jit => Tier::Eager,
            Engine::Auto => Tier::Background,
        };
        let mut options = emu_jit::Options {
            tier,
            code_memory_bytes: usize::try_from(choice.code_memory_bytes).unwrap_or(usize::MAX),
            keeps_places: choice.notes.places,
            ..Default::default()
        };
        if choice.singly {
            options.region_insns = 1;
        }
        let mut made: Vec<Jit<A>> = Vec::new();
        for _ in machine.harts() {
            match Jit::new(options) {
                Ok(jit) => made.push(jit),
                Err(error) if self == Engine::Auto => {
                    // Once is enough, however many programs `emu test` runs.
                    static TOLD: Once = Once::new();
                    TOLD.call_once(|| eprintln!("emu: warning: {error}; everything is interpreted"));
                    return Engine::Interp.install(machine, choice);
                }
                Err(error) => bail!("--engine jit: {error}; use --engine interp"),
            }
        }
        if let Some(calls) = &choice.notes.calls {
            made.iter_mut().for_each(|jit| jit.keep_paths(calls.paths()));
        }
        let journals = if choice.notes.translations { made.iter_mut().map(Jit::journal).collect() } else { Vec::new() };
        let mut made = made.into_iter();
        machine.execute_with(|_| Box::new(made.next().expect("one for each hart")));
        Ok(journals)
    }
}

/// An interpreter that keeps what is noted.
fn interpreter<A: Arch>(notes: &Notes, hart: &Hart<A>) -> Interp<A> {
    let mut interp = Interp::default();
    if notes.places {
        interp.keep_places();
    }
    if let Some(calls) = &notes.calls {
        interp.keep_paths(calls.paths());
    }
    if let Some(options) = notes.observe {
        interp.observe(hart, options);
    }
    interp
}

impl Display for Engine {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Engine::Interp => "interp",
            Engine::Jit => "jit",
            Engine::Auto => "auto",
        })
    }
}

/// When a run is stopped from outside.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// Retired instructions, of all harts together.
    pub(crate) max_insns: Option<u64>,
    /// Time of the host.
    pub(crate) timeout: Option<Duration>,
}
