//! Judging one test program: it runs, and its exit code or its signature says whether it passed.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use emu_core::image::Image;
use emu_devices::console::Console;

use super::find;
use crate::cli::machine::{Limits, MachineArgs, Notes};
use crate::guest::{Guest, family, with_guest};
use crate::program::{self, RawArgs};
use crate::report::{junit, signature};
use crate::session::{End, Session};

/// So many of the last lines of its output are shown for a test that failed.
const TAIL_LINES: usize = 5;
/// So many bytes of its output are looked at for that.
const TAIL_BYTES: usize = 2048;

/// What became of one test.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// The program's path.
    pub(super) name: String,
    /// Retired instructions.
    pub(super) insns: u64,
    /// Time of the host, with loading.
    pub(super) time: Duration,
    /// Why it failed, if it did.
    pub(super) failure: Option<Failure>,
}

/// Why a test failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// One line.
    pub(super) reason: String,
    /// The last lines of what it printed.
    pub(super) tail: String,
}

impl Verdict {
    /// The verdict as JUnit sees it.
    pub(super) fn case(&self) -> junit::Case {
        let failure = self.failure.as_ref().map(|f| (f.reason.clone(), f.tail.clone()));
        junit::Case { name: self.name.clone(), time: self.time, failure }
    }
}

/// Runs a program and judges it. Whatever goes wrong with it is its own failure and nobody else's.
pub(super) fn judge(path: &Path, machine: &MachineArgs, limits: Limits) -> Verdict {
    let start = Instant::now();
    let console = Console::captured();
    let mut insns = 0;
    let reason = match run(path, machine, limits, &console, &mut insns) {
        Ok(reason) => reason,
        Err(error) => Some(format!("{error:#}")),
    };
    let failure = reason.map(|reason| Failure {
        reason: reason.lines().collect::<Vec<_>>().join(" "),
        tail: tail(&console.captured_output()),
    });
    Verdict { name: path.display().to_string(), insns, time: start.elapsed(), failure }
}

/// Why the program failed; `None` if it passed.
fn run(
    path: &Path,
    machine: &MachineArgs,
    limits: Limits,
    console: &Console,
    insns: &mut u64,
) -> Result<Option<String>> {
    let image = program::open(path, RawArgs { load: None, entry: None })?;
    with_guest!(family(&image, machine), A => run_on::<A>(path, image, machine, limits, console, insns))
}

fn run_on<A: Guest>(
    path: &Path,
    image: Image,
    machine: &MachineArgs,
    limits: Limits,
    console: &Console,
    insns: &mut u64,
) -> Result<Option<String>> {
    let reference = find::reference(path);
    let name = path.display().to_string();
    let notes = Notes::default();
    let mut session = Session::<A>::new(&name, image, machine, name.clone(), console.clone(), Vec::new(), notes)?;
    let end = session.run(limits);
    *insns = session.insns();
    match (end, reference) {
        (End::Exit { .. }, Some(reference)) => compare(&session, &reference),
        (End::Exit { code: 0, .. }, None) => Ok(None),
        // The riscv-tests and many others report the number of the check that failed through HTIF.
        (End::Exit { code, by: "htif" }, None) => {
            Ok(Some(format!("check {code} failed (tohost {:#x})", code << 1 | 1)))
        }
        (End::Exit { code, by }, None) => Ok(Some(format!("exit code {code} ({by})"))),
        (End::Limit(why) | End::Stuck(why), _) => Ok(Some(why)),
        (End::Wrong(how), _) => Ok(Some(how)),
        (End::Left | End::OutputFailed, _) => Ok(Some("interrupted".to_owned())),
    }
}

/// Compares the signature in guest memory with a reference file.
fn compare<A: Guest>(session: &Session<A>, reference: &Path) -> Result<Option<String>> {
    let text = program::bytes(reference).with_context(|| reference.display().to_string())?;
    let bytes = session.signature()?;
    let difference = signature::compare(&bytes, &String::from_utf8_lossy(&text)).err();
    Ok(difference.map(|d| format!("{d} in {}", reference.display())))
}

/// The last lines of a program's output, with what a terminal might obey made harmless.
fn tail(output: &[u8]) -> String {
    let end = &output[output.len().saturating_sub(TAIL_BYTES)..];
    let text = String::from_utf8_lossy(end);
    let lines: Vec<&str> = text.lines().collect();
    let shown = lines[lines.len().saturating_sub(TAIL_LINES)..].iter();
    shown.map(|line| line.chars().map(harmless).collect::<String>()).collect::<Vec<_>>().join("\n")
}

fn harmless(c: char) -> char {
    if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_short_and_harmless() {
        assert_eq!(tail(b""), "");
        assert_eq!(tail(b"1\n2\n3\n4\n5\n6\n7\n"), "3\n4\n5\n6\n7");
        assert_eq!(tail(b"\x1b[2Jred\r\n\xff"), "\u{fffd}[2Jred\n\u{fffd}");
        assert_eq!(tail(&[b'x'; 5000]).len(), TAIL_BYTES);
    }
}
