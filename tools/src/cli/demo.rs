//! `emu demo`: programs that are built in, so that something runs without a file and without a compiler.

use anyhow::Result;

use crate::status::Status;

/// What `emu demo` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(super) fn main(_args: &Args) -> Result<Status> {
    Ok(Status::Success)
}
