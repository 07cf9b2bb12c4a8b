//! Guests that make code all the time: what calls it is translated, what is made is not, and to enter the one for each call of the
//! other would take longer than to interpret both.

use emu_core::interp::run::Interp;
use emu_core::machine::Machine;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::slots;
use emu_core::riscv::state::{Config, Riscv};
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_jit::{Jit, Tier};
use emu_mem::GuestPhys;
use guest_tests::asm::{FENCE_I, addi, b_offset, j_offset, jalr, r, s};
use guest_tests::subject::ram_board;

const BASE: u64 = 0x8000_0000;
const FUNCTION: u64 = BASE + 0x1000;
const THRESHOLD: u32 = 100;
/// How often each function that is made is called, and how many instructions that takes.
const CALLS: u64 = 200;
const INSNS_OF_A_CALL: u64 = 9;
const FUNCTIONS: u64 = 400;

/// A loop that calls a function, then changes its first instruction.
fn program(jit: bool) -> Machine<Riscv> {
    let board = ram_board(BASE, 0x2000).build(&Options::new(Console::captured())).unwrap();
    let mut machine = riscv::machine(board, &Isa::all(64), Config::default(), "");
    let bne = 0x63 | 1 << 12 | 10 << 15 | b_offset(-8);
    let caller = [
        addi(10, 0, CALLS as i32),
        jalr(1, 20, 0),
        addi(10, 10, -1),
        bne,
        r(0x33, 4, 0, 23, 23, 24),
        s(0x23, 2, 20, 23, 0),
        FENCE_I,
        0x6f | j_offset(-28),
    ];
    let made = [addi(7, 7, 1), addi(8, 8, 1), addi(9, 9, 1), r(0x33, 0, 0, 11, 11, 9), addi(12, 12, 1), jalr(0, 1, 0)];
    for (at, words) in [(BASE, &caller[..]), (FUNCTION, &made)] {
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        machine.board.bus.memory().write_bytes(GuestPhys(at), &code).unwrap();
    }
    let hart = &machine.harts()[0];
    // The first instruction, and what makes it add two instead of one, and back.
    for (x, value) in [(20, FUNCTION), (23, addi(7, 7, 1).into()), (24, 0x0030_0000)] {
        hart.slots.set(slots::dst(x), value);
    }
    hart.pc.set(BASE);
    let options = emu_jit::Options { tier: Tier::Hot, threshold: THRESHOLD, ..Default::default() };
    machine.execute_with(|_| match jit {
        true => Box::new(Jit::new(options).expect("hosts that tests run on let code be made")),
        false => Box::new(Interp::default()),
    });
    machine.run(FUNCTIONS * (CALLS * INSNS_OF_A_CALL + 5));
    machine
}

#[test]
fn what_calls_code_that_is_made_is_not_entered_for_each_call() {
    let (machine, expected) = (program(true), program(false));
    for x in [7, 8, 9, 10, 11, 12, 23] {
        let of = |machine: &Machine<Riscv>| machine.harts()[0].slots.get(slots::dst(x));
        assert_eq!(of(&machine), of(&expected), "x{x}");
    }
    let details = machine.details();
    let detail = |name: &str| details.iter().find(|(known, _)| known == name).map(|&(_, n)| n);
    let entries = detail("in translated code: entries").expect("the caller is translated");
    assert!(entries < FUNCTIONS * CALLS / 10, "{entries} of {} calls: {details:?}", FUNCTIONS * CALLS);
}
