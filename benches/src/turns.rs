//! Some cases in turns in one process. On a machine whose clock wanders by half, only what ran within the same millisecond
//! can be compared; and where in the host's memory a case's data lie can be worth as much, so each case is set up often.
//! Criterion, which runs one case after the other, tells how long each takes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use benches::{Case, Prepared, cases};
use statrs::statistics::{Data, Median};

use crate::Outcome;
use crate::ratio::Ratio;

/// How long a case runs before it is the next one's turn: long for a clock, short for what else goes on in the host.
const TURN: Duration = Duration::from_micros(50);

/// What to time.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The case that the others are compared with, as `load/aligned_4`
    reference: String,
    /// The other cases
    #[arg(required = true, value_name = "CASE")]
    cases: Vec<String>,
    /// How often each case is set up, with its data elsewhere in memory
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(3..=1000))]
    instances: u32,
    /// How many turns each of them has
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(5..=10_000))]
    turns: u32,
}

/// A case and what its turns took.
struct Timed {
    path: String,
    instances: Vec<Instance>,
    /// Runs a turn: about [`TURN`].
    runs: u32,
}

/// A case that was set up.
struct Instance {
    prepared: Prepared,
    /// Nanoseconds an operation, by turn.
    turns: Vec<f64>,
}

/// Times and prints.
///
/// # Errors
/// There is no case of a name.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let paths = std::iter::once(&args.reference).chain(&args.cases);
    let mut timed = paths.map(|path| Ok(Timed::new(find(path)?, args.instances))).collect::<Result<Vec<_>>>()?;
    for instance in 0..args.instances as usize {
        for turn in 0..args.turns {
            // There and back: a clock that rises favours nobody.
            if turn % 2 == 0 {
                timed.iter_mut().for_each(|case| case.take_turn(instance));
            } else {
                timed.iter_mut().rev().for_each(|case| case.take_turn(instance));
            }
        }
    }

    println!("| case | ns, least | ns, median | against {} | 95 % interval |", args.reference);
    println!("|---|---:|---:|---:|---:|");
    let (reference, others) = timed.split_first().expect("there is a reference");
    println!("| {} | {:.3} | {:.3} | | |", reference.path, reference.least(), reference.median());
    for case in others {
        let ratio = case.against(reference)?;
        let [low, high] = ratio.interval;
        let (least, median) = (case.least(), case.median());
        println!("| {} | {least:.3} | {median:.3} | {:.3} | {low:.3} to {high:.3} |", case.path, ratio.estimate);
    }
    let (instances, turns, micros) = (args.instances, args.turns, TURN.as_micros());
    println!("\nEach case set up {instances} times, {turns} turns of {micros} us each.");
    Ok(Outcome::Well)
}

fn find(path: &str) -> Result<Case> {
    let mut all = cases::all();
    let Some(place) = all.iter().position(|case| case.path() == path) else {
        let nearest = all.iter().map(Case::path).min_by_key(|other| strsim::damerau_levenshtein(path, other));
        anyhow::bail!("no case {path:?}; the nearest name is {:?}", nearest.context("there are no cases")?);
    };
    Ok(all.swap_remove(place))
}

impl Timed {
    fn new(case: Case, instances: u32) -> Timed {
        let instance = |_| Instance { prepared: (case.prepare)(), turns: Vec::new() };
        let mut instances: Vec<Instance> = (0..instances).map(instance).collect();
        let mut runs = 1;
        while time(&mut instances[0].prepared, runs) < TURN / 2 {
            runs *= 2;
        }
        Timed { path: case.path(), instances, runs }
    }

    fn take_turn(&mut self, instance: usize) {
        let instance = &mut self.instances[instance];
        // The others' turns have taken the host's caches.
        time(&mut instance.prepared, self.runs.div_ceil(8));
        let took = time(&mut instance.prepared, self.runs);
        let operations = instance.prepared.operations() * u64::from(self.runs);
        instance.turns.push(took.as_nanos() as f64 / operations as f64);
    }

    fn all(&self) -> impl Iterator<Item = f64> {
        self.instances.iter().flat_map(|instance| &instance.turns).copied()
    }

    fn least(&self) -> f64 {
        self.all().fold(f64::INFINITY, f64::min)
    }

    fn median(&self) -> f64 {
        median(self.all().collect())
    }

    /// How many times as long as the reference's turns its own took: of each instance the median, as a turn may have been
    /// interrupted, of these the geometric mean.
    fn against(&self, reference: &Timed) -> Result<Ratio> {
        let instances = self.instances.iter().zip(&reference.instances);
        let logarithms: Vec<f64> = instances
            .map(|(own, other)| {
                median(own.turns.iter().zip(&other.turns).map(|(own, other)| own / other).collect()).ln()
            })
            .collect();
        Ratio::of(&logarithms)
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

fn median(values: Vec<f64>) -> f64 {
    Data::new(values).median()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(turns: &[[f64; 3]]) -> Timed {
        let mut timed = Timed::new(find("reference/read_8").unwrap(), turns.len() as u32);
        for (instance, turns) in timed.instances.iter_mut().zip(turns) {
            instance.turns = turns.to_vec();
        }
        timed
    }

    #[test]
    fn one_interrupted_turn_changes_nothing_and_instances_weigh_the_same() {
        let reference = timed(&[[1.0, 1.0, 1.0], [1.0, 2.0, 4.0]]);
        // Twice as slow in one place, with a turn that was interrupted, half as slow in the other.
        let other = timed(&[[2.0, 90.0, 2.0], [0.5, 1.0, 2.0]]);
        assert!((other.against(&reference).unwrap().estimate - 1.0).abs() < 1e-12);
        assert_eq!((other.least(), reference.median()), (0.5, 1.0));
    }

    #[test]
    fn turns_are_of_the_length_that_was_meant() {
        let mut timed = Timed::new(find("load/aligned_4").unwrap(), 1);
        timed.take_turn(0);
        assert!(timed.runs > 1 && timed.instances[0].turns.len() == 1);
    }

    #[test]
    fn a_name_that_is_none_is_told_with_its_nearest() {
        let error = find("load/aligned4").err().unwrap().to_string();
        assert!(error.contains("\"load/aligned_4\""), "{error}");
    }
}
