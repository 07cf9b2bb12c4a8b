//! What small regions are translated to, as Cranelift's IR, held against committed text in `guest-tests/golden`: so that a change of
//! the translator shows what it does to its output. It may change; `UPDATE_GOLDEN=1 cargo test -p guest-tests --test golden`
//! writes the text anew, and the difference is what to review.
//!
//! Addresses of the host are masked, as they differ from run to run.

use std::fmt::Write;
use std::path::PathBuf;

use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::slots::{FFLAGS, FS};
use emu_core::riscv::state::{Config, Riscv};
use emu_core::riscv::{self};
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_jit::{Jit, Tier};
use emu_mem::GuestPhys;
use guest_tests::asm;
use guest_tests::ins::disassemble;
use guest_tests::subject::ram_board;

const BASE: u64 = 0x8000_0000;
/// Where the region's code starts.
const CODE: u64 = BASE + 0x100;
const RAM_BYTES: u64 = 0x4000;

/// Registers of the guest.
const RA: u32 = 1;
const T0: u32 = 5;
const T1: u32 = 6;
const T2: u32 = 7;

fn add(rd: u32, rs1: u32, rs2: u32) -> u32 {
    asm::r(0x33, 0, 0, rd, rs1, rs2)
}

fn load_word(rd: u32, rs1: u32, imm: i32) -> u32 {
    asm::i(0x03, 2, rd, rs1, imm)
}

fn store_word(rs1: u32, rs2: u32, imm: i32) -> u32 {
    asm::s(0x23, 2, rs1, rs2, imm)
}

fn branch(funct3: u32, rs1: u32, rs2: u32, offset: i32) -> u32 {
    rs2 << 20 | rs1 << 15 | funct3 << 12 | 0x63 | asm::b_offset(offset)
}

fn jump(rd: u32, offset: i32) -> u32 {
    rd << 7 | 0x6f | asm::j_offset(offset)
}

/// OP-FP; `rm` 7 takes the mode from `frm`.
fn float(funct7: u32, rm: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    asm::r(0x53, rm, funct7, rd, rs1, rs2)
}

/// Compares, or writes.
fn golden(name: &str, code: &[u32]) {
    let isa = Isa::all(64);
    let board = ram_board(BASE, RAM_BYTES).build(&Options::new(Console::captured())).unwrap();
    let mut machine = riscv::machine(board, &isa, Config::default(), "");
    let bytes: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
    machine.board.bus.memory().write_bytes(GuestPhys(CODE), &bytes).unwrap();
    let mut journal = None;
    machine.execute_with(|_| {
        let mut jit = Jit::<Riscv>::new(emu_jit::Options { tier: Tier::Eager, ..Default::default() }).unwrap();
        journal = Some(jit.journal());
        Box::new(jit)
    });
    let hart = &machine.harts()[0];
    hart.pc.set(CODE);
    // The inexact flag is raised, registers are in use: what most programs soon come to.
    hart.slots.set(FS, 3);
    hart.slots.set(FFLAGS, 1);
    for register in 0..32 {
        hart.slots.set(emu_core::riscv::slots::fpr(register), u64::MAX << 32);
    }
    let mut text = String::new();
    for (n, &word) in code.iter().enumerate() {
        let pc = CODE + 4 * n as u64;
        let _ = writeln!(text, "{pc:x}  {}", disassemble(hart, word, pc).expect("the table has it").0);
    }
    machine.run(100);
    let regions = journal.expect("the executor was made").regions();
    let region = regions.iter().find(|region| region.head() == CODE).expect("it was translated");
    let host = machine.board.bus.memory().open_ram().expect("the board has RAM").host as u64;
    let _ = write!(text, "\n{}", masked(&region.explain().unwrap().ir, host));

    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == expected,
        "{name}: the IR is not that of {}; if it is meant to change, UPDATE_GOLDEN=1 writes it:\n{text}",
        path.display()
    );
}

/// Without addresses of the host, where RAM lies at `ram`.
fn masked(ir: &str, ram: u64) -> String {
    let word = |word: &str| {
        let digits = word.trim_end_matches(',').strip_prefix("0x").map(|digits| digits.replace('_', ""));
        let value = digits.and_then(|digits| u64::from_str_radix(&digits, 16).ok());
        let is_host = |value| (1 << 36..1 << 47).contains(&value) || (ram..ram + RAM_BYTES).contains(&value);
        if value.is_some_and(is_host) { "HOST".to_owned() } else { word.to_owned() }
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    ir.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn a_counted_loop() {
    golden("counted-loop", &[asm::addi(T0, T0, -1), add(T1, T1, T0), branch(1, T0, 0, -8), jump(0, -12)]);
}

#[test]
fn accesses_off_one_base_share_a_check() {
    golden(
        "shared-check",
        &[load_word(T1, T0, 0), load_word(T2, T0, 4), add(T1, T1, T2), store_word(T0, T1, 8), jump(0, -16)],
    );
}

#[test]
fn a_small_function_is_followed() {
    golden("followed-call", &[jump(RA, 8), jump(0, -4), asm::addi(T0, T0, 1), asm::jalr(0, RA, 0)]);
}

#[test]
fn an_indirect_jump() {
    golden("indirect-jump", &[add(T0, T1, T2), asm::jalr(0, T0, 0)]);
}

#[test]
fn a_slow_row_leaves() {
    const MSCRATCH: u32 = 0x340;
    golden("slow-row", &[asm::addi(T0, T0, 1), asm::csrrs(T1, MSCRATCH, 0), asm::addi(T1, T1, 1), jump(0, -12)]);
}

#[test]
fn an_atomic_addition() {
    golden("atomic", &[asm::r(0x2f, 2, 0, T1, T0, T2), jump(0, -4)]);
}

#[test]
fn a_division() {
    golden("division", &[asm::r(0x33, 4, 1, T0, T1, T2), jump(0, -4)]);
}

#[test]
fn a_way_out_to_another_page() {
    golden("way-out", &[branch(0, T0, T1, 0xf00), asm::addi(T0, T0, 1), jump(0, -8)]);
}

#[test]
fn guards_of_double_precision_wait() {
    golden("double", &[float(9, 7, 10, 10, 11), float(1, 7, 12, 12, 10), asm::s(0x27, 3, T0, 12, 0), jump(0, -12)]);
}

#[test]
fn boxed_numbers_stay_numbers() {
    golden("single", &[float(0, 7, 10, 10, 11), branch(1, T0, 0, -4), jump(0, -8)]);
}

#[test]
fn a_comparison_and_a_branch() {
    golden("comparison", &[float(0x51, 1, T0, 10, 11), branch(1, T0, 0, -4), jump(0, -8)]);
}

/// T1 is written in each lap and read in none before: laps do not carry it along.
#[test]
fn a_loop_that_counts_laps() {
    golden("laps", &[load_word(T1, T0, 0), add(T2, T2, T1), asm::addi(T0, T0, 4), branch(1, T0, RA, -12), jump(0, 0)]);
}

#[test]
fn halves_of_words() {
    golden("words", &[asm::r(0x3b, 0, 0, T0, T1, T2), asm::i(0x1b, 1, T1, T0, 5), jump(0, -8)]);
}
