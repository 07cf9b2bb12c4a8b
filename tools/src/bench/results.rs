//! A set of results: what `--format json` prints, what a baseline holds, and what shards merge to. Nothing of the host is in it, so
//! the same programs give the same bytes everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};

/// Largest file of results that is read.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// The results of some benchmarks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Results {
    /// Version of the program that measured.
    pub(crate) emu: String,
    /// Why this became the baseline; absent from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Each benchmark, by name.
    pub(crate) benchmarks: BTreeMap<String, Outcome>,
}

/// What one benchmark came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outcome {
    /// The timing model that `cycles` are of.
    pub(crate) timing: String,
    /// Why it is no good; absent if it ended as it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
    /// Numbers by the names of their metrics; less is better.
    pub(crate) metrics: BTreeMap<String, u64>,
    /// Functions by name.
    #[serde(default)]
    pub(crate) functions: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Results {
    /// Of nothing yet.
    pub(crate) fn new(benchmarks: BTreeMap<String, Outcome>) -> Self {
        Results { emu: env!("CARGO_PKG_VERSION").to_owned(), reason: None, benchmarks }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// In one line, with its name: it cannot be read, holds no results, or those of another version of this program.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Self::read_file(path).with_context(|| path.display().to_string())
    }

    fn read_file(path: &Path) -> Result<Self> {
        let about = std::fs::metadata(path).map_err(|error| anyhow!("cannot be read: {error}"))?;
        ensure!(about.len() <= MAX_FILE_BYTES, "{} bytes is too large for results", about.len());
        let text = std::fs::read_to_string(path).map_err(|error| anyhow!("cannot be read: {error}"))?;
        let results: Results = serde_json::from_str(&text)
            .map_err(|error| anyhow!("not results of emu bench: {error}; make them with --format json or --bless"))?;
        let own = env!("CARGO_PKG_VERSION");
        ensure!(
            results.emu == own,
            "made by emu {}, and this is emu {own}, which may count otherwise; make it anew, a baseline with --bless --reason TEXT",
            results.emu
        );
        Ok(results)
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        // Maps with text for keys always have a form in JSON.
        serde_json::to_string_pretty(self).map_or_else(|error| error.to_string(), |text| text + "\n")
    }

    /// The results of shards as those of the whole.
    ///
    /// # Errors
    ///
    /// Two have the same benchmark.
    pub(crate) fn merge(parts: impl IntoIterator<Item = (String, Results)>) -> Result<Self> {
        let mut whole = Results::new(BTreeMap::new());
        let mut seen = BTreeSet::new();
        for (file, part) in parts {
            for (name, outcome) in part.benchmarks {
                ensure!(
                    seen.insert(name.clone()),
                    "{file}: {name} is in an earlier file too; give each shard's file once"
                );
                whole.benchmarks.insert(name, outcome);
            }
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(insns: u64) -> Outcome {
        let metrics = [("instructions".to_owned(), insns)].into();
        Outcome { timing: "ideal".to_owned(), failure: None, metrics, functions: BTreeMap::new() }
    }

    fn results(all: &[(&str, u64)]) -> Results {
        Results::new(all.iter().map(|&(name, n)| (name.to_owned(), outcome(n))).collect())
    }

    #[test]
    fn shards_merge_to_the_whole() {
        let whole = results(&[("a", 1), ("b", 2), ("c", 3)]);
        let parts = [("2", results(&[("b", 2)])), ("1", results(&[("c", 3), ("a", 1)]))];
        let merged = Results::merge(parts.map(|(file, part)| (file.to_owned(), part))).expect("no benchmark twice");
        assert_eq!(merged.text(), whole.text());
        let twice = [("1", results(&[("a", 1)])), ("2", results(&[("a", 1)]))];
        let error = Results::merge(twice.map(|(file, part)| (file.to_owned(), part))).expect_err("a twice");
        assert!(error.to_string().starts_with("2: a is in an earlier file too"), "{error}");
    }
}
