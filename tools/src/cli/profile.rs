//! `emu profile`: runs a program, and shows which functions its instructions were in and who called them.

pub(super) mod saved;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use emu_core::profile::KeptCosts;

use super::guest::GuestArgs;
use super::machine::{Engine, Notes};
use super::simulate::SimulateArgs;
use crate::report::profile as report;
use crate::roi::{self, Roi};
use crate::status::Status;
use crate::{output, program};

/// What `emu profile` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ELF program, or a raw image with --load
    program: PathBuf,
    /// Count instructions only, not calls: takes less time
    #[arg(long)]
    flat: bool,
    /// Print the table of so many functions on standard error; 0 for none
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Write a file for callgrind_annotate and KCachegrind
    #[arg(long, value_name = "FILE")]
    callgrind: Option<PathBuf>,
    /// Write a flame graph: an SVG file for the browser
    #[arg(long, value_name = "FILE")]
    flame: Option<PathBuf>,
    /// Write folded stacks: a line for each, its names and its instructions
    #[arg(long, value_name = "FILE")]
    folded: Option<PathBuf>,
    /// What --flame and --folded show: instructions, loads, stores, branches or indirect-jumps; with --timing cycles; with --cache
    /// fetch-misses, load-misses, store-misses and the same of the last cache, such as last-load-misses; with --predictor wrong-branches or
    /// wrong-jumps
    #[arg(long, value_name = "NAME", default_value = report::INSTRUCTIONS.name)]
    event: String,
    /// Write a file for speedscope
    #[arg(long, value_name = "FILE")]
    speedscope: Option<PathBuf>,
    /// Write a file for the Firefox Profiler
    #[arg(long, value_name = "FILE")]
    firefox: Option<PathBuf>,
    /// Write a file for go tool pprof and what else reads its format
    #[arg(long, value_name = "FILE")]
    pprof: Option<PathBuf>,
    /// Write all of it, with the text of the instructions: for emu diff and emu annotate
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only what is within this function and what it calls. May be given several times
    #[arg(long, value_name = "SYMBOL", conflicts_with_all = ["flat", "callgrind", "json"])]
    roi: Vec<String>,
    #[command(flatten)]
    simulate: SimulateArgs,
    #[command(flatten)]
    guest: GuestArgs,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let (program, guest) = (&args.program, &args.guest);
    let name = program.display().to_string();
    ensure!(
        guest.machine.timing.is_ideal() || guest.machine.engine != Engine::Jit,
        "--engine jit: the cycles of single instructions are kept by the interpreter; leave --engine or --timing out"
    );
    let notes = Notes { observe: args.simulate.options(guest.machine.engine)?, ..Notes::default() };
    let simulated = notes.observe.unwrap_or_default();
    let event = report::Named::choose(&args.event, !guest.machine.timing.is_ideal(), &simulated)
        .with_context(|| format!("--event {}", args.event))?;
    ensure!(
        event.event == report::INSTRUCTIONS.event || args.flame.is_some() || args.folded.is_some(),
        "--event {}: that is for --flame and --folded; give one of them",
        args.event
    );
    let names = functions(program, args).with_context(|| name.clone())?;
    // What the other outputs show are instructions along calls.
    let shows_events = event.event != report::INSTRUCTIONS.event
        || [&args.callgrind, &args.speedscope, &args.pprof].into_iter().any(Option::is_some);
    let kept = if shows_events { KeptCosts::Events } else { KeptCosts::Instructions };
    let calls = (!args.flat).then_some(kept);
    let (mut profile, ran) = saved::profile(program, guest, calls, notes, Box::new(std::io::stdout()))?;
    if !names.is_empty() {
        let all = profile.total;
        for name in &names {
            let region = Roi::Function(name.clone()).region(&profile);
            output::try_tell(format_args!("emu: --roi {}\n", roi::remark(&region, all)))?;
        }
        profile = roi::within(profile, &names);
    }
    let wants_lines = args.callgrind.is_some() || args.json.is_some();
    let lines = if wants_lines { Some(saved::lines(program)?) } else { None };
    let save = |option: &'static str, path: &Option<PathBuf>, text: &dyn Fn() -> Result<String>| {
        path.as_deref().map_or(Ok(()), |path| output::replace(path, &text()?)).context(option)
    };
    let save_bytes = |option: &'static str, path: &Option<PathBuf>, bytes: &dyn Fn() -> Vec<u8>| {
        path.as_deref().map_or(Ok(()), |path| output::replace_bytes(path, &bytes())).context(option)
    };
    let with_lines = || lines.as_ref().context("no lines were read");
    // Each goes its own way: what one cannot write is no reason to lose the others.
    let saved = [
        save("--callgrind", &args.callgrind, &|| {
            Ok(report::callgrind(&profile, with_lines()?, &guest.command_line.of(program)))
        }),
        save("--flame", &args.flame, &|| Ok(report::flame(&profile.stacks, &profile.functions, event, &name))),
        save("--folded", &args.folded, &|| Ok(report::folded(&profile, event))),
        save("--speedscope", &args.speedscope, &|| Ok(report::speedscope(&profile, &name))),
        save("--firefox", &args.firefox, &|| Ok(report::firefox(&profile, &name))),
        save_bytes("--pprof", &args.pprof, &|| report::pprof(&profile)),
        save("--json", &args.json, &|| Ok(saved::save(program, &profile, &ran, with_lines()?)?.text())),
    ];
    if args.top > 0 {
        output::try_tell(report::top(&profile, &name, args.top))?;
    }
    ran.output_arrived()?;
    saved.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(ran.status)
}

/// The functions of `--roi`, as profiles call them.
fn functions(path: &Path, args: &Args) -> Result<BTreeSet<String>> {
    if args.roi.is_empty() {
        return Ok(BTreeSet::new());
    }
    let image = program::open(path, args.guest.raw)?;
    let function = |text: &String| match Roi::parse(&image, text)? {
        Roi::Function(name) => Ok(name),
        Roi::Addresses(..) => {
            bail!("--roi {text}: calls are told apart by function; give a function, or use emu stat --roi")
        }
    };
    args.roi.iter().map(function).collect()
}
