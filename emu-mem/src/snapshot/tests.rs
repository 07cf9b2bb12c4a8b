//! Tests of logs and snapshots: what is seen, what is not, what is kept. The model test in `tests/snapshots.rs` does
//! random histories.

use super::*;
use crate::access::{Access, AmoOp, Width};
use crate::addr::GuestVirt;
use crate::bus::{Bus, BusBuilder, BusFault};
use crate::memory::{Segment, Segments};
use crate::tlb::Tlb;

const RAM: u64 = 0x8000_0000;
const ROM: u64 = 0x1000;
const LOW: u64 = 0x4000;

/// Two RAMs with a ROM below both.
fn bus() -> Bus {
    let mut builder = BusBuilder::new();
    builder.ram("main", GuestPhys(RAM), 16 * PAGE_SIZE).unwrap();
    builder.rom("boot", GuestPhys(ROM), PAGE_SIZE).unwrap();
    builder.ram("low", GuestPhys(LOW), 2 * PAGE_SIZE).unwrap();
    builder.build().unwrap()
}

fn page(number: u64) -> GuestPhys {
    GuestPhys(RAM + number * PAGE_SIZE)
}

fn word(memory: &Memory, at: GuestPhys) -> u64 {
    memory.read(at).unwrap()
}

#[test]
fn every_way_to_write_is_seen() {
    let bus = bus();
    let memory = bus.memory();
    memory.write(page(3), 1_u64).unwrap();
    let log = memory.log_writes();
    assert_eq!(log.pages(), [], "what was before is not in it");
    type Way = fn(&Bus, GuestPhys);
    let ways: [Way; 12] = [
        |bus, at| bus.memory().write(at, 1_u8).unwrap(),
        |bus, at| bus.memory().write_bytes(at, &[1; 3]).unwrap(),
        |bus, at| bus.memory().install_bytes(at, &[1; 3]).unwrap(),
        |bus, at| bus.memory().zero(at, 8).unwrap(),
        |bus, at| bus.memory().discard(&[(at, 8)]).unwrap(),
        |bus, at| assert!(bus.write(at, Width::B4, 1).is_ok()),
        |bus, at| assert!(bus.amo(at, Width::B8, AmoOp::Add, 1).is_ok()),
        |bus, at| assert!(bus.compare_exchange(at, Width::B4, 5, 1).is_ok()),
        |bus, at| {
            let segments = [Segment { at, bytes: 100 }];
            let zero = std::fs::File::open("/dev/zero").unwrap();
            if cfg!(miri) {
                // Miri knows no vectored system calls.
                bus.memory().scatter(Segments::new(&segments), &[0; 100]).unwrap();
            } else {
                bus.memory().read_file(&zero, 0, Segments::new(&segments)).unwrap();
            }
        },
        |bus, at| {
            let tlb = Tlb::new(bus.memory());
            tlb.prefetch(Access::Write, GuestVirt(0x5000), at);
            assert!(tlb.recall(Access::Write, GuestVirt(0x5000)));
            tlb.write(GuestVirt(0x5000), 1_u64).unwrap();
        },
        |bus, at| {
            let tlb = Tlb::new(bus.memory());
            tlb.stream(Access::Write, [(GuestVirt(0x5000), at), (GuestVirt(0x6000), page(7))]);
            assert_eq!(tlb.write(GuestVirt(0x5000), 1_u64), None, "it would not be noted");
            assert!(tlb.recall(Access::Write, GuestVirt(0x5000)));
            tlb.write(GuestVirt(0x5000), 1_u64).unwrap();
        },
        |bus, at| {
            let tlb = Tlb::new(bus.memory());
            assert!(tlb.fill(Access::Write, GuestVirt(0x5000), at, PAGE_SIZE));
            tlb.write(GuestVirt(0x5000), 1_u64).unwrap();
        },
    ];
    for way in ways {
        for at in [page(3), GuestPhys(LOW + PAGE_SIZE)] {
            memory.write(at, u64::MAX).unwrap();
            log.next_epoch();
            way(&bus, at);
            assert_eq!(log.pages(), [at]);
        }
    }
    log.next_epoch();
    bus.write_split(page(4).wrapping_add(0xffd), 3, page(9), Width::B8, 1).unwrap();
    memory.write_bytes(page(12).wrapping_add(0xfff), &[1; 2 + PAGE_SIZE as usize]).unwrap();
    assert_eq!(log.next_epoch(), [page(4), page(9), page(12), page(13), page(14)]);
    assert_eq!(log.pages(), []);
}

#[test]
fn what_writes_nothing_is_not_seen() {
    let bus = bus();
    let memory = bus.memory();
    let log = memory.log_writes();
    memory.zero(page(0), 16 * PAGE_SIZE).unwrap();
    memory.discard(&[(page(0), 16 * PAGE_SIZE)]).unwrap();
    memory.populate(&[(page(0), 16 * PAGE_SIZE)]).unwrap();
    memory.write_bytes(page(1), &[]).unwrap();
    memory.install_bytes(GuestPhys(ROM), &[1]).unwrap();
    let past = page(16);
    assert_eq!(memory.write(past, 0_u8), Err(BusFault));
    assert_eq!(memory.write_bytes(page(15), &[1; 1 + PAGE_SIZE as usize]), Err(BusFault));
    assert_eq!(memory.discard(&[(page(1), 1), (past, 1)]), Err(BusFault));
    assert!(bus.amo(page(1).wrapping_add(1), Width::B2, AmoOp::Add, 1).is_err());
    assert!(bus.compare_exchange(page(1).wrapping_add(4), Width::B8, 0, 1).is_err());
    assert!(bus.write_split(page(1), 4, past, Width::B8, 1).is_err());
    assert!(bus.write(GuestPhys(ROM), Width::B1, 1).is_err());
    let tlb = Tlb::new(memory);
    for access in [Access::Read, Access::Fetch] {
        assert!(tlb.fill(access, GuestVirt(0), page(2), PAGE_SIZE));
    }
    tlb.prefetch(Access::Write, GuestVirt(0x3000), page(3));
    tlb.prefetch(Access::Read, GuestVirt(0x4000), page(4));
    assert!(tlb.recall(Access::Read, GuestVirt(0x4000)));
    assert_eq!(log.pages(), []);
}

#[test]
fn a_write_table_tells_again_in_each_epoch() {
    let bus = bus();
    let (log, tlb, va) = (bus.memory().log_writes(), Tlb::new(bus.memory()), GuestVirt(0x7000));
    for _ in 0..3 {
        assert_eq!(tlb.write(va, 1_u64), None, "forgotten");
        assert!(tlb.fill(Access::Write, va, page(5), PAGE_SIZE));
        tlb.write(va, 1_u64).unwrap();
        assert_eq!(log.next_epoch(), [page(5)]);
        tlb.refresh();
    }
    // So do the beginnings of snapshots and logs, and their returns.
    let snapshot = bus.memory().snapshot();
    let moments: [fn(&Snapshot); 3] = [
        |_| {},
        |snapshot| drop(snapshot.0.memory.log_writes()),
        |snapshot| {
            snapshot.restore();
        },
    ];
    for moment in moments {
        moment(&snapshot);
        tlb.refresh();
        assert_eq!(tlb.write(va, 1_u64), None);
        assert!(tlb.fill(Access::Write, va, page(5), PAGE_SIZE));
    }
}

#[test]
fn a_snapshot_is_restored_again_and_again() {
    let bus = bus();
    let memory = bus.memory();
    (0..16).for_each(|i| memory.write(page(i), i).unwrap());
    let snapshot = memory.snapshot();
    assert_eq!(snapshot.restore(), 0);
    for round in 1..4 {
        for i in (0..16).step_by(round) {
            memory.write(page(i), u64::MAX).unwrap();
        }
        assert_eq!(snapshot.pages().len() as u64, 16_u64.div_ceil(round as u64));
        assert_eq!(snapshot.restore(), 16_u64.div_ceil(round as u64), "no page that was not touched");
        (0..16).for_each(|i| assert_eq!(word(memory, page(i)), i));
        assert_eq!(snapshot.pages(), []);
    }
    // Page 0 was all zeros.
    assert_eq!(snapshot.copied_bytes(), 15 * PAGE_SIZE);
}

#[test]
fn snapshots_are_restored_in_any_order() {
    let bus = bus();
    let (memory, at) = (bus.memory(), page(7));
    let taken: Vec<Snapshot> = (0..4)
        .map(|i| {
            memory.write(at, i + 10_u64).unwrap();
            memory.snapshot()
        })
        .collect();
    memory.write(at, 99_u64).unwrap();
    for i in [2, 0, 3, 3, 1, 2_usize] {
        taken[i].restore();
        assert_eq!(word(memory, at), i as u64 + 10);
    }
    let mut taken = taken;
    let last = taken.remove(3);
    drop(taken);
    last.restore();
    assert_eq!(word(memory, at), 13);
}

#[test]
fn snapshots_of_one_past_share_their_copies() {
    let bus = bus();
    let memory = bus.memory();
    let held = || memory.logs(|logs| logs.spare_pages());
    memory.write(page(1), 1_u64).unwrap();
    let (one, two) = (memory.snapshot(), memory.snapshot());
    memory.write(page(1), 2_u64).unwrap();
    assert_eq!((one.copied_bytes(), two.copied_bytes()), (PAGE_SIZE, PAGE_SIZE));
    let before = held();
    drop(one);
    assert_eq!(held(), before, "the other one needs the copy");
    drop(two);
    assert_eq!(held(), before + 1, "kept for the next snapshot");
    let three = memory.snapshot();
    memory.write(page(1), 3_u64).unwrap();
    assert_eq!(held(), before);
    three.restore();
    assert_eq!(word(memory, page(1)), 2);
}

#[test]
fn nothing_is_logged_once_nobody_wants_it() {
    let bus = bus();
    let memory = bus.memory();
    let (log, snapshot) = (memory.log_writes(), memory.snapshot());
    drop(log);
    memory.write(page(1), 1_u8).unwrap();
    assert_eq!(snapshot.pages(), [page(1)], "the other one goes on");
    drop(snapshot);
    memory.write(page(1), 2_u8).unwrap();
    let later = memory.snapshot();
    assert_eq!(later.restore(), 0);
    assert_eq!(memory.read(page(1)), Ok(2_u8));
}

#[test]
fn a_restored_page_holds_no_reservation() {
    let bus = bus();
    let memory = bus.memory();
    let snapshot = memory.snapshot();
    memory.write(page(1), 1_u8).unwrap();
    memory.reservations().reserve(0, page(1).wrapping_add(8));
    memory.reservations().reserve(1, page(2));
    snapshot.restore();
    assert_eq!((memory.reservations().held(0), memory.reservations().held(1)), (None, Some(page(2))));
}

#[test]
fn what_was_never_touched_is_not_copied() {
    let mut builder = BusBuilder::new();
    builder.ram("main", GuestPhys(0), if cfg!(miri) { 1 << 20 } else { 64 << 30 }).unwrap();
    let bus = builder.build().unwrap();
    let (memory, snapshot) = (bus.memory(), bus.memory().snapshot());
    let last = memory.regions()[0].range.last.page();
    memory.write(GuestPhys(0), 1_u8).unwrap();
    memory.write(last, 1_u8).unwrap();
    assert_eq!(snapshot.pages(), [GuestPhys(0), last]);
    assert_eq!(snapshot.copied_bytes(), 0);
    assert_eq!(snapshot.restore(), 2);
    assert_eq!((word(memory, GuestPhys(0)), word(memory, last)), (0, 0));
}
