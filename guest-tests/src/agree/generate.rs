//! Makes random programs: what a translator finds hard, in random order and nested.

use std::sync::LazyLock;

use emu_core::isa::{Kind, Touches};
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::{Row, TABLE};
use emu_jit::Tier;

use super::code::{ADDRESS, CASES, Op, SPOILT, Statement, Target};
use super::program::{DATA_BASE, KEPT_RA, Part, Program, Running, bases};
use super::world::{self, CALL_MODES, CALL_PAGE, CALL_RIGHTS, CALL_SPACE, World, branch};
use crate::asm::{self, addi, csrrc, csrrs, csrrw, jalr, lui};
use crate::pattern::{letters, set_field};
use crate::random::values;
use crate::rng::Rng;

/// What instructions work on.
const FREE: [u32; 15] = [5, 6, SPOILT, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31];
/// Those of them that compressed instructions reach.
const SHORT: [u32; 6] = [10, 11, 12, 13, 14, 15];
const RA: u32 = 1;
const SP: u32 = 2;
const GP: u32 = 3;
const TP: u32 = 4;
/// Loop counters: of the main part by depth, then one for each function.
const COUNTERS: u32 = 18;
const MAIN_DEPTH: usize = 2;
/// A program has fewer functions, but for the last one.
const FUNCTIONS: u64 = 4;

const STORE: u32 = 0x23;
const WFI: u32 = 0x1050_0073;
/// ADDI without effect.
const NOP: u32 = 0x13;

/// The rows of one XLEN that may stand anywhere.
struct Rows {
    integer: Vec<&'static Row>,
    float: Vec<&'static Row>,
    short: Vec<&'static Row>,
    memory: Vec<&'static Row>,
    atomic: Vec<&'static Row>,
}

impl Rows {
    fn of(xlen: u32) -> &'static Self {
        static ROWS: LazyLock<[Rows; 2]> = LazyLock::new(|| [32, 64].map(Rows::new));
        &ROWS[usize::from(xlen == 64)]
    }

    fn new(xlen: u32) -> Self {
        let isa = Isa::all(xlen);
        let mut rows = Rows { integer: vec![], float: vec![], short: vec![], memory: vec![], atomic: vec![] };
        for row in TABLE.iter().filter(|row| row.kind == Kind::Straight && row.exists(isa.extensions, xlen)) {
            let list = match row.format {
                "Lr" | "Sc" | "Caddi16sp" => continue,
                "A" => &mut rows.atomic,
                _ if row.touches != Touches::Nothing => &mut rows.memory,
                _ if row.bytes == 2 => &mut rows.short,
                _ if row.name.starts_with('f') && !row.name.starts_with("fence") => &mut rows.float,
                _ => &mut rows.integer,
            };
            list.push(row);
        }
        rows
    }
}

impl Program {
    /// The program of a seed.
    pub fn new(seed: u64) -> Self {
        let rng = Rng::new(seed);
        Maker { rng, xlen: 64, paged: false, timed: false, skew: [0; 2], sites: 0, inside: Inside::Main, depth: 0 }
            .program(seed)
    }
}

/// Which part is being made.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Inside {
    Main,
    Function(usize),
    /// In memory that is exchanged, where nothing may be replaced.
    Twin(usize),
}

struct Maker {
    rng: Rng,
    xlen: u32,
    paged: bool,
    /// Whether timer interrupts come.
    timed: bool,
    skew: [u32; 2],
    sites: usize,
    inside: Inside,
    depth: usize,
}

impl Maker {
    fn program(mut self, seed: u64) -> Program {
        self.xlen = if self.rng.chance(50) { 32 } else { 64 };
        self.paged = self.rng.chance(50);
        let world = self.world();
        self.timed = world.timer.is_some();
        let running = self.running();
        // Accesses off either may be misaligned, and all of them then are.
        self.skew = [0, 0].map(|_: u32| if self.rng.chance(10) { self.rng.below(16) as u32 } else { 0 });
        self.skew[1] += 16 * self.rng.below(8) as u32;
        let functions = self.rng.below(FUNCTIONS) as usize;
        let functions: Vec<Part> = (0..functions)
            .map(|n| {
                self.inside = Inside::Function(n);
                self.part(6)
            })
            .collect();
        self.inside = Inside::Twin(functions.len());
        let twins = [(); 2].map(|()| self.part(5));
        self.inside = Inside::Main;
        let main = Part { at: 0, body: self.body(functions.len() + 1, 14) };
        let data = (0..(world::DATA_END - world::DATA) / 8).flat_map(|_| self.datum().to_le_bytes()).collect();
        let mut gaps: Vec<u32> = functions.iter().map(|_| self.gap(0x400)).collect();
        // Often a page ends somewhere in the main part.
        let near_an_end = 0xe00 + 2 * self.rng.below(0x100) as u32;
        gaps.push(if self.rng.chance(50) { near_an_end } else { 0 });
        gaps.push(self.gap(0x600));
        let mut program = Program { seed, world, running, main, functions, twins, skew: self.skew, data };
        program.place(&gaps);
        program
    }

    fn gap(&mut self, most: u64) -> u32 {
        if self.rng.chance(40) { 2 * self.rng.below(most / 2) as u32 } else { 0 }
    }

    fn world(&mut self) -> World {
        let rng = &mut self.rng;
        let fine_time = rng.chance(60);
        let paged = self.paged;
        World {
            xlen: self.xlen,
            paged,
            mode: CALL_MODES[rng.below(if paged { 2 } else { 3 }) as usize],
            timer: rng.chance(50).then(|| if fine_time { 40 + rng.below(500) as u32 } else { 1 + rng.below(4) as u32 }),
            fine_time,
            misaligned_trap: rng.chance(12),
            updates_entries: rng.chance(40),
            // V; W; D; A; X; R and W; V, R, W and X.
            takes_rights: *rng.pick(&[0, 1, 4, 0x80, 0x40, 8, 6, 0xf]),
            one_asid: rng.chance(30),
            watched: rng.chance(20),
            // Illegal instructions, EBREAK, misaligned accesses; supervisor interrupts.
            delegated: rng.bits() as u32 & 0x22_005c,
            lacks: *rng.pick(&[0, 0, 1, 0x80, 0xc0]),
        }
    }

    fn running(&mut self) -> Running {
        let rng = &mut self.rng;
        let tier = match rng.below(20) {
            0..3 => Tier::Eager,
            3..5 => Tier::Background,
            _ => Tier::Hot,
        };
        let eager = tier == Tier::Eager;
        Running {
            tier,
            threshold: 2 + rng.below(9) as u32,
            cramped: rng.chance(3),
            slice: *rng.pick(&[7, 60, 400, 3000, u64::MAX]),
            budget: 1000 + rng.below(if eager { 1000 } else { 4000 }),
        }
    }

    fn datum(&mut self) -> u64 {
        match self.rng.below(3) {
            0 => values::integer(&mut self.rng),
            _ => values::float_register(&mut self.rng),
        }
    }

    fn part(&mut self, statements: u64) -> Part {
        let callees = match self.inside {
            Inside::Main => FUNCTIONS as usize,
            Inside::Function(n) => n,
            Inside::Twin(_) => 0,
        };
        Part { at: 0, body: self.body(callees, statements) }
    }

    /// Some statements, with calls of the first `callees` functions.
    fn body(&mut self, callees: usize, statements: u64) -> Vec<Statement> {
        (0..1 + self.rng.below(statements)).map(|_| self.statement(callees)).collect()
    }

    fn statement(&mut self, callees: usize) -> Statement {
        match self.rng.below(100) {
            0..30 => Statement::Ops(self.straight()),
            30..48 => Statement::Ops(self.accesses()),
            48..56 => self.branch(callees),
            56..64 => self.looped(callees),
            64..66 => self.cases(callees),
            66..73 if callees > 0 => Statement::Ops(self.call(callees)),
            73..76 => Statement::Ops(self.system_call()),
            76..81 => Statement::Ops(self.csr()),
            81..83 => Statement::Ops(self.wild()),
            83..87 if !self.is_exchanged() => Statement::Ops(self.site()),
            87..91 if self.sites > 0 => Statement::Ops(self.replace()),
            91..94 => Statement::Ops(self.atomic()),
            94..96 if self.paged && !self.is_exchanged() => Statement::Ops(self.entry()),
            96..97 => Statement::Ops(vec![Op::Word(asm::FENCE_I)]),
            // So that instructions stand at odd halfwords.
            97..98 => Statement::Ops(vec![Op::Half(1)]),
            98..99 => Statement::Ops(self.early_return()),
            _ if !self.is_exchanged() => Statement::Ops(self.hole()),
            _ => Statement::Ops(self.straight()),
        }
    }

    /// Whether the code lies where address spaces, and page tables that are changed, have something else: it is neither
    /// written nor exchanged under its own feet.
    fn is_exchanged(&self) -> bool {
        matches!(self.inside, Inside::Twin(_))
    }

    /// From a function, unless a branch is taken: behind the call, or four bytes further.
    fn early_return(&mut self) -> Vec<Op> {
        let number = match self.inside {
            Inside::Main => return self.straight(),
            Inside::Function(n) | Inside::Twin(n) => n,
        };
        let kept = KEPT_RA + number as u32;
        let behind = Target::Here(0);
        let further = *self.rng.pick(&[0, 4]);
        vec![
            Op::Branch(branch(*self.rng.pick(&[0, 1, 4, 5]), self.free(), self.free()), behind),
            Op::Word(addi(RA, kept, further)),
            Op::Word(jalr(0, RA, 0)),
            Op::Mark(behind),
        ]
    }

    fn free(&mut self) -> u32 {
        *self.rng.pick(&FREE)
    }

    /// What an instruction may read.
    fn source(&mut self) -> u32 {
        match self.rng.below(20) {
            0 => 0,
            1 => *self.rng.pick(&[RA, SP, DATA_BASE, COUNTERS]),
            _ => self.free(),
        }
    }

    fn straight(&mut self) -> Vec<Op> {
        let rows = Rows::of(self.xlen);
        let list = match self.rng.below(10) {
            0..5 => &rows.integer,
            5..8 => &rows.float,
            _ => &rows.short,
        };
        let row = *self.rng.pick(list);
        vec![self.random_row(row, None)]
    }

    /// An instruction of this row with random operands; `base` instead of its first source.
    fn random_row(&mut self, row: &Row, base: Option<u32>) -> Op {
        loop {
            let mut word = row.value;
            for letter in letters(row.pattern) {
                // Three bits name x8 to x15; a number without its highest bits does that too.
                let short = row.pattern.bytes().filter(|&b| b == letter).count() == 3;
                let value = match letter {
                    b's' if base.is_some() => base.expect("it is some"),
                    b's' | b't' | b'd' if short => *self.rng.pick(&SHORT),
                    b'd' if self.rng.chance(4) => 0,
                    b'd' => self.free(),
                    b's' | b't' => self.source(),
                    // A rounding mode: mostly one that there is, or that of `frm`.
                    b'm' if self.rng.chance(90) => *self.rng.pick(&[0, 1, 2, 3, 4, 7, 7, 7]),
                    _ => self.rng.bits() as u32,
                };
                set_field(row.pattern, letter, value, &mut word);
            }
            // Some operands are reserved, and mean something else.
            if (row.unpack)(word).is_some() {
                return if row.bytes == 2 { Op::Half(word as u16) } else { Op::Word(word) };
            }
        }
    }

    /// A load or store off `base`, at most `most` bytes from it, of 4 bytes or of 2.
    fn access(&mut self, base: u32, least: i32, most: i32) -> Op {
        let rows = Rows::of(self.xlen);
        loop {
            let row = *self.rng.pick(&rows.memory);
            let has_base = row.pattern.contains("sss");
            match row.bytes {
                // Its offset is small, and not negative; without a source, it is off `sp`.
                2 if most >= 504 && (has_base && (8..16).contains(&base) || !has_base && base == SP) => {
                    return self.random_row(row, has_base.then_some(base));
                }
                4 => {
                    let Op::Word(mut word) = self.random_row(row, Some(base)) else { continue };
                    let mut offset = least + self.rng.below((most - least) as u64) as i32;
                    if self.rng.chance(80) {
                        offset &= -8;
                    }
                    set_field(row.pattern, b'i', offset as u32, &mut word);
                    return Op::Word(word);
                }
                _ => {}
            }
        }
    }

    fn some_accesses(&mut self, ops: &mut Vec<Op>, base: u32, least: i32, most: i32) {
        for _ in 0..1 + self.rng.below(4) {
            let op = self.access(base, least, most);
            ops.push(op);
            if self.rng.chance(20) {
                ops.extend(self.straight());
            }
        }
    }

    fn accesses(&mut self) -> Vec<Op> {
        let mut ops = Vec::new();
        match self.rng.below(12) {
            0..4 => self.some_accesses(&mut ops, DATA_BASE, -2000, 2000),
            // At a page's beginning.
            4..6 => self.some_accesses(&mut ops, SP, -128, 600),
            // At an address that a register chooses.
            6..8 => {
                let index = self.free();
                ops.push(Op::Word(asm::i(0x13, 7, ADDRESS, index, *self.rng.pick(&[0x7f8, 0x78, 0x7ff]))));
                ops.push(Op::Word(asm::r(0x33, 0, 0, ADDRESS, ADDRESS, *self.rng.pick(&[DATA_BASE, SP]))));
                self.some_accesses(&mut ops, ADDRESS, -256, 512);
            }
            // At one that translating knows.
            8..10 => {
                let at = (world::DATA + 0x100 + self.rng.below(0x3c00) as u32) & !7;
                ops.push(Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), Target::Offset(at)));
                self.some_accesses(&mut ops, ADDRESS, -64, 64);
            }
            // Around RAM's end.
            10 => {
                let at = world::RAM_BYTES as u32 - 8;
                ops.push(Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), Target::Offset(at)));
                self.some_accesses(&mut ops, ADDRESS, -16, 32);
            }
            // The CLINT.
            _ => {
                let offset = *self.rng.pick(&[0, 0x4000, 0xbff8]);
                ops.push(Op::Word(lui(ADDRESS, (world::CLINT + offset + 0x800) >> 12)));
                let (width, rd) = (if self.xlen == 64 { self.rng.below(2) as u32 + 2 } else { 2 }, self.free());
                let offset = (offset & 0xfff) as i32;
                ops.push(Op::Word(asm::i(
                    0x03,
                    width,
                    rd,
                    ADDRESS,
                    if offset > 0x7ff { offset - 0x1000 } else { offset },
                )));
            }
        }
        ops
    }

    /// Words in the middle of the code that are loaded and stored.
    fn hole(&mut self) -> Vec<Op> {
        let (start, behind) = (Target::Here(0), Target::Here(1));
        let mut ops = vec![Op::Jal(0x6f, behind), Op::Mark(start)];
        ops.extend((0..6).map(|_| Op::Word(self.rng.bits() as u32)));
        ops.push(Op::Mark(behind));
        ops.push(Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), start));
        // The widest access still fits.
        self.some_accesses(&mut ops, ADDRESS, 0, 17);
        ops
    }

    fn atomic(&mut self) -> Vec<Op> {
        let mut ops = Vec::new();
        let offset = self.rng.below(512) as i32 & if self.rng.chance(90) { !7 } else { !0 };
        ops.push(Op::Word(addi(ADDRESS, *self.rng.pick(&[DATA_BASE, SP]), offset)));
        let wide = self.xlen == 64 && self.rng.chance(50);
        let width = if wide { 3 } else { 2 };
        if self.rng.chance(60) {
            let row = *self.rng.pick(&Rows::of(self.xlen).atomic);
            ops.push(self.random_row(row, Some(ADDRESS)));
            return ops;
        }
        let (old, new, failed) = (self.free(), self.free(), self.free());
        ops.push(Op::Word(asm::r(0x2f, width, 2 << 2, old, ADDRESS, 0)));
        for _ in 0..self.rng.below(3) {
            ops.extend(self.straight());
        }
        if self.rng.chance(20) {
            ops.push(self.access(DATA_BASE, 0, 512));
        }
        ops.push(Op::Word(asm::r(0x2f, width, 3 << 2, failed, ADDRESS, new)));
        ops
    }

    fn branch(&mut self, callees: usize) -> Statement {
        let funct3 = *self.rng.pick(&[0, 1, 4, 5, 6, 7]);
        let mut word = branch(funct3, self.free(), self.source());
        if self.rng.chance(30) {
            word = branch(*self.rng.pick(&[0, 1]), *self.rng.pick(&SHORT), 0);
        }
        let then = self.body(callees, 3);
        let otherwise = if self.rng.chance(30) { self.body(callees, 3) } else { Vec::new() };
        Statement::If(word, then, otherwise)
    }

    fn looped(&mut self, callees: usize) -> Statement {
        // A counter of its own for each loop that may run within another one.
        let (counter, deepest) = match self.inside {
            Inside::Main => (COUNTERS + self.depth as u32, MAIN_DEPTH),
            Inside::Function(n) | Inside::Twin(n) => (COUNTERS + MAIN_DEPTH as u32 + n as u32, 1),
        };
        if self.depth >= deepest {
            return Statement::Ops(self.straight());
        }
        self.depth += 1;
        let times = 1 + self.rng.below(if self.depth > 1 { 6 } else { 16 }) as u32;
        let body = self.body(callees, 4);
        self.depth -= 1;
        Statement::Loop(counter, times, body)
    }

    fn cases(&mut self, callees: usize) -> Statement {
        let count = 2 + self.rng.below(CASES as u64 - 1);
        Statement::Cases(self.free(), (0..count).map(|_| self.body(callees, 2)).collect())
    }

    fn call(&mut self, callees: usize) -> Vec<Op> {
        let callee = Target::Function(self.rng.below(callees as u64) as usize);
        let mut ops = match self.rng.below(4) {
            0 | 1 => vec![Op::Jal(0x6f | RA << 7, callee)],
            2 => vec![Op::Address(SPOILT, jalr(RA, SPOILT, 0), callee)],
            // One of two, by a register.
            _ => {
                let other = Target::Function(self.rng.below(callees as u64) as usize);
                let on = *self.rng.pick(&SHORT);
                vec![
                    Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), callee),
                    Op::Word(asm::i(0x13, 7, SPOILT, on, 1)),
                    Op::Branch(branch(0, SPOILT, 0), Target::Here(0)),
                    Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), other),
                    Op::Mark(Target::Here(0)),
                    Op::Word(jalr(RA, ADDRESS, 0)),
                ]
            }
        };
        // What is not always returned to.
        ops.push(Op::Word(NOP));
        ops
    }

    /// A constant; its upper half is undefined.
    fn li(rd: u32, value: u32) -> [Op; 2] {
        let low = (value << 20) as i32 >> 20;
        [Op::Word(lui(rd, value.wrapping_sub(low as u32) >> 12)), Op::Word(addi(rd, rd, low))]
    }

    /// ECALL: for nothing, for another mode, for another address space, to take rights from a page.
    fn system_call(&mut self) -> Vec<Op> {
        let mut call = 0;
        if self.rng.chance(60) {
            call |= 1 + self.rng.below(CALL_MODES.len() as u64) as u32;
        }
        if self.paged && !self.is_exchanged() && self.rng.chance(30) {
            call |= CALL_SPACE;
        }
        if self.paged && self.rng.chance(30) {
            let rights = *self.rng.pick(&[1, 2, 4, 8, 0x40, 0x80, 0xf]);
            call |= CALL_RIGHTS | rights << 4 | self.page() << CALL_PAGE;
        }
        let mut ops = Self::li(TP, call).to_vec();
        ops.push(Op::Word(asm::ECALL));
        ops.extend(bases(self.skew));
        ops
    }

    /// A page that may lose rights, in one of its views.
    fn page(&mut self) -> u32 {
        let code = self.rng.chance(40);
        let page = if code { 2 + self.rng.below(3) } else { 8 + self.rng.below(6) } as u32;
        if self.rng.chance(50) { page } else { page + world::ALIAS_PAGES }
    }

    /// Changes a page table, in S mode's view, and says so. Lower modes cannot, and step over it.
    fn entry(&mut self) -> Vec<Op> {
        let page = self.page() % world::ALIAS_PAGES;
        let at = world::entry_of(self.xlen, self.rng.below(2) as usize, page);
        let mut ops = vec![
            Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), Target::Offset(at)),
            Op::Word(asm::i(0x03, 2, SPOILT, ADDRESS, 0)),
        ];
        let exchangeable = page >= 12 || page / 2 * 2 == world::TWINS >> 12;
        if exchangeable && self.rng.chance(50) {
            ops.push(Op::Word(asm::i(0x13, 4, SPOILT, SPOILT, 0x400)));
        } else {
            let rights = *self.rng.pick(&[1, 2, 4, 8, 0x40, 0x80, 0xf]);
            ops.push(Op::Word(asm::i(0x13, 7, SPOILT, SPOILT, !rights)));
        }
        ops.push(Op::Word(asm::s(STORE, 2, ADDRESS, SPOILT, 0)));
        ops.push(Op::Word(asm::SFENCE_VMA));
        ops
    }

    fn csr(&mut self) -> Vec<Op> {
        const FFLAGS: u32 = 1;
        const FRM: u32 = 2;
        const FCSR: u32 = 3;
        const CYCLE: u32 = 0xc00;
        const TIME: u32 = 0xc01;
        const INSTRET: u32 = 0xc02;
        const MCYCLE: u32 = 0xb00;
        const MINSTRET: u32 = 0xb02;
        const MCOUNTINHIBIT: u32 = 0x320;
        const MSTATUS: u32 = 0x300;
        const SSTATUS: u32 = 0x100;
        const SIP: u32 = 0x144;
        const STIMECMP: u32 = 0x14d;
        let (rd, rs) = (self.free(), self.free());
        let immediate = |csr: u32, funct3: u32, value: u32| csr << 20 | value << 15 | funct3 << 12 | 0x73;
        let word = match self.rng.below(24) {
            0..2 => csrrw(rd, *self.rng.pick(&[FFLAGS, FCSR]), *self.rng.pick(&[0, rs])),
            // Nothing but the inexact flag: the translator has code for when that is so.
            2..4 => immediate(FFLAGS, 5, *self.rng.pick(&[0, 1, 1, 1])),
            4..7 => immediate(FRM, 5, *self.rng.pick(&[0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 7])),
            7..10 => csrrs(rd, *self.rng.pick(&[FFLAGS, FRM, FCSR]), 0),
            10..14 => csrrs(rd, *self.rng.pick(&[CYCLE, TIME, INSTRET, MCYCLE, MINSTRET]), 0),
            14 => csrrw(rd, *self.rng.pick(&[MCYCLE, MINSTRET]), rs),
            15 => immediate(MCOUNTINHIBIT, 5, self.rng.below(8) as u32 & 5),
            16..19 => {
                // FS.
                let [first, second] = Self::li(SPOILT, *self.rng.pick(&[0x2000, 0x4000, 0x6000]));
                let access = *self.rng.pick(&[csrrs, csrrc]);
                let status = *self.rng.pick(&[MSTATUS, SSTATUS]);
                return vec![first, second, Op::Word(access(rd, status, SPOILT))];
            }
            19..21 => {
                // SUM, MXR; MPRV and MPP, one of which takes effect in M mode.
                let bits = *self.rng.pick(&[1 << 18, 1 << 19, 1 << 17, 1 << 17 | 0x800, 0x800]);
                let [first, second] = Self::li(SPOILT, bits);
                let access = *self.rng.pick(&[csrrs, csrrc]);
                return vec![first, second, Op::Word(access(rd, MSTATUS, SPOILT))];
            }
            // A software interrupt of S mode.
            21 => immediate(SIP, 6, 2),
            22 if self.timed && self.rng.chance(50) => WFI,
            22 => {
                // And one of M mode.
                return vec![
                    Op::Word(lui(ADDRESS, world::CLINT >> 12)),
                    Op::Word(addi(SPOILT, 0, 1)),
                    Op::Word(asm::s(STORE, 2, ADDRESS, SPOILT, 0)),
                ];
            }
            _ => {
                let ticks = self.rng.below(40) as i32;
                return vec![
                    Op::Word(csrrs(SPOILT, TIME, 0)),
                    Op::Word(addi(SPOILT, SPOILT, ticks)),
                    Op::Word(csrrw(0, STIMECMP, SPOILT)),
                    Op::Word(if self.xlen == 32 { csrrw(0, STIMECMP + 0x10, 0) } else { NOP }),
                ];
            }
        };
        vec![Op::Word(word)]
    }

    /// A jump to where nothing is, and how to come back.
    fn wild(&mut self) -> Vec<Op> {
        let nowhere = *self.rng.pick(&[0, world::CLINT, 0x1000_0000, 0x7fff_f000, 0x7000_0003]);
        let [first, second] = Self::li(ADDRESS, nowhere);
        vec![
            Op::Address(GP, addi(GP, GP, 0), Target::Here(0)),
            first,
            second,
            Op::Word(jalr(if self.rng.chance(50) { 0 } else { SPOILT }, ADDRESS, 0)),
            Op::Mark(Target::Here(0)),
        ]
    }

    /// Two instructions that others replace.
    fn site(&mut self) -> Vec<Op> {
        let site = Target::Site(self.sites);
        self.sites += 1;
        // Either may jump over what follows it.
        vec![Op::Mark(site), Op::Word(self.replacement()), Op::Word(self.replacement()), Op::Word(NOP)]
    }

    fn replacement(&mut self) -> u32 {
        let rows = Rows::of(self.xlen);
        match self.rng.below(10) {
            // Some that differ in their upper halves only.
            8.. => addi(10, 10, self.rng.below(0x1000) as i32),
            // Two C.NOPs; an undefined one; a call; a jump and a branch over the next one, or to it.
            0 => 0x0001_0001,
            1 => *self.rng.pick(&[0, asm::ECALL, asm::FENCE_I]),
            2 => 0x6f | asm::j_offset(*self.rng.pick(&[4, 8])),
            3 => branch(*self.rng.pick(&[0, 1, 4]), self.free(), self.free()) | asm::b_offset(*self.rng.pick(&[4, 8])),
            4 => match self.access(DATA_BASE, -2000, 500) {
                Op::Word(word) => word,
                _ => NOP,
            },
            _ => {
                let row = *self.rng.pick(&rows.integer);
                match self.random_row(row, None) {
                    Op::Word(word) => word,
                    _ => NOP,
                }
            }
        }
    }

    /// Replaces an instruction: by the same one each time, or by the one and the other in turn.
    fn replace(&mut self) -> Vec<Op> {
        let site = Target::Site(self.rng.below(self.sites as u64) as usize);
        let mut ops = vec![Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), site)];
        let word = self.replacement();
        let other = 6;
        match self.rng.below(3) {
            0 => {
                ops.extend(Self::li(SPOILT, word));
                ops.push(Op::Word(asm::s(STORE, 2, ADDRESS, SPOILT, 0)));
            }
            1 => {
                ops.extend(Self::li(SPOILT, word));
                ops.push(Op::Word(asm::s(STORE, 1, ADDRESS, SPOILT, 0)));
                ops.push(Op::Word(asm::i(0x13, 5, SPOILT, SPOILT, 16)));
                ops.push(Op::Word(asm::s(STORE, 1, ADDRESS, SPOILT, 2)));
            }
            // The site's two instructions change places.
            _ => ops.extend(
                [
                    asm::i(0x03, 2, SPOILT, ADDRESS, 0),
                    asm::i(0x03, 2, other, ADDRESS, 4),
                    asm::s(STORE, 2, ADDRESS, SPOILT, 4),
                    asm::s(STORE, 2, ADDRESS, other, 0),
                ]
                .map(Op::Word),
            ),
        }
        ops.push(Op::Word(asm::FENCE_I));
        ops
    }
}
