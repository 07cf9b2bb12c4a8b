//! The `emu` command. Reads the command line, calls one subcommand, and turns what came of it into an exit status.
//!
//! What a subcommand does is in [`cli`]; what it prints beside the guest's own output is in [`report`].

mod bench;
mod bug;
mod cli;
mod counts;
mod coverage;
mod diff;
mod guest;
mod input;
mod output;
mod profile;
mod program;
mod report;
mod roi;
mod session;
mod status;
mod symbol;
mod terminal;
mod values;
mod verify;

fn main() -> std::process::ExitCode {
    bug::install_hook();
    let status = cli::main(std::env::args_os());
    terminal::restore();
    status.into()
}
