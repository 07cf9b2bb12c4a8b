//! The command line: which subcommands there are, what they have in common, and how their errors are shown.

mod annotate;
mod bench;
mod demo;
mod diff;
pub(crate) mod dis;
mod guest;
mod insight;
pub(crate) mod machine;
mod profile;
mod run;
mod simulate;
mod stat;
mod test;

use std::ffi::OsString;
use std::io;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::output::{print, tell};
use crate::status::Status;

/// Runs RISC-V and AArch64 bare-metal programs, firmware and kernels, and counts their instructions exactly.
#[derive(Debug, Parser)]
#[command(name = "emu", version, max_term_width = 100, after_help = EXIT_STATUS)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say on standard error what is being done; twice for more
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
}

const EXIT_STATUS: &str = "\
Exit status:
  0-123  emu run, emu stat, emu profile: the guest's own exit code (a larger one becomes 123)
  0, 1   emu test, emu bench, emu demo: all is well, or at least one program failed or is beyond a limit
  124    a limit was reached (--max-insns, --timeout), or you left with ctrl-a x
  125    the emulator failed (--verify: the engines differ), or its arguments or files are wrong
  126    the guest cannot go on (traps for ever, waits for nothing)";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a program until it ends
    Run(Box<run::Args>),
    /// Run a program and count what it did: instructions by kind, memory accesses, branches, calls, traps, regions of interest
    Stat(Box<stat::Args>),
    /// Run a program and show where its instructions went: functions, calls, lines
    Profile(Box<profile::Args>),
    /// Show a program's instructions, as objdump -d does
    Dis(dis::Args),
    /// Show disassembly and source with how often each instruction ran, in the terminal or as a page
    Annotate(Box<annotate::Args>),
    /// Compare two profiles or programs, function by function
    Diff(Box<diff::Args>),
    /// Run the benchmarks of a bench.toml, compare with the baseline, and fail a build in which something has grown
    Bench(Box<bench::Args>),
    /// Run every ELF program under some paths and judge each
    Test(Box<test::Args>),
    /// Run built-in example programs
    Demo(demo::Args),
}

/// Does what the command line says. Every message is out when it returns.
pub(crate) fn main(args: impl IntoIterator<Item = OsString>) -> Status {
    let result = match Cli::try_parse_from(args) {
        Ok(cli) => {
            start_log(cli.verbose);
            match &cli.command {
                Command::Run(args) => run::main(args),
                Command::Stat(args) => stat::main(args),
                Command::Profile(args) => profile::main(args),
                Command::Dis(args) => dis::main(args),
                Command::Annotate(args) => annotate::main(args),
                Command::Diff(args) => diff::main(args),
                Command::Bench(args) => bench::main(args),
                Command::Test(args) => test::main(args),
                Command::Demo(args) => demo::main(args),
            }
        }
        Err(error) => usage(&error),
    };
    result.unwrap_or_else(|error| {
        crate::terminal::restore();
        tell(format_args!("emu: {}\n", one_line(&error)));
        Status::Emulator
    })
}

/// Shows a message about the command line. Help that was asked for goes to standard output; anything else is an error.
fn usage(error: &clap::Error) -> Result<Status> {
    let text = error.render().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => print(&text).map(|()| Status::Success),
        _ => {
            tell(text.replacen("error: ", "emu: ", 1));
            Ok(Status::Emulator)
        }
    }
}

/// An error with all its causes in one line, outermost first.
fn one_line(error: &anyhow::Error) -> String {
    format!("{error:#}").lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn start_log(verbose: u8) {
    use tracing::level_filters::LevelFilter;
    let level = match verbose {
        0 => return,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        .log_internal_errors(false)
        .without_time()
        .with_target(false)
        .init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_error_takes_one_line() {
        let error = anyhow::anyhow!("expected `=`\n  |\n3 | x\n").context("soc.toml");
        assert_eq!(one_line(&error), "soc.toml: expected `=` | 3 | x");
    }
}
