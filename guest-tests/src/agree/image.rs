//! Where everything lies in a program's image, which all worlds have in common.

use std::ops::Range;

use emu_mem::{GuestPhys, Memory, Watch, Width};

/// How much RAM there is.
pub const RAM_BYTES: u64 = (DISTANCE + FAR_END) as u64;
/// Added to addresses to get their twins for the lowest mode.
pub const ALIAS: u32 = 0x8_0000;
/// A page.
pub const PAGE_BYTES: u32 = 0x1000;
/// [`ALIAS`] in pages.
pub const ALIAS_PAGES: u32 = ALIAS / PAGE_BYTES;

/// What handlers keep; they lie before it.
pub const SAVED: u32 = 0x1000;
/// From here on code may lie.
pub const CODE: u32 = 0x2000;
/// Two pages of code that address spaces exchange.
pub const TWINS: u32 = 0x8000;
/// Data: four pages; the last two are exchanged.
pub const DATA: u32 = 0xa000;
/// Behind them.
pub const DATA_END: u32 = 0xe000;
/// The doubleword that somebody may watch: where stores of the program end up now and then.
pub const WATCHED: u32 = DATA_END - 0x1000 + 0x10;
/// Its length.
pub const WATCHED_BYTES: u64 = 8;
/// The page tables of each address space.
pub const TABLES: [u32; 2] = [0x1_0000, 0x1_3000];
/// Behind them.
const NEAR_END: u32 = 0x1_6000;
/// How far behind the first function another one lies.
pub const DISTANCE: u32 = 0x10_0000;
/// It ends so far behind the distance.
const FAR_END: u32 = CODE + 0x2000;
/// The parts of RAM that programs use, from its beginning on.
pub const PARTS: [Range<usize>; 2] = [0..NEAR_END as usize, (DISTANCE + CODE) as usize..(DISTANCE + FAR_END) as usize];

/// The pages that programs use, by where they begin in the image.
pub fn pages() -> impl Iterator<Item = u32> {
    PARTS.into_iter().flat_map(|part| part.step_by(PAGE_BYTES as usize)).map(|start| start as u32)
}

/// Whether a page may lose rights.
pub fn is_movable(start: u32) -> bool {
    (CODE..DATA_END).contains(&start) || start >= DISTANCE
}

/// What an address space has where this page is.
pub fn exchanged(space: usize, start: u32) -> u32 {
    let is_exchanged = start & !0x1000 == TWINS || start & !0x1000 == DATA_END - 0x2000;
    if space == 1 && is_exchanged { start ^ 0x1000 } else { start }
}

/// Watches the doubleword [`WATCHED`], and counts stores to it in the one behind it, by place and width. It does nothing else: what a
/// device stores into code, each engine may see when it likes.
pub struct Counter {
    /// Where RAM begins.
    pub base: u64,
}

impl Watch for Counter {
    fn stored(&mut self, at: GuestPhys, width: Width, memory: &Memory) {
        let count = GuestPhys(self.base + u64::from(WATCHED) + WATCHED_BYTES);
        let known = memory.read::<u64>(count).expect("it lies in RAM");
        let this = 1 + at.0 % WATCHED_BYTES * WATCHED_BYTES + width.bytes();
        memory.write(count, known.wrapping_mul(3).wrapping_add(this)).expect("it lies in RAM");
    }
}
