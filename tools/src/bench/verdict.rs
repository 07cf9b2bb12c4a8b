//! Comparing results with a baseline under limits.

use std::collections::BTreeMap;

use super::config::{Bench, Config, Limit};
use super::results::{Outcome, Results};

/// The metric that is limited if a file says nothing: counts are exact, so any growth is real.
const ALWAYS: (&str, Limit) = ("instructions", Limit::Percent(0.0));
/// Functions that are named for a metric that grew.
const BLAMED: usize = 5;

/// A number beside that of the baseline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// The metric's name; of a function `quicksort: instructions`.
    pub(crate) metric: String,
    /// Its value now.
    pub(crate) now: u64,
    /// Its value in the baseline.
    pub(crate) before: Option<u64>,
    /// Its limit.
    pub(crate) limit: Option<Limit>,
    /// Whether the limit holds.
    pub(crate) holds: bool,
    /// Functions whose own instructions changed most, with how many there were and are; of a metric that does not hold.
    pub(crate) blame: Vec<(String, u64, u64)>,
}

/// One benchmark.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// Its name.
    pub(crate) name: String,
    /// Why it is no good, apart from its numbers.
    pub(crate) failure: Option<String>,
    /// Its numbers: limited ones first.
    pub(crate) lines: Vec<Line>,
}

impl Verdict {
    /// Whether there is nothing to complain of.
    pub(crate) fn holds(&self) -> bool {
        self.failure.is_none() && self.lines.iter().all(|line| line.holds)
    }
}

/// What the limits of a file say of these results. Without a baseline, limits that refer to one are left out.
pub(crate) fn judge(config: &Config, results: &Results, baseline: Option<&Results>) -> Vec<Verdict> {
    let by_name: BTreeMap<&str, &Bench> = config.benches.iter().map(|bench| (bench.name.as_str(), bench)).collect();
    let verdict = |(name, outcome): (&String, &Outcome)| {
        let before = baseline.and_then(|baseline| baseline.benchmarks.get(name));
        let mut failure = outcome.failure.clone();
        if failure.is_none() && baseline.is_some() {
            failure = match before {
                None => Some("not in the baseline; take it in with --bless --reason TEXT".to_owned()),
                Some(before) if before.timing != outcome.timing => Some(format!(
                    "the baseline's cycles are of the model {}, these of {}; choose one, or take it with --bless --reason TEXT",
                    before.timing, outcome.timing
                )),
                Some(_) => None,
            };
        }
        let lines = lines(by_name.get(name.as_str()).copied(), outcome, before);
        Verdict { name: name.clone(), failure, lines }
    };
    results.benchmarks.iter().map(verdict).collect()
}

fn lines(bench: Option<&Bench>, outcome: &Outcome, before: Option<&Outcome>) -> Vec<Line> {
    let mut limits: BTreeMap<String, Limit> = bench.map(|bench| bench.settings.limits.clone()).unwrap_or_default();
    if limits.is_empty() {
        limits.insert(ALWAYS.0.to_owned(), ALWAYS.1);
    }
    let blame = blame(outcome, before);
    let mut lines = Vec::new();
    for (metric, &now) in &outcome.metrics {
        let before = before.and_then(|before| before.metrics.get(metric)).copied();
        lines.push(line(metric.clone(), now, before, limits.remove(metric), &blame));
    }
    for (function, limits) in bench.iter().flat_map(|bench| &bench.settings.functions) {
        let value = |outcome: &Outcome, metric: &str| Some(*outcome.functions.get(function)?.get(metric)?);
        for (metric, &limit) in limits {
            let now = value(outcome, metric).unwrap_or(0);
            let before = before.and_then(|before| value(before, metric));
            lines.push(line(format!("{function}: {metric}"), now, before, Some(limit), &[]));
        }
    }
    lines.sort_by_key(|line| line.limit.is_none());
    lines
}

fn line(metric: String, now: u64, before: Option<u64>, limit: Option<Limit>, blame: &[(String, u64, u64)]) -> Line {
    let holds = match (limit, before) {
        (Some(Limit::Absolute(most)), _) => now <= most,
        (Some(Limit::Percent(more)), Some(before)) => {
            now <= before || (now - before) as f64 * 100.0 <= before as f64 * more
        }
        (Some(Limit::Exact), Some(before)) => now == before,
        (None, _) | (_, None) => true,
    };
    let grew = before.is_some_and(|before| now > before);
    let blame = if holds || !grew { Vec::new() } else { blame.to_vec() };
    Line { metric, now, before, limit, holds, blame }
}

/// The functions whose own instructions grew most.
fn blame(outcome: &Outcome, before: Option<&Outcome>) -> Vec<(String, u64, u64)> {
    let Some(before) = before else { return Vec::new() };
    let insns = |outcome: &Outcome, name: &str| {
        outcome.functions.get(name).and_then(|metrics| metrics.get("instructions")).copied().unwrap_or(0)
    };
    let mut grown: Vec<(String, u64, u64)> = outcome
        .functions
        .keys()
        .map(|name| (name.clone(), insns(before, name), insns(outcome, name)))
        .filter(|&(_, before, now)| now > before)
        .collect();
    grown.sort_by_key(|&(_, before, now)| std::cmp::Reverse(now - before));
    grown.truncate(BLAMED);
    grown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(now: u64, before: Option<u64>, limit: Limit) -> bool {
        line("m".to_owned(), now, before, Some(limit), &[]).holds
    }

    #[test]
    fn limits_hold_up_to_their_last_instruction() {
        assert!(holds(1010, Some(1000), Limit::Percent(1.0)) && !holds(1011, Some(1000), Limit::Percent(1.0)));
        assert!(holds(1000, Some(1000), Limit::Percent(0.0)) && !holds(1001, Some(1000), Limit::Percent(0.0)));
        assert!(holds(5, None, Limit::Absolute(5)) && !holds(6, None, Limit::Absolute(5)));
        assert!(holds(7, Some(7), Limit::Exact) && !holds(6, Some(7), Limit::Exact));
        // What is not in the baseline cannot have grown; that it is new is said elsewhere.
        assert!(holds(7, None, Limit::Percent(0.0)));
        assert!(!holds(1, Some(0), Limit::Percent(50.0)));
    }
}
