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

/// More than any small kernel needs.
const BUDGET_INSNS: u64 = 20_000_000;

/// Runs a kernel to its end: how it ended and how many instructions retired, as text if it is not an exit with 0.
fn run(file: &Path, xlen: u32) -> Result<u64, String> {
    let file = fs::read(file).map_err(|error| error.to_string())?;
    let image = Image::elf(file).map_err(|error| error.to_string())?;
    let board = spike::description().build(&Options::new(Console::captured())).map_err(|error| error.to_string())?;
    let mut machine = riscv::machine(board, &Isa::all(xlen), Config::default(), "");
    machine.load(&image).map_err(|error| error.to_string())?;
    match machine.run(BUDGET_INSNS) {
        Some(Ended::Exit { code: 0, .. }) => Ok(machine.retired()),
        ended => Err(format!("ended as {ended:?} after {} instructions", machine.retired())),
    }
}

#[test]
fn small_kernels_retire_what_the_witness_counted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/kernels");
    let counts = fs::read_to_string(folder.join("counts.tsv")).unwrap();
    let mut failures = Vec::new();
    let mut kernels = 0;
    for line in counts.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[name, rv32, rv64] = fields.as_slice() else { panic!("counts.tsv: not three fields: {line}") };
        if !name.ends_with("-small") {
            continue;
        }
        kernels += 1;
        for (xlen, count) in [(32, rv32), (64, rv64)] {
            let file = folder.join(format!("elf/rv{xlen}/{name}.elf"));
            match (run(&file, xlen), count.parse()) {
                (Ok(retired), Ok(expected)) if retired == expected => {}
                (outcome, expected) => failures.push(format!("{name} rv{xlen}: {outcome:?}, expected {expected:?}")),
            }
        }
    }
    assert!(kernels > 0, "counts.tsv lists no small kernel");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
