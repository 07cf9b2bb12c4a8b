//! What github-action-benchmark reads as `customSmallerIsBetter`: a list of names, units and values.

use serde_json::{Value, json};

use crate::bench::results::Results;

/// All metrics of all benchmarks that ran as they should.
pub(crate) fn gab(results: &Results) -> String {
    let good = results.benchmarks.iter().filter(|(_, outcome)| outcome.failure.is_none());
    let entries: Vec<Value> = good
        .flat_map(|(name, outcome)| {
            outcome.metrics.iter().map(move |(metric, value)| {
                let unit = metric.rsplit([' ', '_']).next().unwrap_or(metric);
                json!({ "name": format!("{name}: {metric}"), "unit": unit, "value": value })
            })
        })
        .collect();
    format!("{:#}\n", Value::from(entries))
}
