//! Many programs: what the program `agree` does.
//!
//! Programs run in processes of their own, as translated code that is wrong may take a process with it, or never come
//! back.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::{Parser, ValueEnum};

use super::program::World;
use super::shrink::shrink;
use super::{Done, Program, a64, riscv, run};

/// How long a program may take, shrinking included.
const PATIENCE: Duration = Duration::from_secs(50);

/// Whose programs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
enum Guest {
    Riscv,
    Aarch64,
}

impl Guest {
    fn name(self) -> &'static str {
        match self {
            Guest::Riscv => "riscv",
            Guest::Aarch64 => "aarch64",
        }
    }
}

/// What it takes.
#[derive(Debug, Parser)]
pub struct Arguments {
    /// Programs for this instruction set
    #[arg(long, value_enum, default_value_t = Guest::Riscv)]
    guest: Guest,
    /// How many programs
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    programs: u64,
    /// The first one; printed in any case [default: from the clock]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Stop only after so many programs on which the engines part
    #[arg(long, value_name = "N", default_value_t = 1)]
    keep_going: u64,
    /// Processes at once [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
    /// Be one of the processes: this one of how many
    #[arg(long, hide = true, num_args = 2)]
    worker: Option<Vec<u64>>,
}

/// Runs programs as `arguments` say.
pub fn main(arguments: &Arguments) -> ExitCode {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let seed = arguments.seed.unwrap_or_else(now);
    let result = match arguments.worker.as_deref() {
        Some(&[number, step]) if step > 0 => {
            let seeds = (seed..seed + arguments.programs).skip(number as usize).step_by(step as usize);
            match arguments.guest {
                Guest::Riscv => work::<riscv::World>(seeds),
                Guest::Aarch64 => work::<a64::World>(seeds),
            }
        }
        Some(_) => Err("a worker is one of at least one".into()),
        None => oversee(arguments, seed),
    };
    result.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(2)
    })
}

/// What a worker says, a line each: `begins SEED`, `done INSNS TRANSLATED ...`, and everything else is text for people.
fn work<W: World>(seeds: impl Iterator<Item = u64>) -> Result<ExitCode, String> {
    // What panics is a difference, and told with it.
    std::panic::set_hook(Box::new(|_| ()));
    let mut out = std::io::stdout().lock();
    let mut say = |text: String| writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|error| error.to_string());
    for seed in seeds {
        say(format!("begins {seed}"))?;
        let program = Program::<W>::new(seed);
        match run(&program) {
            Ok(done) => say(format!("done {}", done.0.map(|n| n.to_string()).join(" ")))?,
            Err(difference) => {
                let (small, difference) = shrink(&program, &difference);
                say(format!("differs {seed}"))?;
                say(format!("  shrunk from {} to {} instructions:", program.insns(), small.insns()))?;
                say(format!("  {:?}\n  {:?}\n{}{difference}", small.world, small.running, small.listing()))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a process has said, or that it has ended.
enum Said {
    Line(u64, String),
    Ended(u64),
}

fn oversee(arguments: &Arguments, seed: u64) -> Result<ExitCode, String> {
    println!("seed {seed}");
    let jobs = arguments.jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, |n| n.get() as u64)).max(1);
    let (sender, said) = channel();
    let mut workers: Vec<Child> =
        (0..jobs).map(|number| start(arguments, seed, number, jobs, &sender)).collect::<Result<_, _>>()?;
    drop(sender);
    let (mut running, mut alive): (BTreeMap<u64, u64>, u64) = (BTreeMap::new(), jobs);
    let (mut sum, mut agreed, mut differing) = (Done::default(), 0, 0);
    let started = Instant::now();
    let headline = |seed: u64, what: &str| {
        println!("\nprogram {seed}: {what}");
        let guest = arguments.guest.name();
        println!(
            "  again: cargo run --release -p guest-tests --bin agree -- --guest {guest} --seed {seed} --programs 1"
        );
    };
    while alive > 0 && differing < arguments.keep_going {
        match said.recv_timeout(PATIENCE) {
            Ok(Said::Line(worker, line)) => match line.split_once(' ') {
                Some(("begins", seed)) => {
                    running.insert(worker, seed.parse().map_err(|_| format!("what is {line:?}?"))?);
                }
                Some(("done", counts)) => {
                    running.remove(&worker);
                    agreed += 1;
                    sum.0.iter_mut().zip(counts.split(' ')).for_each(|(sum, n)| *sum += n.parse::<u64>().unwrap_or(0));
                }
                Some(("differs", _)) => {
                    if let Some(seed) = running.remove(&worker) {
                        headline(seed, "the engines part");
                    }
                }
                _ => {
                    println!("{line}");
                    // The last line of a report.
                    differing += u64::from(line.is_empty());
                }
            },
            Ok(Said::Ended(worker)) => {
                alive -= 1;
                let status = workers[worker as usize].wait().map_err(|error| error.to_string())?;
                if let Some(seed) = running.remove(&worker) {
                    headline(seed, &format!("the process ended with {status}"));
                    differing += 1;
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                running.values().for_each(|&seed| headline(seed, "it takes too long"));
                differing += running.len() as u64;
                break;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    for worker in &mut workers {
        // Those that have ended cannot be killed.
        let _ = worker.kill();
        let _ = worker.wait();
    }
    println!("{agreed} programs agree, {differing} do not, after {} s", started.elapsed().as_secs());
    for (name, n) in Done::NAMES.iter().zip(sum.0) {
        println!("{n:>12} {name}");
    }
    let all_ran = agreed + differing >= arguments.programs;
    Ok(if differing == 0 && all_ran { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn start(arguments: &Arguments, seed: u64, number: u64, jobs: u64, said: &Sender<Said>) -> Result<Child, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(&program);
    command.args(["--guest", arguments.guest.name()]);
    command.args(["--programs", &arguments.programs.to_string(), "--seed", &seed.to_string()]);
    command.args(["--worker", &number.to_string(), &jobs.to_string()]).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let said = said.clone();
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if said.send(Said::Line(number, line)).is_err() {
                return;
            }
        }
        let _ = said.send(Said::Ended(number));
    });
    Ok(child)
}
