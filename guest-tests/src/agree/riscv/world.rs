//! What is around a random program for RISC-V: trap handlers, page tables, the machine as it starts.
//!
//! With paging on, there are two address spaces, and in each of them the image is seen twice: at its physical address by S
//! mode, and [`ALIAS`] higher by U mode. Between what lies at RAM's beginning and at its end nothing is mapped. The spaces differ in that two pages of code and two pages of data are exchanged.
//!
//! A page fault is mended by giving the page all rights, and now and then another page loses some. A fetch that leads
//! nowhere goes on in the other view of the image, or at `gp`. All other exceptions are stepped over, but for calls, which
//! change the mode and the address space as `tp` says.

use std::collections::BTreeMap;
use std::ops::Range;

use emu_core::machine::Machine;
use emu_core::riscv;
use emu_core::riscv::csr::environment::{ADUE, STCE};
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::slots::{self, FS};
use emu_core::riscv::state::{Config, Riscv, mode};
use emu_devices::board::Options;
use emu_devices::clock::INSNS_PER_SECOND;
use emu_devices::console::Console;
use emu_mem::GuestPhys;

use super::super::code::{Layout, Op, Target};
use super::super::generate;
use super::super::image::{self, ALIAS, PAGE_BYTES, PARTS, RAM_BYTES, SAVED, TABLES, WATCHED, WATCHED_BYTES};
use super::super::program::{self, Program};
use super::generate::{RA, SP};
use super::words::{DATA_BASE, KEPT_RA};
use crate::asm::{self, addi, csrrc, csrrs, csrrw, load_x, lui};
use crate::report;
use crate::subject::ram_board;

/// Where RAM begins.
pub const BASE: u64 = 0x8000_0000;

const S_VECTOR: u32 = 0x800;
const S_SAVED: u32 = SAVED + 0x100;

/// `msip` of the CLINT, and its other registers from there on.
pub const CLINT: u32 = 0x200_0000;
const MTIMECMP: u32 = 0x4000;
const MTIME: i32 = 0xbff8;

/// What `tp` says in a call: its lowest two bits have the place in this list, counted from one, of a mode to go to.
pub const CALL_MODES: [u8; 3] = [mode::U, mode::S, mode::M];
/// In `tp`: exchange the address spaces.
pub const CALL_SPACE: u32 = 4;
/// In `tp`: take the rights in bits 4 to 11 away from the page whose number stands from [`CALL_PAGE`] on.
pub const CALL_RIGHTS: u32 = 8;
/// Where in `tp` a page's number stands. That of its twin for U mode is [`image::ALIAS_PAGES`] higher.
pub const CALL_PAGE: i32 = 16;
const MPP: u32 = 0x1800;
const SUM: u32 = 1 << 18;
const MXR: u32 = 1 << 19;
const MPRV: u32 = 1 << 17;

const STORE: u32 = 0x23;

/// What of the world differs between programs.
#[derive(Clone, Debug)]
pub struct World {
    /// 32 or 64.
    pub xlen: u32,
    /// Whether address translation is on outside M mode.
    pub paged: bool,
    /// The mode that the program starts in.
    pub mode: u8,
    /// Ticks between timer interrupts, at least; none without.
    pub timer: Option<u32>,
    /// A tick for each instruction.
    pub fine_time: bool,
    /// Misaligned accesses are exceptions.
    pub misaligned_trap: bool,
    /// The hardware sets A and D.
    pub updates_entries: bool,
    /// The rights that some page loses with every fourth trap, if that is a page fault.
    pub takes_rights: u32,
    /// Both address spaces have the same identifier, and are told apart by fences.
    pub one_asid: bool,
    /// Somebody watches a word in the data.
    pub watched: bool,
    /// Causes that S mode handles.
    pub delegated: u32,
    /// Rights that pages lack at the beginning.
    pub lacks: u32,
}

impl World {
    fn width(&self) -> i32 {
        self.xlen as i32 / 8
    }

    fn save(&self) -> u32 {
        if self.xlen == 64 { 3 } else { 2 }
    }

    fn satp(&self, space: usize) -> u64 {
        if !self.paged {
            return 0;
        }
        let asid = if self.one_asid { 1 } else { 1 + space as u64 };
        let root = (BASE + u64::from(TABLES[space])) >> 12;
        if self.xlen == 64 { 8 << 60 | asid << 44 | root } else { 1 << 31 | asid << 22 | root }
    }

    /// Saves `t0` to `t2` and `t3`, and counts.
    fn enter(&self, scratch: u32) -> Vec<Op> {
        let (save, width) = (self.save(), self.width());
        let mut ops = vec![Op::Word(csrrw(5, scratch, 5))];
        ops.extend([6, 7, 28].into_iter().zip(1..).map(|(x, n)| Op::Word(asm::s(STORE, save, 5, x, n * width))));
        ops.extend(
            [load_x(self.xlen, 6, 5, 4 * width), addi(6, 6, 1), asm::s(STORE, save, 5, 6, 4 * width)].map(Op::Word),
        );
        ops
    }

    fn leave(&self, scratch: u32, ret: u32) -> Vec<Op> {
        let width = self.width();
        let mut ops: Vec<Op> =
            [6, 7, 28].into_iter().zip(1..).map(|(x, n)| Op::Word(load_x(self.xlen, x, 5, n * width))).collect();
        ops.extend([csrrw(5, scratch, 5), ret].map(Op::Word));
        ops
    }

    /// `t1` += the length of the instruction whose first half is in `t2`.
    fn behind() -> [Op; 6] {
        [
            asm::i(0x13, 7, 7, 7, 3),
            addi(7, 7, -3),
            asm::i(0x13, 3, 7, 7, 1),
            asm::i(0x13, 1, 7, 7, 1),
            addi(7, 7, 2),
            asm::r(0x33, 0, 0, 6, 6, 7),
        ]
        .map(Op::Word)
    }

    /// Turns the address in `t1` into what the mode in `mstatus.MPP` sees. Spoils `t2` and `t3`.
    fn convert(&self, done: u32) -> Vec<Op> {
        if !self.paged {
            return Vec::new();
        }
        vec![
            Op::Word(lui(28, ALIAS >> 12)),
            Op::Word(asm::r(0x33, 6, 0, 6, 6, 28)),
            Op::Word(csrrs(7, 0x300, 0)),
            Op::Word(asm::i(0x13, 5, 7, 7, 11)),
            Op::Word(asm::i(0x13, 7, 7, 7, 3)),
            Op::Branch(branch(0, 7, 0), Target::Here(done)),
            Op::Word(asm::r(0x33, 4, 0, 6, 6, 28)),
            Op::Mark(Target::Here(done)),
        ]
    }

    fn machine_handler(&self) -> Vec<Op> {
        const INTERRUPT: Target = Target::Here(0);
        const CALL: Target = Target::Here(1);
        const PAGE: Target = Target::Here(2);
        const LOST: Target = Target::Here(3);
        const STEP: Target = Target::Here(4);
        const RETURN: Target = Target::Here(5);
        const EXIT: Target = Target::Here(6);
        const TIMER: Target = Target::Here(7);
        const MAPPED: Target = Target::Here(8);
        const STAYS: Target = Target::Here(9);
        const NO_SPACE: Target = Target::Here(10);
        const NO_RIGHTS: Target = Target::Here(11);
        const MODE: Target = Target::Here(12);
        const FULL: Target = Target::Here(13);
        const SATP: u32 = 0x180;
        let (save, width, xlen) = (self.save(), self.width(), self.xlen);
        let word = |w: u32| Op::Word(w);
        let page_shift = if xlen == 64 { 3 } else { 2 };
        // The leaf table of the current space, and then the entry at `t1`: bits of `t1` become an offset.
        let entry = |ops: &mut Vec<Op>| {
            ops.push(word(csrrs(7, SATP, 0)));
            if xlen == 64 {
                ops.extend([asm::i(0x13, 1, 7, 7, 20), asm::i(0x13, 5, 7, 7, 8)].map(word));
            } else {
                ops.push(word(asm::i(0x13, 1, 7, 7, 12)));
            }
            ops.extend(
                [asm::r(0x33, 0, 0, 6, 6, 7), lui(7, leaf(self.xlen) >> 12), asm::r(0x33, 0, 0, 6, 6, 7)].map(word),
            );
        };

        let mut ops = self.enter(0x340);
        ops.extend([
            word(csrrs(6, 0x342, 0)),
            Op::Branch(branch(4, 6, 0), INTERRUPT),
            word(addi(7, 6, -8)),
            word(asm::i(0x13, 3, 7, 7, 4)),
            Op::Branch(branch(1, 7, 0), CALL),
            word(addi(7, 6, -12)),
            word(asm::i(0x13, 3, 7, 7, 4)),
            Op::Branch(branch(1, 7, 0), PAGE),
            word(addi(7, 6, -1)),
            Op::Branch(branch(0, 7, 0), LOST),
        ]);

        // Steps over what raised the exception.
        ops.extend([Op::Mark(STEP), word(csrrs(6, 0x341, 0))]);
        if self.paged {
            ops.extend([lui(28, (MPRV | MXR) >> 12), csrrs(0, 0x300, 28)].map(word));
        }
        ops.push(word(asm::i(0x03, 5, 7, 6, 0)));
        if self.paged {
            ops.push(word(csrrc(0, 0x300, 28)));
        }
        ops.extend(Self::behind());
        ops.extend([Op::Mark(RETURN), word(csrrw(0, 0x341, 6)), Op::Mark(EXIT)]);
        ops.extend(self.leave(0x340, asm::MRET));

        // A fetch that led nowhere.
        ops.extend([Op::Mark(LOST), word(csrrs(6, 0x341, 0))]);
        ops.extend(self.convert(20));
        ops.extend([word(csrrs(7, 0x341, 0)), Op::Branch(branch(1, 6, 7), RETURN), word(addi(6, 3, 0))]);
        ops.extend(self.convert(21));
        ops.push(Op::Jal(0x6f, RETURN));

        // A page fault.
        ops.push(Op::Mark(PAGE));
        if self.paged {
            ops.extend([
                word(csrrs(6, 0x343, 0)),
                word(asm::auipc(7, 0)),
                word(asm::i(0x13, 5, 7, 7, 12)),
                word(asm::i(0x13, 1, 7, 7, 12)),
                word(asm::r(0x33, 0, 0x20, 6, 6, 7)),
                // Within RAM, in either view?
                word(lui(28, ALIAS >> 12)),
                word(asm::i(0x13, 4, 28, 28, -1)),
                word(asm::r(0x33, 7, 0, 28, 28, 6)),
                word(lui(7, RAM_BYTES as u32 >> 12)),
                Op::Branch(branch(7, 28, 7), FULL),
                word(asm::i(0x13, 5, 6, 6, 12)),
                word(asm::i(0x13, 1, 6, 6, page_shift)),
            ]);
            entry(&mut ops);
            ops.extend([
                word(asm::i(0x03, 2, 7, 6, 0)),
                word(asm::i(0x13, 6, 28, 7, 0xcf)),
                Op::Branch(branch(0, 28, 7), FULL),
                // What nobody has mapped stays so.
                Op::Branch(branch(0, 7, 0), FULL),
                word(asm::s(STORE, 2, 6, 28, 0)),
                // With every fourth trap another page loses rights.
                word(load_x(xlen, 28, 5, 4 * width)),
                word(asm::i(0x13, 7, 7, 28, 3)),
                Op::Branch(branch(1, 7, 0), MAPPED),
                word(asm::i(0x13, 7, 28, 28, 0x1c)),
                word(asm::i(0x13, 1, 28, 28, page_shift - 2)),
                word(asm::i(0x13, 7, 6, 6, -(32 << page_shift))),
                word(asm::r(0x33, 0, 0, 6, 6, 28)),
                word(asm::i(0x03, 2, 7, 6, 8 << page_shift)),
                word(asm::i(0x13, 7, 7, 7, !(self.takes_rights as i32))),
                word(asm::s(STORE, 2, 6, 7, 8 << page_shift)),
                Op::Mark(MAPPED),
                word(asm::SFENCE_VMA),
                Op::Jal(0x6f, EXIT),
                Op::Mark(FULL),
            ]);
        }
        ops.extend([word(csrrs(6, 0x342, 0)), word(addi(6, 6, -12)), Op::Branch(branch(0, 6, 0), LOST)]);
        ops.push(Op::Jal(0x6f, STEP));

        // A call.
        ops.extend([
            Op::Mark(CALL),
            word(csrrs(6, 0x341, 0)),
            word(addi(6, 6, 4)),
            word(csrrw(0, 0x341, 6)),
            word(asm::i(0x13, 7, 7, 4, CALL_SPACE as i32)),
            Op::Branch(branch(0, 7, 0), NO_SPACE),
        ]);
        if self.paged {
            ops.extend(
                [load_x(xlen, 6, 5, 5 * width), csrrw(6, SATP, 6), asm::s(STORE, save, 5, 6, 5 * width)].map(word),
            );
            if self.one_asid {
                ops.push(word(asm::SFENCE_VMA));
            }
        }
        ops.extend([
            Op::Mark(NO_SPACE),
            word(asm::i(0x13, 7, 7, 4, CALL_RIGHTS as i32)),
            Op::Branch(branch(0, 7, 0), NO_RIGHTS),
        ]);
        if self.paged {
            ops.extend([asm::i(0x13, 5, 6, 4, CALL_PAGE), asm::i(0x13, 1, 6, 6, page_shift)].map(word));
            entry(&mut ops);
            ops.extend(
                [
                    asm::i(0x13, 5, 28, 4, 4),
                    asm::i(0x13, 7, 28, 28, 0xff),
                    asm::i(0x13, 4, 28, 28, -1),
                    asm::i(0x03, 2, 7, 6, 0),
                    asm::r(0x33, 7, 0, 7, 7, 28),
                    asm::s(STORE, 2, 6, 7, 0),
                    asm::SFENCE_VMA,
                ]
                .map(word),
            );
        }
        ops.extend([
            Op::Mark(NO_RIGHTS),
            word(asm::i(0x13, 7, 7, 4, 3)),
            Op::Branch(branch(0, 7, 0), STAYS),
            word(addi(7, 7, -1)),
            word(addi(6, 0, 2)),
            Op::Branch(branch(1, 7, 6), MODE),
            word(addi(7, 0, 3)),
            Op::Mark(MODE),
            word(lui(28, 2)),
            word(addi(28, 28, -0x800)),
            word(csrrc(0, 0x300, 28)),
            word(asm::i(0x13, 1, 7, 7, 11)),
            word(csrrs(0, 0x300, 7)),
            word(csrrs(6, 0x341, 0)),
        ]);
        debug_assert_eq!(MPP, 0x2000 - 0x800);
        ops.extend(self.convert(22));
        ops.extend([Op::Jal(0x6f, RETURN), Op::Mark(STAYS), Op::Jal(0x6f, EXIT)]);

        // An interrupt: the timer's, or one that software wants.
        ops.extend([
            Op::Mark(INTERRUPT),
            word(asm::i(0x13, 1, 6, 6, 1)),
            word(addi(7, 6, -14)),
            Op::Branch(branch(0, 7, 0), TIMER),
            word(lui(7, CLINT >> 12)),
            word(asm::s(STORE, 2, 7, 0, 0)),
            word(addi(7, 0, 2)),
            word(csrrc(0, 0x344, 7)),
        ]);
        ops.extend(self.forget_supervisor_timer());
        ops.extend([
            Op::Jal(0x6f, EXIT),
            Op::Mark(TIMER),
            word(lui(7, (CLINT + 0xc000) >> 12)),
            word(asm::i(0x03, 2, 6, 7, MTIME - 0xc000)),
            word(addi(6, 6, self.timer.unwrap_or(0) as i32)),
            word(load_x(xlen, 28, 5, 4 * width)),
            word(asm::i(0x13, 7, 28, 28, if self.fine_time { 63 } else { 1 })),
            word(asm::r(0x33, 0, 0, 6, 6, 28)),
            word(lui(7, (CLINT + MTIMECMP) >> 12)),
            word(asm::s(STORE, 2, 7, 6, 0)),
            word(asm::s(STORE, 2, 7, 0, 4)),
            Op::Jal(0x6f, EXIT),
        ]);
        ops
    }

    /// `stimecmp` = for ever. Spoils `t2`.
    fn forget_supervisor_timer(&self) -> Vec<Op> {
        let mut ops = vec![addi(7, 0, -1), csrrw(0, 0x14d, 7)];
        if self.xlen == 32 {
            ops.push(csrrw(0, 0x15d, 7));
        }
        ops.into_iter().map(Op::Word).collect()
    }

    fn supervisor_handler(&self) -> Vec<Op> {
        const INTERRUPT: Target = Target::Here(0);
        const EXIT: Target = Target::Here(1);
        let width = self.width();
        let mut ops = self.enter(0x140);
        ops.extend([Op::Word(csrrs(6, 0x142, 0)), Op::Branch(branch(4, 6, 0), INTERRUPT)]);
        ops.extend(
            [
                lui(28, (SUM | MXR) >> 12),
                csrrs(7, 0x100, 28),
                asm::s(STORE, self.save(), 5, 7, 5 * width),
                csrrs(6, 0x141, 0),
                asm::i(0x03, 5, 7, 6, 0),
                load_x(self.xlen, 28, 5, 5 * width),
                csrrw(0, 0x100, 28),
            ]
            .map(Op::Word),
        );
        ops.extend(Self::behind());
        ops.extend([Op::Word(csrrw(0, 0x141, 6)), Op::Mark(EXIT)]);
        ops.extend(self.leave(0x140, asm::SRET));
        ops.extend([Op::Mark(INTERRUPT), Op::Word(addi(7, 0, 2)), Op::Word(csrrc(0, 0x144, 7))]);
        ops.extend(self.forget_supervisor_timer());
        ops.push(Op::Jal(0x6f, EXIT));
        ops
    }
}

impl program::World for World {
    type Arch = Riscv;
    const BASE: u64 = BASE;
    /// Registers and the floating-point state.
    const SLOTS: &'static [Range<u8>] = &[0..64, 64..68];
    const SIMPLER: &'static [fn(&mut Self)] = &[
        |world| world.timer = None,
        |world| world.paged = false,
        |world| world.mode = mode::M,
        |world| world.takes_rights = 0,
        |world| world.lacks = 0,
        |world| world.watched = false,
        |world| world.misaligned_trap = false,
        |world| world.delegated = 0,
        |world| world.updates_entries = false,
        |world| world.one_asid = false,
        |world| world.fine_time = false,
    ];

    fn program(seed: u64) -> Program<Self> {
        generate::program(seed)
    }

    fn image(&self) -> Vec<u8> {
        let mut image = vec![0; RAM_BYTES as usize];
        let mut put = |at: u32, bytes: &[u8]| image[at as usize..at as usize + bytes.len()].copy_from_slice(bytes);
        for (at, end, handler) in [(0, S_VECTOR, self.machine_handler()), (S_VECTOR, SAVED, self.supervisor_handler())]
        {
            let mut layout = Layout::<World>::default();
            layout.ops(&handler);
            assert!(at + layout.bytes() <= end, "a handler is too long");
            let mut places = BTreeMap::new();
            layout.place(at, &mut places);
            put(at, &layout.encode(at, &places));
        }
        put(SAVED + 5 * self.width() as u32, &self.satp(1).to_le_bytes()[..self.width() as usize]);
        for (space, table) in TABLES.into_iter().enumerate() {
            let mut entry = |at: u32, phys: u64, flags: u32| {
                let bytes = (phys >> 12 << 10 | u64::from(flags)).to_le_bytes();
                put(at, &bytes[..self.width() as usize]);
            };
            let (root, leaf) = (table, table + leaf(self.xlen));
            if self.xlen == 64 {
                entry(root + 8 * (BASE >> 30) as u32, BASE + u64::from(root + PAGE_BYTES), 1);
                entry(root + PAGE_BYTES, BASE + u64::from(leaf), 1);
            } else {
                entry(root + 4 * (BASE >> 22) as u32, BASE + u64::from(leaf), 1);
            }
            for start in image::pages() {
                let page = start / PAGE_BYTES;
                let phys = BASE + u64::from(image::exchanged(space, start));
                let rights = if image::is_movable(start) { 0xcf & !self.lacks } else { 0xcf };
                entry(leaf + table_entry(self.xlen, page), phys, rights);
                if image::is_movable(start) {
                    entry(leaf + table_entry(self.xlen, page + image::ALIAS_PAGES), phys, rights | 0x10);
                }
            }
        }
        image
    }

    fn start(&self, at: u32) -> u64 {
        BASE + u64::from(at) + if self.paged && self.mode == mode::U { u64::from(ALIAS) } else { 0 }
    }

    fn machine(&self, image: &[u8], pc: u64) -> Machine<Riscv> {
        let mut description = ram_board(BASE, RAM_BYTES);
        if self.fine_time {
            description.timebase = INSNS_PER_SECOND;
        }
        let board = description.build(&Options::new(Console::captured())).expect("RAM and a CLINT");
        if self.watched {
            let word = GuestPhys(BASE + u64::from(WATCHED));
            board.bus.watch(word, WATCHED_BYTES, Box::new(image::Counter { base: BASE })).expect("it lies in RAM");
        }
        let isa = Isa::all(self.xlen);
        let machine = riscv::machine(board, &isa, Config { misaligned_trap: self.misaligned_trap }, "");
        for part in PARTS {
            let at = GuestPhys(BASE + part.start as u64);
            machine.board.bus.memory().write_bytes(at, &image[part]).expect("it is as long as RAM");
        }
        let hart = &machine.harts()[0];
        let registers = &hart.arch.registers;
        registers.mtvec.set(BASE);
        registers.mscratch.set(BASE + u64::from(SAVED));
        registers.stvec.set(BASE + u64::from(S_VECTOR));
        registers.sscratch.set(BASE + u64::from(S_SAVED));
        registers.medeleg.set(u64::from(self.delegated & 0xffff));
        registers.mideleg.set(u64::from(self.delegated >> 16 & 0x22));
        registers.mie.set(if self.timer.is_some() { 0xaa } else { 0x2a });
        registers.mcounteren.set(7);
        registers.scounteren.set(7);
        registers.menvcfg.set(STCE | if self.updates_entries { ADUE } else { 0 });
        registers.stimecmp.set(u64::MAX);
        hart.slots.set(FS, 1);
        // MIE and SIE.
        hart.arch.set_status(hart, registers.mstatus.get() | 0xa);
        hart.arch.set_satp(hart, self.satp(0));
        hart.arch.set_mode(hart, self.mode);
        hart.slots.set(slots::dst(3), pc);
        hart.pc.set(pc);
        hart.code_changed();
        machine
    }

    fn keep_return(function: u32) -> Vec<Op> {
        vec![Op::Word(addi(KEPT_RA + function, RA, 0))]
    }

    fn give_return(function: u32) -> Vec<Op> {
        vec![Op::Word(addi(RA, KEPT_RA + function, 0)), Op::Word(asm::jalr(0, RA, 0))]
    }

    fn bases(skew: [u32; 2]) -> Vec<Op> {
        vec![
            Op::Address(DATA_BASE, addi(DATA_BASE, DATA_BASE, 0), Target::Offset(program::data_base(skew))),
            Op::Address(SP, addi(SP, SP, 0), Target::Offset(program::stack(skew))),
        ]
    }

    fn text(&self, pc: u64, code: &[u8]) -> String {
        report::disassembly(self.xlen, pc, code)
    }
}

/// A B-type instruction without its offset.
pub fn branch(funct3: u32, rs1: u32, rs2: u32) -> u32 {
    0x63 | funct3 << 12 | rs1 << 15 | rs2 << 20
}

fn table_entry(xlen: u32, page: u32) -> u32 {
    page * xlen / 8
}

/// Where the last level of the tables begins, from the first one on.
fn leaf(xlen: u32) -> u32 {
    if xlen == 64 { 2 * PAGE_BYTES } else { PAGE_BYTES }
}

/// Where the entry of a page of S mode's view lies, from the image's start on.
pub fn entry_of(xlen: u32, space: usize, page: u32) -> u32 {
    TABLES[space] + leaf(xlen) + table_entry(xlen, page)
}
