//! The machine that targets run programs on: small, so that a run costs as little as it can. What all of them let the first
//! byte of their input choose, how code gets into memory, and what memory holds in the end.

use emu_core::image::Image;
use emu_core::machine::Machine;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv, mode};
use emu_devices::board::{Description, DeviceEntry, DeviceKind, Options, RamEntry, RomEntry, testbench};
use emu_devices::console::Console;
use emu_mem::GuestPhys;

/// Where memory begins.
pub(super) const MEMORY: u64 = 0x8000_0000;
/// The part of memory that may be a ROM.
pub(super) const ROM_BYTES: u64 = 0x8000;
pub(super) const MEMORY_BYTES: u64 = 0xc000;
/// Where bytes under test lie: near a page's end, so that short input can cross it.
pub(super) const ENTRY: u64 = MEMORY + 0x1fc0;
/// What lies behind is not loaded: longer input only costs time.
const MAX_CODE_BYTES: usize = 0x400;

/// What the first byte chooses for each target.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    /// Bit 0: 64 bits.
    pub(super) wide: bool,
    /// Bits 1 and 2: U, S, M, M.
    pub(super) mode: u8,
    /// Bit 4: misaligned accesses trap.
    misaligned_trap: bool,
}

impl Choice {
    pub(super) fn new(first: u8) -> Self {
        Self {
            wide: first & 1 != 0,
            mode: [mode::U, mode::S, mode::M, mode::M][usize::from(first >> 1 & 3)],
            misaligned_trap: first & 0x10 != 0,
        }
    }

    /// A machine with `code` at [`ENTRY`]; gives the length of that, too. It is put into memory behind the loader's back, which
    /// is cheaper; what is entered is one byte at memory's beginning.
    pub(super) fn machine(self, code: &[u8], rom: bool) -> (Machine<Riscv>, usize) {
        let code = &code[..code.len().min(MAX_CODE_BYTES)];
        let start = GuestPhys(MEMORY);
        let image = Image::raw([0], start, start).expect("a byte, entered there");
        let isa = Isa::all(if self.wide { 64 } else { 32 });
        let machine = load(&image, &isa, Config { misaligned_trap: self.misaligned_trap }, rom).expect("a byte fits");
        machine.board.bus.memory().install_bytes(GuestPhys(ENTRY), code).expect("it ends before memory does");
        (machine, code.len())
    }
}

/// What RAM holds behind where a ROM may be.
pub(super) fn ram(machine: &Machine<Riscv>) -> Vec<u8> {
    let mut bytes = vec![0; (MEMORY_BYTES - ROM_BYTES) as usize];
    let ram = GuestPhys(MEMORY + ROM_BYTES);
    machine.board.bus.memory().read_bytes(ram, &mut bytes).expect("RAM is there");
    bytes
}

/// A machine with `image` in its memory; `None` if it does not fit there. The first [`ROM_BYTES`] are a ROM if `rom` says so.
pub(super) fn load(image: &Image, isa: &Isa, config: Config, rom: bool) -> Option<Machine<Riscv>> {
    let board = small_board(rom).build(&Options::new(Console::captured())).expect("the small board is valid");
    let mut machine = riscv::machine(board, isa, config, "fuzz");
    machine.load(image).ok()?;
    Some(machine)
}

/// Memory and one device of each kind that a program can reach.
fn small_board(rom: bool) -> Description {
    let device = DeviceEntry::new;
    let rom_bytes = if rom { ROM_BYTES } else { 0 };
    let rom = RomEntry { name: "rom".into(), base: MEMORY, size: rom_bytes, file: None };
    Description {
        name: "fuzz".into(),
        ram: vec![RamEntry { name: "ram".into(), base: MEMORY + rom_bytes, size: MEMORY_BYTES - rom_bytes }],
        rom: if rom_bytes == 0 { vec![] } else { vec![rom] },
        devices: vec![
            device(DeviceKind::Clint, 0x0200_0000),
            device(DeviceKind::AclintSswi, 0x02f0_0000),
            device(DeviceKind::Plic, 0x0c00_0000),
            DeviceEntry::with_irq(DeviceKind::Uart16550, 0x1000_0000, 10),
            DeviceEntry::with_irq(DeviceKind::Rtc, 0x1000_1000, 11),
            device(DeviceKind::Finisher, 0x1000_2000),
            device(DeviceKind::Testbench, 0x1000_3000),
            device(DeviceKind::VirtioMmio, 0x1000_4000),
        ],
        ..testbench::description()
    }
}
