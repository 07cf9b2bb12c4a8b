//! What the commands have in common that run one program to look into it: their arguments, and the run itself.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use emu_core::image::Image;
use emu_devices::console::Console;
use emu_devices::virtio::block::DiskSpec;

use super::machine::{Limits, MachineArgs, Notes};
use super::run::{conclude, open_disk};
use crate::guest::{Guest, family, with_guest};
use crate::program::{self, CommandLine, RawArgs};
use crate::session::{End, Questions, Session};
use crate::status::Status;
use crate::{input, output, terminal, values};

/// How a program is run. The program itself is an argument of the command's own.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct GuestArgs {
    #[command(flatten)]
    pub(crate) command_line: CommandLine,
    #[command(flatten)]
    pub(crate) raw: RawArgs,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
    /// A disk, as for emu run. May be given several times
    #[arg(long, value_name = "FILE[,readonly|,overlay][,modern]")]
    pub(crate) disk: Vec<String>,
    /// Stop after so many instructions, with status 124; what ran until then is shown
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub(crate) max_insns: Option<u64>,
    /// Stop after so much time of the host, with status 124
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    pub(crate) timeout: Option<Duration>,
}

/// A program that has run.
pub(crate) struct Ran {
    /// Its machine and what was counted.
    pub(crate) session: Box<dyn Questions>,
    /// Its console.
    pub(crate) console: Console,
    /// How it ended.
    pub(crate) end: End,
    /// The status for that.
    pub(crate) status: Status,
    /// Time of the host that the run took.
    pub(crate) host: Duration,
}

impl GuestArgs {
    /// Runs `program` on `machine` until it ends or a limit is reached, its console's output on `out`. Says how it ended, unless it
    /// ended as it should.
    ///
    /// # Errors
    ///
    /// The program or the machine makes no sense, or standard error cannot be written.
    pub(crate) fn run(
        &self,
        program: &Path,
        machine: &MachineArgs,
        notes: Notes,
        out: Box<dyn Write + Send>,
    ) -> Result<Ran> {
        let image = program::open(program, self.raw)?;
        with_guest!(family(&image, machine), A => self.run_on::<A>(program, image, machine, notes, out))
    }

    fn run_on<A: Guest>(
        &self,
        program: &Path,
        image: Image,
        machine: &MachineArgs,
        notes: Notes,
        out: Box<dyn Write + Send>,
    ) -> Result<Ran> {
        let name = program.display().to_string();
        let disks = self.disk.iter().map(|text| open_disk(&DiskSpec::parse(text))).collect::<Result<_>>()?;
        let console = Console::new(out);
        let command = self.command_line.of(program);
        let mut session = Session::<A>::new(&name, image, machine, command, console.clone(), disks, notes)?;

        input::catch_signals();
        let start = Instant::now();
        let keyboard = input::open(self.timeout.and_then(|timeout| start.checked_add(timeout)));
        let limits = Limits { max_insns: self.max_insns, timeout: self.timeout };
        let (console, end) = (console.with_input(keyboard), session.run(limits));
        let host = start.elapsed();
        console.flush();
        terminal::restore();

        let (status, message) = conclude(&end);
        if let Some(message) = message {
            output::try_tell(format_args!("emu: {name}: {message}\n"))?;
        }
        let session = Box::new(session);
        Ok(Ran { session, console, end, status, host })
    }
}

impl Ran {
    /// Whether all of the program's output has reached its place.
    ///
    /// # Errors
    ///
    /// It has not.
    pub(crate) fn output_arrived(&self) -> Result<()> {
        self.console.output_error().map_or(Ok(()), |error| Err(output::stdout_failed(&error)))
    }
}
