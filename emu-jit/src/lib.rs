//! Translation of guest code to host code. This crate holds its plan only: `emu` runs everything on the interpreter, and says so
//! when it is asked for the translator.
//!
//! # What will stand here
//!
//! A second meaning for the verbs of [`emu_core::engine::Engine`]: values of Cranelift's intermediate language instead of integers.
//! `emu_core::riscv::table::translate` already runs any row's meaning on any engine and answers `None` for slow rows, so this crate
//! will know no instruction set: it sees slots, verbs and a region's key.
//!
//! # What is deliberately absent
//!
//! - A list of instructions. What the table calls slow leaves the compiled region, and the interpreter executes that one row.
//! - A second page walk, a second exception. A TLB miss, a device, a fault: the region is left with exact state before the
//!   instruction, as the interpreter's short form is.
//! - A clock. Both executors stop at the same instruction for the same event; installing a region earlier or later changes nothing
//!   that a guest or a count can see.
