//! Where everything lies in a random program's memory, and the parts that are the same in all of them: start, trap
//! handlers, page tables.
//!
//! The image is seen twice when paging is on: at its physical address by S mode, and [`ALIAS`] higher by U mode.

use super::{Exit, Scope, values};
use crate::asm::{self, addi, csrrc, csrrs, csrrw, jalr, lui};
use crate::rng::Rng;
use emu_core::riscv::extension::Ext;
use emu_core::riscv::isa_string::Isa;

/// Where the image is loaded.
pub const BASE: u64 = 0x8000_0000;
/// The word that ends the run, from [`BASE`].
pub const TOHOST: u64 = 0x1000;
/// Size of a page.
pub const PAGE_BYTES: u64 = 0x1000;
/// Added to addresses to get their twins for U mode.
pub const ALIAS: u32 = 1 << 30;

/// Constants.
pub const POOL: u32 = 0x2000;
/// Doublewords in the pool: first those for integer registers, then those for floating-point registers.
pub const POOL_UNITS: u32 = 256;
/// Data, up to `SPARE`.
pub const DATA: u32 = 0x3000;
/// One page after the data that offsets may reach.
pub const SPARE: u32 = 0x7000;
/// Root tables of Sv57, Sv48, Sv39; then the middle and last levels, for each of the two views.
const TABLES: u32 = 0x8000;
/// The items.
pub const BODY: u32 = 0x1_0000;

const M_VECTOR: usize = 0x400;
const S_VECTOR: usize = 0x600;

const T5: u32 = 30;
const T6: u32 = 31;
const MSTATUS: u32 = 0x300;
const MIE: u32 = 0x304;
const MEPC: u32 = 0x341;
const SSTATUS: u32 = 0x100;
const SEPC: u32 = 0x141;

/// The address of the body's first instruction.
pub fn body() -> u64 {
    BASE + u64::from(BODY)
}

/// Whether traps lead to this address, in whichever view of the image.
pub fn is_vector(pc: u64) -> bool {
    let offset = (pc & (u64::from(ALIAS) - 1)) as usize;
    [M_VECTOR, S_VECTOR].iter().any(|&first| (first..first + 64).contains(&offset))
}

/// Pads `code` with zeros, which are illegal, up to `at` bytes.
fn pad(code: &mut Vec<u32>, at: usize) {
    assert!(code.len() * 4 <= at, "the part before {at:#x} is too long");
    code.resize(at / 4, 0);
}

fn branch(funct3: u32, rs1: u32, rs2: u32, insns: i32) -> u32 {
    asm::s(0x63, funct3, rs1, rs2, 0) | asm::b_offset(4 * insns)
}

fn jump(insns: i32) -> u32 {
    0x6f | asm::j_offset(4 * insns)
}

/// `t5` = 2 or 4, the length of the instruction whose first half is in `t5`.
const LENGTH: [fn() -> u32; 5] = [
    || asm::i(0x13, 7, T5, T5, 3),
    || addi(T5, T5, -3),
    || asm::i(0x13, 3, T5, T5, 1),
    || asm::i(0x13, 1, T5, T5, 1),
    || addi(T5, T5, 2),
];

/// Clears the alias bit of `reg`, spoiling `t5`.
fn unalias(reg: u32) -> [u32; 3] {
    [lui(T5, ALIAS >> 12), asm::i(0x13, 4, T5, T5, -1), asm::r(0x33, 7, 0, reg, reg, T5)]
}

/// The code from the entry on: set-up, then both handlers.
pub fn start(isa: &Isa, scope: &Scope) -> Vec<u8> {
    // Who comes here a second time, through a large page, is sent on to `gp`, which is zero only at the beginning.
    let mut code = vec![branch(0, 3, 0, 2), jalr(0, 3, 0)];
    // Trap vectors: `t0` = the image's address.
    code.extend([asm::auipc(5, 0), addi(5, 5, -8), addi(6, 5, M_VECTOR as i32), csrrw(0, 0x305, 6)]);
    if isa.has(Ext::S) {
        code.extend([addi(6, 5, S_VECTOR as i32), csrrw(0, 0x105, 6)]);
    }
    // All of memory for everybody, by the last PMP entry.
    let last = if isa.xlen == 64 { 0x3a2 } else { 0x3a3 };
    code.push(addi(6, 0, -1));
    if isa.xlen == 64 {
        // It has 54 bits.
        code.push(asm::i(0x13, 5, 6, 6, 10));
    }
    code.extend([csrrw(0, 0x3bf, 6), lui(6, 0x1f000), csrrw(0, 0x3a0, 0)]);
    if isa.xlen == 64 {
        code.push(asm::i(0x13, 1, 6, 6, 32));
    }
    code.extend([csrrw(0, last, 6), csrrw(0, 0x3b0, 0)]);
    // What differs at reset: software interrupts, the environment, the counters.
    for csr in [MIE, 0x302, 0x303, 0x306, 0x106, 0x10a, 0x30a] {
        code.push(csrrw(0, csr, 0));
    }
    if isa.xlen == 32 {
        code.push(csrrw(0, 0x31a, 0));
    }
    // The machine's timer never comes: `mtimecmp`.
    code.extend([addi(6, 0, -1), lui(7, 0x2004), asm::s(0x23, 2, 7, 6, 0), asm::s(0x23, 2, 7, 6, 4)]);
    for (csr, half) in [(0x30a, scope.environment), (0x31a, scope.environment >> 32)] {
        for bit in (0..isa.xlen).filter(|bit| half >> bit & 1 == 1 && (csr == 0x30a || isa.xlen == 32)) {
            code.extend([addi(6, 0, 1), asm::i(0x13, 1, 6, 6, bit as i32), csrrs(0, csr, 6)]);
        }
    }
    // FS = initial.
    code.extend([lui(6, 2), csrrw(0, MSTATUS, 6)]);
    if isa.xlen == 32 {
        code.extend([csrrw(0, 0xb82, 0), csrrw(0, 0xb80, 0)]);
    }
    if isa.has(Ext::S | Ext::SSTC) {
        // The supervisor's timer never comes.
        code.push(csrrw(0, 0x14d, 0));
        code.extend([addi(6, 0, -1), csrrw(0, 0x14d, 6)]);
        if isa.xlen == 32 {
            code.push(csrrw(0, 0x15d, 6));
        }
    }
    code.extend([csrrw(0, 0xb02, 0), csrrw(0, 0xb00, 0)]);
    // Registers: floating point, then integer ones; `t0` last.
    code.extend([lui(7, POOL >> 12), asm::r(0x33, 0, 0, 7, 7, 5)]);
    if isa.has(Ext::D) {
        code.push(addi(7, 7, 0x400));
        code.extend((0..32).map(|f| asm::i(0x07, 3, f, 7, 8 * f as i32)));
        code.push(addi(7, 7, -0x400));
    }
    code.extend([1, 4, 6].map(|x| asm::load_x(isa.xlen, x, 7, 8 * x as i32)));
    code.extend((10..32).map(|x| asm::load_x(isa.xlen, x, 7, 8 * x as i32)));
    let middle = ((DATA + SPARE) / 2 - POOL) as i32;
    code.extend([lui(2, middle as u32 >> 12), asm::r(0x33, 0, 0, 2, 2, 7), addi(8, 2, 0x7f8), addi(9, 2, -0x7f8)]);
    code.extend([addi(3, 5, 0), lui(7, BODY >> 12), asm::r(0x33, 0, 0, 7, 7, 5), jalr(0, 7, 0)]);

    pad(&mut code, M_VECTOR);
    machine_handler(&mut code);
    pad(&mut code, S_VECTOR);
    if isa.has(Ext::S) {
        supervisor_handler(&mut code);
    }
    code.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// Sixteen vectors: the first for exceptions, and for everything in direct mode. The two instructions for interrupts stand
/// right behind them, then the rest.
fn vectors(code: &mut Vec<u32>) {
    code.push(jump(18));
    code.extend((1..16).map(|at| jump(16 - at)));
}

fn machine_handler(code: &mut Vec<u32>) {
    vectors(code);
    // Interrupts: never again.
    code.extend([csrrw(0, MIE, 0), asm::MRET]);
    // Everything that the trap has set, where the log shows it. MPRV must be off for the look at the instruction.
    code.extend([lui(T5, 0x20), csrrc(T6, MSTATUS, T5), csrrs(T5, 0x343, 0), csrrs(T6, MEPC, 0), csrrs(T5, 0x342, 0)]);
    code.push(branch(4, T5, 0, -7));
    // Fetches that led nowhere (1, 12) go on at `gp`, calls (8, 9) behind themselves: both in M mode.
    code.extend([addi(T5, T5, -1), branch(0, T5, 0, 18), addi(T5, T5, -11), branch(0, T5, 0, 16)]);
    code.extend([addi(T5, T5, 4), asm::i(0x13, 3, T5, T5, 2), branch(1, T5, 0, 15)]);
    code.extend([lui(T5, ALIAS >> 12), asm::i(0x13, 4, T5, T5, -1), asm::r(0x33, 7, 0, T5, T6, T5)]);
    code.push(asm::i(0x03, 5, T5, T5, 0));
    code.extend(LENGTH.map(|op| op()));
    code.extend([asm::r(0x33, 0, 0, T6, T6, T5), csrrw(0, MEPC, T6), asm::MRET]);
    // A fetch:
    code.extend([addi(T6, 3, 0), jump(2)]);
    // A call:
    code.push(addi(T6, T6, 4));
    code.extend(unalias(T6));
    code.extend([csrrw(0, MEPC, T6), lui(T5, 2), addi(T5, T5, -0x800), csrrs(0, MSTATUS, T5), asm::MRET]);
}

fn supervisor_handler(code: &mut Vec<u32>) {
    vectors(code);
    code.extend([csrrw(0, 0x104, 0), jump(17)]);
    // SUM and MXR must be on for the look at the instruction.
    code.extend([lui(T5, 0xc0), csrrs(T6, SSTATUS, T5), csrrs(T5, 0x143, 0), csrrs(T6, SEPC, 0), csrrs(T5, 0x142, 0)]);
    code.push(branch(4, T5, 0, -7));
    code.extend([addi(T5, T5, -12), branch(0, T5, 0, 11)]);
    code.push(asm::i(0x03, 5, T5, T6, 0));
    code.extend(LENGTH.map(|op| op()));
    code.extend([asm::r(0x33, 0, 0, T6, T6, T5), csrrw(0, SEPC, T6), asm::SRET]);
    // An SRET that is trapped (TSR) comes here, and a fetch that led nowhere one further: on in M mode.
    code.extend([jump(2), csrrw(0, SEPC, 3), asm::ECALL, csrrs(T6, SEPC, 0)]);
    code.extend(unalias(T6));
    code.push(jalr(0, T6, 0));
}

/// The end of the body: back to M mode, then out.
pub fn end(exit: Exit, image: &mut Vec<u8>) {
    let mut code = vec![asm::ECALL, lui(T5, 0x20), csrrc(0, MSTATUS, T5)];
    match exit {
        Exit::Htif => {
            let at = image.len() as u32 + 4 * code.len() as u32;
            let distance = (TOHOST as u32).wrapping_sub(at);
            code.extend([asm::auipc(T5, distance.wrapping_add(0x800) >> 12), addi(T5, T5, distance as i32)]);
            code.extend([addi(T6, 0, 1), asm::s(0x23, 2, T5, T6, 0), asm::s(0x23, 2, T5, 0, 4)]);
        }
        // The finisher's word for success, 0x5555.
        Exit::Finisher => code.extend([lui(T5, 0x100), lui(T6, 5), addi(T6, T6, 0x555), asm::s(0x23, 2, T5, T6, 0)]),
    }
    code.push(jump(0));
    image.extend(code.into_iter().flat_map(u32::to_le_bytes));
}

/// The contents of memory from [`POOL`] to [`BODY`].
pub fn data(rng: &mut Rng, xlen: u32, entry_bits: u32) -> Vec<u8> {
    let mut out = Vec::new();
    for unit in 0..POOL_UNITS {
        let value = if unit < POOL_UNITS / 2 { values::integer(rng) } else { values::float_register(rng) };
        out.extend(value.to_le_bytes());
    }
    out.resize((DATA - POOL) as usize, 0);
    while out.len() < (SPARE - POOL) as usize {
        let value = if rng.chance(50) { values::integer(rng) } else { values::float_register(rng) };
        out.extend(value.to_le_bytes());
    }
    out.resize((TABLES - POOL) as usize, 0);
    if xlen == 64 {
        tables39(rng, entry_bits, &mut out)
    } else {
        tables32(rng, &mut out)
    }
    out.resize((BODY - POOL) as usize, 0);
    out
}

const V: u64 = 1;
const R: u64 = 2;
const W: u64 = 4;
const X: u64 = 8;
const U: u64 = 16;
const A: u64 = 64;
const D: u64 = 128;

/// The page-table entry for a page of the image, in U mode's view or the other.
fn leaf(rng: &mut Rng, entry_bits: Option<u32>, offset: u32, user: bool) -> u64 {
    let ppn = (BASE + offset as u64) >> 12;
    let view = if user { U } else { 0 };
    let flags = match offset {
        ..POOL | BODY.. => V | R | X | A | view,
        DATA..TABLES => {
            let flip = |rng: &mut Rng, percent: u64, bit: u64| if rng.chance(percent) { bit } else { 0 };
            let mut flags = view ^ flip(rng, 15, U);
            for (percent, bit) in [(96, V), (85, R), (80, W), (40, X), (85, A), (85, D), (20, 32), (10, 256), (10, 512)]
            {
                flags |= flip(rng, percent, bit);
            }
            if let Some(first) = entry_bits.filter(|_| rng.chance(10)) {
                // Reserved bits, page-based memory types, and NAPOT, which these entries are no good for.
                flags |= 1 << (u64::from(first) + rng.below(u64::from(64 - first)));
            }
            flags
        }
        _ => V | R | W | A | D | view,
    };
    ppn << 10 | flags
}

fn put(out: &mut [u8], table: u32, index: usize, bytes: usize, value: u64) {
    let at = (table - POOL) as usize + index * bytes;
    out[at..at + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
}

fn pointer(table: u32) -> u64 {
    (BASE + table as u64) >> 12 << 10 | V
}

/// Pages that the leaf tables map.
const PAGES: usize = 64;

/// Sv39's tables under those of Sv48 and Sv57: seven pages.
fn tables39(rng: &mut Rng, entry_bits: u32, out: &mut Vec<u8>) {
    out.resize((TABLES + 7 * 0x1000 - POOL) as usize, 0);
    let page = |n: u32| TABLES + n * 0x1000;
    put(out, page(0), 0, 8, pointer(page(1)));
    put(out, page(1), 0, 8, pointer(page(2)));
    for (view, root_index) in [(0, 2), (1, 3)] {
        put(out, page(2), root_index, 8, pointer(page(3 + view)));
        put(out, page(3 + view), 0, 8, pointer(page(5 + view)));
        for n in 0..PAGES {
            let entry = leaf(rng, Some(entry_bits), n as u32 * 0x1000, view == 1);
            put(out, page(5 + view), n, 8, entry);
        }
        // A large page over the image, for reading, well or badly aligned.
        let large = (BASE >> 12) << 10 | V | R | A | if view == 1 { U } else { 0 };
        put(out, page(3 + view), 1, 8, large);
        put(out, page(3 + view), 2, 8, large | 1 << 10 << rng.below(9));
    }
    // A gigapage.
    put(out, page(2), 1, 8, (BASE >> 12) << 10 | V | R | X | A | (rng.bits() & U));
}

fn tables32(rng: &mut Rng, out: &mut Vec<u8>) {
    out.resize((TABLES + 3 * 0x1000 - POOL) as usize, 0);
    let page = |n: u32| TABLES + n * 0x1000;
    for (view, root_index) in [(0, 0x200), (1, 0x300)] {
        put(out, page(0), root_index, 4, pointer(page(1 + view)));
        for n in 0..PAGES {
            let entry = leaf(rng, None, n as u32 * 0x1000, view == 1);
            put(out, page(1 + view), n, 4, entry);
        }
        let large = (BASE >> 12) << 10 | V | R | A | if view == 1 { U } else { 0 };
        put(out, page(0), root_index + 1, 4, large);
        put(out, page(0), root_index + 2, 4, large | 1 << 10 << rng.below(10));
    }
    put(out, page(0), 0x100, 4, (BASE >> 12) << 10 | V | R | X | A | (rng.bits() & U));
}

/// Values for `satp`: bare first, then each mode of this XLEN with its root.
pub fn address_spaces(xlen: u32) -> Vec<u64> {
    let root = |n: u64| (BASE + TABLES as u64 + n * 0x1000) >> 12;
    if xlen == 64 {
        vec![0, 8 << 60 | root(2), 9 << 60 | root(1), 10 << 60 | root(0)]
    } else {
        vec![0, 1 << 31 | root(0)]
    }
}
