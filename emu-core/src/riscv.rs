//! RISC-V: RV32 and RV64 from one description.
//!
//! Reading order: `slots` (which register is which slot), `xlen` (one meaning, two widths), `format` (operands),
//! `table` (the rows), then the meanings by extension. `alias` is what a disassembler prints instead of the table's names.

pub mod alias;
pub mod atomic;
pub mod base;
pub mod bitmanip;
pub mod cause;
pub mod commit;
pub mod compressed;
pub mod counters;
pub mod csr;
pub mod decode;
pub mod extension;
pub mod float;
pub mod format;
pub mod isa_string;
pub mod mmu;
pub mod muldiv;
pub mod pmp;
pub mod semihosting;
pub mod slots;
pub mod state;
pub mod system;
pub mod table;
#[cfg(test)]
mod testing;
mod timing;
pub mod trap;
pub mod xlen;

use crate::hart::Hart;
use crate::machine::Machine;
use emu_devices::board::Board;
use isa_string::Isa;
use state::{Config, Riscv};

/// A machine with RISC-V harts on a board, after reset: `a0` is the hart's number and `a1` the device tree's address, as
/// firmware expects. Semihosting calls are answered, with `command_line` for SYS_GET_CMDLINE.
pub fn machine(board: Board, isa: &Isa, config: Config, command_line: &str) -> Machine<Riscv> {
    let harts = board.lines.iter().enumerate().map(|(id, lines)| {
        let arch = Riscv::new(*isa, config, board.mtime.clone());
        let mut hart = Hart::new(id, arch, board.bus.clone(), lines.clone(), board.clock.clone());
        hart.roi = board.roi.clone();
        Riscv::reset(&hart, board.reset_pc.map_or(0, |pc| pc.0));
        hart.slots.set(slots::src(10), id as u64);
        hart.slots.set(slots::src(11), board.device_tree.as_ref().map_or(0, |tree| tree.address.0));
        let mut semihosting = board.semihosting(command_line);
        *hart.arch.environment.borrow_mut() =
            Some(Box::new(move |op, arg, bytes, guest| semihosting.call(op, arg, bytes, guest)));
        hart
    });
    let harts = harts.collect();
    Machine::new(board, harts)
}
