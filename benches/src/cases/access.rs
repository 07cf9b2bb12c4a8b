//! Single accesses: to a host slice, to RAM by offset, over the bus, and by the hart's own way through the TLB. The
//! addresses are a list that is made beforehand; going through it is all that the measured loop does beside them.

use std::hint::black_box;

use emu_mem::{GuestPhys, PAGE_SIZE, Unit, Width};
use guest_tests::rng::Rng;

use crate::Prepared;
use crate::guest::{self, DATA, DEVICE, Guest, RAM, Translation, VIRTUAL};

/// Accesses of one run.
const ACCESSES: usize = 1024;
/// Accesses of one turn of the measured loop. With one, much of what is measured is how soon the host can go around again.
const TURN: usize = 4;
const _: () = assert!(ACCESSES.is_multiple_of(TURN));
/// Pages they fall into: few enough for any TLB and for the host's first-level cache.
const PAGES: u64 = 4;

/// How an access lies.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// At a multiple of its width.
    Aligned,
    /// Not so, but inside a page.
    Unaligned,
    /// Half in one page and half in the next.
    Crossing,
}

impl Place {
    /// The offsets of the accesses in random order, the same each time.
    fn offsets<T: Unit>(self) -> Vec<u64> {
        let mut rng = Rng::new(1);
        let offset = |_| match self {
            Place::Aligned => rng.below(PAGES * PAGE_SIZE / 8) * 8,
            // An odd multiple of 1 is inside the 8 bytes or crosses into the next; the last 8 of a page are left out.
            Place::Unaligned => rng.below(PAGES) * PAGE_SIZE + rng.below(PAGE_SIZE / 8 - 1) * 8 + 8 - T::BYTES / 2,
            Place::Crossing => (rng.below(PAGES) + 1) * PAGE_SIZE - T::BYTES / 2,
        };
        (0..ACCESSES).map(offset).collect()
    }

    /// The same as addresses behind `base`.
    fn addresses<T: Unit>(self, base: u64) -> Vec<u64> {
        self.offsets::<T>().into_iter().map(|offset| base + offset).collect()
    }
}

/// A machine that translates, with a page beyond the [`PAGES`] for accesses that cross into it.
fn guest() -> Guest {
    Guest::translated(Translation::Sv39, (PAGES + 1) * PAGE_SIZE)
}

/// Runs `read` at every address and adds up what it gives.
#[inline(always)]
fn sum(addresses: &[u64], read: impl Fn(u64) -> u64) -> u64 {
    let turns = addresses.as_chunks::<TURN>().0.iter();
    turns.fold(0, |sum, turn| turn.iter().fold(sum, |sum, &at| sum.wrapping_add(read(at))))
}

/// Runs `write` at every address; how many there were.
#[inline(always)]
fn count(addresses: &[u64], write: impl Fn(u64)) -> u64 {
    addresses.as_chunks::<TURN>().0.iter().for_each(|turn| turn.iter().for_each(|&at| write(at)));
    addresses.len() as u64
}

/// What a read costs that only has to stay inside its bytes: the measure of all others.
pub(super) fn slice_reads() -> Prepared {
    let bytes = black_box(vec![1u8; (PAGES * PAGE_SIZE) as usize]);
    let offsets = Place::Aligned.offsets::<u64>();
    Prepared::new(ACCESSES, move || {
        sum(&offsets, |at| {
            let word = bytes.get(at as usize..).and_then(|rest| rest.first_chunk());
            u64::from_le_bytes(*word.expect("offsets are inside"))
        })
    })
}

pub(super) fn ram_reads<T: Unit>(place: Place) -> Prepared {
    let ram = Guest::new(64).ram().clone();
    let offsets = place.addresses::<T>(DATA - RAM);
    Prepared::new(ACCESSES, move || sum(&offsets, |at| ram.read::<T>(at).expect("offsets are inside").to_u64()))
}

pub(super) fn ram_writes<T: Unit>(place: Place) -> Prepared {
    let ram = Guest::new(64).ram().clone();
    let offsets = place.addresses::<T>(DATA - RAM);
    Prepared::new(ACCESSES, move || count(&offsets, |at| ram.write(at, T::from_u64(at)).expect("offsets are inside")))
}

pub(super) fn bus_reads(place: Place) -> Prepared {
    let guest = Guest::new(64);
    let addresses = place.addresses::<u64>(DATA);
    Prepared::new(ACCESSES, move || {
        let bus = guest.bus();
        sum(&addresses, |at| bus.read(GuestPhys(at), Width::B8).expect("RAM").value)
    })
}

pub(super) fn bus_writes(place: Place) -> Prepared {
    let guest = Guest::new(64);
    let addresses = place.addresses::<u64>(DATA);
    Prepared::new(ACCESSES, move || {
        let bus = guest.bus();
        count(&addresses, |at| {
            bus.write(GuestPhys(at), Width::B8, at).expect("RAM");
        })
    })
}

/// The page at which the second half of a split access begins: not the next one.
const SECOND: GuestPhys = GuestPhys(DATA + 16 * PAGE_SIZE);

pub(super) fn bus_split_reads() -> Prepared {
    let guest = Guest::new(64);
    let addresses = Place::Crossing.addresses::<u64>(DATA);
    Prepared::new(ACCESSES, move || {
        let bus = guest.bus();
        sum(&addresses, |at| bus.read_split(GuestPhys(at), 4, SECOND, Width::B8).expect("RAM").value)
    })
}

pub(super) fn bus_split_writes() -> Prepared {
    let guest = Guest::new(64);
    let addresses = Place::Crossing.addresses::<u64>(DATA);
    Prepared::new(ACCESSES, move || {
        let bus = guest.bus();
        count(&addresses, |at| {
            bus.write_split(GuestPhys(at), 4, SECOND, Width::B8, at).expect("RAM");
        })
    })
}

pub(super) fn device_reads() -> Prepared {
    let guest = Guest::new(64);
    let addresses = vec![DEVICE; ACCESSES];
    Prepared::new(ACCESSES, move || {
        let bus = guest.bus();
        sum(&addresses, |at| bus.read(GuestPhys(at), Width::B4).expect("a register").value)
    })
}

pub(super) fn device_writes() -> Prepared {
    let guest = Guest::new(64);
    let addresses = vec![DEVICE; ACCESSES];
    Prepared::new(ACCESSES, move || {
        let bus = guest.bus();
        count(&addresses, |at| {
            bus.write(GuestPhys(at), Width::B4, 0).expect("a register");
        })
    })
}

pub(super) fn loads<T: Unit>(place: Place) -> Prepared {
    let guest = guest();
    let addresses = place.addresses::<T>(VIRTUAL);
    Prepared::new(ACCESSES, move || {
        let hart = guest.hart();
        sum(&addresses, |at| guest::load::<T>(hart, at))
    })
}

pub(super) fn stores<T: Unit>(place: Place) -> Prepared {
    let guest = guest();
    let addresses = place.addresses::<T>(VIRTUAL);
    Prepared::new(ACCESSES, move || {
        let hart = guest.hart();
        count(&addresses, |at| guest::store::<T>(hart, at, at))
    })
}
