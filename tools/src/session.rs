//! stub
use crate::cli::machine::{Limits, MachineArgs};
use crate::report::stat::Stat;
use anyhow::Result;
use emu_core::image::Image;
use emu_devices::console::Console;
use std::fmt::{self, Display, Formatter};
use std::io::Write;
use std::time::Duration;
pub(crate) enum End {
    Exit { code: u64, by: &'static str },
    Limit(String),
    Left,
    Stuck(String),
}
impl Display for End {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            End::Exit { code, by } => write!(f, "exit code {code} ({by})"),
            End::Limit(_) => f.write_str("limit reached"),
            End::Left => f.write_str("left"),
            End::Stuck(_) => f.write_str("stuck"),
        }
    }
}
pub(crate) struct Session {}
impl Session {
    pub(crate) fn new(
        _image: &Image,
        _args: &MachineArgs,
        _command_line: &[String],
        _console: Console,
    ) -> Result<Self> {
        Ok(Session {})
    }
    pub(crate) fn run(&mut self, _limits: Limits) -> End {
        End::Left
    }
    pub(crate) fn insns(&self) -> u64 {
        0
    }
    pub(crate) fn isa(&self) -> String {
        String::new()
    }
    pub(crate) fn signature(&self) -> Result<Vec<u8>> {
        Ok(vec![])
    }
    pub(crate) fn stat(&self, _title: String, _host: Duration, _end: String) -> Stat {
        Stat::default()
    }
    pub(crate) fn trace(&mut self, _out: Box<dyn Write + Send>) {}
    pub(crate) fn finish_trace(&mut self) -> Result<()> {
        Ok(())
    }
}
