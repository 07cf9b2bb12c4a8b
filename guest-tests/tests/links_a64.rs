//! Where indirect jumps of AArch64 lead: to any number, as whether that is an instruction's address is seen when it is fetched from.

use emu_core::aarch64::machine;
use emu_core::aarch64::slots::src;
use emu_core::aarch64::state::{AArch64, Config};
use emu_core::machine::Machine;
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use guest_tests::engines::{ENGINES, Engine};
use guest_tests::subject::ram_board;

const BASE: u64 = 0x4000_0000;
const START: u64 = BASE + 0x1000;
/// Where exceptions go: there the machine stays.
const VECTORS: u64 = BASE + 0x2000;
/// A branch to itself.
const STAY: u32 = 0x1400_0000;
/// So often the jump goes to the loop before it goes elsewhere: enough to be translated.
const LAPS: u64 = 3000;
const INSNS: u64 = 5 * LAPS + 100;

/// A loop around BR, whose last lap goes to `target`.
fn run(engine: Engine, target: u64) -> Machine<AArch64> {
    let board = ram_board(BASE, 0x8000).build(&Options::new(Console::captured())).unwrap();
    let mut machine = machine(board, Config::default(), "");
    let memory = machine.board.bus.memory();
    // SUB x1, x1, #1; CMP x1, #0; CSEL x4, x3, x2, EQ; BR x4
    let code = [0xd100_0421_u32, 0xf100_003f, 0x9a82_0064, 0xd61f_0080];
    let bytes: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
    memory.write_bytes(GuestPhys(START), &bytes).unwrap();
    memory.write_bytes(GuestPhys(VECTORS + 0x200), &STAY.to_le_bytes()).unwrap();
    let hart = &machine.harts()[0];
    AArch64::reset(hart, START);
    hart.arch.registers.of_level(1).vbar.set(VECTORS);
    for (r, value) in [(1, LAPS), (2, START), (3, target)] {
        hart.slots.set(src(r), value);
    }
    hart.code_changed();
    engine.install(&mut machine);
    machine.run(INSNS);
    machine
}

#[test]
fn jumps_to_where_no_instruction_can_be_are_faults() {
    for target in [0, 2, u64::MAX, u64::MAX - 1, BASE + 0x7ff + 1] {
        let seen = |engine| {
            let machine = run(engine, target);
            let hart = &machine.harts()[0];
            let registers = hart.arch.registers.of_level(1);
            (hart.pc.get(), registers.elr.get(), registers.esr.get(), registers.far.get(), hart.retired.get())
        };
        let expected = seen(Engine::Interp);
        assert_eq!((expected.0, expected.1), (VECTORS + 0x200, target), "{target:#x}");
        for engine in ENGINES {
            assert_eq!(seen(engine), expected, "{engine:?}, {target:#x}");
        }
    }
}
