//! The part of [`Paths`](super::Paths) that translated code may change as well: the frames of the stack in use, and what calls have
//! come to. It is words in memory, with a layout that is said here once.
//!
//! Translated code makes a frame for a call or a tail call that has been made along the same way before, and ends one where a return is to
//! the frame's own call, with the frames of tail calls on it. Whatever else happens it tells.

use std::cell::Cell;

use super::super::Costs;

/// Frames of a stack at most; deeper calls count for the node they are made from.
pub(super) const MAX_DEPTH: usize = 1 << 12;

/// How many ways on are remembered of each link.
const KNOWN: usize = 16;

/// What no return and no call is compared with successfully: no instruction lies at an odd address.
pub(super) const NEVER: u64 = 1;

/// [`Record::kind`] of calls.
pub(super) const CALL: u64 = 0;
/// The same of tail calls.
pub(super) const TAIL: u64 = 1;
/// The same of everything else.
pub(super) const OTHER: u64 = 2;

/// A frame.
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Frame {
    /// Where it returns to; odd if such a return has to be told.
    pub back: Cell<u64>,
    /// The caller's stack pointer.
    pub sp: Cell<u64>,
    /// How it was called: the link's place, in bytes from the first one's.
    pub link: Cell<u64>,
    /// What had been spent on its stack when it was made.
    pub since: CostCells,
}

/// What is counted of a link.
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Record {
    /// How often it was gone along.
    pub count: Cell<u64>,
    /// Where it led to last.
    pub target: Cell<u64>,
    /// What it is: [`CALL`], [`TAIL`], or something else.
    pub kind: u64,
    /// What was spent from there to the return.
    pub inclusive: CostCells,
    /// Where calls lead to from there.
    pub known: [Known; KNOWN],
}

/// A call that has been made from a frame of some link.
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Known {
    /// The instruction that calls.
    pub site: Cell<u64>,
    /// The link of that call, as in [`Frame::link`].
    pub link: Cell<u64>,
}

/// Counts by event.
#[derive(Clone, Default, Debug)]
#[repr(C)]
pub(super) struct CostCells([Cell<u64>; Costs::EVENTS]);

impl CostCells {
    pub fn get(&self) -> Costs {
        Costs::from(std::array::from_fn(|n| self.0[n].get()))
    }

    pub fn set(&self, costs: Costs) {
        self.0.iter().zip(<[u64; Costs::EVENTS]>::from(costs)).for_each(|(cell, n)| cell.set(n));
    }

    pub fn add(&self, costs: Costs) {
        let mut sum = self.get();
        sum += costs;
        self.set(sum);
    }
}

impl Frame {
    /// A frame that nothing returns from.
    pub fn nowhere() -> Self {
        Frame { back: Cell::new(NEVER), sp: Cell::new(0), link: Cell::new(0), since: CostCells::default() }
    }
}

impl Record {
    /// Of a link of some kind that was never gone along.
    pub fn new(kind: u64) -> Self {
        let known = std::array::from_fn(|_| Known { site: Cell::new(NEVER), link: Cell::new(0) });
        Record { count: Cell::new(0), target: Cell::new(NEVER), kind, inclusive: CostCells::default(), known }
    }
}

/// Where translated code finds the calls of a hart, as addresses; good until anything is told.
#[derive(Copy, Clone, Debug)]
pub struct Shadow {
    /// The frame that runs.
    pub top: usize,
    /// The last frame that there is room for.
    pub last: usize,
    /// The first link's record.
    pub links: usize,
}

impl Shadow {
    /// Bytes from a frame to the next one.
    pub const FRAME_BYTES: usize = size_of::<Frame>();
    /// In a frame: where it returns to.
    pub const BACK: usize = std::mem::offset_of!(Frame, back);
    /// In a frame: the caller's stack pointer.
    pub const SP: usize = std::mem::offset_of!(Frame, sp);
    /// In a frame: its link's place, in bytes from [`Shadow::links`].
    pub const LINK: usize = std::mem::offset_of!(Frame, link);
    /// In a frame: what had been spent, a word for each event.
    pub const SINCE: usize = std::mem::offset_of!(Frame, since);
    /// In a link's record: how often it was gone along.
    pub const COUNT: usize = std::mem::offset_of!(Record, count);
    /// In a link's record: where it led to last.
    pub const TARGET: usize = std::mem::offset_of!(Record, target);
    /// In a link's record: [`Shadow::TAIL`] of tail calls, less of other calls, more of everything else.
    pub const KIND: usize = std::mem::offset_of!(Record, kind);
    /// See [`Shadow::KIND`].
    pub const TAIL: u64 = TAIL;
    /// In a link's record: what was spent along it, a word for each event.
    pub const INCLUSIVE: usize = std::mem::offset_of!(Record, inclusive);
    /// In a link's record: the calls that are known.
    pub const KNOWN: usize = std::mem::offset_of!(Record, known);
    /// How many are.
    pub const KNOWN_CALLS: usize = KNOWN;
    /// Bytes from one of them to the next; the first word is the instruction that calls, the second one the call's link.
    pub const KNOWN_BYTES: usize = size_of::<Known>();

    /// Where else among them one may be that has the number `place` and leads to `pc`, if the instruction calls several functions.
    pub fn other_place(place: u64, pc: u64) -> u64 {
        (place ^ pc >> 1 ^ pc >> 5) % KNOWN as u64
    }
}
