//! Access patterns over more pages than a small TLB holds, under translation: what caches, victims and prefetching are
//! judged by.

use emu_mem::PAGE_SIZE;
use guest_tests::rng::Rng;

use super::walk::shuffle;
use crate::Prepared;
use crate::guest::{self, DATA, Guest, Translation, VIRTUAL};

/// The working set.
const BYTES: u64 = 16 << 20;
/// A cache line of every host we know.
const LINE: u64 = 64;

/// Whether the TLB may be filled ahead of the accesses.
pub(super) enum Ahead {
    Yes,
    No,
}

/// A machine that has the working set mapped.
fn guest(ahead: Ahead) -> Guest {
    let guest = Guest::translated(Translation::Sv39, BYTES);
    guest.fill_ahead(matches!(ahead, Ahead::Yes));
    guest
}

/// Loads from `address(0)`, `address(1)` and so on, `count` times.
fn loads(ahead: Ahead, count: usize, address: impl Fn(usize) -> u64 + 'static) -> Prepared {
    let guest = guest(ahead);
    Prepared::new(count, move || {
        let hart = guest.hart();
        (0..count).fold(0, |sum, i| sum ^ guest::load::<u64>(hart, VIRTUAL + address(i)))
    })
}

/// Words one after the other.
pub(super) fn sequential(ahead: Ahead) -> Prepared {
    loads(ahead, 1 << 17, |i| 8 * i as u64)
}

/// One word in each page, a line further on every time; four times through the set.
pub(super) fn strided(ahead: Ahead) -> Prepared {
    loads(ahead, 1 << 14, |i| i as u64 * (PAGE_SIZE + LINE) % BYTES)
}

/// Words from anywhere.
pub(super) fn random(ahead: Ahead) -> Prepared {
    let mut rng = Rng::new(3);
    let offsets: Vec<u64> = (0..1 << 14).map(|_| rng.below(BYTES / 8) * 8).collect();
    loads(ahead, offsets.len(), move |i| offsets[i])
}

/// Loads each of which gives the address of the next: one circle through a line of every page.
pub(super) fn chase(ahead: Ahead) -> Prepared {
    let guest = guest(ahead);
    let mut offsets: Vec<u64> = (0..BYTES).step_by((PAGE_SIZE + LINE) as usize).collect();
    shuffle(&mut offsets);
    for (place, offset) in offsets.iter().enumerate() {
        guest.write(DATA + offset, VIRTUAL + offsets[(place + 1) % offsets.len()]);
    }
    Prepared::new(offsets.len(), move || {
        let hart = guest.hart();
        (0..offsets.len()).fold(VIRTUAL + offsets[0], |at, _| guest::load::<u64>(hart, at))
    })
}

/// `c[i] = a[i] + b[i]` with the arrays 4 MiB apart: a TLB that is indexed by low bits alone has all three in one place.
pub(super) fn arrays_apart() -> Prepared {
    const APART: u64 = 4 << 20;
    const WORDS: usize = 4096;
    let guest = guest(Ahead::Yes);
    Prepared::new(3 * WORDS, move || {
        let hart = guest.hart();
        (0..WORDS as u64).fold(0, |sum, word| {
            let at = VIRTUAL + 8 * word;
            let element = guest::load::<u64>(hart, at) + guest::load::<u64>(hart, at + APART);
            guest::store::<u64>(hart, at + 2 * APART, element);
            sum + element
        })
    })
}
