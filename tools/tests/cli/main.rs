//! The `emu` command as a user meets it: the built binary is run, and its output, messages and exit status are compared.
//! What a guest computes is judged elsewhere (`guest-tests`).

mod aarch64;
mod bad_input;
mod bench;
mod coverage;
mod diff;
mod dis;
mod disk;
mod elf;
mod hash;
mod insight;
mod profile;
mod run;
mod stat;
mod suite;
mod terminal;
mod timing;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// What a run of the command gave.
struct Output {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Output {
    /// The command has failed with status 125 and one line that begins with `emu: ` and holds all of `parts`.
    #[track_caller]
    fn is_refusal(&self, parts: &[&str]) {
        assert_eq!(self.status, 125, "status; stderr: {}", self.stderr);
        let line = self.stderr.strip_suffix('\n').unwrap_or_else(|| panic!("a whole line: {:?}", self.stderr));
        assert!(line.starts_with("emu: ") && !line.contains('\n'), "one line from emu: {line:?}");
        for part in parts {
            assert!(line.contains(part), "{part:?} is not in {line:?}");
        }
        assert!(!line.contains("panicked") && !line.contains("bug in emu"), "{line}");
    }

    /// The command has ended with this status.
    #[track_caller]
    fn has_status(self, status: i32) -> Self {
        assert_eq!(self.status, status, "status; stdout: {} stderr: {}", self.stdout, self.stderr);
        self
    }
}

/// Runs `emu` with these arguments and no input.
fn emu<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    finish(command(args))
}

fn command<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emu"));
    command.args(args).stdin(Stdio::null());
    command
}

fn finish(mut command: Command) -> Output {
    let output = command.output().expect("the binary starts");
    Output {
        status: output.status.code().expect("not killed by a signal"),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A directory of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("emu-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a writable temporary directory");
        Folder(path)
    }

    /// A path in it.
    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("plain names").to_owned()
    }

    /// Writes a file in it and gives its path.
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("a writable directory");
        std::fs::write(&path, bytes).expect("a writable directory");
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
