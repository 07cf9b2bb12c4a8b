//! What the command has to know of each instruction set: how a program's processor is chosen, on which boards it sits, and the
//! words that only it has. Everything else is the same for all guests.

mod aarch64;
pub(crate) mod isa;
mod riscv;

use std::fmt::Display;

use anyhow::{Result, bail};
use emu_core::hart::Arch;
use emu_core::image::{self, Image};
use emu_core::machine::Machine;
use emu_core::timing::{InstructionSet, Model};
use emu_core::trap::Trap;
use emu_devices::board::{self, Board, Description, Options};

use crate::cli::machine::MachineArgs;

pub(crate) use emu_core::aarch64::state::AArch64;
pub(crate) use emu_core::riscv::state::Riscv;

/// An instruction set that programs can be for.
pub(crate) trait Guest: Arch {
    /// A processor, as far as a user chooses it. It is displayed as it is chosen.
    type Processor: Clone + Display;
    /// Whose boards it sits on.
    const FAMILY: board::Arch;
    /// What to do about a handler that never begins.
    const NO_HANDLER: &'static str;
    /// What to do about a wait that nothing ends.
    const NO_INTERRUPT: &'static str;

    /// The processor for the program `name`, by the options, else as the board asks, else everything there is.
    ///
    /// # Errors
    ///
    /// Options that make no sense, or do not fit the program.
    fn choose(name: &str, image: &Image, args: &MachineArgs, board: &Description) -> Result<Self::Processor>;

    /// The built-in board of this name, as the arguments want it.
    fn board(name: &str, args: &MachineArgs) -> Option<Description>;

    /// The names of the built-in boards.
    const BOARDS: &'static str;

    /// Tells the board's device tree of the processor.
    fn tell(processor: &Self::Processor, options: &mut Options);

    /// The machine, after reset.
    fn machine(board: Board, processor: &Self::Processor, command_line: &str) -> Machine<Self>;

    /// The processor in a few words.
    fn describe(processor: &Self::Processor) -> String;

    /// What is known of an exception beside its name.
    fn details(trap: Trap) -> String;
}

/// The family of instruction sets that a program is for. An image that does not say is for RISC-V, unless a processor of
/// another one is asked for.
pub(crate) fn family(image: &Image, args: &MachineArgs) -> image::Arch {
    let asked = if args.cpu.is_some() || args.el.is_some() || args.gic.is_some() {
        image::Arch::AArch64
    } else {
        image::Arch::RiscV
    };
    image.target().map_or(asked, |target| target.arch)
}

/// Whether programs of an instruction set can be timed by a model; `name` is the program's.
fn check_model(name: &str, model: &Model, set: InstructionSet) -> Result<()> {
    if let Some(of) = model.of.filter(|_| !model.fits(set)) {
        let fitting = Model::fitting(set).map(|model| model.name).collect::<Vec<_>>().join(", ");
        bail!("{name}: --timing {}: a model of {of} cores, and this runs as {set}; take one of {fitting}", model.name);
    }
    Ok(())
}

/// Calls a function that is generic over [`Guest`] for the guest of a family.
macro_rules! with_guest {
    ($family:expr, $A:ident => $call:expr) => {
        match $family {
            emu_core::image::Arch::RiscV => {
                type $A = $crate::guest::Riscv;
                $call
            }
            emu_core::image::Arch::AArch64 => {
                type $A = $crate::guest::AArch64;
                $call
            }
        }
    };
}
pub(crate) use with_guest;
