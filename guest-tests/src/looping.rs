//! Random programs that go around: loops in loops, calls, branches on random data, exceptions, timer interrupts, changes of
//! floating-point state, loads and stores beside each other and across pages. They never end; a budget ends them.
//!
//! Made for holding engines against each other: a translator sees nothing worth its while in programs that run straight
//! through.

use emu_core::isa::{Kind, Touches};
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::{Row, TABLE};

use crate::asm;
use crate::pattern::{letters, set_field};
use crate::random::values;
use crate::rng::Rng;

/// Where the program begins.
pub const BASE: u64 = 0x8000_0000;
/// Bytes of RAM that it needs.
pub const RAM_BYTES: u64 = 0x8_0000;
/// Where its data begin, from the base on.
const DATA: u32 = 0x2_0000;
/// Bytes of them.
const DATA_BYTES: u32 = 0x2000;
const STACK_END: u32 = 0x3_0000;

const RA: u32 = 1;
const SP: u32 = 2;
/// The middle of the data.
const DATA_BASE: u32 = 9;
/// Loop counters, one for each depth.
const COUNTERS: [u32; 3] = [18, 19, 20];
/// What instructions work on.
const FREE: [u32; 15] = [5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31];

const MSTATUS: u32 = 0x300;
const MIE: u32 = 0x304;
const MTVEC: u32 = 0x305;
const MSCRATCH: u32 = 0x340;
const MEPC: u32 = 0x341;
const MCAUSE: u32 = 0x342;
const FFLAGS: u32 = 1;
const FRM: u32 = 2;

/// A program's bytes, from [`BASE`] on.
pub fn image(isa: &Isa, seed: u64) -> Vec<u8> {
    let mut maker = Maker { xlen: isa.xlen, rng: Rng::new(seed), words: Vec::new(), rows: rows(isa), depth: 0 };
    maker.program();
    let mut image: Vec<u8> = maker.words.iter().flat_map(|half| half.to_le_bytes()).collect();
    assert!(image.len() <= DATA as usize, "code does not reach the data");
    image.resize(DATA as usize, 0);
    for _ in 0..DATA_BYTES / 8 {
        let value =
            if maker.rng.chance(50) { values::integer(&mut maker.rng) } else { values::float_register(&mut maker.rng) };
        image.extend(value.to_le_bytes());
    }
    image
}

/// What may stand anywhere: rows of 32 bits that go straight on and touch no memory.
fn rows(isa: &Isa) -> Vec<&'static Row> {
    let plain = |row: &&Row| row.bytes == 4 && row.kind == Kind::Straight && row.touches == Touches::Nothing;
    TABLE.iter().filter(plain).filter(|row| row.exists(isa.extensions, isa.xlen)).collect()
}

struct Maker {
    xlen: u32,
    rng: Rng,
    /// Halfwords.
    words: Vec<u16>,
    rows: Vec<&'static Row>,
    depth: usize,
}

impl Maker {
    fn put(&mut self, word: u32) {
        self.words.extend([word as u16, (word >> 16) as u16]);
    }

    fn here(&self) -> i32 {
        self.words.len() as i32 * 2
    }

    /// Replaces the word at `at`.
    fn patch(&mut self, at: i32, word: u32) {
        let at = at as usize / 2;
        self.words[at..at + 2].copy_from_slice(&[word as u16, (word >> 16) as u16]);
    }

    /// Puts the address `offset` bytes from the base into a register.
    fn address(&mut self, rd: u32, offset: u32) {
        let from_here = offset as i32 - self.here();
        let upper = (from_here + 0x800) >> 12;
        self.put(asm::auipc(rd, upper as u32 & 0xf_ffff));
        self.put(asm::addi(rd, rd, from_here - (upper << 12)));
    }

    fn program(&mut self) {
        // Over the handler.
        let over = self.here();
        self.put(0);
        let handler = self.here() as u32;
        self.handler();
        self.patch(over, 0x6f | asm::j_offset(self.here() - over));
        self.address(5, handler);
        self.put(asm::csrrw(0, MTVEC, 5));
        self.address(5, DATA + DATA_BYTES);
        self.put(asm::csrrw(0, MSCRATCH, 5));
        self.address(SP, STACK_END);
        self.address(DATA_BASE, DATA + DATA_BYTES / 2);
        // FS initial, machine timer interrupts on.
        self.put(asm::lui(5, 2));
        self.put(asm::addi(5, 5, 8));
        self.put(asm::csrrs(0, MSTATUS, 5));
        self.put(asm::addi(5, 0, 0x80));
        self.put(asm::csrrs(0, MIE, 5));
        for (n, register) in FREE.into_iter().enumerate() {
            self.put(asm::load_x(self.xlen, register, DATA_BASE, n as i32 * 8 - 512));
        }
        for f in 0..32 {
            // FLD.
            self.put(asm::i(0x07, 3, f, DATA_BASE, f as i32 * 8));
        }
        let functions = self.rng.below(4) as usize;
        let over = self.here();
        self.put(0);
        let mut starts: Vec<i32> = Vec::new();
        for _ in 0..functions {
            let start = self.here();
            self.function(&starts);
            starts.push(start);
        }
        self.patch(over, 0x6f | asm::j_offset(self.here() - over));
        let again = self.here();
        self.body(&starts, 12);
        self.put(0x6f | asm::j_offset(again - self.here()));
    }

    /// Counts traps, steps over what raised an exception, and sets the timer anew.
    fn handler(&mut self) {
        let (save, load) = (if self.xlen == 64 { 3 } else { 2 }, self.xlen);
        let (clint, ticks) = (0x200_4000_u32 >> 12, self.rng.below(6) as i32 + 1);
        self.put(asm::csrrw(5, MSCRATCH, 5));
        self.put(asm::s(0x23, save, 5, 6, 8));
        self.put(asm::s(0x23, save, 5, 7, 16));
        self.put(asm::load_x(load, 6, 5, 24));
        self.put(asm::addi(6, 6, 1));
        self.put(asm::s(0x23, save, 5, 6, 24));
        self.put(asm::csrrs(6, MCAUSE, 0));
        let branch = self.here();
        self.put(0);
        self.put(asm::csrrs(6, MEPC, 0));
        self.put(asm::addi(6, 6, 4));
        self.put(asm::csrrw(0, MEPC, 6));
        let to_timer = 0x63 | 4 << 12 | 6 << 15 | asm::b_offset(self.here() - branch);
        self.patch(branch, to_timer);
        // mtimecmp = mtime + a few ticks, which fit 32 bits.
        self.put(asm::lui(6, clint + 8));
        self.put(asm::i(0x03, 2, 7, 6, -8));
        self.put(asm::addi(7, 7, ticks));
        self.put(asm::lui(6, clint));
        self.put(asm::s(0x23, 2, 6, 7, 0));
        self.put(asm::s(0x23, 2, 6, 0, 4));
        self.put(asm::load_x(load, 6, 5, 8));
        self.put(asm::load_x(load, 7, 5, 16));
        self.put(asm::csrrw(5, MSCRATCH, 5));
        self.put(0x3020_0073);
    }

    fn function(&mut self, callees: &[i32]) {
        let (save, width) = if self.xlen == 64 { (3, 8) } else { (2, 4) };
        let leaf = self.rng.chance(50);
        if !leaf {
            self.put(asm::addi(SP, SP, -16));
            self.put(asm::s(0x23, save, SP, RA, width));
        }
        self.body(if leaf { &[] } else { callees }, 6);
        if !leaf {
            self.put(asm::load_x(self.xlen, RA, SP, width));
            self.put(asm::addi(SP, SP, 16));
        }
        self.put(asm::jalr(0, RA, 0));
    }

    fn body(&mut self, callees: &[i32], statements: u64) {
        for _ in 0..1 + self.rng.below(statements) {
            self.statement(callees);
        }
    }

    fn statement(&mut self, callees: &[i32]) {
        match self.rng.below(100) {
            0..45 => self.straight(),
            45..60 => self.access(),
            60..70 => self.branch(callees),
            70..78 if self.depth < COUNTERS.len() => self.looped(callees),
            78..86 if !callees.is_empty() => {
                let callee = *self.rng.pick(callees);
                self.put(0x6f | RA << 7 | asm::j_offset(callee - self.here()));
            }
            // ECALL.
            86..88 => self.put(0x73),
            88..91 => {
                let (csr, rd, rs) = (*self.rng.pick(&[FFLAGS, FRM]), self.free(), *self.rng.pick(&[0, 5, 6]));
                self.put(asm::csrrw(rd, csr, rs));
            }
            // FENCE.I.
            91..92 => self.put(0x100f),
            // C.NOP, so that instructions stand at odd halfwords.
            92..95 => self.words.push(1),
            95..98 => self.at_an_edge(),
            _ => self.atomic(),
        }
    }

    fn free(&mut self) -> u32 {
        *self.rng.pick(&FREE)
    }

    fn straight(&mut self) {
        let row = *self.rng.pick(&self.rows);
        let mut word = row.value;
        for letter in letters(row.pattern) {
            let value = match letter {
                b's' | b't' | b'd' => self.free(),
                _ => self.rng.bits() as u32,
            };
            set_field(row.pattern, letter, value, &mut word);
        }
        self.put(word);
    }

    fn access(&mut self) {
        let (width, register) = (self.rng.below(if self.xlen == 64 { 4 } else { 3 }) as u32, self.free());
        let aligned = !self.rng.chance(20);
        let mut offset = self.rng.below(4000) as i32 - 2000;
        if aligned {
            offset &= !((1 << width) - 1);
        }
        match self.rng.below(6) {
            0 | 1 => {
                let unsigned = if self.rng.chance(50) && width < if self.xlen == 64 { 3 } else { 2 } { 4 } else { 0 };
                self.put(asm::i(0x03, width | unsigned, register, DATA_BASE, offset));
            }
            2 | 3 => self.put(asm::s(0x23, width, DATA_BASE, register, offset)),
            4 => {
                let width = *self.rng.pick(&[2, 3]);
                self.put(asm::i(0x07, width, register, DATA_BASE, offset));
            }
            _ => {
                let width = *self.rng.pick(&[2, 3]);
                self.put(asm::s(0x27, width, DATA_BASE, register, offset));
            }
        }
    }

    /// Over a few statements, if random data say so.
    fn branch(&mut self, callees: &[i32]) {
        let (a, b, funct3) = (self.free(), self.free(), *self.rng.pick(&[0, 1, 4, 5, 6, 7]));
        let branch = self.here();
        self.put(0);
        self.body(callees, 3);
        let word = 0x63 | funct3 << 12 | a << 15 | b << 20 | asm::b_offset(self.here() - branch);
        self.patch(branch, word);
    }

    fn looped(&mut self, callees: &[i32]) {
        let counter = COUNTERS[self.depth];
        self.depth += 1;
        let times = 1 + self.rng.below(9) as i32;
        self.put(asm::addi(counter, 0, times));
        let start = self.here();
        // Functions use the same counters, so a loop that calls one may go around for longer.
        self.body(callees, 4);
        self.put(asm::addi(counter, counter, -1));
        self.put(0x63 | 1 << 12 | counter << 15 | asm::b_offset(start - self.here()));
        self.depth -= 1;
    }

    /// Accesses around the ends of RAM, where some fault. No store where code is: nobody says when it would be seen.
    fn at_an_edge(&mut self) {
        let (address, below) = (8, self.rng.chance(50));
        let edge = if below { 0 } else { RAM_BYTES as u32 };
        self.address(address, edge);
        for _ in 0..1 + self.rng.below(3) {
            let (width, register) = (self.rng.below(if self.xlen == 64 { 4 } else { 3 }) as u32, self.free());
            let offset = self.rng.below(33) as i32 - 16;
            match below || self.rng.chance(50) {
                true => self.put(asm::i(0x03, width, register, address, offset)),
                false => self.put(asm::s(0x23, width, address, register, offset)),
            }
        }
    }

    fn atomic(&mut self) {
        let (rd, value, address) = (self.free(), self.free(), 8);
        let width = if self.xlen == 64 && self.rng.chance(50) { 3 } else { 2 };
        let op = *self.rng.pick(&[0, 1, 4, 8, 12, 16, 20, 24, 28]);
        self.put(asm::addi(address, DATA_BASE, self.rng.clone().below(100) as i32 * 8));
        self.put(asm::r(0x2f, width, op << 2, rd, address, value));
    }
}
