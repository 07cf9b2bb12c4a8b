//! Guest memory as lists of segments, the form in which devices with DMA get their buffers: copying, and transfers from and to
//! files. It knows no device and no descriptor's layout.

use std::fs::File;
use std::io;

use super::Memory;
use crate::addr::GuestPhys;
use crate::bus::BusFault;
use crate::error::TransferError;
use crate::ram::vectored::{self, Piece, Way};

/// Some bytes of guest memory. None at all is no fault anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where they begin.
    pub at: GuestPhys,
    /// How many they are.
    pub bytes: u64,
}

/// Segments read as one string of bytes, or a part of one.
#[derive(Clone, Copy, Debug)]
pub struct Segments<'a> {
    list: &'a [Segment],
    /// Bytes of `list` in front of the part.
    skip: u64,
    bytes: u64,
}

impl<'a> Segments<'a> {
    /// All of `list`.
    pub fn new(list: &'a [Segment]) -> Self {
        let bytes = list.iter().fold(0, |sum: u64, segment| sum.saturating_add(segment.bytes));
        Self { list, skip: 0, bytes }
    }

    /// How many bytes there are; what does not fit 64 bits counts as the largest number.
    pub fn bytes(self) -> u64 {
        self.bytes
    }

    /// At most `bytes` bytes from `from` on: fewer, or none, where there are not so many.
    pub fn part(self, from: u64, bytes: u64) -> Self {
        let from = from.min(self.bytes);
        let bytes = bytes.min(self.bytes - from);
        // A list of more than 2^64 bytes is one that no memory holds; where its parts begin does not matter.
        let mut part = Self { skip: self.skip.saturating_add(from), bytes, ..self };
        while let Some((first, rest)) = part.list.split_first().filter(|(first, _)| first.bytes <= part.skip) {
            part.skip -= first.bytes;
            part.list = rest;
        }
        part
    }

    /// The segments, without empty ones; the first and last may have become shorter.
    pub fn iter(self) -> impl Iterator<Item = Segment> + Clone + use<'a> {
        let (mut skip, mut left) = (self.skip, self.bytes);
        self.list
            .iter()
            .map_while(move |segment| {
                let before = skip.min(segment.bytes);
                let bytes = (segment.bytes - before).min(left);
                let part = Segment { at: segment.at.wrapping_add(before), bytes };
                skip -= before;
                left -= bytes;
                (bytes != 0 || left != 0).then_some(part)
            })
            .filter(|part| part.bytes != 0)
    }
}

impl Memory {
    /// Copies guest memory into `into`, which is as long as `from`; of what differs in length, the shorter counts.
    ///
    /// # Errors
    /// [`BusFault`] unless each segment lies in one region.
    pub fn gather(&self, from: Segments<'_>, into: &mut [u8]) -> Result<(), BusFault> {
        let mut rest = into;
        for Segment { at, bytes } in from.part(0, rest.len() as u64).iter() {
            let (piece, behind) = rest.split_at_mut(bytes as usize);
            self.read_bytes(at, piece)?;
            rest = behind;
        }
        Ok(())
    }

    /// Copies `from` into guest RAM; of what differs in length, the shorter counts.
    ///
    /// # Errors
    /// [`BusFault`], with nothing written, unless each segment lies in one RAM region.
    pub fn scatter(&self, into: Segments<'_>, from: &[u8]) -> Result<(), BusFault> {
        let into = into.part(0, from.len() as u64);
        for Segment { at, bytes } in into.iter() {
            self.find_writable(at, bytes)?;
        }
        let mut rest = from;
        for Segment { at, bytes } in into.iter() {
            let (piece, behind) = rest.split_at(bytes as usize);
            self.write_bytes(at, piece)?;
            rest = behind;
        }
        Ok(())
    }

    /// Reads `file` from `at_bytes` on straight into guest RAM, as much as there is room in `into`. Returns the number of system
    /// calls: one for up to 1024 segments and a GiB, as long as the host does what it is asked.
    ///
    /// # Errors
    /// [`TransferError::Segment`], with nothing read, unless each segment lies in one RAM region; [`TransferError::Io`] if the
    /// file cannot be read or ends before `into` is full. What was in `into` may be gone then.
    pub fn read_file(&self, file: &File, at_bytes: u64, into: Segments<'_>) -> Result<u64, TransferError> {
        for Segment { at, bytes } in into.iter() {
            self.find_writable(at, bytes)?;
        }
        for Segment { at, bytes } in into.iter() {
            self.about_to_write(at, bytes);
        }
        let read = vectored::transfer(Way::Read, file, at_bytes, self.pieces(into));
        // Also where it has failed: some of it may have been read.
        for Segment { at, bytes } in into.iter() {
            self.0.reservations.written(at, bytes);
        }
        Ok(read?)
    }

    /// Writes guest memory straight to `file` from `at_bytes` on. Returns the number of system calls, as
    /// [`read_file`](Self::read_file) does.
    ///
    /// # Errors
    /// [`TransferError::Segment`], with nothing written, unless each segment lies in one RAM or ROM region;
    /// [`TransferError::Io`] if the file cannot be written. Some of it may have been written then.
    pub fn write_file(&self, file: &File, at_bytes: u64, from: Segments<'_>) -> Result<u64, TransferError> {
        for Segment { at, bytes } in from.iter() {
            self.find(at, bytes).ok_or(BusFault)?;
        }
        Ok(vectored::transfer(Way::Write, file, at_bytes, self.pieces(from))?)
    }

    /// Where segments lie, all of which have been found.
    fn pieces<'a>(&'a self, segments: Segments<'a>) -> impl Iterator<Item = Piece<'a>> + Clone {
        segments.iter().filter_map(|Segment { at, bytes }| {
            let found = self.find(at, bytes)?;
            Some(Piece { ram: found.ram, offset: found.offset, bytes })
        })
    }
}

impl From<BusFault> for TransferError {
    fn from(_: BusFault) -> Self {
        Self::Segment
    }
}

impl From<io::Error> for TransferError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

#[cfg(test)]
#[path = "transfer/tests.rs"]
mod tests;
