//! Disassembly and source with counts: for the terminal, and as a page that needs nothing else.

mod html;
mod sources;
mod text;

pub(crate) use html::html;
pub(crate) use sources::Sources;
pub(crate) use text::text;
