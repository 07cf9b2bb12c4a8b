//! `programs/programs.toml`: what each guest program does on any machine that claims to be one.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One program. The file's own comments say what the keys mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "described in the file")]
pub struct Entry {
    pub name: String,
    pub file: PathBuf,
    pub xlen: u32,
    pub board: String,
    pub exit: u64,
    pub stdout: String,
    pub instructions: Option<u64>,
    pub isa: Option<String>,
    #[serde(default)]
    pub witness: Vec<String>,
    pub spike_isa: Option<String>,
    pub qemu: Option<Vec<String>>,
    #[serde(default)]
    pub exact_clock: bool,
}

#[derive(Deserialize)]
struct File {
    program: Vec<Entry>,
}

/// The folder of the guest programs.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("programs")
}

/// All entries.
///
/// # Errors
/// A text that says what is wrong with the file.
pub fn read() -> Result<Vec<Entry>, String> {
    let path = folder().join("programs.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: File = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(file.program)
}
