//! A table in Markdown, for a comment in a review.

use std::fmt::Write as _;

use super::change;
use crate::bench::verdict::Verdict;
use crate::report::number::grouped;

/// Limited numbers and those that changed.
pub(crate) fn markdown(verdicts: &[Verdict]) -> String {
    let failed = verdicts.iter().filter(|verdict| !verdict.holds()).count();
    let mut text = match failed {
        0 => format!("**{} benchmarks within limits**\n\n", verdicts.len()),
        n => format!("**{n} of {} benchmarks beyond limits**\n\n", verdicts.len()),
    };
    text.push_str("| benchmark | metric | baseline | now | change | limit | |\n|---|---|---:|---:|---:|---:|---|\n");
    for verdict in verdicts {
        let name = plain(&verdict.name);
        for line in &verdict.lines {
            if line.limit.is_none() && line.before.is_none_or(|before| before == line.now) {
                continue;
            }
            let before = line.before.map(grouped).unwrap_or_default();
            let limit = line.limit.map(|limit| limit.to_string()).unwrap_or_default();
            let mark = if line.holds { "" } else { "**too much**" };
            let _ = writeln!(
                text,
                "| {name} | {} | {before} | {} | {} | {limit} | {mark} |",
                plain(&line.metric),
                grouped(line.now),
                change(line.before, line.now)
            );
            for (function, before, now) in &line.blame {
                let _ = writeln!(
                    text,
                    "| | in `{}` | {} | {} | {} | | |",
                    function.replace(['`', '|', '\n'], " "),
                    grouped(*before),
                    grouped(*now),
                    change(Some(*before), *now)
                );
            }
        }
        if let Some(failure) = &verdict.failure {
            let _ = writeln!(text, "| {name} | {} | | | | | **failed** |", plain(failure));
        }
    }
    text
}

/// Text inside of a cell.
fn plain(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ").replace('<', "&lt;")
}
