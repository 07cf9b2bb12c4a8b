//! Tests of RAM by offset: every width at every alignment, the edges, and threads that race.

use std::cell::Cell;

use super::tables::{Tables, Window, offset};
use super::*;
use crate::access::{Access, Width};
use crate::addr::{PAGE_MASK, PAGE_SIZE};

/// Miri is slow: there, every so many cases have to do.
const STEP: usize = if cfg!(miri) { 13 } else { 1 };

/// A page of bytes that differ from their neighbours, and the same as a slice.
fn page() -> (Ram, Vec<u8>) {
    let ram = Ram::new(PAGE_SIZE).unwrap();
    let bytes: Vec<u8> = (0..PAGE_SIZE).map(|i| (i * 7 + i / 256 + 1) as u8).collect();
    ram.write_bytes(0, &bytes).unwrap();
    (ram, bytes)
}

fn all(ram: &Ram) -> Vec<u8> {
    let mut bytes = vec![0; ram.bytes() as usize];
    ram.read_bytes(0, &mut bytes).unwrap();
    bytes
}

#[test]
fn impossible_sizes_are_errors_that_say_so() {
    for bytes in [0, 1, 4095, 4097, u64::MAX] {
        let error = Ram::new(bytes).unwrap_err().to_string();
        assert!(error.contains("multiple of 0x1000") && error.contains(&format!("{bytes:#x}")), "{error}");
    }
    for bytes in [1 << 63, 1 << 62, u64::MAX - 4095] {
        let error = Ram::new(bytes).unwrap_err().to_string();
        assert!(error.contains("cannot reserve") && error.contains("ask for less"), "{error}");
    }
}

/// What the kernel says of a stretch of address space, in `/proc/self/smaps`.
#[cfg(all(target_os = "linux", not(miri)))]
struct Mapped {
    /// Such as `rw-p`.
    rights: String,
    /// How much host memory it has.
    resident_bytes: u64,
    /// `nr` among them is "no reserve": without it a host that is careful with its memory refuses a guest larger than what
    /// is free.
    flags: String,
}

/// The stretch that `address` is in.
#[cfg(all(target_os = "linux", not(miri)))]
fn mapped(address: usize) -> Mapped {
    let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let number = |text: &str| usize::from_str_radix(text, 16);
    let mut lines = smaps.lines().skip_while(|line| {
        let ends = line.split_whitespace().next().and_then(|range| range.split_once('-'));
        !ends.is_some_and(|(first, end)| {
            number(first).is_ok_and(|x| x <= address) && number(end).is_ok_and(|x| x > address)
        })
    });
    let rights = lines.next().and_then(|line| line.split_whitespace().nth(1)).expect("it is mapped").to_owned();
    let mut entry = |key| lines.find_map(|line| line.strip_prefix(key)).expect("the kernel says so").to_owned();
    let resident = entry("Rss:");
    let kib: u64 = resident.split_whitespace().next().unwrap().parse().unwrap();
    Mapped { rights, resident_bytes: kib << 10, flags: entry("VmFlags:") }
}

#[cfg(all(target_os = "linux", not(miri)))]
fn resident(ram: &Ram) -> u64 {
    mapped(ram.base.as_ptr().addr()).resident_bytes
}

#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn four_gibibytes_cost_nothing_until_touched() {
    const GIB: u64 = 1 << 30;
    let ram = Ram::new(4 * GIB).unwrap();
    ram.write(4 * GIB - 8, u64::MAX).unwrap();
    // Zeroing what is zero commits nothing either.
    ram.zero(GIB, 64 << 20).unwrap();
    assert_eq!(ram.read::<u64>(4 * GIB - 8), Some(u64::MAX));
    // The host may provide a large page.
    let resident = resident(&ram);
    assert!((0x1000..=4 << 20).contains(&resident), "{resident} bytes");
}

#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn blocks_stand_between_guard_pages_and_reserve_no_swap() {
    let ram = |bytes| Block { bytes, writable: true };
    let rom = Block { bytes: 3 * PAGE_SIZE, writable: false };
    let made = Ram::reserve(&[ram(64 << 20), rom, ram(PAGE_SIZE), rom]).unwrap();
    let place = |i: usize| made[i].base.as_ptr().addr();
    assert_eq!((place(2), place(1), place(3)), (place(0) + (64 << 20), place(2) + 0x1000, place(1) + 0x3000));
    let Mapped { rights, flags, .. } = mapped(place(0));
    assert_eq!(rights, "rw-p");
    assert!(flags.split_whitespace().any(|flag| flag == "nr"), "{flags}");
    // Large pages are welcome, where the host has any.
    let large = std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists();
    assert_eq!(flags.split_whitespace().any(|flag| flag == "hg"), large, "{flags}");
    assert_eq!(mapped(place(2)).rights, "rw-p");
    for address in [place(1), place(3) + 0x2fff] {
        assert_eq!(mapped(address).rights, "r--p");
    }
    for guard in [place(0) - 1, place(3) + 0x3000] {
        assert_eq!(mapped(guard).rights, "---p");
    }
    // A ROM that was filled is as it was before.
    made[3].install_bytes(0xffe, &[1, 2, 3, 4]).unwrap();
    assert_eq!(made[3].read(0xffe), Some(0x0403_0201_u32));
    assert_eq!(mapped(place(3)).rights, "r--p");
    assert_eq!(made[0].system_calls(), SystemCalls { map: 1, protect: 4, advise: 1, ..SystemCalls::default() });
}

#[test]
fn nothing_but_an_install_changes_a_rom() {
    let rom = Ram::reserve(&[Block { bytes: PAGE_SIZE, writable: false }]).unwrap().remove(0);
    rom.install_bytes(16, &[7; 16]).unwrap();
    assert_eq!(rom.write(16, 1_u64), None);
    assert_eq!(rom.write(17, 1_u32), None);
    assert_eq!(rom.write_bytes(16, &[1; 3]), None);
    assert_eq!(rom.zero(16, 3), None);
    assert_eq!(rom.amo(16, AmoOp::Swap, 1_u32), None);
    assert_eq!(rom.compare_exchange(16, 7_u8, 1), None);
    assert_eq!(Batch::default().add(&rom, 0, PAGE_SIZE), None);
    assert_eq!(rom.install_bytes(PAGE_SIZE - 3, &[1; 4]), None);
    let mut bytes = [0; 32];
    rom.read_bytes(8, &mut bytes).unwrap();
    assert_eq!(bytes, *[[0; 8], [7; 8], [7; 8], [0; 8]].as_flattened());
}

#[test]
fn blocks_reserved_together_do_not_touch_each_other() {
    let sizes = [1, 3, 2, 1];
    let blocks = sizes.map(|pages| Block { bytes: pages * PAGE_SIZE, writable: pages != 2 });
    let made = Ram::reserve(&blocks).unwrap();
    for (i, ram) in made.iter().enumerate() {
        assert_eq!((ram.bytes(), ram.is_writable()), (blocks[i].bytes, blocks[i].writable));
        ram.install_bytes(0, &vec![i as u8 + 1; ram.bytes() as usize]).unwrap();
    }
    for (i, ram) in made.iter().enumerate() {
        assert!(all(ram).iter().all(|&byte| byte == i as u8 + 1), "block {i}");
        assert_eq!(ram.read::<u8>(ram.bytes()), None, "past block {i}");
        assert!(made.iter().enumerate().all(|(j, other)| ram.is_same(other) == (i == j)));
    }
    assert!(Ram::reserve(&[]).unwrap().is_empty());
}

#[test]
fn blocks_too_large_together_are_refused_together() {
    let half = Block { bytes: 1 << 62, writable: true };
    for blocks in [&[half, half][..], &[half, half, half, half], &[half, Block { writable: false, ..half }]] {
        let error = Ram::reserve(blocks).unwrap_err().to_string();
        assert!(error.contains("cannot reserve") && error.contains("ask for less"), "{error}");
    }
    let odd = Block { bytes: 8, writable: false };
    assert!(Ram::reserve(&[Block { bytes: PAGE_SIZE, writable: true }, odd]).unwrap_err().to_string().contains("0x8 "));
}

/// Three parts that meet in whatever order they come, one apart, one that another has already.
#[test]
fn stretches_that_meet_are_one_call() {
    let ram = Ram::new(64 * PAGE_SIZE).unwrap();
    let mut batch = Batch::default();
    for (page, pages) in [(9, 1), (7, 2), (30, 4), (10, 5), (31, 1)] {
        batch.add(&ram, page * PAGE_SIZE, pages * PAGE_SIZE).unwrap();
    }
    assert_eq!(batch.add(&ram, 63 * PAGE_SIZE, PAGE_SIZE + 1), None);
    assert_eq!(batch.add(&ram, 64 * PAGE_SIZE, 0), Some(()));
    let before = ram.system_calls();
    batch.populate().unwrap();
    assert_eq!(ram.system_calls(), SystemCalls { populate: 2, ..before });
}

#[test]
fn a_discard_of_any_bytes_leaves_their_neighbours() {
    for (first, len) in [(0, 0x3000), (5, 0x2000), (0x800, 0x1000), (0x1000, 0x1000), (0xfff, 2), (0x1003, 0x11)] {
        let ram = Ram::new(3 * PAGE_SIZE).unwrap();
        let mut expected: Vec<u8> = (0..3 * PAGE_SIZE).map(|i| i as u8 | 1).collect();
        ram.write_bytes(0, &expected).unwrap();
        let mut batch = Batch::default();
        batch.add(&ram, first, len).unwrap();
        batch.discard();
        expected[first as usize..][..len as usize].fill(0);
        assert!(all(&ram) == expected, "{len:#x} bytes at {first:#x}");
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn the_host_provides_and_takes_back_whole_runs() {
    const MIB: u64 = 1 << 20;
    let ram = Ram::new(256 * MIB).unwrap();
    let stretch = |f: fn(Batch<'_>)| {
        let mut batch = Batch::default();
        batch.add(&ram, 64 * MIB, 128 * MIB).unwrap();
        f(batch);
        resident(&ram)
    };
    ram.write(100 * MIB, 5_u64).unwrap();
    // The host may provide large pages, which reach over the ends, and take back what was asked for only.
    let over = 4 * MIB;
    let resident = stretch(|batch| batch.populate().unwrap());
    assert!((128 * MIB..=128 * MIB + over).contains(&resident), "{resident} bytes");
    assert_eq!(ram.read(100 * MIB), Some(5_u64), "contents stay");
    let resident = stretch(|batch| batch.discard());
    assert!(resident <= over, "{resident} bytes");
    assert_eq!(ram.read(100 * MIB), Some(0_u64));
    assert_eq!(ram.system_calls(), SystemCalls { map: 1, protect: 1, advise: 1, populate: 1, discard: 1 });
}

/// What hosts without a call to populate do.
#[test]
fn touching_a_page_changes_nothing_in_it() {
    let (ram, bytes) = page();
    // SAFETY: one whole page.
    unsafe { host::touch(ram.base.as_ptr(), PAGE_SIZE as usize) };
    assert_eq!(all(&ram), bytes);
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        let large = Ram::new(8 << 20).unwrap();
        // SAFETY: all of the block.
        unsafe { host::touch(large.base.as_ptr(), 8 << 20) };
        assert_eq!(resident(&large), 8 << 20);
    }
}

fn reads_match<T: Unit>() {
    let (ram, bytes) = page();
    for offset in (0..PAGE_SIZE + 16).step_by(STEP) {
        let mut expected = [0; 8];
        let inside = bytes.get(offset as usize..).and_then(|rest| rest.get(..T::BYTES as usize));
        expected[..inside.map_or(0, <[u8]>::len)].copy_from_slice(inside.unwrap_or_default());
        let expected = inside.map(|_| T::from_u64(u64::from_le_bytes(expected)));
        assert_eq!(ram.read::<T>(offset), expected, "{:?} at {offset}", T::WIDTH);
    }
    for offset in [u64::MAX, u64::MAX - 7, 1 << 63, PAGE_SIZE - T::BYTES + 1] {
        assert_eq!(ram.read::<T>(offset), None);
    }
}

#[test]
fn reads_of_every_width_at_every_offset_are_little_endian() {
    reads_match::<u8>();
    reads_match::<u16>();
    reads_match::<u32>();
    reads_match::<u64>();
}

fn writes_match<T: Unit>() {
    let (ram, mut bytes) = page();
    let value = 0xf1e2_d3c4_b5a6_9788_u64;
    for offset in (0..64).chain(PAGE_SIZE - 24..PAGE_SIZE + 8).step_by(STEP) {
        let inside = bytes.get_mut(offset as usize..).and_then(|rest| rest.get_mut(..T::BYTES as usize));
        let done = inside.map(|inside| inside.copy_from_slice(&value.to_le_bytes()[..T::BYTES as usize]));
        assert_eq!(ram.write(offset, T::from_u64(value)), done, "{:?} at {offset}", T::WIDTH);
        assert_eq!(all(&ram), bytes, "{:?} at {offset}", T::WIDTH);
    }
}

#[test]
fn writes_of_every_width_touch_their_own_bytes_only() {
    writes_match::<u8>();
    writes_match::<u16>();
    writes_match::<u32>();
    writes_match::<u64>();
}

#[test]
fn copies_of_any_alignment_and_length() {
    let (ram, bytes) = page();
    for offset in 0..20 {
        for len in (0..40).step_by(STEP) {
            let mut copy = vec![0xee; len];
            ram.read_bytes(offset, &mut copy).unwrap();
            assert_eq!(copy, bytes[offset as usize..][..len], "{len} at {offset}");

            let target = Ram::new(PAGE_SIZE).unwrap();
            target.write_bytes(offset, &copy).unwrap();
            let mut expected = vec![0; PAGE_SIZE as usize];
            expected[offset as usize..][..len].copy_from_slice(&copy);
            assert_eq!(all(&target), expected, "{len} at {offset}");
        }
    }
}

#[test]
fn zeroing_leaves_the_neighbours() {
    for offset in 0..20 {
        for len in (0..40).step_by(STEP) {
            let (ram, mut bytes) = page();
            ram.zero(offset, len).unwrap();
            bytes[offset as usize..][..len as usize].fill(0);
            assert_eq!(all(&ram), bytes, "{len} at {offset}");
        }
    }
}

#[test]
fn what_is_not_all_inside_changes_nothing() {
    let (ram, bytes) = page();
    assert_eq!(ram.read_bytes(PAGE_SIZE - 3, &mut [0; 4]), None);
    assert_eq!(ram.write_bytes(PAGE_SIZE - 3, &[0; 4]), None);
    assert_eq!(ram.write_bytes(u64::MAX, &[0; 4]), None);
    assert_eq!(ram.zero(PAGE_SIZE - 3, 4), None);
    assert_eq!(ram.zero(8, u64::MAX), None);
    assert_eq!(ram.write(PAGE_SIZE - 3, 0_u32), None);
    assert_eq!(ram.amo(PAGE_SIZE, AmoOp::Swap, 0_u64), None);
    assert_eq!(ram.compare_exchange(PAGE_SIZE, 0_u64, 0), None);
    // Nothing at the very end is inside; past it is not.
    assert_eq!(ram.read_bytes(PAGE_SIZE, &mut []), Some(()));
    assert_eq!(ram.read_bytes(PAGE_SIZE + 1, &mut []), None);
    assert_eq!(all(&ram), bytes);
}

fn atomics_match<T: Unit>() {
    let (ram, _) = page();
    let words = [0, 1, 0x7f, 0x80, 0x7fff_ffff, 0x8000_0000, 0x7fff_ffff_ffff_ffff, 1 << 63, u64::MAX];
    let pairs = words.iter().flat_map(|&a| words.map(|b| (T::from_u64(a), T::from_u64(b))));
    for (old, operand) in pairs.step_by(STEP) {
        for op in AmoOp::ALL {
            ram.write(64, old).unwrap();
            assert_eq!(ram.amo(64, op, operand), Some(old));
            assert_eq!(ram.read::<T>(64), Some(op.apply(old, operand)));
        }
        for expected in [old, T::from_u64(old.to_u64() ^ 1)] {
            ram.write(64, old).unwrap();
            assert_eq!(ram.compare_exchange(64, expected, operand), Some(old));
            assert_eq!(ram.read::<T>(64), Some(if expected == old { operand } else { old }));
        }
    }
    let misaligned = T::WIDTH != Width::B1;
    assert_eq!(ram.amo(63, AmoOp::Add, T::from_u64(1)).is_none(), misaligned);
    assert_eq!(ram.compare_exchange(65, T::from_u64(0), T::from_u64(0)).is_none(), misaligned);
}

#[test]
fn atomics_apply_at_every_width() {
    atomics_match::<u8>();
    atomics_match::<u16>();
    atomics_match::<u32>();
    atomics_match::<u64>();
}

/// What threads show by chance, for certain: somebody writes between an update's load and its store.
#[test]
fn an_update_starts_over_when_the_word_changes_under_it() {
    let ram = Ram::new(PAGE_SIZE).unwrap();
    let calls = Cell::new(0);
    let add_one = |old: u32| {
        if calls.replace(calls.get() + 1) == 0 {
            ram.write(8, 100_u32).unwrap();
        }
        old + 1
    };
    assert_eq!(ram.update(8, add_one), Some(100));
    assert_eq!(ram.read(8), Some(101_u32));
    // A weak exchange may fail once more for no reason, on AArch64 and under Miri.
    assert!(calls.get() >= 2, "{} calls", calls.get());
}

#[test]
fn threads_lose_no_atomic_update() {
    const THREADS: u64 = 4;
    const ROUNDS: u64 = if cfg!(miri) { 40 } else { 50_000 };
    let ram = Ram::new(PAGE_SIZE).unwrap();
    // All at once: a thread is through with its rounds before the next has started otherwise.
    let start = std::sync::Barrier::new(THREADS as usize);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (ram, start) = (ram.clone(), &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    ram.amo(0, AmoOp::Add, 1_u64).unwrap();
                    ram.amo(8, AmoOp::Add, 1_u32).unwrap();
                    ram.amo(16, AmoOp::MaxU, round * THREADS + thread).unwrap();
                    ram.amo(24, AmoOp::Xor, 1_u64 << thread).unwrap();
                    let mut seen = ram.read::<u32>(12).unwrap();
                    loop {
                        match ram.compare_exchange(12, seen, seen + 1).unwrap() {
                            now if now == seen => break,
                            now => seen = now,
                        }
                    }
                }
            });
        }
    });
    assert_eq!(ram.read(0), Some(THREADS * ROUNDS));
    assert_eq!(ram.read(8), Some((THREADS * ROUNDS) as u32));
    assert_eq!(ram.read(12), Some((THREADS * ROUNDS) as u32));
    assert_eq!(ram.read(16), Some(ROUNDS * THREADS - 1));
    assert_eq!(ram.read(24), Some(0_u64), "an even number of flips");
}

#[test]
fn an_aligned_store_is_seen_whole() {
    let ram = Ram::new(PAGE_SIZE).unwrap();
    let rounds = if cfg!(miri) { 40_u64 } else { 50_000 };
    std::thread::scope(|scope| {
        let writer = ram.clone();
        scope.spawn(move || {
            for i in 0..rounds {
                writer.write(8, (i & 0xff) * 0x0101_0101_0101_0101).unwrap();
            }
        });
        for _ in 0..rounds {
            let value: u64 = ram.read(8).unwrap();
            assert_eq!(value, (value & 0xff) * 0x0101_0101_0101_0101);
        }
    });
}

#[test]
fn clones_are_the_same_memory() {
    let (ram, _) = page();
    let (other, _) = page();
    let clone = ram.clone();
    clone.write(0, 0xabcd_u16).unwrap();
    assert_eq!(ram.read(0), Some(0xabcd_u16));
    assert!(ram.is_same(&clone) && !ram.is_same(&other));
}

#[test]
fn tables_refuse_what_they_do_not_keep() {
    let ram = Ram::new(2 * PAGE_SIZE).unwrap();
    let (stranger, _) = page();
    let rom = Ram::reserve(&[Block { bytes: PAGE_SIZE, writable: false }]).unwrap().remove(0);
    let tables = Tables::new(vec![ram.clone(), rom.clone()]);
    assert!(!tables.fill(Access::Write, 0, &rom, 0), "a ROM");
    assert!(!tables.fill(Access::Read, 0, &stranger, 0), "another RAM");
    assert!(!tables.fill(Access::Read, 0, &ram, 8), "not a page");
    assert!(!tables.fill(Access::Read, 0, &ram, 2 * PAGE_SIZE), "past the end");
    assert!(!tables.fill(Access::Read, 0, &ram, PAGE_MASK), "far past the end");
    assert_eq!(tables.read::<u8>(0), None, "nothing entered");
    assert!(tables.fill(Access::Read, 0, &ram, 0));
    assert!(tables.read::<u8>(0).is_some());
}

#[test]
fn tables_keep_memory_alive_and_may_move() {
    let (ram, bytes) = page();
    let tables = Tables::new(vec![ram.clone()]);
    assert!(tables.fill(Access::Read, 0xffff_ffff_ffff_f000, &ram, 0));
    drop(ram);
    let moved = Box::new(tables);
    let value = std::thread::spawn(move || moved.read::<u8>(u64::MAX)).join().unwrap();
    assert_eq!(value, bytes.last().copied());
}

#[test]
fn an_empty_window_is_never_hit() {
    let tables = Tables::new(vec![]);
    for va in [0, 1, 0xfff, PAGE_SIZE, u64::MAX, u64::MAX - 7, PAGE_MASK] {
        assert_eq!(tables.read::<u8>(va), None);
        assert_eq!(tables.read_unaligned::<u32>(va), None);
        assert_eq!(tables.write(va, 0_u16), None);
        assert_eq!(tables.place(Access::Write, va), None);
    }
}

#[test]
fn a_lookup_stays_inside_the_table_and_uses_all_of_it() {
    for windows in [64, 256, 1024, 4096, 16384_u64] {
        let mask = (windows as usize - 1) * size_of::<Window>();
        let mut seen = vec![0; windows as usize];
        for page in 0..windows {
            for high in [0, 1 << 30, 0x7_7000_0000, 1 << 63, !0 << 40] {
                let at = offset(page << 12 | high, mask);
                assert!(at.is_multiple_of(size_of::<Window>()) && at <= mask);
            }
            seen[offset(page << 12, mask) / size_of::<Window>()] += 1;
        }
        let shared = seen.iter().filter(|&&pages| pages > 1).count() as u64;
        assert!(shared <= windows / 50, "{shared} of {windows} windows are for several pages that follow each other");
    }
}

#[test]
fn slots_are_apart_and_keep_what_they_have_when_tables_grow() {
    let ram = Ram::new(1024 * PAGE_SIZE).unwrap();
    (0..1024).for_each(|page| ram.write(page * PAGE_SIZE, page as u32).unwrap());
    let tables = Tables::new(vec![ram.clone()]);
    assert!(tables.fill(Access::Read, 0, &ram, 7 * PAGE_SIZE));
    let other = tables.add_slot();
    assert_eq!(tables.read::<u32>(0), Some(7), "adding one selects nothing");
    tables.select(other);
    assert_eq!(tables.read::<u32>(0), None);
    // Twice through more pages than a small table has room for makes it grow; then all of them fit.
    for _ in 0..2 {
        (0..512).for_each(|page| {
            tables.fill(Access::Read, page * PAGE_SIZE, &ram, page * PAGE_SIZE);
        });
    }
    assert!(tables.counts().resized > 0);
    let there = (0..512).filter(|&page| tables.read(page * PAGE_SIZE) == Some(page as u32)).count();
    assert!(there > 400, "{there}");
    tables.clear(0);
    assert_eq!(tables.read(5 * PAGE_SIZE), Some(5_u32), "another slot was emptied");
    tables.clear(other);
    assert_eq!(tables.read::<u32>(5 * PAGE_SIZE), None);
    // Emptied again and again with next to nothing in it, it shrinks.
    let resized = tables.counts().resized;
    for _ in 0..64 {
        tables.fill(Access::Read, 0, &ram, 0);
        tables.clear(other);
    }
    assert!(tables.counts().resized > resized);
    tables.select(0);
    assert_eq!(tables.read::<u32>(0), None);
}

#[test]
fn what_was_pushed_out_or_made_ahead_is_recalled() {
    let ram = Ram::new(4 * PAGE_SIZE).unwrap();
    let tables = Tables::new(vec![ram.clone()]);
    // Two pages that have the same window in the smallest table.
    let window = |page: u64| offset(page << 12, 63 * size_of::<Window>());
    let other = (2..100).find(|&page| window(page) == window(1)).unwrap();
    let (a, b) = (1 << 12, other << 12);
    assert!(tables.fill(Access::Read, a, &ram, PAGE_SIZE) && tables.fill(Access::Read, b, &ram, 2 * PAGE_SIZE));
    assert_eq!(tables.read::<u8>(a), None);
    assert!(!tables.recall(Access::Write, a), "it is for loads");
    assert!(tables.recall(Access::Read, a) && tables.read::<u8>(a).is_some());
    assert!(tables.recall(Access::Read, b) && tables.read::<u8>(b).is_some());
    tables.evict(0, a, a);
    assert!(!tables.recall(Access::Read, a), "evicted from among the victims");

    tables.prefetch(Access::Write, 5 << 12, &ram, 3 * PAGE_SIZE);
    assert_eq!(tables.write(5 << 12, 1_u8), None, "not looked up before it is recalled");
    assert!(tables.recall(Access::Write, 5 << 12) && tables.write(5 << 12, 1_u8).is_some());
    tables.prefetch(Access::Write, 6 << 12, &ram, 3 * PAGE_SIZE);
    tables.clear(0);
    assert!(!tables.recall(Access::Write, 6 << 12));
    let counts = tables.counts();
    assert_eq!((counts.fills, counts.recalled, counts.prefetched, counts.prefetched_used), (2, 2, 2, 1));
}
