//! Loops that go along memory, which translated code looks at for many laps at once: where the last lap is another one than
//! memory, the budget or the loop's own end would have it, it shows. Known results on every engine, and in slices.

use emu_core::machine::{Ended, Machine};
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::slots;
use emu_core::riscv::state::{Config, Riscv};
use emu_core::slot::Slot;
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use guest_tests::asm::{addi, b_offset, csrrw, i, j_offset, r, s};
use guest_tests::engines::{ENGINES, Engine};
use guest_tests::subject::ram_board;

const BASE: u64 = 0x8000_0000;
const RAM_BYTES: u64 = 0x10000;
const START: u64 = BASE + 0x100;
/// Where traps go: there the machine stays.
const HANDLER: u64 = BASE + 0x80;
const DATA: u64 = BASE + 0x4000;
/// A doubleword that somebody watches.
const WATCHED: u64 = BASE + 0x6010;
/// A jump to itself.
const STAY: u32 = 0x6f;
const MTVEC: u32 = 0x305;
const SATP: u32 = 0x180;
const MSTATUS: u32 = 0x300;
const MEPC: u32 = 0x341;
const PMPCFG0: u32 = 0x3a0;
const PMPADDR0: u32 = 0x3b0;
const MRET: u32 = 0x3020_0073;
/// Page tables, of which each takes a page.
const TABLES: u64 = BASE + 0xa000;
/// Where four pages of data are mapped: behind the first one is another part of RAM, behind the second what is behind it in RAM too; the
/// fourth is there but for stores.
const MAPPED: u64 = 0x4000_0000;
const PAGES: [(u64, u64); 4] = [(DATA, 0xc7), (BASE + 0x7000, 0xc7), (BASE + 0x8000, 0xc7), (BASE + 0x9000, 0xc3)];
/// More than any program here takes until it stays.
const INSNS: u64 = 20_000;

/// A loop, with what surrounds it.
struct Program {
    xlen: u32,
    code: Vec<u32>,
    /// Bytes at [`DATA`].
    data: Vec<u8>,
    registers: Vec<(u32, u64)>,
    /// f registers.
    numbers: Vec<(u32, u64)>,
    /// Entries of page tables, by address.
    tables: Vec<(u64, u64)>,
}

impl Program {
    /// The handler's address is in register 31; the loop begins with the second instruction.
    fn new(xlen: u32, its: &[u32], registers: &[(u32, u64)]) -> Self {
        let mut code = vec![csrrw(0, MTVEC, 31)];
        code.extend(its);
        code.push(STAY);
        let registers = registers.iter().copied().chain([(31, HANDLER)]).collect();
        Program { xlen, code, data: Vec::new(), registers, numbers: Vec::new(), tables: Vec::new() }
    }

    /// The same in S-mode behind page tables.
    fn paged(its: &[u32], registers: &[(u32, u64)]) -> Self {
        let enter = [(PMPADDR0, 30), (PMPCFG0, 29), (SATP, 28), (MEPC, 27), (MSTATUS, 26)];
        let its: Vec<u32> =
            enter.map(|(csr, x)| csrrw(0, csr, x)).into_iter().chain([MRET]).chain(its.iter().copied()).collect();
        let all = [(30, u64::MAX >> 10), (29, 0x1f), (28, 8 << 60 | TABLES >> 12), (27, START + 4 * 7), (26, 0x800)];
        let registers: Vec<_> = registers.iter().copied().chain(all).collect();
        let mut program = Program::new(64, &its, &registers);
        let entry = |at: u64, to: u64, flags: u64| (at, to >> 12 << 10 | flags);
        let [first, code, data] = [1, 2, 3].map(|table| TABLES + 0x1000 * table);
        program.tables = vec![
            entry(TABLES + 8 * (BASE >> 30), first, 1),
            entry(first, code, 1),
            entry(code, BASE, 0xcf),
            entry(TABLES + 8 * (MAPPED >> 30), first + 0x3000, 1),
            entry(first + 0x3000, data, 1),
        ];
        program.tables.extend((0..).zip(PAGES).map(|(n, (page, flags))| entry(data + 8 * n, page, flags)));
        program
    }

    fn machine(&self, engine: Engine) -> Machine<Riscv> {
        let mut board = ram_board(BASE, RAM_BYTES).build(&Options::new(Console::captured())).unwrap();
        board.attach_htif(GuestPhys(WATCHED), None).unwrap();
        let mut machine = riscv::machine(board, &Isa::all(self.xlen), Config::default(), "");
        let memory = machine.board.bus.memory();
        let code: Vec<u8> = self.code.iter().flat_map(|word| word.to_le_bytes()).collect();
        memory.write_bytes(GuestPhys(START), &code).unwrap();
        memory.write_bytes(GuestPhys(HANDLER), &STAY.to_le_bytes()).unwrap();
        memory.write_bytes(GuestPhys(DATA), &self.data).unwrap();
        self.tables.iter().for_each(|&(at, entry)| memory.write(GuestPhys(at), entry).unwrap());
        let hart = &machine.harts()[0];
        hart.slots.set(slots::FS, 3);
        self.registers.iter().for_each(|&(x, value)| hart.slots.set(slots::dst(x), value));
        self.numbers.iter().for_each(|&(f, value)| hart.slots.set(slots::fpr(f), value));
        hart.pc.set(START);
        hart.code_changed();
        engine.install(&mut machine);
        machine
    }

    /// Runs it on every engine, at once and in slices of several lengths, and compares with the interpreter after each. The
    /// registers, and what the interpreter says of the end.
    fn run(&self) -> (Registers, Option<Ended>, u64) {
        let mut reference = self.machine(Engine::Interp);
        let ended = reference.run(INSNS);
        for (engine, slice) in ENGINES.into_iter().flat_map(|engine| [1, 3, 10, 29, INSNS].map(|slice| (engine, slice)))
        {
            let (mut one, mut other) = (self.machine(Engine::Interp), self.machine(engine));
            let mut still = 0;
            while still < INSNS.min(700) {
                let ends = (one.run(slice).is_some(), other.run(slice).is_some());
                assert_eq!(ends.0, ends.1, "{engine:?}, slices of {slice}");
                assert_eq!(seen(&one), seen(&other), "{engine:?}, slices of {slice}");
                if ends.0 {
                    break;
                }
                still += slice;
            }
        }
        (registers(&reference), ended, reference.retired())
    }
}

/// x registers, f registers and `fflags`, as slots lie.
type Registers = [u64; 65];
const F: usize = 32;
const FFLAGS: usize = 64;

fn registers(machine: &Machine<Riscv>) -> Registers {
    std::array::from_fn(|n| machine.harts()[0].slots.get(Slot(n as u8)))
}

/// All that a guest can see.
fn seen(machine: &Machine<Riscv>) -> (u64, u64, Registers, Vec<u8>) {
    let mut memory = vec![0; RAM_BYTES as usize];
    machine.board.bus.memory().read_bytes(GuestPhys(BASE), &mut memory).unwrap();
    (machine.harts()[0].pc.get(), machine.retired(), registers(machine), memory)
}

fn lw(rd: u32, rs1: u32, offset: i32) -> u32 {
    i(0x03, 2, rd, rs1, offset)
}

fn lbu(rd: u32, rs1: u32, offset: i32) -> u32 {
    i(0x03, 4, rd, rs1, offset)
}

fn sw(rs1: u32, rs2: u32, offset: i32) -> u32 {
    s(0x23, 2, rs1, rs2, offset)
}

fn add(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r(0x33, 0, 0, rd, rs1, rs2)
}

fn fld(rd: u32, rs1: u32, offset: i32) -> u32 {
    i(0x07, 3, rd, rs1, offset)
}

fn fadd_d(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r(0x53, 7, 1, rd, rs1, rs2)
}

fn fmul_d(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r(0x53, 7, 9, rd, rs1, rs2)
}

fn bne(rs1: u32, rs2: u32, offset: i32) -> u32 {
    0x63 | 1 << 12 | rs1 << 15 | rs2 << 20 | b_offset(offset)
}

fn beq(rs1: u32, rs2: u32, offset: i32) -> u32 {
    0x63 | rs1 << 15 | rs2 << 20 | b_offset(offset)
}

fn jal(rd: u32, offset: i32) -> u32 {
    0x6f | rd << 7 | j_offset(offset)
}

/// Forwards and backwards, by a step that is a power of two and by one that is none, to an address and down to zero.
#[test]
fn sums_and_copies() {
    for (xlen, step) in [32, 64].into_iter().flat_map(|xlen| [4, 12, -4, -12].map(|step| (xlen, step))) {
        let laps = 50;
        let from = if step > 0 { DATA } else { DATA + 49 * 12 };
        let to = from.wrapping_add_signed(laps * step as i64);
        let its = [
            lw(8, 5, 0),
            add(9, 9, 8),
            sw(5, 9, 4),
            addi(5, 5, step),
            sw(5, 8, 0x700 - step),
            bne(5, 6, -20),
            add(10, 9, 0),
        ];
        let mut program = Program::new(xlen, &its, &[(5, from), (6, to)]);
        program.data = (0..0x400_u32).flat_map(|n| (n % 7).to_le_bytes()).collect();
        // What each lap loads is what it stored before, if steps are of four bytes.
        let mut data: Vec<u32> =
            program.data.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
        let (mut at, mut sum) = ((from - DATA) as i64 / 4, 0_u32);
        for _ in 0..laps {
            let word = data[at as usize];
            sum = sum.wrapping_add(word);
            data[at as usize + 1] = sum;
            data[at as usize + 0x1c0] = word;
            at += step as i64 / 4;
        }
        let (registers, _, _) = program.run();
        let expected = if xlen == 64 { sum as i32 as u64 } else { sum.into() };
        assert_eq!((registers[5], registers[10] as u32), (to, expected as u32), "RV{xlen}, step {step}");
    }
}

/// A counter besides, which is what ends the loop.
#[test]
fn a_counter_ends_the_loop() {
    for xlen in [32, 64] {
        let its = [lw(8, 5, 0), add(9, 9, 8), addi(5, 5, 4), addi(7, 7, -1), bne(7, 0, -16)];
        let mut program = Program::new(xlen, &its, &[(5, DATA), (7, 60)]);
        program.data = [3, 0, 0, 0].repeat(60);
        let (registers, _, _) = program.run();
        assert_eq!((registers[5], registers[7], registers[9]), (DATA + 240, 0, 180), "RV{xlen}");
    }
}

/// The loop's end is beyond RAM's, is missed as the step is too long, or is where the loop begins: it traps at RAM's end, at either
/// one, and has done what comes before.
#[test]
fn off_the_end_of_ram() {
    for (xlen, store) in [32, 64].into_iter().flat_map(|xlen| [(xlen, false), (xlen, true)]) {
        let access = if store { sw(5, 9, 0) } else { lw(8, 5, 0) };
        for (from, step, to) in [
            (BASE + RAM_BYTES - 80, 4, BASE + RAM_BYTES + 80),
            (BASE + RAM_BYTES - 80, 8, BASE + RAM_BYTES - 36),
            (BASE + RAM_BYTES - 80, 4, BASE + RAM_BYTES - 80),
            (BASE + RAM_BYTES - 82, 4, 0),
        ] {
            let its = [add(9, 9, 6), access, addi(5, 5, step), bne(5, 6, -12)];
            let (registers, _, _) = Program::new(xlen, &its, &[(5, from), (6, to)]).run();
            let laps = (BASE + RAM_BYTES - from) / step as u64;
            let missed = from + laps * step as u64;
            assert_eq!(registers[5], missed, "RV{xlen}, from {from:#x} by {step} to {to:#x}");
        }
    }
    // Loads alone go down through code to RAM's start.
    let its = [add(9, 9, 6), lw(8, 5, 0), addi(5, 5, -8), bne(5, 6, -12)];
    let (registers, _, _) = Program::new(64, &its, &[(5, BASE + 160), (6, 0)]).run();
    assert_eq!(registers[5], BASE - 8);
}

/// Stores come to a word that somebody watches, from below and from above; the first one there ends the run.
#[test]
fn stores_that_come_to_a_watched_word() {
    for (xlen, step) in [32, 64].into_iter().flat_map(|xlen| [8, -8].map(|step| (xlen, step))) {
        let from = WATCHED.wrapping_add_signed(-40 * step as i64);
        let its = [sw(5, 9, 0), addi(5, 5, step), bne(5, 6, -8)];
        let (registers, ended, retired) = Program::new(xlen, &its, &[(5, from), (6, 0), (9, 7)]).run();
        assert!(matches!(ended, Some(Ended::Exit { code: 3, .. })), "RV{xlen}, by {step}: {ended:?}");
        assert_eq!((registers[5], retired), (WATCHED, 1 + 40 * 3 + 1), "RV{xlen}, by {step}");
    }
}

/// Loops that are left in their middle, before and behind what they store.
#[test]
fn ways_out_of_the_middle() {
    for xlen in [32, 64] {
        // Copies bytes up to and with a zero, or to a 9.
        let its = [
            lbu(8, 5, 0),
            beq(8, 11, 28),
            s(0x23, 0, 6, 8, 0),
            addi(5, 5, 1),
            beq(8, 0, 16),
            addi(6, 6, 1),
            addi(10, 10, 1),
            jal(0, -28),
        ];
        for (end, copied) in [(0, 33), (9, 33)] {
            let mut program = Program::new(xlen, &its, &[(5, DATA), (6, DATA + 0x100), (11, 9)]);
            program.data = [vec![5; 33], vec![end], vec![6; 9]].concat();
            let (registers, _, _) = program.run();
            assert_eq!(registers[10], copied, "RV{xlen}, {end}");
            assert_eq!(registers[6], DATA + 0x100 + copied, "RV{xlen}, {end}");
        }
    }
}

/// On RV64 ADDIW makes of a pointer to where RAM is what points elsewhere: it is no equal step.
#[test]
fn a_step_that_is_none() {
    let addiw = i(0x1b, 0, 5, 5, 4);
    let its = [lw(8, 5, 0), addi(9, 9, 1), addiw, bne(5, 6, -12)];
    let (registers, _, _) = Program::new(64, &its, &[(5, DATA), (6, 0)]).run();
    assert_eq!((registers[9], registers[5]), (1, 0xffff_ffff_8000_4004));
}

/// The loop compares with what its end was when the lap began; it comes nearer meanwhile.
#[test]
fn an_end_that_moves() {
    for xlen in [32, 64] {
        let its = [lw(8, 5, 0), addi(12, 6, 0), addi(6, 6, -4), addi(5, 5, 4), bne(5, 12, -16)];
        let (registers, _, _) = Program::new(xlen, &its, &[(5, DATA), (6, DATA + 41 * 4)]).run();
        assert_eq!((registers[5], registers[12]), (DATA + 21 * 4, DATA + 21 * 4), "RV{xlen}");
    }
}

/// Behind page tables, over the ends of pages that lie apart and of such that lie together, until there is no page, or none for stores.
/// Two words that lie across the end of a page, and one that does.
#[test]
fn over_the_ends_of_pages() {
    let stop = |pages: u64| MAPPED + 0x1000 * pages;
    for (from, step, second, store) in [
        (8, 8, 4, false),
        (4, 8, 4, false),
        (4, 8, 4, true),
        (12, 16, 8, true),
        (2, 8, 4, true),
        (0, 24, 0, true),
        (0x108, -8, 4, false),
        (0x10c, -8, 4, true),
        (0x1100, -4, 0, true),
    ] {
        let access = if store { sw(5, 9, second) } else { lw(10, 5, second) };
        // The TLB has the pages that may be stored to already.
        let pages = [20, 21, 22].into_iter().flat_map(|page| [lw(11, page, 0x100), sw(page, 11, 0x100)]);
        let looped = [lw(8, 5, 0), access, add(9, 9, 8), add(9, 9, 10), addi(5, 5, step), bne(5, 6, -20)];
        let its: Vec<u32> = pages.chain(looped).collect();
        let from = if step > 0 { MAPPED + 0xf00 + from } else { MAPPED + 0x1000 + from };
        let mut program =
            Program::paged(&its, &[(5, from), (6, 0), (9, 7), (20, stop(0)), (21, stop(1)), (22, stop(2))]);
        program.data = (0..0x1800_u32).flat_map(|n| n.wrapping_mul(0x9e37_79b9).to_le_bytes()).collect();
        let (registers, _, _) = program.run();
        let mut stopped = from;
        // The first word is loaded from any page, the second may be stored.
        let may = |at: u64, bytes: u64, store: bool| {
            let pages = if store { 3 } else { 4 };
            at >= MAPPED && at + bytes <= stop(pages)
        };
        while may(stopped, 4, false) && may(stopped.wrapping_add_signed(second.into()), 4, store) {
            stopped = stopped.wrapping_add_signed(step.into());
        }
        assert_eq!(registers[5], stopped, "from {from:#x} by {step}, {second}, {store}");
    }
}

/// Numbers are tested together: a sum that overflows beside products of middle size, a product that overflows, or is inexact below the
/// least normal number, beside such sums.
#[test]
fn one_number_of_many_raises_flags() {
    const OF: u64 = 4;
    const UF: u64 = 2;
    const NX: u64 = 1;
    let (tenth, half_inexact) = (0.1_f64, 0.7_f64);
    for (term, factor, flags) in [
        (f64::MAX, 1.25, OF | NX),
        (1.25, f64::MAX, OF | NX),
        (1.25, f64::MIN_POSITIVE * 1.75, UF | NX),
        (1.25, 1.75, NX),
    ] {
        let its = [
            fld(1, 5, 0),
            fld(2, 5, 8),
            fadd_d(3, 1, 1),
            fmul_d(6, 2, 8),
            fmul_d(6, 6, 2),
            fadd_d(7, 3, 9),
            addi(5, 5, 16),
            bne(5, 6, -28),
        ];
        let mut program = Program::new(64, &its, &[(5, DATA), (6, DATA + 61 * 16)]);
        // Nothing of this is exact, so the inexact flag is raised from the first lap on.
        program.numbers = vec![(8, half_inexact.to_bits()), (9, tenth.to_bits())];
        let pairs = std::iter::repeat_n([1.25, 1.25], 60).chain([[term, factor]]);
        program.data = pairs.flatten().flat_map(f64::to_le_bytes).collect();
        let (registers, _, _) = program.run();
        assert_eq!(registers[FFLAGS], flags, "{term:e}, {factor:e}");
        assert_eq!(registers[F + 6], (factor * half_inexact * factor).to_bits(), "{term:e}, {factor:e}");
        assert_eq!(registers[F + 7], (term + term + tenth).to_bits(), "{term:e}, {factor:e}");
    }
}

/// More numbers than the host has registers for, and nobody in the loop reads those of the lap before.
#[test]
fn numbers_that_are_stored_early() {
    let sums = (2..18).map(|f| fadd_d(f, f - 1, 1));
    let its: Vec<u32> = [fld(1, 5, 0)].into_iter().chain(sums).chain([addi(5, 5, 8), bne(5, 6, -72)]).collect();
    let mut program = Program::new(64, &its, &[(5, DATA), (6, DATA + 30 * 8)]);
    program.data = (1..=30_u32).flat_map(|n| f64::from(n).to_le_bytes()).collect();
    let (registers, _, _) = program.run();
    let expected: Vec<u64> = (1..18).map(|f| (30.0 * f64::from(f)).to_bits()).collect();
    assert_eq!(registers[F + 1..F + 18], expected);
}

/// What a loop's surroundings write, which run a fortieth as often: it is there wherever the loop is left.
#[test]
fn what_cold_blocks_store() {
    let outer = [addi(7, 7, 3), add(8, 8, 7), addi(5, 10, 0)];
    let inner = [lw(9, 5, 0), add(11, 11, 9), addi(5, 5, 4), bne(5, 6, -12)];
    let its: Vec<u32> = outer.into_iter().chain(inner).chain([addi(12, 12, -1), bne(12, 0, -32)]).collect();
    let mut program = Program::new(64, &its, &[(6, DATA + 40 * 4), (10, DATA), (12, 20)]);
    program.data = (1..=40_u32).flat_map(u32::to_le_bytes).collect();
    for slice in [1, 10, 29, 97, INSNS] {
        let (mut one, mut other) = (program.machine(Engine::Interp), program.machine(Engine::Interp));
        // By then the loop has gone around often enough for what is around it to be cold.
        let options = emu_jit::Options { tier: emu_jit::Tier::Hot, threshold: 100, ..Default::default() };
        other.execute_with(|_| Box::new(emu_jit::Jit::new(options).expect("this host runs translated code")));
        for _ in (0..4_000).step_by(slice as usize) {
            one.run(slice);
            other.run(slice);
            assert_eq!(seen(&one), seen(&other), "slices of {slice}");
        }
        let registers = registers(&other);
        assert_eq!([7, 8, 11].map(|x| registers[x]), [60, 630, 20 * 820], "slices of {slice}");
    }
}
