//! Everything that judges the emulator from outside. Nothing here is used by the emulator.
//!
//! - `random` makes programs, `spike` runs them there, `subject` here, `compare` puts the commit logs side by side.

pub mod asm;
pub mod commits;
pub mod compare;
pub mod elf;
pub mod exceptions;
pub mod ins;
pub mod pattern;
pub mod random;
pub mod rng;
pub mod spike;
pub mod subject;
