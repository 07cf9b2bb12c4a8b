//! The program `benches`: judges what the harnesses measure. Exit status 0 is well, 1 a regression, 125 an error.

mod compare;
mod gate;
mod history;
mod ratio;
mod report;
mod samples;
mod turns;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Times the emulator and compares: with limits, with another build, with the past.
#[derive(Parser)]
#[command(name = "benches")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Counts host instructions and cache events of every case and compares them with benches/limits.toml
    Gate {
        /// Make what is counted now the new limits
        #[arg(long, requires = "reason")]
        bless: bool,
        /// Why the limits change; it is kept in the file
        #[arg(long, requires = "bless", value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: Option<String>,
    },
    /// Runs two builds of the emulator in turns over the kernels
    Compare(compare::Args),
    /// Times some cases in turns and compares each with the first of them
    Turns(turns::Args),
    /// Shows the times that criterion has measured last, and how many of its samples are outliers
    Outliers,
    /// Adds what was measured last to benches/history
    Record {
        /// Take criterion's times too: the last run of that harness was of this commit
        #[arg(long)]
        times: bool,
    },
    /// Makes a page of benches/history
    Report {
        /// The page [default: benches/report.html in the target directory]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// The newest entry for github-action-benchmark, in its form customSmallerIsBetter
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
}

/// How it went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Well,
    Regression,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to tell if this cannot be printed.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(125) } else { ExitCode::SUCCESS };
        }
    };
    match run(cli.command) {
        Ok(Outcome::Well) => ExitCode::SUCCESS,
        Ok(Outcome::Regression) => ExitCode::from(1),
        Err(error) => {
            eprintln!("benches: {error:#}");
            ExitCode::from(125)
        }
    }
}

fn run(command: Command) -> Result<Outcome> {
    match command {
        Command::Gate { bless: _, reason } => gate::run(reason.as_deref()),
        Command::Compare(args) => compare::run(&args),
        Command::Turns(args) => turns::run(&args),
        Command::Outliers => samples::print(),
        Command::Record { times } => history::record(times),
        Command::Report { output, json } => report::run(output, json),
    }
}
