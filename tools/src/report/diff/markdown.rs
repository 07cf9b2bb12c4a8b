//! A table for a comment in a review.

use std::fmt::Write as _;

use super::{percent, sides, signed};
use crate::diff::Row;
use crate::profile::Saved;
use crate::report::number::grouped;

/// The `most` functions that changed most.
pub(crate) fn markdown(a: &Saved, b: &Saved, rows: &[Row], most: usize) -> String {
    let change = i128::from(b.instructions) - i128::from(a.instructions);
    let mut text = format!(
        "**{} instructions, {}** ({} in A, {} in B)\n\n| function | A | B | change | | why |\n|---|---:|---:|---:|---:|---|\n",
        signed(change),
        match percent(a.instructions, b.instructions) {
            same if same.is_empty() => "no change".to_owned(),
            percent => percent,
        },
        grouped(a.instructions),
        grouped(b.instructions)
    );
    for row in rows.iter().filter(|row| row.change() != 0).take(most) {
        let (before, after) = sides(row);
        let own = |side: Option<crate::diff::Side>| side.unwrap_or_default().own;
        let _ = writeln!(
            text,
            "| `{}` | {before} | {after} | {} | {} | {} |",
            row.name.replace(['`', '|', '\n'], " "),
            signed(row.change()),
            percent(own(row.before), own(row.after)),
            row.reason()
        );
    }
    text
}
