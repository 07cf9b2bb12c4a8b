//! `emu demo`: programs that are built in, so that something runs without a file and without a compiler.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use emu_core::image::Image;
use emu_devices::console::Console;

use super::machine::{Limits, MachineArgs, Notes};
use crate::guest::{Guest, family, with_guest};
use crate::output::{print, stdout_failed};
use crate::report::number::grouped;
use crate::session::{End, Session};
use crate::status::Status;

/// The longest demo takes a few hundred million instructions; more means that something is wrong.
const MAX_INSNS: u64 = 10_000_000_000;

/// What `emu demo` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only demos whose name contains this text, such as rv64, aarch64 or sort
    name: Option<String>,
}

struct Demo {
    name: &'static str,
    about: &'static str,
    elf: &'static [u8],
}

/// Each program for each instruction set.
macro_rules! demos {
    ($($name:literal: $about:literal;)*) => {
        &[$(
            Demo {
                name: concat!("rv32/", $name),
                about: $about,
                elf: include_bytes!(concat!("../../demo/elf/rv32/", $name, ".elf")),
            },
            Demo {
                name: concat!("rv64/", $name),
                about: $about,
                elf: include_bytes!(concat!("../../demo/elf/rv64/", $name, ".elf")),
            },
            Demo {
                name: concat!("aarch64/", $name),
                about: $about,
                elf: include_bytes!(concat!("../../demo/elf/aarch64/", $name, ".elf")),
            },
        )*]
    };
}

const DEMOS: &[Demo] = demos! {
    "hello": "says hello on the UART";
    "sort": "sorts twenty thousand words";
    "sha256": "hashes a million bytes";
    "mandelbrot": "draws a picture in ASCII";
    "timer": "answers system calls and timer interrupts";
};

/// What became of a demo.
struct Row {
    name: &'static str,
    insns: u64,
    time: Duration,
    end: End,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let wanted = |demo: &&Demo| args.name.as_deref().is_none_or(|name| demo.name.contains(name));
    let chosen: Vec<&Demo> = DEMOS.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let names: Vec<_> = DEMOS.iter().map(|d| d.name).collect();
        anyhow::bail!(
            "no demo has {} in its name; there are {}",
            args.name.as_deref().unwrap_or_default(),
            names.join(" ")
        );
    }
    let mut rows = Vec::new();
    for demo in chosen {
        print(&format!("== {}: {}\n", demo.name, demo.about))?;
        let row = run(demo).with_context(|| demo.name)?;
        print("\n")?;
        rows.push(row);
    }
    print(&table(&rows))?;
    let good = rows.iter().all(|row| matches!(row.end, End::Exit { code: 0, .. }));
    Ok(if good { Status::Success } else { Status::Failed })
}

fn run(demo: &Demo) -> Result<Row> {
    let image = Image::elf(demo.elf)?;
    with_guest!(family(&image, &MachineArgs::default()), A => run_on::<A>(demo, image))
}

fn run_on<A: Guest>(demo: &Demo, image: Image) -> Result<Row> {
    let console = Console::new(Box::new(std::io::stdout()));
    let (machine, notes) = (MachineArgs::default(), Notes::default());
    let mut session =
        Session::<A>::new(demo.name, image, &machine, demo.name.to_owned(), console.clone(), Vec::new(), notes)?;
    let start = Instant::now();
    let end = session.run(Limits { max_insns: Some(MAX_INSNS), timeout: None });
    let time = start.elapsed();
    console.flush();
    if let Some(error) = console.output_error() {
        return Err(stdout_failed(&error));
    }
    Ok(Row { name: demo.name, insns: session.insns(), time, end })
}

fn table(rows: &[Row]) -> String {
    let mut out = format!("{:<18} {:>16} {:>9} {:>9}  end\n", "demo", "instructions", "ms", "M insn/s");
    for row in rows {
        let seconds = row.time.as_secs_f64();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{:<18} {:>16} {:>9.1} {:>9.1}  {}",
            row.name,
            grouped(row.insns),
            seconds * 1e3,
            row.insns as f64 / seconds.max(f64::MIN_POSITIVE) / 1e6,
            row.end
        );
    }
    out
}
