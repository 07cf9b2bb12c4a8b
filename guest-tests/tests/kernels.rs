//! The benchmarks' kernels in their small size: each checks its own result, and retires exactly as many instructions as
//! the outside witness counted (`benches/kernels/counts.tsv`).

use std::fs;
use std::path::Path;

use emu_core::image::Image;
use emu_core::machine::Ended;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_devices::board::{Options, spike};
use emu_devices::console::Console;
use guest_tests::engines::Engine;

/// More than any small kernel needs.
const BUDGET_INSNS: u64 = 20_000_000;

/// Runs a kernel to its end: how it ended and how many instructions retired, as text if it is not an exit with 0.
fn run(file: &Path, xlen: u32, engine: Engine) -> Result<u64, String> {
    let file = fs::read(file).map_err(|error| error.to_string())?;
    let image = Image::elf(file).map_err(|error| error.to_string())?;
    let board = spike::description().build(&Options::new(Console::captured())).map_err(|error| error.to_string())?;
    let mut machine = riscv::machine(board, &Isa::all(xlen), Config::default(), "");
    machine.load(&image).map_err(|error| error.to_string())?;
    engine.install(&mut machine);
    match machine.run(BUDGET_INSNS) {
        Some(Ended::Exit { code: 0, .. }) => Ok(machine.retired()),
        ended => Err(format!("ended as {ended:?} after {} instructions", machine.retired())),
    }
}

/// Compares every small kernel of that width; `column` is where `counts.tsv` has it.
fn compare(xlen: u32, column: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/kernels");
    let counts = fs::read_to_string(folder.join("counts.tsv")).unwrap();
    let rows = counts.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    let small: Vec<_> = rows.filter(|row| row[0].ends_with("-small")).collect();
    assert!(!small.is_empty(), "counts.tsv lists no small kernel");
    let mut failures = Vec::new();
    for row in small {
        let name = row[0];
        let expected: u64 = row[column].parse().unwrap();
        for engine in [Engine::Interp, Engine::Hot] {
            match run(&folder.join(format!("elf/rv{xlen}/{name}.elf")), xlen, engine) {
                Ok(retired) if retired == expected => {}
                outcome => failures.push(format!("{name} rv{xlen}, {engine:?}: {outcome:?}, expected {expected}")),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn small_rv32_kernels_retire_what_the_witness_counted() {
    compare(32, 1);
}

#[test]
fn small_rv64_kernels_retire_what_the_witness_counted() {
    compare(64, 2);
}
