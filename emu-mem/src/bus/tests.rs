//! Tests of the address map: what may be built, who answers, what faults, who is told. The model test in
//! `tests/model.rs` does the accesses at large.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::ram::SystemCalls;

/// Remembers its last access in a word the test can see; register 8 refuses.
#[derive(Default, Clone)]
struct Probe(Arc<AtomicU64>);

impl Device for Probe {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        self.0.store(offset << 8 | width.bytes(), Ordering::Relaxed);
        if offset == 8 { Err(BusFault) } else { Ok(u64::MAX) }
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        self.0.store(value << 32 | offset << 8 | width.bytes(), Ordering::Relaxed);
        if offset == 8 { Err(BusFault) } else { Ok(()) }
    }
}

/// Remembers every store it is told of, with what memory held by then.
#[derive(Default, Clone)]
struct Spy(Arc<Mutex<Vec<(u64, Width, u8)>>>);

impl Watch for Spy {
    fn stored(&mut self, at: GuestPhys, width: Width, memory: &Memory) {
        self.0.lock().unwrap().push((at.0, width, memory.read(at).unwrap()));
        // A watch may write the word it watches without being told of that.
        memory.write(GuestPhys(RAM + 0x108), 0_u64).unwrap();
    }
}

const RAM: u64 = 0x8000_0000;
const ROM: u64 = 0x1000;
const UART: u64 = 0x1000_0008;

fn bus() -> (Bus, Probe) {
    let probe = Probe::default();
    let mut builder = BusBuilder::new();
    builder.ram("main", GuestPhys(RAM), 4 * PAGE_SIZE).unwrap();
    builder.rom("boot", GuestPhys(ROM), PAGE_SIZE).unwrap();
    builder.device("uart", GuestPhys(UART), 16, Box::new(probe.clone())).unwrap();
    (builder.build().unwrap(), probe)
}

fn error(result: Result<&mut BusBuilder, Error>) -> String {
    result.err().expect("to be refused").to_string()
}

#[test]
fn accesses_are_counted_if_somebody_asks() {
    let (bus, _) = bus();
    bus.read(GuestPhys(UART), Width::B4).unwrap();
    assert_eq!(bus.device_counts(), []);
    bus.count_accesses();
    bus.count_accesses();
    bus.read(GuestPhys(UART), Width::B4).unwrap();
    bus.read(GuestPhys(UART + 1), Width::B1).unwrap();
    bus.write(GuestPhys(UART + 4), Width::B2, 7).unwrap();
    // Refused, misaligned, and not the device's.
    bus.read(GuestPhys(UART + 8), Width::B4).unwrap_err();
    bus.write(GuestPhys(UART + 1), Width::B4, 0).unwrap_err();
    bus.write(GuestPhys(RAM), Width::B4, 0).unwrap();
    let counts = bus.device_counts();
    let [DeviceCounts { range, reads: 2, writes: 1 }] = &counts[..] else { panic!("{counts:?}") };
    assert_eq!((range.name.as_str(), range.first), ("uart", GuestPhys(UART)));
}

#[test]
fn overlaps_name_both_regions_and_their_ranges() {
    let mut builder = BusBuilder::new();
    builder.ram("main", GuestPhys(RAM), 0x2000).unwrap();
    builder.device("uart", GuestPhys(0x1ff8), 16, Box::new(Probe::default())).unwrap();
    let text = error(builder.rom("flash", GuestPhys(RAM + 0x1000), 0x2000));
    assert_eq!(
        text,
        "\"flash\" (0x80001000 to 0x80002fff) overlaps \"main\" (0x80000000 to 0x80001fff): move or shrink one of them"
    );
    let text = error(builder.ram("low", GuestPhys(0x1000), 0x1000));
    assert!(text.contains("\"low\" (0x1000 to 0x1fff)") && text.contains("\"uart\" (0x1ff8 to 0x2007)"), "{text}");
    let text = error(builder.device("irq", GuestPhys(RAM + 0x1fff), 1, Box::new(Probe::default())));
    assert!(text.contains("\"irq\"") && text.contains("\"main\""), "{text}");
    // Neighbours do not overlap.
    builder.ram("next", GuestPhys(RAM + 0x2000), 0x1000).unwrap();
    builder.device("more", GuestPhys(0x2008), 8, Box::new(Probe::default())).unwrap();
    builder.device("less", GuestPhys(0x1ff7), 1, Box::new(Probe::default())).unwrap();
    // The same holds on the finished bus.
    let mut bus = builder.build().unwrap();
    assert!(bus.attach("late", GuestPhys(0x2000), 1, Box::new(Probe::default())).is_err());
    assert!(bus.attach("late", GuestPhys(RAM), 1, Box::new(Probe::default())).is_err());
    bus.attach("late", GuestPhys(0x2010), 1, Box::new(Probe::default())).unwrap();
    let names: Vec<&str> = bus.devices().map(|range| range.name.as_str()).collect();
    assert_eq!(names, ["less", "uart", "more", "late"]);
}

#[test]
fn regions_that_cannot_be_are_refused() {
    let mut builder = BusBuilder::new();
    let probe = || Box::new(Probe::default());
    let last = GuestPhys(!0xfff);
    assert!(error(builder.ram("r", last, 0x2000)).contains("past the end of the address space"));
    assert!(error(builder.device("d", GuestPhys(u64::MAX), 2, probe())).contains("past the end"));
    assert!(error(builder.ram("r", GuestPhys(0), 0)).contains("\"r\" at 0x0 is empty"));
    assert!(error(builder.device("d", GuestPhys(0), 0, probe())).contains("\"d\" at 0x0 is empty"));
    assert!(error(builder.ram("r", GuestPhys(0x800), 0x1000)).contains("\"r\" (0x800 to 0x17ff) does not begin"));
    assert!(error(builder.ram("r", GuestPhys(0), 0x1800)).contains("0x1800 bytes: the size must be a multiple"));
    assert!(error(builder.ram("r", GuestPhys(0), 1 << 63)).contains("ask for less"));
    // The last byte of the address space is an address like any other.
    builder.ram("top", last, 0x1000).unwrap();
    let bus = builder.build().unwrap();
    assert_eq!(bus.write(GuestPhys(u64::MAX), Width::B1, 5).unwrap().value, 0);
    assert_eq!(bus.read(GuestPhys(u64::MAX), Width::B1).unwrap().value, 5);
    assert_eq!(bus.read(GuestPhys(u64::MAX), Width::B2), Err(BusFault));
}

#[test]
fn memory_that_the_host_cannot_reserve_is_refused_with_the_bus() {
    let mut builder = BusBuilder::new();
    builder.ram("r", GuestPhys(0), 1 << 62).unwrap();
    let text = builder.build().expect_err("no host has that").to_string();
    assert!(text.contains("0x4000000000000000 bytes") && text.contains("ask for less"), "{text}");
}

/// A thousand small regions, of which every tenth is a ROM, with holes between them in guest memory.
fn thousand() -> Bus {
    let mut builder = BusBuilder::new();
    for i in 0..1000_u64 {
        let (name, base) = (format!("region {i}"), GuestPhys(i << 20));
        let added = if i % 10 == 9 { builder.rom(&name, base, 0x4000) } else { builder.ram(&name, base, 0x4000) };
        added.unwrap();
    }
    builder.build().unwrap()
}

#[test]
fn a_thousand_regions_take_a_tenth_of_a_call_each_at_most() {
    let bus = thousand();
    let memory = bus.memory();
    assert_eq!(memory.regions().len(), 1000);
    assert_eq!(memory.system_calls(), SystemCalls { map: 1, protect: 2, advise: 1, ..SystemCalls::default() });
    // Their RAM is one run in the host, whatever the guest's map.
    let pages: Vec<_> = (0..4000).rev().filter(|page| page / 4 % 10 != 9).collect();
    let stretches: Vec<_> =
        pages.iter().map(|page| (GuestPhys(((page / 4) << 20) + ((page % 4) << 12)), PAGE_SIZE)).collect();
    memory.write(stretches[77].0, 0x1234_u16).unwrap();
    memory.populate(&stretches).unwrap();
    assert_eq!(memory.read(stretches[77].0), Ok(0x1234_u16));
    memory.discard(&stretches).unwrap();
    assert_eq!(memory.read(stretches[77].0), Ok(0_u16));
    assert_eq!(memory.system_calls(), SystemCalls { map: 1, protect: 2, advise: 1, populate: 1, discard: 1 });
    // Every other region leaves little to merge: those around a ROM, which is elsewhere in the host.
    let apart: Vec<_> = stretches.iter().copied().filter(|(at, _)| at.0 >> 20 & 1 == 0).collect();
    memory.discard(&apart).unwrap();
    assert_eq!(memory.system_calls().discard, 1 + 500 - 99);
}

#[test]
fn a_batch_with_a_stretch_outside_ram_does_nothing() {
    let (bus, _) = bus();
    let memory = bus.memory();
    memory.write(GuestPhys(RAM), 7_u8).unwrap();
    let good = (GuestPhys(RAM), PAGE_SIZE);
    for bad in [(GuestPhys(ROM), 1), (GuestPhys(UART), 1), (GuestPhys(RAM), 5 * PAGE_SIZE), (GuestPhys(RAM), u64::MAX)]
    {
        assert_eq!(memory.discard(&[good, bad]), Err(BusFault));
        let text = memory.populate(&[good, bad]).unwrap_err().to_string();
        assert!(text.contains(&format!("at {}", bad.0)) && text.contains("one RAM region"), "{text}");
    }
    assert_eq!(memory.read(GuestPhys(RAM)), Ok(7_u8));
    assert_eq!(memory.system_calls().total(), 3);
    assert_eq!(memory.discard(&[(GuestPhys(0x10), 0)]), Ok(()));
    memory.populate(&[(GuestPhys(0x10), 0)]).unwrap();
}

#[test]
fn regions_and_devices_are_found_in_whatever_order_they_came() {
    let mut builder = BusBuilder::new();
    for page in [9, 2, 7, 4, 1, 6] {
        let base = GuestPhys(page << 16);
        if page & 1 == 0 {
            builder.ram("ram", base, PAGE_SIZE).unwrap();
        } else {
            builder.rom("rom", base, PAGE_SIZE).unwrap();
        }
        builder.device("device", base.wrapping_add(0x8000), 16, Box::new(Probe::default())).unwrap();
    }
    let bus = builder.build().unwrap();
    for page in [1_u64, 2, 4, 6, 7, 9] {
        bus.memory().install_bytes(GuestPhys(page << 16), &page.to_le_bytes()).unwrap();
    }
    for page in 0..12 {
        let there = [1, 2, 4, 6, 7, 9].contains(&page);
        let read = |offset| bus.read(GuestPhys((page << 16) + offset), Width::B4);
        assert_eq!(read(0).ok(), there.then_some(BusResult { value: page, device: false }));
        assert_eq!(read(0x8000).ok(), there.then_some(BusResult { value: 0xffff_ffff, device: true }));
        assert_eq!(read(PAGE_SIZE), Err(BusFault));
    }
    assert!(bus.memory().regions().is_sorted_by_key(|region| region.range.first));
    assert!(bus.devices().is_sorted_by_key(|range| range.first));
}

#[test]
fn a_bus_of_nothing_faults_everywhere() {
    let bus = BusBuilder::new().build().unwrap();
    assert_eq!(bus.read(GuestPhys(0), Width::B1), Err(BusFault));
    assert_eq!(bus.write(GuestPhys(u64::MAX), Width::B8, 0), Err(BusFault));
    assert_eq!(bus.memory().read::<u8>(GuestPhys(0)), Err(BusFault));
    assert_eq!(bus.memory().read_bytes(GuestPhys(0), &mut []), Ok(()));
}

#[test]
fn a_device_sees_offset_width_and_truncated_value() {
    let (bus, probe) = bus();
    assert_eq!(bus.read(GuestPhys(UART + 4), Width::B2), Ok(BusResult { value: 0xffff, device: true }));
    assert_eq!(probe.0.load(Ordering::Relaxed), 0x402);
    assert_eq!(bus.write(GuestPhys(UART), Width::B1, 0x1234), Ok(BusResult { value: 0, device: true }));
    assert_eq!(probe.0.load(Ordering::Relaxed), 0x34_0000_0001);
}

#[test]
fn a_device_access_must_be_aligned_inside_and_agreed_to() {
    let (bus, probe) = bus();
    for (offset, width) in [(1, Width::B2), (2, Width::B4), (4, Width::B8), (16, Width::B1), (u64::MAX, Width::B1)] {
        let at = GuestPhys(UART.wrapping_add(offset));
        assert_eq!(bus.read(at, width), Err(BusFault), "{width:?} at {offset}");
        assert_eq!(bus.write(at, width, 1), Err(BusFault), "{width:?} at {offset}");
    }
    assert_eq!(probe.0.load(Ordering::Relaxed), 0, "the device was not asked");
    assert_eq!(bus.read(GuestPhys(UART + 8), Width::B4), Err(BusFault));
    assert_eq!(probe.0.load(Ordering::Relaxed), 0x804, "it was, and refused");
    assert_eq!(bus.amo(GuestPhys(UART), Width::B4, AmoOp::Swap, 1), Err(BusFault));
    assert_eq!(bus.compare_exchange(GuestPhys(UART), Width::B4, 0, 1), Err(BusFault));
}

#[test]
fn a_guest_cannot_change_rom_but_a_loader_can() {
    let (bus, _) = bus();
    bus.memory().install_bytes(GuestPhys(ROM), &[1, 2, 3, 4]).unwrap();
    assert_eq!(bus.write(GuestPhys(ROM), Width::B1, 9), Err(BusFault));
    assert_eq!(bus.amo(GuestPhys(ROM), Width::B4, AmoOp::Swap, 9), Err(BusFault));
    assert_eq!(bus.compare_exchange(GuestPhys(ROM), Width::B4, 0x0403_0201, 9), Err(BusFault));
    assert_eq!(bus.memory().write(GuestPhys(ROM), 9_u8), Err(BusFault));
    assert_eq!(bus.memory().write_bytes(GuestPhys(ROM), &[9]), Err(BusFault));
    assert_eq!(bus.memory().zero(GuestPhys(ROM), 1), Err(BusFault));
    let split = bus.write_split(GuestPhys(RAM), 2, GuestPhys(ROM), Width::B4, u64::MAX);
    assert_eq!(split, Err(SplitFault::Second));
    assert_eq!(bus.read(GuestPhys(RAM), Width::B2).unwrap().value, 0, "no half of a split store");
    assert_eq!(bus.read(GuestPhys(ROM), Width::B4).unwrap(), BusResult { value: 0x0403_0201, device: false });
}

#[test]
fn a_split_access_joins_two_places() {
    let (bus, _) = bus();
    let (first, second) = (GuestPhys(RAM + 0x1000 - 3), GuestPhys(RAM + 0x3000));
    bus.write_split(first, 3, second, Width::B8, 0x8877_6655_4433_2211).unwrap();
    assert_eq!(bus.read_split(first, 3, second, Width::B8).unwrap().value, 0x8877_6655_4433_2211);
    assert_eq!(bus.read(second, Width::B8).unwrap().value, 0x88_7766_5544);
    assert_eq!(bus.read(GuestPhys(RAM + 0x1000 - 4), Width::B4).unwrap().value, 0x3322_1100);
    assert_eq!(bus.read(GuestPhys(RAM + 0x1000), Width::B1).unwrap().value, 0);
    // The first fault counts, and neither part is touched then.
    let hole = GuestPhys(0x4000);
    assert_eq!(bus.read_split(hole, 1, hole, Width::B2), Err(SplitFault::First));
    assert_eq!(bus.read_split(first, 1, hole, Width::B2), Err(SplitFault::Second));
    assert_eq!(bus.write_split(hole, 2, second, Width::B4, 0), Err(SplitFault::First));
    assert_eq!(bus.write_split(first, 2, GuestPhys(UART), Width::B4, 0), Err(SplitFault::Second));
    assert_eq!(bus.read_split(first, 3, second, Width::B8).unwrap().value, 0x8877_6655_4433_2211);
}

#[test]
fn open_ram_leaves_out_watched_pages() {
    let (bus, _) = bus();
    let memory = bus.memory().clone();
    let open = memory.open_ram().unwrap();
    let ram = memory.find(open.guest, 1).unwrap();
    assert_eq!((open.guest, open.bytes, open.closed_bytes), (GuestPhys(RAM), ram.ram.bytes(), 0));
    assert_eq!(open.host, ram.ram.host_address());

    let watch = |at| bus.watch(GuestPhys(at), 8, Box::new(Spy::default())).unwrap();
    watch(RAM + 0x1108);
    let closed = |memory: &Memory| memory.open_ram().map(|open| (open.closed_from, open.closed_bytes));
    assert_eq!(closed(&memory), Some((0x1000, PAGE_SIZE)));
    watch(RAM + 0x108);
    assert_eq!(closed(&memory), Some((0, 2 * PAGE_SIZE)));

    let log = memory.log_writes();
    assert_eq!(memory.open_ram(), None, "somebody wants to know of writes");
    drop(log);
    assert!(memory.open_ram().is_some());
}

#[test]
fn a_watch_is_told_after_the_store_and_only_of_its_range() {
    let (bus, _) = bus();
    let spy = Spy::default();
    let word = RAM + 0x108;
    assert!(!bus.has_watch(GuestPhys(word)));
    bus.watch(GuestPhys(word), 8, Box::new(spy.clone())).unwrap();
    assert!(bus.has_watch(GuestPhys(RAM)) && bus.has_watch(GuestPhys(RAM + 0xfff)));
    assert!(!bus.has_watch(GuestPhys(RAM + 0x1000)));

    let told = |result: Result<BusResult, BusFault>| result.unwrap().device;
    assert!(!told(bus.write(GuestPhys(word - 1), Width::B1, 1)));
    assert!(!told(bus.write(GuestPhys(word - 8), Width::B8, 1)));
    assert!(!told(bus.write(GuestPhys(word + 8), Width::B8, 1)));
    assert!(!told(bus.read(GuestPhys(word), Width::B8)));
    assert!(spy.0.lock().unwrap().is_empty());

    assert!(told(bus.write(GuestPhys(word + 7), Width::B1, 2)));
    assert!(told(bus.write(GuestPhys(word - 3), Width::B4, 0x0403_0201)));
    assert!(told(bus.amo(GuestPhys(word), Width::B4, AmoOp::Add, 5)));
    // Bits above the width are ignored.
    assert!(told(bus.compare_exchange(GuestPhys(word), Width::B4, 1 << 32, 6 | 1 << 32)));
    assert!(!told(bus.compare_exchange(GuestPhys(word), Width::B8, 1, 7)), "nothing was stored");
    let split = bus.write_split(GuestPhys(RAM + 0x1fff), 1, GuestPhys(word), Width::B2, 0x0807);
    assert!(split.unwrap().device);
    bus.memory().write(GuestPhys(word), 9_u8).unwrap();
    let expected = [
        (word + 7, Width::B1, 2),
        (word - 3, Width::B4, 1),
        (word, Width::B4, 5),
        (word, Width::B4, 6),
        (word, Width::B2, 8),
    ];
    assert_eq!(*spy.0.lock().unwrap(), expected);
}

#[test]
fn each_watch_is_told_of_its_own_range() {
    let (bus, _) = bus();
    let spies = [RAM + 0x200, RAM + 0x208, RAM + 0x210].map(|at| {
        let spy = Spy::default();
        bus.watch(GuestPhys(at), 8, Box::new(spy.clone())).unwrap();
        spy
    });
    let told = || spies.each_ref().map(|spy| spy.0.lock().unwrap().len());
    bus.write(GuestPhys(RAM + 0x208), Width::B8, 1).unwrap();
    assert_eq!(told(), [0, 1, 0]);
    bus.write(GuestPhys(RAM + 0x20c), Width::B8, 1).unwrap();
    assert_eq!(told(), [0, 2, 1]);
    bus.write(GuestPhys(RAM + 0x200), Width::B1, 1).unwrap();
    assert_eq!(told(), [1, 2, 1]);
}

#[test]
fn only_ram_can_be_watched() {
    let (bus, _) = bus();
    for (at, bytes) in [(ROM, 8), (UART, 8), (0, 8), (RAM - 4, 8), (RAM + 0x4000 - 4, 8), (RAM, 0), (RAM, u64::MAX)] {
        let error = bus.watch(GuestPhys(at), bytes, Box::new(Spy::default())).unwrap_err().to_string();
        assert!(error.contains(&format!("{at:#x}")) && error.contains("cannot be watched"), "{error}");
        assert!(!bus.has_watch(GuestPhys(at)));
    }
}

#[test]
fn outside_writes_break_reservations_and_harts_own_do_not() {
    let (bus, _) = bus();
    let (memory, at) = (bus.memory(), GuestPhys(RAM + 0x40));
    let r = memory.reservations();
    for write in [
        (|m: &Memory, at| m.write(at, 1_u8)) as fn(&Memory, GuestPhys) -> Result<(), BusFault>,
        |m, at| m.write_bytes(at, &[1; 3]),
        |m, at| m.install_bytes(at, &[1; 3]),
        |m, at| m.zero(at, 4),
        |m, at| m.discard(&[(at, 4)]),
    ] {
        r.reserve(0, at);
        write(memory, at.wrapping_add(0x40)).unwrap();
        assert_eq!(r.held(0), Some(at));
        write(memory, at.wrapping_add(0x3c)).unwrap();
        assert_eq!(r.held(0), None);
    }
    r.reserve(0, at);
    bus.write(at, Width::B8, 1).unwrap();
    bus.amo(at, Width::B8, AmoOp::Add, 1).unwrap();
    assert!(r.take(0, at));
}

#[test]
fn threads_share_a_bus() {
    let (bus, _) = bus();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..100 {
                    bus.amo(GuestPhys(RAM), Width::B4, AmoOp::Add, 1).unwrap();
                    bus.write(GuestPhys(UART), Width::B4, 1).unwrap();
                }
            });
        }
    });
    assert_eq!(bus.read(GuestPhys(RAM), Width::B4).unwrap().value, 200);
}

#[test]
fn a_device_that_panicked_does_not_take_the_bus_with_it() {
    struct Bad;
    impl Device for Bad {
        fn read(&mut self, offset: u64, _: Width) -> Result<u64, BusFault> {
            assert_ne!(offset, 0, "a bug");
            Ok(7)
        }
        fn write(&mut self, _: u64, _: Width, _: u64) -> Result<(), BusFault> {
            Err(BusFault)
        }
    }
    let (mut bus, _) = bus();
    bus.attach("bad", GuestPhys(0), 16, Box::new(Bad)).unwrap();
    let read = std::panic::AssertUnwindSafe(|| bus.read(GuestPhys(0), Width::B1));
    assert!(std::panic::catch_unwind(read).is_err());
    assert_eq!(bus.read(GuestPhys(8), Width::B1).unwrap().value, 7);
}
