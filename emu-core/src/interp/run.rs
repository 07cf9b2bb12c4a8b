//! The loop around blocks: finds the block at `pc`, runs as much of it as the budget allows, counts, and leaves when
//! something outside the instruction stream has to be looked at.

use super::Exit;
use super::block::{Block, Bodies, Body, HOT, MAX_OPS, Source};
use crate::hart::{Arch, Debugging, Hart};
use crate::observe::{self, Observer};
use crate::profile::{Functions, Gone, Paths, Tally, Turn};
use crate::trap::{Cause, Trap};
use emu_mem::pool::{LocalPool, Pool};
use emu_mem::{GuestPhys, GuestVirt, PAGE_SIZE};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::marker::PhantomData;

/// Entries of the table from `pc` to block: a power of two.
const JUMPS: usize = 4096;

/// Decoded instructions held at most, in all blocks of a hart. Beyond, all are dropped and decoding starts anew.
const MAX_DECODED: usize = 256 * 1024;

/// Bodies that are kept for the next blocks: about as many as there are when all are dropped.
const MAX_IDLE_BODIES: usize = MAX_DECODED / 8;

/// How many targets of taken branches are remembered for reports.
pub const RECENT: usize = 16;

#[derive(Copy, Clone)]
struct Jump {
    pc: u64,
    epoch: u64,
    block: u32,
}

/// The interpreter of one hart: its decoded blocks and how often they ran.
pub struct Interp<A: Arch> {
    pub(super) blocks: Vec<Block<A>>,
    /// Where the blocks' bodies come from and go to.
    bodies: LocalPool<Bodies<A>>,
    jumps: Box<[Jump; JUMPS]>,
    /// Physical address of the first byte to block. Where calls are kept, blocks end where functions do, so the virtual one counts too.
    by_phys: FxHashMap<(GuestPhys, Option<u64>), u32>,
    /// The blocks of each physical page, by the page's address.
    by_page: FxHashMap<u64, Vec<u32>>,
    decoded: usize,
    /// Executions of each row, of blocks that have been dropped.
    dropped: Vec<u64>,
    /// Taken branches of each row, of blocks that have been dropped.
    dropped_taken: Vec<u64>,
    /// The same, and where they were; if that is kept.
    gone: Option<Gone>,
    /// Along which calls what ran; if that is kept.
    pub(super) paths: Option<Box<Paths>>,
    /// What is seen of each instruction; if somebody looks.
    pub(super) observer: Option<Box<Observer>>,
    /// The hart's traps that `paths` knows of.
    traps: u64,
    /// The block that is decoded anew each time.
    alone: Option<u32>,
    recent: [u64; RECENT],
    recent_at: usize,
    /// How often a new block has to run to be called hot.
    threshold: u32,
    /// The block that was called hot last.
    pub(super) hot: u32,
}

/// Why a run is over.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// The budget is used up.
    Budget,
    /// Something has to be looked at: after a slow row, a device access or a trap.
    Service,
    /// The block at the hart's `pc` has run often, and somebody waits for that.
    Hot,
}

impl<A: Arch> Default for Interp<A> {
    fn default() -> Self {
        Interp {
            blocks: Vec::new(),
            bodies: LocalPool::new(Bodies(PhantomData), MAX_IDLE_BODIES),
            jumps: vec![Jump { pc: 0, epoch: 0, block: 0 }; JUMPS].try_into().unwrap_or_else(|_| unreachable!()),
            by_phys: FxHashMap::default(),
            by_page: FxHashMap::default(),
            decoded: 0,
            dropped: Vec::new(),
            dropped_taken: Vec::new(),
            gone: None,
            paths: None,
            observer: None,
            traps: 0,
            alone: None,
            recent: [0; RECENT],
            recent_at: 0,
            threshold: 1,
            hot: 0,
        }
    }
}

impl<A: Arch> Interp<A> {
    /// Runs at most `budget` instructions (more than zero), and fewer if something has to be looked at: after a slow row, a
    /// device access or a trap. Exceptions are taken; interrupts, events and the end of the run are the caller's business.
    pub fn run(&mut self, hart: &Hart<A>, budget: u64) -> Why {
        if A::debugging(hart) == Debugging::Instructions {
            return self.run_debugged(hart, budget);
        }
        self.run_plain(hart, budget)
    }

    /// The same where the guest looks at each instruction.
    #[cold]
    #[inline(never)]
    fn run_debugged(&mut self, hart: &Hart<A>, budget: u64) -> Why {
        let end = hart.retired.get() + budget;
        while hart.retired.get() < end {
            if let Err(trap) = A::before_instruction(hart) {
                A::take_trap(hart, trap);
                hart.redirected();
                return Why::Service;
            }
            let (row, before) = (self.peek(hart), hart.retired.get());
            let why = self.run_plain(hart, 1);
            if let Some((_, row)) = row
                && hart.retired.get() > before
            {
                A::after_instruction(hart, row.into());
            }
            if why == Why::Service {
                return why;
            }
        }
        Why::Budget
    }

    fn run_plain(&mut self, hart: &Hart<A>, budget: u64) -> Why {
        // What is counted changes in slow rows only, after which this is left: the common loop has no test for it.
        if hart.timed_by().is_some() || self.observer.is_some() {
            self.run_timed::<false>(hart, budget)
        } else if self.paths.is_some() {
            self.run_on_paths(hart, budget)
        } else if A::counts_events(hart) {
            self.run_blocks::<true, false, false>(hart, budget)
        } else {
            self.run_blocks::<false, false, false>(hart, budget)
        }
    }

    /// The same where calls are kept.
    #[cold]
    #[inline(never)]
    fn run_on_paths(&mut self, hart: &Hart<A>, budget: u64) -> Why {
        self.resume_paths(hart);
        if A::counts_events(hart) {
            self.run_blocks::<true, false, true>(hart, budget)
        } else {
            self.run_blocks::<false, false, true>(hart, budget)
        }
    }

    /// Keeps from now on where instructions were that are decoded no more, for [`tallies`](Self::tallies).
    pub fn keep_places(&mut self) {
        self.gone = Some(Gone::default());
    }

    /// Keeps from now on along which calls instructions run. To be called before the hart runs.
    pub fn keep_paths(&mut self, paths: Paths) {
        self.paths = Some(Box::new(paths));
    }

    /// Looks from now on at each instruction and its accesses to memory. To be called before the hart runs.
    pub fn observe(&mut self, hart: &Hart<A>, options: observe::Options) {
        self.observer = Some(Box::new(Observer::new(options)));
        *hart.log.borrow_mut() = Some(Vec::new());
        hart.tlb.flush_all();
    }

    /// What was seen; if somebody looks.
    pub fn observed(&self) -> Option<&Observer> {
        self.observer.as_deref()
    }

    /// How often each instruction retired, some several times with a part of it each. `None` if places are not kept.
    pub fn tallies(&self) -> Option<Vec<Tally>> {
        let gone = self.gone.as_ref()?;
        Some(self.blocks.iter().flat_map(Block::tallies).chain(gone.tallies()).collect())
    }

    /// Along which calls; if that is kept.
    pub fn paths(&self) -> Option<&Paths> {
        self.paths.as_deref()
    }

    /// The same, for whoever else runs the hart.
    pub fn paths_mut(&mut self) -> Option<&mut Paths> {
        self.paths.as_deref_mut()
    }

    /// As [`run`](Self::run), but stops as well before a block that has been entered as often as
    /// [`set_threshold`](Self::set_threshold) says.
    pub fn run_until_hot(&mut self, hart: &Hart<A>, budget: u64) -> Why {
        if hart.timed_by().is_some() {
            return self.run_timed::<true>(hart, budget);
        }
        if self.paths.is_some() {
            self.resume_paths(hart);
            return self.run_blocks::<false, true, true>(hart, budget);
        }
        self.run_blocks::<false, true, false>(hart, budget)
    }

    /// How often a block has to be entered to be hot; at least once. Holds for blocks that are decoded from now on.
    pub fn set_threshold(&mut self, entries: u32) {
        self.threshold = entries.max(1);
    }

    /// Has the block that [`run_until_hot`](Self::run_until_hot) stopped before run another `entries` times until it is hot
    /// again.
    pub fn cool(&mut self, entries: u32) {
        if let Some(block) = self.blocks.get(self.hot as usize) {
            block.heat.set(HOT - entries.max(1));
        }
    }

    fn run_blocks<const COUNTS: bool, const HEATS: bool, const PATHS: bool>(
        &mut self,
        hart: &Hart<A>,
        budget: u64,
    ) -> Why {
        let end = hart.retired.get() + budget;
        // Only slow rows and traps change it, and both leave this loop.
        let epoch = hart.tlb.epoch();
        let (mut pc, mut retired) = (hart.pc.get(), hart.retired.get());
        while retired < end {
            let jump = &self.jumps[(pc >> 1) as usize % JUMPS];
            let index = if jump.pc == pc && jump.epoch == epoch {
                jump.block
            } else {
                hart.retired.set(retired);
                match self.find(hart, pc) {
                    Ok(index) => {
                        // Wrapped to the width of addresses.
                        pc = hart.pc.get();
                        index
                    }
                    Err(trap) => {
                        A::take_trap(hart, trap);
                        return Why::Service;
                    }
                }
            };
            let block = &self.blocks[index as usize];
            if HEATS {
                let heat = block.heat.get();
                if heat == HOT {
                    self.hot = index;
                    hart.retired.set(retired);
                    hart.pc.set(pc);
                    return Why::Hot;
                }
                block.heat.set(heat + 1);
            }
            let room = end - retired;
            let slice = if room >= MAX_OPS as u64 { &block.body.ops[..] } else { block.first(room as usize) };
            // A slow row may read the counts, so what stands before it is counted first.
            let slice = if COUNTS && block.ends_slow {
                &slice[..slice.len().min((block.body.ops.len() - 1).max(1))]
            } else {
                slice
            };
            let Some((op, rest)) = slice.split_first() else { break };
            // The counts stay in registers: a load and a store of the same word in each block would take longer than
            // many blocks do.
            retired += slice.len() as u64;
            hart.retired.set(retired);
            hart.pc.set(pc);
            self.recent[self.recent_at % RECENT] = pc;
            self.recent_at = self.recent_at.wrapping_add(1);

            let exit = (op.run)(hart, op, rest);

            retired -= exit.left() as u64;
            let done = slice.len() - exit.left();
            if COUNTS {
                let retired = if exit.why() >= Exit::TRAPPED { done - 1 } else { done };
                A::count_events(hart, rows(&block.body, retired), exit.why() == Exit::TAKEN);
            }
            if exit.why() == Exit::TAKEN {
                let from = std::mem::replace(&mut pc, exit.pc);
                if PATHS {
                    self.follow(hart, index, from, done, pc, retired);
                }
                continue;
            }
            if exit.why() == Exit::OVER {
                let from = std::mem::replace(&mut pc, exit.pc);
                increment(&block.body.ended_before[done]);
                if PATHS {
                    self.follow(hart, index, from, done, pc, retired);
                }
                continue;
            }
            hart.retired.set(retired);
            hart.pc.set(exit.pc);
            if PATHS && exit.why() == Exit::SLOW {
                self.follow(hart, index, pc, done, exit.pc, retired);
            }
            if PATHS && exit.why() >= Exit::TRAPPED {
                self.did_before(index, done - 1);
            }
            self.leave(hart, index, done, exit);
            return Why::Service;
        }
        hart.retired.set(retired);
        hart.pc.set(pc);
        Why::Budget
    }

    /// The block at the hart's `pc`.
    pub(super) fn lookup(&mut self, hart: &Hart<A>, epoch: u64) -> Result<u32, Trap> {
        let pc = hart.pc.get();
        let jump = &self.jumps[(pc >> 1) as usize % JUMPS];
        if jump.pc == pc && jump.epoch == epoch { Ok(jump.block) } else { self.find(hart, pc) }
    }

    /// Remembers where control went.
    pub(super) fn remember(&mut self, pc: u64) {
        self.recent[self.recent_at % RECENT] = pc;
        self.recent_at = self.recent_at.wrapping_add(1);
    }

    /// Tells the calls where control goes from a block of one instruction at `pc`, if they are kept.
    pub(super) fn follow_if_kept(&mut self, hart: &Hart<A>, index: u32, pc: u64, to: u64) {
        if let Some(paths) = &mut self.paths {
            if hart.timed_by().is_some() {
                paths.at_cycle(hart.cycles());
            }
            self.follow(hart, index, pc, 1, to, hart.retired.get());
        }
    }

    /// Tells the calls where control goes from a block that began at `pc`, after `done` of its instructions.
    #[inline(always)]
    fn follow(&mut self, hart: &Hart<A>, index: u32, pc: u64, done: usize, to: u64, retired: u64) {
        let (block, Some(paths)) = (&self.blocks[index as usize], &mut self.paths) else { return };
        let ops = &block.body.ops;
        paths.did(block.body.sources[done - 1].did);
        let turn = if done == ops.len() { block.turn } else { Turn::Other };
        if turn == Turn::Other && paths.stays(to) {
            return;
        }
        let site = A::advance(hart, GuestVirt(pc), ops[done - 1].offset()).0;
        let bytes = A::instruction_bytes(block.body.sources[done - 1].word as u16);
        turn_to(paths, hart, turn, site, bytes, to, retired);
    }

    /// Tells the calls, if they are kept, where control has gone: to the hart's `pc`, from the instruction at `site`, which is so long.
    pub fn turned(&mut self, hart: &Hart<A>, turn: Turn, site: u64, bytes: u64) {
        if let Some(paths) = &mut self.paths {
            turn_to(paths, hart, turn, site, bytes, hart.pc.get(), hart.retired.get());
        }
    }

    /// Tells the calls, if they are kept, what the first `done` instructions of a block did that has not gone on.
    fn did_before(&mut self, index: u32, done: usize) {
        if let (Some(paths), Some(last)) = (&mut self.paths, done.checked_sub(1)) {
            paths.did(self.blocks[index as usize].body.sources[last].did);
        }
    }

    /// Tells the calls of traps, and whatever else has changed the hart's next instruction since it has last run.
    pub fn resume_paths(&mut self, hart: &Hart<A>) {
        let Some(paths) = &mut self.paths else { return };
        if hart.timed_by().is_some() {
            paths.at_cycle(hart.cycles());
        }
        let (pc, sp, retired) = (hart.pc.get(), A::stack_pointer(hart), hart.retired.get());
        let traps = std::mem::replace(&mut self.traps, hart.traps.get());
        if !paths.has_begun() {
            paths.begin(pc, sp, retired);
        } else if traps != hart.traps.get() {
            let taken = A::first_trap(hart);
            let cause = Cause { is_interrupt: taken.is_interrupt, code: A::cause_code(taken.trap) };
            paths.trapped(taken.pc, cause, pc, sp, retired);
        } else {
            paths.went(pc, pc, sp, retired);
        }
    }

    /// What follows a block whose last instruction, the `done`th, was a slow row or did not retire.
    #[inline(never)]
    pub(super) fn leave(&mut self, hart: &Hart<A>, index: u32, done: usize, exit: Exit) {
        let block = &self.blocks[index as usize];
        if exit.why() == Exit::SLOW {
            increment(&block.body.ended_before[done]);
            return;
        }
        increment(&block.body.ended_before[done - 1]);
        hart.retired.set(hart.retired.get() - 1);
        match exit.why() {
            Exit::ALONE => self.run_alone(hart),
            Exit::UNDEFINED => A::take_trap(hart, A::undefined(hart, block.body.sources[done - 1].word)),
            _ => A::take_trap(hart, hart.trap.get()),
        }
    }

    /// Runs the one instruction at the hart's `pc`, which may touch a device.
    fn run_alone(&mut self, hart: &Hart<A>) {
        let pc = hart.pc.get();
        let index = match self.find(hart, pc) {
            Ok(index) => index,
            Err(trap) => {
                A::take_trap(hart, trap);
                return;
            }
        };
        let block = &self.blocks[index as usize];
        let op = &block.body.ops[0];
        // What it accessed before it stopped it accesses again.
        if let Some(log) = hart.log.borrow_mut().as_mut() {
            log.clear();
        }
        hart.retired.set(hart.retired.get() + 1);
        hart.alone.set(true);
        let exit = (op.run)(hart, op, &[]);
        hart.alone.set(false);
        hart.pc.set(exit.pc);
        if exit.why() < Exit::TRAPPED {
            self.did_before(index, 1);
        }
        let block = &self.blocks[index as usize];
        if A::counts_events(hart) && exit.why() < Exit::TRAPPED {
            A::count_events(hart, rows(&block.body, 1), exit.why() == Exit::TAKEN);
        }
        match exit.why() {
            Exit::TAKEN => {}
            Exit::OVER => increment(&block.body.ended_before[1]),
            Exit::ALONE => unreachable!("it is alone"),
            _ => self.leave(hart, index, 1, exit),
        }
    }

    /// The encoding and table row of the hart's next instruction; `None` if it cannot be fetched or is undefined.
    pub fn peek(&mut self, hart: &Hart<A>) -> Option<(u32, u16)> {
        let index = self.lookup(hart, hart.tlb.epoch()).ok()?;
        let Source { word, row, .. } = self.blocks[index as usize].body.sources[0];
        Some((word, row)).filter(|_| row != u16::MAX)
    }

    /// The block at `pc`, decoded if need be, and entered in the jump table.
    #[cold]
    #[inline(never)]
    fn find(&mut self, hart: &Hart<A>, pc: u64) -> Result<u32, Trap> {
        // Addresses may be narrower than what falling through from the last instruction added up to.
        let pc = A::advance(hart, GuestVirt(pc), 0).0;
        hart.pc.set(pc);
        let (phys, leaf_bytes) = hart.fetch_place(GuestVirt(pc))?;
        if leaf_bytes < PAGE_SIZE {
            return self.decode_alone(hart, pc, phys, leaf_bytes);
        }
        let place = (phys, self.paths.as_ref().map(|_| pc));
        let known = self.by_phys.get(&place).copied();
        let index = match known {
            Some(index) if self.is_current(hart, &self.blocks[index as usize], pc)? => index,
            Some(index) => {
                let block =
                    Block::decode(hart, pc, phys, leaf_bytes, HOT - self.threshold, &self.bodies, self.functions())?;
                self.replace(index, block);
                index
            }
            None => {
                if self.decoded > MAX_DECODED {
                    self.clear();
                }
                let block =
                    Block::decode(hart, pc, phys, leaf_bytes, HOT - self.threshold, &self.bodies, self.functions())?;
                self.decoded += block.body.ops.len();
                self.blocks.push(block);
                let index = self.blocks.len() as u32 - 1;
                self.by_phys.insert(place, index);
                self.by_page.entry(phys.page().0).or_default().push(index);
                index
            }
        };
        self.jumps[(pc >> 1) as usize % JUMPS] = Jump { pc, epoch: hart.tlb.epoch(), block: index };
        Ok(index)
    }

    /// A block of one instruction that nobody finds again: its surroundings may be forbidden, so each fetch is asked for.
    fn decode_alone(&mut self, hart: &Hart<A>, pc: u64, phys: GuestPhys, leaf_bytes: u64) -> Result<u32, Trap> {
        let block = Block::decode(hart, pc, phys, leaf_bytes, HOT - self.threshold, &self.bodies, self.functions())?;
        if self.decoded > MAX_DECODED {
            self.clear();
        }
        let index = match self.alone {
            Some(index) => {
                self.replace(index, block);
                index
            }
            None => {
                self.decoded += block.body.ops.len();
                self.blocks.push(block);
                self.blocks.len() as u32 - 1
            }
        };
        self.alone = Some(index);
        Ok(index)
    }

    fn is_current(&self, hart: &Hart<A>, block: &Block<A>, pc: u64) -> Result<bool, Trap> {
        if let Some(second) = block.straddles {
            let (now, _) = hart.fetch_place(A::advance(hart, GuestVirt(pc), 2))?;
            if now != second {
                return Ok(false);
            }
        }
        let generation = hart.code_generation.get();
        if block.generation.get() == generation {
            return Ok(true);
        }
        let current = block.is_current(hart);
        if current {
            block.generation.set(generation);
        }
        Ok(current)
    }

    /// Puts a block into the place of another one.
    fn replace(&mut self, index: u32, block: Block<A>) {
        self.decoded += block.body.ops.len();
        let gone = std::mem::replace(&mut self.blocks[index as usize], block);
        self.retire(gone);
    }

    /// The functions that blocks end with; known where calls are kept.
    pub fn functions(&self) -> Option<&Functions> {
        self.paths.as_ref().map(|paths| paths.functions())
    }

    /// Keeps the counts of a block that goes, and its body for the next one.
    fn retire(&mut self, block: Block<A>) {
        self.decoded -= block.body.ops.len();
        add_counts(&block, &mut self.dropped, &mut self.dropped_taken);
        block.tallies().for_each(|tally| self.add_gone(tally));
        self.bodies.put(block.body);
    }

    /// Keeps what is known of an instruction whose block is gone, if that is wanted.
    pub(super) fn add_gone(&mut self, tally: Tally) {
        if let Some(gone) = &mut self.gone {
            gone.add(tally);
        }
    }

    /// Drops all blocks.
    fn clear(&mut self) {
        while let Some(block) = self.blocks.pop() {
            self.retire(block);
        }
        self.alone = None;
        self.by_phys.clear();
        self.by_page.clear();
        self.jumps.fill(Jump { pc: 0, epoch: 0, block: 0 });
    }

    /// How often each row of the table retired and, for branches, was taken.
    pub fn executions(&self) -> (Vec<u64>, Vec<u64>) {
        let (mut all, mut taken) = (self.dropped.clone(), self.dropped_taken.clone());
        for block in &self.blocks {
            add_counts(block, &mut all, &mut taken);
        }
        (all, taken)
    }

    /// How often the instruction at each halfword of a physical page has retired, in blocks that start in that page.
    pub fn executions_in(&self, page: GuestPhys) -> Vec<u64> {
        let mut counts = vec![0; (PAGE_SIZE / 2) as usize];
        for &index in self.by_page.get(&page.0).into_iter().flatten() {
            let block = &self.blocks[index as usize];
            for (op, _, n) in block.executions() {
                counts[((block.phys.page_offset() + op.offset()) / 2) as usize] += n;
            }
        }
        counts
    }

    /// Where the last blocks started, oldest first: the last targets of branches and jumps.
    pub fn recent(&self) -> Vec<u64> {
        let n = self.recent_at.min(RECENT);
        (0..n).map(|i| self.recent[(self.recent_at - n + i) % RECENT]).collect()
    }
}

/// Tells the calls where control goes: from the instruction at `site`, which is so long, to `to`.
fn turn_to<A: Arch>(paths: &mut Paths, hart: &Hart<A>, turn: Turn, site: u64, bytes: u64, to: u64, retired: u64) {
    let sp = A::stack_pointer(hart);
    match turn {
        Turn::Other => paths.went(site, to, sp, retired),
        Turn::Return | Turn::Swap => paths.returned(to, sp, retired),
        Turn::TrapReturn => paths.trap_returned(to, sp, retired),
        Turn::Call => paths.called(site, to, A::advance(hart, GuestVirt(site), bytes).0, sp, retired),
    }
}

fn add_counts<A: Arch>(block: &Block<A>, all: &mut Vec<u64>, all_taken: &mut Vec<u64>) {
    for (op, source, n) in block.executions() {
        let row = source.row as usize;
        if row == u16::MAX as usize {
            continue;
        }
        if all.len() <= row {
            all.resize(row + 1, 0);
            all_taken.resize(row + 1, 0);
        }
        all[row] += n;
        all_taken[row] += op.taken.get();
    }
}

/// The rows of a block's first instructions.
pub(super) fn rows<A: Arch>(body: &Body<A>, count: usize) -> impl Iterator<Item = u16> {
    body.sources[..count].iter().map(|source| source.row)
}

#[inline(always)]
pub(super) fn increment(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}
