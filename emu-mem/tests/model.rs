//! The bus, the memory and the TLB against models that are plain arrays of bytes: random operations at addresses
//! that favour the edges of pages, regions and holes. What each operation is for is tested beside the code.

use std::collections::BTreeMap;

use emu_mem::{
    Access, AmoOp, Bus, BusBuilder, BusFault, BusResult, GuestPhys, GuestVirt, Memory, PAGE_SIZE, Space, SplitFault,
    Tlb, Unit, Watch, Width, with_unit,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// First page and number of pages of each region, and whether a guest may write it. The second touches the first,
/// a hole follows, then two that touch; addresses are those of the pages, from 0.
const REGIONS: [(u64, u64, bool); 5] = [(1, 2, true), (3, 1, false), (5, 1, true), (6, 4, true), (12, 1, true)];
const PAGES: u64 = 14;

/// Memory as an array: a page that is not in it is a hole.
struct Model {
    bytes: Vec<u8>,
}

impl Model {
    /// Where `len` bytes from `at` on are, if one region has them all.
    fn find(&self, at: u64, len: u64, write: bool) -> Result<std::ops::Range<usize>, BusFault> {
        let inside = |&&(page, pages, writable): &&(u64, u64, bool)| {
            at >= page * PAGE_SIZE && at + len <= (page + pages) * PAGE_SIZE && (writable || !write)
        };
        REGIONS.iter().find(inside).map(|_| at as usize..(at + len) as usize).ok_or(BusFault)
    }

    fn read(&self, at: u64, width: Width) -> Result<u64, BusFault> {
        let mut value = [0; 8];
        let place = self.find(at, width.bytes(), false)?;
        value[..place.len()].copy_from_slice(&self.bytes[place]);
        Ok(u64::from_le_bytes(value))
    }

    fn write(&mut self, at: u64, width: Width, value: u64) -> Result<(), BusFault> {
        let place = self.find(at, width.bytes(), true)?;
        let len = place.len();
        self.bytes[place].copy_from_slice(&value.to_le_bytes()[..len]);
        Ok(())
    }
}

fn build() -> (Bus, Model) {
    let mut builder = BusBuilder::new();
    for (i, (page, pages, writable)) in REGIONS.into_iter().enumerate() {
        let (name, base, bytes) = (format!("region {i}"), GuestPhys(page * PAGE_SIZE), pages * PAGE_SIZE);
        let added = if writable { builder.ram(&name, base, bytes) } else { builder.rom(&name, base, bytes) };
        added.unwrap();
    }
    let bus = builder.build().unwrap();
    let mut model = Model { bytes: vec![0; (PAGES * PAGE_SIZE) as usize] };
    for (page, pages, _) in REGIONS {
        let range = (page * PAGE_SIZE) as usize..((page + pages) * PAGE_SIZE) as usize;
        for i in range.clone() {
            model.bytes[i] = (i * 31 + i / 256) as u8;
        }
        bus.memory().install_bytes(GuestPhys(page * PAGE_SIZE), &model.bytes[range]).unwrap();
    }
    (bus, model)
}

/// The whole memory and the whole model are the same.
fn same(memory: &Memory, model: &Model) {
    for region in memory.regions() {
        let mut bytes = vec![0; region.ram.bytes() as usize];
        memory.read_bytes(region.range.first, &mut bytes).unwrap();
        let first = region.range.first.0 as usize;
        assert!(bytes == model.bytes[first..first + bytes.len()], "{} differs from the model", region.range);
    }
}

/// An address: near the edge of a page half of the time.
fn address() -> impl Strategy<Value = u64> {
    let edge = (0..=PAGES - 1, -12_i64..12).prop_map(|(page, by)| (page * PAGE_SIZE).saturating_add_signed(by));
    prop_oneof![edge, 0..(PAGES - 1) * PAGE_SIZE]
}

fn width() -> impl Strategy<Value = Width> {
    prop::sample::select(&Width::ALL[..])
}

fn amo_op() -> impl Strategy<Value = AmoOp> {
    prop::sample::select(&AmoOp::ALL[..])
}

/// A value, or one that compares equal to what may be in memory more often than by chance.
fn value() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), Just(0), Just(u64::MAX), Just(1 << 63), Just(0x8000_0000)]
}

#[derive(Clone, Debug)]
enum Op {
    Read(u64, Width),
    Write(u64, Width, u64),
    Amo(u64, Width, AmoOp, u64),
    /// Whether to expect what is there, and what to put there.
    Exchange(u64, Width, bool, u64),
    ReadSplit(u64, u64, u64, Width),
    WriteSplit(u64, u64, u64, Width, u64),
    ReadBytes(u64, usize),
    WriteBytes(u64, Vec<u8>),
    Zero(u64, u64),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (address(), width()).prop_map(|(at, w)| Op::Read(at, w)),
        3 => (address(), width(), value()).prop_map(|(at, w, v)| Op::Write(at, w, v)),
        2 => (address(), width(), amo_op(), value()).prop_map(|(at, w, op, v)| Op::Amo(at & !(w.bytes() - 1), w, op, v)),
        1 => (address(), width(), amo_op(), value()).prop_map(|(at, w, op, v)| Op::Amo(at, w, op, v)),
        2 => (address(), width(), any::<bool>(), value()).prop_map(|(at, w, hit, v)| Op::Exchange(at, w, hit, v)),
        1 => (address(), 1_u64..8, address(), width()).prop_map(|(a, n, b, w)| Op::ReadSplit(a, n, b, w)),
        1 => (address(), 1_u64..8, address(), width(), value()).prop_map(|(a, n, b, w, v)| Op::WriteSplit(a, n, b, w, v)),
        1 => (address(), 0..100_usize).prop_map(|(at, len)| Op::ReadBytes(at, len)),
        1 => (address(), vec(any::<u8>(), 0..100)).prop_map(|(at, bytes)| Op::WriteBytes(at, bytes)),
        1 => (address(), 0_u64..100).prop_map(|(at, len)| Op::Zero(at, len)),
    ]
}

fn quiet(result: Result<u64, BusFault>) -> Result<BusResult, BusFault> {
    result.map(|value| BusResult { value, device: false })
}

fn apply(op: AmoOp, width: Width, old: u64, operand: u64) -> u64 {
    match width {
        Width::B1 => op.apply(old as u8, operand as u8).to_u64(),
        Width::B2 => op.apply(old as u16, operand as u16).to_u64(),
        Width::B4 => op.apply(old as u32, operand as u32).to_u64(),
        Width::B8 => op.apply(old, operand),
    }
}

/// Does the operation on both and compares what they say.
fn step(bus: &Bus, model: &mut Model, op: &Op) {
    let memory = bus.memory();
    match *op {
        Op::Read(at, width) => assert_eq!(bus.read(GuestPhys(at), width), quiet(model.read(at, width))),
        Op::Write(at, width, value) => {
            let expected = model.write(at, width, value).map(|()| 0);
            assert_eq!(bus.write(GuestPhys(at), width, value), quiet(expected));
        }
        Op::Amo(at, width, op, operand) => {
            let aligned = GuestPhys(at).is_aligned(width.bytes());
            let place = model.find(at, width.bytes(), true).ok().filter(|_| aligned).ok_or(BusFault);
            let expected = place.and_then(|_| model.read(at, width));
            if let Ok(old) = expected {
                model.write(at, width, apply(op, width, old, operand)).unwrap();
            }
            assert_eq!(bus.amo(GuestPhys(at), width, op, operand), quiet(expected));
        }
        Op::Exchange(at, width, hit, new) => {
            let at = at & !(width.bytes() - 1);
            let there = model.find(at, width.bytes(), true).and_then(|_| model.read(at, width));
            // Bits above the width do not count.
            let expected = there.unwrap_or(0) ^ u64::from(!hit) | if width == Width::B8 { 0 } else { 1 << 63 };
            if hit && there.is_ok() {
                model.write(at, width, new).unwrap();
            }
            assert_eq!(bus.compare_exchange(GuestPhys(at), width, expected, new), quiet(there));
        }
        Op::ReadSplit(first, split, second, width) => {
            let split = split.min(width.bytes());
            let rest = width.bytes() - split;
            let low = model.find(first, split, false).map_err(|_| SplitFault::First);
            let high = if rest == 0 { Ok(0..0) } else { model.find(second, rest, false) };
            let expected = low.and_then(|low| {
                let high = high.map_err(|_| SplitFault::Second)?;
                let mut bytes = [model.bytes[low].to_vec(), model.bytes[high].to_vec()].concat();
                bytes.resize(8, 0);
                Ok(BusResult { value: u64::from_le_bytes(bytes.try_into().unwrap()), device: false })
            });
            assert_eq!(bus.read_split(GuestPhys(first), split, GuestPhys(second), width), expected);
        }
        Op::WriteSplit(first, split, second, width, value) => {
            let split = split.min(width.bytes() - 1);
            if split == 0 {
                return;
            }
            let low = model.find(first, split, true).map_err(|_| SplitFault::First);
            let high = model.find(second, width.bytes() - split, true).map_err(|_| SplitFault::Second);
            let expected = low.and_then(|low| {
                let high = high?;
                let bytes = value.to_le_bytes();
                model.bytes[low].copy_from_slice(&bytes[..split as usize]);
                model.bytes[high].copy_from_slice(&bytes[split as usize..width.bytes() as usize]);
                Ok(BusResult { value: 0, device: false })
            });
            assert_eq!(bus.write_split(GuestPhys(first), split, GuestPhys(second), width, value), expected);
        }
        Op::ReadBytes(at, len) => {
            let mut bytes = vec![0; len];
            let expected = if len == 0 { Ok(0..0) } else { model.find(at, len as u64, false) };
            assert_eq!(memory.read_bytes(GuestPhys(at), &mut bytes), expected.clone().map(|_| ()));
            assert!(expected.is_err() || bytes == model.bytes[expected.unwrap()]);
        }
        Op::WriteBytes(at, ref bytes) => {
            let place = if bytes.is_empty() { Ok(0..0) } else { model.find(at, bytes.len() as u64, true) };
            let expected = place.map(|place| model.bytes[place].copy_from_slice(bytes));
            assert_eq!(memory.write_bytes(GuestPhys(at), bytes), expected);
        }
        Op::Zero(at, len) => {
            let place = if len == 0 { Ok(0..0) } else { model.find(at, len, true) };
            let expected = place.map(|place| model.bytes[place].fill(0));
            assert_eq!(memory.zero(GuestPhys(at), len), expected);
        }
    }
}

/// What a hart does to its TLB. Virtual pages come from a few that fall into few slots.
#[derive(Clone, Debug)]
enum TlbOp {
    Select(usize),
    Fill(Access, u64, u64, bool),
    FlushPage(u64),
    FlushContext(usize),
    FlushAll,
    Watch(u64),
    /// Virtual page, offset in it, width, value, and whether by way of the unaligned path.
    Read(u64, u64, Width, bool),
    Fetch(u64, u64),
    Prefetch(Access, u64, u64),
    Recall(Access, u64),
    Write(u64, u64, Width, u64, bool),
    Amo(u64, u64, Width, AmoOp, u64),
}

fn virtual_page() -> impl Strategy<Value = u64> {
    // 0, 0x101, 0x202... share a slot; so do the others with each other.
    (0_u64..4, prop::sample::select(&[0_u64, 1, 0xf_ffff_ffff_f000][..])).prop_map(|(i, base)| base + i * 0x101)
}

fn tlb_op() -> impl Strategy<Value = TlbOp> {
    let access = || prop::sample::select(&Access::ALL[..]);
    let offset = || prop_oneof![0..PAGE_SIZE, PAGE_SIZE - 12..PAGE_SIZE, (0..PAGE_SIZE / 8).prop_map(|i| i * 8)];
    prop_oneof![
        2 => (0_usize..4).prop_map(TlbOp::Select),
        8 => (access(), virtual_page(), 0..PAGES, any::<bool>()).prop_map(|(a, v, p, large)| TlbOp::Fill(a, v, p, large)),
        1 => virtual_page().prop_map(TlbOp::FlushPage),
        1 => (0_usize..4).prop_map(TlbOp::FlushContext),
        1 => Just(TlbOp::FlushAll),
        1 => (0..PAGES).prop_map(TlbOp::Watch),
        8 => (virtual_page(), offset(), width(), any::<bool>()).prop_map(|(v, o, w, slow)| TlbOp::Read(v, o, w, slow)),
        4 => (virtual_page(), offset()).prop_map(|(v, o)| TlbOp::Fetch(v, o)),
        4 => (access(), virtual_page(), 0..PAGES).prop_map(|(a, v, p)| TlbOp::Prefetch(a, v, p)),
        4 => (access(), virtual_page()).prop_map(|(a, v)| TlbOp::Recall(a, v)),
        8 => (virtual_page(), offset(), width(), value(), any::<bool>())
            .prop_map(|(v, o, w, x, slow)| TlbOp::Write(v, o, w, x, slow)),
        4 => (virtual_page(), offset(), width(), amo_op(), value()).prop_map(|(v, o, w, op, x)| TlbOp::Amo(v, o, w, op, x)),
    ]
}

struct Deaf;
impl Watch for Deaf {
    fn stored(&mut self, _: GuestPhys, _: Width, _: &Memory) {}
}

fn space(context: usize) -> Space {
    Space { root: context as u64 / 2, rights: context as u64 % 2 }
}

/// A TLB, and every translation that it may still have: by context, kind and virtual page.
struct Translations {
    tlb: Tlb,
    context: usize,
    /// The physical page, and whether it is a part of a large page.
    known: BTreeMap<(usize, Access, u64), (u64, bool)>,
    watched: Vec<u64>,
}

impl Translations {
    /// Checks that a hit was allowed to be one, and gives the physical address if it was a hit.
    fn hit(&self, access: Access, page: u64, offset: u64, hit: bool) -> Option<u64> {
        let known = self.known.get(&(self.context, access, page));
        let translated = self.tlb.translate(access, GuestVirt((page << 12) + offset));
        assert!(!hit || translated.is_some(), "translate misses what an access hits");
        translated.map(|at| {
            let (physical, _) = known.expect("a hit in a translation that was forgotten or never made");
            assert_eq!(at, GuestPhys((physical << 12) + offset));
            at.0
        })
    }

    fn step(&mut self, bus: &Bus, model: &mut Model, op: &TlbOp) {
        let va = |page: u64, offset: u64| GuestVirt((page << 12) + offset);
        match *op {
            TlbOp::Select(context) => {
                self.context = context;
                self.tlb.select(space(context), space(context));
            }
            TlbOp::Fill(access, page, physical, large) => {
                let write = access == Access::Write;
                let may = model.find(physical << 12, PAGE_SIZE, write).is_ok();
                let may = may && !(write && self.watched.contains(&physical));
                let leaf = if large { PAGE_SIZE << 9 } else { PAGE_SIZE };
                assert_eq!(self.tlb.fill(access, va(page, 5), GuestPhys((physical << 12) + 9), leaf), may);
                if may {
                    self.known.insert((self.context, access, page), (physical, large));
                    assert!(self.hit(access, page, 1, false).is_some(), "a fill that is not there afterwards");
                }
            }
            TlbOp::FlushPage(page) => {
                // Nobody asks for a page of a large one to be kept, nor for fetches of other pages.
                self.tlb.flush_page(va(page, 3), |_| true);
                self.known.retain(|&(.., known), (_, large)| known != page && !(*large && known & !511 == page & !511));
            }
            TlbOp::FlushContext(context) => {
                self.tlb.flush(|flushed| flushed == space(context));
                self.known.retain(|&(known, ..), _| known != context);
            }
            TlbOp::FlushAll => {
                self.tlb.flush_all();
                self.known.clear();
            }
            TlbOp::Watch(page) => {
                if bus.watch(GuestPhys((page << 12) + 8), 8, Box::new(Deaf)).is_ok() {
                    self.watched.push(page);
                    self.known.retain(|&(_, access, _), _| access == Access::Fetch);
                }
                self.tlb.refresh();
            }
            TlbOp::Read(page, offset, width, slow) => {
                let value = with_unit!(width, T => match slow {
                    true => self.tlb.read_unaligned::<T>(va(page, offset)).map(T::to_u64),
                    false => self.tlb.read::<T>(va(page, offset)).map(T::to_u64),
                });
                let served = if slow { offset + width.bytes() <= PAGE_SIZE } else { offset % width.bytes() == 0 };
                let at = self.hit(Access::Read, page, offset, value.is_some());
                let expected = at.filter(|_| served).map(|at| model.read(at, width).unwrap());
                assert_eq!(value, expected);
            }
            TlbOp::Fetch(page, offset) => {
                self.hit(Access::Fetch, page, offset, false);
            }
            TlbOp::Prefetch(access, page, physical) => {
                // As a walk would: what is known is true.
                let (physical, large) = *self.known.get(&(self.context, access, page)).unwrap_or(&(physical, false));
                if access != Access::Fetch
                    && model.find(physical << 12, PAGE_SIZE, access == Access::Write).is_ok()
                    && !(access == Access::Write && self.watched.contains(&physical))
                {
                    let one = (va(page, 7), GuestPhys((physical << 12) + 1));
                    // A stream enters all but its last page at once.
                    if page % 2 == 0 {
                        self.tlb.stream(access, [one, one])
                    } else {
                        self.tlb.prefetch(access, one.0, one.1)
                    }
                    self.known.insert((self.context, access, page), (physical, large));
                }
            }
            TlbOp::Recall(access, page) => {
                let found = self.tlb.recall(access, va(page, 2));
                assert!(!found || self.hit(access, page, 3, false).is_some(), "recalled, but not there");
            }
            TlbOp::Write(page, offset, width, value, slow) => {
                let done = with_unit!(width, T => match slow {
                    true => self.tlb.write_unaligned(va(page, offset), T::from_u64(value)),
                    false => self.tlb.write(va(page, offset), T::from_u64(value)),
                });
                let served = if slow { offset + width.bytes() <= PAGE_SIZE } else { offset % width.bytes() == 0 };
                let at = self.hit(Access::Write, page, offset, done.is_some());
                let expected = at.filter(|_| served).map(|at| model.write(at, width, value).unwrap());
                assert_eq!(done, expected);
            }
            TlbOp::Amo(page, offset, width, op, operand) => {
                let old = with_unit!(width, T => {
                    self.tlb.amo(va(page, offset), op, T::from_u64(operand)).map(T::to_u64)
                });
                let at = self.hit(Access::Write, page, offset, old.is_some());
                let expected = at.filter(|_| offset % width.bytes() == 0).map(|at| {
                    let old = model.read(at, width).unwrap();
                    model.write(at, width, apply(op, width, old, operand)).unwrap();
                    old
                });
                assert_eq!(old, expected);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 4 } else { 256 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_bus_is_an_array_of_bytes(ops in vec(op(), 1..200)) {
        let (bus, mut model) = build();
        for op in &ops {
            step(&bus, &mut model, op);
        }
        same(bus.memory(), &model);
    }

    #[test]
    fn the_tlb_hits_only_what_it_was_told(ops in vec(tlb_op(), 1..300)) {
        let (bus, mut model) = build();
        let tlb = Tlb::new(bus.memory());
        let (known, watched) = (BTreeMap::new(), Vec::new());
        let mut translations = Translations { tlb, context: 0, known, watched };
        for op in &ops {
            translations.step(&bus, &mut model, op);
        }
        same(bus.memory(), &model);
    }
}
