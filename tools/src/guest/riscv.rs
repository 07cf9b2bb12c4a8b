//! RISC-V as a guest.

use std::fmt::{self, Display, Formatter};

use anyhow::{Result, ensure};
use emu_core::image::Image;
use emu_core::machine::Machine;
use emu_core::riscv;
use emu_core::riscv::extension::Ext;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv};
use emu_core::timing::InstructionSet;
use emu_core::trap::Trap;
use emu_devices::board::{self, Board, Description, Options};

use super::{Guest, isa};
use crate::cli::machine::{MachineArgs, Misaligned};

/// An instruction set and what a user chooses beside it.
#[derive(Copy, Clone)]
pub(crate) struct Processor {
    isa: Isa,
    config: Config,
}

impl Display for Processor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.isa.fmt(f)
    }
}

impl Guest for Riscv {
    type Processor = Processor;
    const FAMILY: board::Arch = board::Arch::Riscv;
    const NO_HANDLER: &'static str = "point mtvec or stvec at a handler that runs";
    const NO_INTERRUPT: &'static str = "enable one in mie and set its source before WFI";
    const BOARDS: &'static str = "virt, spike, testbench";

    fn choose(name: &str, image: &Image, args: &MachineArgs, board: &Description) -> Result<Processor> {
        ensure!(
            args.cpu.is_none(),
            "{name}: --cpu chooses processors for AArch64, and this is a program for RISC-V; use --isa"
        );
        for (option, is_given) in [("--el", args.el.is_some()), ("--gic", args.gic.is_some())] {
            ensure!(!is_given, "{name}: {option} is for AArch64, and this is a program for RISC-V; leave it out");
        }
        let isa = isa::choose(name, image, args.isa.as_deref(), board.isa.as_deref())?;
        super::check_model(name, args.timing, InstructionSet::riscv(isa.xlen))?;
        Ok(Processor { isa, config: Config { misaligned_trap: args.misaligned == Misaligned::Trap } })
    }

    fn board(name: &str, _: &MachineArgs) -> Option<Description> {
        board::built_in(name).filter(|board| board.arch == Self::FAMILY)
    }

    fn tell(Processor { isa, .. }: &Processor, options: &mut Options) {
        options.isa = Some(isa.to_string());
        options.mmu_type = isa.has(Ext::S).then(|| if isa.xlen == 32 { "riscv,sv32" } else { "riscv,sv57" }.to_owned());
    }

    fn machine(board: Board, Processor { isa, config }: &Processor, command_line: &str) -> Machine<Riscv> {
        riscv::machine(board, isa, *config, command_line)
    }

    fn describe(Processor { isa, .. }: &Processor) -> String {
        let xlen = isa.xlen;
        if *isa == Isa::all(xlen) { format!("rv{xlen} with every extension") } else { isa.to_string() }
    }

    fn details(Trap { cause, tval }: Trap) -> String {
        format!("cause {cause}, value {tval:#x}")
    }
}
