//! Some cases in turns in one process: on a machine whose clock wanders by half, only what ran within the same
//! millisecond can be compared. Criterion, which runs one case after the other, tells how long each takes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use benches::{Prepared, cases};
use statrs::statistics::{Data, Median};

use crate::Outcome;
use crate::ratio::Ratio;

/// How long a case runs before it is the next one's turn: long for a clock, short for what else goes on in the host.
const SAMPLE: Duration = Duration::from_micros(50);
/// Medians of that many turns each are what the interval is taken of: one turn may be interrupted.
const BLOCKS: usize = 20;

/// What to time.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The case that the others are compared with, as `load/aligned_4`
    reference: String,
    /// The other cases
    #[arg(required = true, value_name = "CASE")]
    cases: Vec<String>,
    /// How often it is each case's turn
    #[arg(long, default_value_t = 4000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    turns: u32,
}

/// A case and what its turns took.
struct Timed {
    path: String,
    prepared: Prepared,
    /// Runs a turn: about [`SAMPLE`].
    runs: u32,
    /// Nanoseconds an operation, by turn.
    turns: Vec<f64>,
}

/// Times and prints.
///
/// # Errors
/// There is no case of a name.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let mut timed =
        std::iter::once(&args.reference).chain(&args.cases).map(|path| Timed::new(path)).collect::<Result<Vec<_>>>()?;
    let count = timed.len();
    for turn in 0..args.turns as usize {
        // Whoever follows a certain other may find the host's caches as that one leaves them.
        for place in 0..count {
            timed[(turn + place) % count].take_turn();
        }
    }

    println!("| case | ns, least | ns, median | against {} | 95 % interval |", args.reference);
    println!("|---|---:|---:|---:|---:|");
    let (reference, others) = timed.split_first().expect("there is a reference");
    println!("| {} | {:.3} | {:.3} | | |", reference.path, reference.least(), median(&reference.turns));
    for case in others {
        let ratio = case.against(reference)?;
        let [low, high] = ratio.interval;
        let (least, median) = (case.least(), median(&case.turns));
        println!("| {} | {least:.3} | {median:.3} | {:.3} | {low:.3} to {high:.3} |", case.path, ratio.estimate);
    }
    println!("\n{} turns of {} us each.", args.turns, SAMPLE.as_micros());
    Ok(Outcome::Well)
}

impl Timed {
    fn new(path: &str) -> Result<Timed> {
        let all = cases::all();
        let case = all.iter().find(|case| case.path() == path).with_context(|| {
            let paths: Vec<String> = all.iter().map(|case| case.path()).collect();
            let nearest = paths.iter().min_by_key(|other| strsim::damerau_levenshtein(path, other));
            format!("no case {path:?}; the nearest name is {:?}", nearest.expect("there are cases"))
        })?;
        let mut prepared = (case.prepare)();
        let mut runs = 1;
        // The clock is read twice a turn, some 50 ns: a thousandth.
        while time(&mut prepared, runs) < SAMPLE / 2 {
            runs *= 2;
        }
        Ok(Timed { path: path.to_owned(), prepared, runs, turns: Vec::new() })
    }

    fn take_turn(&mut self) {
        let operations = self.prepared.operations() * u64::from(self.runs);
        let took = time(&mut self.prepared, self.runs);
        self.turns.push(took.as_nanos() as f64 / operations as f64);
    }

    fn least(&self) -> f64 {
        self.turns.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// How many times as long as the reference's turns its own took.
    fn against(&self, reference: &Timed) -> Result<Ratio> {
        let ratios: Vec<f64> = self.turns.iter().zip(&reference.turns).map(|(own, other)| (own / other).ln()).collect();
        let medians: Vec<f64> = ratios.chunks(ratios.len().div_ceil(BLOCKS)).map(median).collect();
        Ratio::of(&medians)
    }
}

/// The time of that many runs.
fn time(prepared: &mut Prepared, runs: u32) -> Duration {
    let begin = Instant::now();
    for _ in 0..runs {
        black_box(prepared.run());
    }
    begin.elapsed()
}

fn median(values: &[f64]) -> f64 {
    Data::new(values.to_vec()).median()
}
