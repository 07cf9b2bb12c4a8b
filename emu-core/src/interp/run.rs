//! The loop around blocks: finds the block at `pc`, runs as much of it as the budget allows, counts, and leaves when
//! something outside the instruction stream has to be looked at.

use super::Exit;
use super::block::{Block, MAX_OPS};
use crate::hart::{Arch, Hart};
use crate::trap::Trap;
use emu_mem::{GuestPhys, GuestVirt, PAGE_SIZE};
use rustc_hash::FxHashMap;
use std::cell::Cell;

/// Entries of the table from `pc` to block: a power of two.
const JUMPS: usize = 4096;

/// Decoded instructions held at most, in all blocks of a hart. Beyond, all are dropped and decoding starts anew.
const MAX_DECODED: usize = 256 * 1024;

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
    blocks: Vec<Block<A>>,
    jumps: Box<[Jump; JUMPS]>,
    /// Physical address of the first byte to block.
    by_phys: FxHashMap<u64, u32>,
    decoded: usize,
    /// Executions of each row, of blocks that have been dropped.
    dropped: Vec<u64>,
    /// Taken branches of each row, of blocks that have been dropped.
    dropped_taken: Vec<u64>,
    /// The block that is decoded anew each time.
    alone: Option<u32>,
    recent: [u64; RECENT],
    recent_at: usize,
}

impl<A: Arch> Default for Interp<A> {
    fn default() -> Self {
        Interp {
            blocks: Vec::new(),
            jumps: vec![Jump { pc: 0, epoch: 0, block: 0 }; JUMPS].try_into().unwrap_or_else(|_| unreachable!()),
            by_phys: FxHashMap::default(),
            decoded: 0,
            dropped: Vec::new(),
            dropped_taken: Vec::new(),
            alone: None,
            recent: [0; RECENT],
            recent_at: 0,
        }
    }
}

impl<A: Arch> Interp<A> {
    /// Runs at most `budget` instructions (more than zero), and fewer if something has to be looked at: after a slow row, a
    /// device access or a trap. Exceptions are taken; interrupts, events and the end of the run are the caller's business.
    pub fn run(&mut self, hart: &Hart<A>, budget: u64) {
        // What is counted changes in slow rows only, after which this is left: the common loop has no test for it.
        if A::counts_events(hart) {
            self.run_blocks::<true>(hart, budget)
        } else {
            self.run_blocks::<false>(hart, budget)
        }
    }

    fn run_blocks<const COUNTS: bool>(&mut self, hart: &Hart<A>, budget: u64) {
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
                        return;
                    }
                }
            };
            let block = &self.blocks[index as usize];
            let room = end - retired;
            let slice = if room >= MAX_OPS as u64 { &block.ops[..] } else { block.first(room as usize) };
            // A slow row may read the counts, so what stands before it is counted first.
            let slice =
                if COUNTS && block.ends_slow { &slice[..slice.len().min((block.ops.len() - 1).max(1))] } else { slice };
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
                A::count_events(hart, &block.rows[..retired], exit.why() == Exit::TAKEN);
            }
            if exit.why() == Exit::TAKEN {
                pc = exit.pc;
                continue;
            }
            if exit.why() == Exit::OVER {
                pc = exit.pc;
                increment(&block.ended_before[done]);
                continue;
            }
            hart.retired.set(retired);
            hart.pc.set(exit.pc);
            return self.leave(hart, index, done, exit);
        }
        hart.retired.set(retired);
        hart.pc.set(pc);
    }

    /// What follows a block whose last instruction, the `done`th, was a slow row or did not retire.
    #[inline(never)]
    fn leave(&mut self, hart: &Hart<A>, index: u32, done: usize, exit: Exit) {
        let block = &self.blocks[index as usize];
        if exit.why() == Exit::SLOW {
            increment(&block.ended_before[done]);
            return;
        }
        increment(&block.ended_before[done - 1]);
        hart.retired.set(hart.retired.get() - 1);
        match exit.why() {
            Exit::ALONE => self.run_alone(hart),
            Exit::UNDEFINED => A::take_trap(hart, A::undefined(hart, block.words[done - 1])),
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
        let op = &block.ops[0];
        hart.retired.set(hart.retired.get() + 1);
        hart.alone.set(true);
        let exit = (op.run)(hart, op, &[]);
        hart.alone.set(false);
        hart.pc.set(exit.pc);
        if A::counts_events(hart) && exit.why() < Exit::TRAPPED {
            A::count_events(hart, &block.rows[..1], exit.why() == Exit::TAKEN);
        }
        match exit.why() {
            Exit::TAKEN => {}
            Exit::OVER => increment(&block.ended_before[1]),
            Exit::ALONE => unreachable!("it is alone"),
            _ => self.leave(hart, index, 1, exit),
        }
    }

    /// The encoding and table row of the hart's next instruction; `None` if it cannot be fetched or is undefined.
    pub fn peek(&mut self, hart: &Hart<A>) -> Option<(u32, u16)> {
        let index = self.find(hart, hart.pc.get()).ok()?;
        let block = &self.blocks[index as usize];
        Some((block.words[0], block.rows[0])).filter(|&(_, row)| row != u16::MAX)
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
        let known = self.by_phys.get(&phys.0).copied();
        let index = match known {
            Some(index) if self.is_current(hart, &self.blocks[index as usize], pc)? => index,
            Some(index) => {
                let block = Block::decode(hart, pc, phys, leaf_bytes)?;
                self.retire(index);
                self.decoded += block.ops.len();
                self.blocks[index as usize] = block;
                index
            }
            None => {
                if self.decoded > MAX_DECODED {
                    self.clear();
                }
                let block = Block::decode(hart, pc, phys, leaf_bytes)?;
                self.decoded += block.ops.len();
                self.blocks.push(block);
                let index = self.blocks.len() as u32 - 1;
                self.by_phys.insert(phys.0, index);
                index
            }
        };
        self.jumps[(pc >> 1) as usize % JUMPS] = Jump { pc, epoch: hart.tlb.epoch(), block: index };
        Ok(index)
    }

    /// A block of one instruction that nobody finds again: its surroundings may be forbidden, so each fetch is asked for.
    fn decode_alone(&mut self, hart: &Hart<A>, pc: u64, phys: GuestPhys, leaf_bytes: u64) -> Result<u32, Trap> {
        let block = Block::decode(hart, pc, phys, leaf_bytes)?;
        if self.decoded > MAX_DECODED {
            self.clear();
        }
        self.decoded += block.ops.len();
        let index = match self.alone {
            Some(index) => {
                self.retire(index);
                self.blocks[index as usize] = block;
                index
            }
            None => {
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

    /// Keeps the counts of a block that goes.
    fn retire(&mut self, index: u32) {
        let block = &self.blocks[index as usize];
        self.decoded -= block.ops.len();
        add_counts(block, &mut self.dropped, &mut self.dropped_taken);
    }

    /// Drops all blocks.
    fn clear(&mut self) {
        for index in 0..self.blocks.len() {
            self.retire(index as u32);
        }
        self.blocks.clear();
        self.alone = None;
        self.by_phys.clear();
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

    /// Where the last blocks started, oldest first: the last targets of branches and jumps.
    pub fn recent(&self) -> Vec<u64> {
        let n = self.recent_at.min(RECENT);
        (0..n).map(|i| self.recent[(self.recent_at - n + i) % RECENT]).collect()
    }
}

fn add_counts<A: Arch>(block: &Block<A>, all: &mut Vec<u64>, all_taken: &mut Vec<u64>) {
    for ((&row, n), op) in block.rows.iter().zip(block.executions()).zip(&block.ops) {
        let row = row as usize;
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

#[inline(always)]
fn increment(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}
