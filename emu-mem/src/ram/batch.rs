//! Requests to the host for many stretches of guest RAM, as few as possible: stretches are collected, sorted and merged,
//! and each run that is left is one system call.

use std::io;
use std::ops::Range;
use std::ptr;

use super::Ram;
use super::host::{Mapping, page_bytes};

/// Stretches of RAM that are to be treated alike. The order in which they are added does not matter.
#[derive(Default)]
pub(crate) struct Batch<'m> {
    /// Offsets into mappings; never empty.
    parts: Vec<(&'m Mapping, Range<usize>)>,
}

impl<'m> Batch<'m> {
    /// Adds `bytes` bytes of `ram` from `offset` on, or returns `None` if they are not all inside or it is a ROM. Zero
    /// bytes are none.
    pub(crate) fn add(&mut self, ram: &'m Ram, offset: u64, bytes: u64) -> Option<()> {
        if bytes == 0 {
            return (offset <= ram.bytes()).then_some(());
        }
        let first = ram.at_writable(offset, bytes)?.addr() - ram.mapping.base().addr().get();
        self.parts.push((&ram.mapping, first..first + bytes as usize));
        Some(())
    }

    /// The runs of bytes that the parts make up.
    fn runs(mut self) -> Vec<(&'m Mapping, Range<usize>)> {
        self.parts.sort_unstable_by_key(|(mapping, range)| (ptr::from_ref(*mapping).addr(), range.start));
        let mut runs: Vec<(&Mapping, Range<usize>)> = Vec::new();
        for (mapping, range) in self.parts {
            match runs.last_mut() {
                Some((last, run)) if ptr::eq(*last, mapping) && range.start <= run.end => {
                    run.end = run.end.max(range.end);
                }
                _ => runs.push((mapping, range)),
            }
        }
        runs
    }

    /// Has the host provide the memory of every page with a byte in the batch.
    pub(crate) fn populate(self) -> io::Result<()> {
        let page = page_bytes();
        // Blocks begin and end at the host's pages, so rounding up leaves none of them for another with other rights.
        let outwards = self
            .parts
            .into_iter()
            .map(|(mapping, range)| (mapping, range.start / page * page..range.end.next_multiple_of(page)));
        let whole = Batch { parts: outwards.collect() };
        whole.runs().into_iter().try_for_each(|(mapping, run)| mapping.populate(&run))
    }

    /// Makes all bytes of the batch zero and gives the pages that are wholly in it back to the host.
    pub(crate) fn discard(self) {
        let page = page_bytes();
        for (mapping, run) in self.runs() {
            let whole = run.start.next_multiple_of(page)..run.end / page * page;
            if whole.is_empty() {
                mapping.zero(&run);
                continue;
            }
            for edge in [run.start..whole.start, whole.end..run.end] {
                if !edge.is_empty() {
                    mapping.zero(&edge);
                }
            }
            mapping.discard(&whole);
        }
    }
}
