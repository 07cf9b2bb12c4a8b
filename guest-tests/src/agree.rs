//! Random programs on both engines: what a translator finds hard, and everything that a guest or a count can see of it.
//!
//! `code` are programs as trees, `world` is what is around them, `program` both together; `generate` makes them from a seed,
//! `run` has interpreter and translator run one, `shrink` makes one small on which they part, `campaign` does that for many.
//! The engines share each instruction's meaning, so this judges engines; meanings have outside witnesses.

pub mod campaign;
pub mod code;
mod generate;
pub mod program;
pub mod run;
pub mod shrink;
pub mod world;

pub use program::Program;
pub use run::{Difference, Done, run};
