//! What is compiled together: a control-flow graph of guest instructions around one that is hot.
//!
//! Exploration starts at a head and follows what control has followed so far, hottest first, until the region is large
//! enough. A call into a small function is followed as well, as if the function stood there: such a copy is a *frame*, and
//! returning from it is expected to lead back behind the call (which is checked when it runs). Other calls leave.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use emu_core::hart::{Arch, Hart};
use emu_core::isa::Packed;
use emu_core::profile::{Functions, Turn};
use emu_core::slot::Slot;
use emu_core::timing;
use emu_mem::{Access, GuestPhys, GuestVirt, PAGE_SIZE};
use rustc_hash::FxHashMap;

use crate::scan::{Effect, Flow, Known, effect};
use crate::slots::SlotSet;

/// Guest instructions in a region at most, if nothing else is said.
pub(crate) const MAX_INSNS: usize = 512;
/// Guest instructions of a function that is followed at its calls, at most.
const MAX_CALLEE_INSNS: usize = 48;
/// Frames within each other at most.
const MAX_DEPTH: u32 = 3;
/// Pages that a region has code from, at most.
const MAX_PAGES: usize = 16;

/// The row of what is in no row.
const UNDEFINED: u16 = u16::MAX;

/// How often the instruction at an address has run so far.
pub(crate) trait Profile {
    /// Of the instruction that starts at `at`.
    fn executions(&mut self, at: GuestPhys) -> u64;
}

/// A copy of a function that was followed at a call. Frame 0 is the code around the head.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Frame {
    /// Where it returns to: the node behind the call.
    pub(crate) back: Option<Node>,
    /// The slot that has the return address.
    pub(crate) link: Slot,
    depth: u32,
}

/// An instruction of a frame.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Node {
    /// Which copy.
    pub(crate) frame: u32,
    /// The instruction's address.
    pub(crate) pc: u64,
}

/// One guest instruction.
#[derive(Clone, Debug)]
pub(crate) struct Insn {
    /// Its address.
    pub(crate) pc: u64,
    /// Its length.
    pub(crate) bytes: u64,
    /// Its row.
    pub(crate) row: u16,
    /// Its operands.
    pub(crate) operands: Packed,
    /// Its encoding.
    pub(crate) word: u32,
    /// What it does.
    pub(crate) effect: Effect,
    /// What timing models see of it, if the hart is timed.
    pub(crate) timed: Option<timing::Insn>,
}

/// Where control goes at the end of a block.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Edge {
    /// To a block of the region, by its number.
    Inside(usize),
    /// To an address outside.
    Outside(u64),
    /// To an address in another function, where that has to be told.
    Elsewhere(u64),
}

/// How a block ends.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// One way to go on.
    Goes(Edge),
    /// A branch: taken, and not taken.
    Branches(Edge, Edge),
    /// To an address that is known when running; likely to this block.
    Indirect(Option<usize>),
    /// Before its last instruction, which the interpreter has to run.
    Leaves,
}

/// Instructions that run one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Its first instruction.
    pub(crate) start: Node,
    /// The instructions; at least one.
    pub(crate) insns: Vec<Insn>,
    /// What follows.
    pub(crate) end: End,
    /// How often it had run when the region was formed.
    pub(crate) executions: u64,
    /// What its end does to the stack of calls, where those are kept and it may do anything.
    pub(crate) turns: Option<Turns>,
    /// Of one whose end may call: its place among the known calls, once that has been found out.
    pub(crate) place: u64,
}

/// What the end of a block does to the stack of calls.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Turns {
    /// What its last instruction does; `Other` of one that goes to where a register says.
    pub(crate) turn: Turn,
    /// The address behind it.
    pub(crate) after: u64,
    /// The function that has it.
    pub(crate) function: Option<Range<u64>>,
}

/// A physical page that a region has code from, and the virtual one that it was found at.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Page {
    /// Where it was fetched.
    pub(crate) virt: GuestVirt,
    /// Where it lies.
    pub(crate) phys: GuestPhys,
}

/// A region before it is translated.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    /// The blocks. The first one is the head.
    pub(crate) blocks: Vec<Block>,
    /// Blocks that can be entered from outside; the first is the head.
    pub(crate) entries: Vec<usize>,
    /// The pages that the instructions lie in.
    pub(crate) pages: Vec<Page>,
}

impl Region {
    /// How many guest instructions it has.
    pub(crate) fn insns(&self) -> usize {
        self.blocks.iter().map(|block| block.insns.len()).sum()
    }

    /// Slots whose upper half has only ones wherever it has written them.
    pub(crate) fn boxed(&self) -> SlotSet {
        let (mut boxed, mut others) = (SlotSet::default(), SlotSet::default());
        for Effect { writes, boxed: these, doubles, .. } in
            self.blocks.iter().flat_map(|block| &block.insns).map(|insn| &insn.effect)
        {
            boxed.extend(these);
            others.extend(&writes.without(*these));
            others.extend(doubles);
        }
        boxed.without(others)
    }

    /// Where one of its instructions lay when it was formed.
    pub(crate) fn place(&self, pc: u64) -> GuestPhys {
        let virt = GuestVirt(pc);
        let page = self.pages.iter().find(|page| page.virt == virt.page()).expect("its pages are known");
        page.phys.wrapping_add(virt.page_offset())
    }
}

/// A node that waits to be explored.
#[derive(PartialEq, Eq)]
struct Waiting {
    executions: u64,
    node: Node,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        // Of equally hot ones the one that comes first in memory, so that the order is always the same.
        self.executions.cmp(&other.executions).then_with(|| other.node.cmp(&self.node))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Explorer<'h, 'p, A: Arch> {
    hart: &'h Hart<A>,
    keys: &'h dyn Fn(Slot) -> u64,
    /// `None`: everything may run.
    profile: Option<&'p mut (dyn Profile + 'p)>,
    /// Functions, where calls are kept.
    functions: Option<&'h Functions>,
    /// Instructions of the region at most.
    max_insns: usize,
    pages: Vec<Page>,
    /// Instructions by address; `None` where there is none that can be had.
    decoded: FxHashMap<u64, Option<Insn>>,
    frames: Vec<Frame>,
    /// The frame of each call that was followed.
    calls: FxHashMap<Node, u32>,
}

/// Forms the region around the hart's next instruction, of at most `max_insns`. `None` if the interpreter has to run that
/// one in any case. Where calls are kept, of these functions.
pub(crate) fn form<'p, A: Arch>(
    hart: &Hart<A>,
    keys: &dyn Fn(Slot) -> u64,
    profile: Option<&'p mut (dyn Profile + 'p)>,
    functions: Option<&Functions>,
    max_insns: usize,
) -> Option<Region> {
    let frames = vec![Frame { back: None, link: emu_core::slot::ZERO, depth: 0 }];
    let mut explorer = Explorer {
        hart,
        keys,
        profile,
        functions,
        max_insns,
        pages: Vec::new(),
        decoded: FxHashMap::default(),
        frames,
        calls: FxHashMap::default(),
    };
    explorer.region(Node { frame: 0, pc: hart.pc.get() })
}

impl<A: Arch> Explorer<'_, '_, A> {
    fn region(&mut self, head: Node) -> Option<Region> {
        if self.insn(head.pc)?.effect.flow == Flow::Leave {
            return None;
        }
        let mut members: FxHashMap<Node, ()> = FxHashMap::default();
        // Where blocks start, and whether from outside as well.
        let mut starts: FxHashMap<Node, bool> = FxHashMap::default();
        starts.insert(head, true);
        let mut waiting = BinaryHeap::from([Waiting { executions: u64::MAX, node: head }]);
        while let Some(Waiting { node, .. }) = waiting.pop() {
            let mut at = node;
            while members.len() < self.max_insns && !members.contains_key(&at) {
                let Some(insn) = self.insn(at.pc) else { break };
                members.insert(at, ());
                let mut next = |this: &mut Self, node: Node, from_outside: bool| {
                    let known = starts.entry(node).or_default();
                    *known |= from_outside;
                    let executions = this.executions(node.pc);
                    if executions != 0 && !members.contains_key(&node) {
                        waiting.push(Waiting { executions, node });
                    }
                };
                let after = Node { frame: at.frame, pc: self.after(&insn) };
                match insn.effect.flow {
                    Flow::Straight if !self.must_tell(&insn, after.pc) => {
                        at = after;
                        continue;
                    }
                    Flow::Straight => {}
                    Flow::Branch(target) => {
                        for pc in [target, after.pc] {
                            if !self.must_tell(&insn, pc) {
                                next(self, Node { frame: at.frame, pc }, false);
                            }
                        }
                    }
                    Flow::Jump(target) if self.must_tell(&insn, target) => {
                        if insn.effect.link.is_some() && at.frame == 0 {
                            next(self, after, true);
                        }
                    }
                    Flow::Jump(target) => match insn.effect.link {
                        Some(link) => {
                            let followed = self.follow(at, target, after, link, self.max_insns - members.len());
                            if let Some(callee) = followed {
                                next(self, callee, false);
                                next(self, after, false);
                            } else if at.frame == 0 {
                                next(self, after, true);
                            }
                        }
                        None => next(self, Node { frame: at.frame, pc: target }, false),
                    },
                    Flow::Indirect(_) => {
                        if insn.effect.link.is_some() && at.frame == 0 {
                            next(self, after, true);
                        }
                    }
                    // What is undefined does not come back.
                    Flow::Leave if at.frame == 0 && insn.row != UNDEFINED => next(self, after, true),
                    Flow::Leave => {}
                }
                break;
            }
        }
        Some(self.build(head, &members, &starts))
    }

    /// Cuts what was explored into blocks.
    fn build(&mut self, head: Node, members: &FxHashMap<Node, ()>, starts: &FxHashMap<Node, bool>) -> Region {
        let mut order: Vec<Node> = starts.keys().copied().filter(|node| members.contains_key(node)).collect();
        order.sort_unstable_by_key(|&node| (node != head, node));
        let numbers: FxHashMap<Node, usize> = order.iter().enumerate().map(|(n, &node)| (node, n)).collect();
        let edge = |this: &Self, insn: &Insn, node: Node| match numbers.get(&node) {
            _ if this.must_tell(insn, node.pc) => Edge::Elsewhere(node.pc),
            Some(&n) => Edge::Inside(n),
            None => Edge::Outside(node.pc),
        };
        let mut blocks = Vec::with_capacity(order.len());
        for &start in &order {
            let (mut insns, mut at) = (Vec::new(), start);
            let end = loop {
                let insn = self.insn(at.pc).expect("members can be decoded");
                let after = Node { frame: at.frame, pc: self.after(&insn) };
                let flow = insn.effect.flow;
                let (link, frame) = (insn.effect.link, self.frames[at.frame as usize]);
                insns.push(insn.clone());
                match flow {
                    Flow::Straight
                        if members.contains_key(&after)
                            && !starts.contains_key(&after)
                            && !self.must_tell(&insn, after.pc) =>
                    {
                        at = after;
                    }
                    Flow::Straight => break End::Goes(edge(self, &insn, after)),
                    Flow::Branch(target) => {
                        let target = Node { frame: at.frame, pc: target };
                        break End::Branches(edge(self, &insn, target), edge(self, &insn, after));
                    }
                    Flow::Jump(target) => {
                        let callee = link.and_then(|_| self.calls.get(&at));
                        let target = Node { frame: *callee.unwrap_or(&at.frame), pc: target };
                        break End::Goes(edge(self, &insn, target));
                    }
                    Flow::Indirect(target) => {
                        let returns = link.is_none() && matches!(target, Known::Near(slot, 0) if slot == frame.link);
                        let back = frame.back.filter(|_| returns);
                        break End::Indirect(back.and_then(|node| numbers.get(&node).copied()));
                    }
                    Flow::Leave => break End::Leaves,
                }
            };
            let turns = insns.last().and_then(|insn| self.turns(insn));
            blocks.push(Block { start, insns, end, executions: self.executions(start.pc), turns, place: 0 });
        }
        let mut entries: Vec<usize> = (0..order.len()).filter(|&n| starts[&order[n]]).collect();
        // An instruction that has to be left at once is no place to enter.
        entries.retain(|&n| n == 0 || !(blocks[n].insns.len() == 1 && blocks[n].end == End::Leaves));
        let mut pages = std::mem::take(&mut self.pages);
        // Straight runs may go on into a page where no block starts.
        let insns = || blocks.iter().flat_map(|block| &block.insns);
        pages.retain(|page| insns().any(|insn| GuestVirt(insn.pc).page() == page.virt));
        Region { blocks, entries, pages }
    }

    /// Whether it has to be told that control goes from an instruction to `to`, otherwise than by a call or a return: because another
    /// function is there.
    fn must_tell(&self, insn: &Insn, to: u64) -> bool {
        let Some(functions) = self.functions else { return false };
        let is_turn = matches!(insn.effect.flow, Flow::Jump(_)) && A::turn(insn.row, &insn.operands) != Turn::Other;
        !is_turn && functions.is_another(insn.pc, to)
    }

    /// What a block's last instruction does to the stack of calls, if that is kept and not known to be nothing.
    fn turns(&self, insn: &Insn) -> Option<Turns> {
        let functions = self.functions.filter(|_| insn.effect.flow != Flow::Leave)?;
        let turn = A::turn(insn.row, &insn.operands);
        let goes_anywhere = matches!(insn.effect.flow, Flow::Indirect(_)) && !functions.is_empty();
        (turn != Turn::Other || goes_anywhere).then(|| Turns {
            turn,
            after: self.after(insn),
            function: functions.around(insn.pc),
        })
    }

    /// Decides whether the call at `call` is followed, and gives the callee's first node.
    fn follow(&mut self, call: Node, target: u64, after: Node, link: Slot, room: usize) -> Option<Node> {
        let depth = self.frames[call.frame as usize].depth + 1;
        if depth > MAX_DEPTH || self.executions(call.pc) == 0 {
            return None;
        }
        let size = self.function_insns(target, link)?;
        if size > room / 4 {
            return None;
        }
        self.frames.push(Frame { back: Some(after), link, depth });
        let frame = self.frames.len() as u32 - 1;
        self.calls.insert(call, frame);
        Some(Node { frame, pc: target })
    }

    /// How many instructions of the function at `pc` have run; `None` if there are too many to follow it, or it does not
    /// look like one that returns.
    fn function_insns(&mut self, pc: u64, link: Slot) -> Option<usize> {
        let (mut seen, mut waiting, mut returns) = (Vec::new(), vec![pc], false);
        while let Some(mut at) = waiting.pop() {
            while !seen.contains(&at) {
                if seen.len() == MAX_CALLEE_INSNS {
                    return None;
                }
                let insn = self.insn(at)?;
                seen.push(at);
                let after = self.after(&insn);
                match insn.effect.flow {
                    Flow::Straight => {
                        at = after;
                        continue;
                    }
                    Flow::Branch(target) => waiting.extend([target, after]),
                    Flow::Jump(target) if insn.effect.link.is_none() => waiting.push(target),
                    Flow::Jump(_) => waiting.push(after),
                    Flow::Indirect(Known::Near(slot, 0)) if slot == link && insn.effect.link.is_none() => {
                        returns = true;
                    }
                    Flow::Indirect(_) | Flow::Leave => return None,
                }
                break;
            }
            waiting.retain(|&at| self.executions(at) != 0);
        }
        returns.then_some(seen.len())
    }

    fn executions(&mut self, pc: u64) -> u64 {
        let Some(at) = self.place(pc) else { return 0 };
        self.profile.as_mut().map_or(1, |profile| profile.executions(at))
    }

    fn after(&self, insn: &Insn) -> u64 {
        A::advance(self.hart, GuestVirt(insn.pc), insn.bytes).0
    }

    /// Where the instruction at `pc` lies, in a page that the guest has fetched from: finding out where others lie might
    /// leave traces in its page tables.
    fn place(&mut self, pc: u64) -> Option<GuestPhys> {
        let virt = GuestVirt(pc).page();
        let known = self.pages.iter().find(|page| page.virt == virt).copied();
        let page = match known {
            Some(page) => page,
            None => {
                let phys = self.hart.tlb.translate(Access::Fetch, virt)?;
                if self.pages.len() == MAX_PAGES {
                    return None;
                }
                let page = Page { virt, phys };
                self.pages.push(page);
                page
            }
        };
        Some(page.phys.wrapping_add(GuestVirt(pc).page_offset()))
    }

    /// The instruction at `pc`. None that straddles pages.
    fn insn(&mut self, pc: u64) -> Option<Insn> {
        if let Some(known) = self.decoded.get(&pc) {
            return known.clone();
        }
        let insn = self.decode(pc);
        self.decoded.insert(pc, insn.clone());
        insn
    }

    fn decode(&mut self, pc: u64) -> Option<Insn> {
        let at = self.place(pc)?;
        let first = self.hart.memory.read::<u16>(at).ok()?;
        let bytes = A::instruction_bytes(first);
        if at.page_offset() + bytes > PAGE_SIZE {
            return None;
        }
        let high = if bytes == 4 { self.hart.memory.read::<u16>(at.wrapping_add(2)).ok()? } else { 0 };
        let word = first as u32 | (high as u32) << 16;
        let decoded = self.hart.arch.decode(word);
        let effect = effect::<A>(self.hart.arch.variant(), self.keys, decoded.row, &decoded.operands, pc, bytes);
        let timed = self.hart.timed_by().map(|_| {
            let behind = self.hart.memory.read(at.wrapping_add(bytes)).unwrap_or(0);
            A::timed(decoded.row, &decoded.operands, pc, word, behind)
        });
        Some(Insn { pc, bytes, row: decoded.row, operands: decoded.operands, word, effect, timed })
    }
}
