//! Ways out to the interpreter: where guards lead that do not hold (`guards`). They are built when all else of a region is, so
//! that what several of them store is stored in one place: at most guards most slots hold what they did at the one before.
//!
//! What each stores, what is most frequent first, is a path in a tree. Where paths meet, so does the code; the root returns.

use std::cmp::Reverse;

use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder, SourceLoc};
use emu_core::slot::Slot;
use rustc_hash::FxHashMap;

use crate::emit::{Emit, Remaining, slot_access};
use crate::exits::{Why, why_after_look, why_before};
use crate::guards::Look;
use crate::rows::BlockCounters;
use crate::slots::{AT, LEFT, WHY, offset};
use crate::timing::ClockAt;

/// A way out that is still to be built.
pub(crate) struct WayOut {
    /// Where it begins.
    pub(crate) block: ir::Block,
    /// The instruction that the interpreter goes on with.
    pub(crate) pc: u64,
    /// Slots that memory lacks, and what they hold there.
    pub(crate) stores: Vec<(Slot, Kept)>,
    /// What is left of the budget.
    pub(crate) left: Remaining,
    /// Of those that are counted, how many do not run.
    pub(crate) ahead: usize,
    /// What they would have done, where that is counted; see [`crate::calls`].
    pub(crate) undone: u64,
    /// It is left there for the budget as well.
    pub(crate) look: Option<Look>,
    /// Where it is counted that control leaves, and before which instruction of the block.
    pub(crate) counter: Option<(BlockCounters, usize)>,
    /// How cycles stand there.
    pub(crate) clock: Option<ClockAt>,
}

/// What a slot holds on a way out.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Kept {
    Const(u64),
    /// Of whatever type.
    Value(ir::Value),
    /// This lane of a vector.
    Half(ir::Value, u8),
}

/// What is stored.
pub(crate) type Store = (Slot, Kept);

/// The same stores, but that both halves of a vector are one.
pub(crate) fn join_halves(mut stores: Vec<Store>) -> Vec<Store> {
    for n in 0..stores.len() {
        let (slot, Kept::Half(whole, 0)) = stores[n] else { continue };
        let upper = (Slot(slot.0 + 1), Kept::Half(whole, 1));
        if stores.contains(&upper) {
            stores[n].1 = Kept::Value(whole);
        }
    }
    let wholes: Vec<_> = stores.iter().copied().filter(|(_, kept)| matches!(kept, Kept::Value(_))).collect();
    stores.retain(|&(slot, kept)| match kept {
        Kept::Half(whole, 1) => !wholes.contains(&(Slot(slot.0 - 1), Kept::Value(whole))),
        _ => true,
    });
    stores
}

/// A store of some ways out, behind which they are one.
struct Node {
    store: Store,
    /// What is stored behind it; `None`: nothing.
    parent: Option<usize>,
    /// How many nodes and ways out lead to it.
    joins: usize,
    /// Where it begins, if several do.
    block: Option<ir::Block>,
}

/// What ways out store. The root, which stores nothing, is no node.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
    children: FxHashMap<(Option<usize>, Store), usize>,
}

impl Tree {
    /// Adds a path from the root; gives its last node.
    fn add(&mut self, path: &[Store]) -> Option<usize> {
        let mut at = None;
        for &store in path {
            let nodes = &mut self.nodes;
            at = Some(*self.children.entry((at, store)).or_insert_with(|| {
                at.into_iter().for_each(|at: usize| nodes[at].joins += 1);
                nodes.push(Node { store, parent: at, joins: 0, block: None });
                nodes.len() - 1
            }));
        }
        at.into_iter().for_each(|at| self.nodes[at].joins += 1);
        at
    }
}

impl<'f> Emit<'f> {
    /// Builds all ways out. `marked`: each instruction of them tells which guest instruction it belongs to, if it is one.
    pub(crate) fn build_ways_out(&self, marked: bool) {
        let mut ways = self.ways_out.take();
        if ways.is_empty() {
            return;
        }
        let mut times: FxHashMap<Store, usize> = FxHashMap::default();
        for (_, kept) in ways.iter_mut().flat_map(|way| &mut way.stores) {
            if let Kept::Value(value) | Kept::Half(value, _) = kept {
                *value = self.b.borrow().func.dfg.resolve_aliases(*value);
            }
        }
        ways.iter().flat_map(|way| &way.stores).for_each(|&store| *times.entry(store).or_default() += 1);
        let mut tree = Tree::default();
        let mut ends = Vec::with_capacity(ways.len());
        for way in &mut ways {
            way.stores.sort_unstable_by_key(|&store| (Reverse(times[&store]), store.0));
            ends.push(tree.add(&way.stores));
        }
        let (mut nodes, root) = (tree.nodes, self.cold_block());
        for node in nodes.iter_mut().filter(|node| node.joins > 1) {
            node.block = Some(self.cold_block());
        }
        for (way, end) in ways.into_iter().zip(ends) {
            if marked {
                self.b.borrow_mut().set_srcloc(SourceLoc::new(way.pc as u32));
            }
            self.begin_way_out(way);
            self.store_up(&nodes, end, root);
        }
        self.b.borrow_mut().set_srcloc(SourceLoc::default());
        for node in &nodes {
            let Some(block) = node.block else { continue };
            self.b.borrow_mut().switch_to_block(block);
            self.store_kept(node.store);
            self.store_up(&nodes, node.parent, root);
        }
        let mut b = self.b.borrow_mut();
        b.switch_to_block(root);
        let [left, pc] = [LEFT, AT].map(|slot| b.ins().load(I64, slot_access(), self.slots, offset(slot)));
        b.ins().return_(&[left, pc]);
    }

    /// What a way out does but for its slots.
    fn begin_way_out(&self, way: WayOut) {
        self.b.borrow_mut().switch_to_block(way.block);
        if let Some((counters, insn)) = way.counter {
            self.count_leaving(counters, insn);
        }
        if let Remaining::InLaps { laps, .. } = way.left {
            self.take_laps_back(laps);
        }
        let mut b = self.b.borrow_mut();
        let left = way.left.now(&mut b);
        let left = self.stop_clock(way.clock, &mut b, left);
        let why = match way.look {
            None => why_before(Why::Interpret, way.ahead) | way.undone,
            Some(Look { way, .. }) => why_after_look(way),
        };
        let why = b.ins().iconst(I64, why as i64);
        let pc = b.ins().iconst(I64, way.pc as i64);
        for (slot, value) in [(WHY, why), (LEFT, left), (AT, pc)] {
            b.ins().store(slot_access(), value, self.slots, offset(slot));
        }
    }

    /// Stores what nodes from this one on say, up to one that has a block or the root, and goes there. The block ends.
    fn store_up(&self, nodes: &[Node], from: Option<usize>, root: ir::Block) {
        let mut next = from.map(|at| &nodes[at]);
        while let Some(node) = next
            && node.block.is_none()
        {
            self.store_kept(node.store);
            next = node.parent.map(|at| &nodes[at]);
        }
        let to = next.and_then(|node| node.block).unwrap_or(root);
        self.b.borrow_mut().ins().jump(to, &[]);
    }

    pub(crate) fn store_kept(&self, (slot, kept): Store) {
        let value = match kept {
            Kept::Value(value) => value,
            Kept::Const(n) => self.b.borrow_mut().ins().iconst(I64, n as i64),
            Kept::Half(whole, number) => self.b.borrow_mut().ins().extractlane(whole, number),
        };
        self.store_slot(slot, value);
    }
}
