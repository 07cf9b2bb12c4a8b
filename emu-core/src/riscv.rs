//! RISC-V: RV32 and RV64 from one description.
//!
//! Reading order: `slots` (which register is which slot), `xlen` (one meaning, two widths), `format` (operands),
//! `table` (the rows), then the meanings by extension.

pub mod atomic;
pub mod base;
pub mod cause;
pub mod compressed;
pub mod counters;
pub mod csr;
pub mod decode;
pub mod extension;
pub mod format;
pub mod isa_string;
pub mod mmu;
pub mod muldiv;
pub mod pmp;
pub mod semihosting;
pub mod slots;
pub mod state;
pub mod system;
pub mod table;
pub mod trap;
pub mod xlen;
