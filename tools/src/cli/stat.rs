//! `emu stat`: runs a program and counts what it did, for people in the manner of `perf stat`, or as JSON.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::guest::GuestArgs;
use super::machine::Notes;
use crate::output;
use crate::report::stat_json::{About, json};
use crate::session::End;
use crate::status::Status;

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
    let notes = Notes { places: true, ..Notes::default() };
    let out: Box<dyn Write + Send> = if to_stdout { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
    let ran = args.guest.run(program, notes, out)?;
    let machine = &args.guest.machine;
    let title = format!("'{name}' on {}, {}, {}", machine.board, ran.session.isa(), machine.engine);
    let stat = ran.session.stat(title, ran.host, ran.end.to_string());
    if !to_stdout {
        output::try_tell(&stat)?;
    }
    if let Some(file) = file {
        let about = About {
            program: name,
            board: machine.board.clone(),
            isa: ran.session.isa_string(),
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
