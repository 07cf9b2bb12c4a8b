//! Along which calls instructions ran: a tree of calls with exact counts, kept by shadow stacks.
//!
//! Whoever runs a hart tells where control goes: calls, returns, traps and everything else that may leave a function. From
//! that follow the nodes of the tree, one for each function and each way to it, and for each call in the program how often it was made and
//! what ran until it returned.
//!
//! # What is not as in a book
//!
//! - A *tail call*, a jump into another function, is a call whose return is that of its caller.
//! - A return that nobody expects is *unwinding* (`longjmp`) if the function it leads into is on the stack; its callees, known by
//!   their stack pointers, are over. Otherwise control is on *another stack*: one that was left at just this address with
//!   this stack pointer, or a new one. So threads of a guest's own scheduler are told apart.
//! - A trap is a frame of its own between what it interrupts and its handler, until a return from traps.
//! - Of a call to a function that runs already (*recursion*), nothing is added to the call's costs: they are part of those of the
//!   outermost one.

use std::ops::Range;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Costs, Did, Event, Functions};
use crate::trap::Cause;

/// Nodes of the tree at most. Beyond, what is called counts for its caller's node.
const MAX_NODES: usize = 1 << 18;
/// Frames of a stack at most; deeper calls count for the node they are made from.
const MAX_DEPTH: usize = 1 << 12;
/// Stacks at most; beyond, the one is forgotten that was left first.
const MAX_STACKS: usize = 1 << 12;
/// How different stack pointers are remembered before the search for a frame gives up.
const MAX_SEARCH: usize = 1 << 12;

/// The parent of nodes that have none.
pub const NO_PARENT: u32 = u32::MAX;

/// What a node stands for.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Caller {
    /// A function, by the address of its first instruction, or by the first that was seen of it.
    Function(u64),
    /// A trap, which called its handler.
    Trap {
        /// Whether it is an interrupt.
        is_interrupt: bool,
        /// Its code, as in [`Cause`].
        code: u64,
    },
}

/// One way to a function.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where from: a node's number, or [`NO_PARENT`].
    pub parent: u32,
    /// What runs.
    pub what: Caller,
    /// What its own instructions cost, without those of what it called.
    pub own: Costs,
    /// How often it was called along this way.
    pub calls: u64,
    /// Whether none of the nodes on the way here is of the same function.
    pub outermost: bool,
}

/// From where to where a call leads.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Way {
    /// The function that calls, if the call was made by one.
    pub from: Option<u64>,
    /// The instruction that calls; that before which a trap came.
    pub site: u64,
    /// The function that is called.
    pub to: u64,
}

/// A call in the program.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Call {
    /// How often it was made.
    pub count: u64,
    /// What it cost from there to the return, in outermost calls only.
    pub inclusive: Costs,
}

/// How a frame came to be.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Kind {
    Call,
    Tail,
    Trap,
}

#[derive(Clone, Debug)]
struct Frame {
    kind: Kind,
    /// The node that runs in it.
    node: u32,
    /// The function that runs in it, as far as it is known.
    extent: Range<u64>,
    /// Where it returns to.
    back: u64,
    /// The caller's stack pointer.
    sp: u64,
    /// The call, an index.
    call: u32,
    /// What had been spent on this stack when it was made; `None` of a recursive call.
    since: Option<Costs>,
}

/// A stack of a guest's.
#[derive(Clone, Debug, Default)]
struct Stack {
    frames: Vec<Frame>,
    /// Calls that are too deep to have a frame.
    beyond: u64,
    /// What was spent while it was in use.
    time: Costs,
}

/// The calls of one hart.
#[derive(Clone, Debug)]
pub struct Paths {
    functions: Rc<Functions>,
    nodes: Vec<Node>,
    children: FxHashMap<(u32, Caller), u32>,
    calls: Vec<(Way, Call)>,
    by_way: FxHashMap<Way, u32>,
    /// The stack in use; its first frame is what ran first on it.
    stack: Stack,
    /// Others, in the order in which they were left.
    parked: Vec<Stack>,
    /// What the hart has spent, as far as it has been told.
    now: Costs,
    /// The same up to which all is counted.
    counted: Costs,
    /// Nodes that there was no room for.
    folded: u64,
}

impl Paths {
    /// Nothing has run yet.
    pub fn new(functions: Rc<Functions>) -> Self {
        Paths {
            functions,
            nodes: Vec::new(),
            children: FxHashMap::default(),
            calls: Vec::new(),
            by_way: FxHashMap::default(),
            stack: Stack::default(),
            parked: Vec::new(),
            now: Costs::default(),
            counted: Costs::default(),
            folded: 0,
        }
    }

    /// The tree; parents come before their children.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The calls, in the order in which they were first made. What has not returned yet counts up to `retired`.
    pub fn calls(&self, retired: u64) -> Vec<(Way, Call)> {
        let mut now = self.clone();
        now.count(retired);
        for parked in std::mem::take(&mut now.parked) {
            now.close(parked);
        }
        let stack = std::mem::take(&mut now.stack);
        now.close(stack);
        now.calls
    }

    /// Calls whose instructions count for their callers, as there was no room for more of the tree.
    pub fn folded(&self) -> u64 {
        self.folded
    }

    /// The functions it goes by.
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    /// Counts what has retired up to now for what is running. A reader calls this first.
    pub fn count(&mut self, retired: u64) {
        self.now[Event::Instructions] = retired;
        let spent = self.now - std::mem::replace(&mut self.counted, self.now);
        self.stack.time += spent;
        if let Some(frame) = self.stack.frames.last() {
            self.nodes[frame.node as usize].own += spent;
        }
    }

    /// Some instructions have retired that did this.
    #[inline]
    pub(crate) fn did(&mut self, did: Did) {
        did.add_to(&mut self.now);
    }

    /// An instruction has cost this beside what it did.
    pub(crate) fn cost(&mut self, costs: Costs) {
        self.now += costs;
    }

    /// The hart has spent so many modelled cycles.
    pub(crate) fn at_cycle(&mut self, cycles: u64) {
        self.now[Event::Cycles] = cycles;
    }

    /// Whether going to `pc`, other than by a call or a return, stays in the function that runs.
    #[inline]
    pub fn stays(&self, pc: u64) -> bool {
        self.stack.frames.last().is_some_and(|frame| frame.extent.contains(&pc))
    }

    /// Whether anything has been told.
    pub fn has_begun(&self) -> bool {
        !self.stack.frames.is_empty()
    }

    /// The hart's first instruction.
    pub fn begin(&mut self, pc: u64, sp: u64, retired: u64) {
        self.now[Event::Instructions] = retired;
        self.counted = self.now;
        self.enter_new_stack(pc, sp);
    }

    /// A call from `site` to `pc`, to return to `back`.
    pub fn called(&mut self, site: u64, pc: u64, back: u64, sp: u64, retired: u64) {
        self.count(retired);
        self.push(Kind::Call, site, pc, back, sp);
    }

    /// A return to `pc`.
    pub fn returned(&mut self, pc: u64, sp: u64, retired: u64) {
        self.count(retired);
        if self.stack.beyond > 0 && self.stack.frames.last().is_some_and(|frame| frame.sp > sp) {
            self.stack.beyond -= 1;
            return;
        }
        let is_it = |frame: &Frame| frame.kind != Kind::Trap && frame.back == pc && frame.sp == sp;
        self.go_back(pc, sp, is_it);
        // A call may be the last instruction of a function that goes on as another one.
        self.went(pc, pc, sp, retired);
    }

    /// A trap before or at `site`, whose handler begins at `pc`.
    pub fn trapped(&mut self, site: u64, cause: Cause, pc: u64, sp: u64, retired: u64) {
        self.count(retired);
        if self.stack.frames.len() >= MAX_DEPTH {
            self.stack.beyond += 1;
            return;
        }
        let Some(top) = self.stack.frames.last() else { return };
        let trap = self.child(top.node, Caller::Trap { is_interrupt: cause.is_interrupt, code: cause.code });
        self.nodes[trap as usize].calls += 1;
        let extent = self.extent(pc);
        let node = self.child(trap, Caller::Function(extent.start));
        self.enter(Kind::Trap, node, extent, site, site, sp);
    }

    /// A return from a trap, to `pc`.
    pub fn trap_returned(&mut self, pc: u64, sp: u64, retired: u64) {
        self.count(retired);
        // Behind the instruction that trapped, if the handler has done its work.
        let is_it = |frame: &Frame| frame.kind == Kind::Trap && pc.wrapping_sub(frame.back) <= 4 && frame.sp == sp;
        self.go_back(pc, sp, is_it);
        self.went(pc, pc, sp, retired);
    }

    /// Control goes from `site` to `pc` in any other way.
    pub fn went(&mut self, site: u64, pc: u64, sp: u64, retired: u64) {
        if self.stays(pc) {
            return;
        }
        // What lies in no function belongs to what runs.
        let Some(extent) = self.functions.around(pc) else { return };
        self.count(retired);
        if self.unwind(&extent, sp) {
            return;
        }
        let Some(top) = self.stack.frames.last() else { return self.enter_new_stack(pc, sp) };
        let (back, caller_sp) = (top.back, top.sp);
        // Functions that jump to each other in a circle do not make the stack grow.
        let tails = self.stack.frames.iter().rev().take_while(|frame| frame.kind == Kind::Tail).count();
        let known = self.stack.frames.iter().rposition(|frame| frame.extent.start == extent.start);
        match known {
            Some(known) if self.stack.frames.len() - known <= tails + 1 => self.pop_to(known + 1),
            _ => self.push(Kind::Tail, site, pc, back, caller_sp),
        }
    }

    /// Goes back to the caller of the frame that `is_it`, wherever that is.
    fn go_back(&mut self, pc: u64, sp: u64, is_it: impl Fn(&Frame) -> bool) {
        let found = |stack: &Stack| {
            let searched = stack.frames.len().saturating_sub(MAX_SEARCH);
            stack.frames[searched..].iter().rposition(&is_it).map(|at| searched + at)
        };
        if let Some(at) = found(&self.stack) {
            return self.pop_call(at);
        }
        // The one that was left last is the most likely.
        let parked = (0..self.parked.len()).rev().take(MAX_SEARCH).find_map(|n| Some((n, found(&self.parked[n])?)));
        if let Some((stack, at)) = parked {
            let other = self.parked.remove(stack);
            let left = std::mem::replace(&mut self.stack, other);
            self.park(left);
            return self.pop_call(at);
        }
        let extent = self.functions.around(pc);
        if extent.is_some_and(|extent| self.unwind(&extent, sp)) {
            return;
        }
        let left = std::mem::take(&mut self.stack);
        self.park(left);
        self.enter_new_stack(pc, sp);
    }

    /// If callees that are over, by their stack pointers, lie above a frame of this function: drops them.
    fn unwind(&mut self, extent: &Range<u64>, sp: u64) -> bool {
        let Some((_, called)) = self.stack.frames.split_first() else { return false };
        let over = called.iter().rev().take_while(|frame| frame.kind != Kind::Trap && frame.sp <= sp).count();
        let left = self.stack.frames.len() - over;
        let is_there = over > 0 && self.stack.frames[left - 1].extent.start == extent.start;
        if is_there {
            self.pop_to(left);
        }
        is_there
    }

    /// Drops the frame `at`, those above it, and those that it was called from by a jump.
    fn pop_call(&mut self, at: usize) {
        let real = self.stack.frames[..=at].iter().rposition(|frame| frame.kind != Kind::Tail).unwrap_or(0);
        self.pop_to(real);
    }

    fn pop_to(&mut self, left: usize) {
        self.stack.beyond = 0;
        // The first frame stays: nothing is known of what called it.
        while self.stack.frames.len() > left.max(1) {
            let Some(frame) = self.stack.frames.pop() else { return };
            self.leave(&frame, self.stack.time);
        }
    }

    fn leave(&mut self, frame: &Frame, time: Costs) {
        if let Some(since) = frame.since {
            self.calls[frame.call as usize].1.inclusive += time - since;
        }
    }

    fn close(&mut self, stack: Stack) {
        for frame in stack.frames.iter().skip(1) {
            self.leave(frame, stack.time);
        }
    }

    fn park(&mut self, stack: Stack) {
        if stack.frames.is_empty() {
            return;
        }
        if self.parked.len() == MAX_STACKS {
            let oldest = self.parked.remove(0);
            self.close(oldest);
        }
        self.parked.push(stack);
    }

    fn enter_new_stack(&mut self, pc: u64, sp: u64) {
        let extent = self.extent(pc);
        let node = self.child(NO_PARENT, Caller::Function(extent.start));
        self.nodes[node as usize].calls += 1;
        let first = Frame { kind: Kind::Call, node, extent, back: u64::MAX, sp, call: 0, since: None };
        self.stack = Stack { frames: vec![first], beyond: 0, time: Costs::default() };
    }

    fn push(&mut self, kind: Kind, site: u64, pc: u64, back: u64, sp: u64) {
        if self.stack.frames.len() >= MAX_DEPTH {
            self.stack.beyond += 1;
            return;
        }
        let extent = self.extent(pc);
        let parent = self.stack.frames.last().map_or(NO_PARENT, |frame| frame.node);
        let node = self.child(parent, Caller::Function(extent.start));
        self.enter(kind, node, extent, site, back, sp);
    }

    fn enter(&mut self, kind: Kind, node: u32, extent: Range<u64>, site: u64, back: u64, sp: u64) {
        self.nodes[node as usize].calls += 1;
        let from = self.stack.frames.last().map(|frame| frame.extent.start);
        let way = Way { from, site, to: extent.start };
        let call = *self.by_way.entry(way).or_insert_with(|| {
            self.calls.push((way, Call::default()));
            self.calls.len() as u32 - 1
        });
        self.calls[call as usize].1.count += 1;
        let since = self.nodes[node as usize].outermost.then_some(self.stack.time);
        self.stack.frames.push(Frame { kind, node, extent, back, sp, call, since });
    }

    /// The function at `pc`; one by itself if nothing is known there.
    fn extent(&self, pc: u64) -> Range<u64> {
        self.functions.around(pc).unwrap_or(pc..pc.saturating_add(1))
    }

    fn child(&mut self, parent: u32, what: Caller) -> u32 {
        if let Some(&known) = self.children.get(&(parent, what)) {
            return known;
        }
        if self.nodes.len() >= MAX_NODES && parent != NO_PARENT {
            self.folded += 1;
            return parent;
        }
        let node = self.nodes.len() as u32;
        let outermost = !self.way_to(parent).any(|above| self.nodes[above as usize].what == what);
        self.nodes.push(Node { parent, what, own: Costs::default(), calls: 0, outermost });
        self.children.insert((parent, what), node);
        node
    }

    /// The node and all above it.
    fn way_to(&self, node: u32) -> impl Iterator<Item = u32> {
        let known = |&node: &u32| node != NO_PARENT;
        std::iter::successors(Some(node).filter(known), move |&node| {
            Some(self.nodes[node as usize].parent).filter(known)
        })
    }
}

#[cfg(test)]
mod tests;
