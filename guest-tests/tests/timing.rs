//! Programs whose instructions were counted on real cores (RTL simulations of PicoRV32, Ibex and Hazard3, which agree): the
//! number between marks 1 and 2, from store to store, and the result must be the same here.

use emu_core::image::Image;
use emu_core::machine::Ended;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_devices::board::{self, Options};
use emu_devices::console::Console;
use guest_tests::manifest;
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::Path;

/// More than any of them needs.
const LIMIT_INSNS: u64 = 10_000_000;

fn main() {
    let arguments = Arguments::from_args();
    let folder = manifest::folder().join("timing");
    let table = std::fs::read_to_string(folder.join("reference.csv")).expect("the table is part of the repository");
    let trials: Vec<_> = table
        .lines()
        .skip(1)
        .map(|line| {
            let [program, march, instret, exit, result] = line.split(',').collect::<Vec<_>>()[..] else {
                panic!("reference.csv: {line:?} has not five columns")
            };
            let file = folder.join("elf").join(format!("{program}.{}.elf", &march["rv32".len()..]));
            let (name, isa) = (format!("{program} {march}"), march.to_owned());
            let expected = Expected {
                instret: instret.parse().expect("a number"),
                exit: exit.parse().expect("a number"),
                result: (result != "-").then(|| u32::from_str_radix(result, 16).expect("a hexadecimal number")),
            };
            Trial::test(name, move || check(&file, &isa, expected))
        })
        .collect();
    assert!(trials.len() >= 100, "the table is there");
    libtest_mimic::run(&arguments, trials).exit();
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Expected {
    instret: u64,
    exit: u64,
    /// Some programs record none.
    result: Option<u32>,
}

fn check(file: &Path, isa: &str, expected: Expected) -> Result<(), Failed> {
    let image = Image::elf(std::fs::read(file)?)?;
    let board = board::testbench::description().build(&Options::new(Console::captured()))?;
    let mut machine = emu_core::riscv::machine(board, &Isa::parse(isa)?, Config::default(), "");
    machine.load(&image)?;
    let Some(Ended::Exit { code, by: _ }) = machine.run(LIMIT_INSNS) else { return Err("it did not end".into()) };
    let records = machine.board.records.lock().clone();
    let at = |id: u32| records.marks.iter().find(|mark| mark.id == id).map(|mark| mark.at_insns);
    let (Some(first), Some(second)) = (at(1), at(2)) else { return Err("marks 1 and 2 are missing".into()) };
    let found = Expected { instret: second - first, exit: code, result: records.results.last().copied() };
    if found == expected { Ok(()) } else { Err(format!("{expected:?}, got {found:?}").into()) }
}
