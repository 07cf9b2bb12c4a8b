//! For the terminal.

use std::fmt::Write as _;

use super::{percent, sides, signed};
use crate::diff::{Pair, Row};
use crate::profile::Saved;
use crate::report::number::grouped;

/// The `most` functions that changed most.
pub(crate) fn text(a: &Saved, b: &Saved, rows: &[Row], most: usize) -> String {
    let mut text = format!(
        "\n {:>18}  A: {}\n {:>18}  B: {}\n",
        grouped(a.instructions),
        a.program,
        grouped(b.instructions),
        b.program
    );
    let change = i128::from(b.instructions) - i128::from(a.instructions);
    let _ = writeln!(text, " {:>18}  {}", signed(change), percent(a.instructions, b.instructions));
    let changed: Vec<&Row> = rows.iter().filter(|row| row.change() != 0 || !row.reason().is_empty()).collect();
    if changed.is_empty() {
        text.push_str("\n no function has changed\n");
        return text;
    }
    let _ = writeln!(text, "\n {:>16} {:>16} {:>16}  function", "A", "B", "change");
    for row in changed.iter().take(most) {
        let (before, after) = sides(row);
        let reason = row.reason();
        let reason = if reason.is_empty() { reason } else { format!(": {reason}") };
        let _ = writeln!(text, " {before:>16} {after:>16} {:>16}  {}{reason}", signed(row.change()), row.name);
    }
    if changed.len() > most {
        let rest: i128 = changed[most..].iter().map(|row| row.change()).sum();
        let _ = writeln!(text, " {:>16} {:>16} {:>16}  {} more functions", "", "", signed(rest), changed.len() - most);
    }
    text
}

/// The instructions of a function: in front of those on one side only `-` or `+`.
pub(crate) fn code(name: &str, pairs: &[Pair]) -> String {
    let mut text = format!("\n {name}:\n\n {:>16} {:>16} {:>16}\n", "A", "B", "change");
    if pairs.is_empty() {
        text.push_str(" too long to be matched, or unknown\n");
    }
    for pair in pairs {
        let count = |n: Option<u64>| n.map(grouped).unwrap_or_default();
        let (mark, change) = match (pair.before, pair.after) {
            (Some(before), Some(after)) if before == after => (' ', String::new()),
            (Some(before), Some(after)) => (' ', signed(i128::from(after) - i128::from(before))),
            (Some(before), None) => ('-', signed(-i128::from(before))),
            (None, after) => ('+', signed(i128::from(after.unwrap_or(0)))),
        };
        let _ =
            writeln!(text, " {:>16} {:>16} {change:>16}  {mark} {}", count(pair.before), count(pair.after), pair.text);
    }
    text
}
