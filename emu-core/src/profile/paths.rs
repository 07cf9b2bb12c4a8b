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
//! - What saves registers for its caller returns to it with *another stack pointer* (`__riscv_save_1` and its likes): the call that was made last
//!   is over by its address alone, if no other one fits.
//! - A trap is a frame of its own between what it interrupts and its handler, until a return from traps.
//! - Of a call to a function that runs already (*recursion*), nothing is added to the call's costs: they are part of those of the
//!   outermost one.
//!
//! # How it is counted
//!
//! A *link* is one way of being called: from a node, by an instruction, to a node. For each it is kept how often it was gone along and
//! what was spent until the return, however deep it was nested in itself. What a node has spent itself is what was spent along the links to it, less what was
//! along those from it.

mod shadow;

use std::ops::Range;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Costs, Did, Event, Functions};
use crate::trap::Cause;
pub use shadow::Shadow;
use shadow::{CALL, Frame, MAX_DEPTH, NEVER, OTHER, Record, TAIL};

/// Nodes of the tree at most. Beyond, what is called counts for its caller's node.
const MAX_NODES: usize = 1 << 18;
/// Links at most; beyond, what is called counts for its caller's node, and so does what that calls.
const MAX_LINKS: usize = 1 << 18;
/// Stacks at most; beyond, the one is forgotten that was left first.
const MAX_STACKS: usize = 1 << 12;
/// Instructions that call that are told apart where known calls are looked up, at most.
const MAX_SITES: usize = 1 << 16;
/// How different stack pointers are remembered before the search for a frame gives up.
const MAX_SEARCH: usize = 1 << 12;

/// The parent of nodes that have none.
pub const NO_PARENT: u32 = u32::MAX;

/// What is kept along calls.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum KeptCosts {
    /// Instructions alone: translated code has less to do at calls and returns.
    Instructions,
    /// All events.
    Events,
}

impl KeptCosts {
    /// What of some costs is kept.
    fn of(self, costs: Costs) -> Costs {
        match self {
            KeptCosts::Instructions => Costs::instructions(costs[Event::Instructions]),
            KeptCosts::Events => costs,
        }
    }
}

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
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
enum Kind {
    /// It is the first one of its stack: nothing is known of what called it.
    First,
    Call,
    Tail,
    Trap,
}

/// A link: what tells it from others.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
struct Link {
    kind: Kind,
    /// The node that calls, or [`NO_PARENT`].
    parent: u32,
    /// The node of the trap in between, or [`NO_PARENT`].
    trap: u32,
    way: Way,
}

impl Link {
    /// One that is made from a node by the instruction at `site`, without what it leads to.
    fn from(kind: Kind, parent: u32, site: u64) -> Self {
        Link { kind, parent, trap: NO_PARENT, way: Way { from: None, site, to: NEVER } }
    }
}

/// What is known of a link beside what is counted.
#[derive(Clone, Debug)]
struct Linked {
    link: Link,
    /// The node that runs behind it.
    node: u32,
    /// The function that runs there, as far as it is known.
    extent: Range<u64>,
}

/// A stack of a guest's that is not in use.
#[derive(Clone, Debug, Default)]
struct Parked {
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
    kept: KeptCosts,
    /// What is counted of them is found out when somebody asks.
    nodes: Vec<Node>,
    children: FxHashMap<(u32, Caller), u32>,
    /// The first one leads nowhere.
    links: Vec<Linked>,
    /// What is counted of each link.
    records: Vec<Record>,
    by_link: FxHashMap<Link, u32>,
    /// The numbers of instructions that call, within their functions; and how many each function has.
    sites: FxHashMap<u64, u64>,
    sites_of: FxHashMap<u64, u64>,
    /// The stack in use, from its second word on; the first frame is nobody's, and its link leads nowhere.
    frames: Box<[Frame]>,
    /// How many frames are in use.
    depth: usize,
    /// Calls that are too deep to have a frame.
    beyond: u64,
    /// Others, in the order in which they were left.
    parked: Vec<Parked>,
    /// What the hart has spent, as far as it has been told.
    now: Costs,
    /// Of this, what was not spent on the stack in use.
    elsewhere: Costs,
    /// Calls for which there was no room in the tree.
    folded: u64,
}

impl Paths {
    /// Nothing has run yet.
    pub fn new(functions: Rc<Functions>, kept: KeptCosts) -> Self {
        let nowhere = Link::from(Kind::First, NO_PARENT, NEVER);
        Paths {
            functions,
            kept,
            nodes: Vec::new(),
            children: FxHashMap::default(),
            links: vec![Linked { link: nowhere, node: NO_PARENT, extent: 0..0 }],
            records: vec![Record::new(OTHER)],
            by_link: FxHashMap::default(),
            sites: FxHashMap::default(),
            sites_of: FxHashMap::default(),
            frames: (0..=MAX_DEPTH).map(|_| Frame::nowhere()).collect(),
            depth: 0,
            beyond: 0,
            parked: Vec::new(),
            now: Costs::default(),
            elsewhere: Costs::default(),
            folded: 0,
        }
    }

    /// The tree; parents come before their children.
    pub fn nodes(&self) -> Vec<Node> {
        let mut nodes = self.nodes.clone();
        let spent = self.spent_by_link();
        let links = || self.links.iter().zip(&spent).skip(1);
        for (Linked { link, node, .. }, call) in links() {
            nodes[*node as usize].own += call.inclusive;
            nodes[*node as usize].calls += call.count;
            if let Some(trap) = nodes.get_mut(link.trap as usize) {
                trap.calls += call.count;
            }
        }
        for (Linked { link, .. }, call) in links() {
            if let Some(parent) = nodes.get_mut(link.parent as usize) {
                parent.own -= call.inclusive;
            }
        }
        nodes
    }

    /// The calls, in the order in which they were first made. What has not returned yet counts up to now.
    pub fn calls(&self) -> Vec<(Way, Call)> {
        let mut calls: Vec<(Way, Call)> = Vec::new();
        let mut by_way: FxHashMap<Way, usize> = FxHashMap::default();
        let links = self.links.iter().zip(self.spent_by_link());
        for (Linked { link, node, .. }, spent) in links.filter(|(linked, _)| linked.link.kind != Kind::First) {
            let n = *by_way.entry(link.way).or_insert_with(|| {
                calls.push((link.way, Call::default()));
                calls.len() - 1
            });
            calls[n].1.count += spent.count;
            if self.nodes[*node as usize].outermost {
                calls[n].1.inclusive += spent.inclusive;
            }
        }
        calls
    }

    /// What each link has come to, with what has not returned yet.
    fn spent_by_link(&self) -> Vec<Call> {
        let call = |record: &Record| Call { count: record.count.get(), inclusive: record.inclusive.get() };
        let mut spent: Vec<Call> = self.records.iter().map(call).collect();
        let mut open = |frames: &[Frame], time: Costs| {
            for frame in frames {
                spent[number_of(frame) as usize].inclusive += time - frame.since.get();
            }
        };
        open(self.stack(), self.time());
        self.parked.iter().for_each(|parked| open(&parked.frames, parked.time));
        spent
    }

    /// Calls whose instructions count for their callers, as there was no room for more of the tree.
    pub fn folded(&self) -> u64 {
        let is_folded = |(linked, _): &(&Linked, &Record)| linked.node == linked.link.parent;
        let links = self.links.iter().zip(&self.records).skip(1);
        self.folded + links.filter(is_folded).map(|(_, record)| record.count.get()).sum::<u64>()
    }

    /// The functions it goes by.
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    /// Where among the known calls of a link that of the instruction at `site` is.
    pub fn place_of(&mut self, site: u64) -> u64 {
        if let Some(&place) = self.sites.get(&site) {
            return place;
        }
        let number = if self.sites.len() < MAX_SITES {
            let function = self.functions.around(site).map_or(0, |function| function.start);
            let sites = self.sites_of.entry(function).or_default();
            *sites += 1;
            *sites
        } else {
            site >> 1
        };
        let place = number % Shadow::KNOWN_CALLS as u64;
        if self.sites.len() < MAX_SITES {
            self.sites.insert(site, place);
        }
        place
    }

    /// Where translated code finds what it may change.
    pub fn shadow(&self) -> Shadow {
        let frame = |n: usize| std::ptr::from_ref(&self.frames[n]).expose_provenance();
        // What is too deep to have a frame has to be told.
        let top = if self.beyond == 0 { self.depth } else { 0 };
        Shadow { top: frame(top), last: frame(MAX_DEPTH), links: self.records.as_ptr().expose_provenance() }
    }

    /// Translated code, which found things as [`shadow`](Self::shadow) says, has come to the frame at `top`.
    pub fn came_to(&mut self, top: usize) {
        let bytes = top - self.frames.as_ptr().addr();
        let depth = bytes / Shadow::FRAME_BYTES;
        debug_assert!(bytes.is_multiple_of(Shadow::FRAME_BYTES) && depth <= MAX_DEPTH, "no frame is there");
        if self.beyond == 0 {
            self.depth = depth;
        }
    }

    /// What is kept along calls.
    pub fn kept(&self) -> KeptCosts {
        self.kept
    }

    /// What was spent on the stack in use, as far as it has been told and is kept.
    pub fn time(&self) -> Costs {
        self.kept.of(self.now - self.elsewhere)
    }

    /// So much has been spent on the stack in use.
    pub fn set_time(&mut self, time: Costs) {
        self.now = time;
        self.now += self.elsewhere;
    }

    /// Counts what has retired up to now for what is running. A reader calls this first.
    pub fn count(&mut self, retired: u64) {
        self.now[Event::Instructions] = retired;
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
        self.top().extent.contains(&pc)
    }

    /// Whether anything has been told.
    pub fn has_begun(&self) -> bool {
        self.depth > 0
    }

    /// The hart's first instruction.
    pub fn begin(&mut self, pc: u64, sp: u64, retired: u64) {
        self.count(retired);
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
        if self.beyond > 0 && self.frames[self.depth].sp.get() > sp {
            self.beyond -= 1;
            return;
        }
        self.go_back(pc, sp, |kind, back| matches!(kind, Kind::Call | Kind::Tail) && back == pc);
        // A call may be the last instruction of a function that goes on as another one.
        self.went(pc, pc, sp, retired);
    }

    /// A trap before or at `site`, whose handler begins at `pc`.
    pub fn trapped(&mut self, site: u64, cause: Cause, pc: u64, sp: u64, retired: u64) {
        self.count(retired);
        if !self.has_begun() {
            return;
        }
        if self.beyond > 0 || self.depth == MAX_DEPTH {
            self.beyond += 1;
            return;
        }
        let parent = self.top().node;
        let trap = self.child(parent, Caller::Trap { is_interrupt: cause.is_interrupt, code: cause.code });
        self.enter(Link { trap, ..Link::from(Kind::Trap, parent, site) }, pc, site, sp);
    }

    /// A return from a trap, to `pc`.
    pub fn trap_returned(&mut self, pc: u64, sp: u64, retired: u64) {
        self.count(retired);
        if self.beyond > 0 && self.frames[self.depth].sp.get() >= sp {
            self.beyond -= 1;
            return;
        }
        // Behind the instruction that trapped, if the handler has done its work.
        self.go_back(pc, sp, |kind, back| kind == Kind::Trap && pc.wrapping_sub(back) <= 4);
        self.went(pc, pc, sp, retired);
    }

    /// Control goes from `site` to `pc` in any other way.
    pub fn went(&mut self, site: u64, pc: u64, sp: u64, retired: u64) {
        // Where calls are too deep to have frames it is not known which function runs.
        if self.beyond > 0 || self.stays(pc) {
            return;
        }
        // What lies in no function belongs to what runs.
        let Some(extent) = self.functions.around(pc) else { return };
        self.count(retired);
        if self.unwind(&extent, sp) {
            return;
        }
        if !self.has_begun() {
            return self.enter_new_stack(pc, sp);
        }
        let top = &self.frames[self.depth];
        let (back, caller_sp) = (top.back.get() & !NEVER, top.sp.get());
        // Functions that jump to each other in a circle do not make the stack grow.
        let linked = |frame: &Frame| &self.links[number_of(frame) as usize];
        let tails = self.stack().iter().rev().take_while(|frame| linked(frame).link.kind == Kind::Tail).count();
        let known = self.stack().iter().rposition(|frame| linked(frame).extent.start == extent.start);
        match known {
            Some(known) if self.depth - known <= tails + 1 => self.pop_to(known + 1),
            _ => self.push(Kind::Tail, site, pc, back, caller_sp),
        }
    }

    /// The frames in use.
    fn stack(&self) -> &[Frame] {
        &self.frames[1..=self.depth]
    }

    /// What runs.
    fn top(&self) -> &Linked {
        &self.links[number_of(&self.frames[self.depth]) as usize]
    }

    /// Goes back to the caller of the frame of a kind and with a place to return to for which `is_it`, and with this stack pointer, wherever that is.
    fn go_back(&mut self, pc: u64, sp: u64, is_it: impl Fn(Kind, u64) -> bool) {
        let found = |frames: &[Frame]| {
            let searched = frames.len().saturating_sub(MAX_SEARCH);
            let is_it = |frame: &Frame| {
                let kind = self.links[number_of(frame) as usize].link.kind;
                frame.sp.get() == sp && is_it(kind, frame.back.get() & !NEVER)
            };
            frames[searched..].iter().rposition(is_it).map(|at| searched + at)
        };
        if let Some(at) = found(self.stack()) {
            return self.pop_call(at);
        }
        // The one that was left last is the most likely.
        let parked =
            (0..self.parked.len()).rev().take(MAX_SEARCH).find_map(|n| Some((n, found(&self.parked[n].frames)?)));
        if let Some((stack, at)) = parked {
            let other = self.parked.remove(stack);
            self.park();
            self.resume(other);
            return self.pop_call(at);
        }
        let top = &self.frames[self.depth];
        let kind = self.top().link.kind;
        if kind != Kind::Trap && is_it(kind, top.back.get() & !NEVER) {
            return self.pop_call(self.depth - 1);
        }
        let extent = self.functions.around(pc);
        if extent.is_some_and(|extent| self.unwind(&extent, sp)) {
            return;
        }
        self.park();
        self.enter_new_stack(pc, sp);
    }

    /// If callees that are over, by their stack pointers, lie above a frame of this function: drops them.
    fn unwind(&mut self, extent: &Range<u64>, sp: u64) -> bool {
        let Some((_, called)) = self.stack().split_first() else { return false };
        let linked = |frame: &Frame| &self.links[number_of(frame) as usize];
        let is_over = |frame: &&Frame| linked(frame).link.kind != Kind::Trap && frame.sp.get() <= sp;
        let over = called.iter().rev().take_while(is_over).count();
        let left = self.depth - over;
        let is_there = over > 0 && linked(&self.stack()[left - 1]).extent.start == extent.start;
        if is_there {
            self.pop_to(left);
        }
        is_there
    }

    /// Drops the frame `at`, those above it, and those that it was called from by a jump.
    fn pop_call(&mut self, at: usize) {
        let is_real = |frame: &Frame| self.links[number_of(frame) as usize].link.kind != Kind::Tail;
        let real = self.stack()[..=at].iter().rposition(is_real).unwrap_or(0);
        self.pop_to(real);
    }

    fn pop_to(&mut self, left: usize) {
        self.beyond = 0;
        // The first frame stays: nothing is known of what called it.
        let (left, time) = (left.max(1), self.time());
        while self.depth > left {
            self.leave(&self.frames[self.depth], time);
            self.depth -= 1;
        }
    }

    fn leave(&self, frame: &Frame, time: Costs) {
        self.records[number_of(frame) as usize].inclusive.add(time - frame.since.get());
    }

    /// Puts the stack in use aside.
    fn park(&mut self) {
        if !self.has_begun() {
            return;
        }
        if self.parked.len() == MAX_STACKS {
            let oldest = self.parked.remove(0);
            oldest.frames.iter().for_each(|frame| self.leave(frame, oldest.time));
        }
        self.parked.push(Parked { frames: self.stack().to_vec(), beyond: self.beyond, time: self.time() });
        self.depth = 0;
    }

    /// Goes on with a stack that had been put aside.
    fn resume(&mut self, Parked { frames, beyond, time }: Parked) {
        self.depth = frames.len();
        self.frames[1..=self.depth].clone_from_slice(&frames);
        self.beyond = beyond;
        self.elsewhere = self.now - time;
    }

    fn enter_new_stack(&mut self, pc: u64, sp: u64) {
        self.depth = 0;
        self.beyond = 0;
        self.elsewhere = self.now;
        self.enter(Link::from(Kind::First, NO_PARENT, NEVER), pc, u64::MAX, sp);
    }

    fn push(&mut self, kind: Kind, site: u64, pc: u64, back: u64, sp: u64) {
        if self.beyond > 0 || self.depth == MAX_DEPTH {
            self.beyond += 1;
            return;
        }
        let parent = self.top().node;
        self.enter(Link::from(kind, parent, site), pc, back, sp);
    }

    /// Makes a frame; of the link everything is known but the functions that it leads from and to.
    fn enter(&mut self, by: Link, pc: u64, back: u64, sp: u64) {
        let extent = self.extent(pc);
        let Link { kind, way: Way { site, .. }, .. } = by;
        let from = (kind != Kind::First).then_some(self.top().extent.start);
        let link = Link { way: Way { from, site, to: extent.start }, ..by };
        let extent_start = extent.start;
        let Some(number) = self.link(link, extent) else {
            self.beyond += 1;
            self.folded += 1;
            return;
        };
        let place = u64::from(number) * size_of::<Record>() as u64;
        let record = &self.records[number as usize];
        record.count.set(record.count.get() + 1);
        record.target.set(pc);
        let told = kind != Kind::Call || !self.stays(back) && self.functions.around(back).is_some();
        // Translated code makes frames whose returns are not told, and those of tail calls that come about wherever they are made from
        // there: if no function of that name is on the stack. At `pc` itself no tail call is made, but control comes to be there.
        let node = &self.nodes[self.links[number as usize].node as usize];
        let is_certain = node.outermost && node.what == Caller::Function(extent_start) && site != pc;
        if !told || kind == Kind::Tail && is_certain {
            self.make_known(site, pc, place);
        }
        let time = self.time();
        self.depth += 1;
        let frame = &self.frames[self.depth];
        frame.back.set(if told { back | NEVER } else { back });
        frame.sp.set(sp);
        frame.link.set(place);
        frame.since.set(time);
    }

    /// The call of the frame that runs, by the instruction at `site` to `pc`, is one along the link at `place`.
    fn make_known(&mut self, site: u64, pc: u64, place: u64) {
        let known_place = self.place_of(site);
        let known = &self.records[number_of(&self.frames[self.depth]) as usize].known;
        let mut call = &known[known_place as usize];
        if call.site.get() == site && call.link.get() != place {
            call = &known[Shadow::other_place(known_place, pc) as usize];
        }
        call.site.set(site);
        call.link.set(place);
    }

    /// The number of a link, a new one if need be; `None` if there is no room.
    fn link(&mut self, link: Link, extent: Range<u64>) -> Option<u32> {
        if let Some(&known) = self.by_link.get(&link) {
            return Some(known);
        }
        if self.links.len() == MAX_LINKS {
            // Each stack needs one; what it counts for does not matter any more.
            return (link.kind == Kind::First).then_some(1);
        }
        let parent = if link.trap == NO_PARENT { link.parent } else { link.trap };
        let node = self.child(parent, Caller::Function(extent.start));
        let number = self.links.len() as u32;
        self.links.push(Linked { link, node, extent });
        self.records.push(Record::new(match link.kind {
            Kind::Call => CALL,
            Kind::Tail => TAIL,
            Kind::First | Kind::Trap => OTHER,
        }));
        self.by_link.insert(link, number);
        Some(number)
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

/// The number of a frame's link.
fn number_of(frame: &Frame) -> u32 {
    (frame.link.get() / size_of::<Record>() as u64) as u32
}

#[cfg(test)]
mod tests;
