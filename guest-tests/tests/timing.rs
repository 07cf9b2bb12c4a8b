//! Regions of interest hold exactly as many instructions as on RTL: see `programs/timing/README.md`.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use emu_core::image::Image;
use emu_core::machine::Ended;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_devices::board::{Options, testbench};
use emu_devices::console::Console;
use emu_devices::testbench::Mark;

/// Several times what the longest program needs.
const BUDGET_INSNS: u64 = 5_000_000;

/// Where the testbench device is.
const DEVICE: u64 = 0x1000_0000;

/// Rocket's testbench counts what has retired when it sees a mark on the bus. By then so many more instructions have
/// retired, unless one of them is a store to a device: that one waits until the bus has taken the mark.
const ROCKET_SEES_LATER_BY_INSNS: u64 = 2;

/// What is observed of a run.
#[derive(Debug)]
struct Outcome {
    exit: u64,
    /// Instruction times of all stores to the device.
    stores: Vec<u64>,
    marks: Vec<Mark>,
    results: Vec<u32>,
}

impl Outcome {
    /// Instructions from each mark to the next, of which the first, third, ... lie in a region of interest.
    fn regions(&self) -> Vec<u64> {
        self.marks.chunks_exact(2).map(|pair| pair[1].at_insns - pair[0].at_insns).collect()
    }

    /// The same as Rocket's testbench counts it.
    fn regions_on_rocket(&self) -> Vec<u64> {
        let seen = |mark: &Mark| {
            let next = self.stores.iter().find(|&&at| at > mark.at_insns);
            next.map_or(u64::MAX, |next| next - 1).min(mark.at_insns + ROCKET_SEES_LATER_BY_INSNS)
        };
        self.marks.chunks_exact(2).map(|pair| seen(&pair[1]) - seen(&pair[0])).collect()
    }

    fn ids(&self) -> Vec<u32> {
        self.marks.iter().map(|mark| mark.id).collect()
    }
}

fn run(file: &Path, isa: &str) -> Result<Outcome, String> {
    let file = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let image = Image::elf(file).map_err(|error| error.to_string())?;
    let isa = Isa::parse(isa).map_err(|error| error.to_string())?;
    let board =
        testbench::description().build(&Options::new(Console::captured())).map_err(|error| error.to_string())?;
    let mut machine = riscv::machine(board, &isa, Config::default(), "");
    machine.load(&image).map_err(|error| error.to_string())?;
    let stores = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&stores);
    let mut retired = 0;
    machine.trace(Some(Box::new(move |commit| {
        if commit.memory.iter().any(|access| access.stored.is_some() && access.at & !0xfff == DEVICE) {
            sink.borrow_mut().push(retired);
        }
        retired += 1;
    })));
    let ended = machine.run(BUDGET_INSNS);
    machine.trace(None);
    match ended {
        Some(Ended::Exit { code, by: "testbench" }) => {
            let records = machine.board.records.lock().clone();
            Ok(Outcome { exit: code, stores: stores.take(), marks: records.marks, results: records.results })
        }
        ended => Err(format!("ended as {ended:?}")),
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("programs/timing").join(name)
}

/// The lines of `expected.csv` without the first, and how many files there are to be run.
fn expected(folder: &Path) -> (Vec<String>, usize) {
    let text = fs::read_to_string(folder.join("expected.csv")).unwrap();
    (text.lines().skip(1).map(str::to_owned).collect(), fs::read_dir(folder.join("elf")).unwrap().count())
}

#[test]
fn rv32_regions_are_as_long_as_on_rtl() {
    let folder = folder("rv32");
    let (lines, files) = expected(&folder);
    assert_eq!(lines.len(), files, "each file has its line in expected.csv");
    let mut failures = Vec::new();
    for line in &lines {
        let fields: Vec<&str> = line.split(',').collect();
        let &[program, march, instret, exit, result] = fields.as_slice() else { panic!("not five fields: {line}") };
        let file = folder.join(format!("elf/{program}.{}.elf", march.trim_start_matches("rv32")));
        let results = if result == "-" { vec![] } else { vec![u32::from_str_radix(result, 16).unwrap()] };
        let outcome = run(&file, &format!("{march}_zicsr"));
        let holds = outcome.as_ref().is_ok_and(|outcome| {
            outcome.ids() == [1, 2]
                && outcome.regions() == [instret.parse::<u64>().unwrap()]
                && outcome.exit == exit.parse::<u64>().unwrap()
                && outcome.results == results
        });
        if !holds {
            failures.push(format!("{line}: {outcome:x?}"));
        }
    }
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), lines.len(), failures.join("\n"));
}

#[test]
fn rocket_regions_are_as_long_as_on_rtl() {
    let folder = folder("rocket");
    let (lines, files) = expected(&folder);
    assert_eq!(lines.len(), files, "each file has its line in expected.csv");
    let mut failures = Vec::new();
    for line in &lines {
        let fields: Vec<&str> = line.split(',').collect();
        let &[program, march, instret, ..] = fields.as_slice() else { panic!("not three fields: {line}") };
        let outcome = run(&folder.join(format!("elf/{program}.{march}.elf")), &format!("{march}_zicsr_zifencei"));
        let instret: u64 = instret.parse().unwrap();
        let holds = outcome.as_ref().is_ok_and(|outcome| {
            outcome.exit == 0
                && matches!(outcome.ids()[..], [1, 2, 3, 4] | [1, 2, 1, 2])
                && outcome.regions_on_rocket()[1] == instret
        });
        if !holds {
            failures.push(format!("{line}: {outcome:x?}"));
        }
    }
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), lines.len(), failures.join("\n"));
}
