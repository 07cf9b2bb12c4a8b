//! Finding test programs: every ELF program for RISC-V or AArch64 under some paths, in an order that depends on nothing but the names.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// How deep directories may lie in each other.
const DEPTH_MAX: usize = 64;
/// Bytes of an ELF header up to and with `e_machine`.
const HEAD_BYTES: usize = 20;
/// RISC-V and AArch64.
const MACHINES: [u16; 2] = [243, 183];
const ET_REL: u16 = 1;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The programs, sorted.
    pub(super) programs: Vec<PathBuf>,
    /// How many ELF files were left alone because they are object files or for another machine.
    pub(super) skipped: usize,
}

/// Searches `paths`. A file that is named is always taken, whatever it is: its errors are the test's.
///
/// # Errors
///
/// A path does not exist or a directory cannot be read.
pub(super) fn search(paths: &[PathBuf]) -> Result<Found> {
    let mut programs = BTreeSet::new();
    let mut skipped = 0;
    for path in paths {
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                bail!("{}: no such file or directory; check the path", path.display())
            }
            Err(e) => bail!("{}: cannot be examined: {e}", path.display()),
        };
        if about.is_dir() {
            walk(path, DEPTH_MAX, &mut programs, &mut skipped)
                .with_context(|| format!("{}: cannot be searched", path.display()))?;
        } else {
            programs.insert(path.clone());
        }
    }
    Ok(Found { programs: programs.into_iter().collect(), skipped })
}

/// Links to files are followed, links to directories are not: those may run in circles.
fn walk(folder: &Path, depth: usize, programs: &mut BTreeSet<PathBuf>, skipped: &mut usize) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if depth > 0 {
                walk(&path, depth - 1, programs, skipped)?;
            }
        } else if path.is_file() {
            match kind(&path) {
                Kind::Program => {
                    programs.insert(path);
                }
                Kind::Foreign => *skipped += 1,
                Kind::Other => {}
            }
        }
    }
    Ok(())
}

enum Kind {
    Program,
    Foreign,
    Other,
}

/// Looks at the first bytes only. What cannot be read or is cut off after the magic counts as a program, so that somebody hears
/// of it.
fn kind(path: &Path) -> Kind {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let read = fs::File::open(path).and_then(|f| f.take(HEAD_BYTES as u64).read_to_end(&mut head));
    if read.is_err() || !head.starts_with(b"\x7fELF") {
        return Kind::Other;
    }
    let Ok(head) = <[u8; HEAD_BYTES]>::try_from(head) else { return Kind::Program };
    let half = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
    if MACHINES.contains(&half(18)) && half(16) != ET_REL { Kind::Program } else { Kind::Foreign }
}

/// The reference signature beside a program, if there is one: `NAME.ref` or `NAME.reference_output`, with or without the
/// program's own suffix `.elf`.
pub(super) fn reference(program: &Path) -> Option<PathBuf> {
    let mut stems = vec![program.to_owned()];
    if program.extension().is_some_and(|e| e == "elf") {
        stems.push(program.with_extension(""));
    }
    let with = |stem: &PathBuf, suffix: &str| {
        let mut name = stem.clone().into_os_string();
        name.push(suffix);
        PathBuf::from(name)
    };
    stems.iter().flat_map(|s| [with(s, ".ref"), with(s, ".reference_output")]).find(|p| p.is_file())
}
