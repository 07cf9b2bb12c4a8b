//! Builds of the emulator: a program that is there, or one made of a git revision.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::workspace::{cargo, git, target};

/// The program of this path, or of this revision.
///
/// # Errors
/// It is neither, or the revision does not build.
pub(super) fn find(build: &str) -> Result<PathBuf> {
    let path = Path::new(build);
    if path.is_file() {
        return path.canonicalize().with_context(|| build.to_owned());
    }
    let commit = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{build}^{{commit}}")]);
    let commit = commit.with_context(|| format!("{build}: neither a program nor a revision that git knows"))?;
    let folder = target()?.join("benches/builds");
    let emu = folder.join(format!("emu-{commit}"));
    if !emu.exists() {
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        eprintln!("Building {build} ({commit})...");
        compile(&commit, &folder, &emu).with_context(|| format!("{build} cannot be built"))?;
    }
    Ok(emu)
}

/// Checks the commit out beside, compiles it, and keeps the program.
fn compile(commit: &str, folder: &Path, emu: &Path) -> Result<()> {
    let (sources, target) = (folder.join("sources"), folder.join("target"));
    let place = sources.to_str().context("the target directory has a name that is not text")?;
    if sources.exists() {
        // An earlier build was interrupted.
        git(&["worktree", "remove", "--force", place])?;
    }
    git(&["worktree", "add", "--detach", "--quiet", place, commit])?;
    let mut build = cargo();
    build.args(["build", "--quiet", "--release", "--package=emu", "--target-dir"]).arg(&target).current_dir(&sources);
    let status = build.status().context("cargo cannot be started");
    git(&["worktree", "remove", "--force", place])?;
    let status = status?;
    ensure!(status.success(), "{status}");
    fs::copy(target.join("release/emu"), emu)?;
    Ok(())
}
