//! Makes random programs: what a translator finds hard, in random order and nested.
//!
//! This file has the program as a whole and which statements it is made of; `operands` what instructions work on, `flow`
//! branches, loops and calls, `memory` accesses to it, `numbers` arithmetic at its corners, `replace` code that changes, `system` everything privileged.

mod flow;
mod memory;
mod numbers;
mod operands;
mod replace;
mod system;

use emu_core::timing::MODELS;
use emu_jit::Tier;

use super::super::code::{Op, Statement};
use super::super::image;
use super::super::program::{Part, Program, Running};
use super::world::{LOST_RIGHTS, World};
use crate::a64::asm::NOP;
use crate::a64::generate::state;
use crate::rng::Rng;

/// A program has fewer functions, but for the last two.
const FUNCTIONS: u64 = 4;
/// What registers and data hold has this many bytes of vectors a state.
const STATE_BYTES: usize = 32 * 16;

/// The program of a seed.
pub(super) fn program(seed: u64) -> Program<World> {
    Maker {
        rng: Rng::new(seed),
        paged: false,
        timed: false,
        watched: false,
        gic_v3: false,
        skew: [0; 2],
        sites: Vec::new(),
        inside: Inside::Main,
        depth: 0,
    }
    .program(seed)
}

/// Which part is being made.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Inside {
    Main,
    Function(usize),
    /// In memory that is exchanged, where nothing may be replaced.
    Twin(usize),
    /// Far from everything else.
    Far(usize),
}

/// How an instruction that others replace is replaced.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Site {
    /// By anything.
    Whole,
    /// It always is an addition of a constant; the constant changes.
    Tuned,
}

struct Maker {
    rng: Rng,
    paged: bool,
    /// Whether timer interrupts come.
    timed: bool,
    /// Whether somebody watches a word.
    watched: bool,
    gic_v3: bool,
    skew: [u32; 2],
    sites: Vec<Site>,
    inside: Inside,
    depth: usize,
}

impl Maker {
    fn program(mut self, seed: u64) -> Program<World> {
        let world = self.world();
        (self.paged, self.gic_v3) = (world.paged, world.gic_v3);
        (self.timed, self.watched) = (world.timer.is_some(), world.watched);
        let running = Running { calls: seed.is_multiple_of(3), ..self.running() };
        // Accesses off the data base may be misaligned, and all of them then are; a misaligned SP makes every access an exception.
        self.skew = [(10, 1), (3, 8)].map(
            |(percent, unit)| {
                if self.rng.chance(percent) { unit * self.rng.below(16) as u32 } else { 0 }
            },
        );
        self.skew[1] += 16 * self.rng.below(8) as u32;
        let functions = self.rng.below(FUNCTIONS) as usize;
        let functions: Vec<Part> = (0..functions)
            .map(|n| {
                self.inside = Inside::Function(n);
                if self.rng.chance(40) { self.small_function() } else { self.part(6) }
            })
            .collect();
        self.inside = Inside::Twin(functions.len());
        let twins = [(); 2].map(|()| self.part(5));
        // Both may have the same registers, as neither calls the other.
        self.inside = Inside::Far(functions.len());
        let far = if self.rng.chance(50) { self.small_function() } else { self.part(5) };
        self.inside = Inside::Main;
        let main = Part { at: 0, body: self.body(functions.len() + 2, 14) };
        let data = (0..(image::DATA_END - image::DATA) as usize / STATE_BYTES).flat_map(|_| self.data()).collect();
        let mut gaps: Vec<u32> = functions.iter().map(|_| self.gap(0x400)).collect();
        // Often a page ends somewhere in the main part.
        let near_an_end = 0xd00 + 4 * self.rng.below(0x80) as u32;
        gaps.push(if self.rng.chance(50) { near_an_end } else { 0 });
        gaps.push(self.gap(0x600));
        let mut program = Program { seed, world, running, main, functions, twins, far, skew: self.skew, data };
        program.place(&gaps);
        program
    }

    fn gap(&mut self, most: u64) -> u32 {
        if self.rng.chance(40) { 4 * self.rng.below(most / 4) as u32 } else { 0 }
    }

    fn world(&mut self) -> World {
        let rng = &mut self.rng;
        let (fine_time, paged) = (rng.chance(70), rng.chance(50));
        let some_rights = |rng: &mut Rng| rng.below(LOST_RIGHTS.len() as u64) as usize;
        World {
            paged,
            level: rng.below(2) as u8,
            timer: rng
                .chance(50)
                .then(|| if fine_time { 60 + rng.below(500) as u32 } else { 5 + rng.below(30) as u32 }),
            fine_time,
            gic_v3: rng.chance(50),
            checks_alignment: rng.chance(12),
            user_masks: rng.chance(30),
            updates_entries: rng.chance(40),
            takes_rights: some_rights(rng),
            lacks: if rng.chance(40) { some_rights(rng) } else { 0 },
            one_asid: rng.chance(30),
            watched: rng.chance(25),
            registers: Some(rng.bits()),
            fpcr: self.fpcr(),
        }
    }

    /// Mostly what programs have: no bit, or default NaNs, or another rounding mode.
    fn fpcr(&mut self) -> u64 {
        match self.rng.below(10) {
            0..5 => 0,
            5..8 => self.rng.below(4) << 22,
            8 => 1 << 25,
            _ => state(&mut self.rng).fpcr,
        }
    }

    fn running(&mut self) -> Running {
        let rng = &mut self.rng;
        let tier = match rng.below(20) {
            0..3 => Tier::Eager,
            3..5 => Tier::Background,
            _ => Tier::Hot,
        };
        let eager = tier == Tier::Eager;
        Running {
            tier,
            threshold: 2 + rng.below(9) as u32,
            cramped: rng.chance(3),
            slice: *rng.pick(&[7, 60, 400, 3000, u64::MAX]),
            budget: 1000 + rng.below(if eager { 1000 } else { 4000 }),
            model: &MODELS[0],
            calls: false,
        }
    }

    /// Numbers, many of them at the edges of their format.
    fn data(&mut self) -> Vec<u8> {
        state(&mut self.rng).v.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    fn part(&mut self, statements: u64) -> Part {
        let callees = match self.inside {
            Inside::Main => FUNCTIONS as usize,
            Inside::Function(n) => n,
            Inside::Twin(_) | Inside::Far(_) => 0,
        };
        Part { at: 0, body: self.body(callees, statements) }
    }

    /// Some statements, with calls of the first `callees` functions.
    fn body(&mut self, callees: usize, statements: u64) -> Vec<Statement> {
        (0..1 + self.rng.below(statements)).map(|_| self.statement(callees)).collect()
    }

    fn statement(&mut self, callees: usize) -> Statement {
        match self.rng.below(106) {
            0..30 => Statement::Ops(self.straight()),
            30..48 => Statement::Ops(self.accesses()),
            48..56 => self.branch(callees),
            56..64 => self.looped(callees),
            64..66 => self.cases(callees),
            66..74 if callees > 0 => Statement::Ops(self.call(callees)),
            74..77 => Statement::Ops(self.system_call()),
            77..82 => Statement::Ops(self.system()),
            82..84 => Statement::Ops(self.wild()),
            84..87 if !self.is_exchanged() => Statement::Ops(self.site()),
            87..89 => Statement::Ops(self.replace()),
            89..91 if !self.is_exchanged() => Statement::Ops(self.tuned_site()),
            91..92 => Statement::Ops(self.tune()),
            92..94 => Statement::Ops(self.exclusive()),
            94..96 if self.paged && !self.is_exchanged() => Statement::Ops(self.entry()),
            96..98 => Statement::Ops(self.early_return()),
            98..100 if !self.is_exchanged() => Statement::Ops(self.hole()),
            100..106 => Statement::Ops(self.numbers()),
            _ => Statement::Ops(self.straight()),
        }
    }

    /// Whether the code lies where address spaces, and page tables that are changed, have something else: it is neither
    /// written nor exchanged under its own feet.
    fn is_exchanged(&self) -> bool {
        matches!(self.inside, Inside::Twin(_))
    }

    /// A few, one after the other: what arithmetic does to flags, someone reads.
    fn straight(&mut self) -> Vec<Op> {
        let count = 1 + self.rng.below(3);
        (0..count).map(|_| self.arithmetic()).map(Op::Word).collect()
    }

    fn nop() -> Op {
        Op::Word(NOP)
    }
}
