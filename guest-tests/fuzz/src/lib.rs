//! The fuzz targets: arbitrary bytes in, nothing out. Whatever the bytes are, a target must return: no panic, no endless loop,
//! no memory beyond a few megabytes. What a run computes is judged elsewhere, but for what must hold of any run.
//!
//! The smoke test of `guest-tests` includes this file, on a stable toolchain.

pub mod aarch64;
pub mod board;
pub mod disk;
pub mod elf;
pub mod engines;
pub mod program;

mod machine;
mod paging;
