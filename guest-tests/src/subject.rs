//! The emulator as the subject of a test.

use crate::commits::Line;
use crate::random::{BASE, Scope};
use crate::states::{Retired, Snapshot};
use emu_core::image::Image;
use emu_core::machine::{Commit, Machine};
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv};
use emu_devices::board::{Description, DeviceEntry, DeviceKind, Options, RamEntry, spike};
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

/// A board of RAM and the CLINT, which is where Spike has it, and QEMU's board `virt` too.
pub fn ram_board(base: u64, bytes: u64) -> Description {
    Description {
        device_tree: false,
        ram: vec![RamEntry { name: "ram".into(), base, size: bytes }],
        devices: vec![DeviceEntry::new(DeviceKind::Clint, 0x200_0000)],
        ..spike::description()
    }
}

/// The board of both comparisons: with a test finisher where QEMU's board `virt` has it and Spike has nothing.
fn board(scope: &Scope) -> Description {
    let mut board = ram_board(BASE, scope.ram_bytes);
    board.devices.push(DeviceEntry::new(DeviceKind::Finisher, 0x10_0000));
    board
}

/// Runs the ELF file for at most `budget` instructions, and gives what `note` makes of each, and the machine afterwards.
fn run<T: 'static>(
    elf: &Path,
    isa: &Isa,
    scope: &Scope,
    budget: u64,
    note: impl Fn(&Commit<'_, Riscv>) -> T + 'static,
) -> Result<(Vec<T>, Machine<Riscv>), String> {
    let file = std::fs::read(elf).map_err(|error| format!("{}: {error}", elf.display()))?;
    let image = Image::elf(file).map_err(|error| error.to_string())?;
    let board = board(scope).build(&Options::new(Console::captured())).map_err(|error| error.to_string())?;
    let mut machine = emu_core::riscv::machine(board, isa, Config::default(), "");
    machine.load(&image).map_err(|error| error.to_string())?;
    let notes = Rc::new(RefCell::new(Vec::new()));
    let sink = notes.clone();
    machine.trace(Some(Box::new(move |commit| sink.borrow_mut().push(note(commit)))));
    machine.run(budget);
    machine.trace(None);
    Ok((notes.take(), machine))
}

/// The commit log of the ELF file's first `budget` instructions.
///
/// # Errors
/// A text, if the program is refused.
pub fn commits(elf: &Path, isa: &Isa, scope: &Scope, budget: u64) -> Result<Vec<Line>, String> {
    let line = |commit: &Commit<'_, Riscv>| {
        let text = commit.to_string();
        Line::parse(&text).unwrap_or_else(|| panic!("not a commit line: {text}"))
    };
    run(elf, isa, scope, budget, line).map(|(lines, _)| lines)
}

/// The ELF file's first `budget` instructions with the states that they left, and `bytes` of memory from `from` on at the
/// end.
///
/// # Errors
/// A text, if the program is refused.
pub fn states(
    elf: &Path,
    isa: &Isa,
    scope: &Scope,
    budget: u64,
    from: u64,
    bytes: usize,
) -> Result<(Vec<Retired>, Vec<u8>), String> {
    let note = |commit: &Commit<'_, Riscv>| Retired {
        mode: commit.mode,
        pc: commit.pc,
        word: commit.word,
        after: Snapshot::of(commit.hart),
    };
    let (retired, machine) = run(elf, isa, scope, budget, note)?;
    let mut memory = vec![0; bytes];
    machine.board.bus.memory().read_bytes(GuestPhys(from), &mut memory).map_err(|fault| format!("{fault:?}"))?;
    Ok((retired, memory))
}
