//! `emu dis`: a program's instructions as text, in the form of `objdump -d`.

pub(crate) mod decoder;
mod listing;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

use self::decoder::Decoder;
use self::listing::Listing;
use crate::program::{self, RawArgs};
use crate::status::Status;
use crate::{output, symbol, values};

/// What `emu dis` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ELF program, or a raw image with --load
    program: PathBuf,
    #[command(flatten)]
    raw: RawArgs,
    /// RISC-V: instruction set, such as rv32imc_zicsr [default: everything there is, for the program's width]
    #[arg(long, value_name = "ISA")]
    isa: Option<String>,
    /// AArch64: processor: cortex-a53, cortex-a72 or max [default: max]
    #[arg(long, value_name = "NAME", conflicts_with = "isa")]
    cpu: Option<String>,
    /// Print every instruction under its own name: addi zero,zero,0 instead of nop
    #[arg(long)]
    no_aliases: bool,
    /// Only this function or label
    #[arg(long, value_name = "NAME", conflicts_with_all = ["start", "end"])]
    symbol: Option<String>,
    /// Only from this address on
    #[arg(long, value_name = "ADDR", value_parser = values::number)]
    start: Option<u64>,
    /// Only below this address
    #[arg(long, value_name = "ADDR", value_parser = values::number)]
    end: Option<u64>,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let image = program::open(&args.program, args.raw)?;
    let name = args.program.display().to_string();
    let range = match &args.symbol {
        Some(symbol) => symbol::extent(&image, symbol).with_context(|| name.clone())?,
        None => values::bounds(args.start, args.end),
    };
    ensure!(range.start < range.end, "{name}: --start must be below --end");
    let decoder = Decoder::new(&name, &image, args.isa.as_deref().or(args.cpu.as_deref()), args.no_aliases)?;
    let mut listing = Listing::new(&image, decoder, range.clone());
    let mut out = BufWriter::new(io::stdout().lock());
    let shown = listing
        .write(&name, &mut out)
        .and_then(|shown| out.flush().map(|()| shown))
        .map_err(|error| output::stdout_failed(&error))?;
    if !shown {
        bail!("{name}: no instructions from {:#x} to {:#x}; correct --start and --end", range.start, range.end);
    }
    Ok(Status::Success)
}
