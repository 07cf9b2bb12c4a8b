//! Compares random programs with a witness until enough instructions agree: what the program `compare` does.

use crate::compare::{self, Difference};
use crate::random::Program;
use crate::report;
use crate::witness::Witness;
use clap::Parser;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::{Row, TABLE};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// What it takes, whoever the witness is.
#[derive(Debug, Parser)]
pub struct Arguments {
    /// Stop when so many instructions agree, over RV32 and RV64
    #[arg(long, value_name = "N", default_value_t = 500_000)]
    instructions: usize,
    /// Where to start; printed in any case [default: from the clock]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Only this XLEN
    #[arg(long, value_parser = PossibleValuesParser::new(["32", "64"]).map(|xlen| if xlen == "32" { 32u32 } else { 64 }))]
    xlen: Option<u32>,
    /// Instructions in a program's body
    #[arg(long, value_name = "N", default_value_t = LENGTH)]
    length: usize,
    /// Stop only after so many programs that differ
    #[arg(long, value_name = "N", default_value_t = 1)]
    keep_going: usize,
    /// Where to leave programs that differ [default: target/compare]
    #[arg(long)]
    out: Option<PathBuf>,
}

const LENGTH: usize = 900;

impl Arguments {
    /// When to stop.
    pub fn instructions(&self) -> usize {
        self.instructions
    }

    /// Where to start.
    pub fn seed(&self) -> u64 {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        self.seed.unwrap_or_else(clock)
    }
}

/// A comparison under way.
struct Campaign<'w> {
    witness: &'w dyn Witness,
    arguments: &'w Arguments,
    xlens: Vec<u32>,
    out: PathBuf,
}

/// Compares as `arguments` say.
pub fn main(witness: Result<impl Witness, String>, arguments: &Arguments) -> ExitCode {
    match witness.and_then(|witness| run(&witness, arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(witness: &dyn Witness, arguments: &Arguments) -> Result<bool, String> {
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("target/compare"));
    std::fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let xlens = arguments.xlen.map_or(vec![32, 64], |xlen| vec![xlen]);
    let campaign = Campaign { witness, arguments, xlens, out };
    campaign.rows();
    Ok(campaign.exceptions()? && campaign.programs()?)
}

impl Campaign<'_> {
    /// Says which instructions no program has: those that the witness does not know, and those of an exception.
    fn rows(&self) {
        let left_out = |xlen: u32, row: &Row| {
            let (all, isa) = (Isa::all(xlen), self.witness.isa(xlen));
            let known = row.exists(isa.extensions, xlen) && !self.witness.scope(xlen).absent.contains(&row.name);
            row.exists(all.extensions, xlen) && !known
        };
        let rows = TABLE.iter().filter(|row| self.xlens.iter().any(|&xlen| left_out(xlen, row)));
        let names: Vec<_> = rows.map(|row| row.name).collect();
        if !names.is_empty() {
            println!("{} of {} rows left out: {}", names.len(), TABLE.len(), names.join(", "));
        }
    }

    /// Shows that every exception is still one, on at least one XLEN.
    fn exceptions(&self) -> Result<bool, String> {
        let elf = self.out.join("exception.elf");
        let mut needed = true;
        for exception in self.witness.exceptions() {
            let mut differs = false;
            for &xlen in &self.xlens {
                let program = Program::of(&self.witness.isa(xlen), self.witness.scope(xlen), (exception.probe)());
                differs |= compare::run(&program, self.witness, &elf)?.is_err();
            }
            // One XLEN alone may be the one that agrees.
            if differs || self.arguments.xlen.is_some() {
                println!("left out: {} ({})", exception.name, exception.reason);
            } else {
                println!("{} is no exception any more: take it out of exceptions/", exception.name);
                needed = false;
            }
        }
        Ok(needed)
    }

    fn programs(&self) -> Result<bool, String> {
        let (witness, arguments) = (self.witness, self.arguments);
        let mut seed = arguments.seed();
        println!("seed {seed}");
        let (mut agreed, mut programs, mut kinds) = (0, 0, BTreeMap::new());
        while agreed < arguments.instructions && kinds.values().sum::<usize>() < arguments.keep_going {
            for &xlen in &self.xlens {
                let program = Program::new(&witness.isa(xlen), witness.scope(xlen), seed, arguments.length);
                let elf = self.out.join(format!("rv{xlen}-{seed}.elf"));
                programs += 1;
                let (kind, difference) = match compare::run(&program, witness, &elf) {
                    Ok(Ok(insns)) => {
                        agreed += insns;
                        let _ = std::fs::remove_file(&elf);
                        continue;
                    }
                    Ok(Err(difference)) => (difference.kind(), Some(difference)),
                    Err(error) => (error, None),
                };
                agreed += difference.as_ref().map_or(0, |difference| difference.at);
                let count = kinds.entry(kind.clone()).or_insert(0);
                *count += 1;
                if *count == 1 {
                    println!("\nrv{xlen}, seed {seed}: {kind}");
                    println!("  again: {}", self.again(xlen, seed));
                    println!("  whole program: {}", elf.display());
                    if let Some(difference) = difference {
                        self.report(&program, &difference, &elf)?;
                    }
                }
            }
            seed += 1;
        }
        println!("{agreed} instructions of {programs} programs agree with {}", witness.name());
        for (kind, count) in &kinds {
            println!("{count} programs differ: {kind}");
        }
        Ok(kinds.is_empty())
    }

    /// The command that compares the same program once more.
    fn again(&self, xlen: u32, seed: u64) -> String {
        let name = self.witness.name().to_lowercase();
        let length = match self.arguments.length {
            LENGTH => String::new(),
            length => format!(" --length {length}"),
        };
        format!(
            "cargo run --release -p guest-tests --bin compare -- --witness {name} --xlen {xlen} --seed {seed} --instructions 1{length}"
        )
    }

    /// Prints a difference as small as it can be had.
    fn report(&self, program: &Program, first: &Difference, elf: &Path) -> Result<(), String> {
        let small_elf = elf.with_extension("small.elf");
        let run = |program: &Program| compare::run(program, self.witness, &small_elf);
        let differs = |program: &Program| run(program).ok()?.err().map(|found| *found);
        let small = compare::shrink(program, &first.kind(), differs);
        println!("  shrunk from {} to {} items, {}:", program.items.len(), small.items.len(), small_elf.display());
        print!("{}", report::listing(&small));
        match run(&small)? {
            Err(difference) => print!("{}", report::difference(&difference, program.xlen)),
            Ok(_) => print!("  that agrees now; the whole program says:\n{}", report::difference(first, program.xlen)),
        }
        println!();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_xlen_is_32_or_64() {
        let parse = |text: &str| Arguments::try_parse_from(["compare", "--xlen", text]).map(|arguments| arguments.xlen);
        assert_eq!(parse("32").unwrap(), Some(32));
        assert_eq!(parse("64").unwrap(), Some(64));
        assert!(parse("33").is_err());
    }
}
