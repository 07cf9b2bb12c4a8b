//! AArch64 as a guest.

use std::fmt::{self, Display, Formatter};

use anyhow::{Result, anyhow, ensure};
use emu_core::aarch64;
use emu_core::aarch64::feature::{Cpu, Highest};
use emu_core::aarch64::state::{AArch64, Config};
use emu_core::image::Image;
use emu_core::machine::Machine;
use emu_core::timing::InstructionSet;
use emu_core::trap::Trap;
use emu_devices::board::arm_virt::{self, GicVersion};
use emu_devices::board::{self, Board, Description, Options};

use super::Guest;
use crate::cli::machine::{MachineArgs, Misaligned};

/// A processor and what a user chooses beside it.
#[derive(Copy, Clone)]
pub(crate) struct Processor(Config);

impl Display for Processor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.cpu.name())
    }
}

impl Guest for AArch64 {
    type Processor = Processor;
    const FAMILY: board::Arch = board::Arch::Aarch64;
    const NO_HANDLER: &'static str = "point VBAR_ELx at a vector table whose handlers run";
    const NO_INTERRUPT: &'static str = "enable one and set its source before WFI";
    const BOARDS: &'static str = "virt";

    fn choose(name: &str, _: &Image, args: &MachineArgs, _: &Description) -> Result<Processor> {
        ensure!(args.isa.is_none(), "{name}: --isa is for RISC-V, and this is a program for AArch64; use --cpu");
        super::check_model(name, args.timing, InstructionSet::Aarch64)?;
        let cpu = match &args.cpu {
            None => Cpu::default(),
            Some(asked) => Cpu::named(asked).ok_or_else(|| {
                anyhow!("--cpu {asked}: no such processor; there are {}", Cpu::ALL.map(Cpu::name).join(", "))
            })?,
        };
        let is_virt = matches!(args.board.as_str(), "virt" | "arm-virt");
        ensure!(
            args.gic.is_none() || is_virt,
            "{name}: --gic chooses the interrupt controller of the board virt; {} says itself what it has",
            args.board
        );
        let highest = match args.el {
            Some(3) => Highest::El3,
            Some(2) => Highest::El2,
            _ => Highest::El1,
        };
        Ok(Processor(Config { cpu, highest, misaligned_trap: args.misaligned == Misaligned::Trap }))
    }

    fn board(name: &str, args: &MachineArgs) -> Option<Description> {
        match (name, args.gic) {
            ("virt" | "arm-virt", Some(3)) => Some(arm_virt::description(GicVersion::V3)),
            ("virt", _) => Some(arm_virt::description(GicVersion::V2)),
            _ => board::built_in(name).filter(|board| board.arch == Self::FAMILY),
        }
    }

    fn tell(Processor(config): &Processor, options: &mut Options) {
        options.psci = config.highest.conduit();
    }

    fn machine(board: Board, Processor(config): &Processor, command_line: &str) -> Machine<AArch64> {
        aarch64::machine(board, *config, command_line)
    }

    fn describe(processor: &Processor) -> String {
        processor.to_string()
    }

    fn details(Trap { cause, tval }: Trap) -> String {
        format!("ESR {cause:#010x}, FAR {tval:#x}")
    }
}
