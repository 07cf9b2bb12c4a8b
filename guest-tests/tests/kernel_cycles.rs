//! The small integer kernels take as many modelled cycles under every timing model as the committed table has, in both engines.
//! `UPDATE_CYCLES=1` writes the table anew; its difference is part of a change's review. That a model is right is judged by `modelled.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use emu_core::hart::Arch;
use emu_core::image::Image;
use emu_core::machine::{Ended, Machine};
use emu_core::riscv::isa_string::Isa;
use emu_core::timing::{InstructionSet, Model};
use emu_core::{aarch64, riscv};
use emu_devices::board::arm_virt::{self, GicVersion};
use emu_devices::board::{Options, spike};
use emu_devices::console::Console;
use guest_tests::engines::Engine;

/// Kernels without floating point, of which the exact models know nothing.
const KERNELS: [&str; 9] = ["sort", "crc32", "sha256", "bytecode", "matrix", "strings", "recursion", "chase", "empty"];

/// Folders of kernels, and what they are for.
const GUESTS: [(&str, InstructionSet); 3] =
    [("rv32", InstructionSet::Rv32), ("rv64", InstructionSet::Rv64), ("aarch64", InstructionSet::Aarch64)];

/// Several times what the longest takes.
const BUDGET_INSNS: u64 = 20_000_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/kernels")
}

/// The models that can be asked for the cycles of such a core.
fn models(set: InstructionSet) -> impl Iterator<Item = &'static Model> {
    Model::fitting(set).filter(|model| !model.is_ideal())
}

fn cycles(kernel: &str, guest: &str, model: &'static Model, engine: Engine) -> u64 {
    let file = folder().join(format!("elf/{guest}/{kernel}-small.elf"));
    let image = Image::elf(fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))).unwrap();
    let options = Options::new(Console::captured());
    if guest == "aarch64" {
        let board = arm_virt::description(GicVersion::V2).build(&options).unwrap();
        return run(aarch64::machine(board, aarch64::state::Config::default(), ""), &image, model, engine);
    }
    let board = spike::description().build(&options).unwrap();
    let isa = Isa::parse(&format!("{guest}gc")).unwrap();
    run(riscv::machine(board, &isa, riscv::state::Config::default(), ""), &image, model, engine)
}

fn run<A: Arch>(mut machine: Machine<A>, image: &Image, model: &'static Model, engine: Engine) -> u64 {
    machine.load(image).unwrap();
    machine.time_by(model);
    engine.install(&mut machine);
    let ended = machine.run(BUDGET_INSNS);
    assert!(matches!(ended, Some(Ended::Exit { code: 0, .. })), "{ended:?}");
    machine.cycles()
}

/// The table of one guest.
fn table(guest: &str, set: InstructionSet) -> String {
    let names = models(set).map(|model| model.name).collect::<Vec<_>>().join("\t");
    let line = |n: usize, kernel: &str| {
        let cell = |(m, model): (usize, &'static Model)| {
            let counted = cycles(kernel, guest, model, Engine::Hot);
            // Stepped models are interpreted anyway: each is compared with one kernel, and each kernel with one of the others.
            if m % KERNELS.len() == n || model.as_static().is_none() && n == 0 {
                assert_eq!(cycles(kernel, guest, model, Engine::Interp), counted, "{guest} {kernel}, {}", model.name);
            }
            counted.to_string()
        };
        format!("{kernel}\t{}\n", models(set).enumerate().map(cell).collect::<Vec<_>>().join("\t"))
    };
    let lines = std::thread::scope(|scope| {
        let each: Vec<_> = KERNELS.iter().enumerate().map(|(n, kernel)| scope.spawn(move || line(n, kernel))).collect();
        each.into_iter().map(|line| line.join().expect("it has counted")).collect::<String>()
    });
    format!("# kernel\t{names}\n{lines}")
}

#[test]
fn kernels_take_the_cycles_that_the_table_has() {
    for (guest, set) in GUESTS {
        let (file, now) = (folder().join(format!("cycles-{guest}.tsv")), table(guest, set));
        if std::env::var_os("UPDATE_CYCLES").is_some() {
            fs::write(&file, &now).expect("a writable checkout");
        }
        let committed = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for (now, committed) in now.lines().zip(committed.lines()) {
            assert_eq!(now, committed, "{guest}: UPDATE_CYCLES=1 takes it");
        }
        assert_eq!(now.lines().count(), committed.lines().count(), "{guest}");
    }
}
