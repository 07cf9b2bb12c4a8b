//! `emu stat`: runs a program and counts what it did, for people in the manner of `perf stat`, or as JSON.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use emu_core::profile::KeptCosts;

use super::guest::GuestArgs;
use super::machine::{Engine, Notes};
use super::profile::saved::profile;
use super::simulate::SimulateArgs;
use crate::report::stat_json::{About, json};
use crate::roi::{self, Roi};
use crate::session::End;
use crate::status::Status;
use crate::{output, program};

/// Stands for standard output where a file could be named.
const STDOUT: &str = "-";

/// What `emu stat` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ELF program, or a raw image with --load
    program: Option<PathBuf>,
    /// Write the counts as JSON: to a file, or in place of the summary to standard output, and then the program's own output
    /// goes to standard error
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = STDOUT)]
    json: Option<PathBuf>,
    /// Count this as a region of interest: a function with all that it calls, or the addresses from one to another:
    /// 0x80000000..0x80000100, or symbols for them. May be given several times
    #[arg(long, value_name = "SYMBOL|FROM..TO")]
    roi: Vec<String>,
    /// Count as well how deep the stack went, how accesses to memory were aligned, and how many pages they touched: by the
    /// interpreter, which looks at each instruction, and slowly
    #[arg(long)]
    data: bool,
    #[command(flatten)]
    simulate: SimulateArgs,
    #[command(flatten)]
    guest: GuestArgs,
}

impl Args {
    /// The program and where JSON goes. `--json PROGRAM` names no file, though it looks like that.
    fn places(&self) -> Result<(&Path, Option<&Path>)> {
        match (self.program.as_deref(), self.json.as_deref()) {
            (Some(program), json) => Ok((program, json)),
            (None, Some(program)) if program != Path::new(STDOUT) => Ok((program, Some(Path::new(STDOUT)))),
            _ => bail!("no program; give one: emu stat PROGRAM"),
        }
    }
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let (program, file) = args.places()?;
    let name = program.display().to_string();
    let to_stdout = file == Some(Path::new(STDOUT));
    let out: Box<dyn Write + Send> = if to_stdout { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
    let image = program::open(program, args.guest.raw)?;
    let wanted = args.roi.iter().map(|text| Roi::parse(&image, text)).collect::<Result<Vec<_>>>();
    let wanted = wanted.with_context(|| name.clone())?;
    let mut guest = args.guest.clone();
    if args.data {
        ensure!(
            guest.machine.engine != Engine::Jit,
            "--engine jit: only the interpreter looks at each access; leave --engine or --data out"
        );
    }
    let simulated = args.simulate.options(guest.machine.engine)?;
    let observe = simulated.or_else(|| args.data.then(Default::default));
    if observe.is_some() {
        guest.machine.engine = Engine::Interp;
    }
    let notes = Notes { places: true, observe, ..Notes::default() };
    if !wanted.is_empty() && !guest.machine.timing.is_ideal() {
        ensure!(
            guest.machine.engine != Engine::Jit,
            "--engine jit: the cycles of single instructions are kept by the interpreter; leave --engine, --roi or --timing out"
        );
        guest.machine.engine = Engine::Interp;
    }
    let (regions, ran) = if wanted.iter().any(Roi::needs_calls) {
        let (profile, ran) = profile(program, &guest, Some(KeptCosts::Instructions), notes, out)?;
        (wanted.iter().map(|roi| roi.region(&profile)).collect(), ran)
    } else {
        let ran = guest.run(program, &guest.machine, notes, out)?;
        let profile = if wanted.is_empty() { None } else { ran.session.profile() };
        let regions = profile.map(|profile| wanted.iter().map(|roi| roi.region(&profile)).collect::<Vec<_>>());
        (regions.unwrap_or_default(), ran)
    };
    let machine = &guest.machine;
    let title = format!("'{name}' on {}, {}, {}", machine.board, ran.session.processor(), machine.engine);
    let mut stat = ran.session.stat(title, ran.host, ran.end.to_string());
    if !args.data {
        stat.counts.data = None;
    }
    for line in roi::remarks(&stat.counts.regions, stat.counts.stats.instructions) {
        output::try_tell(format_args!("emu: {name}: {line}\n"))?;
    }
    for region in regions {
        output::try_tell(format_args!(
            "emu: {name}: --roi {}\n",
            roi::remark(&region, stat.counts.stats.instructions)
        ))?;
        stat.counts.regions.push(region);
    }
    if !to_stdout {
        output::try_tell(&stat)?;
    }
    if let Some(file) = file {
        let about = About {
            program: name,
            board: machine.board.clone(),
            isa: ran.session.processor_name(),
            exit_code: match ran.end {
                End::Exit { code, .. } => Some(code),
                _ => None,
            },
            engine: machine.engine.to_string(),
        };
        let text = json(&stat, &about);
        if to_stdout { output::print(&text) } else { output::replace(file, &text) }.context("--json")?;
    }
    ran.output_arrived()?;
    Ok(ran.status)
}
