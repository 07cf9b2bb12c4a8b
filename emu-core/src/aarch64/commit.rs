//! A retired instruction as one line of a trace, in the form of Spike's commit log:
//!
//! ```text
//! core   0: 1 0x0000000040000004 (0x91000421) x1  0x0000000000000001
//! core   0: 1 0x0000000040000008 (0xf9000001) mem 0x0000000040001000 0x0000000000000001
//! ```
//!
//! Core, exception level, address, encoding, then the register written, addresses read, addresses and values written.

use super::slots::name;
use super::state::AArch64;
use super::table::TABLE;
use crate::machine::Commit;
use crate::slot::SINK;
use std::fmt;

/// Prints the line.
pub(super) fn show(commit: &Commit<'_, AArch64>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let row = &TABLE[commit.row];
    write!(out, "core {:3}: {} {:#018x} ({:#010x})", commit.hart.id, commit.mode, commit.pc, commit.word)?;
    let written = (row.unpack)(commit.word).and_then(|operands| (row.dest)(&operands));
    if let Some(slot) = written.filter(|&slot| slot != SINK) {
        write!(out, " {:<3} {:#018x}", name(slot), commit.hart.slots.get(slot))?;
    }
    for access in commit.memory.iter().filter(|access| access.stored.is_none()) {
        write!(out, " mem {:#018x}", access.at)?;
    }
    for access in commit.memory {
        if let Some(value) = access.stored {
            write!(out, " mem {:#018x} {value:#0digits$x}", access.at, digits = access.bytes as usize * 2 + 2)?;
        }
    }
    Ok(())
}
