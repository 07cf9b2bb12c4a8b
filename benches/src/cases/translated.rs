//! Guest loops as compiled code: those of `interpret`, for the same figures by both engines, and some that only a translator finds
//! remarkable. Code is compiled on this thread, when it has run a few times: set-up, and the same in every run.

use guest_tests::asm::{addi, jalr};

use super::interpret::{self, Loop};
use crate::Prepared;
use crate::guest::program::{BNE, LD, SD, branch, load, op, store};
use crate::guest::{DATA, Guest, Mode, Program, RAM, Rights, Tier, Translation, VIRTUAL};

/// Instructions of one run, about: entering and leaving compiled code must not count.
const INSTRUCTIONS: usize = 1 << 17;

/// Compiles the loop and runs it.
pub(super) fn run(mut looped: Loop) -> Prepared {
    looped.guest.translate(Tier::Hot);
    looped.repeated(INSTRUCTIONS)
}

/// The loop of loads and stores, in S mode, at addresses that are mapped.
pub(super) fn memory_sv39() -> Loop {
    let Loop { guest, program } = interpret::memory();
    let mut tables = guest.tables(Translation::Sv39);
    tables.map(RAM, RAM, Rights::CODE);
    tables.map(VIRTUAL, DATA, Rights::DATA);
    guest.set(20, VIRTUAL);
    guest.enter(Mode::Supervisor, tables.satp(0));
    Loop { guest, program }
}

/// The sum of 64 numbers, with one load in four instructions.
pub(super) fn sum() -> Loop {
    const BYTES: i32 = 512;
    let guest = Guest::new(64);
    guest.set(20, DATA);
    let mut program = Program::default();
    program.put(addi(10, 20, 0)).put(addi(11, 20, BYTES));
    program.put(load(LD, 6, 10, 0)).put(addi(10, 10, 8)).put(op(0, 0, 7, 7, 6)).put(branch(BNE, 10, 11, -12));
    program.jump(0);
    Loop { guest, program }
}

/// Calls by address: a leaf, and a function with a frame that calls the leaf.
pub(super) fn calls() -> Loop {
    const LEAF: u64 = RAM + 0x100;
    const FRAME: u64 = RAM + 0x200;
    let guest = Guest::new(64);
    guest.set(2, DATA + 0x1000);
    guest.set(20, LEAF);
    guest.set(21, FRAME);
    let mut leaf = Program::default();
    leaf.put(addi(6, 6, 1)).put(op(4, 0, 7, 7, 6)).put(jalr(0, 1, 0));
    guest.load(LEAF, &leaf);
    let mut frame = Program::default();
    frame.put(addi(2, 2, -16)).put(store(SD, 2, 1, 8)).put(jalr(1, 20, 0)).put(load(LD, 1, 2, 8));
    frame.put(addi(2, 2, 16)).put(jalr(0, 1, 0));
    guest.load(FRAME, &frame);
    let mut program = Program::default();
    program.put(jalr(1, 20, 0)).put(jalr(1, 21, 0)).jump(0);
    Loop { guest, program }
}
