//! `emu diff`: two profiles, or two programs that are run for it, function by function.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::guest::GuestArgs;
use super::profile::saved;
use crate::profile::{Lines, Saved};
use crate::report::diff as report;
use crate::status::Status;
use crate::{diff, output, program};

/// What `emu diff` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A profile (emu profile --json), or a program, which is run
    a: PathBuf,
    /// The same: what it is compared with
    b: PathBuf,
    /// Show so many functions
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Show the instructions of this function too; may be given several times
    #[arg(long, value_name = "NAME")]
    function: Vec<String>,
    /// Write a table in Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Write a page: functions, a flame graph coloured by change, instructions of what changed
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write all numbers as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Count instructions only, not calls: faster, and without what calls and their costs explain
    #[arg(long)]
    flat: bool,
    #[command(flatten)]
    guest: GuestArgs,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    // What is wrong with either is said before the first one runs.
    let (a, b) = (known(args, &args.a)?, known(args, &args.b)?);
    let (a, b) = (side(args, &args.a, a)?, side(args, &args.b, b)?);
    let rows = diff::rows(&a, &b);
    if let Some(unknown) = args.function.iter().find(|name| rows.iter().all(|row| row.name != **name)) {
        let near = crate::symbol::near(unknown, rows.iter().map(|row| row.name.clone()));
        let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
        bail!("--function {unknown}: no such function ran{hint}");
    }
    output::print(&report::text(&a, &b, &rows, args.top))?;
    for name in &args.function {
        output::print(&report::code(name, &diff::code(&a, &b, name)))?;
    }
    let save = |option: &'static str, file: &Option<PathBuf>, text: &dyn Fn() -> String| {
        file.as_deref().map_or(Ok(()), |file| output::replace(file, &text())).context(option)
    };
    // Each goes its own way: what one cannot write is no reason to lose the others.
    let saved = [
        save("--markdown", &args.markdown, &|| report::markdown(&a, &b, &rows, args.top)),
        save("--html", &args.html, &|| report::html(&a, &b, &rows)),
        save("--json", &args.json, &|| report::json(&a, &b, &rows)),
    ];
    saved.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(Status::Success)
}

/// A profile from a file; `None` for a program.
fn known(args: &Args, path: &Path) -> Result<Option<Saved>> {
    let saved = Saved::read(path)?;
    if saved.is_none() {
        program::open(path, args.guest.raw)?;
    }
    Ok(saved)
}

/// A profile from a file, or of a run.
fn side(args: &Args, path: &Path, saved: Option<Saved>) -> Result<Saved> {
    match saved {
        Some(saved) => Ok(saved),
        // What programs print is not what is asked for.
        None => {
            let lines = Lines::of(&program::bytes(path)?);
            Ok(saved::run(path, &args.guest, args.flat, &lines, Box::new(io::stderr()))?.0)
        }
    }
}
