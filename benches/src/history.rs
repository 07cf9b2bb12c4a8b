//! What was measured in the past: a file for each commit in `benches/history`, a line for each case.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gate::callgrind::AllMeasured;
use crate::workspace::{Toolchain, commit, folder, git, target};
use crate::{Outcome, samples};

/// A file of the history.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The whole hash.
    pub(crate) commit: String,
    /// When it was committed: `2026-11-24T10:08:00Z`.
    pub(crate) date: String,
    /// What compiled it.
    pub(crate) toolchain: Toolchain,
    /// By the case's path.
    pub(crate) cases: BTreeMap<String, Figures>,
}

/// What an operation of a case costs.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figures {
    /// Host instructions.
    pub(crate) instructions: f64,
    /// Misses of the simulated first-level caches.
    pub(crate) l1_misses: f64,
    /// Nanoseconds, where time was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ns: Option<f64>,
    /// The share of outliers among the samples of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) outliers: Option<f64>,
}

/// What the gate has measured last, kept in the target directory for [`record`].
#[derive(Serialize, Deserialize)]
struct Last {
    commit: String,
    /// Whether files had changed since that commit.
    changed: bool,
    toolchain: Toolchain,
    measured: AllMeasured,
}

fn last() -> Result<PathBuf> {
    Ok(target()?.join("benches/last.json"))
}

/// Keeps what the gate has measured.
///
/// # Errors
/// It cannot be written, or git does not know the commit.
pub(crate) fn keep(toolchain: &Toolchain, measured: &AllMeasured) -> Result<()> {
    let (commit, changed) = commit()?;
    let last_run = Last { commit, changed, toolchain: toolchain.clone(), measured: measured.clone() };
    let file = last()?;
    fs::write(&file, serde_json::to_string(&last_run)?).with_context(|| file.display().to_string())
}

/// Writes the entry of the commit that is checked out.
///
/// # Errors
/// The gate has not measured this commit as it is.
pub(crate) fn record(with_times: bool) -> Result<Outcome> {
    let file = last()?;
    let (head, _) = commit()?;
    let run = "cargo run --release -p benches -- gate";
    let text = fs::read_to_string(&file).with_context(|| format!("nothing is measured yet: {run}"))?;
    let measured: Last = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
    ensure!(
        measured.commit == head && !measured.changed,
        "the last run of the gate was not of the commit {head} as it is: commit, then {run}"
    );
    let times = if with_times { samples::read()? } else { BTreeMap::new() };
    ensure!(!with_times || !times.is_empty(), "criterion has saved nothing: cargo bench -p benches --bench criterion");
    let figures = measured.measured.into_iter().map(|(path, measured)| {
        let an_operation = |count: u64| count as f64 / measured.operations as f64;
        let times = times.get(&path);
        let figures = Figures {
            instructions: round(an_operation(measured.counts.instructions)),
            l1_misses: round(an_operation(measured.counts.l1_misses)),
            ns: times.map(|times| round(times.ns)),
            outliers: times.map(|times| round(times.outliers)),
        };
        (path, figures)
    });
    let seconds = git(&["show", "-s", "--format=%ct", &head])?;
    let date = Timestamp::from_second(seconds.parse().context("git's %ct")?)?.to_string();
    let entry = Entry { cases: figures.collect(), commit: head, date, toolchain: measured.toolchain };
    let file = path(&entry);
    fs::create_dir_all(directory())?;
    fs::write(&file, entry.to_text()?).with_context(|| file.display().to_string())?;
    println!("{}", file.display());
    Ok(Outcome::Well)
}

/// To four decimals: more would only make the files larger.
fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn directory() -> PathBuf {
    folder().join("history")
}

/// `2026-11-24-0123456.json`: by name is by day.
fn path(entry: &Entry) -> PathBuf {
    let day = entry.date.split('T').next().unwrap_or_default();
    directory().join(format!("{day}-{}.json", &entry.commit[..entry.commit.len().min(7)]))
}

/// All entries, oldest first.
///
/// # Errors
/// One cannot be read: which, and why.
pub(crate) fn read() -> Result<Vec<Entry>> {
    let directory = directory();
    let mut entries = Vec::new();
    for file in fs::read_dir(&directory).with_context(|| directory.display().to_string())? {
        let file = file?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            entries.push(read_entry(&file)?);
        }
    }
    if entries.is_empty() {
        bail!("{}: no entries; the gate and then `record` make one", directory.display());
    }
    entries.sort_by(|a, b| a.date.cmp(&b.date));
    Ok(entries)
}

fn read_entry(file: &Path) -> Result<Entry> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    // The error says which line.
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

impl Entry {
    /// As JSON with a line for each case, so that differences can be read.
    fn to_text(&self) -> Result<String> {
        let Entry { commit, date, toolchain, cases } = self;
        let json = |value: &str| serde_json::to_string(value);
        let mut text = format!("{{\"commit\": {}, \"date\": {},\n", json(commit)?, json(date)?);
        writeln!(text, "\"toolchain\": {},\n\"cases\": {{", serde_json::to_string(toolchain)?)?;
        let lines: Result<Vec<String>> = cases
            .iter()
            .map(|(path, figures)| Ok(format!("{}: {}", json(path)?, serde_json::to_string(figures)?)))
            .collect();
        writeln!(text, "{}\n}}}}", lines?.join(",\n"))?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_and_has_a_line_for_each_case() {
        let figures = |ns| Figures { instructions: 18.0527, l1_misses: 0.01, ns, outliers: ns.map(|_| 0.015) };
        let entry = Entry {
            commit: "0123456789abcdef".into(),
            date: "2026-11-24T10:08:00Z".into(),
            toolchain: Toolchain { rustc: "1.95.0".into(), host: "x86_64-unknown-linux-gnu".into() },
            cases: BTreeMap::from([("a/b".into(), figures(None)), ("c/d".into(), figures(Some(1.25)))]),
        };
        let text = entry.to_text().unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
        assert!(text.contains("\n\"a/b\": {\"instructions\":18.0527,\"l1_misses\":0.01},\n"), "{text}");
        assert!(path(&entry).ends_with("history/2026-11-24-0123456.json"));
    }
}
