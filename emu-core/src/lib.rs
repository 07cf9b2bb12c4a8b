//! Instruction tables with one meaning each, harts, the interpreter and the machine.

pub mod aarch64;
pub mod crc;
pub mod engine;
pub mod executor;
pub mod float;
pub mod hart;
pub mod image;
pub mod interp;
pub mod isa;
pub mod machine;
pub mod observe;
pub mod profile;
pub mod riscv;
pub mod semihosting;
pub mod slot;
pub mod timing;
pub mod trap;
pub mod word;
