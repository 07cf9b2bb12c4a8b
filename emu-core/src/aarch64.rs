//! AArch64: the A64 instruction set and the system around it.
//!
//! Reading order: `slots` (which register is which slot), `width` (one meaning, two widths), `flags`, `format` (operands),
//! `table` (the rows, in the order of the manual's index), then the meanings by the manual's classes: `addsub`, `logical`,
//! `bitfield`, `move_wide`, `cond_select`, `muldiv`, `crc`, `branch`, `load_store`, `load_store_pair`, `exclusive`. The system:
//! `feature` (processors), `state`, `timing` (what timing models see), `exception`, `levels` (EL2 and EL3), `sysreg`, `system`, `mmu`, `maintenance`, `semihosting`.

pub mod addsub;
mod atomic;
pub mod bitfield;
pub mod branch;
pub mod commit;
pub mod cond_select;
pub mod crc;
pub mod debug;
pub mod decode;
pub mod exception;
pub mod exclusive;
pub mod feature;
pub mod flags;
pub mod float;
pub mod format;
pub mod format_simd;
pub mod fp;
pub mod levels;
pub mod load_store;
pub mod load_store_pair;
pub mod logical;
pub mod maintenance;
pub mod mmu;
pub mod move_wide;
pub mod muldiv;
pub mod semihosting;
pub mod simd;
mod simd_constant;
pub mod simd_float;
pub mod simd_load_store;
pub mod slots;
pub mod state;
pub mod sysreg;
pub mod system;
pub mod table;
mod timing;
pub mod width;

use crate::hart::Hart;
use crate::machine::Machine;
use emu_devices::board::Board;
use maintenance::Broadcast;
use state::{AArch64, Config};

/// A machine with AArch64 harts on a board, after reset: `x0` is the device tree's address, as kernels expect. Semihosting calls
/// are answered, with `command_line` for SYS_GET_CMDLINE.
pub fn machine(board: Board, config: Config, command_line: &str) -> Machine<AArch64> {
    let broadcast = Broadcast::default();
    let harts = board.lines.iter().enumerate().map(|(id, lines)| {
        let arch = AArch64 { broadcast: broadcast.other_end(), ..AArch64::new(config, id, board.arm.clone()) };
        let mut hart = Hart::new(id, arch, board.bus.clone(), lines.clone(), board.clock.clone());
        hart.roi = board.roi.clone();
        AArch64::reset(&hart, board.reset_pc.map_or(0, |pc| pc.0));
        hart.slots.set(slots::dst(0), board.device_tree.as_ref().map_or(0, |tree| tree.address.0));
        let mut semihosting = board.semihosting(command_line);
        *hart.arch.environment.borrow_mut() =
            Some(Box::new(move |op, arg, bytes, guest| semihosting.call(op, arg, bytes, guest)));
        hart
    });
    let harts = harts.collect();
    Machine::new(board, harts)
}
