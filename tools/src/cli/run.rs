//! `emu run`: one program, its console on this terminal, until it ends.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use emu_devices::console::Console;
use emu_devices::virtio::block::{Disk, DiskSpec};

use super::machine::{Limits, MachineArgs};
use crate::program::{self, RawArgs};
use crate::report::signature;
use crate::session::{End, Session};
use crate::status::{GUEST_MAX, Status};
use crate::{input, terminal, values};

/// What `emu run` takes.
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
    /// Write one line per instruction, in the form of Spike's commit log
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Write the memory from begin_signature to end_signature as 32-bit hexadecimal words
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let engine = args.machine.engine.resolve()?;
    let image = program::open(&args.program, args.raw)?;
    let name = args.program.display().to_string();
    if args.signature.is_some() {
        let notable = image.notable();
        ensure!(
            notable.begin_signature.is_some() && notable.end_signature.is_some(),
            "{name}: has no symbols begin_signature and end_signature, which --signature needs; leave it out"
        );
    }
    let disks = args.disk.iter().map(|text| open_disk(text)).collect::<Result<_>>()?;
    let console = Console::new(Box::new(std::io::stdout()));
    let command_line = [std::slice::from_ref(&name), &args.args].concat().join(" ");
    let mut session = Session::new(&name, image, &args.machine, command_line, console.clone(), disks)?;
    let trace = args.trace.as_deref().map(create).transpose()?;
    if let Some(file) = trace {
        session.trace(Box::new(BufWriter::new(file)));
    }

    // First the signals: from the moment that the terminal is raw, everything must give it back.
    input::catch_signals();
    let start = Instant::now();
    let console = console.with_input(input::open(args.timeout.and_then(|timeout| start.checked_add(timeout))));
    let end = session.run(Limits { max_insns: args.max_insns, timeout: args.timeout });
    let host = start.elapsed();
    console.flush();
    terminal::restore();

    session.finish_trace().with_context(|| format!("--trace {}", shown(args.trace.as_deref())))?;
    if let Some(path) = &args.signature {
        let text = signature::text(&session.signature()?);
        create(path)?.write_all(text.as_bytes()).with_context(|| format!("--signature {}", path.display()))?;
    }
    let (status, message) = conclude(&end);
    if let Some(message) = message {
        eprintln!("emu: {name}: {message}");
    }
    for (disk, errors, last) in session.disk_errors() {
        let requests = if errors == 1 { "request" } else { "requests" };
        eprintln!("emu: disk {disk}: {errors} {requests} failed on the host ({last}); the guest was told");
    }
    if args.stat {
        let title = format!("'{name}' on {}, {}, {engine}", args.machine.board, session.isa());
        eprint!("{}", session.stat(title, host, end.to_string()));
    }
    if let Some(error) = console.output_error() {
        return Err(super::output_failed(error));
    }
    Ok(status)
}

/// The status for an end, and what to say about it; a program that ends as it should is not talked about.
fn conclude(end: &End) -> (Status, Option<String>) {
    match end {
        End::Exit { code, .. } if *code > GUEST_MAX => (
            Status::Guest(*code),
            Some(format!("the exit code {code} is reported as {GUEST_MAX}, the largest there is")),
        ),
        End::Exit { code, .. } => (Status::Guest(*code), None),
        End::Limit(why) => (Status::Limit, Some(why.clone())),
        End::Left => (Status::Limit, Some("left before the program ended".to_owned())),
        End::OutputClosed => (Status::Emulator, None),
        End::Stuck(why) => (Status::Stuck, Some(why.clone())),
    }
}

/// Its error tells its causes itself.
fn open_disk(text: &str) -> Result<Disk> {
    DiskSpec::parse(text).open().map_err(|error| anyhow::anyhow!("{error}"))
}

fn create(path: &Path) -> Result<File> {
    File::create(path).map_err(|e| anyhow::anyhow!("{}: cannot be written: {e}; choose another file", path.display()))
}

fn shown(path: Option<&Path>) -> String {
    path.map(|p| p.display().to_string()).unwrap_or_default()
}
