//! Random programs for RISC-V: `words` has what laying them out takes, `world` what is around them, `generate` makes them.

pub mod generate;
pub mod words;
pub mod world;

pub use world::World;
