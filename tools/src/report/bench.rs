//! The forms in which benchmarks are shown.

mod annotations;
mod gab;
mod junit;
mod markdown;
mod table;

pub(crate) use annotations::annotations;
pub(crate) use gab::gab;
pub(crate) use junit::junit;
pub(crate) use markdown::markdown;
pub(crate) use table::table;

use super::number::grouped;
use crate::bench::verdict::Line;

/// How much a number has changed; `new` if there was none before.
fn change(before: Option<u64>, now: u64) -> String {
    match before {
        None => "new".to_owned(),
        Some(before) if before == now => "=".to_owned(),
        Some(0) => format!("+{}", grouped(now)),
        Some(before) => format!("{:+.2} %", (now as f64 - before as f64) * 100.0 / before as f64),
    }
}

/// A line that does not hold, in words.
fn complaint(line: &Line) -> String {
    let limit = line.limit.map(|limit| limit.to_string()).unwrap_or_default();
    let before = line.before.map(|before| format!(" from {}", grouped(before))).unwrap_or_default();
    let mut text =
        format!("{} is {}{before} ({}), limit {limit}", line.metric, grouped(line.now), change(line.before, line.now));
    for (n, (function, before, now)) in line.blame.iter().enumerate() {
        let lead = if n == 0 { "; grown: " } else { ", " };
        text += &format!("{lead}{function} by {} ({})", grouped(now - before), change(Some(*before), *now));
    }
    text
}
