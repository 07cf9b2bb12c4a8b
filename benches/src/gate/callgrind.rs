//! Runs the harness `callgrind` and reads what it counts. Of gungraun's output this needs the name of the benchmark, the
//! metrics by their names in valgrind, and where callgrind's own file is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use benches::Case;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::foreign;
use crate::workspace::{cargo, locked, output, root, target};

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

/// Builds the harness and runs it.
///
/// # Errors
/// The harness fails, its output is not as expected, a case is missing, or one depends on the host.
pub(crate) fn measure(cases: &[Case]) -> Result<AllMeasured> {
    let home = target()?.join("benches").join("callgrind");
    // gungraun compares with what it finds there.
    if home.exists() {
        fs::remove_dir_all(&home).with_context(|| home.display().to_string())?;
    }
    let mut harness = cargo();
    harness.args(["bench", "--quiet", "--package=benches", "--bench=callgrind", "--", "--output-format=json"]);
    harness.arg("--home").arg(&home).stderr(Stdio::inherit());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if MEDDLING.iter().any(|start| text.starts_with(start)) && !HARMLESS.contains(&&*text) {
            harness.env_remove(&name);
        }
    }
    eprintln!("Counting {} cases under callgrind...", cases.len());
    let output = harness.output().context("cargo cannot be started")?;
    ensure!(output.status.success(), "the harness callgrind failed, see above: {}", output.status);
    let output = String::from_utf8(output.stdout).context("the harness callgrind")?;
    let mut counted: BTreeMap<String, Counts> = output.lines().map(read).collect::<Result<_>>()?;
    let with_counts = |case: &Case| {
        let path = case.path();
        let counts = counted.remove(&path).with_context(|| format!("the harness callgrind has not run {path}"))?;
        Ok((path, Measured { operations: (case.prepare)().operations(), counts }))
    };
    cases.iter().map(with_counts).collect()
}

/// One line of the harness's output: a benchmark as JSON.
fn read(line: &str) -> Result<(String, Counts)> {
    let unexpected = || format!("gungraun has printed something unexpected: {line}");
    let summary: Value = serde_json::from_str(line).with_context(unexpected)?;
    let text = |name: &str| summary[name].as_str().with_context(unexpected);
    let path = format!("{}/{}", text("function_name")?, text("id")?);
    let metric = |name: &str| {
        let value = &summary["profiles"][0]["data"]["total"]["metrics"][name]["values"]["new"];
        value.as_u64().with_context(unexpected)
    };
    let sum = |names: [&str; 3]| names.into_iter().map(metric).sum::<Result<u64>>();
    let counts = Counts {
        instructions: metric("Ir")?,
        l1_misses: sum(["I1mr", "D1mr", "D1mw"])?,
        ll_misses: sum(["ILmr", "DLmr", "DLmw"])?,
    };
    check_origin(&path, &root().join(text("output_dir")?), text("benchmark_exe")?)?;
    Ok((path, counts))
}

/// Checks that all that was counted is code of the harness itself.
fn check_origin(path: &str, folder: &Path, harness: &str) -> Result<()> {
    let mut files = fs::read_dir(folder).with_context(|| folder.display().to_string())?.filter_map(Result::ok);
    let profile = files.find(|file| file.path().extension().is_some_and(|extension| extension == "out"));
    let profile = profile.with_context(|| format!("{}: callgrind has left no profile", folder.display()))?.path();
    let text = fs::read_to_string(&profile).with_context(|| profile.display().to_string())?;
    match foreign::functions(&text, harness)[..] {
        [] => Ok(()),
        ref functions => bail!(
            "{path} runs code that differs from host to host, so its counts would too: {}; keep it out of what is measured",
            functions.join(", ")
        ),
    }
}
