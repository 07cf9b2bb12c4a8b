//! What a witness can judge. Its programs stay within; what they leave out is listed in `exceptions`, with reasons.

use std::ops::RangeInclusive;

/// The limits of one witness's programs.
#[derive(Debug)]
pub struct Scope {
    /// Instructions that no program has.
    pub absent: &'static [&'static str],
    /// CSRs that are never read.
    pub unread: &'static [RangeInclusive<u16>],
    /// CSRs that are read into x0 only: whether that is allowed can be judged, not what they hold.
    pub unseen: &'static [RangeInclusive<u16>],
    /// CSRs that are written, and which bits of them. One that is there twice is written twice as often.
    pub written: &'static [(&'static str, u64)],
    /// The same for CSRs that make interrupts come.
    pub interrupts: &'static [(&'static str, u64)],
    /// Interrupts that one program enables, by their bits in `mie`: one of these sets.
    pub enabled_together: &'static [u64],
    /// Fields of mstatus and sstatus that are written as all ones or all zeros.
    pub whole_fields: &'static [u64],
    /// Whether the flags that an instruction raises can be seen only by reading them.
    pub hides_flags: bool,
    /// Exceptions that may be delegated.
    pub delegated: u64,
    /// What menvcfg has from the start, where the witness acts as if it had, or for all of a program.
    pub environment: u64,
    /// Formats of atomics that may be misaligned.
    pub misaligned_atomics: &'static [&'static str],
    /// Formats of instructions that do not go where they may be refused.
    pub tame: &'static [&'static str],
    /// Whether misaligned accesses may go where there is no memory.
    pub misaligned_faults: bool,
    /// Which accesses do not go across pages.
    pub unsplit: Unsplit,
    /// Whether SC may lack a reservation where it may not store, differ in size from its LR, or come after a store.
    pub odd_reservations: bool,
    /// The upper bits of page-table entries that may be set although they are reserved or have no use: from this one on.
    pub entry_bits: u32,
    /// Whether a PMP entry may allow writing without reading, which is reserved.
    pub reserved_pmp: bool,
    /// Size of RAM, from [`BASE`](super::BASE) on.
    pub ram_bytes: u64,
    /// How a program ends.
    pub exit: Exit,
}

/// Accesses that stay within a page.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Unsplit {
    /// Stores that the second page may refuse, and loads that both may refuse.
    Refused,
    /// All in programs with PMP entries of their own.
    Protected,
}

/// How a program ends.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Exit {
    /// It stores to `tohost`.
    Htif,
    /// It stores to the test finisher of QEMU's board `virt`.
    Finisher,
}

impl Scope {
    pub(super) fn is_unread(&self, csr: u16) -> bool {
        self.unread.iter().any(|range| range.contains(&csr))
    }

    pub(super) fn is_unseen(&self, csr: u16) -> bool {
        self.unseen.iter().any(|range| range.contains(&csr))
    }
}
