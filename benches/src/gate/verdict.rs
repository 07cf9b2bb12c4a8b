//! Old and new side by side, as a Markdown table, and what to think of it.

use std::fmt;

use super::callgrind::AllMeasured;
use super::limits::Limits;

/// What an event may grow by: a share of the old number, and beside it a number of events.
struct Tolerance {
    share: f64,
    events: u64,
}

/// Instructions are the same in every run.
const INSTRUCTIONS: Tolerance = Tolerance { share: 0.01, events: 0 };
/// They are the same in every run too, but any change of the code moves what shares a set of a cache.
const CACHE: Tolerance = Tolerance { share: 0.05, events: 64 };

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Better,
    Same,
    Worse,
    /// There is nothing to compare with; only when limits are being taken.
    New,
}

impl Tolerance {
    fn judge(&self, old: Option<u64>, new: u64) -> Verdict {
        let Some(old) = old else { return Verdict::New };
        let allowed = old as f64 * self.share + self.events as f64;
        match new as f64 - old as f64 {
            change if change > allowed => Verdict::Worse,
            change if change < -allowed => Verdict::Better,
            _ => Verdict::Same,
        }
    }
}

/// One number of one case.
struct Row {
    case: String,
    event: &'static str,
    old: Option<u64>,
    new: u64,
    verdict: Verdict,
    /// What the numbers are divided by to be printed.
    operations: Option<u64>,
}

/// All rows.
pub(super) struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// Compares.
    pub(super) fn new(limits: &Limits, measured: &AllMeasured) -> Table {
        let mut rows = Vec::new();
        for (case, measured) in measured {
            let (old, new) = (limits.of(case), measured.counts);
            let mut add = |event, old, new, tolerance: Tolerance, operations| {
                let verdict = tolerance.judge(old, new);
                rows.push(Row { case: case.clone(), event, old, new, verdict, operations });
            };
            let operations = Some(measured.operations);
            add("instructions", old.map(|old| old.instructions), new.instructions, INSTRUCTIONS, operations);
            add("L1 misses", old.map(|old| old.l1_misses), new.l1_misses, CACHE, None);
            add("LL misses", old.map(|old| old.ll_misses), new.ll_misses, CACHE, None);
        }
        Table { rows }
    }

    /// Whether something costs more than it may.
    pub(super) fn is_worse(&self) -> bool {
        self.count(Verdict::Worse) > 0
    }

    /// What to do about it: a sentence, or nothing.
    pub(super) fn advice(&self) -> String {
        let when = match (self.is_worse(), self.count(Verdict::Better)) {
            (true, _) => "If that is meant to be",
            (false, 1..) => "To keep what was gained",
            (false, 0) => return String::new(),
        };
        format!("\n{when}: `cargo run --release -p benches -- gate --bless --reason \"...\"`.\n")
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |count: u64| match self.operations {
            Some(operations) => format!("{:.2}", count as f64 / operations as f64),
            None => count.to_string(),
        };
        let unit = if self.operations.is_some() { " an operation" } else { " a run" };
        let old = self.old.map_or("-".to_owned(), number);
        let change = match self.old {
            None | Some(0) => "-".to_owned(),
            Some(old) => format!("{:+.2} %", (self.new as f64 / old as f64 - 1.0) * 100.0),
        };
        let mark = match self.verdict {
            Verdict::Better => "better",
            Verdict::Worse => "**worse**",
            Verdict::Same | Verdict::New => "",
        };
        writeln!(f, "| {} | {}{unit} | {old} | {} | {change} | {mark} |", self.case, self.event, number(self.new))
    }
}

/// Instructions of every case; cache events only where they have changed too much.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| case | event | old | new | change | |")?;
        writeln!(f, "|---|---|---:|---:|---:|---|")?;
        for row in &self.rows {
            if row.operations.is_some() || matches!(row.verdict, Verdict::Better | Verdict::Worse) {
                row.fmt(f)?;
            }
        }
        let percent = |tolerance: Tolerance| tolerance.share * 100.0;
        writeln!(
            f,
            "\n{} worse, {} better, {} within limits ({} % of instructions, {} % of cache events and {} of them).",
            self.count(Verdict::Worse),
            self.count(Verdict::Better),
            self.count(Verdict::Same),
            percent(INSTRUCTIONS),
            percent(CACHE),
            CACHE.events
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_percent_of_instructions_is_allowed_and_no_more() {
        assert_eq!(INSTRUCTIONS.judge(Some(1000), 1010), Verdict::Same);
        assert_eq!(INSTRUCTIONS.judge(Some(1000), 1011), Verdict::Worse);
        assert_eq!(INSTRUCTIONS.judge(Some(1000), 989), Verdict::Better);
        assert_eq!(INSTRUCTIONS.judge(None, 1), Verdict::New);
    }

    #[test]
    fn a_few_lines_of_cache_are_no_change() {
        assert_eq!(CACHE.judge(Some(8), 72), Verdict::Same);
        assert_eq!(CACHE.judge(Some(8), 73), Verdict::Worse);
        assert_eq!(CACHE.judge(Some(10_000), 10_564), Verdict::Same);
        assert_eq!(CACHE.judge(Some(10_000), 10_565), Verdict::Worse);
    }
}
