//! The target `aarch64`: bytes as A64 instructions, at EL0 or EL1, with and without translation, run by the interpreter and by the
//! translator side by side, in slices of a few instructions. Both must leave the same registers, counts and memory.
//!
//! The bytes lie in a ROM, with page tables and vectors that lead back into them. A program that executes what it has stored is not
//! judged: until it says so, each engine may see that when it likes.

use std::cell::Cell;
use std::rc::Rc;

use emu_core::aarch64;
use emu_core::aarch64::feature::Cpu;
use emu_core::aarch64::fp;
use emu_core::aarch64::slots::{SP, dst};
use emu_core::aarch64::state::{AArch64, Config};
use emu_core::hart::Arch;
use emu_core::machine::Machine;
use emu_devices::board::arm_virt::{self, GicVersion};
use emu_devices::board::{Description, Options, RamEntry, RomEntry};
use emu_devices::console::Console;
use emu_jit::{Jit, Tier};
use emu_mem::{GuestPhys, PAGE_SIZE};
use guest_tests::a64::asm;

/// Loops get hot within as many.
const INSNS: u64 = 600;
/// Where memory begins: with the vectors.
const MEMORY: u64 = 0x4000_0000;
const MEMORY_BYTES: u64 = 0xc000;
/// The part of memory that is a ROM.
const ROM_BYTES: u64 = 0x8000;
/// Vectors, and bytes between them.
const VECTORS: u64 = 16;
const VECTOR_BYTES: u64 = 0x80;
/// Where bytes under test lie: near a page's end, so that short input can cross it.
const ENTRY: u64 = MEMORY + 0x1fc0;
const MAX_CODE_BYTES: usize = 0x400;
/// Tables of levels 1 to 3, a page each.
const TABLES: u64 = MEMORY + 0x4000;

/// FPSR.IXC.
const INEXACT: u64 = 1 << 4;

/// What the first three bytes choose.
#[derive(Clone, Copy)]
struct Choice {
    /// Bit 0: EL1.
    level: u8,
    /// Bit 1: address translation.
    paged: bool,
    /// Bit 2: accesses must be aligned.
    checks_alignment: bool,
    /// Bit 3: code is translated before it runs.
    eager: bool,
    /// Bit 4: a GICv3.
    gic_v3: bool,
    /// Bit 5: there is no room for much code.
    cramped: bool,
    /// Bit 6: the inexact flag is raised.
    inexact: bool,
    /// Bit 7: Cortex-A53, which has fewer instructions.
    old: bool,
    /// The second byte: instructions in a slice; all of them if it is zero.
    slice: u64,
    /// The third byte: what EL0 may do with pages, and which are not to be executed.
    rights: u8,
}

impl Choice {
    fn new([first, slice, rights]: [u8; 3]) -> Self {
        let bit = |n: u8| first >> n & 1 != 0;
        Self {
            level: first & 1,
            paged: bit(1),
            checks_alignment: bit(2),
            eager: bit(3),
            gic_v3: bit(4),
            cramped: bit(5),
            inexact: bit(6),
            old: bit(7),
            slice: if slice == 0 { INSNS } else { slice.into() },
            rights,
        }
    }
}

/// Runs the bytes on both engines; the first three choose the machine and the slices.
pub fn aarch64(data: &[u8]) {
    let Some((&first, code)) = data.split_first_chunk() else { return };
    let choice = Choice::new(first);
    let mut interp = machine(choice, code);
    let mut jit = machine(choice, code);
    jit.execute_with(|_| {
        let options = emu_jit::Options {
            tier: if choice.eager { Tier::Eager } else { Tier::Hot },
            threshold: 2,
            code_memory_bytes: if choice.cramped { 0 } else { 1 << 20 },
            counts_rows: true,
            ..emu_jit::Options::default()
        };
        Box::new(Jit::new(options).expect("code can be made on hosts that tests run on"))
    });
    let mut over = false;
    let mut same = true;
    while !over && same {
        let slice = choice.slice.min(INSNS - interp.retired());
        let ends = [interp.run(slice), jit.run(slice)].map(|end| end.map(|end| std::mem::discriminant(&end)));
        same = ends[0] == ends[1] && interp.retired() == jit.retired();
        over = ends[0].is_some() || interp.retired() >= INSNS;
    }
    let all =
        same && interp.state_hash() == jit.state_hash() && interp.stats() == jit.stats() && ram(&interp) == ram(&jit);
    assert!(all || executes_ram(machine(choice, code)), "interpreter, translator:\n{}", differences(&interp, &jit));
}

/// What differs in registers.
fn differences(interp: &Machine<AArch64>, jit: &Machine<AArch64>) -> String {
    let words = |machine: &Machine<AArch64>| {
        let hart = &machine.harts()[0];
        let mut words = vec![("retired".to_owned(), hart.retired.get()), ("pc".to_owned(), hart.pc.get())];
        AArch64::named_words(hart, &mut |name, word| words.push((name.to_owned(), word)));
        words
    };
    let both = words(interp).into_iter().zip(words(jit));
    both.filter(|(a, b)| a != b).map(|((name, a), (_, b))| format!("{name} {a:#x}, {b:#x}\n")).collect()
}

/// Whether the program executes what it may have stored.
fn executes_ram(mut machine: Machine<AArch64>) -> bool {
    let seen = Rc::new(Cell::new(false));
    let in_ram = seen.clone();
    machine.trace(Some(Box::new(move |commit| in_ram.set(in_ram.get() || commit.pc >= MEMORY + ROM_BYTES))));
    let _ = machine.run(INSNS);
    seen.get()
}

/// What RAM holds.
fn ram(machine: &Machine<AArch64>) -> Vec<u8> {
    let mut bytes = vec![0; (MEMORY_BYTES - ROM_BYTES) as usize];
    machine.board.bus.memory().read_bytes(GuestPhys(MEMORY + ROM_BYTES), &mut bytes).expect("RAM is there");
    bytes
}

/// A machine that will run `code`, in a ROM.
fn machine(choice: Choice, code: &[u8]) -> Machine<AArch64> {
    let gic = if choice.gic_v3 { GicVersion::V3 } else { GicVersion::V2 };
    let mut description = Description {
        name: "fuzz".into(),
        device_tree: false,
        ram: vec![RamEntry { name: "ram".into(), base: MEMORY + ROM_BYTES, size: MEMORY_BYTES - ROM_BYTES }],
        rom: vec![RomEntry { name: "rom".into(), base: MEMORY, size: ROM_BYTES, file: None }],
        ..arm_virt::description(gic)
    };
    // The GIC, the UART and the clock.
    description.devices.retain(|device| (0x800_0000..0xa00_0000).contains(&device.base));
    let board = description.build(&Options::new(Console::captured())).expect("the small board is valid");
    let config = Config { cpu: if choice.old { Cpu::CortexA53 } else { Cpu::Max }, ..Config::default() };
    let machine = aarch64::machine(board, config, "fuzz");

    let put = |at: u64, bytes: &[u8]| {
        machine.board.bus.memory().install_bytes(GuestPhys(at), bytes).expect("it ends before memory does");
    };
    let code = &code[..code.len().min(MAX_CODE_BYTES)];
    put(ENTRY, code);
    // Back to the beginning, from behind the code and from each vector.
    let end = (code.len() as u64).next_multiple_of(4);
    let ways_back = (0..VECTORS).map(|n| MEMORY + n * VECTOR_BYTES).chain([ENTRY + end]);
    for at in ways_back {
        put(at, &(asm::B | asm::offset(asm::B, ENTRY.wrapping_sub(at) as i32)).to_le_bytes());
    }
    tables(choice, &put);

    let hart = &machine.harts()[0];
    let registers = &hart.arch.registers;
    // RAM, its end, the ROM, devices.
    let pointers =
        [MEMORY + ROM_BYTES + 0x800, MEMORY + MEMORY_BYTES - 3, ENTRY, TABLES, 0x800_0000, 0x801_0000, 0x900_0000, 5];
    for (n, value) in (0..).zip(pointers) {
        hart.slots.set(dst(n), value);
    }
    let level = registers.of_level(1);
    level.vbar.set(MEMORY);
    level.ttbr0.set(TABLES);
    level.mair.set(0xff);
    // 39 bits; nothing in the upper half.
    level.tcr.set(25 | 1 << 23);
    level.sctlr.set(level.sctlr.get() | u64::from(choice.paged) | u64::from(choice.checks_alignment) << 1);
    registers.cpacr_el1.set(3 << 20);
    if choice.inexact {
        fp::set_fpsr(hart, INEXACT);
    }
    hart.arch.set_daif(hart, 0);
    hart.arch.enter_level(hart, choice.level, choice.level == 1);
    hart.slots.set(SP, MEMORY + ROM_BYTES + 0x1000);
    hart.pc.set(ENTRY);
    hart.code_changed();
    machine
}

/// All of memory in pages of 4 KiB, as the third byte says, and devices as a block of 1 GiB.
fn tables(choice: Choice, put: &dyn Fn(u64, &[u8])) {
    const TABLE: u64 = 3;
    const PAGE: u64 = 3;
    const BLOCK: u64 = 1;
    const DEVICE: u64 = 1 << 2;
    const AF: u64 = 1 << 10;
    let entry = |at: u64, value: u64| put(at, &value.to_le_bytes());
    let rights = u64::from(choice.rights);
    // AP, not the access flag; PXN and UXN.
    let attributes = (rights & 3) << 6 | if rights & 4 == 0 { AF } else { 0 } | (rights >> 3 & 3) << 53;
    entry(TABLES, BLOCK | DEVICE | AF);
    entry(TABLES + 8 * (MEMORY >> 30), (TABLES + PAGE_SIZE) | TABLE);
    entry(TABLES + PAGE_SIZE, (TABLES + 2 * PAGE_SIZE) | TABLE);
    for page in 0..MEMORY_BYTES / PAGE_SIZE {
        // The vectors stay EL1's to execute.
        let attributes = if page == 0 { AF } else { attributes };
        entry(TABLES + 2 * PAGE_SIZE + 8 * page, (MEMORY + page * PAGE_SIZE) | PAGE | attributes);
    }
}
