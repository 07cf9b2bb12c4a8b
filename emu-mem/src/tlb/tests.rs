//! Tests of the soft TLB: what enters it, what hits, what each flush forgets. The model test in `tests/model.rs` does
//! the accesses at large.

use super::*;
use crate::access::Width;
use crate::addr::PAGE_MASK;
use crate::bus::{Bus, BusBuilder, Watch};

const RAM: u64 = 0x8000_0000;
const ROM: u64 = 0x1000;
/// A virtual page in the upper half.
const VA: GuestVirt = GuestVirt(0xffff_ffc0_1234_5000);
/// Spaces that differ in one of the two.
const SPACES: [Space; 4] = [
    Space { root: 0, rights: 0 },
    Space { root: 0, rights: 1 },
    Space { root: 7, rights: 0 },
    Space { root: 7, rights: 1 },
];

/// All spaces with their numbers, each selected in turn.
fn each(tlb: &Tlb) -> impl Iterator<Item = u64> {
    SPACES.iter().zip(0..).map(|(&space, n)| {
        tlb.select(space, space);
        n
    })
}

fn bus() -> Bus {
    let mut builder = BusBuilder::new();
    builder.ram("main", GuestPhys(RAM), 16 * PAGE_SIZE).unwrap();
    builder.rom("boot", GuestPhys(ROM), PAGE_SIZE).unwrap();
    let bus = builder.build().unwrap();
    for page in 0..16 {
        let bytes: Vec<u8> = (0..PAGE_SIZE).map(|i| (i ^ page << 4) as u8).collect();
        bus.memory().write_bytes(GuestPhys(RAM + page * PAGE_SIZE), &bytes).unwrap();
    }
    bus
}

fn ram(page: u64) -> GuestPhys {
    GuestPhys(RAM + page * PAGE_SIZE)
}

struct Nobody;
impl Watch for Nobody {
    fn stored(&mut self, _: GuestPhys, _: Width, _: &Memory) {}
}

#[test]
fn nothing_hits_before_it_is_filled() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    tlb.allow_unaligned(true);
    for va in
        [0, 1, 0xff7, 0xfff, 0x1000, 0x1003, 0x1ff7, 0x2001, VA.0, u64::MAX, u64::MAX - 7, u64::MAX - 11].map(GuestVirt)
    {
        assert_eq!(tlb.read::<u64>(va), None);
        assert_eq!(tlb.write(va, 0_u32), None);
        assert_eq!(tlb.read::<u8>(va), None);
        assert_eq!(tlb.write(va, 0_u64), None);
        assert_eq!(tlb.amo(va, AmoOp::Add, 0_u32), None);
        assert_eq!(tlb.read_unaligned::<u64>(va), None);
        assert_eq!(tlb.read_pair::<u64>(va), None);
        assert_eq!(tlb.write_pair(va, [0_u32; 2]), None);
        assert_eq!(tlb.translate(Access::Read, va), None);
    }
}

#[test]
fn kinds_of_access_are_apart() {
    let bus = bus();
    for filled in Access::ALL {
        let tlb = Tlb::new(bus.memory());
        assert!(tlb.fill(filled, VA, ram(1), PAGE_SIZE));
        assert_eq!(tlb.read::<u8>(VA).is_some(), filled == Access::Read);
        assert_eq!(tlb.write(VA, 0x10_u8).is_some(), filled == Access::Write);
        assert_eq!(tlb.amo(VA, AmoOp::Or, 0_u8).is_some(), filled == Access::Write);
        assert_eq!(tlb.compare_exchange(VA, 1_u8, 1).is_some(), filled == Access::Write);
        for asked in Access::ALL {
            let place = tlb.translate(asked, VA.wrapping_add(0x123));
            assert_eq!(place, (asked == filled).then_some(ram(1).wrapping_add(0x123)));
        }
    }
}

#[test]
fn a_hit_is_the_page_that_was_filled_and_no_other() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    // The physical address may be anywhere in its page, and so may the virtual one.
    assert!(tlb.fill(Access::Read, VA.wrapping_add(0x777), ram(3).wrapping_add(0x123), PAGE_SIZE));
    for i in (0..PAGE_SIZE).step_by(8) {
        let expected = bus.memory().read::<u64>(ram(3).wrapping_add(i)).unwrap();
        assert_eq!(tlb.read(VA.wrapping_add(i)), Some(expected));
    }
    // Pages that fall into the same slot, and the neighbours.
    for other in [VA.0 ^ 1 << 63, VA.0 ^ 1 << 32, VA.0 ^ 64 << 12, VA.0 + PAGE_SIZE, VA.0 - PAGE_SIZE] {
        assert_eq!(tlb.read::<u64>(GuestVirt(other)), None, "{other:#x}");
    }
}

fn alignment_of<T: Unit>() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    assert!(tlb.fill(Access::Read, VA, ram(2), PAGE_SIZE) && tlb.fill(Access::Write, VA, ram(2), PAGE_SIZE));
    // Miri is slow.
    for i in (0..PAGE_SIZE).step_by(if cfg!(miri) { 13 } else { 1 }) {
        let (va, at) = (VA.wrapping_add(i), ram(2).wrapping_add(i));
        let value: T = bus.memory().read(at).unwrap();
        let aligned = i % T::BYTES == 0;
        let inside = i + T::BYTES <= PAGE_SIZE;
        assert_eq!(tlb.read(va), aligned.then_some(value), "{:?} at {i}", T::WIDTH);
        assert_eq!(tlb.read_unaligned(va), inside.then_some(value), "{:?} at {i}", T::WIDTH);
        let new = T::from_u64(!value.to_u64());
        tlb.allow_unaligned(true);
        assert_eq!(tlb.read(va), inside.then_some(value), "{:?} at {i}", T::WIDTH);
        assert_eq!(tlb.write(va, new).is_some(), inside);
        assert_eq!(bus.memory().read(at).ok().filter(|_| inside), inside.then_some(new));
        assert_eq!(tlb.write(va, value).is_some(), inside);
        tlb.allow_unaligned(false);
        assert_eq!(tlb.write(va, new).is_some(), aligned);
        assert_eq!(bus.memory().read(at), Ok(if aligned { new } else { value }));
        assert_eq!(tlb.write_unaligned(va, value).is_some(), inside);
        assert_eq!(bus.memory().read(at), Ok(value));
        assert_eq!(tlb.amo(va, AmoOp::Xor, value), aligned.then_some(value));
        assert_eq!(tlb.compare_exchange(va, T::from_u64(0), value), aligned.then_some(T::from_u64(0)));
    }
}

#[test]
fn misaligned_accesses_hit_where_they_are_allowed_and_crossing_ones_never() {
    alignment_of::<u8>();
    alignment_of::<u16>();
    alignment_of::<u32>();
    alignment_of::<u64>();
}

fn alignment_of_pairs<T: Unit>() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    assert!(tlb.fill(Access::Read, VA, ram(2), PAGE_SIZE) && tlb.fill(Access::Write, VA, ram(2), PAGE_SIZE));
    for i in (0..PAGE_SIZE).step_by(if cfg!(miri) { 13 } else { 1 }) {
        let (va, at) = (VA.wrapping_add(i), ram(2).wrapping_add(i));
        let there = || [at, at.wrapping_add(T::BYTES)].map(|at| bus.memory().read::<T>(at).unwrap());
        let (old, aligned) = (there(), i % T::BYTES == 0);
        let new = old.map(|value| T::from_u64(!value.to_u64()));
        let inside = i + 2 * T::BYTES <= PAGE_SIZE;
        for allowed in [false, true] {
            tlb.allow_unaligned(allowed);
            let hits = inside && (aligned || allowed);
            assert_eq!(tlb.read_pair(va), hits.then_some(old), "{:?} at {i}", T::WIDTH);
            assert_eq!(tlb.write_pair(va, new), hits.then_some(()), "{:?} at {i}", T::WIDTH);
            assert_eq!(there(), if hits { new } else { old }, "{:?} at {i}", T::WIDTH);
            assert_eq!(tlb.write_pair(va, old), hits.then_some(()), "{:?} at {i}", T::WIDTH);
        }
    }
}

#[test]
fn pairs_hit_where_both_units_do() {
    alignment_of_pairs::<u8>();
    alignment_of_pairs::<u16>();
    alignment_of_pairs::<u32>();
    alignment_of_pairs::<u64>();
}

/// Where an access lies in its page has no part in whose window it is answered from, in any size of table and anywhere.
#[test]
fn an_unaligned_access_never_hits_another_page() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    tlb.allow_unaligned(true);
    let mut page = 1u64;
    for _ in 0..if cfg!(miri) { 50 } else { 20_000 } {
        // Pages all over the address space, full tables, carries included.
        page = page.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let va = GuestVirt(page & PAGE_MASK);
        tlb.fill(Access::Read, va, ram(page & 15), PAGE_SIZE);
        for offset in [1, 7, 0xff7, 0xff9, 0xfff] {
            let at = va.wrapping_add(offset);
            let there: u64 = bus.memory().read(ram(page & 15).wrapping_add(offset.min(0xff8))).unwrap();
            let hit = tlb.read::<u64>(at);
            assert!(hit.is_none() || offset <= 0xff8 && hit == Some(there), "{at:?}");
            assert_eq!(tlb.read::<u64>(GuestVirt(at.0 ^ 1 << 60)), None, "{at:?}");
        }
    }
    assert!(tlb.counts().resized > 0);
}

#[test]
fn what_may_not_enter_does_not() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    for access in Access::ALL {
        assert!(!tlb.fill(access, VA, GuestPhys(0), PAGE_SIZE), "a hole");
        assert!(!tlb.fill(access, VA, GuestPhys(u64::MAX), PAGE_SIZE), "a hole at the end");
        assert_eq!(tlb.fill(access, VA, GuestPhys(ROM), PAGE_SIZE), access != Access::Write, "{access:?} of ROM");
    }
    assert_eq!(tlb.write(VA, 1_u8), None);
    assert_eq!(tlb.translate(Access::Write, VA), None);
    assert!(tlb.read::<u8>(VA).is_some());
}

#[test]
fn a_watched_page_leaves_the_write_tables() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    assert!(tlb.fill(Access::Write, VA, ram(1), PAGE_SIZE));
    bus.watch(ram(1).wrapping_add(0x800), 8, Box::new(Nobody)).unwrap();
    tlb.refresh();
    assert_eq!(tlb.write(VA, 1_u8), None, "it was there when the watch came");
    assert!(!tlb.fill(Access::Write, VA, ram(1), PAGE_SIZE));
    assert!(tlb.fill(Access::Read, VA, ram(1), PAGE_SIZE) && tlb.fill(Access::Write, VA, ram(2), PAGE_SIZE));
    tlb.refresh();
    assert!(tlb.write(VA, 1_u8).is_some(), "a refresh without news forgets nothing");

    // A fill brings news as well: it must not hide that older entries are stale.
    bus.watch(ram(2), 8, Box::new(Nobody)).unwrap();
    assert!(tlb.fill(Access::Read, VA.wrapping_add(PAGE_SIZE), ram(5), PAGE_SIZE));
    assert_eq!(tlb.write(VA, 1_u8), None);
}

#[test]
fn spaces_are_apart() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    for n in each(&tlb) {
        assert_eq!(tlb.space(), SPACES[n as usize]);
        assert_eq!(tlb.read::<u8>(VA), None);
        assert!(tlb.fill(Access::Read, VA, ram(n), PAGE_SIZE));
    }
    for n in each(&tlb) {
        assert_eq!(tlb.read(VA), Some((n << 4) as u8));
        assert_eq!(tlb.translate(Access::Read, VA), Some(ram(n)));
    }
    tlb.flush(|space| space == SPACES[2]);
    for n in each(&tlb) {
        assert_eq!(tlb.read::<u8>(VA).is_some(), n != 2);
    }
}

#[test]
fn the_space_unused_for_longest_goes() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    let space = |root| Space { root, rights: 0 };
    let select = |root| tlb.select(space(root), space(root));
    let fill = |root: u64| {
        select(root);
        assert!(tlb.fill(Access::Read, VA, ram(root % 16), PAGE_SIZE));
    };
    (0..MAX_SPACES as u64).for_each(fill);
    select(0);
    fill(99);
    for root in (0..MAX_SPACES as u64).filter(|&root| root != 1) {
        select(root);
        assert_eq!(tlb.read(VA), Some(((root % 16) << 4) as u8), "{root}");
    }
    select(1);
    assert_eq!(tlb.read::<u8>(VA), None);
}

#[test]
fn a_page_flush_forgets_one_page_everywhere() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    let other = VA.wrapping_add(PAGE_SIZE);
    for _ in each(&tlb) {
        for access in Access::ALL {
            assert!(tlb.fill(access, VA, ram(1), PAGE_SIZE) && tlb.fill(access, other, ram(2), PAGE_SIZE));
        }
    }
    // Fetches are forgotten by their space as a whole, and only if the page may have been fetched from.
    tlb.flush_page(VA.wrapping_add(64 * PAGE_SIZE), |_| true);
    for _ in each(&tlb) {
        assert!(Access::ALL.iter().all(|&access| tlb.translate(access, VA) == Some(ram(1))));
    }
    tlb.flush_page(VA.wrapping_add(0xabc), |space| space != SPACES[3]);
    for n in each(&tlb) {
        for access in [Access::Read, Access::Write] {
            assert_eq!(tlb.translate(access, VA), (n == 3).then_some(ram(1)));
            assert_eq!(tlb.translate(access, other), Some(ram(2)));
        }
        assert_eq!(tlb.translate(Access::Fetch, VA).is_some(), n == 3);
    }
    tlb.flush_all();
    for _ in each(&tlb) {
        assert!(Access::ALL.iter().all(|&access| tlb.translate(access, other).is_none()));
    }
}

#[test]
fn a_page_flush_reaches_all_parts_of_a_large_page() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    let beside = VA.wrapping_add(0x20_0000);
    for n in each(&tlb) {
        assert!(tlb.fill(Access::Read, VA, ram(1), if n == 1 { 0x20_0000 } else { PAGE_SIZE }));
        assert!(tlb.fill(Access::Read, beside, ram(2), PAGE_SIZE));
    }
    tlb.flush_page(VA.wrapping_add(5 * PAGE_SIZE), |_| true);
    for n in each(&tlb) {
        assert_eq!(tlb.read::<u8>(VA).is_some(), n != 1, "a large page in space 1 only");
        assert!(tlb.read::<u8>(beside).is_some());
    }
}

#[test]
fn more_large_pages_than_are_told_apart_go_together() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    let va = |n: u64| GuestVirt(n << 21);
    (0..40).for_each(|n| assert!(tlb.fill(Access::Read, va(n), ram(1), 1 << 21)));
    tlb.flush_page(va(39).wrapping_add(PAGE_SIZE), |_| true);
    assert!((0..40).all(|n| tlb.read::<u8>(va(n)).is_none()));
}

#[test]
fn a_stream_is_entered_but_for_its_last_page_and_pushes_nothing_out() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    let at = |n: u64| VA.wrapping_add(n * PAGE_SIZE);
    let other = GuestVirt(at(5).0 ^ 1 << 63);
    assert!(tlb.fill(Access::Read, other, ram(9), PAGE_SIZE));
    assert_eq!([0, 1, 2].map(|n| tlb.missed(Access::Read, at(n))), [None, None, Some(1)]);
    tlb.stream(Access::Read, (3..8).map(|n| (at(n), ram(n))));
    assert_eq!(tlb.read(other), Some(0x90_u8), "it has the window of page 5");
    let there = (3..8).filter(|&n| tlb.read(at(n)) == Some((n << 4) as u8)).collect::<Vec<_>>();
    assert_eq!(there, [3, 4, 6]);
    let counts = tlb.counts();
    assert_eq!((counts.prefetched, counts.prefetched_used, counts.streamed, counts.in_vain()), (5, 0, 0, 5));
    assert!(tlb.recall(Access::Read, at(5)) && tlb.read::<u8>(at(5)).is_some());
    assert!(tlb.recall(Access::Read, at(7)) && tlb.read::<u8>(at(7)).is_some());
    let counts = tlb.counts();
    assert_eq!((counts.prefetched_used, counts.streamed, counts.in_vain()), (2, 3, 0));
    assert_eq!(tlb.missed(Access::Read, at(8)), Some(1), "it goes on");
    // What is forgotten was in vain, and its end tells of nothing any more.
    tlb.stream(Access::Read, (9..12).map(|n| (at(n), ram(n))));
    tlb.flush_all();
    assert!(!tlb.recall(Access::Read, at(11)));
    assert_eq!(tlb.counts().in_vain(), 3);
    tlb.stream(Access::Write, [(at(1), GuestPhys(ROM)), (at(2), GuestPhys(ROM))]);
    assert_eq!((tlb.write(at(1), 1_u8), tlb.recall(Access::Write, at(2))), (None, false), "ROM");
}

#[test]
fn even_steps_are_followed_and_no_others() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    let at = |n: u64| VA.wrapping_add(n * PAGE_SIZE);
    assert_eq!([0, 1, 2].map(|n| tlb.missed(Access::Read, at(n))), [None, None, Some(1)]);
    assert_eq!(tlb.missed(Access::Write, at(3)), None, "stores are a stream of their own");
    tlb.prefetch(Access::Read, at(3), ram(3));
    tlb.prefetch(Access::Write, at(3), GuestPhys(ROM));
    assert!(!tlb.recall(Access::Write, at(3)), "ROM");
    assert!(tlb.recall(Access::Read, at(3)));
    assert_eq!(tlb.read(at(3)), Some(0x30_u8));
    assert_eq!(tlb.missed(Access::Read, at(4)), Some(1), "what was recalled is part of the stream");
    assert_eq!(tlb.missed(Access::Fetch, at(5)), None);
    tlb.set_prefetch(false);
    assert_eq!(tlb.missed(Access::Read, at(5)), None);
}

#[test]
fn pages_far_apart_by_powers_of_two_do_not_collide() {
    for shift in 18..=26 {
        let bus = bus();
        let tlb = Tlb::new(bus.memory());
        for i in 0..4 {
            assert!(tlb.fill(Access::Read, GuestVirt(i << shift), ram(i), PAGE_SIZE));
        }
        for i in 0..4 {
            assert!(tlb.read::<u8>(GuestVirt(i << shift)).is_some(), "2^{shift} bytes apart, number {i}");
        }
    }
}

#[test]
fn a_tlb_outlives_its_bus_and_moves_to_another_thread() {
    let bus = bus();
    let tlb = Tlb::new(bus.memory());
    assert!(tlb.fill(Access::Read, VA, ram(7), PAGE_SIZE));
    drop(bus);
    let value = std::thread::spawn(move || tlb.read::<u8>(VA)).join().unwrap();
    assert_eq!(value, Some(0x70));
}
