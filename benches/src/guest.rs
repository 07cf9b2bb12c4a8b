//! The emulator as the cases see it: a machine with one hart, RAM and a CLINT, and the few things they do to it. If the
//! emulator's interfaces change, this is the file to change; no case calls them by other ways.

pub(crate) mod program;
mod tables;

use emu_core::hart::Hart;
use emu_core::image::Image;
use emu_core::machine::Machine;
use emu_core::riscv::cause;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::slots;
use emu_core::riscv::state::{Config, Riscv, mode};
use emu_core::timing::Model;
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_jit::Jit;
use emu_mem::{Bus, GuestPhys, GuestVirt, Memory, PAGE_SIZE, Ram, Unit};
use guest_tests::subject::ram_board;

pub(crate) use emu_jit::Tier;
pub(crate) use program::Program;
pub(crate) use tables::{Rights, Tables, Translation};

/// Where the RAM is. Programs start here.
pub(crate) const RAM: u64 = 0x8000_0000;
/// How much there is; the host gives it page by page as it is touched.
pub(crate) const RAM_BYTES: u64 = 256 << 20;
/// The physical memory that cases read and write.
pub(crate) const DATA: u64 = RAM + (16 << 20);
/// Page tables are made from here on.
const TABLES: u64 = RAM + (128 << 20);
/// Where [`Guest::translated`] maps [`DATA`]: another address, so that nothing works untranslated by mistake.
pub(crate) const VIRTUAL: u64 = 0x4000_0000;
/// `msip` of hart 0 in the CLINT.
pub(crate) const DEVICE: u64 = 0x200_0000;

/// How often a block is interpreted before it is compiled, where that is counted.
const COMPILED_AFTER: u32 = 16;

/// A privilege mode in which cases run.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    User = mode::U as isize,
    Supervisor = mode::S as isize,
}

/// A machine.
pub(crate) struct Guest {
    machine: Machine<Riscv>,
}

impl Guest {
    /// A machine after reset, in M mode and without translation.
    pub(crate) fn new(xlen: u32) -> Guest {
        let board = ram_board(RAM, RAM_BYTES).build(&Options::new(Console::captured()));
        let board = board.expect("the board of all tests, with RAM that is reserved but not used");
        Guest { machine: emu_core::riscv::machine(board, &Isa::all(xlen), Config::default(), "") }
    }

    /// A machine in S mode in which the `bytes` bytes from [`VIRTUAL`] on are those from [`DATA`] on, in 4 KiB pages.
    /// With [`Translation::Bare`] they are where they are.
    pub(crate) fn translated(translation: Translation, bytes: u64) -> Guest {
        let guest = Guest::new(translation.xlen());
        let mut tables = guest.tables(translation);
        for at in (0..bytes).step_by(PAGE_SIZE as usize) {
            tables.map(translation.data() + at, DATA + at, Rights::DATA);
            // To the host, pages that nobody has written are one page of zeros under many addresses, which its first-level
            // cache is slower with.
            guest.write(DATA + at, at);
        }
        guest.enter(Mode::Supervisor, tables.satp(0));
        guest
    }

    /// The first page tables of this machine, without a mapping.
    pub(crate) fn tables(&self, translation: Translation) -> Tables<'_> {
        Tables::new(self.memory(), translation, TABLES)
    }

    /// Goes on in this mode and address space.
    pub(crate) fn enter(&self, mode: Mode, satp: u64) {
        let hart = self.hart();
        hart.arch.set_satp(hart, satp);
        hart.arch.set_mode(hart, mode as u8);
        self.flush();
    }

    /// Has ECALL in U mode go to `handler` in S mode.
    pub(crate) fn delegate_calls(&self, handler: u64) {
        let registers = &self.hart().arch.registers;
        registers.medeleg.set(1 << cause::ECALL_U);
        registers.stvec.set(handler);
    }

    /// Lets the machine timer interrupt whatever runs with interrupts on.
    pub(crate) fn enable_timer(&self, handler: u64) {
        let registers = &self.hart().arch.registers;
        registers.mtvec.set(handler);
        registers.mie.set(1 << 7);
    }

    /// Has cycles counted by this model. To be called before anything has run.
    pub(crate) fn time_by(&mut self, model: &str) {
        self.machine.time_by(Model::named(model).expect("cases name models that there are"));
    }

    /// Cycles so far.
    pub(crate) fn cycles(&self) -> u64 {
        self.machine.cycles()
    }

    /// Puts a program into memory that begins where RAM does.
    pub(crate) fn load_image(&mut self, image: &Image) {
        assert_eq!(image.entry(), GuestPhys(RAM), "it begins there");
        self.machine.load(image).expect("there is room for it");
    }

    /// Sets `x[register]`.
    pub(crate) fn set(&self, register: u32, value: u64) {
        self.hart().slots.set(slots::dst(register), value);
    }

    /// Sets `f[register]`; a narrow value comes NaN-boxed.
    pub(crate) fn set_float(&self, register: u32, value: u64) {
        self.hart().slots.set(slots::fpr(register), value);
    }

    /// Turns floating point on: `mstatus.FS` is dirty.
    pub(crate) fn enable_float(&self) {
        self.hart().slots.set(slots::FS, 3);
    }

    /// Forgets all translations.
    pub(crate) fn flush(&self) {
        self.hart().tlb.flush_all();
    }

    /// Whether translations that will be wanted next are entered into the TLB before they are.
    pub(crate) fn fill_ahead(&self, on: bool) {
        self.hart().tlb.set_prefetch(on);
    }

    /// The hart.
    pub(crate) fn hart(&self) -> &Hart<Riscv> {
        &self.machine.harts()[0]
    }

    /// RAM by physical address.
    pub(crate) fn memory(&self) -> &Memory {
        self.machine.board.bus.memory()
    }

    /// RAM and devices by physical address.
    pub(crate) fn bus(&self) -> &Bus {
        &self.machine.board.bus
    }

    /// RAM by offset.
    pub(crate) fn ram(&self) -> &Ram {
        &self.memory().regions()[0].ram
    }

    /// Writes to RAM, for set-ups.
    pub(crate) fn write<T: Unit>(&self, at: u64, value: T) {
        self.memory().write(GuestPhys(at), value).expect("cases write inside RAM");
    }

    /// Puts the program at a physical address.
    pub(crate) fn load(&self, at: u64, program: &Program) {
        for (at, word) in (at..).step_by(4).zip(program.words()) {
            self.write(at, *word);
        }
    }

    /// Has code compiled, on the thread that runs it. To be called before anything has run.
    pub(crate) fn translate(&mut self, tier: Tier) {
        let options = emu_jit::Options { tier, threshold: COMPILED_AFTER, ..Default::default() };
        self.machine.execute_with(|_| Box::new(Jit::<Riscv>::new(options).expect("a host that code can be made for")));
    }

    /// What the executor tells of its work under this name; 0 before it has done any.
    pub(crate) fn detail(&self, name: &str) -> u64 {
        self.machine.details().into_iter().find(|(known, _)| known == name).map_or(0, |(_, n)| n)
    }

    /// Runs from the start of RAM for exactly `instructions`; how many traps were taken.
    pub(crate) fn run(&mut self, instructions: u64) -> u64 {
        let traps = self.hart().traps.get();
        self.hart().pc.set(RAM);
        let ended = self.machine.run(instructions);
        assert!(ended.is_none(), "the case's program has ended: {ended:?}");
        self.hart().traps.get() - traps
    }
}

/// Loads as an instruction does: what is not the common case is done by a function of its own.
#[inline(always)]
pub(crate) fn load<T: Unit>(hart: &Hart<Riscv>, at: u64) -> u64 {
    match hart.tlb.read::<T>(GuestVirt(at)) {
        Some(value) => value.to_u64(),
        None => load_otherwise::<T>(hart, at),
    }
}

#[cold]
#[inline(never)]
fn load_otherwise<T: Unit>(hart: &Hart<Riscv>, at: u64) -> u64 {
    hart.load_slow(at, T::BYTES).expect("cases load what is mapped")
}

/// Stores as an instruction does.
#[inline(always)]
pub(crate) fn store<T: Unit>(hart: &Hart<Riscv>, at: u64, value: u64) {
    if hart.tlb.write::<T>(GuestVirt(at), T::from_u64(value)).is_none() {
        store_otherwise::<T>(hart, at, value);
    }
}

#[cold]
#[inline(never)]
fn store_otherwise<T: Unit>(hart: &Hart<Riscv>, at: u64, value: u64) {
    hart.store_slow(at, T::BYTES, value).expect("cases store to what is mapped");
}
