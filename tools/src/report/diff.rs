//! The forms in which two profiles are compared.

mod html;
mod json;
mod markdown;
mod text;

pub(crate) use html::html;
pub(crate) use json::json;
pub(crate) use markdown::markdown;
pub(crate) use text::{code, text};

use super::number::grouped;
use crate::diff::Row;

/// A count with its sign.
fn signed(n: i128) -> String {
    let sign = if n < 0 { "-" } else { "+" };
    let digits = grouped(u64::try_from(n.unsigned_abs()).unwrap_or(u64::MAX));
    if n == 0 { "=".to_owned() } else { format!("{sign}{digits}") }
}

/// How many per cent more.
fn percent(before: u64, after: u64) -> String {
    match before {
        _ if before == after => String::new(),
        0 => "new".to_owned(),
        _ => format!("{:+.2} %", (after as f64 - before as f64) * 100.0 / before as f64),
    }
}

/// The count of a row on each side; nothing if it did not run.
fn sides(row: &Row) -> (String, String) {
    let own = |side: Option<crate::diff::Side>| side.map(|side| grouped(side.own)).unwrap_or_default();
    (own(row.before), own(row.after))
}
