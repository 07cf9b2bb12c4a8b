//! The forms in which a profile is shown: a table for people, and files for the programs that they look at profiles with.

mod callgrind;
mod event;
mod firefox;
mod flame;
mod folded;
mod pprof;
mod speedscope;
mod top;

pub(crate) use callgrind::callgrind;
pub(crate) use event::{INSTRUCTIONS, Named};
pub(crate) use firefox::firefox;
pub(crate) use flame::{escaped, flame, flame_of_change};
pub(crate) use folded::folded;
pub(crate) use pprof::pprof;
pub(crate) use speedscope::speedscope;
pub(crate) use top::top;
