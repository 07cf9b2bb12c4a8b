//! The table for people.

use std::fmt::Write as _;

use super::change;
use crate::bench::verdict::Verdict;
use crate::report::number::grouped;

/// All limited numbers, those that changed, and what has grown where a limit does not hold. `all`: the other numbers too.
pub(crate) fn table(verdicts: &[Verdict], all: bool) -> String {
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let shown = |verdict: &'_ Verdict| -> Vec<crate::bench::verdict::Line> {
        let is_shown = |line: &&crate::bench::verdict::Line| {
            all || line.limit.is_some() || line.before.is_some_and(|before| before != line.now)
        };
        verdict.lines.iter().filter(is_shown).cloned().collect()
    };
    let name = widest(&mut verdicts.iter().map(|verdict| verdict.name.chars().count())).max("benchmark".len());
    let metric =
        widest(&mut verdicts.iter().flat_map(|verdict| &verdict.lines).map(|line| line.metric.chars().count()));
    let metric = metric.max("metric".len());
    let mut text = format!(
        "\n {:name$}  {:metric$} {:>16} {:>16} {:>10} {:>10}\n",
        "benchmark", "metric", "baseline", "now", "change", "limit"
    );
    for verdict in verdicts {
        let mut title = verdict.name.as_str();
        for line in shown(verdict) {
            let before = line.before.map(grouped).unwrap_or_default();
            let limit = line.limit.map(|limit| limit.to_string()).unwrap_or_default();
            let mark = if line.holds { "" } else { "  FAIL" };
            let change = if line.before.is_some() { change(line.before, line.now) } else { String::new() };
            let _ = writeln!(
                text,
                " {title:name$}  {:metric$} {before:>16} {:>16} {change:>10} {limit:>10}{mark}",
                line.metric,
                grouped(line.now),
            );
            title = "";
            for (function, before, now) in &line.blame {
                let _ = writeln!(
                    text,
                    " {:name$}  {:metric$} {:>16} {:>16} {:>10}",
                    "",
                    format!("  in {function}"),
                    grouped(*before),
                    grouped(*now),
                    super::change(Some(*before), *now),
                );
            }
        }
        if let Some(failure) = &verdict.failure {
            let _ = writeln!(text, " {title:name$}  FAIL: {failure}");
        }
    }
    let mut text: String = text.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    let failed = verdicts.iter().filter(|verdict| !verdict.holds()).count();
    let _ = writeln!(text, "\n {} within limits, {failed} not", verdicts.len() - failed);
    text
}
