//! Runs the harness `callgrind` and reads what it counts. Of gungraun's output this needs the name of the benchmark and where
//! callgrind's own file is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use benches::Case;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::profile::Profile;
use crate::workspace::{self, cargo, locked, output, root, target};

/// What one run of a case costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counts {
    /// Host instructions.
    pub(crate) instructions: u64,
    /// Misses of the simulated first-level caches, of code and data.
    pub(crate) l1_misses: u64,
    /// Misses of the simulated last-level cache.
    pub(crate) ll_misses: u64,
}

/// What was measured of a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Operations of a run.
    pub(crate) operations: u64,
    /// What it costs.
    pub(crate) counts: Counts,
}

/// By the case's path.
pub(crate) type AllMeasured = BTreeMap<String, Measured>;

/// Variables that change what is compiled or how it is run.
const MEDDLING: [&str; 6] =
    ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_", "GUNGRAUN_"];
/// Those of that kind that do not.
const HARMLESS: [&str; 3] = ["CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "GUNGRAUN_RUNNER"];

/// Checks that valgrind and the runner are there.
///
/// # Errors
/// One is not: which, and how to install it.
pub(crate) fn require_tools() -> Result<()> {
    let version = locked("gungraun")?;
    let mut missing = Vec::new();
    if output(Command::new("valgrind").arg("--version")).is_err() {
        missing.push("apt-get install valgrind".to_owned());
    }
    let runner = std::env::var_os("GUNGRAUN_RUNNER").unwrap_or_else(|| "gungraun-runner".into());
    let found = output(Command::new(runner).arg("--version")).unwrap_or_default();
    if found.split_whitespace().next_back() != Some(&version) {
        missing.push(format!("cargo install --locked gungraun-runner --version {version}"));
    }
    let commands = missing.join("\n  ");
    ensure!(
        missing.is_empty(),
        "the gate needs valgrind and gungraun-runner {version}; install what is missing:\n  {commands}"
    );
    Ok(())
}

/// Builds the harness and runs it, from a path of fixed length and without what cargo puts into the environment: a program's name
/// and environment stand above its stack, so with them the lines of cache that the stack takes would depend on where the
/// checkout lies.
///
/// # Errors
/// The harness fails, its output is not as expected, a case is missing, or one depends on the host.
pub(crate) fn measure(cases: &[Case]) -> Result<AllMeasured> {
    let home = target()?.join("benches").join("callgrind");
    // gungraun compares with what it finds there.
    if home.exists() {
        fs::remove_dir_all(&home).with_context(|| home.display().to_string())?;
    }
    let built = build()?;
    // Not where the user's temporary files are: that path may have any length.
    let folder = tempfile::Builder::new().prefix("emu-gate-").tempdir_in("/tmp").context("/tmp")?;
    let path = folder.path().join("callgrind");
    fs::copy(&built, &path).with_context(|| format!("{} cannot be copied to {}", built.display(), path.display()))?;
    let mut harness = Command::new(path);
    harness
        .current_dir(workspace::folder())
        .env("CARGO_MANIFEST_DIR", workspace::folder())
        .args(["--bench", "--output-format=json", "--home"])
        .arg(&home);
    undisturbed(&mut harness).env_remove("LD_PRELOAD").env_remove("LD_LIBRARY_PATH").stderr(Stdio::inherit());
    eprintln!("Counting {} cases under callgrind...", cases.len());
    let output = harness.output().context("the harness callgrind cannot be started")?;
    ensure!(output.status.success(), "the harness callgrind failed, see above: {}", output.status);
    let output = String::from_utf8(output.stdout).context("the harness callgrind")?;
    let mut counted: BTreeMap<String, Counts> = output.lines().map(|line| read(line, cases)).collect::<Result<_>>()?;
    let with_counts = |case: &Case| {
        let path = case.path();
        let counts = counted.remove(&path).with_context(|| format!("the harness callgrind has not run {path}"))?;
        Ok((path, Measured { operations: (case.prepare)().operations(), counts }))
    };
    cases.iter().map(with_counts).collect()
}

/// Builds the harness; where it is.
fn build() -> Result<PathBuf> {
    let mut cargo = cargo();
    cargo.args(["bench", "--quiet", "--package=benches", "--bench=callgrind", "--no-run", "--message-format=json"]);
    let output = undisturbed(&mut cargo).stderr(Stdio::inherit()).output().context("cargo cannot be started")?;
    ensure!(output.status.success(), "the harness callgrind cannot be built, see above: {}", output.status);
    let messages = String::from_utf8(output.stdout).context("cargo bench")?;
    let built = messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_harness = message["target"]["name"] == "callgrind" && message["target"]["kind"][0] == "bench";
        message["executable"].as_str().filter(|_| is_harness).map(PathBuf::from)
    });
    built.context("cargo bench has built no harness callgrind")
}

/// Without the variables that change what is compiled or how it is run.
fn undisturbed(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if MEDDLING.iter().any(|start| text.starts_with(start)) && !HARMLESS.contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command
}

/// One line of the harness's output: a benchmark as JSON.
fn read(line: &str, cases: &[Case]) -> Result<(String, Counts)> {
    let unexpected = || format!("gungraun has printed something unexpected: {line}");
    let summary: Value = serde_json::from_str(line).with_context(unexpected)?;
    let text = |name: &str| summary[name].as_str().with_context(unexpected);
    let path = format!("{}/{}", text("function_name")?, text("id")?);
    let file = profile_in(&root().join(text("output_dir")?))?;
    let profile = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let profile = Profile::read(&profile, text("benchmark_exe")?);
    let calls_libc = cases.iter().any(|case| case.path() == path && case.calls_libc());
    ensure!(
        calls_libc || profile.foreign.is_empty(),
        "{path} runs code that differs from host to host, so its counts would too: {}; keep it out of what is measured",
        profile.foreign.join(", ")
    );
    let sum = |names: &[&str]| {
        let count =
            |name: &&str| profile.own.get(name).copied().with_context(|| format!("{}: no {name}", file.display()));
        names.iter().map(count).sum::<Result<u64>>()
    };
    let counts = Counts {
        instructions: sum(&["Ir"])?,
        l1_misses: sum(&["I1mr", "D1mr", "D1mw"])?,
        ll_misses: sum(&["ILmr", "DLmr", "DLmw"])?,
    };
    Ok((path, counts))
}

/// The profile that callgrind has left in the folder.
fn profile_in(folder: &Path) -> Result<PathBuf> {
    let mut files = fs::read_dir(folder).with_context(|| folder.display().to_string())?.filter_map(Result::ok);
    let profile = files.find(|file| file.path().extension().is_some_and(|extension| extension == "out"));
    Ok(profile.with_context(|| format!("{}: callgrind has left no profile", folder.display()))?.path())
}
