//! Where a load or store with a base and an offset goes, before it runs.

use super::layout::PAGE_BYTES;
use emu_core::isa::Touches;
use emu_core::riscv::table::Row;

/// Such an access.
#[derive(Copy, Clone, Debug)]
pub(super) struct Near {
    /// The register that holds the base.
    pub(super) base: u32,
    offset: i32,
    bytes: u64,
}

impl Near {
    /// What the instruction `word` of `row` does; `None` if it has no offset or touches no memory.
    pub(super) fn of(row: &Row, word: u32) -> Option<Near> {
        let fields = (row.unpack)(word)?.0;
        // The formats of loads begin with destination, base, offset, those of stores with base, value, offset.
        let base = match row.touches {
            Touches::Loads if row.format != "Lr" => fields[1],
            Touches::Stores if row.format != "Sc" && !row.name.starts_with("cbo.") => fields[0],
            _ => return None,
        };
        let offset = i32::from_le_bytes([fields[2], fields[3], fields[4], fields[5]]);
        let bytes = match row.name.trim_end_matches("sp").trim_end_matches('u').bytes().last() {
            Some(b'b') => 1,
            Some(b'h') => 2,
            Some(b'w') => 4,
            _ => 8,
        };
        Some(Near { base: base.into(), offset, bytes })
    }

    /// Its first and its last byte, if the base is `base`.
    pub(super) fn ends(self, base: u64) -> (u64, u64) {
        let first = base.wrapping_add_signed(self.offset.into());
        (first, first.wrapping_add(self.bytes - 1))
    }

    /// Whether it lies in two pages, if the base is `base`.
    pub(super) fn crosses_page(self, base: u64) -> bool {
        let (first, last) = self.ends(base);
        first / PAGE_BYTES != last / PAGE_BYTES
    }

    /// Whether its address is no multiple of its size, if the base is `base`.
    pub(super) fn is_misaligned(self, base: u64) -> bool {
        !self.ends(base).0.is_multiple_of(self.bytes)
    }
}
