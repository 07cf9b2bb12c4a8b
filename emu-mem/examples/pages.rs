//! What page management costs: system calls and time, each thing done one by one and at once. With the name of a row it does
//! that alone, for `strace -c -f`; with none it prints the table that `docs/tuning.md` quotes.

use std::env;
use std::hint::black_box;
use std::time::{Duration, Instant};

use emu_mem::ram::Block;
use emu_mem::{Bus, BusBuilder, GuestPhys, Memory, PAGE_SIZE, Ram, Snapshot};

const REGIONS: u64 = 1000;
const REGION_BYTES: u64 = 0x4000;
/// 16 MiB.
const RUN_PAGES: u64 = 4096;
const TOUCHED_PAGES: u64 = 100;
const RAM_BYTES: u64 = 1 << 30;
const ROUNDS: u32 = 20;

fn main() {
    let rows: [(&str, Row); 9] = [
        ("map-one-by-one", map_one_by_one),
        ("map-together", map_together),
        ("populate-one-by-one", |time| batch(time, Batch { used: false, together: false }, populate)),
        ("populate-together", |time| batch(time, Batch { used: false, together: true }, populate)),
        ("discard-one-by-one", |time| batch(time, Batch { used: true, together: false }, discard)),
        ("discard-together", |time| batch(time, Batch { used: true, together: true }, discard)),
        ("snapshot-touch-restore", |time| snapshot(time, false)),
        ("touch-restore", |time| snapshot(time, true)),
        ("copy-all", copy_all),
    ];
    let wanted = env::args().nth(1);
    println!("| | system calls | µs |\n|---|---:|---:|");
    for (name, row) in rows.into_iter().filter(|(name, _)| wanted.as_deref().is_none_or(|wanted| wanted == *name)) {
        let rounds = if wanted.is_some() { 1 } else { ROUNDS };
        let (mut calls, mut best) = (0, Duration::MAX);
        for _ in 0..rounds {
            let mut time = Duration::ZERO;
            calls = row(&mut time);
            best = best.min(time);
        }
        println!("| {name} | {calls} | {:.1} |", best.as_secs_f64() * 1e6);
    }
}

/// Does its work once, sets how long that took, and returns how many system calls it was.
type Row = fn(&mut Duration) -> u64;

fn timed<T>(time: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    *time = start.elapsed();
    result
}

fn map_one_by_one(time: &mut Duration) -> u64 {
    let all: Vec<Ram> = timed(time, || (0..REGIONS).map(|_| Ram::new(REGION_BYTES).expect("it is small")).collect());
    all.iter().map(|ram| ram.system_calls().total()).sum()
}

fn map_together(time: &mut Duration) -> u64 {
    let blocks = vec![Block { bytes: REGION_BYTES, writable: true }; REGIONS as usize];
    let all = timed(time, || Ram::reserve(&blocks).expect("it is small"));
    all[0].system_calls().total()
}

fn machine() -> Bus {
    let mut builder = BusBuilder::new();
    builder.ram("main", GuestPhys(0), RAM_BYTES).expect("it is alone");
    builder.build().expect("it is reserved only")
}

fn populate(memory: &Memory, pages: &[(GuestPhys, u64)]) {
    memory.populate(pages).expect("it is RAM");
}

fn discard(memory: &Memory, pages: &[(GuestPhys, u64)]) {
    memory.discard(pages).expect("it is RAM");
}

struct Batch {
    /// Whether the pages have host memory before.
    used: bool,
    together: bool,
}

/// The pages of a run, each by itself or all at once.
fn batch(time: &mut Duration, how: Batch, work: fn(&Memory, &[(GuestPhys, u64)])) -> u64 {
    let bus = machine();
    let memory = bus.memory();
    let pages: Vec<_> = (0..RUN_PAGES).map(|page| (GuestPhys(page * PAGE_SIZE), PAGE_SIZE)).collect();
    for &(at, _) in pages.iter().filter(|_| how.used) {
        memory.write(at, 1_u8).expect("it is RAM");
    }
    let before = memory.system_calls().total();
    timed(time, || match how.together {
        true => work(memory, &pages),
        false => pages.iter().for_each(|page| work(memory, &[*page])),
    });
    memory.system_calls().total() - before
}

/// A 1 GiB machine with 256 MiB in use.
fn used() -> Bus {
    let bus = machine();
    for page in 0..RAM_BYTES / PAGE_SIZE / 4 {
        bus.memory().write(GuestPhys(page * 4 * PAGE_SIZE), page + 1).expect("it is RAM");
    }
    bus
}

fn touch(memory: &Memory) {
    for i in 0..TOUCHED_PAGES {
        memory.write(GuestPhys(i * 1031 * 4 * PAGE_SIZE % RAM_BYTES), 0_u64).expect("it is RAM");
    }
}

/// Pages are touched and restored, from a snapshot taken then or one that was restored before.
fn snapshot(time: &mut Duration, again: bool) -> u64 {
    let bus = used();
    let memory = bus.memory();
    let before = memory.system_calls().total();
    let once = |earlier: Option<Snapshot>| {
        let snapshot = earlier.unwrap_or_else(|| memory.snapshot());
        touch(memory);
        assert_eq!(snapshot.restore(), TOUCHED_PAGES);
        snapshot
    };
    let earlier = Some(once(None)).filter(|_| again);
    timed(time, || once(earlier));
    memory.system_calls().total() - before
}

/// What a snapshot would cost that copies everything.
fn copy_all(time: &mut Duration) -> u64 {
    let bus = used();
    let mut copy = vec![0; RAM_BYTES as usize];
    timed(time, || bus.memory().read_bytes(GuestPhys(0), &mut copy).expect("it is RAM"));
    black_box(&copy);
    0
}
