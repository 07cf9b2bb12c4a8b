//! What criterion has saved of its last run, and how much of it is outliers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Outcome;
use crate::workspace::target;

/// The share of outliers that a quiet machine should not exceed.
const AIM: f64 = 0.02;

/// The times of a case.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Times {
    /// Nanoseconds an operation: the median.
    pub(crate) ns: f64,
    /// The ends of its 95 % confidence interval.
    pub(crate) interval: [f64; 2],
    /// The share of samples outside Tukey's inner fences, as criterion has drawn them.
    pub(crate) outliers: f64,
    /// How many samples there are.
    pub(crate) samples: usize,
}

/// The sample: batches of runs.
#[derive(Deserialize)]
struct Sample {
    /// Runs in each batch.
    iters: Vec<f64>,
    /// Nanoseconds of each batch.
    times: Vec<f64>,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

#[derive(Deserialize)]
struct Benchmark {
    throughput: Throughput,
}

#[derive(Deserialize)]
struct Throughput {
    #[serde(rename = "Elements")]
    operations: u64,
}

/// Everything that criterion has saved, by the case's path. Cases that it has not run are not there.
///
/// # Errors
/// A file of criterion's is not as expected.
pub(crate) fn read() -> Result<BTreeMap<String, Times>> {
    let folder = target()?.join("criterion");
    let mut all = BTreeMap::new();
    for case in benches::cases::all() {
        let saved = folder.join(case.group).join(case.name).join("new");
        if saved.exists() {
            all.insert(case.path(), read_case(&saved)?);
        }
    }
    Ok(all)
}

fn read_case(folder: &Path) -> Result<Times> {
    let Sample { iters, times } = json(&folder.join("sample.json"))?;
    // The fences: low severe, low mild, high mild, high severe.
    let [_, low, high, _]: [f64; 4] = json(&folder.join("tukey.json"))?;
    let Estimates { median } = json(&folder.join("estimates.json"))?;
    let Benchmark { throughput: Throughput { operations } } = json(&folder.join("benchmark.json"))?;
    let averages = iters.iter().zip(&times).map(|(runs, time)| time / runs);
    let outside = averages.filter(|average| !(low..=high).contains(average)).count();
    let operations = operations as f64;
    let Interval { lower_bound, upper_bound } = median.confidence_interval;
    Ok(Times {
        ns: median.point_estimate / operations,
        interval: [lower_bound / operations, upper_bound / operations],
        outliers: outside as f64 / times.len() as f64,
        samples: times.len(),
    })
}

fn json<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

/// Prints the times and the shares of outliers.
///
/// # Errors
/// There is nothing to print, or it cannot be read.
pub(crate) fn print() -> Result<Outcome> {
    let all = read()?;
    ensure!(!all.is_empty(), "criterion has saved nothing yet: run cargo bench -p benches --bench criterion");
    println!("| case | ns an operation | 95 % interval | samples | outliers | |");
    println!("|---|---:|---:|---:|---:|---|");
    for (path, Times { ns, interval: [low, high], outliers, samples }) in &all {
        let mark = if *outliers > AIM { "above 2 %" } else { "" };
        println!("| {path} | {ns:.3} | {low:.3} to {high:.3} | {samples} | {:.1} % | {mark} |", outliers * 100.0);
    }
    let above = all.values().filter(|times| times.outliers > AIM).count();
    if above == 0 {
        println!("\nNo case has more than 2 % outliers.");
    } else {
        println!(
            "\n{above} of {} cases have more than 2 % outliers: the machine was not quiet, and small differences mean nothing.",
            all.len()
        );
    }
    Ok(Outcome::Well)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_outside_the_inner_fences_are_outliers() {
        let folder = std::env::temp_dir().join(format!("benches-samples-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        write("sample.json", r#"{"sampling_mode":"Linear","iters":[1,2,4,1],"times":[100,200,404,300]}"#);
        write("tukey.json", "[90.0,95.0,110.0,120.0]");
        write(
            "estimates.json",
            r#"{"median":{"confidence_interval":{"confidence_level":0.95,"lower_bound":100,"upper_bound":102},
                "point_estimate":100.5,"standard_error":1}}"#,
        );
        write("benchmark.json", r#"{"group_id":"load","throughput":{"Elements":50}}"#);
        let times = read_case(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(times, Times { ns: 2.01, interval: [2.0, 2.04], outliers: 0.25, samples: 4 });
    }
}
