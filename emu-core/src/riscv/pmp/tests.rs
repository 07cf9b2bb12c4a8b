//! Matching, against a model that looks at each byte by the words of the manual; locks; what is uniform.

use super::*;

const ALL: [Access; 3] = [Access::Read, Access::Write, Access::Fetch];

/// Whether an entry matches the byte at `at`.
fn matches(pmp: &Pmp, entry: usize, at: u64) -> bool {
    let address = pmp.address(entry);
    match kind(pmp.config(entry)) {
        OFF => false,
        TOR => (if entry == 0 { 0 } else { pmp.address(entry - 1) << 2 }..address << 2).contains(&at),
        NA4 => at >> 2 == address,
        _ => {
            // yyyy...y011: 2^(ones + 3) bytes.
            let low = address.trailing_ones() + 1;
            at >> 2 >> low == address >> low
        }
    }
}

fn allows_byte(pmp: &Pmp, at: u64, access: Access, now: u8) -> (Option<usize>, bool) {
    let entry = (0..ENTRIES).find(|&entry| matches(pmp, entry, at));
    let allowed = match entry {
        None => now == mode::M,
        Some(entry) => {
            let config = pmp.config(entry);
            let bit = [R, W, X][ALL.iter().position(|&a| a == access).unwrap()];
            config & bit != 0 || now == mode::M && config & L == 0
        }
    };
    (entry, allowed)
}

struct Random(u64);
impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

/// Few entries with small addresses, so that they meet.
fn crowded(random: &mut Random) -> Pmp {
    let pmp = Pmp::default();
    for entry in 0..4 {
        pmp.set_address(entry, random.next() % 64, 64);
    }
    for entry in 0..4 {
        pmp.set_config(entry, random.next() as u8);
    }
    pmp
}

#[test]
fn an_access_is_judged_as_its_bytes_are() {
    let mut random = Random(1);
    let mut refused_halves = 0;
    for _ in 0..2000 {
        let pmp = crowded(&mut random);
        for _ in 0..50 {
            let (at, bytes) = (random.next() % 300, 1 << (random.next() % 4));
            let (access, now) =
                (ALL[random.next() as usize % 3], [mode::U, mode::S, mode::M][random.next() as usize % 3]);
            let each: Vec<_> = (at..at + bytes).map(|at| allows_byte(&pmp, at, access, now)).collect();
            // Bytes in different entries: the entry of lowest number matches some and not all.
            let one_entry = each.iter().all(|(entry, _)| *entry == each[0].0);
            let expected = one_entry && each[0].1;
            assert_eq!(pmp.allows(at, bytes, access, now), expected, "{pmp:?} {at:#x} {bytes} {access:?} {now}");
            refused_halves += (!one_entry && each.iter().all(|(_, allowed)| *allowed)) as u32;
        }
    }
    assert!(refused_halves > 100, "the rule about parts was tried");
}

#[test]
fn a_uniform_stretch_has_the_same_rights_everywhere() {
    let mut random = Random(2);
    let mut sizes = std::collections::BTreeSet::new();
    for _ in 0..1000 {
        let pmp = crowded(&mut random);
        let at = random.next() % 400;
        let bytes = pmp.uniform_bytes(at);
        sizes.insert(bytes);
        let first = at & !(bytes - 1);
        for access in ALL {
            for now in [mode::U, mode::M] {
                let rights = |at| allows_byte(&pmp, at, access, now);
                assert!((first..first + bytes).all(|other| rights(other) == rights(at)), "{pmp:?} {at:#x} {bytes}");
            }
        }
    }
    assert!(sizes.len() > 5, "{sizes:?}");
    let open = Pmp::default();
    assert_eq!(open.uniform_bytes(0x1234), PAGE_SIZE);
    open.open(64);
    assert_eq!(open.uniform_bytes(0x1234), PAGE_SIZE);
    assert_eq!(open.uniform_bytes(u64::MAX), PAGE_SIZE);
}

#[test]
fn without_entries_only_m_mode_may() {
    let pmp = Pmp::default();
    assert!(pmp.allows(0x8000_0000, 8, Access::Write, mode::M));
    assert!(!pmp.allows(0x8000_0000, 8, Access::Read, mode::S));
    pmp.open(64);
    assert!(pmp.allows((1 << 56) - 8, 8, Access::Fetch, mode::U));
}

#[test]
fn a_lock_holds_m_mode_too_and_the_lower_bound_with_it() {
    let pmp = Pmp::default();
    assert!(pmp.set_address(0, 0x100, 64));
    assert!(pmp.set_address(1, 0x200, 64));
    pmp.set_config(1, L | TOR << A_SHIFT | R);
    assert!(pmp.allows(0x400, 4, Access::Read, mode::M));
    assert!(!pmp.allows(0x400, 4, Access::Write, mode::M));
    assert!(!pmp.set_address(1, 0, 64));
    assert!(!pmp.set_address(0, 0, 64), "the bottom of a locked range");
    pmp.set_config(1, 0);
    assert_eq!((pmp.config(1), pmp.address(0), pmp.address(1)), (L | TOR << A_SHIFT | R, 0x100, 0x200));
    pmp.set_config(0, L);
    assert!(!pmp.set_address(0, 7, 64));
    assert!(pmp.set_address(2, 7, 64));
}

#[test]
fn write_without_read_is_not_kept_nor_are_unused_bits() {
    let pmp = Pmp::default();
    pmp.set_config(3, W | X);
    assert_eq!(pmp.config(3), X);
    pmp.set_config(3, 0x7f);
    assert_eq!(pmp.config(3), 0x1f);
    assert!(!pmp.set_config(16, 0x1f));
    assert_eq!(pmp.config(16), 0);
}

#[test]
fn addresses_have_34_or_56_bits() {
    let pmp = Pmp::default();
    pmp.set_address(0, u64::MAX, 32);
    assert_eq!(pmp.address(0), 0xffff_ffff);
    pmp.set_address(0, u64::MAX, 64);
    assert_eq!(pmp.address(0), (1 << 54) - 1);
}

#[test]
fn what_is_open_lets_every_access_through() {
    const LAST: u64 = 0xffff;
    let mut random = Random(7);
    let mut seen = [0; 2];
    for _ in 0..2000 {
        let pmp = Pmp::default();
        for entry in 0..random.next() as usize % 3 {
            // Often one that matches all.
            let address = if random.next().is_multiple_of(2) { u64::MAX } else { random.next() % (LAST >> 2) };
            pmp.set_address(entry, address, 64);
            pmp.set_config(entry, random.next() as u8);
        }
        for now in [mode::U, mode::S, mode::M] {
            let open = pmp.is_open(now, LAST);
            seen[open as usize] += 1;
            for _ in 0..if open { 50 } else { 0 } {
                let (at, bytes) = (random.next() % (LAST - 8), 1 << (random.next() % 4));
                for access in [Access::Read, Access::Write] {
                    assert!(pmp.allows(at, bytes, access, now), "{bytes} bytes at {at:#x} in mode {now}: {pmp:?}");
                }
            }
        }
    }
    assert!(seen[0] > 500 && seen[1] > 500, "both occur: {seen:?}");
}
