//! Caches: which accesses would have missed. No timing and no data, only which lines are there; as cachegrind does it: the line that was
//! used least recently goes, writes allocate, and an access to two lines that misses either is one miss.

use std::fmt::{self, Display, Formatter};

/// Lines of a cache at most.
const MAX_LINES: u64 = 1 << 24;

/// The shape of a cache.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Bytes of all lines.
    size_bytes: u64,
    /// Lines that share a place.
    ways: u64,
    /// Bytes of a line.
    line_bytes: u64,
}

impl Shape {
    /// A cache of `size_bytes` in lines of `line_bytes`, `ways` of which share a place.
    ///
    /// # Errors
    /// What is wrong with that, in words.
    pub const fn new(size_bytes: u64, ways: u64, line_bytes: u64) -> Result<Shape, &'static str> {
        if !line_bytes.is_power_of_two() || line_bytes < 4 || line_bytes > 4096 {
            return Err("the line is a power of two of bytes, from 4 to 4096");
        }
        if ways == 0 || size_bytes == 0 || size_bytes / line_bytes > MAX_LINES {
            return Err("there is at least one way, and at most 16777216 lines");
        }
        let Some(way_bytes) = ways.checked_mul(line_bytes) else { return Err("there are too many ways") };
        if !size_bytes.is_multiple_of(way_bytes) || !(size_bytes / way_bytes).is_power_of_two() {
            return Err("size / ways / line is a power of two");
        }
        Ok(Shape { size_bytes, ways, line_bytes })
    }

    /// Bytes of all lines.
    pub fn size_bytes(self) -> u64 {
        self.size_bytes
    }

    /// Lines that share a place.
    pub fn ways(self) -> u64 {
        self.ways
    }

    /// Bytes of a line.
    pub fn line_bytes(self) -> u64 {
        self.line_bytes
    }
}

impl Display for Shape {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {} ways, lines of {} bytes", self.size_bytes, self.ways, self.line_bytes)
    }
}

/// The shapes of all caches.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Shapes {
    /// Of instructions.
    pub i1: Shape,
    /// Of data.
    pub d1: Shape,
    /// Behind both.
    pub ll: Shape,
}

impl Default for Shapes {
    /// What many cores for applications have.
    fn default() -> Self {
        const L1: Shape = match Shape::new(32 << 10, 8, 64) {
            Ok(shape) => shape,
            Err(_) => unreachable!(),
        };
        const LL: Shape = match Shape::new(1 << 20, 16, 64) {
            Ok(shape) => shape,
            Err(_) => unreachable!(),
        };
        Shapes { i1: L1, d1: L1, ll: LL }
    }
}

/// One cache.
#[derive(Clone, Debug)]
struct Cache {
    /// Base-two logarithm of a line's bytes.
    line_shift: u32,
    sets: u64,
    ways: usize,
    /// The lines of each set, the one that was used last first: the line's number and 1, or 0.
    lines: Vec<u64>,
}

impl Cache {
    fn new(shape: Shape) -> Self {
        let lines = shape.size_bytes / shape.line_bytes;
        Cache {
            line_shift: shape.line_bytes.trailing_zeros(),
            sets: lines / shape.ways,
            ways: shape.ways as usize,
            lines: vec![0; lines as usize],
        }
    }

    /// Whether an access misses. All of its lines are there afterwards.
    fn misses(&mut self, at: u64, bytes: u64) -> bool {
        let (first, last) = (at >> self.line_shift, at.wrapping_add(bytes - 1) >> self.line_shift);
        let misses = self.line_misses(first);
        // Both lines are used, whether or not the first one was there.
        if first == last { misses } else { self.line_misses(last) | misses }
    }

    fn line_misses(&mut self, line: u64) -> bool {
        let (set, line) = ((line & (self.sets - 1)) as usize * self.ways, line + 1);
        let lines = &mut self.lines[set..set + self.ways];
        if lines[0] == line {
            return false;
        }
        let known = lines.iter().position(|&known| known == line);
        lines[..=known.unwrap_or(self.ways - 1)].rotate_right(1);
        lines[0] = line;
        known.is_none()
    }
}

/// Where an access was not.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Miss {
    /// Not in the first cache.
    pub first: bool,
    /// Nor in the last.
    pub last: bool,
}

/// The caches of one hart.
#[derive(Clone, Debug)]
pub struct Caches {
    i1: Cache,
    d1: Cache,
    ll: Cache,
}

impl Caches {
    /// Empty ones.
    pub fn new(shapes: Shapes) -> Self {
        Caches { i1: Cache::new(shapes.i1), d1: Cache::new(shapes.d1), ll: Cache::new(shapes.ll) }
    }

    /// An instruction of so many bytes is fetched.
    pub fn fetch(&mut self, at: u64, bytes: u64) -> Miss {
        let first = self.i1.misses(at, bytes);
        Miss { first, last: first && self.ll.misses(at, bytes) }
    }

    /// Data of so many bytes is read or written.
    pub fn access(&mut self, at: u64, bytes: u64) -> Miss {
        let first = self.d1.misses(at, bytes);
        Miss { first, last: first && self.ll.misses(at, bytes) }
    }
}

#[cfg(test)]
mod tests;
