//! The page of the history, and the newest figures for github-action-benchmark.

mod chart;
mod page;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::Outcome;
use crate::history::{self, Entry};
use crate::workspace::target;

/// Writes the page, and the JSON where it is wanted.
///
/// # Errors
/// There is no history, or a file cannot be written.
pub(crate) fn run(output: Option<PathBuf>, json: Option<PathBuf>) -> Result<Outcome> {
    let entries = history::read()?;
    let output = match output {
        Some(output) => output,
        None => target()?.join("benches/report.html"),
    };
    let text = page::page(&entries, &benches::cases::all()).into_string();
    fs::write(&output, text).with_context(|| output.display().to_string())?;
    println!("{}", output.display());
    if let (Some(json), Some(newest)) = (json, entries.last()) {
        let text = serde_json::to_string_pretty(&smaller_is_better(newest))?;
        fs::write(&json, text).with_context(|| json.display().to_string())?;
        println!("{}", json.display());
    }
    Ok(Outcome::Well)
}

/// A figure as github-action-benchmark wants it.
#[derive(Serialize, PartialEq, Debug)]
struct Benchmark {
    name: String,
    unit: &'static str,
    value: f64,
}

fn smaller_is_better(entry: &Entry) -> Vec<Benchmark> {
    let of_case = |(path, figures): (&String, &history::Figures)| {
        let instructions = Benchmark {
            name: format!("{path}, host instructions"),
            unit: "instructions/operation",
            value: figures.instructions,
        };
        let time = figures.ns.map(|value| Benchmark { name: format!("{path}, time"), unit: "ns/operation", value });
        [Some(instructions), time].into_iter().flatten()
    };
    entry.cases.iter().flat_map(of_case).collect()
}

#[cfg(test)]
mod tests;
