//! Random programs for RISC-V: `words` has what laying them out takes, `world` what is around them, `generate` what they are made of.

pub mod generate;
pub mod words;
pub mod world;

pub use world::World;
