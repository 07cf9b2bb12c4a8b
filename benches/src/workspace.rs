//! Where things are: the workspace, its target directory, its commit; and what compiles it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// `benches`.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The cargo that runs this program, or the one on the path.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// What a command prints, without the newline at its end.
///
/// # Errors
/// It cannot be started or fails; then what it says on standard error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{name} cannot be started"))?;
    if !output.status.success() {
        bail!("{name}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(String::from_utf8(output.stdout).with_context(|| name)?.trim_end().to_owned())
}

/// Runs git in the workspace.
///
/// # Errors
/// As [`output`].
pub(crate) fn git(args: &[&str]) -> Result<String> {
    output(Command::new("git").current_dir(root()).args(args))
}

/// Cargo's target directory.
///
/// # Errors
/// Cargo does not say.
pub(crate) fn target() -> Result<PathBuf> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(target) = TARGET.get() {
        return Ok(target.clone());
    }
    let metadata = output(cargo().args(["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let target = metadata["target_directory"].as_str().context("cargo metadata: no target_directory")?;
    Ok(TARGET.get_or_init(|| target.into()).clone())
}

/// The version of a package in `Cargo.lock`.
///
/// # Errors
/// It is not there.
pub(crate) fn locked(package: &str) -> Result<String> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock")?;
    let lock: Lock = toml::from_str(&lock).context("Cargo.lock")?;
    let found = lock.package.into_iter().find(|entry| entry.name == package);
    Ok(found.with_context(|| format!("Cargo.lock: no {package}"))?.version)
}

/// A compiler and what it compiles for: counts of two of them cannot be compared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Toolchain {
    /// The version of rustc.
    pub(crate) rustc: String,
    /// The host's triple.
    pub(crate) host: String,
}

impl Toolchain {
    /// The one that builds the harnesses.
    ///
    /// # Errors
    /// rustc does not say what it is.
    pub(crate) fn present() -> Result<Toolchain> {
        let verbose = output(Command::new("rustc").current_dir(root()).arg("-vV"))?;
        let field = |name: &str| {
            let value = verbose.lines().find_map(|line| line.strip_prefix(name));
            value.map(str::to_owned).with_context(|| format!("rustc -vV does not print {name:?}"))
        };
        Ok(Toolchain { rustc: field("release: ")?, host: field("host: ")? })
    }
}

impl std::fmt::Display for Toolchain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rustc {} on {}", self.rustc, self.host)
    }
}

/// The commit that is checked out, and whether files have changed since.
///
/// # Errors
/// This is no git repository.
pub(crate) fn commit() -> Result<(String, bool)> {
    let commit = git(&["rev-parse", "HEAD"])?;
    ensure!(!commit.is_empty(), "git does not know what is checked out");
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Ok((commit, changed))
}
