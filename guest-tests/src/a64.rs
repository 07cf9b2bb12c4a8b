//! AArch64 against outside witnesses: `record` is code and the state around it, `generate` makes records, `witness` has QEMU run
//! them, `subject` runs them here, `campaign` compares, `ins` are vectors in files; `asm` writes single instructions.

pub mod asm;
pub mod campaign;
pub mod generate;
pub mod ins;
pub mod objdump;
pub mod record;
pub mod subject;
pub mod witness;
