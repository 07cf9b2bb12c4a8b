//! The target `engines`: bytes as code, run by the interpreter and by the translator side by side, in slices of a few
//! instructions. Both must leave the same registers, counts and memory.
//!
//! The bytes lie in a ROM, and traps lead back into them. A program that executes what it has stored is not judged: without
//! a fence, each engine may see that when it likes.

use std::cell::Cell;
use std::rc::Rc;

use emu_core::machine::{Machine, Stats};
use emu_core::riscv::slots::{self, FFLAGS, FS};
use emu_core::riscv::state::Riscv;
use emu_core::slot::Slot;
use emu_jit::{Jit, Options, Tier};
use emu_mem::GuestPhys;
use guest_tests::asm;

use super::machine::{self, ENTRY, MEMORY, MEMORY_BYTES, ROM_BYTES};

/// Loops get hot within as many.
const INSNS: u64 = 600;

/// What the first two bytes choose.
#[derive(Clone, Copy)]
struct Choice {
    /// The first byte, as for every target.
    machine: machine::Choice,
    /// Bit 3: code is translated before it runs.
    eager: bool,
    /// Bit 5: there is no room for much code.
    cramped: bool,
    /// Bit 6: the inexact flag is raised.
    inexact: bool,
    /// The second byte: instructions in a slice; all of them if it is zero.
    slice: u64,
}

impl Choice {
    fn new([first, second]: [u8; 2]) -> Self {
        Self {
            machine: machine::Choice::new(first),
            eager: first & 8 != 0,
            cramped: first & 0x20 != 0,
            inexact: first & 0x40 != 0,
            slice: if second == 0 { INSNS } else { second.into() },
        }
    }
}

/// Runs the bytes on both engines; the first two choose the machine and the slices.
pub fn engines(data: &[u8]) {
    let Some((&first, code)) = data.split_first_chunk() else { return };
    let choice = Choice::new(first);
    let mut interp = machine(choice, code);
    let mut jit = machine(choice, code);
    jit.execute_with(|_| {
        let options = Options {
            tier: if choice.eager { Tier::Eager } else { Tier::Hot },
            threshold: 2,
            code_memory_bytes: if choice.cramped { 0 } else { 1 << 20 },
            counts_rows: true,
            ..Options::default()
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
    if same
        && interp.state_hash() == jit.state_hash()
        && interp.stats() == jit.stats()
        && machine::ram(&interp) == machine::ram(&jit)
    {
        return;
    }
    assert!(executes_ram(machine(choice, code)), "{:#?}\n{:#?}", Seen::of(&interp), Seen::of(&jit));
}

/// What is told of a machine that is not as the other one.
#[derive(Debug)]
#[expect(dead_code, reason = "it is printed")]
struct Seen {
    pc: u64,
    registers: [u64; 64],
    stats: Stats,
}

impl Seen {
    fn of(machine: &Machine<Riscv>) -> Self {
        let hart = &machine.harts()[0];
        let registers = std::array::from_fn(|slot| hart.slots.get(Slot(slot as u8)));
        Seen { pc: hart.pc.get(), registers, stats: machine.stats() }
    }
}

/// Whether the program executes what it may have stored.
fn executes_ram(mut machine: Machine<Riscv>) -> bool {
    let ram = Rc::new(Cell::new(false));
    let seen = ram.clone();
    machine.trace(Some(Box::new(move |commit| seen.set(seen.get() || commit.pc >= MEMORY + ROM_BYTES))));
    let _ = machine.run(INSNS);
    ram.get()
}

/// A machine that will run `code`, in a ROM, by itself.
fn machine(choice: Choice, code: &[u8]) -> Machine<Riscv> {
    let (machine, code_bytes) = choice.machine.machine(code, true);
    // Behind it, back to its beginning.
    let end = code_bytes.next_multiple_of(2) as i32;
    let back = 0x6f | asm::j_offset(-end);
    let behind = GuestPhys(ENTRY + end as u64);
    machine.board.bus.memory().install_bytes(behind, &back.to_le_bytes()).expect("it ends before memory does");
    let hart = &machine.harts()[0];
    // RAM, its end, the ROM, devices: registers that compressed instructions reach.
    let pointers = [
        MEMORY + ROM_BYTES + 0x800,
        MEMORY + MEMORY_BYTES - 3,
        MEMORY + ROM_BYTES + 0x1000,
        ENTRY,
        0x0200_4000,
        0x1000_0000,
        5,
        3,
    ];
    for (x, value) in (8..).zip(pointers) {
        hart.slots.set(slots::dst(x), value);
    }
    hart.arch.registers.mtvec.set(ENTRY);
    hart.arch.registers.stvec.set(ENTRY);
    hart.slots.set(FS, 3);
    hart.slots.set(FFLAGS, choice.inexact.into());
    hart.arch.set_mode(hart, choice.machine.mode);
    hart.pc.set(ENTRY);
    hart.code_changed();
    machine
}
