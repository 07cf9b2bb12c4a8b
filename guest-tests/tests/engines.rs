//! The engines against each other: the same programs, cut into budgets differently, leave the same registers, counts and
//! memory. Two engines share each instruction's meaning, so this judges engines; meanings have outside witnesses.

use std::path::Path;

use emu_core::image::Image;
use emu_core::machine::{Machine, Stats};
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv};
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use guest_tests::agree::{self, program::World};
use guest_tests::asm;
use guest_tests::engines::Engine;
use guest_tests::exceptions::spike::SCOPE;
use guest_tests::random::Program;
use guest_tests::rng::Rng;
use guest_tests::subject::ram_board;

/// What a run leaves.
#[derive(PartialEq, Eq, Debug)]
struct Left {
    registers: Vec<u64>,
    state: u64,
    stats: Stats,
    memory: u64,
}

/// Instructions that ran in translated code.
fn translated(machine: &Machine<Riscv>) -> u64 {
    machine.details().iter().find(|(name, _)| *name == "in translated code").map_or(0, |&(_, n)| n)
}

fn hash(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(0xcbf2_9ce4_8422_2325, |hash, chunk| {
        let word = chunk.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29)
    })
}

/// Runs `budget` instructions, in pieces of at most `piece`.
fn run(mut machine: Machine<Riscv>, engine: Engine, base: u64, ram_bytes: u64, budget: u64, piece: u64) -> Left {
    engine.install(&mut machine);
    let mut left = budget;
    while left != 0 && machine.run(left.min(piece)).is_none() {
        let rest = budget.saturating_sub(machine.retired());
        if rest == left {
            break;
        }
        left = rest;
    }
    // Otherwise the interpreter would be held against itself. What runs straight through is never hot.
    if engine == Engine::Eager && piece == u64::MAX {
        assert!(translated(&machine) > machine.retired() / 16, "{} translated", translated(&machine));
    }
    let hart = &machine.harts()[0];
    let mut registers = vec![hart.pc.get()];
    registers.extend((0..68).map(|slot| hart.slots.get(emu_core::slot::Slot(slot))));
    let mut memory = vec![0; ram_bytes as usize];
    machine.board.bus.memory().read_bytes(GuestPhys(base), &mut memory).unwrap();
    Left { registers, state: machine.state_hash(), stats: machine.stats(), memory: hash(&memory) }
}

/// Runs what `make` makes on each engine.
fn all_agree(what: &str, make: impl Fn() -> Machine<Riscv>, base: u64, ram_bytes: u64, budget: u64, piece: u64) {
    let expected = run(make(), Engine::Interp, base, ram_bytes, budget, u64::MAX);
    for engine in [Engine::Hot, Engine::Eager] {
        for piece in [u64::MAX, piece] {
            let left = run(make(), engine, base, ram_bytes, budget, piece);
            assert_eq!(left, expected, "{what}: {engine:?} in pieces of {piece}, and the interpreter");
        }
    }
    // Translating again and again takes its time.
    let budget = budget.min(1000);
    let expected = run(make(), Engine::Interp, base, ram_bytes, budget, u64::MAX);
    let left = run(make(), Engine::Cramped, base, ram_bytes, budget, piece);
    assert_eq!(left, expected, "{what}: {budget} instructions in little memory, and the interpreter");
}

/// How many programs of each kind and width.
fn cases() -> u64 {
    std::env::var("ENGINE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(20)
}

/// A first look; the program `agree` runs many more of them.
fn random_programs_agree<W: World>() {
    let mut sum = [0; agree::Done::NAMES.len()];
    for seed in 1..=8 * cases() {
        let program = agree::Program::<W>::new(seed);
        let done = agree::run(&program).unwrap_or_else(|difference| {
            let (small, difference) = agree::shrink::shrink(&program, &difference);
            let around = format!("{:?}\n{:?}", small.world, small.running);
            panic!("program {seed}, shrunk:\n{around}\n{}{difference}", small.listing())
        });
        sum.iter_mut().zip(done.0).for_each(|(sum, n)| *sum += n);
    }
    // Otherwise the interpreter would be held against itself, or against little that is hard.
    let [insns, translated, regions, _, exceptions, interrupts, dropped] = sum;
    assert!(translated > insns / 3 && regions > 0 && exceptions > 0 && interrupts > 0 && dropped > 0, "{sum:?}");
}

#[test]
fn random_programs_agree_on_riscv() {
    random_programs_agree::<agree::riscv::World>();
}

#[test]
fn random_programs_agree_on_aarch64() {
    random_programs_agree::<agree::a64::World>();
}

/// A loop without branches that a page ends in.
#[test]
fn a_straight_run_goes_on_into_the_next_page() {
    let isa = Isa::all(64);
    let (base, ram_bytes) = (0x8000_0000, 0x2000);
    let make = || {
        let board = ram_board(base, ram_bytes).build(&Options::new(Console::captured())).unwrap();
        let machine = riscv::machine(board, &isa, Config::default(), "");
        let code = [asm::addi(5, 5, 1), asm::addi(6, 6, 2), asm::addi(7, 7, 3), 0x6f | asm::j_offset(-12)];
        let code: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
        machine.board.bus.memory().write_bytes(GuestPhys(base + 0xff8), &code).unwrap();
        machine.harts()[0].pc.set(base + 0xff8);
        machine
    };
    all_agree("a loop", make, base, ram_bytes, 1000, 7);
}

/// Where a budget ends within a region, the next one begins there; the region must not be made again for it.
#[test]
fn a_budget_that_ends_in_a_loop_makes_no_copy_of_it() {
    let isa = Isa::all(64);
    let (base, ram_bytes) = (0x8000_0000, 0x1000);
    let board = ram_board(base, ram_bytes).build(&Options::new(Console::captured())).unwrap();
    let mut machine = riscv::machine(board, &isa, Config::default(), "");
    let not_zero = |register: u32, offset| register << 15 | 1 << 12 | 0x63 | asm::b_offset(offset);
    // A loop of 20 rounds in an endless one.
    let code =
        [asm::addi(5, 0, 20), asm::addi(6, 6, 1), asm::addi(5, 5, -1), not_zero(5, -8), 0x6f | asm::j_offset(-16)];
    let code: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
    machine.board.bus.memory().write_bytes(GuestPhys(base), &code).unwrap();
    machine.harts()[0].pc.set(base);
    Engine::Hot.install(&mut machine);
    for piece in 101..116 {
        assert_eq!(machine.run(piece), None);
    }
    let regions = machine.details().iter().find(|(name, _)| *name == "in translated code: regions").map(|&(_, n)| n);
    // One that begins with the inner loop, which is hot first, at most one from the start, at most one for another place.
    assert!(regions.is_some_and(|regions| (1..=3).contains(&regions)), "{regions:?} regions");
    assert!(translated(&machine) > machine.retired() / 2, "{} translated", translated(&machine));
}

/// The programs that are compared with Spike: every row, traps, page tables, rights.
fn straight_programs_agree(xlen: u32) {
    let isa = Isa::all(xlen);
    for seed in 1..=cases().div_ceil(2) {
        let program = Program::new(&isa, &SCOPE, seed, 300);
        let image = Image::elf(program.elf()).unwrap();
        let base = guest_tests::random::BASE;
        let make = || {
            let board = ram_board(base, SCOPE.ram_bytes).build(&Options::new(Console::captured())).unwrap();
            let mut machine = riscv::machine(board, &isa, Config::default(), "");
            machine.load(&image).unwrap();
            machine
        };
        all_agree(
            &format!("program {seed}, RV{xlen}"),
            make,
            base,
            SCOPE.ram_bytes,
            10_000,
            1 + Rng::new(seed).below(100),
        );
    }
}

#[test]
fn straight_programs_agree_on_rv32() {
    straight_programs_agree(32);
}

#[test]
fn straight_programs_agree_on_rv64() {
    straight_programs_agree(64);
}

/// The kernels leave the same counts by row.
#[test]
fn kernels_agree() {
    for name in ["rv32/strings-small", "rv64/nbody-small", "rv64/recursion-small"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../benches/kernels/elf/{name}.elf"));
        let image = Image::elf(std::fs::read(file).unwrap()).unwrap();
        let isa = Isa::all(if name.starts_with("rv32") { 32 } else { 64 });
        let make = || {
            let board = emu_devices::board::spike::description().build(&Options::new(Console::captured())).unwrap();
            let mut machine = riscv::machine(board, &isa, Config::default(), "");
            machine.load(&image).unwrap();
            machine
        };
        all_agree(name, make, 0x8000_0000, 0x2_0000, 2_000_000, 9_973);
    }
}
