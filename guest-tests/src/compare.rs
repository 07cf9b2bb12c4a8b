//! Runs a random program here and on Spike, finds the first difference, and makes the program small that shows it.

use crate::commits::{Line, State, only_changes};
use crate::random::{BASE, Program, RAM_BYTES, TOHOST};
use crate::spike::{QUIET_INSNS, Setup};
use crate::subject;
use emu_core::riscv::decode::Decoder;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::TABLE;
use std::fmt;
use std::path::Path;

/// Two logs that should be the same and are not.
#[derive(Debug)]
pub struct Difference {
    /// Instructions that agree before it.
    pub at: usize,
    /// Spike's log.
    pub theirs: Vec<Line>,
    /// Ours.
    pub ours: Vec<Line>,
}

/// Instructions of Spike's boot ROM.
const BOOT_INSNS: usize = 5;

/// Instructions that agree, or the difference.
pub type Outcome = Result<usize, Box<Difference>>;

/// Runs `program` on both.
///
/// # Errors
/// A text, if one of them does not run at all.
pub fn run(program: &Program, isa: &Isa, setup: &Setup, elf: &Path) -> Result<Outcome, String> {
    let file = program.elf();
    std::fs::write(elf, &file).map_err(|error| format!("{}: {error}", elf.display()))?;
    let mut theirs = setup.run(elf, BASE)?;
    if let Some(end) = theirs.iter().position(|line| line.store().is_some_and(|(at, _)| at == BASE + TOHOST)) {
        theirs.truncate(end + 1);
    }
    theirs.truncate(QUIET_INSNS - BOOT_INSNS);
    let board = subject::ram_board(BASE, RAM_BYTES);
    let (mut ours, _) = subject::run(&file, &board, isa, theirs.len() as u64)?;
    only_changes(&mut theirs);
    only_changes(&mut ours);
    let same = theirs.iter().zip(&ours).take_while(|(theirs, ours)| theirs == ours).count();
    if same == theirs.len() && same == ours.len() {
        return Ok(Ok(same));
    }
    Ok(Err(Box::new(Difference { at: same, theirs, ours })))
}

/// Drops items from a program that shows a difference while it still shows one of the same kind.
pub fn shrink(program: &Program, kind: &str, differs: impl Fn(&Program) -> Option<Difference>) -> Program {
    let mut small = program.clone();
    let mut chunk = small.items.len().div_ceil(2);
    while chunk > 0 {
        let mut from = 0;
        while from < small.items.len() {
            let candidate = small.reduced(|at| at < from || at >= from + chunk);
            match differs(&candidate) {
                Some(difference) if difference.kind() == kind => small = candidate,
                _ => from += chunk,
            }
        }
        chunk /= 2;
    }
    small
}

impl Difference {
    /// What differs, without numbers: the instruction and the names of what it did differently.
    pub fn kind(&self) -> String {
        let (theirs, ours) = (self.theirs.get(self.at), self.ours.get(self.at));
        let name = |line: Option<&Line>| line.and_then(Line::word).map_or("nothing", instruction);
        if theirs.map(|line| &line.head) != ours.map(|line| &line.head) {
            // The cause is the last instruction that was the same, or one between that trapped.
            let before = self.at.checked_sub(1).and_then(|at| self.theirs.get(at));
            return format!("after {}: {} / {}", name(before), name(theirs), name(ours));
        }
        let items = |line: Option<&Line>| line.map(|line| line.items.clone()).unwrap_or_default();
        let (left, right) = (items(theirs), items(ours));
        let only = left.iter().filter(|i| !right.contains(i)).chain(right.iter().filter(|i| !left.contains(i)));
        let mut names: Vec<_> = only.filter_map(|item| item.split(' ').next()).map(register_kind).collect();
        names.sort();
        names.dedup();
        format!("{}: {}", name(ours), names.join(" "))
    }
}

fn register_kind(name: &str) -> String {
    match name.as_bytes() {
        [b'x' | b'f', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => name[..1].to_owned(),
        _ => name.to_owned(),
    }
}

/// The name of an instruction of either XLEN.
fn instruction(word: u32) -> &'static str {
    let find = |xlen| Decoder::new(Isa::all(xlen).extensions, xlen).find(word);
    find(64).or_else(|| find(32)).map_or("undefined", |(row, _)| TABLE[row].name)
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |line: Option<&Line>| line.map_or("(nothing)".to_owned(), Line::to_string);
        writeln!(out, "first difference after {} instructions: {}", self.at, self.kind())?;
        for line in &self.theirs[self.at.saturating_sub(12)..self.at.min(self.theirs.len())] {
            writeln!(out, "  both:  {}  {}", line, line.word().map_or("", instruction))?;
        }
        writeln!(out, "  Spike: {}", show(self.theirs.get(self.at)))?;
        writeln!(out, "  emu:   {}", show(self.ours.get(self.at)))?;
        for more in 1..4 {
            writeln!(
                out,
                "  then   {}   |   {}",
                show(self.theirs.get(self.at + more)),
                show(self.ours.get(self.at + more))
            )?;
        }
        let end = |lines: &[Line]| State::after(&lines[..lines.len().min(self.at + 1)]);
        writeln!(out, "  {:20} {:20} emu", "state", "Spike")?;
        write!(out, "{}", end(&self.theirs).beside(&end(&self.ours)))
    }
}
