//! Everything that judges the emulator from outside. Nothing here is used by the emulator.
//!
//! - `random` makes programs; `spike` and `qemu` run them there and `subject` here, `compare` puts the logs side by side,
//!   `report` shows where they part, `campaign` does that until enough agree. `a64` does it for AArch64.

pub mod a64;
pub mod agree;
pub mod asm;
pub mod campaign;
pub mod commits;
pub mod compare;
pub mod elf;
pub mod engines;
pub mod exceptions;
pub mod ins;
pub mod pattern;
pub mod qemu;
pub mod random;
pub mod report;
pub mod rng;
pub mod spike;
pub mod states;
pub mod subject;
pub mod witness;
