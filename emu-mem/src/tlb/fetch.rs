//! What a TLB keeps about instruction fetches: where pages lie, and *epochs*. An epoch is a number for a space between two
//! flushes; engines that remember what they found at an address remember the epoch with it. A switch to another space and
//! back restores the number, so nothing is found anew.

use std::cell::{Cell, RefCell};

use super::{MAX_SPACES, Space};
use crate::addr::{GuestPhys, GuestVirt, PAGE_SHIFT, PAGE_SIZE};

/// Pages that are remembered; a power of two.
const PAGES: usize = 256;
/// Bits of the filter that says which pages a space may have fetched from; a power of two.
const FILTER_BITS: usize = 512;

#[derive(Copy, Clone)]
struct Page {
    number: u64,
    epoch: u64,
    at: GuestPhys,
}

struct Known {
    space: Space,
    epoch: u64,
    /// The number of the selection that chose it last.
    selected: u64,
    /// Bit n: a page whose number ends in n was fetched from in this epoch.
    filter: [u64; FILTER_BITS / 64],
    /// Whether a page larger than [`PAGE_SIZE`] was among them.
    large: bool,
}

impl Known {
    fn renew(&mut self, epoch: u64) {
        self.epoch = epoch;
        self.filter = [0; FILTER_BITS / 64];
        self.large = false;
    }
}

fn bit(page: u64) -> (usize, u64) {
    let bit = page as usize % FILTER_BITS;
    (bit / 64, 1 << (bit % 64))
}

/// The spaces that instructions were fetched in.
pub(super) struct Fetches {
    space: Cell<Space>,
    epoch: Cell<u64>,
    /// The place in `spaces` of the selected one.
    current: Cell<usize>,
    /// Counts epochs and selections.
    last: Cell<u64>,
    spaces: RefCell<Vec<Known>>,
    pages: Box<[Cell<Page>]>,
}

impl Fetches {
    pub(super) fn new() -> Self {
        let first = Known { space: Space::default(), epoch: 1, selected: 1, filter: Default::default(), large: false };
        let nowhere = Page { number: 0, epoch: 0, at: GuestPhys(0) };
        Self {
            space: Cell::default(),
            epoch: Cell::new(1),
            current: Cell::new(0),
            last: Cell::new(1),
            spaces: RefCell::new(vec![first]),
            pages: vec![Cell::new(nowhere); PAGES].into(),
        }
    }

    #[inline(always)]
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.get()
    }

    /// Where a page is remembered; spaces that have different things at one address do not fight for it.
    fn place_of(number: u64, epoch: u64) -> usize {
        (number ^ epoch.wrapping_mul(37)) as usize % PAGES
    }

    fn number(&self) -> u64 {
        self.last.set(self.last.get() + 1);
        self.last.get()
    }

    #[inline]
    pub(super) fn select(&self, space: Space) {
        if self.space.get() != space {
            self.change(space);
        }
    }

    fn change(&self, space: Space) {
        self.space.set(space);
        let mut spaces = self.spaces.borrow_mut();
        let at = spaces.iter().position(|known| known.space == space).unwrap_or_else(|| {
            let mut new = Known { space, epoch: 0, selected: 0, filter: Default::default(), large: false };
            new.renew(self.number());
            if spaces.len() < MAX_SPACES {
                spaces.push(new);
                return spaces.len() - 1;
            }
            let oldest = spaces.iter().enumerate().min_by_key(|(_, known)| known.selected).map_or(0, |(at, _)| at);
            spaces[oldest] = new;
            oldest
        });
        spaces[at].selected = self.number();
        self.current.set(at);
        self.epoch.set(spaces[at].epoch);
    }

    /// Where `va` lies, if its page is known in the selected space.
    pub(super) fn place(&self, va: GuestVirt) -> Option<GuestPhys> {
        let number = va.0 >> PAGE_SHIFT;
        let page = self.pages[Self::place_of(number, self.epoch.get())].get();
        (page.number == number && page.epoch == self.epoch.get()).then(|| page.at.wrapping_add(va.page_offset()))
    }

    /// Notes that the page of `va` is fetched from. Where it lies is remembered if it is `memory`, and all of it is there.
    pub(super) fn fill(&self, va: GuestVirt, at: GuestPhys, leaf_bytes: u64, memory: bool) {
        let number = va.0 >> PAGE_SHIFT;
        let known = &mut self.spaces.borrow_mut()[self.current.get()];
        let (word, bit) = bit(number);
        known.filter[word] |= bit;
        known.large |= leaf_bytes > PAGE_SIZE;
        if memory && leaf_bytes >= PAGE_SIZE {
            self.pages[Self::place_of(number, known.epoch)].set(Page { number, epoch: known.epoch, at: at.page() });
        }
    }

    /// Some spaces begin new epochs.
    pub(super) fn renew(&self, which: impl Fn(Space) -> bool) {
        self.renew_if(|known| which(known.space));
    }

    /// Those of some spaces begin new epochs that may have fetched from the page of `va`.
    pub(super) fn renew_page(&self, va: GuestVirt, which: impl Fn(Space) -> bool) {
        let (word, bit) = bit(va.0 >> PAGE_SHIFT);
        self.renew_if(|known| (known.large || known.filter[word] & bit != 0) && which(known.space));
    }

    fn renew_if(&self, which: impl Fn(&Known) -> bool) {
        let mut spaces = self.spaces.borrow_mut();
        for known in spaces.iter_mut().filter(|known| which(known)) {
            known.renew(self.number());
        }
        self.epoch.set(spaces[self.current.get()].epoch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Space = Space { root: 1, rights: 0 };
    const B: Space = Space { root: 2, rights: 0 };

    #[test]
    fn an_epoch_comes_back_with_its_space() {
        let fetches = Fetches::new();
        fetches.select(A);
        let a = fetches.epoch();
        fetches.fill(GuestVirt(0x1234), GuestPhys(0x8000_1000), PAGE_SIZE, true);
        fetches.select(B);
        assert_ne!(fetches.epoch(), a);
        assert_eq!(fetches.place(GuestVirt(0x1234)), None);
        fetches.select(A);
        assert_eq!(fetches.epoch(), a);
        assert_eq!(fetches.place(GuestVirt(0x1238)), Some(GuestPhys(0x8000_1238)));
        fetches.renew(|space| space == B);
        assert_eq!(fetches.epoch(), a);
        fetches.renew(|space| space == A);
        assert_ne!(fetches.epoch(), a);
        assert_eq!(fetches.place(GuestVirt(0x1234)), None);
    }

    #[test]
    fn a_page_that_was_not_fetched_from_changes_nothing() {
        let fetches = Fetches::new();
        fetches.select(A);
        fetches.fill(GuestVirt(0x1000), GuestPhys(0x8000_1000), 1, true);
        assert_eq!(fetches.place(GuestVirt(0x1000)), None, "a part of a page");
        let a = fetches.epoch();
        fetches.renew_page(GuestVirt(0x2fff), |_| true);
        assert_eq!(fetches.epoch(), a);
        fetches.renew_page(GuestVirt(0x1fff), |space| space == B);
        assert_eq!(fetches.epoch(), a);
        fetches.renew_page(GuestVirt(0x1fff), |_| true);
        assert_ne!(fetches.epoch(), a);
    }

    #[test]
    fn any_flush_reaches_large_pages() {
        let fetches = Fetches::new();
        fetches.fill(GuestVirt(0x20_0000), GuestPhys(0x8000_0000), 1 << 21, true);
        let before = fetches.epoch();
        fetches.renew_page(GuestVirt(0x20_1000), |_| true);
        assert_ne!(fetches.epoch(), before);
    }

    #[test]
    fn the_oldest_space_goes_and_gets_a_new_epoch_when_it_returns() {
        let fetches = Fetches::new();
        fetches.select(A);
        let a = fetches.epoch();
        for root in 0..MAX_SPACES as u64 {
            fetches.select(Space { root: 100 + root, rights: 0 });
        }
        fetches.select(A);
        assert_ne!(fetches.epoch(), a);
        assert!(fetches.spaces.borrow().len() <= MAX_SPACES);
    }
}
