//! Where in the host's cache lines a region's code begins. Hosts fetch code by lines: a loop that begins at the end of one takes up to a
//! third longer. Cranelift aligns functions, not loops, so a region is put where those of its blocks that run often begin near the start of a line.

use cranelift_codegen::{Final, MachSrcLoc};

use crate::region::{Block, Region};

/// Bytes of a line.
pub(crate) const LINE_BYTES: usize = 64;
/// Bytes between two places where code may begin. No constant in it is aligned to more.
const STEP_BYTES: usize = 16;

/// Host code, and where it wants to be.
pub(crate) struct Code {
    pub(crate) bytes: Vec<u8>,
    /// How many bytes behind a line's start.
    pub(crate) offset: usize,
}

impl Code {
    /// That begins with a line.
    pub(crate) fn aligned(bytes: Vec<u8>) -> Self {
        Code { bytes, offset: 0 }
    }
}

/// What code tells that was made for the block with this number.
pub(crate) fn mark_of(block: usize) -> u32 {
    block as u32 + 1
}

/// How many bytes behind a line's start a region's code is to begin, by its `marks` in their order.
pub(crate) fn offset(region: &Region, marks: &[MachSrcLoc<Final>]) -> usize {
    let mut starts = vec![None; region.blocks.len()];
    for mark in marks {
        let block = mark.loc.bits().wrapping_sub(mark_of(0));
        // What comes later of a block is cold.
        if let Some(start @ None) = starts.get_mut(block as usize) {
            *start = Some(mark.start as usize);
        }
    }
    let behind = |offset: usize| -> u128 {
        let of_block = |(block, start): (&Block, &Option<usize>)| {
            Some(u128::from(block.executions) * ((offset + (*start)?) % LINE_BYTES) as u128)
        };
        region.blocks.iter().zip(&starts).filter_map(of_block).sum()
    };
    (0..LINE_BYTES).step_by(STEP_BYTES).min_by_key(|&offset| behind(offset)).unwrap_or(0)
}
