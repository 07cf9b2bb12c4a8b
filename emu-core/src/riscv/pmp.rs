//! Physical memory protection (privileged manual 3.7): 16 entries, granularity of 4 bytes.

use super::state::mode;
use emu_mem::{Access, PAGE_SIZE};
use std::cell::Cell;

/// Entries that do something. The registers of the other 48 read as zero.
pub const ENTRIES: usize = 16;

/// Fields of a configuration byte.
const R: u8 = 1;
const W: u8 = 2;
const X: u8 = 4;
const L: u8 = 0x80;
const A_SHIFT: u32 = 3;
const OFF: u8 = 0;
const TOR: u8 = 1;
const NA4: u8 = 2;
const NAPOT: u8 = 3;

/// All entries of one hart.
#[derive(Default, Debug)]
pub struct Pmp {
    config: [Cell<u8>; ENTRIES],
    /// Bits 55 to 2 (33 to 2 with XLEN 32) of an address, as the register holds them.
    address: [Cell<u64>; ENTRIES],
    /// What the entries match that match anything, in their order. Page walks ask often, guests write seldom.
    rules: [Cell<Rule>; ENTRIES],
    /// How many of these there are.
    count: Cell<usize>,
}

/// What an entry says of which bytes.
#[derive(Copy, Clone, Default, Debug)]
struct Rule {
    first: u64,
    last: u64,
    config: u8,
}

impl Rule {
    /// Whether it matches all bytes from `first` to `last`.
    #[inline]
    fn holds(self, first: u64, last: u64) -> bool {
        self.first <= first && last <= self.last
    }

    /// Whether it lets a mode do this.
    #[inline]
    fn permits(self, access: Access, now: u8) -> bool {
        let right = match access {
            Access::Read => R,
            Access::Write => W,
            Access::Fetch => X,
        };
        self.config & right != 0 || now == mode::M && self.config & L == 0
    }
}

fn kind(config: u8) -> u8 {
    config >> A_SHIFT & 3
}

impl Pmp {
    /// Lets every mode do everything, by entry 0: what software that knows no PMP expects.
    pub fn open(&self, xlen: u32) {
        self.set_address(0, u64::MAX, xlen);
        self.set_config(0, R | W | X | NAPOT << A_SHIFT);
    }

    /// The configuration byte of an entry.
    pub fn config(&self, entry: usize) -> u8 {
        self.config.get(entry).map_or(0, Cell::get)
    }

    /// Writes a configuration byte; returns whether there is such an entry. A locked one does not change. The reserved
    /// combination of W without R becomes neither.
    pub fn set_config(&self, entry: usize, value: u8) -> bool {
        let Some(config) = self.config.get(entry) else { return false };
        if config.get() & L == 0 {
            let value = value & (L | 3 << A_SHIFT | X | W | R);
            config.set(if value & R == 0 { value & !W } else { value });
            self.collect();
        }
        true
    }

    /// The address register of an entry.
    pub fn address(&self, entry: usize) -> u64 {
        self.address.get(entry).map_or(0, Cell::get)
    }

    /// Writes an address register; returns whether it took place. It does not where the entry is locked, or is the lower
    /// bound of a locked range.
    pub fn set_address(&self, entry: usize, value: u64, xlen: u32) -> bool {
        let Some(address) = self.address.get(entry) else { return false };
        let next = self.config(entry + 1);
        if self.config(entry) & L != 0 || next & L != 0 && kind(next) == TOR {
            return false;
        }
        address.set(value & if xlen == 32 { u32::MAX as u64 } else { (1 << 54) - 1 });
        self.collect();
        true
    }

    /// Finds the rules anew.
    fn collect(&self) {
        let ranges = (0..ENTRIES).filter_map(|entry| Some((self.range(entry)?, self.config[entry].get())));
        let mut count = 0;
        for (rule, ((first, last), config)) in self.rules.iter().zip(ranges) {
            rule.set(Rule { first, last, config });
            count += 1;
        }
        self.count.set(count);
    }

    /// First and last byte of what an entry matches.
    fn range(&self, entry: usize) -> Option<(u64, u64)> {
        let address = self.address[entry].get();
        match kind(self.config[entry].get()) {
            OFF => None,
            TOR => {
                let (first, end) = (if entry == 0 { 0 } else { self.address[entry - 1].get() << 2 }, address << 2);
                (first < end).then(|| (first, end - 1))
            }
            NA4 => Some((address << 2, address << 2 | 3)),
            // The ones at the low end say how many bits do not matter: 3 more than there are of them.
            _ => {
                let free = address ^ (address + 1);
                Some(((address & !free) << 2, (address | free) << 2 | 3))
            }
        }
    }

    /// Whether `mode` may access `bytes` bytes at `at`. The first entry that matches any of them decides, and must match
    /// all. Where none does, M mode may and the others may not.
    #[inline]
    pub fn allows(&self, at: u64, bytes: u64, access: Access, now: u8) -> bool {
        let last = at.saturating_add(bytes - 1);
        match self.deciding(at, last) {
            Some(rule) => rule.holds(at, last) && rule.permits(access, now),
            None => now == mode::M,
        }
    }

    /// The first rule that matches any byte. More often than not it is the first of all.
    #[inline]
    fn deciding(&self, first: u64, last: u64) -> Option<Rule> {
        let rule = self.rules[0].get();
        if self.count.get() > 0 && rule.holds(first, last) {
            return Some(rule);
        }
        let mut rules = self.rules.iter().take(self.count.get()).map(Cell::get);
        rules.find(|rule| rule.first <= last && first <= rule.last)
    }

    /// Whether `now` may read and write everything up to the address `last`, accesses across any boundary too: then nothing
    /// but an entry that matches all of it may come first.
    pub fn is_open(&self, now: u8, last: u64) -> bool {
        let first = (0..ENTRIES).find_map(|entry| Some((self.config[entry].get(), self.range(entry)?)));
        let Some((config, (from, to))) = first else { return now == mode::M };
        let allowed = now == mode::M && config & L == 0 || config & (R | W) == R | W;
        from == 0 && last <= to && allowed
    }

    /// Bytes of the largest naturally aligned stretch around `at`, at most a page, in which all bytes have the same rights.
    #[inline]
    pub fn uniform_bytes(&self, at: u64) -> u64 {
        let mut bytes = PAGE_SIZE;
        while !self.is_uniform(at & !(bytes - 1), bytes) {
            bytes /= 2;
        }
        bytes
    }

    fn is_uniform(&self, first: u64, bytes: u64) -> bool {
        let last = first + (bytes - 1);
        self.deciding(first, last).is_none_or(|rule| rule.holds(first, last))
    }
}

#[cfg(test)]
mod tests;
