//! What regions are formed by: how often code has run, translated or not; and where in the host's cache lines they lie for that.

use emu_core::machine::Machine;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::slots;
use emu_core::riscv::state::{Config, Riscv};
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_jit::{Jit, Journal, Tier};
use emu_mem::GuestPhys;
use guest_tests::asm::{addi, b_offset, i, j_offset, r};
use guest_tests::subject::ram_board;

const BASE: u64 = 0x8000_0000;
/// The inner loop.
const LOOP: u64 = BASE + 8;
/// More than [`THRESHOLD`], so that it is translated before what is around it has run twice.
const LAPS: u64 = 200;
const THRESHOLD: u32 = 100;
/// Bytes of the host's cache lines, as the translator has it.
const LINE_BYTES: usize = 64;

/// Two loops, one in the other: the inner one adds up words in memory.
fn run(insns: u64) -> (Machine<Riscv>, Journal<Riscv>) {
    let board = ram_board(BASE, 0x2000).build(&Options::new(Console::captured())).unwrap();
    let mut machine = riscv::machine(board, &Isa::all(64), Config::default(), "");
    let bne = |rs1: u32, rs2: u32, offset| 0x63 | 1 << 12 | rs1 << 15 | rs2 << 20 | b_offset(offset);
    let words = [
        addi(10, 20, 0),
        addi(11, 20, LAPS as i32 * 8),
        i(0x03, 3, 6, 10, 0),
        r(0x33, 0, 0, 7, 7, 6),
        addi(10, 10, 8),
        bne(10, 11, -12),
        addi(8, 8, 1),
        0x6f | j_offset(-28),
    ];
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    machine.board.bus.memory().write_bytes(GuestPhys(BASE), &code).unwrap();
    let hart = &machine.harts()[0];
    hart.slots.set(slots::dst(20), BASE + 0x1000);
    hart.pc.set(BASE);
    let options = emu_jit::Options { tier: Tier::Hot, threshold: THRESHOLD, ..Default::default() };
    let mut jit = Jit::new(options).expect("hosts that tests run on let code be made");
    let (journal, mut jit) = (jit.journal(), Some(jit));
    machine.execute_with(|_| Box::new(jit.take().expect("the board has one hart")));
    assert!(machine.run(insns).is_none(), "it has no end");
    (machine, journal)
}

#[test]
fn what_is_translated_early_counts_for_regions_around_it() {
    let (_, journal) = run(LAPS * 4 * u64::from(THRESHOLD) * 3);
    let regions = journal.regions();
    assert!(regions.iter().any(|region| region.head() == LOOP), "the inner loop comes first");
    let around = regions.iter().find(|region| region.head() != LOOP).expect("then what is around it");
    let of = |pc: u64| {
        let blocks = around.blocks();
        blocks.iter().find(|block| block.insns[0].pc == pc).expect("it has both loops").executions
    };
    let laps = of(LOOP) / of(around.head());
    assert!((LAPS / 2..=LAPS * 2).contains(&laps), "{laps} instead of {LAPS}");
}

#[test]
fn loops_begin_near_the_start_of_a_line() {
    let (_, journal) = run(LAPS * 4 * u64::from(THRESHOLD) * 3);
    for region in journal.regions() {
        let places = region.explain().unwrap().places;
        let (place, _) = places.iter().find(|&&(_, pc)| pc == LOOP).expect("both have the loop");
        let behind = (region.code().start + place.start) % LINE_BYTES;
        assert!(behind < LINE_BYTES / 4, "{behind} bytes behind it");
    }
}
