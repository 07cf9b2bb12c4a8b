//! What is found out about a region as a whole before it is translated: what is dirty where, where the budget is looked at,
//! which accesses to memory belong together.

use emu_core::slot::Slot;
use rustc_hash::FxHashMap;

use crate::emit::Key;
use crate::memory::Span;
use crate::region::{Block, Edge, End, Region};
use crate::scan::{Known, lower_half};
use crate::slots::SlotSet;

/// Registers for numbers that translated code can count on having for itself.
const NUMBER_REGISTERS: usize = 14;
/// Groups of accesses that remember their last page, at most: each takes two of the host's registers, or room on its stack.
const MAX_PAGE_GROUPS: usize = 12;

/// How much more often than a block another one of its region has to run for the block to be a cold one.
const COLD: u64 = 16;

/// Which blocks of a region are cold.
pub(crate) fn cold(region: &Region) -> Vec<bool> {
    let most = region.blocks.iter().map(|block| block.executions).max().unwrap_or(0);
    region.blocks.iter().map(|block| block.executions <= most / COLD).collect()
}

/// Slots that each block stores at its end already, and not where the region is left. Cold blocks store all that memory lacks, so that
/// loops behind them neither carry that along nor have their ways out store it.
pub(crate) fn stored_early(region: &Region, key: &Key, cold: &[bool], ways: &[Option<usize>]) -> Vec<SlotSet> {
    let insns = region.blocks.iter().flat_map(|block| &block.insns);
    let written: SlotSet = insns.flat_map(|insn| insn.effect.writes.iter()).collect();
    let all = written.without(key.slot_set());
    let mut stored = numbers_stored_early(region, key, ways);
    stored.iter_mut().zip(cold).filter(|&(_, &cold)| cold).for_each(|(stored, _)| *stored = all);
    stored
}

/// Of numbers, if there are more than the host has registers for: those that the block writes, that nobody in the region reads behind
/// it, and that a loop would have to carry along all the same.
fn numbers_stored_early(region: &Region, key: &Key, ways: &[Option<usize>]) -> Vec<SlotSet> {
    let mut numbers = SlotSet::default();
    for effect in region.blocks.iter().flat_map(|block| &block.insns).map(|insn| &insn.effect) {
        numbers.extend(&effect.doubles);
        numbers.extend(&effect.boxed);
    }
    let numbers = numbers.without(key.slot_set());
    if numbers.iter().count() < NUMBER_REGISTERS {
        return vec![SlotSet::default(); region.blocks.len()];
    }
    let mut last = last_values(region, numbers);
    for (block, last) in region.blocks.iter().zip(&mut last) {
        if !successors(&block.end).any(|next| ways[next].is_some()) {
            *last = SlotSet::default();
        }
    }
    last
}

/// Backward data-flow: for each block, those of `slots` that it writes and whose values nobody in the region reads behind it.
fn last_values(region: &Region, slots: SlotSet) -> Vec<SlotSet> {
    let of_block = |block: &Block| {
        let (mut reads, mut writes) = (SlotSet::default(), SlotSet::default());
        for effect in block.insns.iter().map(|insn| &insn.effect) {
            reads.extend(&effect.reads.without(writes));
            writes.extend(&effect.writes);
        }
        (reads, writes)
    };
    let blocks: Vec<_> = region.blocks.iter().map(of_block).collect();
    let mut read: Vec<SlotSet> = blocks.iter().map(|&(reads, _)| reads).collect();
    let behind = |read: &[SlotSet], n: usize| {
        let mut behind = SlotSet::default();
        successors(&region.blocks[n].end).for_each(|next| {
            behind.extend(&read[next]);
        });
        behind
    };
    let mut changed = true;
    while changed {
        changed = false;
        for n in (0..blocks.len()).rev() {
            let through = behind(&read, n).without(blocks[n].1);
            changed |= read[n].extend(&through);
        }
    }
    let last = |(n, (_, writes)): (usize, &(SlotSet, SlotSet))| writes.and(slots).without(behind(&read, n));
    blocks.iter().enumerate().map(last).collect()
}

/// Forward data-flow: what memory may lack at the start of each block. `stored`: what each block stores at its end.
pub(crate) fn dirty(region: &Region, key: &Key, stored: &[SlotSet]) -> Vec<SlotSet> {
    let written: Vec<SlotSet> = region
        .blocks
        .iter()
        .map(|block| {
            let mut written = SlotSet::default();
            block.insns.iter().for_each(|insn| {
                written.extend(&insn.effect.writes);
            });
            written.without(key.slot_set())
        })
        .collect();
    let mut dirty = vec![SlotSet::default(); region.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for n in 0..region.blocks.len() {
            let mut after = dirty[n];
            after.extend(&written[n]);
            let after = after.without(stored[n]);
            for next in successors(&region.blocks[n].end) {
                changed |= dirty[next].extend(&after);
            }
        }
    }
    dirty
}

/// The blocks that control may go to from the end of a block.
pub(crate) fn successors(end: &End) -> impl Iterator<Item = usize> {
    let edges = match *end {
        End::Goes(edge) => [Some(edge), None],
        End::Branches(taken, falls) => [Some(taken), Some(falls)],
        End::Indirect(expected) => [expected.map(Edge::Inside), None],
        End::Leaves => [None, None],
    };
    edges.into_iter().flatten().filter_map(|edge| match edge {
        Edge::Inside(n) => Some(n),
        Edge::Outside(_) | Edge::Elsewhere(_) => None,
    })
}

/// Lower halves of registers for vectors that are to be one variable, of those whose halves are both in `slots`: the ones that are more
/// often a vector than something else.
pub(crate) fn pairs(region: &Region, slots: SlotSet) -> SlotSet {
    // As vectors and as something else.
    let mut uses: FxHashMap<Slot, [u64; 2]> = FxHashMap::default();
    for block in &region.blocks {
        for effect in block.insns.iter().map(|insn| &insn.effect) {
            let mut low: SlotSet = effect.reads.iter().map(lower_half).collect();
            low.extend(&effect.writes.iter().map(lower_half).collect());
            for slot in low.iter() {
                uses.entry(slot).or_default()[!effect.vectors.contains(slot) as usize] += block.executions.max(1);
            }
        }
    }
    let is_pair = |slot: Slot| {
        let both = slots.contains(slot) && slots.contains(Slot(slot.0 + 1));
        let [vector, other] = uses.get(&slot).copied().unwrap_or_default();
        both && vector > other
    };
    slots.iter().filter(|&slot| lower_half(slot) == slot && is_pair(slot)).collect()
}

/// Which blocks look at how much is left: entries and targets of back edges, so that every way around meets one. For each,
/// the most instructions on the way to the next look, to an exit, or to the region's end.
pub(crate) fn ways(region: &Region) -> Vec<Option<usize>> {
    #[derive(Copy, Clone, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut looks: Vec<bool> = vec![false; region.blocks.len()];
    region.entries.iter().for_each(|&n| looks[n] = true);
    let mut marks = vec![Mark::New; region.blocks.len()];
    // Blocks in the order in which they were left, so that a block's successors come first but for back edges.
    let mut order = Vec::with_capacity(region.blocks.len());
    for root in 0..region.blocks.len() {
        let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
        if marks[root] == Mark::New {
            marks[root] = Mark::Open;
            path.push((root, successors(&region.blocks[root].end).collect()));
        }
        while let Some((n, rest)) = path.last_mut() {
            let n = *n;
            match rest.pop() {
                Some(next) if marks[next] == Mark::Open => looks[next] = true,
                Some(next) if marks[next] == Mark::New => {
                    marks[next] = Mark::Open;
                    path.push((next, successors(&region.blocks[next].end).collect()));
                }
                Some(_) => {}
                None => {
                    marks[n] = Mark::Done;
                    order.push(n);
                    path.pop();
                }
            }
        }
    }
    let mut way = vec![0; region.blocks.len()];
    for n in order {
        let behind = successors(&region.blocks[n].end).filter(|&next| !looks[next]).map(|next| way[next]).max();
        way[n] = region.blocks[n].insns.len() + behind.unwrap_or(0);
    }
    looks.iter().zip(way).map(|(&looks, way)| looks.then_some(way)).collect()
}

/// For each instruction with an access to memory off a slot: how many bytes before and behind it the accesses off the same
/// value of the slot touch that follow.
pub(crate) fn spans(block: &Block) -> Vec<Option<Span>> {
    let mut spans = vec![None; block.insns.len()];
    // From the back: what later accesses off each slot want, as long as the slot is not written.
    let mut wanted: FxHashMap<Slot, (i64, i64, bool)> = FxHashMap::default();
    for (n, insn) in block.insns.iter().enumerate().rev() {
        insn.effect.writes.iter().for_each(|slot| {
            wanted.remove(&slot);
        });
        if let Some(touch) = insn.effect.touch
            && let Known::Near(slot, off) = touch.at
        {
            let own = (off, off.saturating_add(touch.bytes as i64), touch.writes);
            let all = wanted.entry(slot).or_insert(own);
            *all = (all.0.min(own.0), all.1.max(own.1), all.2 | own.2);
            let first_end = own.0.saturating_add(touch.first_bytes as i64);
            spans[n] = Some(Span { before: own.0 - all.0, behind: all.1 - first_end, writes: all.2 });
        }
    }
    spans
}

/// Accesses to memory that are likely to go to the page that the one before went to.
#[derive(Default)]
pub(crate) struct Group {
    /// Their sum.
    executions: u64,
    /// Whether one of them is in a loop.
    pub(crate) loops: bool,
    /// Each a block's number and the instruction's in there.
    pub(crate) insns: Vec<(usize, usize)>,
}

/// Groups of accesses to memory that are likely to go to the page that the group's last one went to; the busiest groups.
///
/// A loop's accesses off a slot that the region never writes are a group, and so are those of a block off the same value of a
/// slot, if there are several or the block is in a loop; but not what is `found` otherwise: by block, slot, and whether it stores.
pub(crate) fn page_groups(region: &Region, found: impl Fn(usize, Slot, bool) -> bool) -> Vec<Group> {
    let mut written = SlotSet::default();
    for insn in region.blocks.iter().flat_map(|block| &block.insns) {
        written.extend(&insn.effect.writes);
    }
    let mut groups: Vec<Group> = Vec::new();
    let loops = loops(region);
    // By slot, whether an index is added to it, and kind of access; those of slots that are written hold until then.
    let mut known: FxHashMap<(Slot, bool, bool), usize> = FxHashMap::default();
    for (number, block) in region.blocks.iter().enumerate() {
        known.retain(|&(slot, ..), _| !written.contains(slot));
        for (n, insn) in block.insns.iter().enumerate() {
            let writes = insn.effect.touch.is_some_and(|touch| touch.writes);
            let base = match insn.effect.touch.map(|touch| touch.at) {
                Some(Known::Near(slot, _)) if !found(number, slot, writes) => Some((slot, false)),
                Some(Known::Around(slot) | Known::Indexed(slot, ..)) => Some((slot, true)),
                _ => None,
            };
            if let Some((slot, indexed)) = base {
                let group = *known.entry((slot, indexed, writes)).or_insert_with(|| {
                    groups.push(Group::default());
                    groups.len() - 1
                });
                let group = &mut groups[group];
                group.executions += block.executions;
                group.loops |= loops[number];
                group.insns.push((number, n));
            }
            known.retain(|&(slot, ..), _| !insn.effect.writes.contains(slot));
        }
    }
    groups.retain(|group| group.loops || group.insns.len() > 1);
    groups.sort_by_key(|group| std::cmp::Reverse(group.executions));
    groups.truncate(MAX_PAGE_GROUPS);
    groups
}

/// Which blocks can be reached from themselves.
fn loops(region: &Region) -> Vec<bool> {
    (0..region.blocks.len())
        .map(|start| {
            let mut seen = vec![false; region.blocks.len()];
            let mut waiting: Vec<usize> = successors(&region.blocks[start].end).collect();
            while let Some(n) = waiting.pop() {
                if !std::mem::replace(&mut seen[n], true) {
                    waiting.extend(successors(&region.blocks[n].end));
                }
            }
            seen[start]
        })
        .collect()
}
