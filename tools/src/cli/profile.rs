//! `emu profile`: runs a program, and shows which functions its instructions were in and who called them.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use emu_devices::console::Console;
use emu_devices::virtio::block::DiskSpec;

use super::machine::{Engine, Limits, MachineArgs, Notes};
use super::run::{conclude, open_disk};
use crate::profile::{Lines, Profile, functions};
use crate::program::{self, RawArgs};
use crate::report::profile as report;
use crate::session::Session;
use crate::status::Status;
use crate::{input, output, terminal, values};

/// What `emu profile` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ELF program, or a raw image with --load
    program: PathBuf,
    /// Arguments for the program, after --; it gets them by semihosting
    #[arg(last = true)]
    args: Vec<String>,
    #[command(flatten)]
    raw: RawArgs,
    #[command(flatten)]
    machine: MachineArgs,
    /// A disk, as for emu run. May be given several times
    #[arg(long, value_name = "FILE[,readonly|,overlay][,modern]")]
    disk: Vec<String>,
    /// Stop after so many instructions, with status 124; the profile is of what ran until then
    #[arg(long, value_name = "N", value_parser = values::count)]
    max_insns: Option<u64>,
    /// Stop after so much time of the host, with status 124
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    timeout: Option<Duration>,
    /// Count instructions only, not calls: at the speed of translated code
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
    /// Write a file for speedscope
    #[arg(long, value_name = "FILE")]
    speedscope: Option<PathBuf>,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let name = args.program.display().to_string();
    ensure!(
        args.flat || args.machine.engine != Engine::Jit,
        "--engine jit: calls are kept by the interpreter; add --flat to do without them, or leave --engine out"
    );
    let image = program::open(&args.program, args.raw)?;
    let calls = (!args.flat).then(|| Rc::new(functions(&image)));
    let notes = Notes { places: true, calls, ..Notes::default() };
    let engine = if args.flat { args.machine.engine } else { Engine::Interp };
    let machine = MachineArgs { engine, ..args.machine.clone() };
    let disks = args.disk.iter().map(|text| open_disk(&DiskSpec::parse(text))).collect::<Result<_>>()?;
    let console = Console::new(Box::new(std::io::stdout()));
    let command = [std::slice::from_ref(&name), &args.args].concat().join(" ");
    let mut session = Session::new(&name, image, &machine, command.clone(), console.clone(), disks, notes)?;

    input::catch_signals();
    let start = Instant::now();
    let keyboard = input::open(args.timeout.and_then(|timeout| start.checked_add(timeout)));
    let limits = Limits { max_insns: args.max_insns, timeout: args.timeout };
    let (console, end) = (console.with_input(keyboard), session.run(limits));
    console.flush();
    terminal::restore();

    let (status, message) = conclude(&end);
    if let Some(message) = message {
        output::try_tell(format_args!("emu: {name}: {message}\n"))?;
    }
    if session.resets() > 0 {
        output::try_tell(format_args!(
            "emu: {name}: it has reset its machine; the profile is of what ran after the last reset\n"
        ))?;
    }
    let profile = Profile::new(session.image(), session.machine()).context("nothing was counted")?;
    tell_of_gaps(&name, &profile)?;
    let save = |option: &'static str, path: &Option<PathBuf>, text: &dyn Fn() -> Result<String>| {
        path.as_deref().map_or(Ok(()), |path| output::replace(path, &text()?)).context(option)
    };
    // Each goes its own way: what one cannot write is no reason to lose the others.
    let saved = [
        save("--callgrind", &args.callgrind, &|| {
            let lines = Lines::of(&program::bytes(&args.program)?);
            if let Some(why) = lines.why_not() {
                output::try_tell(format_args!("emu: {name}: no source lines: {why}\n"))?;
            }
            Ok(report::callgrind(&profile, &lines, &command))
        }),
        save("--flame", &args.flame, &|| Ok(report::flame(&profile, &name))),
        save("--folded", &args.folded, &|| Ok(report::folded(&profile))),
        save("--speedscope", &args.speedscope, &|| Ok(report::speedscope(&profile, &name))),
    ];
    if args.top > 0 {
        output::try_tell(report::top(&profile, &name, args.top))?;
    }
    console.output_error().map_or(Ok(()), |error| Err(output::stdout_failed(&error)))?;
    saved.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(status)
}

/// Says what the profile lacks.
fn tell_of_gaps(name: &str, profile: &Profile) -> Result<()> {
    if profile.nameless {
        output::try_tell(format_args!(
            "emu: {name}: it has no symbols, so functions are shown by their addresses; do not strip it\n"
        ))?;
    }
    if profile.folded > 0 {
        output::try_tell(format_args!(
            "emu: {name}: more ways of calling than there is room for: {} calls count for their callers\n",
            profile.folded
        ))?;
    }
    Ok(())
}
