//! What a straight run of instructions costs under a static model: a constant for each way in and each way out, and for a few
//! instructions something more that their operands decide when they run.

use super::{Insn, Pending, Static};

/// The cost of a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockCost {
    /// Cycles, and what is pending, after the first `k` instructions if control has fallen through all of them: one more than there are
    /// instructions. What varies is not in it.
    pub after: Vec<(u32, Pending)>,
    /// The same after all of them, if the last one was taken.
    pub taken: (u32, Pending),
    /// Which instructions cost something more ([`Static::more`]), in ascending order.
    pub varying: Vec<usize>,
}

impl BlockCost {
    /// Cycles, and what is pending, after all of them, if control falls through the last one.
    pub fn falls(&self) -> (u32, Pending) {
        self.after[self.after.len() - 1]
    }
}

/// The cost of `insns`, one behind the other, where `entry` is pending.
pub fn block<'i>(model: &impl Static, insns: impl Iterator<Item = &'i Insn>, entry: Pending) -> BlockCost {
    let (mut cycles, mut pending) = (0, entry);
    let mut cost = BlockCost { after: vec![(0, entry)], taken: (0, entry), varying: Vec::new() };
    for (n, insn) in insns.enumerate() {
        let own = model.cost(insn);
        cycles += model.stall(pending, insn);
        cost.taken = (cycles + own.taken, model.leaves(insn, true));
        cycles += own.falls;
        pending = model.leaves(insn, false);
        cost.after.push((cycles, pending));
        if own.varies {
            cost.varying.push(n);
        }
    }
    cost
}
