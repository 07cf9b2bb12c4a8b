//! The small integer kernels take as many modelled cycles under every timing model as the committed table has, in both engines.
//! `UPDATE_CYCLES=1` writes the table anew; its difference is part of a change's review. That a model is right is judged by `modelled.rs`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use emu_core::image::Image;
use emu_core::machine::Ended;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_core::timing::{MODELS, Model};
use emu_devices::board::{Options, spike};
use emu_devices::console::Console;
use guest_tests::engines::Engine;

/// Kernels without floating point, of which the exact models know nothing.
const KERNELS: [&str; 9] = ["sort", "crc32", "sha256", "bytecode", "matrix", "strings", "recursion", "chase", "empty"];

/// Several times what the longest takes.
const BUDGET_INSNS: u64 = 20_000_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/kernels")
}

/// The models that can be asked for the cycles of such a core.
fn models(xlen: u32) -> impl Iterator<Item = &'static Model> {
    MODELS.iter().filter(move |model| !model.is_ideal() && model.xlen.is_none_or(|of| of == xlen))
}

fn cycles(kernel: &str, xlen: u32, model: &'static Model, engine: Engine) -> u64 {
    let file = folder().join(format!("elf/rv{xlen}/{kernel}-small.elf"));
    let image = Image::elf(fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))).unwrap();
    let board = spike::description().build(&Options::new(Console::captured())).unwrap();
    let mut machine = riscv::machine(board, &Isa::parse(&format!("rv{xlen}gc")).unwrap(), Config::default(), "");
    machine.load(&image).unwrap();
    machine.time_by(model);
    engine.install(&mut machine);
    let ended = machine.run(BUDGET_INSNS);
    assert!(matches!(ended, Some(Ended::Exit { code: 0, .. })), "{}: {ended:?}", file.display());
    machine.cycles()
}

/// The table of one width.
fn table(xlen: u32) -> String {
    let mut text = format!("# kernel\t{}\n", models(xlen).map(|model| model.name).collect::<Vec<_>>().join("\t"));
    let line = |n: usize, kernel: &str| {
        let cell = |(m, model): (usize, &'static Model)| {
            let counted = cycles(kernel, xlen, model, Engine::Hot);
            // Stepped models are interpreted anyway; of the others, each kernel once.
            if model.as_static().is_some() && m % KERNELS.len() == n {
                assert_eq!(cycles(kernel, xlen, model, Engine::Interp), counted, "rv{xlen} {kernel}, {}", model.name);
            }
            counted.to_string()
        };
        format!("{kernel}\t{}\n", models(xlen).enumerate().map(cell).collect::<Vec<_>>().join("\t"))
    };
    let lines = std::thread::scope(|scope| {
        let each: Vec<_> = KERNELS.iter().enumerate().map(|(n, kernel)| scope.spawn(move || line(n, kernel))).collect();
        each.into_iter().map(|line| line.join().expect("it has counted")).collect::<String>()
    });
    let _ = write!(text, "{lines}");
    text
}

#[test]
fn kernels_take_the_cycles_that_the_table_has() {
    for xlen in [32, 64] {
        let (file, now) = (folder().join(format!("cycles-rv{xlen}.tsv")), table(xlen));
        if std::env::var_os("UPDATE_CYCLES").is_some() {
            fs::write(&file, &now).expect("a writable checkout");
        }
        let committed = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for (now, committed) in now.lines().zip(committed.lines()) {
            assert_eq!(now, committed, "rv{xlen}: UPDATE_CYCLES=1 takes it");
        }
        assert_eq!(now.lines().count(), committed.lines().count(), "rv{xlen}");
    }
}
