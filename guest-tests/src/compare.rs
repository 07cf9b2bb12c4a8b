//! Runs a random program here and on a witness, finds the first difference, and makes the program small that shows it.

use crate::commits::Line;
use crate::random::{Program, is_vector};
use crate::witness::Witness;
use emu_core::riscv::csr;
use emu_core::riscv::decode::Decoder;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::TABLE;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

/// Two logs that should be the same and are not.
#[derive(Debug)]
pub struct Difference {
    /// Who the witness is.
    pub witness: &'static str,
    /// Instructions that agree before it.
    pub at: usize,
    /// The witness's log.
    pub theirs: Vec<Line>,
    /// Ours.
    pub ours: Vec<Line>,
}

/// Instructions that agree, or the difference.
pub type Outcome = Result<usize, Box<Difference>>;

/// Runs `program` on both, leaving it in the file `elf`.
///
/// # Errors
/// A text, if one of them does not run it or does not end.
pub fn run(program: &Program, witness: &dyn Witness, elf: &Path) -> Result<Outcome, String> {
    std::fs::write(elf, program.elf()).map_err(|error| format!("{}: {error}", elf.display()))?;
    let logs = witness.logs(elf, &witness.isa(program.xlen))?;
    let (theirs, ours) = (logs.theirs, logs.ours);
    if theirs.is_empty() && ours.is_empty() {
        return Err(format!("{}: neither {} nor emu has come to the program's body", elf.display(), witness.name()));
    }
    let mut same = theirs.iter().zip(&ours).take_while(|(theirs, ours)| theirs == ours).count();
    if same == theirs.len() && same == ours.len() {
        return Ok(Ok(same));
    }
    // Before a trap a log may show less of an instruction (see `states`): what differs then is the trap.
    let head = |lines: &[Line], at: usize| lines.get(at).map(|line| line.head.clone());
    if same_except_csrs(theirs.get(same), ours.get(same)) && head(&theirs, same + 1) != head(&ours, same + 1) {
        same += 1;
    }
    Ok(Err(Box::new(Difference { witness: witness.name(), at: same, theirs, ours })))
}

/// How long to look for a smaller program.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether two lines are there and differ in CSRs only.
fn same_except_csrs(theirs: Option<&Line>, ours: Option<&Line>) -> bool {
    let rest = |line: &Line| {
        let items = line.items.iter().filter(|item| !item.starts_with('c'));
        (line.head.clone(), items.cloned().collect::<Vec<_>>())
    };
    theirs.zip(ours).is_some_and(|(theirs, ours)| rest(theirs) == rest(ours))
}

/// Drops items from a program that shows a difference while it still shows one of the same kind, for at most a minute.
/// Items stay whole: half of one does what no program is meant to do, and differs for reasons of its own.
pub fn shrink(program: &Program, kind: &str, differs: impl Fn(&Program) -> Option<Difference>) -> Program {
    let started = Instant::now();
    let still = |candidate: &Program| {
        started.elapsed() < PATIENCE && differs(candidate).is_some_and(|difference| difference.kind() == kind)
    };
    let mut small = program.clone();
    let mut chunk = small.items.len().div_ceil(2);
    while chunk > 0 {
        let mut from = 0;
        while from < small.items.len() {
            let candidate = small.reduced(|at| at < from || at >= from + chunk);
            if still(&candidate) {
                small = candidate;
            } else {
                from += chunk;
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
        if theirs.map(|line| &line.head) != ours.map(|line| &line.head) {
            let trapped = |line: Option<&Line>| line.and_then(Line::pc).is_some_and(is_vector);
            return match (trapped(theirs), trapped(ours)) {
                (true, false) => format!("{} traps on {} only", name(ours), self.witness),
                (false, true) => format!("{} traps on emu only", name(theirs)),
                // The cause is the last instruction that was the same, or one between that trapped.
                _ => {
                    let before = self.at.checked_sub(1).and_then(|at| self.theirs.get(at));
                    format!("after {}: {} / {}", name(before), name(theirs), name(ours))
                }
            };
        }
        let items = |line: Option<&Line>| line.map(|line| line.items.clone()).unwrap_or_default();
        let (left, right) = (items(theirs), items(ours));
        let only = |some: &[String], others: &[String]| {
            some.iter().filter(|item| !others.contains(item)).map(|item| kind_of(item)).collect::<BTreeSet<_>>()
        };
        let names = &only(&left, &right) | &only(&right, &left);
        format!("{}: {}", name(ours), names.into_iter().collect::<Vec<_>>().join(" "))
    }
}

/// The part of an item that stays the same while a program is shrunk.
fn kind_of(item: &str) -> String {
    let (name, value) = item.split_once(' ').unwrap_or((item, ""));
    match name.as_bytes() {
        [b'x' | b'f', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => name[..1].to_owned(),
        _ => match name.split_once('_') {
            // Which cause it is makes the difference.
            Some((_, name @ ("mcause" | "scause"))) => format!("{name} {value}"),
            Some((_, name)) => name.to_owned(),
            None => name.to_owned(),
        },
    }
}

/// The name of a line's instruction, and of its CSR.
fn name(line: Option<&Line>) -> String {
    let Some(line) = line else { return "nothing".into() };
    let Some(word) = line.word() else { return line.head.clone() };
    let xlen = line.xlen();
    let Some((row, _)) = Decoder::new(Isa::all(xlen).extensions, xlen).find(word) else { return "undefined".into() };
    let name = TABLE[row].name;
    match csr::name((word >> 20) as u16) {
        Some(csr) if name.starts_with("csr") => format!("{name} {csr}"),
        _ => name.into(),
    }
}
