//! Runs random programs on the interpreter and the translator, side by side, until enough agree.

use clap::Parser;
use guest_tests::agree::campaign::{self, Arguments};
use std::process::ExitCode;

/// Runs random programs on the interpreter and the translator, side by side. One on which they part is printed, as small as
/// it can be had.
#[derive(Debug, Parser)]
#[command(name = "agree")]
struct Cli {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    campaign::main(&Cli::parse().arguments)
}
