//! `emu test`: runs every program under some paths, several at a time, and judges each.

mod find;
mod judge;

use std::fmt::Write;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;

use super::machine::{Limits, MachineArgs};
use crate::output;
use crate::report::junit;
use crate::report::number::grouped;
use crate::status::Status;
use crate::values::{self, Shard};
use judge::Verdict;

/// What `emu test` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Programs, and directories to search for programs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    machine: MachineArgs,
    /// Take only tests whose path contains this text; may be given several times
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Take only part I of N
    #[arg(long, value_name = "I/N", value_parser = values::shard)]
    shard: Option<Shard>,
    /// A test that has retired so many instructions has failed
    #[arg(long, value_name = "N", default_value = "2G", value_parser = values::count)]
    max_insns: u64,
    /// A test that has run so long on the host has failed
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    timeout: Option<Duration>,
    /// Run so many tests at a time [default: one per host processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let (programs, found) = select(args)?;
    let bar = progress_bar(programs.len());
    let limits = Limits { max_insns: Some(args.max_insns), timeout: args.timeout };
    let judge = |path: &PathBuf| {
        let verdict = judge::judge(path, &args.machine, limits);
        tracing::info!("{}: {}", verdict.name, if verdict.failure.is_none() { "passed" } else { "failed" });
        bar.inc(1);
        verdict
    };

    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.jobs.map_or(0, usize::from)).build();
    let pool = pool.context("no threads to run the tests on; use --jobs with a smaller number")?;
    let start = Instant::now();
    // The results come in the order of the programs, however long each takes.
    let verdicts: Vec<Verdict> = pool.install(|| programs.par_iter().map(judge).collect());
    let time = start.elapsed();
    bar.finish_and_clear();

    output::print(&summary(&verdicts, found, time))?;
    if let Some(path) = &args.junit {
        let cases: Vec<_> = verdicts.iter().map(Verdict::case).collect();
        output::save(path, &junit::document("emu test", &cases)).context("--junit")?;
    }
    Ok(if verdicts.iter().all(|v| v.failure.is_none()) { Status::Success } else { Status::Failed })
}

/// The programs to run, and how many there were before they were shared out.
fn select(args: &Args) -> Result<(Vec<PathBuf>, usize)> {
    let mut found = find::search(&args.paths)?;
    let paths = || args.paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" ");
    if found.programs.is_empty() {
        match found.skipped {
            0 => bail!("{}: no ELF program found; build the tests or correct the path", paths()),
            n => bail!(
                "{}: no program for RISC-V or AArch64 among {n} ELF files; build the tests for one of them and link them",
                paths()
            ),
        }
    }
    if found.skipped > 0 {
        tracing::info!("{} ELF files are object files or for other machines: left alone", found.skipped);
    }
    if !args.filter.is_empty() {
        let all = found.programs.len();
        found.programs.retain(|p| args.filter.iter().any(|f| p.to_string_lossy().contains(f.as_str())));
        if found.programs.is_empty() {
            bail!("{}: --filter leaves none of {all} tests; correct the text", paths());
        }
    }
    let count = found.programs.len();
    if let Some(shard) = args.shard {
        let mut position = 0..;
        found.programs.retain(|_| position.next().is_some_and(|p| shard.has(p)));
    }
    Ok((found.programs, count))
}

fn progress_bar(tests: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(tests as u64), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:40} {pos}/{len} tests, {elapsed}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The failures with their reasons, then one line with the numbers.
fn summary(verdicts: &[Verdict], found: usize, time: Duration) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    for verdict in verdicts {
        let Some(failure) = &verdict.failure else { continue };
        let _ = writeln!(out, "FAIL {}: {}", verdict.name, failure.reason);
        for line in failure.tail.lines() {
            let _ = writeln!(out, "     | {line}");
        }
    }
    let failed = verdicts.iter().filter(|v| v.failure.is_some()).count();
    let insns = grouped(verdicts.iter().map(|v| v.insns).sum());
    let _ = write!(out, "{} passed, {failed} failed", verdicts.len() - failed);
    if found != verdicts.len() {
        let _ = write!(out, " ({} of {found} tests are in this shard)", verdicts.len());
    }
    let _ = writeln!(out, ": {insns} instructions in {:.2} s", time.as_secs_f64());
    out
}
