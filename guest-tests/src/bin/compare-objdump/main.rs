//! Compares the disassembler with `objdump -d`, for RISC-V with its aliases and without: over words of every row of the
//! tables, and over the listings of all committed programs. Differences that are meant are named in `exceptions.rs`, and
//! each must still be needed.

mod a64;
mod exceptions;
mod programs;
mod words;

use std::collections::BTreeSet;
use std::process::{Command, ExitCode};

use emu_core::riscv::alias;
use exceptions::{Case, EXCEPTIONS};

fn main() -> ExitCode {
    let mut tally = Tally::default();
    let done =
        words::compare(&mut tally).and_then(|()| a64::words(&mut tally)).and_then(|()| programs::compare(&mut tally));
    match done {
        Ok(()) if tally.report() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("compare-objdump: {error}");
            ExitCode::from(2)
        }
    }
}

/// What has been seen.
#[derive(Default)]
struct Tally {
    words: usize,
    programs: usize,
    lines: usize,
    wrong: usize,
    excepted: [usize; EXCEPTIONS.len()],
    excepted_a64: [usize; a64::EXCEPTIONS.len()],
    /// The aliases that objdump has been seen to agree with, by what they stand for.
    aliases: BTreeSet<&'static str>,
}

impl Tally {
    /// Two texts for one instruction; false if they differ and should not.
    fn judge(&mut self, case: &Case<'_>) -> bool {
        if case.ours == case.theirs {
            return true;
        }
        match EXCEPTIONS.iter().position(|exception| (exception.covers)(case)) {
            Some(nth) => {
                self.excepted[nth] += 1;
                true
            }
            None => {
                self.wrong += 1;
                false
            }
        }
    }

    /// Says what has been compared; true if all is well.
    fn report(&self) -> bool {
        let Tally { words, programs, lines, wrong, .. } = self;
        println!("{words} words and {lines} lines of {programs} listings compared, {wrong} differ");
        let mut well = *wrong == 0;
        let riscv = EXCEPTIONS.iter().map(|exception| exception.why).zip(self.excepted);
        let a64 = a64::EXCEPTIONS.iter().map(|exception| exception.why).zip(self.excepted_a64);
        for (why, count) in riscv.chain(a64) {
            println!("{count:6} excepted: {why}");
            if count == 0 {
                println!("       this exception is not needed any more");
                well = false;
            }
        }
        for (long, short) in [32, 64].into_iter().flat_map(alias::rows) {
            if !self.aliases.contains(long) {
                println!("{long:?} was never {short:?} in objdump");
                well = false;
            }
        }
        well
    }
}

/// The instruction of a line, without what objdump says of symbols.
fn text_of(line: &str) -> String {
    let mut columns = line.split('\t').skip(2);
    let (name, operands) = (columns.next().unwrap_or_default().trim(), columns.next().unwrap_or_default());
    let operands = operands.split([' ', '<', '#']).next().unwrap_or_default();
    // A comment may follow the name at once.
    let name = name.split(' ').next().unwrap_or_default();
    if operands.is_empty() { name.to_owned() } else { format!("{name} {operands}") }
}

/// What a program prints.
fn output(command: &mut Command, remedy: &str) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}; {remedy}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// A program of binutils.
fn binutils(name: &str) -> Command {
    Command::new(format!("riscv64-unknown-elf-{name}"))
}

const BINUTILS: &str = "it is in Debian's binutils-riscv64-unknown-elf";
