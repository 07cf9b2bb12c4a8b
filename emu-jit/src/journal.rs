//! What was compiled, kept for whoever wants to look at it: dumps, maps for profilers, the report of a wrong translation.
//! Nobody pays for it who has not asked ([`Jit::journal`](crate::Jit::journal)).

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use emu_core::hart::Arch;

use crate::Error;
use crate::region::{End, Insn};
use crate::translate::{Compiler, Explanation, Source};

/// Regions that are kept; beyond, the oldest are forgotten. Guests that make code all the time would fill any memory.
const MAX_REGIONS: usize = 64 * 1024;

/// The regions of one [`Jit`](crate::Jit). All clones are the same journal.
pub struct Journal<A: Arch>(Rc<RefCell<Kept<A>>>);

struct Kept<A: Arch> {
    regions: VecDeque<Rc<Translated<A>>>,
    forgotten: u64,
}

/// A region that was compiled. It may have been dropped since.
pub struct Translated<A: Arch> {
    source: Source<A>,
    code: Range<usize>,
}

/// One guest instruction.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct GuestInsn {
    /// Its address.
    pub pc: u64,
    /// Its encoding; of a short one the lower half.
    pub word: u32,
    /// Its length.
    pub bytes: u64,
}

/// Guest instructions that run one after the other.
#[derive(Clone, Debug)]
pub struct GuestBlock {
    /// Its instructions; at least one.
    pub insns: Vec<GuestInsn>,
    /// Whether the region can be entered here.
    pub is_entry: bool,
    /// Whether the last instruction is left to the interpreter.
    pub leaves: bool,
    /// How often it had run when the region was formed, as far as that is known of translated code.
    pub executions: u64,
}

impl<A: Arch> Journal<A> {
    /// The regions, oldest first.
    pub fn regions(&self) -> Vec<Rc<Translated<A>>> {
        self.0.borrow().regions.iter().cloned().collect()
    }

    /// How many older ones there were that are not kept.
    pub fn forgotten(&self) -> u64 {
        self.0.borrow().forgotten
    }

    pub(crate) fn add(&self, source: Source<A>, code: Range<usize>) {
        let mut kept = self.0.borrow_mut();
        if kept.regions.len() == MAX_REGIONS {
            kept.regions.pop_front();
            kept.forgotten += 1;
        }
        kept.regions.push_back(Rc::new(Translated { source, code }));
    }
}

impl<A: Arch> Default for Journal<A> {
    fn default() -> Self {
        Journal(Rc::new(RefCell::new(Kept { regions: VecDeque::new(), forgotten: 0 })))
    }
}

impl<A: Arch> Clone for Journal<A> {
    fn clone(&self) -> Self {
        Journal(Rc::clone(&self.0))
    }
}

impl<A: Arch> Translated<A> {
    /// The address of the guest instruction that it was compiled for.
    pub fn head(&self) -> u64 {
        self.source.region.blocks[0].start.pc
    }

    /// Where its code is, or was, in the host's memory.
    pub fn code(&self) -> Range<usize> {
        self.code.clone()
    }

    /// The guest code; the head's block is the first. A function that was followed at several calls is there several times.
    pub fn blocks(&self) -> Vec<GuestBlock> {
        let region = &self.source.region;
        let insn = |insn: &Insn| GuestInsn { pc: insn.pc, word: insn.word, bytes: insn.bytes };
        let block = |(n, block): (usize, &crate::region::Block)| GuestBlock {
            insns: block.insns.iter().map(insn).collect(),
            is_entry: region.entries.contains(&n),
            leaves: block.end == End::Leaves,
            executions: block.executions,
        };
        region.blocks.iter().enumerate().map(block).collect()
    }

    /// Whether it has an instruction at one of these addresses.
    pub fn touches(&self, addresses: &Range<u64>) -> bool {
        self.source.region.blocks.iter().flat_map(|block| &block.insns).any(|insn| addresses.contains(&insn.pc))
    }

    /// Its translation as text.
    ///
    /// # Errors
    /// Cranelift refuses what it took before.
    pub fn explain(&self) -> Result<Explanation, Error> {
        let explained = Compiler::new()?.explain(&self.source)?;
        debug_assert_eq!(explained.bytes, self.code.len(), "what is told is what has run");
        Ok(explained)
    }
}
