//! Snapshots and logs of writes against a plain array of bytes: random histories of stores by all ways, epochs, snapshots and
//! returns to any of them. After each step every log must have exactly the pages that were written in its epoch, and after
//! each return memory must be the array as it was.

use std::collections::BTreeSet;

use emu_mem::{
    Access, AmoOp, Bus, BusBuilder, DirtyLog, GuestPhys, GuestVirt, Memory, PAGE_SIZE, Snapshot, Tlb, Width,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// First page and pages of each RAM; addresses are those of the pages, from 0. A ROM lies between them.
const RAMS: [(u64, u64); 2] = [(1, 3), (5, 4)];
const ROM_PAGE: u64 = 4;
const PAGES: u64 = 9;
/// Snapshots that are alive at once.
const MAX_SNAPSHOTS: usize = 4;

fn build() -> Bus {
    let mut builder = BusBuilder::new();
    for (page, pages) in RAMS {
        builder.ram("ram", GuestPhys(page * PAGE_SIZE), pages * PAGE_SIZE).unwrap();
    }
    builder.rom("rom", GuestPhys(ROM_PAGE * PAGE_SIZE), PAGE_SIZE).unwrap();
    builder.build().unwrap()
}

/// Who writes, and how.
#[derive(Clone, Copy, Debug)]
enum Way {
    Bus,
    BusAmo,
    BusExchange,
    Memory,
    Tlb,
    TlbUnaligned,
    TlbAmo,
    TlbExchange,
    /// By a translation that was made before it was needed.
    TlbAhead,
}

#[derive(Clone, Debug)]
enum Op {
    /// One aligned word.
    Word(Way, u64, u64),
    Split(u64, u64, u64),
    Bytes(u64, Vec<u8>),
    Zero(u64, u64),
    Discard(Vec<(u64, u64)>),
    Epoch,
    Take,
    Restore(usize),
    Drop(usize),
}

/// The address of a word in RAM.
fn word() -> impl Strategy<Value = u64> {
    let page = prop::sample::select(RAMS.iter().flat_map(|&(first, pages)| first..first + pages).collect::<Vec<_>>());
    let offset = prop_oneof![Just(0), Just(PAGE_SIZE - 8), (0..PAGE_SIZE / 8).prop_map(|i| i * 8)];
    (page, offset).prop_map(|(page, offset)| page * PAGE_SIZE + offset)
}

/// Bytes inside one RAM.
fn stretch() -> impl Strategy<Value = (u64, u64)> {
    (prop::sample::select(&RAMS[..]), 0..4 * PAGE_SIZE, 0..3 * PAGE_SIZE).prop_map(|((page, pages), offset, bytes)| {
        let offset = offset % (pages * PAGE_SIZE);
        (page * PAGE_SIZE + offset, bytes.min(pages * PAGE_SIZE - offset))
    })
}

fn op() -> impl Strategy<Value = Op> {
    use Way::*;
    let way =
        prop::sample::select(&[Bus, BusAmo, BusExchange, Memory, Tlb, TlbUnaligned, TlbAmo, TlbExchange, TlbAhead][..]);
    // A small value more often than by chance leaves what was there.
    let value = prop_oneof![0..3_u64, any::<u64>()];
    prop_oneof![
        20 => (way, word(), value).prop_map(|(way, at, value)| Op::Word(way, at, value)),
        2 => (1_u64..8, word(), any::<u64>()).prop_map(|(split, second, value)| Op::Split(split, second, value)),
        2 => (stretch(), any::<u8>()).prop_map(|((at, bytes), byte)| Op::Bytes(at, vec![byte; bytes as usize])),
        2 => stretch().prop_map(|(at, bytes)| Op::Zero(at, bytes)),
        1 => vec(stretch(), 1..4).prop_map(Op::Discard),
        2 => Just(Op::Epoch),
        3 => Just(Op::Take),
        4 => (0..MAX_SNAPSHOTS).prop_map(Op::Restore),
        1 => (0..MAX_SNAPSHOTS).prop_map(Op::Drop),
    ]
}

/// A snapshot, memory as it was, and the pages written since.
struct Past {
    snapshot: Snapshot,
    bytes: Vec<u8>,
    dirty: BTreeSet<u64>,
}

struct World {
    bus: Bus,
    tlb: Tlb,
    bytes: Vec<u8>,
    log: DirtyLog,
    logged: BTreeSet<u64>,
    past: Vec<Past>,
}

impl World {
    fn new() -> Self {
        let bus = build();
        let (tlb, log) = (Tlb::new(bus.memory()), bus.memory().log_writes());
        let (bytes, logged, past) = (vec![0; (PAGES * PAGE_SIZE) as usize], BTreeSet::new(), Vec::new());
        Self { bus, tlb, bytes, log, logged, past }
    }

    fn dirty(&mut self, page: u64) {
        self.logged.insert(page);
        for past in &mut self.past {
            past.dirty.insert(page);
        }
    }

    /// The model's part of a write.
    fn wrote(&mut self, at: u64, bytes: &[u8]) {
        self.bytes[at as usize..][..bytes.len()].copy_from_slice(bytes);
        if let Some(last) = bytes.len().checked_sub(1) {
            (at / PAGE_SIZE..=(at + last as u64) / PAGE_SIZE).for_each(|page| self.dirty(page));
        }
    }

    /// The model's part of zeroing: where all is zero already, nothing is written.
    fn zeroed(&mut self, at: u64, bytes: u64) {
        for page in at / PAGE_SIZE..(at + bytes).div_ceil(PAGE_SIZE) {
            let part = at.max(page * PAGE_SIZE) as usize..(at + bytes).min((page + 1) * PAGE_SIZE) as usize;
            if self.bytes[part.clone()].iter().any(|&byte| byte != 0) {
                self.wrote(part.start as u64, &vec![0; part.len()]);
            }
        }
    }

    fn word(&self, at: u64) -> u64 {
        u64::from_le_bytes(self.bytes[at as usize..][..8].try_into().unwrap())
    }

    fn store(&mut self, way: Way, at: u64, value: u64) {
        let (old, phys) = (self.word(at), GuestPhys(at));
        // Two virtual pages for each physical one, some in the same slot of a table.
        let va = GuestVirt(at + (value & 1) * 0x10_1000);
        let hit = |tlb: &Tlb, store: &dyn Fn(&Tlb) -> Option<u64>| {
            store(tlb).unwrap_or_else(|| {
                assert!(tlb.fill(Access::Write, va, phys, PAGE_SIZE));
                store(tlb).expect("it was just filled")
            })
        };
        let (result, new) = match way {
            Way::Bus => (self.bus.write(phys, Width::B8, value).map(|_| old).unwrap(), value),
            Way::BusAmo => {
                let old = self.bus.amo(phys, Width::B8, AmoOp::Add, value).unwrap().value;
                (old, old.wrapping_add(value))
            }
            Way::BusExchange => {
                let there = self.bus.compare_exchange(phys, Width::B8, 0, value).unwrap().value;
                (there, if there == 0 { value } else { there })
            }
            Way::Memory => (self.bus.memory().write(phys, value).map(|()| old).unwrap(), value),
            Way::Tlb => (hit(&self.tlb, &|tlb| tlb.write(va, value).map(|()| old)), value),
            Way::TlbAhead => {
                self.tlb.prefetch(Access::Write, va, phys);
                let store = |tlb: &Tlb| tlb.write(va, value);
                let done = store(&self.tlb).or_else(|| self.tlb.recall(Access::Write, va).then(|| store(&self.tlb))?);
                (done.map(|()| old).expect("it was made ahead, or was there"), value)
            }
            Way::TlbUnaligned => (hit(&self.tlb, &|tlb| tlb.write_unaligned(va, value).map(|()| old)), value),
            Way::TlbAmo => (hit(&self.tlb, &|tlb| tlb.amo(va, AmoOp::Xor, value)), old ^ value),
            Way::TlbExchange => {
                let there = hit(&self.tlb, &|tlb| tlb.compare_exchange(va, 0, value));
                (there, if there == 0 { value } else { there })
            }
        };
        assert_eq!(result, old);
        self.wrote(at, &new.to_le_bytes());
    }

    fn step(&mut self, op: &Op) {
        match *op {
            Op::Word(way, at, value) => self.store(way, at, value),
            Op::Split(split, second, value) => {
                // Ends at the end of the second RAM's first page; the other part is anywhere.
                let first = (RAMS[1].0 + 1) * PAGE_SIZE - split;
                self.bus.write_split(GuestPhys(first), split, GuestPhys(second), Width::B8, value).unwrap();
                let bytes = value.to_le_bytes();
                self.wrote(first, &bytes[..split as usize]);
                self.wrote(second, &bytes[split as usize..]);
            }
            Op::Bytes(at, ref bytes) => {
                self.bus.memory().write_bytes(GuestPhys(at), bytes).unwrap();
                self.wrote(at, bytes);
            }
            Op::Zero(at, bytes) => {
                self.bus.memory().zero(GuestPhys(at), bytes).unwrap();
                self.zeroed(at, bytes);
            }
            Op::Discard(ref stretches) => {
                let all: Vec<_> = stretches.iter().map(|&(at, bytes)| (GuestPhys(at), bytes)).collect();
                self.bus.memory().discard(&all).unwrap();
                stretches.iter().for_each(|&(at, bytes)| self.zeroed(at, bytes));
            }
            Op::Epoch => {
                let ended = self.log.next_epoch();
                assert_eq!(ended, addresses(&self.logged));
                self.logged.clear();
                self.tlb.refresh();
            }
            Op::Take if self.past.len() < MAX_SNAPSHOTS => {
                let (snapshot, bytes) = (self.bus.memory().snapshot(), self.bytes.clone());
                self.past.push(Past { snapshot, bytes, dirty: BTreeSet::new() });
                self.tlb.refresh();
            }
            Op::Restore(i) if i < self.past.len() => {
                let pages = std::mem::take(&mut self.past[i].dirty);
                assert_eq!(self.past[i].snapshot.restore(), pages.len() as u64);
                self.bytes.clone_from(&self.past[i].bytes);
                pages.iter().for_each(|&page| self.dirty(page));
                self.past[i].dirty.clear();
                same(self.bus.memory(), &self.bytes);
                self.tlb.refresh();
            }
            Op::Drop(i) if i < self.past.len() => drop(self.past.swap_remove(i)),
            Op::Take | Op::Restore(_) | Op::Drop(_) => {}
        }
        assert_eq!(self.log.pages(), addresses(&self.logged));
        for past in &self.past {
            assert_eq!(past.snapshot.pages(), addresses(&past.dirty));
        }
    }
}

fn addresses(pages: &BTreeSet<u64>) -> Vec<GuestPhys> {
    pages.iter().map(|page| GuestPhys(page * PAGE_SIZE)).collect()
}

fn same(memory: &Memory, bytes: &[u8]) {
    for (page, pages) in RAMS {
        let mut there = vec![0; (pages * PAGE_SIZE) as usize];
        memory.read_bytes(GuestPhys(page * PAGE_SIZE), &mut there).unwrap();
        assert!(there == bytes[(page * PAGE_SIZE) as usize..][..there.len()], "the RAM at page {page} differs");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 2 } else { 256 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_goes_back_to_any_snapshot(ops in vec(op(), 1..if cfg!(miri) { 20 } else { 120 })) {
        let mut world = World::new();
        for op in &ops {
            world.step(op);
        }
        same(world.bus.memory(), &world.bytes);
        while !world.past.is_empty() {
            world.step(&Op::Restore(0));
            world.step(&Op::Drop(0));
        }
    }
}
