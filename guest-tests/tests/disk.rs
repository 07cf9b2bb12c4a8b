//! Disks under a running machine: completion at an exact instruction, and runs that repeat.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use emu_core::image::Image;
use emu_core::machine::{Ended, Machine};
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv};
use emu_devices::board::{Options, riscv_virt};
use emu_devices::console::Console;
use emu_devices::virtio::block::{Access, DiskSpec, LATENCY_INSNS};
use emu_devices::virtio::mmio::Interface;

const BUDGET_INSNS: u64 = 50_000_000;
/// `QueueNotify` of the highest slot, where the first disk is.
const NOTIFY: u64 = 0x1000_8050;

fn program() -> Image {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs/elf/rv64/disk.elf");
    Image::elf(fs::read(path).unwrap()).unwrap()
}

/// A machine with `disk.elf` and its disk.
fn machine(interface: Interface, file: &Path) -> Machine<Riscv> {
    fs::write(file, (0..128 * 512).map(|i| (7 * i + i / 512) as u8).collect::<Vec<u8>>()).unwrap();
    let spec = DiskSpec { path: file.to_owned(), access: Access::Overlay, interface };
    let options = Options { disks: vec![spec.open().unwrap()], ..Options::new(Console::captured()) };
    let board = riscv_virt::description().build(&options).unwrap();
    fs::remove_file(file).unwrap();
    let mut machine = riscv::machine(board, &Isa::all(64), Config::default(), "disk");
    machine.load(&program()).unwrap();
    machine
}

fn file(test: &str) -> PathBuf {
    std::env::temp_dir().join(format!("emu-guest-disk-{}-{test}.img", std::process::id()))
}

/// Whenever the guest waits for an interrupt, with interrupts off, it wakes at the instruction at which a request completes; that
/// one switches them on, and the handler begins with the next.
#[test]
fn requests_complete_at_their_instruction() {
    let program = program();
    let handler = program.symbols().iter().find(|symbol| symbol.name == "on_interrupt").unwrap().address.0;
    for interface in [Interface::Legacy, Interface::Modern] {
        let mut machine = machine(interface, &file("exact"));
        let (notified, entered) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
        let (notes, entries) = (Rc::clone(&notified), Rc::clone(&entered));
        machine.trace(Some(Box::new(move |commit| {
            // It is told after the instruction, which ran one earlier.
            let time = commit.hart.now() - 1;
            if commit.memory.iter().any(|access| access.at == NOTIFY && access.stored.is_some()) {
                notes.borrow_mut().push(time);
            }
            if commit.pc == handler {
                entries.borrow_mut().push(time);
            }
        })));
        assert_eq!(machine.run(BUDGET_INSNS), Some(Ended::Exit { code: 0, by: "htif" }));
        let (notified, entered) = (notified.borrow(), entered.borrow());
        assert_eq!(entered.len(), 4, "one for five requests, three for three");
        for time in entered.iter() {
            assert!(notified.contains(&(time - 1 - LATENCY_INSNS)), "an interrupt at {time}: {notified:?}");
        }
    }
}

#[test]
fn a_run_with_a_disk_repeats() {
    let results: Vec<_> = (0..2)
        .map(|run| {
            let mut machine = machine(Interface::Modern, &file("repeat"));
            // Cut into budgets or not.
            let ended = if run == 0 {
                machine.run(BUDGET_INSNS)
            } else {
                (0..BUDGET_INSNS / 777).find_map(|_| machine.run(777))
            };
            assert_eq!(ended, Some(Ended::Exit { code: 0, by: "htif" }));
            (machine.retired(), machine.state_hash())
        })
        .collect();
    assert_eq!(results[0], results[1]);
}
