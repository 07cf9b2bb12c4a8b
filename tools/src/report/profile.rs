//! The forms in which a profile is shown: a table for people, and files for the programs that they look at profiles with.

mod callgrind;
mod flame;
mod folded;
mod speedscope;
mod top;

pub(crate) use callgrind::callgrind;
pub(crate) use flame::flame;
pub(crate) use folded::folded;
pub(crate) use speedscope::speedscope;
pub(crate) use top::top;
