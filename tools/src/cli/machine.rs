//! The options that say what machine a program runs on, shared by `run` and `test`.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::values;

/// The machine.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Machine")]
pub(crate) struct MachineArgs {
    /// virt, spike, testbench, or a TOML file that describes a board
    #[arg(long, value_name = "NAME|FILE", default_value = "virt")]
    pub(crate) board: String,
    /// Instruction set, such as rv32imc_zicsr [default: everything there is, for the program's width]
    #[arg(long, value_name = "ISA")]
    pub(crate) isa: Option<String>,
    /// Size of the main memory, such as 256M [default: the board's]
    #[arg(long, value_name = "SIZE", value_parser = values::size_bytes)]
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
    /// What executes the instructions
    #[arg(long, value_enum, default_value_t = Engine::Auto)]
    pub(crate) engine: Engine,
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
            memory: None,
            harts: None,
            misaligned: Misaligned::Hardware,
            seed: 0,
            engine: Engine::Auto,
        }
    }
}

/// What executes the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    /// The interpreter
    Interp,
    /// The compiler to host code
    Jit,
    /// The best there is
    Auto,
}

impl Engine {
    /// Which engine really runs.
    ///
    /// # Errors
    ///
    /// When it is not in this build.
    pub(crate) fn resolve(self) -> Result<Engine> {
        match self {
            Engine::Interp | Engine::Auto => Ok(Engine::Interp),
            Engine::Jit => bail!("--engine jit: this build has no JIT yet; use --engine interp or --engine auto"),
        }
    }
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
