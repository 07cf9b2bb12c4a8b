//! From region to region control goes by tail calls: however often, the stack stays as it is.

use emu_core::machine::Machine;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::slots;
use emu_core::riscv::state::{Config, Riscv};
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_jit::{Jit, Tier};
use emu_mem::GuestPhys;
use guest_tests::asm::{addi, b_offset, jalr};
use guest_tests::subject::ram_board;

const BASE: u64 = 0x8000_0000;
/// Each of them leaves the region that it is.
const INSNS: u64 = 100_000_000;
/// Of the thread that runs them: half a percent of a byte for each, and enough for translating.
const STACK_BYTES: usize = 512 * 1024;

/// A loop of a straight way on, an indirect jump and a branch.
fn program() -> Machine<Riscv> {
    let board = ram_board(BASE, 0x1000).build(&Options::new(Console::captured())).unwrap();
    let mut machine = riscv::machine(board, &Isa::all(64), Config::default(), "");
    let bne = 0x63 | 1 << 12 | 6 << 15 | b_offset(-8);
    let words = [addi(6, 6, 1), jalr(0, 5, 0), bne];
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    machine.board.bus.memory().write_bytes(GuestPhys(BASE), &code).unwrap();
    let hart = &machine.harts()[0];
    hart.slots.set(slots::dst(5), BASE + 8);
    hart.pc.set(BASE);
    // A region is one instruction, so that everything is a way from one to another.
    let options = emu_jit::Options { tier: Tier::Eager, region_insns: 1, ..Default::default() };
    machine.execute_with(|_| Box::new(Jit::new(options).expect("hosts that tests run on let code be made")));
    machine
}

#[test]
fn a_hundred_million_links_and_jumps_take_no_stack() {
    // A stack that grew would end the process here.
    let runs = || {
        let mut machine = program();
        assert!(machine.run(INSNS).is_none(), "it has no end");
        assert_eq!(machine.harts()[0].slots.get(slots::dst(6)), INSNS.div_ceil(3));
        machine.details()
    };
    let details = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(runs).unwrap().join().unwrap();
    let detail = |name: &str| {
        let known = details.iter().find(|(known, _)| known == &format!("in translated code{name}"));
        known.unwrap_or_else(|| panic!("no {name:?} in {details:?}")).1
    };
    // They were not ways back to the loop that enters regions.
    assert!(detail("") >= INSNS - 100 && detail(": entries") < 10_000, "{details:?}");
}
