//! Page tables as a guest would make them (privileged manual, 12.3 to 12.6): leaves of 4 KiB, accessed and dirty already.

use std::collections::BTreeMap;

use emu_mem::{GuestPhys, Memory, PAGE_SHIFT, PAGE_SIZE};

use super::{DATA, VIRTUAL};

/// The ways to translate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Translation {
    Bare,
    Sv32,
    Sv39,
    Sv48,
    Sv57,
}

impl Translation {
    /// The width of a hart that has it.
    pub(crate) fn xlen(self) -> u32 {
        if self == Translation::Sv32 { 32 } else { 64 }
    }

    /// Where a machine that translates so has its data.
    pub(crate) fn data(self) -> u64 {
        if self == Translation::Bare { DATA } else { VIRTUAL }
    }

    fn levels(self) -> u32 {
        match self {
            Translation::Bare => 0,
            Translation::Sv32 => 2,
            Translation::Sv39 => 3,
            Translation::Sv48 => 4,
            Translation::Sv57 => 5,
        }
    }

    /// log2 of the bytes of an entry.
    fn entry_shift(self) -> u32 {
        if self == Translation::Sv32 { 2 } else { 3 }
    }

    fn index_bits(self) -> u32 {
        PAGE_SHIFT - self.entry_shift()
    }
}

/// What a page may be used for: the bits of its entry.
#[derive(Clone, Copy)]
pub(crate) struct Rights(u64);

impl Rights {
    const VALID: u64 = 1;
    /// R, W, A and D.
    pub(crate) const DATA: Rights = Rights(Self::VALID | 0b1100_0110);
    /// R, X and A.
    pub(crate) const CODE: Rights = Rights(Self::VALID | 0b0100_1010);

    /// The same for U mode.
    pub(crate) const fn user(self) -> Rights {
        Rights(self.0 | 1 << 4)
    }
}

/// The tables of one address space.
pub(crate) struct Tables<'m> {
    memory: &'m Memory,
    translation: Translation,
    root: u64,
    /// The first byte behind all tables.
    end: u64,
    /// The table behind a level and the address bits that lead to it.
    made: BTreeMap<(u32, u64), u64>,
}

impl<'m> Tables<'m> {
    /// An empty root table at the physical address `root`; the others follow it.
    pub(crate) fn new(memory: &'m Memory, translation: Translation, root: u64) -> Tables<'m> {
        Tables { memory, translation, root, end: root + PAGE_SIZE, made: BTreeMap::new() }
    }

    /// The tables of another address space, behind these.
    pub(crate) fn another(&self) -> Tables<'m> {
        Tables::new(self.memory, self.translation, self.end)
    }

    /// Maps the page of `virt` to that of `phys`.
    pub(crate) fn map(&mut self, virt: u64, phys: u64, rights: Rights) {
        let levels = self.translation.levels();
        let mut table = self.root;
        for level in (0..levels).rev() {
            let skipped = PAGE_SHIFT + level * self.translation.index_bits();
            let index = virt >> skipped & ((1 << self.translation.index_bits()) - 1);
            let entry = table + (index << self.translation.entry_shift());
            if level == 0 {
                self.write(entry, phys, rights.0);
            } else {
                let next = *self.made.entry((level, virt >> skipped)).or_insert(self.end);
                if next == self.end {
                    self.end += PAGE_SIZE;
                    self.write(entry, next, Rights::VALID);
                }
                table = next;
            }
        }
    }

    /// The value of `satp` that selects these tables under an ASID.
    pub(crate) fn satp(&self, asid: u64) -> u64 {
        let number = self.root >> PAGE_SHIFT;
        match self.translation {
            Translation::Bare => 0,
            Translation::Sv32 => 1 << 31 | asid << 22 | number,
            _ => (u64::from(self.translation.levels()) + 5) << 60 | asid << 44 | number,
        }
    }

    fn write(&self, entry: u64, phys: u64, bits: u64) {
        let value = phys >> PAGE_SHIFT << 10 | bits;
        let written = match self.translation {
            Translation::Sv32 => self.memory.write(GuestPhys(entry), value as u32),
            _ => self.memory.write(GuestPhys(entry), value),
        };
        written.expect("tables lie inside RAM");
    }
}
