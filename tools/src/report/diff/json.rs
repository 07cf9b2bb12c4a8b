//! For programs.

use serde_json::{Value, json};

use crate::diff::{Row, Side};
use crate::profile::Saved;

/// All functions, the most changed first.
pub(crate) fn json(a: &Saved, b: &Saved, rows: &[Row]) -> String {
    let side = |side: Option<Side>| {
        side.map_or(
            Value::Null,
            |Side { own, inclusive, calls }| json!({ "instructions": own, "inclusive": inclusive, "calls": calls }),
        )
    };
    let small = |n: i128| i64::try_from(n).unwrap_or(if n < 0 { i64::MIN } else { i64::MAX });
    let functions: Vec<Value> = rows
        .iter()
        .map(|row| {
            let cause = row.cause().map_or(
                Value::Null,
                |cause| json!({ "by_calls": small(cause.by_calls), "by_cost_per_call": small(cause.by_cost) }),
            );
            json!({
                "name": row.name,
                "a": side(row.before),
                "b": side(row.after),
                "change": small(row.change()),
                "cause": cause,
            })
        })
        .collect();
    let document = json!({
        "a": { "program": a.program, "instructions": a.instructions },
        "b": { "program": b.program, "instructions": b.instructions },
        "change": small(i128::from(b.instructions) - i128::from(a.instructions)),
        "functions": functions,
    });
    format!("{document:#}\n")
}
