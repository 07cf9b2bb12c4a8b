//! What each request does, at which instruction, what a power cut leaves, and what hostile drivers get.

use std::sync::{Arc, Mutex};

use emu_mem::{GuestPhys, Segments, TransferError};
use proptest::prelude::*;

use super::*;
use crate::Timed;
use crate::virtio::mmio::Interface;
use crate::virtio::testing::{
    AVAILABLE, DATA, HEADERS, INDIRECT, NEXT, Plain, RAM, RAM_BYTES, ROM, Rig, SIZE, USED, WRITE, pattern,
};

const IN: u32 = 0;
const OUT: u32 = 1;
const FLUSH: u32 = 4;
const GET_ID: u32 = 8;
const DISCARD: u32 = 11;
const WRITE_ZEROES: u32 = 13;

const SECTORS: u64 = 64;
const OK: u8 = 0;
const IOERR: u8 = 1;
const UNSUPP: u8 = 2;

fn rig(interface: Interface) -> Rig {
    Rig::ready(interface, Box::new(Plain::new(SECTORS as usize)))
}

/// Bytes of sector `n` on a new disk.
fn sector(n: usize) -> Vec<u8> {
    (n * 512..(n + 1) * 512).map(pattern).collect()
}

/// The range that DISCARD and WRITE_ZEROES take, put at `DATA`.
fn range(rig: &Rig, sector: u64, sectors: u32, flags: u32) -> [(u64, u32, bool); 1] {
    rig.put(DATA, sector);
    rig.put(DATA + 8, sectors);
    rig.put(DATA + 12, flags);
    [(DATA, 16, false)]
}

#[test]
fn the_configuration_tells_size_and_limits() {
    let mut rig = rig(Interface::Modern);
    assert_eq!(rig.features(), 1 << 32 | 1 << 28 | 1 << 14 | 1 << 13 | 1 << 9 | 1 << 6 | 1 << 2 | 1 << 1);
    let words: Vec<u32> = (0..15).map(|i| rig.read(0x100 + 4 * i)).collect();
    let zeroes = MAX_ZEROED_SECTORS;
    assert_eq!(words, [64, 0, 1 << 20, 254, 0, 512, 0, 0, 0, zeroes, 1, 1, zeroes, 1, 1]);
    assert!(u64::from(SEG_MAX) * u64::from(SIZE_MAX) <= MAX_REQUEST_BYTES, "who keeps to the limits is served");
}

#[test]
fn reads_and_writes_of_many_segments() {
    for interface in [Interface::Legacy, Interface::Modern] {
        let mut rig = rig(interface);
        let parts = [(DATA, 1, true), (DATA + 0x100, 700, true), (DATA + 0x1000, 0, true), (DATA + 0x2000, 323, true)];
        assert_eq!(rig.request(IN, 3, &parts), (OK, 1025));
        let read = [rig.bytes(DATA, 1), rig.bytes(DATA + 0x100, 700), rig.bytes(DATA + 0x2000, 323)].concat();
        assert_eq!(read, [sector(3), sector(4)].concat());
        rig.memory.write_bytes(GuestPhys(DATA), &[0xa5; 512]).unwrap();
        assert_eq!(rig.request(OUT, 4, &[(DATA, 500, false), (DATA + 500, 12, false)]), (OK, 1));
        assert_eq!(rig.request(IN, 3, &[(DATA, 3 * 512, true)]), (OK, 1537));
        assert_eq!(rig.bytes(DATA, 3 * 512), [sector(3), vec![0xa5; 512], sector(5)].concat());
        let stats = rig.disk.stats();
        assert_eq!((stats.requests, stats.failed, stats.read_bytes, stats.written_bytes), (3, 0, 2560, 512));
    }
}

/// Section 2.7.4: how a request is cut into descriptors means nothing.
#[test]
fn framing_does_not_matter() {
    let mut rig = rig(Interface::Modern);
    // Header and data in one descriptor.
    rig.put(DATA, u64::from(OUT));
    rig.put(DATA + 8, 9_u64);
    rig.memory.write_bytes(GuestPhys(DATA + 16), &[0x5a; 512]).unwrap();
    rig.descriptor(0, (DATA, 528), NEXT, 1);
    rig.descriptor(1, (DATA + 0x800, 1), WRITE, 0);
    rig.offer(0);
    // Header in two, data and status in one.
    rig.put(HEADERS, u64::from(IN));
    rig.put(HEADERS + 8, 9_u64);
    rig.descriptor(2, (HEADERS, 5), NEXT, 3);
    rig.descriptor(3, (HEADERS + 5, 11), NEXT, 4);
    rig.descriptor(4, (DATA + 0x1000, 513), WRITE, 0);
    rig.offer(2);
    rig.put(DATA + 0x1000 + 512, 0xee_u8);
    rig.notify();
    rig.pass(LATENCY_INSNS);
    assert_eq!((rig.used(0), rig.used(1)), ((0, 1), (2, 513)));
    assert_eq!(rig.bytes(DATA + 0x1000, 513), [vec![0x5a; 512], vec![OK]].concat());
}

#[test]
fn a_request_through_an_indirect_table() {
    let mut rig = rig(Interface::Modern);
    rig.build(0, IN, 7, &[(DATA, 512, true)]);
    let table = DATA + 0x4000;
    let copy = rig.bytes(RAM, 48);
    rig.memory.write_bytes(GuestPhys(table), &copy).unwrap();
    rig.descriptor(5, (table, 48), INDIRECT, 0);
    rig.offer(5);
    rig.notify();
    rig.pass(LATENCY_INSNS);
    assert_eq!((rig.used(0), rig.status(0), rig.bytes(DATA, 512)), ((5, 513), OK, sector(7)));
}

#[test]
fn the_name_is_cut_to_its_twenty_bytes() {
    let mut rig = rig(Interface::Legacy);
    rig.memory.write_bytes(GuestPhys(DATA), &[0xff; 40]).unwrap();
    assert_eq!(rig.request(GET_ID, 0, &[(DATA, 20, true)]), (OK, 21));
    assert_eq!(rig.bytes(DATA, 21), b"a name of more than \xff");
    assert_eq!(rig.request(GET_ID, 0, &[(DATA, 4, true)]), (OK, 5));
    assert_eq!(rig.request(GET_ID, 0, &[(DATA, 40, true)]), (OK, 20), "the status is not next to it");
}

#[test]
fn discarded_and_zeroed_sectors_read_zero() {
    let mut rig = rig(Interface::Modern);
    let mut expected: Vec<u8> = (0..8).flat_map(sector).collect();
    for (kind, at, sectors, flags) in [(DISCARD, 1, 2, 0), (WRITE_ZEROES, 4, 1, 0), (WRITE_ZEROES, 6, 1, 1)] {
        let data = range(&rig, at, sectors, flags);
        assert_eq!(rig.request(kind, 99, &data), (OK, 1), "{kind}");
        expected[512 * at as usize..][..512 * sectors as usize].fill(0);
    }
    assert_eq!(rig.request(IN, 0, &[(DATA, 4096, true)]), (OK, 4097));
    assert_eq!(rig.bytes(DATA, 4096), expected);
    for (kind, at, sectors, flags, status) in [
        (DISCARD, 0, 1, 1, UNSUPP),
        (DISCARD, 0, 1, 2, UNSUPP),
        (WRITE_ZEROES, 0, 1, 2, UNSUPP),
        (WRITE_ZEROES, 0, 1, u32::MAX, UNSUPP),
        (DISCARD, SECTORS - 1, 2, 0, IOERR),
        (DISCARD, u64::MAX, 1, 0, IOERR),
        (WRITE_ZEROES, 0, MAX_ZEROED_SECTORS + 1, 0, IOERR),
        (WRITE_ZEROES, 0, u32::MAX, 0, IOERR),
        (DISCARD, SECTORS, 0, 0, OK),
    ] {
        let data = range(&rig, at, sectors, flags);
        assert_eq!(rig.request(kind, 0, &data).0, status, "{kind} {at} {sectors} {flags}");
    }
    for bytes in [0, 8, 32] {
        assert_eq!(rig.request(DISCARD, 0, &[(DATA, bytes, false)]).0, UNSUPP, "{bytes} bytes of ranges");
    }
}

#[test]
fn what_is_not_on_the_disk_is_an_error() {
    let mut rig = rig(Interface::Modern);
    for (kind, sector, bytes, status) in [
        (IN, SECTORS - 1, 512, OK),
        (IN, SECTORS - 1, 1024, IOERR),
        (IN, SECTORS, 512, IOERR),
        (IN, SECTORS, 0, OK),
        (IN, SECTORS + 1, 0, IOERR),
        (IN, 1 << 55, 512, IOERR),
        (IN, u64::MAX, 512, IOERR),
        (IN, 0, 511, IOERR),
        (IN, 0, u32::MAX - 511, IOERR),
        (OUT, SECTORS - 1, 1024, IOERR),
        (OUT, u64::MAX, 512, IOERR),
        (OUT, 0, 100, IOERR),
    ] {
        let data = if bytes == 0 { vec![] } else { vec![(DATA, bytes, kind == IN)] };
        let (seen, written) = rig.request(kind, sector, &data);
        assert_eq!(seen, status, "{kind} {sector} {bytes}");
        let expected =
            if kind == OUT || bytes == 0 || status == OK { 1 + if kind == IN { bytes } else { 0 } } else { 0 };
        assert_eq!(written, expected, "{kind} {sector} {bytes}");
    }
    for kind in [2, 3, 5, 7, 9, 10, 12, 14, 1 << 31, u32::MAX] {
        assert_eq!(rig.request(kind, 0, &[(DATA, 512, true)]).0, UNSUPP, "request {kind}");
    }
    assert_eq!(rig.disk.stats().host_errors, 0, "none of it the host's fault");
}

#[test]
fn data_outside_ram_are_an_error_and_move_nothing() {
    let mut rig = rig(Interface::Modern);
    for at in [0x10, ROM, RAM + RAM_BYTES - 256, u64::MAX - 100, 1 << 63] {
        assert_eq!(rig.request(IN, 0, &[(DATA, 512, true), (at, 512, true)]), (IOERR, 0), "read to {at:#x}");
        assert_eq!(rig.bytes(DATA, 512), vec![0; 512]);
        let status = rig.request(OUT, 2, &[(DATA, 512, false), (at, 512, false)]).0;
        assert_eq!(status, if at == ROM { OK } else { IOERR }, "write from {at:#x}");
    }
    assert_eq!(rig.request(GET_ID, 0, &[(ROM, 20, true)]), (IOERR, 0));
    assert_eq!(rig.request(DISCARD, 0, &[(0x10, 16, false)]).0, IOERR);
}

#[test]
fn requests_without_header_or_status_break_the_device() {
    for (header, header_flags, status, status_flags) in [
        ((HEADERS, 15), NEXT, (DATA, 1), WRITE),
        ((HEADERS, 16), NEXT, (DATA, 1), 0),
        ((HEADERS, 16), NEXT, (DATA, 0), WRITE),
        ((HEADERS, 16), 0, (DATA, 1), WRITE),
        ((HEADERS, 16), WRITE, (DATA, 1), WRITE),
        ((0x10, 16), NEXT, (DATA, 1), WRITE),
        ((HEADERS, 16), NEXT, (ROM, 1), WRITE),
        ((HEADERS, 16), NEXT, (u64::MAX, 1), WRITE),
        ((HEADERS, 16), NEXT, (u64::MAX, 2), WRITE),
    ] {
        let mut rig = rig(Interface::Modern);
        rig.put(HEADERS, u64::from(FLUSH));
        rig.descriptor(0, header, header_flags, 1);
        rig.descriptor(1, status, status_flags, 0);
        rig.offer(0);
        rig.notify();
        rig.pass(LATENCY_INSNS);
        assert_eq!(rig.device.broken(), Some(Broken::Request), "{header:x?} {status:x?}");
        assert_eq!((rig.read(0x70) & 0x40, rig.used_count(), rig.pins.get()), (0x40, 0, 1));
        assert_eq!(rig.device.deadline().get(), None);
    }
}

#[test]
fn a_request_is_done_at_its_instruction_and_not_seen_before() {
    let mut rig = rig(Interface::Modern);
    rig.clock.set(12_345);
    rig.build(0, IN, 0, &[(DATA, 512, true)]);
    rig.offer(0);
    rig.notify();
    assert_eq!(rig.device.deadline().get(), Some(12_345 + LATENCY_INSNS));
    rig.clock.set(12_345 + LATENCY_INSNS - 1);
    rig.device.tick();
    assert_eq!((rig.used_count(), rig.status(0), rig.pins.get()), (0, 0xee, 0), "a tick too early does nothing");
    assert_eq!(rig.bytes(DATA, 512), vec![0; 512]);
    rig.clock.set(12_345 + LATENCY_INSNS);
    rig.device.tick();
    assert_eq!((rig.used_count(), rig.status(0), rig.pins.get()), (1, OK, 1));
    assert_eq!(rig.bytes(DATA, 512), sector(0));
}

#[test]
fn several_are_in_flight_and_each_lands_in_its_time() {
    let mut rig = rig(Interface::Modern);
    for first in [0, 3, 6, 9, 12] {
        rig.build(first, IN, u64::from(first), &[(DATA + 512 * u64::from(first), 512, true)]);
    }
    rig.offer(3);
    rig.offer(0);
    rig.notify();
    rig.pass(100);
    rig.offer(12);
    rig.notify();
    rig.notify();
    rig.pass(200);
    rig.offer(9);
    rig.offer(6);
    rig.notify();
    rig.pass(LATENCY_INSNS - 301);
    assert_eq!(rig.used_count(), 0);
    for (wait, used) in [(1, 2), (99, 2), (1, 3), (199, 3), (1, 5)] {
        rig.pass(wait);
        assert_eq!(rig.used_count(), used);
    }
    assert_eq!([0, 1, 2, 3, 4].map(|i| rig.used(i).0), [3, 0, 12, 9, 6]);
    for first in [0_u16, 3, 6, 9, 12] {
        assert_eq!(rig.bytes(DATA + 512 * u64::from(first), 512), sector(usize::from(first)));
    }
    assert_eq!(rig.device.deadline().get(), None);
}

#[test]
fn a_disk_that_can_only_be_read_says_so_and_refuses() {
    struct ReadOnly(Plain);
    impl Storage for ReadOnly {
        fn bytes(&self) -> u64 {
            self.0.bytes()
        }
        fn is_read_only(&self) -> bool {
            true
        }
        fn read(&mut self, at: u64, memory: &Memory, into: Segments<'_>) -> Result<u64, TransferError> {
            self.0.read(at, memory, into)
        }
        fn write(&mut self, _: u64, _: &Memory, _: Segments<'_>) -> Result<u64, TransferError> {
            panic!("it is read-only")
        }
        fn zero(&mut self, _: u64, _: u64, _: bool) -> std::io::Result<u64> {
            panic!("it is read-only")
        }
        fn flush(&mut self) -> std::io::Result<u64> {
            Ok(0)
        }
    }
    let mut rig = Rig::ready(Interface::Modern, Box::new(ReadOnly(Plain::new(4))));
    assert_eq!(rig.features() & (F_RO | F_DISCARD | F_WRITE_ZEROES), F_RO);
    assert_eq!(rig.read(0x100 + 36), 0);
    assert_eq!(rig.request(OUT, 0, &[(DATA, 512, false)]).0, IOERR);
    for kind in [DISCARD, WRITE_ZEROES] {
        let data = range(&rig, 0, 1, 0);
        assert_eq!(rig.request(kind, 0, &data).0, IOERR);
    }
    assert_eq!(rig.request(IN, 1, &[(DATA, 512, true)]).0, OK);
    assert_eq!(rig.bytes(DATA, 512), sector(1));
    assert_eq!(rig.request(FLUSH, 0, &[]).0, OK);
}

/// A host whose disk has a volatile cache, and can fail.
#[derive(Clone)]
struct Cached(Arc<Mutex<Cache>>);

struct Cache {
    volatile: Plain,
    durable: Vec<u8>,
    fails: bool,
}

impl Cached {
    fn new(sectors: usize) -> Self {
        let volatile = Plain::new(sectors);
        let durable = volatile.0.clone();
        Self(Arc::new(Mutex::new(Cache { volatile, durable, fails: false })))
    }

    fn with<T>(&self, f: impl FnOnce(&mut Cache) -> T) -> std::io::Result<T> {
        let mut cache = self.0.lock().unwrap();
        if cache.fails { Err(std::io::Error::other("the cable is out")) } else { Ok(f(&mut cache)) }
    }

    fn durable(&self, sector: usize) -> Vec<u8> {
        self.0.lock().unwrap().durable[512 * sector..][..512].to_vec()
    }
}

impl Storage for Cached {
    fn bytes(&self) -> u64 {
        self.0.lock().unwrap().volatile.bytes()
    }
    fn is_read_only(&self) -> bool {
        false
    }
    fn read(&mut self, at: u64, memory: &Memory, into: Segments<'_>) -> Result<u64, TransferError> {
        self.with(|cache| cache.volatile.read(at, memory, into))?
    }
    fn write(&mut self, at: u64, memory: &Memory, from: Segments<'_>) -> Result<u64, TransferError> {
        self.with(|cache| cache.volatile.write(at, memory, from))?
    }
    fn zero(&mut self, at: u64, bytes: u64, unmap: bool) -> std::io::Result<u64> {
        self.with(|cache| cache.volatile.zero(at, bytes, unmap))?
    }
    fn flush(&mut self) -> std::io::Result<u64> {
        self.with(|cache| cache.durable.clone_from(&cache.volatile.0))?;
        Ok(1)
    }
}

#[test]
fn a_power_cut_loses_nothing_that_was_flushed() {
    let host = Cached::new(8);
    let mut rig = Rig::ready(Interface::Modern, Box::new(host.clone()));
    rig.memory.write_bytes(GuestPhys(DATA), &[1; 512]).unwrap();
    rig.memory.write_bytes(GuestPhys(DATA + 512), &[2; 512]).unwrap();
    // All in flight at once: a write, a flush, a write behind it.
    rig.build(0, OUT, 0, &[(DATA, 512, false)]);
    rig.build(3, FLUSH, 0, &[]);
    rig.build(5, OUT, 1, &[(DATA + 512, 512, false)]);
    for first in [0, 3, 5] {
        rig.offer(first);
    }
    rig.notify();
    rig.pass(LATENCY_INSNS - 1);
    assert_eq!(host.durable(0), sector(0), "a cut here: the flush has not been done, nor told to be");
    rig.pass(1);
    assert_eq!([0, 3, 5].map(|first| rig.status(first)), [OK; 3]);
    assert_eq!(host.durable(0), [1; 512], "a cut here: flushed");
    assert_eq!(host.durable(1), sector(1), "written, not flushed");
    assert_eq!(rig.request(FLUSH, 0, &[]), (OK, 1));
    assert_eq!(host.durable(1), [2; 512]);
}

/// Section 5.2.6.2: a driver without FLUSH may take a completed write for safe.
#[test]
fn writes_are_safe_at_once_for_a_driver_that_cannot_flush() {
    let host = Cached::new(8);
    let mut rig = Rig::new(Interface::Modern, Box::new(host.clone()));
    let features = rig.features() & !F_FLUSH;
    rig.set_up_with(features);
    rig.memory.write_bytes(GuestPhys(DATA), &[9; 512]).unwrap();
    assert_eq!(rig.request(OUT, 3, &[(DATA, 512, false)]), (OK, 1));
    assert_eq!(host.durable(3), [9; 512]);
    let data = range(&rig, 5, 1, 0);
    assert_eq!(rig.request(WRITE_ZEROES, 0, &data), (OK, 1));
    assert_eq!(host.durable(5), [0; 512]);
}

#[test]
fn what_the_host_cannot_do_is_reported_and_counted() {
    let host = Cached::new(8);
    let mut rig = Rig::ready(Interface::Legacy, Box::new(host.clone()));
    host.0.lock().unwrap().fails = true;
    assert_eq!(rig.request(IN, 0, &[(DATA, 512, true)]), (IOERR, 0));
    assert_eq!(rig.request(OUT, 0, &[(DATA, 512, false)]), (IOERR, 1));
    assert_eq!(rig.request(FLUSH, 0, &[]), (IOERR, 1));
    let data = range(&rig, 0, 1, 0);
    assert_eq!(rig.request(DISCARD, 0, &data), (IOERR, 1));
    let stats = rig.disk.stats();
    assert_eq!((stats.requests, stats.failed, stats.host_errors), (4, 4, 4));
    assert_eq!(rig.disk.last_error().as_deref(), Some("the cable is out"));
    host.0.lock().unwrap().fails = false;
    assert_eq!(rig.request(IN, 0, &[(DATA, 512, true)]), (OK, 513), "and it goes on");
}

/// A disk of many zeros, of which reading costs nothing.
struct Huge;

impl Storage for Huge {
    fn bytes(&self) -> u64 {
        1 << 40
    }
    fn is_read_only(&self) -> bool {
        false
    }
    fn read(&mut self, _: u64, _: &Memory, into: Segments<'_>) -> Result<u64, TransferError> {
        assert!(into.bytes() <= MAX_REQUEST_BYTES);
        Ok(1)
    }
    fn write(&mut self, _: u64, _: &Memory, from: Segments<'_>) -> Result<u64, TransferError> {
        assert!(from.bytes() <= MAX_REQUEST_BYTES);
        Ok(1)
    }
    fn zero(&mut self, _: u64, _: u64, _: bool) -> std::io::Result<u64> {
        Ok(1)
    }
    fn flush(&mut self) -> std::io::Result<u64> {
        Ok(1)
    }
}

#[test]
fn one_instruction_moves_a_bounded_number_of_bytes() {
    let mut rig = Rig::ready(Interface::Modern, Box::new(Huge));
    assert_eq!(rig.request(IN, 0, &[(RAM, MAX_REQUEST_BYTES as u32 + 512, true)]).0, IOERR, "too much for one");
    let most = MAX_REQUEST_BYTES as u32 / 2 + 512;
    for first in [0, 3, 6, 9, 12] {
        rig.build(first, IN, 0, &[(RAM, most, true)]);
        rig.offer(first);
    }
    rig.notify();
    rig.pass(LATENCY_INSNS);
    assert_eq!(rig.used_count(), 3, "two of these are more than the bound");
    rig.pass(1);
    assert_eq!(rig.used_count(), 5);
    rig.pass(1);
    assert_eq!((rig.used_count(), rig.device.deadline().get()), (6, None));
}

fn address() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => (0..8_u64).prop_map(|i| DATA + 512 * i),
        3 => (0..u64::from(SIZE)).prop_map(|i| HEADERS + 16 * i),
        2 => (0..0x40_u64).prop_map(|i| RAM + 16 * i),
        1 => Just(RAM + RAM_BYTES - 8),
        1 => Just(ROM),
        1 => any::<u64>(),
    ]
}

fn length() -> impl Strategy<Value = u32> {
    prop_oneof![4 => Just(16), 4 => Just(512), 2 => Just(1), 2 => 0..2048_u32, 1 => (1..9_u32).prop_map(|n| 16 * n), 1 => any::<u32>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Whatever stands in the descriptor table and the rings: the device ends, keeps inside the disk (`Plain` panics beyond it) and
    /// inside what descriptors name, and is as good as new after a reset.
    #[test]
    fn random_rings_do_no_harm(
        modern in any::<bool>(),
        descriptors in prop::collection::vec((address(), length(), 0..8_u16, 0..SIZE + 1), usize::from(SIZE)),
        headers in prop::collection::vec((prop_oneof![0..14_u32, any::<u32>()], prop_oneof![0..70_u64, any::<u64>()]), usize::from(SIZE)),
        heads in prop::collection::vec(0..SIZE + 1, 1..20),
        published in prop_oneof![9 => Just(None), 1 => any::<u16>().prop_map(Some)],
    ) {
        let mut rig = rig(if modern { Interface::Modern } else { Interface::Legacy });
        // Nobody names this page but by chance.
        let canary = RAM + 0x4_2000;
        rig.memory.write_bytes(GuestPhys(canary), &[0xcc; 4096]).unwrap();
        let named = descriptors.iter().any(|&(at, bytes, ..)| at < canary + 4096 && at.saturating_add(bytes.into()) > canary);
        for (i, (&(at, bytes, flags, next), &(kind, sector))) in descriptors.iter().zip(&headers).enumerate() {
            rig.descriptor(i as u16, (at, bytes), flags, next);
            rig.put(HEADERS + 16 * i as u64, u64::from(kind));
            rig.put(HEADERS + 16 * i as u64 + 8, sector);
        }
        for &head in &heads {
            rig.offer(head);
            if head % 3 == 0 {
                rig.notify();
                rig.pass(7);
            }
        }
        if let Some(index) = published {
            rig.put(AVAILABLE + 2, index);
        }
        rig.notify();
        for _ in 0..100 {
            rig.pass(LATENCY_INSNS);
        }
        prop_assert_eq!(rig.device.deadline().get(), None, "it comes to an end");
        if !named {
            prop_assert_eq!(rig.bytes(canary, 4096), vec![0xcc; 4096]);
        }
        rig.set_up();
        prop_assert_eq!(rig.request(OUT, 1, &[(canary, 512, false)]), (OK, 1));
        prop_assert_eq!(rig.request(IN, 1, &[(DATA, 512, true)]), (OK, 513));
        prop_assert_eq!(rig.bytes(DATA, 512), rig.bytes(canary, 512));
    }

    /// Whatever is written to the registers: no panic, and a reset mends it.
    #[test]
    fn random_register_writes_do_no_harm(
        modern in any::<bool>(),
        writes in prop::collection::vec((0..0x42_u64, prop_oneof![0..20_u32, any::<u32>(), Just(RAM as u32), Just(USED as u32)]), 0..60),
    ) {
        let mut rig = rig(if modern { Interface::Modern } else { Interface::Legacy });
        rig.build(0, IN, 1, &[(DATA, 512, true)]);
        rig.offer(0);
        for (register, value) in writes {
            rig.write(4 * register, value);
            rig.read(4 * register);
            rig.pass(500);
        }
        rig.set_up();
        prop_assert_eq!(rig.request(IN, 1, &[(DATA, 512, true)]), (OK, 513));
        prop_assert_eq!(rig.bytes(DATA, 512), sector(1));
    }
}
