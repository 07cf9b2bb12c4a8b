//! The machine that targets run programs on: small, so that a run costs as little as it can.

use emu_core::image::Image;
use emu_core::machine::Machine;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv};
use emu_devices::board::{Description, DeviceEntry, DeviceKind, Options, RamEntry, RomEntry, testbench};
use emu_devices::console::Console;

/// Where memory begins.
pub(super) const MEMORY: u64 = 0x8000_0000;
/// The part of memory that may be a ROM.
pub(super) const ROM_BYTES: u64 = 0x8000;
pub(super) const MEMORY_BYTES: u64 = 0xc000;

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
