//! Where the command's own words go, and what is said when they cannot go there: standard output, standard error, files. The
//! guest's console is `emu_devices::console`.
//!
//! Nothing here panics, as `println!` and `eprintln!` do: a full disk and a closed pipe are the user's business.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use anyhow::Result;

/// Writes to standard output.
///
/// # Errors
///
/// [`stdout_failed`].
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| stdout_failed(&error))
}

/// Writes to standard error.
///
/// # Errors
///
/// It cannot be written.
pub(crate) fn try_tell(text: impl Display) -> Result<()> {
    write!(io::stderr(), "{text}").map_err(|error| failed("standard error", &error))
}

/// Writes to standard error. If that fails there is nowhere left to say so; whoever calls this returns a status that tells of
/// trouble anyway.
pub(crate) fn tell(text: impl Display) {
    let _ = try_tell(text);
}

/// Creates a file.
///
/// # Errors
///
/// It cannot be created.
pub(crate) fn create(path: &Path) -> Result<File> {
    File::create(path).map_err(|error| file_failed(path, &error))
}

/// Makes `text` the contents of a file.
///
/// # Errors
///
/// It cannot be written.
pub(crate) fn save(path: &Path, text: &str) -> Result<()> {
    create(path)?.write_all(text.as_bytes()).map_err(|error| file_failed(path, &error))
}

/// Makes `text` the contents of a file, whole or not at all: it is written beside the file and renamed.
///
/// # Errors
///
/// It cannot be written; what was there is still there.
pub(crate) fn replace(path: &Path, text: &str) -> Result<()> {
    replace_bytes(path, text.as_bytes())
}

/// The same with bytes.
///
/// # Errors
///
/// As for [`replace`].
pub(crate) fn replace_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    // A pipe or a terminal has nothing to be renamed to.
    if path.metadata().is_ok_and(|about| !about.is_file()) {
        return create(path)?.write_all(bytes).map_err(|error| file_failed(path, &error));
    }
    let failed = |error: &io::Error| file_failed(path, error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Errors of the file beside tell its name, which nobody knows.
    folder.metadata().map_err(|error| failed(&error))?;
    let beside = tempfile::Builder::new().prefix(".emu-").tempfile_in(folder);
    let mut beside = beside.map_err(|error| failed(&error.kind().into()))?;
    beside.write_all(bytes).map_err(|error| failed(&error))?;
    let written = beside.persist(path).map_err(|error| failed(&error.error))?;
    // A temporary file is for its owner only; one that a user asked for is as others are.
    open_to_readers(&written).map_err(|error| failed(&error))
}

/// Gives a new file the rights that files get here.
fn open_to_readers(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mask = rustix::process::umask(rustix::fs::Mode::empty());
    rustix::process::umask(mask);
    file.set_permissions(std::fs::Permissions::from_mode(0o666 & !mask.bits()))
}

/// Makes `text` the contents of a new file in place of an old one: where anybody may have put something under that name, that
/// is not followed.
///
/// # Errors
///
/// It cannot be written.
pub(crate) fn save_new(path: &Path, text: &str) -> Result<()> {
    // Whether there was one shows below.
    let _ = std::fs::remove_file(path);
    let file = File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    file.map_err(|error| file_failed(path, &error))
}

/// What to say when standard output cannot be written.
pub(crate) fn stdout_failed(error: &io::Error) -> anyhow::Error {
    failed("standard output", error)
}

/// What to say when a file cannot be written.
pub(crate) fn file_failed(path: &Path, error: &io::Error) -> anyhow::Error {
    failed(&format!("{}: cannot be written", path.display()), error)
}

fn failed(what: &str, error: &io::Error) -> anyhow::Error {
    let remedy = match error.kind() {
        ErrorKind::BrokenPipe => "whoever read it has gone",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "what could not be written is lost; make room, or choose another place"
        }
        _ => "choose another file or place",
    };
    anyhow::anyhow!("{what}: {error}; {remedy}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_goes_with_the_error() {
        let text = |kind: ErrorKind| stdout_failed(&kind.into()).to_string();
        assert!(text(ErrorKind::BrokenPipe).ends_with("; whoever read it has gone"));
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::FileTooLarge] {
            assert!(text(kind).ends_with("; what could not be written is lost; make room, or choose another place"));
        }
        let denied = file_failed(Path::new("x/y"), &ErrorKind::PermissionDenied.into()).to_string();
        assert_eq!(denied, "x/y: cannot be written: permission denied; choose another file or place");
    }
}
