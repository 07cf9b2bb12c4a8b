//! What is around a random program for AArch64: page tables, the machine as it starts, and the handlers of
//! `programs/aarch64/agree/handlers.S`, with what they need to know.
//!
//! With paging on, there are two address spaces, and in each of them the image is seen twice: at its physical address by EL1, and
//! [`image::ALIAS`] higher by EL0. Between what lies at RAM's beginning and at its end nothing is mapped. The spaces differ in that two
//! pages of code and two pages of data are exchanged.

use std::ops::Range;

use emu_core::aarch64;
use emu_core::aarch64::decode::Decoder;
use emu_core::aarch64::feature::Cpu;
use emu_core::aarch64::slots::{FPCR, dst, high, v};
use emu_core::aarch64::state::{AArch64, Config};
use emu_core::aarch64::table::TABLE;
use emu_core::isa::Place;
use emu_core::machine::Machine;
use emu_devices::board::arm_virt::{self, GicVersion};
use emu_devices::board::{Description, Options, RamEntry};
use emu_devices::clock::INSNS_PER_SECOND;
use emu_devices::console::Console;
use emu_mem::GuestPhys;

use super::super::code::{Op, Target};
use super::super::generate;
use super::super::image::{self, ALIAS, PAGE_BYTES, PARTS, RAM_BYTES, SAVED, TABLES, WATCHED, WATCHED_BYTES};
use super::super::program::{self, Program};
use super::words::{DATA_BASE, KEPT_LINK, LINK, SPOILT};
use crate::a64::asm::{self, add_imm};
use crate::a64::generate::state;
use crate::a64::record::State;
use crate::rng::Rng;

/// Where RAM begins.
pub const BASE: u64 = 0x4000_0000;
const HANDLERS: &[u8] = include_bytes!("../../../programs/aarch64/agree/built/handlers.bin");
/// Where a program begins: see `handlers.S`, from which the names below are too.
const START: u64 = 0x800;
const OTHER: u32 = 40;
const LOSES: u32 = 48;
const TIMER: u32 = 64;
const JITTER: u32 = 72;
const FLAGS: u32 = 80;
const TTBR0: u32 = 88;
const TCR: u32 = 96;
const MAIR: u32 = 104;
const SCTLR: u32 = 112;
const SPSR: u32 = 120;
const ELR: u32 = 128;
const RIGHTS: u32 = 256;

/// What a call's register says: in its lowest two bits an exception level plus one to go to.
pub const CALL_LEVEL: u32 = 1;
/// Exchange the address spaces.
pub const CALL_SPACE: u32 = 1 << 2;
/// Take the rights of a number, which stands from [`CALL_NUMBER`] on, from the page whose number stands from [`CALL_PAGE`] on.
pub const CALL_RIGHTS: u32 = 1 << 3;
/// See [`CALL_RIGHTS`].
pub const CALL_NUMBER: u32 = 4;
/// See [`CALL_RIGHTS`]. The page's twin for EL0 is [`image::ALIAS_PAGES`] higher.
pub const CALL_PAGE: u32 = 16;

// Descriptors, D5.3: a page of normal memory, inner shareable, accessed, of one address space.
const PAGE: u64 = 3 | 3 << 8 | AF | 1 << 11;
const TABLE_ENTRY: u64 = 3;
const VALID: u64 = 1;
const USER: u64 = 1 << 6;
const READ_ONLY: u64 = 1 << 7;
const AF: u64 = 1 << 10;
const DBM: u64 = 1 << 51;
const PXN: u64 = 1 << 53;
const UXN: u64 = 1 << 54;
/// The first GiB: devices, for EL1, never executed.
const DEVICES: u64 = 1 | 1 << 2 | AF | PXN | UXN;

/// What a page may lose: bits of its descriptor that are set, and that are cleared.
pub const LOST_RIGHTS: [(u64, u64); 8] = [
    (0, 0),
    (0, VALID),
    (0, AF),
    (READ_ONLY, 0),
    (UXN | PXN, 0),
    (READ_ONLY, AF),
    (READ_ONLY | UXN | PXN, 0),
    (UXN, VALID),
];

/// SCTLR_EL1: what is always one; C, I, SA, SA0, DZE, UCT, nTWI, nTWE, SPAN and UCI.
const SCTLR_ALWAYS: u64 =
    0x3050_0800 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 12 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 18 | 1 << 23 | 1 << 26;

/// What of the world differs between programs.
#[derive(Clone, Debug)]
pub struct World {
    /// Whether address translation is on.
    pub paged: bool,
    /// The exception level that the program starts at: 0 or 1.
    pub level: u8,
    /// Ticks between interrupts of the physical timer, at least; none without.
    pub timer: Option<u32>,
    /// A tick for each instruction.
    pub fine_time: bool,
    /// The interrupt controller is a GICv3.
    pub gic_v3: bool,
    /// SCTLR_EL1.A: misaligned accesses are exceptions.
    pub checks_alignment: bool,
    /// SCTLR_EL1.UMA: EL0 may mask interrupts.
    pub user_masks: bool,
    /// The hardware sets the access flag and marks pages as dirty: TCR_EL1.HA and HD.
    pub updates_entries: bool,
    /// What some page loses with every fourth exception, if that is a page fault: a place in [`LOST_RIGHTS`].
    pub takes_rights: usize,
    /// What pages lack at the beginning, likewise.
    pub lacks: usize,
    /// Both address spaces have the same identifier, and are told apart by TLBI.
    pub one_asid: bool,
    /// Somebody watches a word in the data.
    pub watched: bool,
    /// The seed of what registers hold; zeros without.
    pub registers: Option<u64>,
    /// FPCR.
    pub fpcr: u64,
}

impl World {
    fn ttbr0(&self, space: usize) -> u64 {
        let asid = if self.one_asid { 1 } else { 1 + space as u64 };
        asid << 48 | (BASE + u64::from(TABLES[space]))
    }

    fn settings(&self, elr: u64) -> Vec<(u32, u64)> {
        let (set, clear) = LOST_RIGHTS[self.takes_rights];
        let flags = u64::from(self.paged) | u64::from(self.one_asid) << 1 | u64::from(self.gic_v3) << 2;
        let jitter = if self.fine_time { 63 } else { 1 };
        // T0SZ: 39 bits, so that walks begin at level 1; write-back, inner shareable; nothing in the upper half; 40 bits.
        let tcr = 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32 | if self.updates_entries { 3 << 39 } else { 0 };
        let bits = [(self.paged, 0), (self.checks_alignment, 1), (self.user_masks, 9)];
        let sctlr = bits.iter().fold(SCTLR_ALWAYS, |all, &(on, bit)| all | u64::from(on) << bit);
        let mut all = vec![
            (OTHER, self.ttbr0(1)),
            (LOSES, set),
            (LOSES + 8, clear),
            (TIMER, self.timer.unwrap_or(0).into()),
            (JITTER, jitter),
            (FLAGS, flags),
            (TTBR0, self.ttbr0(0)),
            (TCR, tcr),
            // Attributes 0: normal memory; 1: devices.
            (MAIR, 0xff),
            (SCTLR, sctlr),
            // EL0t or EL1t, nothing masked.
            (SPSR, if self.level == 0 { 0 } else { 4 }),
            (ELR, elr),
        ];
        for (n, (set, clear)) in (0..).zip(LOST_RIGHTS) {
            all.extend([(RIGHTS + 16 * n, set), (RIGHTS + 16 * n + 8, clear)]);
        }
        all
    }
}

/// Where the entry of a page of EL1's view lies, from the image's start on.
pub fn entry_of(space: usize, page: u32) -> u32 {
    TABLES[space] + 2 * PAGE_BYTES + 8 * page
}

impl program::World for World {
    type Arch = AArch64;
    const BASE: u64 = BASE;
    /// General registers, stack pointers, flags, FPCR and FPSR and what hangs on them; vectors.
    const SLOTS: &'static [Range<u8>] = &[1..49, 64..128];
    const SIMPLER: &'static [fn(&mut Self)] = &[
        |world| world.timer = None,
        |world| world.paged = false,
        |world| world.level = 1,
        |world| world.takes_rights = 0,
        |world| world.lacks = 0,
        |world| world.watched = false,
        |world| world.checks_alignment = false,
        |world| world.user_masks = false,
        |world| world.updates_entries = false,
        |world| world.one_asid = false,
        |world| world.fine_time = false,
        |world| world.gic_v3 = false,
        |world| world.fpcr = 0,
        |world| world.registers = None,
    ];

    fn program(seed: u64) -> Program<Self> {
        generate::program(seed)
    }

    fn image(&self) -> Vec<u8> {
        let mut image = vec![0; RAM_BYTES as usize];
        let mut put = |at: u32, bytes: &[u8]| image[at as usize..at as usize + bytes.len()].copy_from_slice(bytes);
        put(0, HANDLERS);
        let (set, clear) = LOST_RIGHTS[self.lacks];
        for (space, root) in TABLES.into_iter().enumerate() {
            let mut entry = |at: u32, value: u64| put(at, &value.to_le_bytes());
            entry(root, DEVICES);
            entry(root + 8 * (BASE >> 30) as u32, (BASE + u64::from(root + PAGE_BYTES)) | TABLE_ENTRY);
            entry(root + PAGE_BYTES, (BASE + u64::from(root + 2 * PAGE_BYTES)) | TABLE_ENTRY);
            for start in image::pages() {
                let page = start / PAGE_BYTES;
                let is_movable = image::is_movable(start);
                let mut what = (BASE + u64::from(image::exchanged(space, start))) | PAGE;
                if is_movable {
                    what = (what | set) & !clear;
                }
                // Writable pages that the hardware may mark as dirty.
                if self.updates_entries {
                    what |= DBM;
                }
                entry(entry_of(space, page), what);
                if is_movable {
                    entry(entry_of(space, page + image::ALIAS_PAGES), what | USER);
                }
            }
        }
        image
    }

    fn start(&self, at: u32) -> u64 {
        BASE + u64::from(at) + if self.paged && self.level == 0 { u64::from(ALIAS) } else { 0 }
    }

    fn machine(&self, image: &[u8], pc: u64) -> Machine<AArch64> {
        let gic = if self.gic_v3 { GicVersion::V3 } else { GicVersion::V2 };
        let mut description = Description {
            device_tree: false,
            ram: vec![RamEntry { name: "ram".into(), base: BASE, size: RAM_BYTES }],
            ..arm_virt::description(gic)
        };
        // Disks are not needed, and only take time.
        description.devices.retain(|device| device.base != 0 && device.base != 0x400_0000 && device.base < 0xa00_0000);
        if self.fine_time {
            description.timebase = INSNS_PER_SECOND;
        }
        let board = description.build(&Options::new(Console::captured())).expect("RAM, a GIC and timers");
        if self.watched {
            let word = GuestPhys(BASE + u64::from(WATCHED));
            board.bus.watch(word, WATCHED_BYTES, Box::new(image::Counter { base: BASE })).expect("it lies in RAM");
        }
        let machine = aarch64::machine(board, Config::default(), "");
        let memory = machine.board.bus.memory().clone();
        for part in PARTS {
            let at = GuestPhys(BASE + part.start as u64);
            memory.write_bytes(at, &image[part]).expect("it is as long as RAM");
        }
        for (at, value) in self.settings(pc) {
            memory.write(GuestPhys(BASE + u64::from(SAVED + at)), value).expect("it lies in RAM");
        }
        let hart = &machine.harts()[0];
        let State { x, v: vectors, .. } = self.registers.map_or_else(State::default, |seed| state(&mut Rng::new(seed)));
        for n in 0..SPOILT {
            hart.slots.set(dst(n), x[n as usize]);
        }
        for (n, value) in (0..).zip(vectors) {
            hart.slots.set(v(n), value as u64);
            hart.slots.set(high(v(n)), (value >> 64) as u64);
        }
        hart.slots.set(FPCR, self.fpcr);
        hart.pc.set(BASE + START);
        hart.code_changed();
        machine
    }

    fn keep_return(function: u32) -> Vec<Op> {
        vec![Op::Word(asm::mov(KEPT_LINK + function, LINK))]
    }

    fn give_return(function: u32) -> Vec<Op> {
        vec![Op::Word(asm::mov(LINK, KEPT_LINK + function)), Op::Word(asm::ret(LINK))]
    }

    fn bases(skew: [u32; 2]) -> Vec<Op> {
        vec![
            Op::Address(DATA_BASE, add_imm(DATA_BASE, DATA_BASE, 0), Target::Offset(program::data_base(skew))),
            Op::Address(SPOILT, add_imm(asm::ZR, SPOILT, 0), Target::Offset(program::stack(skew))),
        ]
    }

    fn text(&self, pc: u64, code: &[u8]) -> String {
        let decoder = Decoder::new(Cpu::Max.features());
        let words = code.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().expect("four bytes")));
        let line = |(n, word): (u64, u32)| {
            let pc = pc + 4 * n;
            let text = decoder.find(word).map(|(row, operands)| TABLE[row].text(&operands, Place { pc, bits: 64 }));
            let insn = text.map_or("undefined".into(), |text| format!("{:10} {}", text.name, text.operands));
            format!("    {pc:x}  {word:08x}  {insn}\n")
        };
        (0..).zip(words).map(line).collect()
    }
}
