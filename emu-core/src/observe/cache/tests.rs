use std::collections::BTreeMap;

use super::*;

/// A cache as one would explain it: each set is a list of lines with the time of their last use.
struct Plain {
    shape: Shape,
    sets: BTreeMap<u64, Vec<(u64, u64)>>,
    time: u64,
}

impl Plain {
    fn new(shape: Shape) -> Self {
        Plain { shape, sets: BTreeMap::new(), time: 0 }
    }

    fn line(&mut self, line: u64) -> bool {
        self.time += 1;
        let sets = self.shape.size_bytes / self.shape.line_bytes / self.shape.ways;
        let set = self.sets.entry(line % sets).or_default();
        if let Some(known) = set.iter_mut().find(|(known, _)| *known == line) {
            known.1 = self.time;
            return false;
        }
        if set.len() as u64 == self.shape.ways {
            let oldest = set.iter().enumerate().min_by_key(|(_, (_, used))| *used).expect("it has ways").0;
            set.remove(oldest);
        }
        set.push((line, self.time));
        true
    }

    fn misses(&mut self, at: u64, bytes: u64) -> bool {
        let lines: Vec<u64> = (0..bytes).map(|byte| (at + byte) / self.shape.line_bytes).collect();
        let mut different = lines.clone();
        different.dedup();
        different.into_iter().fold(false, |misses, line| self.line(line) | misses)
    }
}

/// Numbers that look random, the same in each run.
fn random() -> impl FnMut(u64) -> u64 {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    }
}

#[test]
fn caches_miss_as_plain_ones_do() {
    let shape = |size, ways, line| Shape::new(size, ways, line).expect("a cache");
    for (i1, d1, ll) in [
        (shape(256, 1, 16), shape(512, 2, 32), shape(2048, 4, 32)),
        (shape(1024, 4, 64), shape(192, 3, 16), shape(1024, 16, 64)),
        (shape(64, 4, 16), shape(4096, 8, 64), shape(8192, 1, 128)),
    ] {
        let mut caches = Caches::new(Shapes { i1, d1, ll });
        let mut plain = [i1, d1, ll].map(Plain::new);
        let mut random = random();
        let (mut misses, mut last_misses) = (0, 0);
        for _ in 0..50_000 {
            let is_fetch = random(3) == 0;
            // Near what was used before, mostly; accesses of all sizes, unaligned ones too.
            let at = if random(8) == 0 { random(1 << 16) } else { random(1 << 10) + 0x4000 };
            let bytes = 1 << random(4);
            let miss = if is_fetch { caches.fetch(at, bytes) } else { caches.access(at, bytes) };
            let first = plain[usize::from(!is_fetch)].misses(at, bytes);
            let last = first && plain[2].misses(at, bytes);
            assert_eq!(miss, Miss { first, last }, "{at:#x}, {bytes} bytes");
            misses += u32::from(first);
            last_misses += u32::from(last);
        }
        assert!(misses > 1000 && last_misses > 100 && misses < 45_000, "{misses} {last_misses}: both happen");
    }
}

#[test]
fn shapes_make_sense_or_are_refused() {
    for (size, ways, line) in [
        (0, 1, 16),
        (1024, 0, 16),
        (1024, 1, 3),
        (1024, 1, 8192),
        (1000, 1, 16),
        (1 << 40, 1, 16),
        (768, 2, 64),
        (64, u64::MAX, 16),
    ] {
        assert!(Shape::new(size, ways, line).is_err(), "{size},{ways},{line}");
    }
    assert_eq!(
        Shape::new(192, 3, 16).map(|shape| shape.to_string()),
        Ok("192 bytes, 3 ways, lines of 16 bytes".to_owned())
    );
}
