//! Small programs whose results the manuals tell, on every engine: what translated code could get wrong in ways that random
//! programs meet seldom.

use emu_core::machine::{Ended, Machine};
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::slots::{self, FS};
use emu_core::riscv::state::{Config, Riscv};
use emu_core::slot::Slot;
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use guest_tests::asm::{FENCE_I, addi, b_offset, csrrs, csrrw, i, j_offset, jalr, r, s};
use guest_tests::engines::{ENGINES, Engine};
use guest_tests::subject::ram_board;

const BASE: u64 = 0x8000_0000;
const RAM_BYTES: u64 = 0x11_0000;
/// Where programs begin, from RAM's start on; there they can be reached from [`FAR`].
const START: u64 = 0x2000;
const NEAR: u64 = 0x1000;
/// A MiB behind [`NEAR`].
const FAR: u64 = 0x10_1000;
/// Where data lies.
const DATA: u64 = 0x8000;
/// A doubleword that somebody watches.
const WATCHED: u64 = 0xa010;
/// More than any program here takes.
const INSNS: u64 = 20_000;

const RA: u32 = 1;
const RET: u32 = 0x0000_8067;
/// A jump to itself.
const STAY: u32 = 0x6f;

/// Runs pieces of code, each so far behind RAM's start, with these integer registers at first.
fn run(
    engine: Engine,
    xlen: u32,
    pieces: &[(u64, &[u32])],
    registers: &[(u32, u64)],
) -> (Machine<Riscv>, Option<Ended>) {
    let mut board = ram_board(BASE, RAM_BYTES).build(&Options::new(Console::captured())).unwrap();
    board.attach_htif(GuestPhys(BASE + WATCHED), None).unwrap();
    let mut machine = riscv::machine(board, &Isa::all(xlen), Config::default(), "");
    for (at, words) in pieces {
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        machine.board.bus.memory().write_bytes(GuestPhys(BASE + at), &code).unwrap();
    }
    let hart = &machine.harts()[0];
    hart.slots.set(FS, 3);
    registers.iter().for_each(|&(x, value)| hart.slots.set(slots::dst(x), value));
    hart.pc.set(BASE + START);
    hart.code_changed();
    engine.install(&mut machine);
    let ended = machine.run(INSNS);
    (machine, ended)
}

fn x(machine: &Machine<Riscv>, number: u8) -> u64 {
    machine.harts()[0].slots.get(Slot(number))
}

/// A branch if two registers differ.
fn bne(rs1: u32, rs2: u32, offset: i32) -> u32 {
    0x63 | 1 << 12 | rs1 << 15 | rs2 << 20 | b_offset(offset)
}

fn jal(rd: u32, offset: i32) -> u32 {
    0x6f | rd << 7 | j_offset(offset)
}

/// A tie, what is no tie, and a result next to the least normal number, with `frm` changing all the time (IEEE 754-2019 4.3 and 7.5; unprivileged
/// manual 20.2: tininess is detected after rounding).
#[test]
fn every_rounding_mode_in_frm() {
    const FFLAGS: u32 = 1;
    const FRM: u32 = 2;
    const UF_AND_NX: u64 = 3;
    let op = |funct5: u32, rd: u32, rs1: u32, rs2: u32| r(0x53, 7, funct5 << 2 | 1, rd, rs1, rs2);
    let fsd = |rs2: u32, offset: i32| s(0x27, 3, 9, rs2, offset);
    let fld = |rd: u32, offset: i32| i(0x07, 3, rd, 10, offset);
    let code = [
        fld(1, 0),
        fld(2, 8),
        fld(3, 16),
        fld(4, 24),
        fld(5, 32),
        fld(6, 40),
        // Again with each mode.
        addi(5, 0, 0),
        csrrw(0, FRM, 5),
        // The inexact flag is raised already.
        FFLAGS << 20 | 1 << 15 | 5 << 12 | 0x73,
        i(0x13, 1, 9, 5, 6),
        r(0x33, 0, 0, 9, 9, 10),
        op(0, 11, 1, 2),
        op(0, 12, 3, 4),
        fsd(11, 0x40),
        fsd(12, 0x48),
        op(2, 13, 5, 6),
        csrrs(8, FFLAGS, 0),
        fsd(13, 0x50),
        s(0x23, 3, 9, 8, 0x58),
        addi(5, 5, 1),
        bne(5, 6, -52),
        addi(7, 7, -1),
        bne(7, 0, -64),
        STAY,
    ];
    let one = 1.0_f64.to_bits();
    let minus_one = (-1.0_f64).to_bits();
    let half_a_unit = 2.0_f64.powi(-53);
    let least_normal = f64::MIN_POSITIVE.to_bits();
    let data = [
        one,
        half_a_unit.to_bits(),
        minus_one,
        (-1.5 * half_a_unit).to_bits(),
        least_normal,
        // The number before one: the product lies in the middle between the least normal number and that before.
        one - 1,
    ];
    // In the order of their numbers: to nearest even, to zero, down, up, to nearest away from zero.
    let expected = [
        [one, minus_one + 1, least_normal],
        [one, minus_one, least_normal - 1],
        [one, minus_one + 1, least_normal - 1],
        [one + 1, minus_one, least_normal],
        [one + 1, minus_one + 1, least_normal],
    ];
    let words: Vec<u32> = data.iter().flat_map(|&n| [n as u32, (n >> 32) as u32]).collect();
    for engine in ENGINES {
        let (machine, _) = run(engine, 64, &[(START, &code), (DATA, &words)], &[(6, 5), (7, 30), (10, BASE + DATA)]);
        let memory = machine.board.bus.memory();
        for (mode, expected) in expected.into_iter().enumerate() {
            let at = BASE + DATA + 0x40 + 0x40 * mode as u64;
            let [sum, difference, product, flags] =
                [0, 8, 16, 24].map(|offset| memory.read::<u64>(GuestPhys(at + offset)).unwrap());
            assert_eq!(([sum, difference, product], flags), (expected, UF_AND_NX), "{engine:?}, mode {mode}");
        }
    }
}

/// The least number divided by -1 is itself and leaves nothing (unprivileged manual 12.2).
#[test]
fn divisions_that_overflow() {
    for xlen in [32, 64] {
        // DIV and REM; DIVW and REMW; both of the least word in 64 bits.
        let mut code = vec![
            r(0x33, 4, 1, 10, 5, 6),
            r(0x33, 6, 1, 11, 5, 6),
            r(if xlen == 64 { 0x3b } else { 0x33 }, 4, 1, 12, 8, 6),
            r(if xlen == 64 { 0x3b } else { 0x33 }, 6, 1, 13, 8, 6),
            r(0x33, 4, 1, 14, 9, 6),
            addi(7, 7, -1),
        ];
        code.extend([bne(7, 0, -4 * code.len() as i32), STAY]);
        let least = (i64::MIN >> (64 - xlen)) as u64;
        let least_word = i32::MIN as u64;
        // Registers of 32 bits have zeros above them.
        let cut = |n: u64| if xlen == 64 { n } else { n as u32 as u64 };
        let registers =
            [(5, least), (6, u64::MAX), (7, 100), (8, least_word), (9, least + 1)].map(|(x, n)| (x, cut(n)));
        let known = [least, 0, least_word, 0, (least + 1).wrapping_neg()];
        for engine in ENGINES {
            let (machine, _) = run(engine, xlen, &[(START, &code)], &registers);
            assert_eq!([10, 11, 12, 13, 14].map(|n| x(&machine, n)), known.map(cut), "{engine:?}, RV{xlen}");
        }
    }
}

/// A word is extended in its own register, and nothing else is written there: where its block has ended, that is still to be stored.
#[test]
fn a_word_extended_in_its_own_register() {
    let code = [addi(7, 7, -1), i(0x1b, 0, 10, 10, 0), bne(7, 0, -8), STAY];
    for engine in ENGINES {
        let (machine, _) = run(engine, 64, &[(START, &code)], &[(7, 100), (10, 1 << 31)]);
        assert_eq!(x(&machine, 10), i32::MIN as u64, "{engine:?}");
    }
}

/// The same indirect jump goes to addresses that differ in bit 20 only; direct jumps go as far as they can.
#[test]
fn jumps_over_a_mib() {
    let call_far = 5;
    let code = [
        jalr(RA, 5, 0),
        jalr(RA, 6, 0),
        addi(8, 5, 0),
        addi(5, 6, 0),
        addi(6, 8, 0),
        jal(RA, (FAR - START) as i32 - 4 * call_far),
        addi(7, 7, -1),
        bne(7, 0, -28),
        STAY,
    ];
    let near = [addi(10, 10, 1), RET];
    // To the near function's second instruction.
    let far = [addi(11, 11, 1), jal(0, -0x10_0000)];
    for engine in ENGINES {
        let pieces: [(u64, &[u32]); 3] = [(START, &code), (NEAR, &near), (FAR, &far)];
        let (machine, _) = run(engine, 64, &pieces, &[(5, BASE + NEAR), (6, BASE + FAR), (7, 100)]);
        assert_eq!([10, 11].map(|n| x(&machine, n)), [100, 200], "{engine:?}");
    }
}

/// A function returns behind its call, two instructions further, or to what stands before it, by what a table says.
#[test]
fn returns_to_where_nobody_expects_it() {
    let code = [
        jal(0, 12),
        addi(12, 12, 1),
        jal(0, 20),
        jal(RA, 0x100),
        addi(10, 10, 1),
        jal(0, 8),
        addi(11, 11, 1),
        addi(7, 7, -1),
        bne(7, 0, -32),
        STAY,
    ];
    let function = [
        i(0x13, 7, 8, 7, 3),
        i(0x13, 1, 8, 8, 3),
        r(0x33, 0, 0, 8, 8, 9),
        i(0x03, 3, 8, 8, 0),
        r(0x33, 0, 0, RA, RA, 8),
        RET,
    ];
    // By the round's number, modulo four.
    let table = [0, 8, -12, 8].map(|n: i32| [n as u32, (n >> 31) as u32]).concat();
    for engine in ENGINES {
        let pieces: [(u64, &[u32]); 3] = [(START, &code), (START + 0x10c, &function), (DATA, &table)];
        let (machine, _) = run(engine, 64, &pieces, &[(7, 400), (9, BASE + DATA)]);
        assert_eq!([10, 11, 12].map(|n| x(&machine, n)), [100, 200, 100], "{engine:?}");
    }
}

/// The upper half of an instruction changes, and nothing else; it begins a function that is called through a register, at either
/// kind of address.
#[test]
fn the_upper_half_of_an_instruction_changes() {
    let code = [
        addi(9, 0, 8),
        jalr(RA, 5, 0),
        addi(9, 9, -1),
        bne(9, 0, -8),
        // A constant of 1 becomes 17, and that 1.
        i(0x03, 5, 8, 5, 2),
        i(0x13, 4, 8, 8, 0x100),
        s(0x23, 1, 5, 8, 2),
        FENCE_I,
        addi(7, 7, -1),
        bne(7, 0, -36),
        STAY,
    ];
    let function = [addi(10, 10, 1), RET];
    for (engine, at) in ENGINES.into_iter().flat_map(|engine| [(engine, NEAR), (engine, NEAR + 2)]) {
        let (machine, _) = run(engine, 64, &[(START, &code), (at, &function)], &[(5, BASE + at), (7, 40)]);
        assert_eq!(x(&machine, 10), 20 * 8 + 20 * 8 * 17, "{engine:?}, {at:#x}");
    }
}

/// A word next to what is only loaded is watched, and what is stored there arrives.
#[test]
fn a_store_to_a_watched_word_next_to_loads() {
    let code = [
        i(0x03, 3, 8, 5, -8),
        i(0x03, 3, 8, 5, 8),
        addi(6, 5, -16),
        s(0x23, 3, 6, 9, 16),
        addi(7, 7, -1),
        bne(7, 0, -20),
        // Once more: exit code 3.
        addi(9, 0, 7),
        addi(7, 0, 1),
        jal(0, -32),
    ];
    for engine in ENGINES {
        let (machine, ended) = run(engine, 64, &[(START, &code)], &[(5, BASE + WATCHED), (7, 200)]);
        assert!(matches!(ended, Some(Ended::Exit { code: 3, .. })), "{engine:?}: {ended:?}");
        assert_eq!(machine.retired(), 200 * 6 + 3 + 4, "{engine:?}");
    }
}
