//! The options of `emu run` that look into translated code: is it right, what does it look like, where is it.

use std::ops::Range;

use anyhow::{Context, Result, ensure};
use emu_core::image::Image;

use super::machine::{Engine, MachineArgs};
use crate::guest::Guest;
use crate::report::code::Code;
use crate::report::{perf_map, region};
use crate::session::Session;
use crate::{output, symbol, values};

/// The options.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Translated code")]
pub(crate) struct InsightArgs {
    /// Run the interpreter beside the engine, compare their states all the time, and report the first instruction after which
    /// they differ, with status 125
    #[arg(long, conflicts_with = "trace")]
    pub(crate) verify: bool,
    /// How often --verify compares
    #[arg(long, value_name = "INSNS", default_value = "10000", value_parser = slice, requires = "verify")]
    pub(crate) verify_slice: u64,
    /// After the run, show the translations that have code of this function or label, or of this address: the guest's
    /// instructions, Cranelift's IR, the host's instructions
    #[arg(long, value_name = "SYMBOL|ADDR", conflicts_with = "trace")]
    pub(crate) dump_ir: Option<String>,
    /// After the run, write /tmp/perf-PID.map, with which perf report shows the guest's functions
    #[arg(long, conflicts_with = "trace")]
    pub(crate) perf_map: bool,
}

impl InsightArgs {
    /// Whether translations must be noted.
    pub(crate) fn wants_translations(&self) -> bool {
        self.verify || self.dump_ir.is_some() || self.perf_map
    }

    /// What of the program is to be shown.
    ///
    /// # Errors
    ///
    /// There is no such place, or nothing that would translate it.
    pub(crate) fn places(&self, image: &Image, machine: &MachineArgs) -> Result<Option<Range<u64>>> {
        let interprets = machine.engine == Engine::Interp;
        ensure!(
            !(self.perf_map && interprets),
            "--perf-map: nothing is translated with --engine interp; use auto or jit"
        );
        let Some(wanted) = &self.dump_ir else { return Ok(None) };
        ensure!(!interprets, "--dump-ir: nothing is translated with --engine interp; use auto or jit");
        match values::number(wanted) {
            Ok(address) => Ok(Some(address..address.saturating_add(1))),
            Err(_) => symbol::extent(image, wanted).context("--dump-ir").map(Some),
        }
    }
}

/// Shows the translations that have code at one of these addresses.
///
/// # Errors
///
/// Standard output cannot be written.
pub(crate) fn dump<A: Guest>(session: &Session<A>, places: &Range<u64>, wanted: &str, engine: Engine) -> Result<()> {
    let mut code = Code::new(session.image(), &session.processor_name())?;
    let regions = session.journals().iter().flat_map(|journal| journal.regions());
    let mut shown = 0;
    for found in regions.filter(|region| region.touches(places)) {
        let text = region::text(&found, &mut code, session.image().symbols());
        output::print(&format!("{}{text}", if shown == 0 { "" } else { "\n" }))?;
        shown += 1;
    }
    if shown == 0 {
        let why = match engine {
            Engine::Jit => "it did not run, or has only instructions that are always interpreted",
            _ => "it did not run, or not often enough; --engine jit translates whatever runs",
        };
        output::try_tell(format_args!("emu: --dump-ir {wanted}: was not translated: {why}\n"))?;
    }
    Ok(())
}

/// Writes the map for perf.
///
/// # Errors
///
/// It cannot be written.
pub(crate) fn write_perf_map<A: Guest>(session: &Session<A>) -> Result<()> {
    let regions: Vec<_> = session.journals().iter().flat_map(|journal| journal.regions()).collect();
    let map = perf_map::text(regions.iter().map(|region| &**region), session.image().symbols());
    output::save_new(&perf_map::path(), &map)
}

fn slice(text: &str) -> Result<u64, String> {
    match values::count(text)? {
        0 => Err("give at least 1".to_owned()),
        insns => Ok(insns),
    }
}
