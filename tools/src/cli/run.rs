//! `emu run`: one program, its console on this terminal, until it ends.

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use emu_core::image::Image;
use emu_devices::console::Console;
use emu_devices::virtio::block::{Disk, DiskSpec};

use super::insight::{self, InsightArgs};
use super::machine::{Limits, MachineArgs, Notes};
use crate::guest::{Guest, family, with_guest};
use crate::profile::Lines;
use crate::program::{self, CommandLine, RawArgs};
use crate::report::coverage::{drcov, lcov};
use crate::report::signature;
use crate::session::{End, Session};
use crate::status::{GUEST_MAX, Status};
use crate::verify::Lab;
use crate::{coverage, input, output, terminal, values, verify};

/// What `emu run` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ELF program, or a raw image with --load
    program: PathBuf,
    #[command(flatten)]
    command_line: CommandLine,
    #[command(flatten)]
    raw: RawArgs,
    #[command(flatten)]
    machine: MachineArgs,
    /// A disk: a raw image, and whether it may be written (readonly: no; overlay: what is written is forgotten at the end).
    /// modern: version 2 of virtio-mmio's registers. May be given several times
    #[arg(long, value_name = "FILE[,readonly|,overlay][,modern]")]
    disk: Vec<String>,
    /// Stop after so many instructions, with status 124
    #[arg(long, value_name = "N", value_parser = values::count)]
    max_insns: Option<u64>,
    /// Stop after so much time of the host, with status 124
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    timeout: Option<Duration>,
    /// Print a summary of counts on standard error
    #[arg(long)]
    stat: bool,
    /// Write the same to a file, for programs: on each line a name, a tab and a value
    #[arg(long, value_name = "FILE")]
    stat_file: Option<PathBuf>,
    /// Print the hash of the final state and output on standard error: the same wherever the same has run
    #[arg(long)]
    hash: bool,
    /// Write what of the program ran: lcov (lines, functions, branches) or drcov (basic blocks), to a file [default: coverage.info,
    /// coverage.drcov]. May be given several times
    #[arg(long, value_name = "FORM[=FILE]", value_parser = coverage_form)]
    coverage: Vec<(Coverage, PathBuf)>,
    /// Write one line per instruction, in the form of Spike's commit log
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Write the memory from begin_signature to end_signature as 32-bit hexadecimal words
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    #[command(flatten)]
    insight: InsightArgs,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let image = program::open(&args.program, args.raw)?;
    with_guest!(family(&image, &args.machine), A => run::<A>(args, image))
}

fn run<A: Guest>(args: &Args, image: Image) -> Result<Status> {
    let engine = args.machine.engine;
    let name = args.program.display().to_string();
    if args.signature.is_some() {
        let notable = image.notable();
        ensure!(
            notable.begin_signature.is_some() && notable.end_signature.is_some(),
            "{name}: has no symbols begin_signature and end_signature, which --signature needs; leave it out"
        );
    }
    let places = args.insight.places(&image, &args.machine).with_context(|| name.clone())?;
    let notes = Notes {
        places: args.stat || args.stat_file.is_some() || !args.coverage.is_empty(),
        translations: args.insight.wants_translations(),
        ..Notes::default()
    };
    let disks: Vec<DiskSpec> = args.disk.iter().map(|text| DiskSpec::parse(text)).collect();
    let lab =
        args.insight.verify.then(|| Lab::<A>::new(&args.machine, &notes, disks.clone(), args.insight.verify_slice));
    let lab = lab.transpose()?;
    let disks = disks.iter().map(open_disk).collect::<Result<_>>()?;
    let console = Console::new(Box::new(std::io::stdout()));
    let command_line = args.command_line.of(&args.program);
    let mut session = Session::<A>::new(&name, image, &args.machine, command_line, console.clone(), disks, notes)?;
    let trace = args.trace.as_deref().map(output::create).transpose()?;
    if let Some(file) = trace {
        session.trace(Box::new(BufWriter::new(file)));
    }

    // First the signals: from the moment that the terminal is raw, everything must give it back.
    input::catch_signals();
    let start = Instant::now();
    let input = input::open(args.timeout.and_then(|timeout| start.checked_add(timeout)));
    let limits = Limits { max_insns: args.max_insns, timeout: args.timeout };
    let (console, end) = match &lab {
        Some(lab) => (console.with_input(lab.record(input)), verify::run(&mut session, lab, limits)?),
        None => (console.with_input(input), session.run(limits)),
    };
    let host = start.elapsed();
    console.flush();
    terminal::restore();

    let (status, message) = conclude(&end);
    let mut told = Ok(());
    if let Some(message) = message {
        told = told.and(output::try_tell(format_args!("emu: {name}: {message}\n")));
    }
    for (disk, errors, last) in session.disk_errors() {
        let requests = if errors == 1 { "request" } else { "requests" };
        let text = format!("emu: disk {disk}: {errors} {requests} failed on the host ({last}); the guest was told\n");
        told = told.and(output::try_tell(text));
    }
    let stat = || {
        let title = format!("'{name}' on {}, {}, {engine}", args.machine.board, session.processor());
        session.stat(title, host, end.to_string())
    };
    if args.stat {
        told = told.and(output::try_tell(stat()));
    }
    if args.hash {
        told = told.and(output::try_tell(format_args!("{:#018x}  {name}\n", session.machine().state_hash())));
    }
    let covered = args.coverage.iter().map(|(form, file)| save_coverage(&session, &args.program, *form, file));
    let covered = covered.fold(Ok(()), Result::and);
    let counted = args.stat_file.as_deref().map_or(Ok(()), |path| output::save(path, &stat().lines()));
    // Each goes its own way: what one cannot write is no reason to lose the others.
    let traced = session.finish_trace();
    let saved = args.signature.as_deref().map_or(Ok(()), |path| save_signature(&session, path));
    let printed = console.output_error().map_or(Ok(()), |error| Err(output::stdout_failed(&error)));
    let traced = traced.map_err(|error| output::file_failed(args.trace.as_deref().unwrap_or(Path::new("")), &error));
    let dumped = places.map_or(Ok(()), |places| {
        let wanted = args.insight.dump_ir.as_deref().unwrap_or_default();
        insight::dump(&session, &places, wanted, engine)
    });
    let mapped = if args.insight.perf_map { insight::write_perf_map(&session) } else { Ok(()) };
    let dumped = dumped.and(mapped.context("--perf-map"));
    all([
        told,
        printed,
        dumped,
        traced.context("--trace"),
        saved.context("--signature"),
        counted.context("--stat-file"),
        covered.context("--coverage"),
    ])?;
    Ok(status)
}

/// The status for an end, and what to say about it; a program that ends as it should is not talked about.
pub(super) fn conclude(end: &End) -> (Status, Option<String>) {
    match end {
        End::Exit { code, .. } if *code > GUEST_MAX => (
            Status::Guest(*code),
            Some(format!("the exit code {code} is reported as {GUEST_MAX}, the largest there is")),
        ),
        End::Exit { code, .. } => (Status::Guest(*code), None),
        End::Limit(why) => (Status::Limit, Some(why.clone())),
        End::Left => (Status::Limit, Some("left before the program ended".to_owned())),
        End::OutputFailed => (Status::Emulator, None),
        End::Stuck(why) => (Status::Stuck, Some(why.clone())),
        End::Wrong(how) => (Status::Emulator, Some(how.clone())),
    }
}

/// Its error tells its causes itself.
pub(super) fn open_disk(disk: &DiskSpec) -> Result<Disk> {
    disk.open().map_err(|error| anyhow::anyhow!("{error}"))
}

/// A form of coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coverage {
    Lcov,
    Drcov,
}

/// `lcov=FILE`
fn coverage_form(text: &str) -> Result<(Coverage, PathBuf), String> {
    match text.split_once('=') {
        None if text == "lcov" => Ok((Coverage::Lcov, PathBuf::from("coverage.info"))),
        None if text == "drcov" => Ok((Coverage::Drcov, PathBuf::from("coverage.drcov"))),
        Some(("lcov", file)) if !file.is_empty() => Ok((Coverage::Lcov, PathBuf::from(file))),
        Some(("drcov", file)) if !file.is_empty() => Ok((Coverage::Drcov, PathBuf::from(file))),
        _ => Err("give lcov=FILE or drcov=FILE".to_owned()),
    }
}

fn save_coverage<A: Guest>(session: &Session<A>, program: &Path, form: Coverage, file: &Path) -> Result<()> {
    let functions = coverage::of(session.image(), session.machine()).context("nothing was counted")?;
    let bytes = match form {
        Coverage::Drcov => drcov(&functions, &program.display().to_string(), session.image().entry().0),
        Coverage::Lcov => {
            let lines = Lines::of(&program::bytes(program)?);
            if let Some(why) = lines.why_not() {
                bail!("{}: no source lines: {why}, or use drcov=FILE", program.display());
            }
            lcov(&functions, &lines).into_bytes()
        }
    };
    output::replace_bytes(file, &bytes)
}

fn save_signature<A: Guest>(session: &Session<A>, path: &Path) -> Result<()> {
    output::save(path, &signature::text(&session.signature()?))
}

/// The first error; what the others say is told.
fn all(results: [Result<()>; 7]) -> Result<()> {
    let mut errors = results.into_iter().filter_map(Result::err);
    let Some(first) = errors.next() else { return Ok(()) };
    errors.for_each(|error| output::tell(format_args!("emu: {error:#}\n")));
    Err(first)
}
