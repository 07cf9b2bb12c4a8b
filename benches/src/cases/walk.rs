//! TLB misses and the walks behind them.

use emu_mem::PAGE_SIZE;
use guest_tests::rng::Rng;

use super::stream::Ahead;
use crate::Prepared;
use crate::guest::{self, Guest, Translation};

/// Pages that are touched after each flush.
const PAGES: usize = 256;
/// The distance between scattered ones: each has its entry in a line of its own, so no walk brings its neighbour's.
const DISTANCE: u64 = 8 * PAGE_SIZE;

/// A flush, and then a load from each page in turn.
fn loads(translation: Translation, ahead: Ahead, pages: Vec<u64>) -> Prepared {
    let guest = Guest::translated(translation, PAGES as u64 * DISTANCE);
    guest.fill_ahead(matches!(ahead, Ahead::Yes));
    Prepared::new(PAGES, move || {
        guest.flush();
        let hart = guest.hart();
        pages.iter().fold(0, |sum, &page| sum ^ guest::load::<u64>(hart, translation.data() + page))
    })
}

/// Pages far from each other, in an order that nobody foresees: every load misses.
pub(super) fn scattered(translation: Translation) -> Prepared {
    let mut pages: Vec<u64> = (0..PAGES as u64).map(|page| page * DISTANCE).collect();
    shuffle(&mut pages);
    loads(translation, Ahead::Yes, pages)
}

/// One page after the other: what was entered ahead is a walk less.
pub(super) fn in_order(translation: Translation, ahead: Ahead) -> Prepared {
    loads(translation, ahead, (0..PAGES as u64).map(|page| page * PAGE_SIZE).collect())
}

/// Brings the items into a random order, the same each time (Fisher and Yates).
pub(super) fn shuffle(items: &mut [u64]) {
    let mut rng = Rng::new(2);
    for last in (1..items.len()).rev() {
        items.swap(last, rng.below(last as u64 + 1) as usize);
    }
}
