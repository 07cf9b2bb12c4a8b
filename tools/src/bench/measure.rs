//! Running one benchmark and measuring it.

use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use emu_core::image::{Image, SymbolKind};
use emu_core::profile::KeptCosts;
use emu_devices::console::Console;

use super::config::Bench;
use super::results::Outcome;
use crate::cli::machine::{Calls, Engine, Limits, MachineArgs, Notes};
use crate::guest::{Guest, family, with_guest};
use crate::profile::{self, Profile};
use crate::program::{self, RawArgs};
use crate::report::place;
use crate::roi::Roi;
use crate::session::{End, Session};
use crate::{symbol, values};

/// The metric for which each instruction is looked at: it is there if it is limited.
const STACK_BYTES: &str = "stack_bytes";
/// What is measured of each function.
const FUNCTION_METRICS: [&str; 2] = ["instructions", "bytes"];

/// Runs a benchmark. What is wrong with the guest is part of the outcome.
///
/// # Errors
///
/// What is wrong with the description: the machine makes no sense, the program is none, or it has no function of a name that is
/// limited.
pub(crate) fn measure(bench: &Bench, machine: &MachineArgs) -> Result<Outcome> {
    run(bench, machine).with_context(|| format!("benchmark {}", bench.name))
}

fn run(bench: &Bench, machine: &MachineArgs) -> Result<Outcome> {
    let settings = &bench.settings;
    let mut machine = machine.clone();
    if let Some(board) = &settings.board {
        machine.board.clone_from(board);
    }
    machine.isa = settings.isa.clone().or(machine.isa);
    machine.harts = settings.harts.or(machine.harts);
    if let Some(memory) = &settings.memory {
        let bytes = values::size_bytes(memory).map_err(|error| anyhow::anyhow!("memory: {error}"))?;
        machine.memory = Some(bytes);
    }
    if let Some(timing) = &settings.timing {
        machine.timing = values::model(timing).map_err(|error| anyhow::anyhow!("timing: {timing}: {error}"))?;
    }
    let image = program::open(&bench.program, RawArgs { load: None, entry: None })?;
    with_guest!(family(&image, &machine), A => run_on::<A>(bench, machine, image))
}

fn run_on<A: Guest>(bench: &Bench, mut machine: MachineArgs, image: Image) -> Result<Outcome> {
    let settings = &bench.settings;
    let sizes = sizes(&image);
    for function in settings.functions.keys() {
        symbol::extent(&image, function).with_context(|| format!("functions.{function}"))?;
    }
    let (name, console) = (bench.program.display().to_string(), Console::captured());
    let command = [&[program::name(&bench.program)][..], &settings.args].concat().join(" ");
    let rois = settings.roi.iter().map(|text| Roi::parse(&image, text)).collect::<Result<Vec<_>>>()?;
    let needs_interpreter = !rois.is_empty() && !machine.timing.is_ideal();
    let calls = rois.iter().any(Roi::needs_calls).then(|| Calls {
        functions: Rc::new(profile::functions(&image)),
        kept: if needs_interpreter { KeptCosts::Events } else { KeptCosts::Instructions },
    });
    let observe = settings.limits.contains_key(STACK_BYTES).then(Default::default);
    if needs_interpreter || observe.is_some() {
        machine.engine = Engine::Interp;
    }
    let notes = Notes { places: true, calls, observe, ..Notes::default() };
    let mut session = Session::<A>::new(&name, image, &machine, command, console, Vec::new(), notes)?;
    let end = session.run(Limits { max_insns: Some(bench.max_insns()), timeout: None });
    let failure = match end {
        End::Exit { code, .. } if code == settings.exit_code.unwrap_or(0) => None,
        End::Exit { code, by } => Some(format!("exit code {code} ({by})")),
        End::Limit(why) | End::Stuck(why) | End::Wrong(why) => {
            Some(why.lines().map(str::trim).collect::<Vec<_>>().join(" "))
        }
        End::Left | End::OutputFailed => bail!("interrupted"),
    };
    let counts = session.counts();
    let profile = Profile::new(session.image(), session.machine()).context("nothing was counted")?;
    let mut metrics: BTreeMap<String, u64> = [
        ("instructions", counts.stats.instructions),
        ("cycles", counts.cycles),
        ("loads", counts.stats.loads),
        ("stores", counts.stats.stores),
        ("branches", counts.stats.branches),
        ("code_bytes", sizes.code),
    ]
    .map(|(name, n)| (name.to_owned(), n))
    .into();
    if let Some(data) = &counts.data {
        metrics.insert(STACK_BYTES.to_owned(), data.stack_bytes());
    }
    for region in counts.regions.iter().cloned().chain(rois.iter().map(|roi| roi.region(&profile))) {
        for (what, n) in [("instructions", region.instructions), ("cycles", region.cycles)] {
            *metrics.entry(format!("{}: {what}", region.name)).or_default() += n;
        }
    }
    if let Some(unknown) = settings.limits.keys().find(|metric| !metrics.contains_key(*metric)) {
        let known = metrics.keys().map(String::as_str).chain([STACK_BYTES]).collect::<Vec<_>>().join(", ");
        bail!("limits: no metric is called {unknown}; there are {known}");
    }
    if let Some((name, unknown)) = settings.functions.iter().find_map(|(name, limits)| {
        limits.keys().find(|metric| !FUNCTION_METRICS.contains(&metric.as_str())).map(|metric| (name, metric))
    }) {
        bail!("functions.{name}: no metric is called {unknown}; there are {}", FUNCTION_METRICS.join(", "));
    }
    let mut functions: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for function in profile.functions.iter().filter(|function| function.own > 0) {
        let metrics = functions.entry(function.name.clone()).or_default();
        *metrics.entry("instructions".to_owned()).or_default() += function.own;
    }
    for (name, metrics) in &mut functions {
        if let Some(&bytes) = sizes.functions.get(name) {
            metrics.insert("bytes".to_owned(), bytes);
        }
    }
    // One that is limited and never ran has its size all the same.
    for name in settings.functions.keys() {
        let bytes = sizes.functions.get(name).map(|&bytes| ("bytes".to_owned(), bytes));
        let never = || [("instructions".to_owned(), 0)].into_iter().chain(bytes.clone()).collect();
        functions.entry(name.clone()).or_insert_with(never);
    }
    Ok(Outcome { timing: machine.timing.name.to_owned(), failure, metrics, functions })
}

/// How large the program's code is.
struct Sizes {
    code: u64,
    functions: BTreeMap<String, u64>,
}

fn sizes(image: &Image) -> Sizes {
    let code = image.code().iter().map(|section| image.code_bytes(section).len() as u64).sum();
    let mut functions = BTreeMap::new();
    for symbol in image.symbols().iter().filter(|symbol| symbol.kind == SymbolKind::Function && symbol.size_bytes > 0) {
        *functions.entry(place::name(symbol.name)).or_default() += symbol.size_bytes;
    }
    Sizes { code, functions }
}
