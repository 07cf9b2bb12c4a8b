//! Benchmarks as JUnit's test cases.

use std::time::Duration;

use super::complaint;
use crate::bench::verdict::Verdict;
use crate::report::junit::{Case, document};

/// One case for each benchmark. Times are 0: how long the host took says nothing.
pub(crate) fn junit(verdicts: &[Verdict]) -> String {
    let case = |verdict: &Verdict| {
        let complaints: Vec<String> = verdict
            .failure
            .iter()
            .cloned()
            .chain(verdict.lines.iter().filter(|line| !line.holds).map(complaint))
            .collect();
        let failure = complaints.first().map(|first| (first.clone(), complaints.join("\n")));
        Case { name: verdict.name.clone(), time: Duration::ZERO, failure }
    };
    document("emu bench", &verdicts.iter().map(case).collect::<Vec<_>>())
}
