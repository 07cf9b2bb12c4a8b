//! A retired instruction as one line of Spike's commit log (`spike --log-commits`):
//!
//! ```text
//! core   0: 3 0x0000000080000004 (0x00a28293) x5  0x000000008000000a
//! core   0: 3 0x0000000080000008 (0x0062b023) mem 0x0000000080001000 0x0000000000000007
//! ```
//!
//! Core, privilege mode, address, encoding, then registers written, addresses read, addresses and values written.

use super::csr;
use super::slots::{FFLAGS, FS};
use super::state::Riscv;
use super::table::TABLE;
use crate::hart::Hart;
use crate::machine::Commit;
use crate::slot::{SINK, Slot};
use std::fmt::{self, Display};

/// A number with the digits of `bits` bits.
struct Hex(u64, u32);
impl Display for Hex {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "0x{:0digits$x}", self.0, digits = self.1 as usize / 4)
    }
}

/// `fflags` and `mstatus` where an instruction other than a CSR access has changed them.
fn float_changes(hart: &Hart<Riscv>) -> impl Iterator<Item = (u16, u64)> {
    let before = hart.arch.float_before.get();
    let quiet = hart.arch.csr_log.borrow().is_empty();
    let changed = [(FFLAGS, 0x001), (FS, 0x300)].into_iter().zip(before);
    changed.filter_map(move |((slot, number), before)| {
        let moved = quiet && hart.slots.get(slot) != before;
        moved.then(|| (number, csr::peek(&csr::Cx::between(hart), number).unwrap_or_default()))
    })
}

/// Prints the line.
pub(super) fn show(commit: &Commit<'_, Riscv>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (row, xlen) = (&TABLE[commit.row], commit.hart.arch.isa.xlen);
    write!(out, "core {:3}: {} {}", commit.hart.id, commit.mode, Hex(commit.pc, xlen))?;
    write!(out, " ({})", Hex(commit.word as u64, row.bytes as u32 * 8))?;
    let written = (row.unpack)(commit.word).and_then(|operands| (row.dest)(&operands));
    match written {
        Some(SINK) | None => {}
        Some(slot @ Slot(r @ 0..32)) => write!(out, " x{r:<2} {}", Hex(commit.hart.slots.get(slot), xlen))?,
        Some(slot @ Slot(f)) => write!(out, " f{:<2} {}", f - 32, Hex(commit.hart.slots.get(slot), 64))?,
    }
    let logged = commit.hart.arch.csr_log.borrow();
    for (number, value) in float_changes(commit.hart).chain(logged.iter().copied()) {
        write!(out, " c{number}_")?;
        match csr::name(number) {
            Some(name) => write!(out, "{name}")?,
            None => write!(out, "unknown")?,
        }
        write!(out, " {}", Hex(value, xlen))?;
    }
    for access in commit.memory.iter().filter(|access| access.stored.is_none()) {
        write!(out, " mem {}", Hex(access.at, xlen))?;
    }
    for access in commit.memory {
        if let Some(value) = access.stored {
            write!(out, " mem {} {}", Hex(access.at, xlen), Hex(value, access.bytes as u32 * 8))?;
        }
    }
    Ok(())
}
