//! A disk image that does not change: what is written goes to a temporary file without a name, in the same places, and is forgotten
//! with the disk. Which sectors are there is kept as a set of ranges.

use std::fs::File;
use std::io;
use std::ops::Range;

use emu_mem::{Memory, Segments, TransferError};
use rangemap::RangeSet;

use super::disk::Storage;
use super::image;

/// So many bytes of a disk can be written, or zeroed, before it is full: the temporary file has no other bound.
pub(super) const MAX_BYTES: u64 = 4 << 30;

/// A base, and what has been written over it.
pub(super) struct Overlay {
    base: File,
    bytes: u64,
    /// As large as the base; only what was written takes space.
    written: File,
    /// The bytes that are to be read from `written`.
    ranges: RangeSet<u64>,
    /// How many those are.
    covered_bytes: u64,
    max_bytes: u64,
}

impl Overlay {
    /// Nothing has been written yet.
    ///
    /// # Errors
    /// The host gives no temporary file.
    pub(super) fn new(base: File, bytes: u64) -> io::Result<Self> {
        let written = tempfile::tempfile()?;
        written.set_len(bytes)?;
        Ok(Self { base, bytes, written, ranges: RangeSet::new(), covered_bytes: 0, max_bytes: MAX_BYTES })
    }

    /// How many bytes of `range` would be written for the first time.
    ///
    /// # Errors
    /// There is no room for them.
    fn growth(&self, range: &Range<u64>) -> io::Result<u64> {
        let growth = self.ranges.gaps(range).map(|gap| gap.end - gap.start).sum();
        if growth > self.max_bytes - self.covered_bytes {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the overlay is full"));
        }
        Ok(growth)
    }

    fn cover(&mut self, range: Range<u64>, growth: u64) {
        if !range.is_empty() {
            self.ranges.insert(range);
            self.covered_bytes += growth;
        }
    }
}

impl Storage for Overlay {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn is_read_only(&self) -> bool {
        false
    }

    fn read(&mut self, at_bytes: u64, memory: &Memory, into: Segments<'_>) -> Result<u64, TransferError> {
        let range = at_bytes..at_bytes + into.bytes();
        let (mut at, mut calls) = (range.start, 0);
        // One call for each stretch that is in the same file.
        while at < range.end {
            let rest = at..range.end;
            let (file, end) = match self.ranges.get(&at) {
                Some(written) => (&self.written, written.end),
                None => (&self.base, self.ranges.gaps(&rest).next().map_or(range.end, |gap| gap.end)),
            };
            let end = end.min(range.end);
            calls += memory.read_file(file, at, into.part(at - range.start, end - at))?;
            at = end;
        }
        Ok(calls)
    }

    fn write(&mut self, at_bytes: u64, memory: &Memory, from: Segments<'_>) -> Result<u64, TransferError> {
        let range = at_bytes..at_bytes + from.bytes();
        let growth = self.growth(&range)?;
        let calls = memory.write_file(&self.written, at_bytes, from)?;
        self.cover(range, growth);
        Ok(calls)
    }

    fn zero(&mut self, at_bytes: u64, bytes: u64, _unmap: bool) -> io::Result<u64> {
        let range = at_bytes..at_bytes + bytes;
        let growth = self.growth(&range)?;
        let calls = image::zero(&self.written, at_bytes, bytes, true)?;
        self.cover(range, growth);
        Ok(calls)
    }

    fn flush(&mut self) -> io::Result<u64> {
        // A power cut ends the overlay, flushed or not.
        Ok(0)
    }
}

#[cfg(test)]
#[path = "overlay/tests.rs"]
mod tests;
