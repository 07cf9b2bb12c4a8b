//! Runs a program for its profile: what `emu profile`, `emu annotate` and `emu diff` begin with.

use std::io::Write;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result};
use emu_core::profile::KeptCosts;

use crate::cli::guest::{GuestArgs, Ran};
use crate::cli::machine::{Calls, Engine, MachineArgs, Notes};
use crate::profile::{Lines, Profile, Saved, functions};
use crate::{output, program};

/// Runs `program` and profiles it; along `calls` if these are wanted, with at least that much. Only the interpreter keeps the cycles of single
/// instructions, and simulates; then all is kept. Notes what else is asked for. Says what the profile lacks.
///
/// # Errors
///
/// The program or the machine makes no sense.
pub(in crate::cli) fn profile(
    program: &Path,
    guest: &GuestArgs,
    calls: Option<KeptCosts>,
    notes: Notes,
    out: Box<dyn Write + Send>,
) -> Result<(Profile, Ran)> {
    let name = program.display().to_string();
    let interprets = !guest.machine.timing.is_ideal() || notes.observe.is_some();
    let calls = match calls {
        None => None,
        Some(kept) => Some(Calls {
            functions: Rc::new(functions(&program::open(program, guest.raw)?)),
            kept: if interprets { KeptCosts::Events } else { kept },
        }),
    };
    let engine = if interprets { Engine::Interp } else { guest.machine.engine };
    let machine = MachineArgs { engine, ..guest.machine.clone() };
    let ran = guest.run(program, &machine, Notes { places: true, calls, ..notes }, out)?;
    if ran.session.resets() > 0 {
        output::try_tell(format_args!(
            "emu: {name}: it has reset its machine; the profile is of what ran after the last reset\n"
        ))?;
    }
    let profile = ran.session.profile().context("nothing was counted")?;
    tell_of_gaps(&name, &profile)?;
    Ok((profile, ran))
}

/// The same with the text of its instructions, and source lines; with calls unless `flat`.
///
/// # Errors
///
/// As for [`profile`].
pub(in crate::cli) fn run(
    program: &Path,
    guest: &GuestArgs,
    flat: bool,
    lines: &Lines,
    out: Box<dyn Write + Send>,
) -> Result<(Saved, Ran)> {
    let calls = (!flat).then_some(KeptCosts::Instructions);
    let (profile, ran) = profile(program, guest, calls, Notes::default(), out)?;
    let saved = save(program, &profile, &ran, lines)?;
    Ok((saved, ran))
}

/// A profile in the form of a file.
///
/// # Errors
///
/// The program cannot be disassembled.
pub(super) fn save(program: &Path, profile: &Profile, ran: &Ran, lines: &Lines) -> Result<Saved> {
    let session = &ran.session;
    Saved::of(profile, &program.display().to_string(), session.image(), &session.processor_name(), lines)
}

/// The program's source lines. Says why if there are none.
///
/// # Errors
///
/// The program cannot be read again.
pub(super) fn lines(program: &Path) -> Result<Lines> {
    let lines = Lines::of(&program::bytes(program)?);
    if let Some(why) = lines.why_not() {
        output::try_tell(format_args!("emu: {}: no source lines: {why}\n", program.display()))?;
    }
    Ok(lines)
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
