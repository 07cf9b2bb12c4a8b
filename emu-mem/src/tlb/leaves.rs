//! The large pages that a TLB holds parts of: a flush of one address in such a page has to reach all its parts.

use crate::addr::{GuestVirt, PAGE_SIZE};

/// How many are told apart. Programs that map by large pages have few of them in use at a time.
const MAX: usize = 16;

/// There were more large pages than are told apart: nothing is known about an address.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct TooMany;

/// Large pages by first address and size.
#[derive(Default)]
pub(super) struct Leaves {
    known: [(u64, u64); MAX],
    count: usize,
    too_many: bool,
}

impl Leaves {
    /// Notes the page of `bytes` bytes (a power of two) that `va` lies in.
    pub(super) fn add(&mut self, va: GuestVirt, bytes: u64) {
        let leaf = (va.0 & !(bytes - 1), bytes);
        if self.known[..self.count].contains(&leaf) {
            return;
        }
        match self.known.get_mut(self.count) {
            Some(free) => {
                *free = leaf;
                self.count += 1;
            }
            None => self.too_many = true,
        }
    }

    /// Forgets all. What stands beyond the count is never read, so it may stay.
    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.too_many = false;
    }

    /// First and last address of the page that `va` lies in: the largest there is.
    pub(super) fn around(&self, va: GuestVirt) -> Result<(u64, u64), TooMany> {
        if self.too_many {
            return Err(TooMany);
        }
        let known = self.known[..self.count].iter().copied();
        let around = known.filter(|&(first, bytes)| va.0.wrapping_sub(first) < bytes).max_by_key(|&(_, bytes)| bytes);
        let (first, bytes) = around.unwrap_or((va.page().0, PAGE_SIZE));
        Ok((first, first + (bytes - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_lies_in_the_largest_page_around_it() {
        let mut leaves = Leaves::default();
        leaves.add(GuestVirt(0x40_1234), 1 << 21);
        leaves.add(GuestVirt(0xffff_ffff_c012_3456), 1 << 30);
        leaves.add(GuestVirt(0x4_5678), 1 << 16);
        assert_eq!(leaves.around(GuestVirt(0x3f_ffff)), Ok((0x3f_f000, 0x3f_ffff)));
        assert_eq!(leaves.around(GuestVirt(0x40_0000)), Ok((0x40_0000, 0x5f_ffff)));
        assert_eq!(leaves.around(GuestVirt(0x4_0000)), Ok((0x4_0000, 0x4_ffff)));
        assert_eq!(leaves.around(GuestVirt(u64::MAX)), Ok((0xffff_ffff_c000_0000, u64::MAX)));
        leaves.add(GuestVirt(0x4_0000), 1 << 30);
        assert_eq!(leaves.around(GuestVirt(0x4_0000)), Ok((0, (1 << 30) - 1)));
    }

    #[test]
    fn more_than_are_told_apart_is_said() {
        let mut leaves = Leaves::default();
        for _ in 0..2 {
            (0..MAX as u64).for_each(|n| leaves.add(GuestVirt(n << 21), 1 << 21));
        }
        assert!(leaves.around(GuestVirt(0)).is_ok());
        leaves.add(GuestVirt(99 << 21), 1 << 21);
        assert_eq!(leaves.around(GuestVirt(0)), Err(TooMany));
        leaves.clear();
        assert_eq!(leaves.around(GuestVirt(0)), Ok((0, 0xfff)));
    }
}
