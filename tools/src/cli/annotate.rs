//! `emu annotate`: disassembly and source with counts, in the terminal or as one page.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::guest::GuestArgs;
use super::profile::saved;
use crate::profile::{Lines, Saved};
use crate::report::annotate::{self, Sources};
use crate::status::Status;
use crate::{output, program};

/// Functions that are shown if none is named.
const MOST: usize = 5;

/// What `emu annotate` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A program, which is run, or a profile (emu profile --json)
    program: PathBuf,
    /// Show this function; may be given several times [default: those with most instructions]
    #[arg(long, value_name = "NAME")]
    function: Vec<String>,
    /// Write a page that needs nothing else: all functions, their source and instructions, calls, a flame graph
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Count instructions only, not calls: faster, and without a tree of calls
    #[arg(long)]
    flat: bool,
    /// Print at once, even to a terminal, without the pager that PAGER names
    #[arg(long)]
    no_pager: bool,
    #[command(flatten)]
    guest: GuestArgs,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let (saved, status, lineless) = match Saved::read(&args.program)? {
        Some(saved) => {
            let name = args.program.display();
            ensure!(
                args.guest.command_line.is_empty(),
                "{name}: a profile has run and takes no arguments; leave them out"
            );
            let lineless = saved.files.is_empty().then(|| "profile a program that was compiled with -g".to_owned());
            (saved, Status::Success, lineless)
        }
        // What the program prints is not what is asked for.
        None => {
            let bytes = program::bytes(&args.program).with_context(|| args.program.display().to_string())?;
            let lines = Lines::of(&bytes);
            let (saved, ran) = saved::run(&args.program, &args.guest, args.flat, &lines, Box::new(io::stderr()))?;
            (saved, ran.status, lines.why_not().map(str::to_owned))
        }
    };
    let functions = chosen(&saved, &args.function)?;
    let sources = Sources::of(&saved);
    if let Some(why) = lineless {
        output::try_tell(format_args!("emu: {}: no source lines: {why}\n", args.program.display()))?;
    }
    if let Some(first) = sources.missing.first() {
        let more = match sources.missing.len() - 1 {
            0 => String::new(),
            n => format!(" and {n} other files"),
        };
        output::try_tell(format_args!("emu: source not found: {first}{more}; lines are shown by their numbers\n"))?;
    }
    if let Some(file) = &args.html {
        output::replace(file, &annotate::html(&saved, &sources)).context("--html")?;
        return Ok(status);
    }
    let terminal = io::stdout().is_terminal();
    let text = annotate::text(&saved, &sources, &functions, terminal && std::env::var_os("NO_COLOR").is_none());
    if !(terminal && !args.no_pager && page(&text)) {
        output::print(&text)?;
    }
    Ok(status)
}

/// The functions that are to be shown.
fn chosen(saved: &Saved, names: &[String]) -> Result<Vec<usize>> {
    if names.is_empty() {
        let ran = |&function: &usize| saved.functions[function].own > 0;
        return Ok((0..saved.functions.len()).filter(ran).take(MOST).collect());
    }
    let mut chosen = Vec::new();
    for name in names {
        let all = saved.functions.iter().enumerate().filter(|(_, function)| function.name == *name);
        let before = chosen.len();
        chosen.extend(all.map(|(n, _)| n));
        if chosen.len() == before {
            let near = crate::symbol::near(name, saved.functions.iter().map(|function| function.name.clone()));
            let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
            bail!("--function {name}: no such function ran{hint}");
        }
    }
    Ok(chosen)
}

/// Has a pager show the text; whether there was one.
fn page(text: &str) -> bool {
    let pager = std::env::var("PAGER").unwrap_or_else(|_| "less -RF".to_owned());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else { return false };
    let Ok(mut child) = Command::new(program).args(words).stdin(Stdio::piped()).spawn() else { return false };
    if let Some(mut pipe) = child.stdin.take() {
        // Whoever leaves the pager early has seen enough.
        let _ = pipe.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}
