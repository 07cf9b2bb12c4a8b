//! A run does not depend on how its budget is cut up, nor on where the interpreter's blocks end: harts take turns on a grid of
//! virtual time, and what a device does is seen before the next instruction.

use emu_core::machine::{Ended, Machine};
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv};
use emu_core::{image::Image, riscv};
use emu_devices::board::{self, Options};
use emu_devices::console::Console;
use emu_mem::GuestPhys;

const RAM: u64 = 0x8000_0000;

/// Harts draw numbers from one counter for ever. What each gets depends on who runs when, and x7 remembers all of it.
const CONTEST: [u32; 8] = [
    0x0000_0297, // auipc x5, 0
    0x4002_8293, // addi x5, x5, 0x400: the counter
    0x0010_0313, // addi x6, x0, 1
    0x0062_ae2f, // again: amoadd.w x28, x6, (x5)
    0x0053_9393, // slli x7, x7, 5
    0x01c3_c3b3, // xor x7, x7, x28
    0x0073_8393, // addi x7, x7, 7
    0xff1f_f06f, // j again
];

fn machine(harts: u64, code: &[u32]) -> Machine<Riscv> {
    let options = Options { harts: Some(harts), memory_bytes: Some(16 << 20), ..Options::new(Console::captured()) };
    let board = board::built_in("virt").expect("it is built in").build(&options).expect("it is a good board");
    let code: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
    let image = Image::raw(code, GuestPhys(RAM), GuestPhys(RAM)).expect("it is a good image");
    let mut machine = riscv::machine(board, &Isa::all(64), Config::default(), "");
    machine.load(&image).expect("it fits");
    machine
}

#[test]
fn cutting_up_the_budget_changes_nothing() {
    const INSNS: u64 = 120_000;
    for harts in 1..=3 {
        let mut whole = machine(harts, &CONTEST);
        assert_eq!(whole.run(INSNS), None);
        assert_eq!(whole.retired(), INSNS, "{harts} harts use up the budget");
        for slice in [1, 7, 997, 10_000, 33_333] {
            let mut cut = machine(harts, &CONTEST);
            while cut.retired() < INSNS {
                let budget = slice.min(INSNS - cut.retired());
                let before = cut.retired();
                assert_eq!(cut.run(budget), None);
                assert_eq!(cut.retired() - before, budget, "{harts} harts, slices of {slice}");
            }
            assert_eq!(cut.state_hash(), whole.state_hash(), "{harts} harts, slices of {slice}");
        }
    }
}

/// The store that ends the run, with any number of instructions before it: it may be the last of a block or of a page.
#[test]
fn nothing_runs_after_the_store_that_ends_the_run() {
    const NOP: u32 = 0x0000_0013;
    let end = [
        0x0010_02b7, // lui x5, 0x100: the finisher
        0x0000_5337, // lui x6, 0x5
        0x5553_0313, // addi x6, x6, 0x555
    ];
    const STORE: u32 = 0x0062_a023; // sw x6, (x5)
    let after = [
        0x0010_0393, // addi x7, x0, 1
        0x0000_0000, // an illegal instruction
    ];
    for nops in (0..150).chain(1015..1025) {
        let code = [&end[..], &vec![NOP; nops], &[STORE], &after].concat();
        let mut machine = machine(1, &code);
        let ended = machine.run(10_000);
        assert_eq!(ended, Some(Ended::Exit { code: 0, by: "finisher" }), "{nops}");
        assert_eq!(machine.retired(), nops as u64 + 4, "{nops}");
        assert_eq!(machine.stats().exceptions, 0, "{nops}");
    }
}
