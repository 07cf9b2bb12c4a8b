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
use guest_tests::asm::{FENCE_I, addi, b_offset, i, j_offset, r, s};
use guest_tests::subject::ram_board;

const BASE: u64 = 0x8000_0000;
/// The inner loop.
const LOOP: u64 = BASE + 8;
/// More than [`THRESHOLD`], so that it is translated before what is around it has run twice.
const LAPS: u64 = 200;
const THRESHOLD: u32 = 100;
/// Bytes of the host's cache lines, as the translator has it.
const LINE_BYTES: usize = 64;

/// A branch if two registers differ.
fn bne(rs1: u32, rs2: u32, offset: i32) -> u32 {
    0x63 | 1 << 12 | rs1 << 15 | rs2 << 20 | b_offset(offset)
}

fn jump(offset: i32) -> u32 {
    0x6f | j_offset(offset)
}

/// Runs a program, translated on this thread, with these registers at first.
fn run(words: &[u32], registers: &[(u32, u64)], insns: u64) -> (Machine<Riscv>, Journal<Riscv>) {
    let board = ram_board(BASE, 0x2000).build(&Options::new(Console::captured())).unwrap();
    let mut machine = riscv::machine(board, &Isa::all(64), Config::default(), "");
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    machine.board.bus.memory().write_bytes(GuestPhys(BASE), &code).unwrap();
    let hart = &machine.harts()[0];
    registers.iter().for_each(|&(x, value)| hart.slots.set(slots::dst(x), value));
    hart.pc.set(BASE);
    let options = emu_jit::Options { tier: Tier::Hot, threshold: THRESHOLD, ..Default::default() };
    let mut jit = Jit::new(options).expect("hosts that tests run on let code be made");
    let (journal, mut jit) = (jit.journal(), Some(jit));
    machine.execute_with(|_| Box::new(jit.take().expect("the board has one hart")));
    assert!(machine.run(insns).is_none(), "it has no end");
    (machine, journal)
}

/// Two loops, one in the other: the inner one adds up words in memory.
fn sums() -> Journal<Riscv> {
    let words = [
        addi(10, 20, 0),
        addi(11, 20, LAPS as i32 * 8),
        i(0x03, 3, 6, 10, 0),
        r(0x33, 0, 0, 7, 7, 6),
        addi(10, 10, 8),
        bne(10, 11, -12),
        addi(8, 8, 1),
        jump(-28),
    ];
    run(&words, &[(20, BASE + 0x1000)], LAPS * 4 * u64::from(THRESHOLD) * 3).1
}

#[test]
fn what_is_translated_early_counts_for_regions_around_it() {
    let regions = sums().regions();
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
    for region in sums().regions() {
        let places = region.explain().unwrap().places;
        let (place, _) = places.iter().find(|&&(_, pc)| pc == LOOP).expect("both have the loop");
        let behind = (region.code().start + place.start) % LINE_BYTES;
        assert!(behind < LINE_BYTES / 4, "{behind} bytes behind it");
    }
}

/// A guest that makes code: it changes an instruction, runs it often enough to be translated, and so on.
#[test]
fn what_is_changed_all_the_time_is_translated_less_and_less() {
    const ROUNDS: u64 = 64;
    let words = [
        s(0x23, 2, 20, 21, 16),
        FENCE_I,
        r(0x33, 4, 0, 21, 21, 22),
        addi(9, 0, LAPS as i32),
        addi(8, 8, 1),
        addi(9, 9, -1),
        bne(9, 0, -8),
        jump(-28),
    ];
    let changing = [addi(8, 8, 1), addi(8, 8, 2)];
    let registers = [(20, BASE), (21, changing[0].into()), (22, (changing[0] ^ changing[1]).into())];
    let (machine, journal) = run(&words, &registers, ROUNDS * (3 * LAPS + 5));
    assert_eq!(machine.harts()[0].slots.get(slots::dst(8)), LAPS * (ROUNDS + ROUNDS / 2));
    let regions = journal.regions().len();
    assert!((2..ROUNDS as usize / 4).contains(&regions), "{regions} regions in {ROUNDS} rounds");
}
