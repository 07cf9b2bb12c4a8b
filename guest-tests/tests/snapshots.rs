//! Snapshots of RAM under a real program: a kernel is stopped half-way, runs on, has its code destroyed, and is taken back to
//! where it was, from where it must come to its proper end. A traced twin says which pages its stores touched.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use emu_core::image::Image;
use emu_core::machine::{Ended, Machine};
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv};
use emu_core::slot::Slot;
use emu_devices::board::{Options, spike};
use emu_devices::console::Console;
use emu_mem::{GuestPhys, PAGE_SIZE};

/// What `benches/kernels/counts.tsv` says of the whole run.
const KERNEL: &str = "sort-small";
const HALF_INSNS: u64 = 3_000_000;
const WINDOW_INSNS: u64 = 200_000;
const RAM: u64 = 0x8000_0000;
const RAM_BYTES: u64 = 16 << 20;

fn kernels() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/kernels"))
}

/// The kernel after its first half.
fn half_way() -> Machine<Riscv> {
    let file = fs::read(kernels().join(format!("elf/rv64/{KERNEL}.elf"))).unwrap();
    let options = Options { memory_bytes: Some(RAM_BYTES), ..Options::new(Console::captured()) };
    let board = spike::description().build(&options).unwrap();
    let mut machine = riscv::machine(board, &Isa::all(64), Config::default(), "");
    machine.load(&Image::elf(file).unwrap()).unwrap();
    assert_eq!(machine.run(HALF_INSNS), None);
    machine
}

fn ram(machine: &Machine<Riscv>) -> Vec<u8> {
    let mut bytes = vec![0; RAM_BYTES as usize];
    machine.board.bus.memory().read_bytes(GuestPhys(RAM), &mut bytes).unwrap();
    bytes
}

/// The pages that the kernel's stores touch in the window after its first half. It runs without translation.
fn stored() -> Vec<GuestPhys> {
    let mut machine = half_way();
    let pages = Rc::new(RefCell::new(BTreeSet::new()));
    let told = pages.clone();
    machine.trace(Some(Box::new(move |commit| {
        let stores = commit.memory.iter().filter(|access| access.stored.is_some());
        told.borrow_mut()
            .extend(stores.flat_map(|store| [store.at, store.at + store.bytes - 1]).map(|at| at / PAGE_SIZE));
    })));
    assert_eq!(machine.run(WINDOW_INSNS), None);
    pages.borrow().iter().map(|page| GuestPhys(page * PAGE_SIZE)).collect()
}

fn differing(one: &[u8], other: &[u8]) -> Vec<GuestPhys> {
    let pages = one.chunks(PAGE_SIZE as usize).zip(other.chunks(PAGE_SIZE as usize)).enumerate();
    let differ = pages.filter(|(_, (one, other))| one != other);
    differ.map(|(i, _)| GuestPhys(RAM + i as u64 * PAGE_SIZE)).collect()
}

#[test]
fn a_kernel_taken_back_half_way_comes_to_its_end() {
    let counts = fs::read_to_string(kernels().join("counts.tsv")).unwrap();
    let row = counts.lines().find_map(|line| line.strip_prefix(&format!("{KERNEL}\t"))).unwrap();
    let whole_insns: u64 = row.split('\t').nth(1).unwrap().parse().unwrap();

    let mut machine = half_way();
    let memory = machine.board.bus.memory().clone();
    let before = ram(&machine);
    let hart = &machine.harts()[0];
    let slots: Vec<u64> = (0..=255).map(|i| hart.slots.get(Slot(i))).collect();
    let pc = hart.pc.get();
    let (snapshot, log) = (memory.snapshot(), memory.log_writes());

    assert_eq!(machine.run(WINDOW_INSNS), None);
    let written = log.next_epoch();
    assert_eq!(written, stored(), "the pages that were stored to, and no others");
    assert_eq!(snapshot.pages(), written);
    let differing = differing(&before, &ram(&machine));
    assert!(differing.iter().all(|page| written.contains(page)) && !differing.is_empty(), "{differing:x?}");

    // Every instruction in the code's page becomes a jump to itself.
    let code = GuestPhys(pc).page();
    memory.write_bytes(code, &0x0000_006f_u32.to_le_bytes().repeat(PAGE_SIZE as usize / 4)).unwrap();
    assert_eq!(log.pages(), [code]);
    machine.harts()[0].code_changed();
    let mut stands = || {
        assert_eq!(machine.run(1000), None);
        machine.harts()[0].pc.get()
    };
    assert_eq!(stands(), stands());

    assert_eq!(snapshot.restore(), written.len() as u64 + 1);
    assert!(ram(&machine) == before, "all RAM is as it was");
    let hart = &machine.harts()[0];
    hart.code_changed();
    hart.pc.set(pc);
    (1..=255).for_each(|i| hart.slots.set(Slot(i), slots[usize::from(i)]));
    let retired = machine.retired();
    let ended = machine.run(whole_insns);
    assert!(matches!(ended, Some(Ended::Exit { code: 0, .. })), "{ended:?}");
    assert_eq!(machine.retired() - retired, whole_insns - HALF_INSNS);
}
