//! A witness: another implementation that runs a program, so that its log can be put beside ours.

use crate::commits::Line;
use crate::exceptions::Exception;
use crate::random::Scope;
use emu_core::riscv::isa_string::Isa;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The same program's log, there and here.
#[derive(Debug)]
pub struct Logs {
    /// The witness's.
    pub theirs: Vec<Line>,
    /// Ours.
    pub ours: Vec<Line>,
}

/// What runs programs beside us.
pub trait Witness {
    /// What it is called.
    fn name(&self) -> &'static str;
    /// What of this XLEN both have.
    fn isa(&self, xlen: u32) -> Isa;
    /// What it can judge.
    fn scope(&self, xlen: u32) -> &'static Scope;
    /// What it cannot, each with a probe.
    fn exceptions(&self) -> &'static [Exception];
    /// Runs the ELF file on both.
    ///
    /// # Errors
    /// A text, if one of them does not run at all or does not end.
    fn logs(&self, elf: &Path, isa: &Isa) -> Result<Logs, String>;
}

/// No program here takes a witness as long as this, on a busy machine either.
const LIMIT: Duration = Duration::from_secs(20);

/// A log so long, in bytes, is that of a program that does not end.
const LIMIT_BYTES: u64 = 32 << 20;

/// Runs `command`, which writes `log`, and gives that, and whether it is whole: a command that writes too much is stopped.
///
/// # Errors
/// A text, if it cannot be started, takes too long (it is stopped then), or writes no log.
pub(crate) fn log_of(command: &mut Command, name: &str, log: &Path) -> Result<(Vec<u8>, bool), String> {
    let complaints = log.with_extension("stderr");
    let file = File::create(&complaints).map_err(|error| format!("{}: {error}", complaints.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(file)
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let fails = |error: std::io::Error| format!("waiting for {name}: {error}");
    let started = Instant::now();
    let (mut late, mut long) = (false, false);
    while child.try_wait().map_err(fails)?.is_none() {
        late = started.elapsed() > LIMIT;
        long = std::fs::metadata(log).is_ok_and(|file| file.len() > LIMIT_BYTES);
        if late || long {
            child.kill().map_err(fails)?;
            child.wait().map_err(fails)?;
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let written = std::fs::read(log).unwrap_or_default();
    let said = std::fs::read_to_string(&complaints).unwrap_or_default();
    for file in [log, &complaints] {
        let _ = std::fs::remove_file(file);
    }
    if late {
        return Err(format!("{name} did not end within {} s and was stopped", LIMIT.as_secs()));
    }
    if written.is_empty() {
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let program = command.get_program().to_string_lossy();
        return Err(format!("{name} did not run: {program} {}\n{said}", words.join(" ")));
    }
    Ok((written, !long))
}
