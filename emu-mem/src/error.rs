//! Errors of setting memory up: what a user asked for that cannot be. A guest's own errors are
//! [`BusFault`](crate::bus::BusFault)s.

use std::fmt;
use std::io;

use crate::addr::{GuestPhys, PAGE_SIZE};

/// Why a memory map cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The size of a RAM or ROM is not usable.
    #[error("memory of {bytes:#x} bytes: the size must be a multiple of {PAGE_SIZE:#x} and not zero")]
    Size {
        /// What was asked for.
        bytes: u64,
    },
    /// The host has no room for the mapping.
    #[error("the host cannot reserve {bytes:#x} bytes of memory ({source}): ask for less")]
    Map {
        /// What was asked for.
        bytes: u64,
        /// What the host said.
        source: io::Error,
    },
    /// The host has not the memory that it was asked to provide at once.
    #[error("the host cannot provide {bytes:#x} bytes of memory now ({source}): ask for less, or for none in advance")]
    Populate {
        /// What was asked for.
        bytes: u64,
        /// What the host said.
        source: io::Error,
    },
    /// Memory that is to be provided is no RAM.
    #[error("the {bytes:#x} bytes at {at} cannot be provided: they do not lie in one RAM region")]
    NotRam {
        /// The first address.
        at: GuestPhys,
        /// How many bytes.
        bytes: u64,
    },
    /// A RAM or ROM does not begin at a page.
    #[error("{0} does not begin at a multiple of {PAGE_SIZE:#x}: move it")]
    Unaligned(Range),
    /// A region is empty.
    #[error("\"{name}\" at {base} is empty: give it a size")]
    Empty {
        /// The region's name.
        name: String,
        /// Where it was to begin.
        base: GuestPhys,
    },
    /// A region reaches past the end of the address space.
    #[error("\"{name}\" at {base} with {bytes:#x} bytes reaches past the end of the address space: move or shrink it")]
    Wraps {
        /// The region's name.
        name: String,
        /// Where it was to begin.
        base: GuestPhys,
        /// How long it was to be.
        bytes: u64,
    },
    /// Two regions claim the same addresses.
    #[error("{new} overlaps {old}: move or shrink one of them")]
    Overlap {
        /// The region that was to be added.
        new: Range,
        /// The one that was there before.
        old: Range,
    },
    /// A watched range is not in RAM.
    #[error("the {bytes} bytes at {at} cannot be watched: they do not lie in one RAM region")]
    Watch {
        /// The first address.
        at: GuestPhys,
        /// How many bytes.
        bytes: u64,
    },
}

/// Why bytes cannot be moved between a file and guest memory.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A segment is not in one memory region, or in a ROM that would be written. Nothing was moved.
    #[error("a segment of the transfer is not in guest RAM")]
    Segment,
    /// The host has failed, or the file ends too early. Some bytes may have been moved.
    #[error("{0}")]
    Io(#[source] io::Error),
}

/// A named range of guest physical addresses, as errors and memory maps show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Range {
    /// What the board calls it.
    pub name: String,
    /// Its first address.
    pub first: GuestPhys,
    /// Its last address; the range is never empty.
    pub last: GuestPhys,
}

impl Range {
    /// The range of `bytes` bytes from `base`.
    ///
    /// # Errors
    /// [`Error::Empty`] and [`Error::Wraps`].
    pub(crate) fn new(name: &str, base: GuestPhys, bytes: u64) -> Result<Self, Error> {
        let Some(reach) = bytes.checked_sub(1) else {
            return Err(Error::Empty { name: name.into(), base });
        };
        match base.checked_add(reach) {
            Some(last) => Ok(Self { name: name.into(), first: base, last }),
            None => Err(Error::Wraps { name: name.into(), base, bytes }),
        }
    }

    /// Its size; the whole address space of 2^64 bytes counts as one byte less.
    pub fn bytes(&self) -> u64 {
        (self.last.0 - self.first.0).saturating_add(1)
    }

    /// Whether the two share an address.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// How far into the range `at` lies, if all of the `bytes` bytes from there do.
    #[inline]
    pub(crate) fn offset(&self, at: GuestPhys, bytes: u64) -> Option<u64> {
        let offset = at.0.wrapping_sub(self.first.0);
        let room = self.last.0 - self.first.0;
        (offset <= room && bytes.wrapping_sub(1) <= room - offset).then_some(offset)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" ({} to {})", self.name, self.first, self.last)
    }
}
