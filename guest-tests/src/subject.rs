//! The emulator as the subject of a test.

use crate::commits::Line;
use emu_core::image::Image;
use emu_core::machine::Ended;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_devices::board::{Description, DeviceEntry, DeviceKind, Options, RamEntry, spike};
use emu_devices::console::Console;
use std::cell::RefCell;
use std::rc::Rc;

/// A board of RAM and the CLINT, at Spike's address.
pub fn ram_board(base: u64, bytes: u64) -> Description {
    let ram = vec![RamEntry { name: "ram".into(), base, size: bytes }];
    Description {
        device_tree: false,
        ram,
        devices: vec![DeviceEntry::new(DeviceKind::Clint, 0x200_0000)],
        ..spike::description()
    }
}

/// Runs the ELF file `elf` on `board` for at most `budget` instructions: its commit log, and how it ended if it did.
///
/// # Errors
/// A text, if the board or the program is refused.
pub fn run(elf: &[u8], board: &Description, isa: &Isa, budget: u64) -> Result<(Vec<Line>, Option<Ended>), String> {
    let image = Image::elf(elf).map_err(|error| error.to_string())?;
    let board = board.build(&Options::new(Console::captured())).map_err(|error| error.to_string())?;
    let mut machine = emu_core::riscv::machine(board, isa, Config::default(), "");
    machine.load(&image).map_err(|error| error.to_string())?;
    let lines = Rc::new(RefCell::new(Vec::new()));
    let sink = lines.clone();
    machine.trace(Some(Box::new(move |commit| {
        let text = commit.to_string();
        sink.borrow_mut().push(Line::parse(&text).unwrap_or_else(|| panic!("not a commit line: {text}")));
    })));
    let ended = machine.run(budget);
    machine.trace(None);
    Ok((lines.take(), ended))
}
