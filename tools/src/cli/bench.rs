//! `emu bench`: runs the benchmarks of a `bench.toml`, compares them with the committed baseline, and fails a build in which something
//! has grown.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;

use super::machine::{Engine, MachineArgs};
use crate::bench::config::{Bench, Config, DEFAULT_FILE};
use crate::bench::measure::measure;
use crate::bench::results::{Outcome, Results};
use crate::bench::verdict::{Verdict, judge};
use crate::output;
use crate::report::bench as report;
use crate::status::Status;
use crate::values::{self, Shard};

/// What `emu bench` takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The description of the benchmarks, or a folder that has a bench.toml
    #[arg(default_value = DEFAULT_FILE)]
    config: PathBuf,
    /// Take only benchmarks whose name contains this text; may be given several times
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Take only part I of N; emu bench merge puts the parts together
    #[arg(long, value_name = "I/N", value_parser = values::shard)]
    shard: Option<Shard>,
    /// What executes the instructions; it changes no number
    #[arg(long, value_enum, default_value_t = Engine::Auto)]
    engine: Engine,
    /// Run so many benchmarks at a time [default: one per host processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    #[command(flatten)]
    use_of: Use,
}

/// What is done with results.
#[derive(Clone, Debug, clap::Args)]
struct Use {
    /// Fail with status 1 if a limit does not hold, or if there is no baseline for it
    #[arg(long)]
    check: bool,
    /// Make these results the baseline
    #[arg(long, requires = "reason", conflicts_with = "check")]
    bless: bool,
    /// Why the numbers may change; kept in the baseline
    #[arg(long, value_name = "TEXT", requires = "bless")]
    reason: Option<String>,
    /// Compare with this file [default: the one that the description names, else NAME.baseline.json beside it]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Show the results so: table, all (a table of all numbers), markdown, json, junit, github (annotations), gab
    /// (github-action-benchmark); on standard output, or in a file. May be given several times
    #[arg(long, value_name = "FORM[=FILE]", value_delimiter = ',', default_value = "table", value_parser = form)]
    format: Vec<(Form, Option<PathBuf>)>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Put the results of shards (--format json=FILE) together, and go on as if they had been run at once
    Merge {
        /// The results
        #[arg(required = true, value_name = "FILE")]
        results: Vec<PathBuf>,
        /// The description of the benchmarks, or a folder that has a bench.toml
        #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
        config: PathBuf,
        #[command(flatten)]
        use_of: Use,
    },
}

/// A form in which results are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Table,
    All,
    Markdown,
    Json,
    Junit,
    Github,
    Gab,
}

/// `markdown`, or `markdown=FILE`.
fn form(text: &str) -> Result<(Form, Option<PathBuf>), String> {
    let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(PathBuf::from(file))));
    let form = match name {
        "table" => Form::Table,
        "all" => Form::All,
        "markdown" => Form::Markdown,
        "json" => Form::Json,
        "junit" => Form::Junit,
        "github" => Form::Github,
        "gab" => Form::Gab,
        _ => return Err("give table, all, markdown, json, junit, github or gab, with =FILE for a file".to_owned()),
    };
    Ok((form, file))
}

pub(super) fn main(args: &Args) -> Result<Status> {
    if let Some(Command::Merge { results, config, use_of }) = &args.command {
        let parts = results.iter().map(|path| Ok((path.display().to_string(), Results::read(path)?)));
        let whole = Results::merge(parts.collect::<Result<Vec<_>>>()?)?;
        return use_of.conclude(&Config::read(config)?, whole);
    }
    let config = Config::read(&args.config)?;
    let is_part = args.shard.is_some() || !args.filter.is_empty();
    ensure!(!(args.use_of.bless && is_part), "--bless: a baseline has all benchmarks; leave --shard and --filter out");
    let benches = select(args, &config)?;
    let results = run(args, &benches)?;
    args.use_of.conclude(&config, results)
}

fn select<'c>(args: &Args, config: &'c Config) -> Result<Vec<&'c Bench>> {
    let wanted =
        |bench: &&Bench| args.filter.is_empty() || args.filter.iter().any(|text| bench.name.contains(text.as_str()));
    let benches: Vec<&Bench> = config.benches.iter().filter(wanted).collect();
    if benches.is_empty() {
        bail!("--filter leaves none of {} benchmarks; correct the text", config.benches.len());
    }
    let part = |position: usize| args.shard.is_none_or(|shard| shard.has(position));
    Ok(benches.into_iter().enumerate().filter(|&(position, _)| part(position)).map(|(_, bench)| bench).collect())
}

fn run(args: &Args, benches: &[&Bench]) -> Result<Results> {
    let bar = progress_bar(benches.len());
    let machine = MachineArgs { engine: args.engine, ..MachineArgs::default() };
    let one = |bench: &&Bench| {
        let outcome = measure(bench, &machine)?;
        bar.inc(1);
        Ok((bench.name.clone(), outcome))
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.jobs.map_or(0, usize::from)).build();
    let pool = pool.context("no threads to run the benchmarks on; use --jobs with a smaller number")?;
    let outcomes: Vec<Result<(String, Outcome)>> = pool.install(|| benches.par_iter().map(one).collect());
    bar.finish_and_clear();
    Ok(Results::new(outcomes.into_iter().collect::<Result<BTreeMap<_, _>>>()?))
}

fn progress_bar(benches: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(benches as u64), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:40} {pos}/{len} benchmarks, {elapsed}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

impl Use {
    /// Compares, shows, blesses or checks.
    fn conclude(&self, config: &Config, mut results: Results) -> Result<Status> {
        let place = self.baseline.as_deref().unwrap_or(&config.baseline);
        let baseline = self.read_baseline(config, place)?;
        let verdicts = judge(config, &results, baseline.as_ref());
        for (form, file) in &self.format {
            let text = show(*form, config, &results, &verdicts);
            match file {
                None => output::print(&text)?,
                Some(file) => output::replace(file, &text).context("--format")?,
            }
        }
        let failed = results.benchmarks.values().any(|outcome| outcome.failure.is_some());
        if self.bless {
            if failed {
                bail!("--bless: a benchmark has failed, so {} stays as it is; mend that first", place.display());
            }
            results.reason.clone_from(&self.reason);
            output::replace(place, &results.text()).context("--bless")?;
        }
        let bad = failed || self.check && verdicts.iter().any(|verdict| !verdict.holds());
        Ok(if bad { Status::Failed } else { Status::Success })
    }

    /// The baseline, if it is there or has to be. A new one does not need the old one.
    fn read_baseline(&self, config: &Config, place: &Path) -> Result<Option<Results>> {
        if place.exists() {
            let read = Results::read(place);
            return if self.bless { Ok(read.ok()) } else { read.map(Some) };
        }
        let is_needed = self.check && config.refers_to_baseline();
        if is_needed || self.baseline.is_some() && !self.bless {
            bail!("{}: there is no baseline; make one with emu bench --bless --reason TEXT", place.display());
        }
        Ok(None)
    }
}

fn show(form: Form, config: &Config, results: &Results, verdicts: &[Verdict]) -> String {
    match form {
        Form::Table => report::table(verdicts, false),
        Form::All => report::table(verdicts, true),
        Form::Markdown => report::markdown(verdicts),
        Form::Json => results.text(),
        Form::Junit => report::junit(verdicts),
        Form::Github => report::annotations(verdicts, &config.path.display().to_string()),
        Form::Gab => report::gab(results),
    }
}
