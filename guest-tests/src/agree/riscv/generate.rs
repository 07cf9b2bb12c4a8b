//! Makes random programs: what a translator finds hard, in random order and nested.
//!
//! This file has the program as a whole and which statements it is made of; `operands` what instructions work on, `flow`
//! branches, loops and calls, `memory` accesses to it, `numbers` arithmetic at its corners, `replace` code that
//! changes, `system` everything privileged.

mod flow;
mod memory;
mod numbers;
mod operands;
mod replace;
mod system;

use emu_core::timing::{MODELS, Model};
use emu_jit::Tier;

use super::super::code::{Op, Statement};
use super::super::image;
use super::super::program::{Part, Program, Running};
use super::world::{CALL_MODES, World};
use crate::asm;
use crate::random::values;
use crate::rng::Rng;

pub(super) const RA: u32 = 1;
pub(super) const SP: u32 = 2;
const GP: u32 = 3;
const TP: u32 = 4;
/// A program has fewer functions, but for the last two.
const FUNCTIONS: u64 = 4;

const STORE: u32 = 0x23;
const WFI: u32 = 0x1050_0073;
/// ADDI without effect.
const NOP: u32 = 0x13;

/// The program of a seed.
pub(super) fn program(seed: u64) -> Program<World> {
    Maker {
        rng: Rng::new(seed),
        xlen: 64,
        paged: false,
        timed: false,
        watched: false,
        skew: [0; 2],
        sites: Vec::new(),
        inside: Inside::Main,
        depth: 0,
    }
    .program(seed)
}

/// Half of all programs are timed, most of them by what the translator knows as well.
fn model(rng: &mut Rng) -> &'static Model {
    let all: Vec<&Model> = MODELS.iter().filter(|model| model.as_static().is_some()).collect();
    match rng.below(20) {
        0..10 => &MODELS[0],
        10 => &MODELS[rng.below(MODELS.len() as u64) as usize],
        _ => all[rng.below(all.len() as u64) as usize],
    }
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
    xlen: u32,
    paged: bool,
    /// Whether timer interrupts come.
    timed: bool,
    /// Whether somebody watches a word.
    watched: bool,
    skew: [u32; 2],
    sites: Vec<Site>,
    inside: Inside,
    depth: usize,
}

impl Maker {
    fn program(mut self, seed: u64) -> Program<World> {
        self.xlen = if self.rng.chance(50) { 32 } else { 64 };
        self.paged = self.rng.chance(50);
        let world = self.world();
        (self.timed, self.watched) = (world.timer.is_some(), world.watched);
        let running = Running { calls: seed.is_multiple_of(3), ..self.running() };
        // Accesses off either may be misaligned, and all of them then are.
        self.skew = [0, 0].map(|_: u32| if self.rng.chance(10) { self.rng.below(16) as u32 } else { 0 });
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
        let data = (0..(image::DATA_END - image::DATA) / 16).flat_map(|n| self.data(n)).collect();
        let mut gaps: Vec<u32> = functions.iter().map(|_| self.gap(0x400)).collect();
        // Often a page ends somewhere in the main part.
        let near_an_end = 0xe00 + 2 * self.rng.below(0x100) as u32;
        gaps.push(if self.rng.chance(50) { near_an_end } else { 0 });
        gaps.push(self.gap(0x600));
        let mut program = Program { seed, world, running, main, functions, twins, far, skew: self.skew, data };
        program.place(&gaps);
        program
    }

    fn gap(&mut self, most: u64) -> u32 {
        if self.rng.chance(40) { 2 * self.rng.below(most / 2) as u32 } else { 0 }
    }

    fn world(&mut self) -> World {
        let rng = &mut self.rng;
        let fine_time = rng.chance(60);
        let paged = self.paged;
        World {
            xlen: self.xlen,
            paged,
            mode: CALL_MODES[rng.below(if paged { 2 } else { 3 }) as usize],
            timer: rng.chance(50).then(|| if fine_time { 40 + rng.below(500) as u32 } else { 1 + rng.below(4) as u32 }),
            fine_time,
            misaligned_trap: rng.chance(12),
            updates_entries: rng.chance(40),
            // V; W; D; A; X; R and W; V, R, W and X.
            takes_rights: *rng.pick(&[0, 1, 4, 0x80, 0x40, 8, 6, 0xf]),
            one_asid: rng.chance(30),
            watched: rng.chance(25),
            // Illegal instructions, EBREAK, misaligned accesses; supervisor interrupts.
            delegated: rng.bits() as u32 & 0x22_005c,
            lacks: *rng.pick(&[0, 0, 1, 0x80, 0xc0]),
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
            model: model(rng),
            calls: false,
        }
    }

    /// Sixteen bytes of data: anything, or two numbers for [`Maker::rounding`].
    fn data(&mut self, place: u32) -> [u8; 16] {
        let words = if self.rng.chance(50) {
            numbers::pair(&mut self.rng, numbers::format_at(place))
        } else {
            [0; 2].map(|_: u64| match self.rng.below(3) {
                0 => values::integer(&mut self.rng),
                _ => values::float_register(&mut self.rng),
            })
        };
        (u128::from(words[0]) | u128::from(words[1]) << 64).to_le_bytes()
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
            0..26 => Statement::Ops(self.straight()),
            26..43 => Statement::Ops(self.accesses()),
            43..51 => self.branch(callees),
            51..59 => self.looped(callees),
            59..61 => self.cases(callees),
            61..69 if callees > 0 => Statement::Ops(self.call(callees)),
            69..72 => Statement::Ops(self.system_call()),
            72..76 => Statement::Ops(self.csr()),
            76..78 => Statement::Ops(self.wild()),
            78..81 if !self.is_exchanged() => Statement::Ops(self.site()),
            81..84 => Statement::Ops(self.replace()),
            84..86 if !self.is_exchanged() => Statement::Ops(self.tuned_site()),
            86..88 => Statement::Ops(self.tune()),
            88..91 => Statement::Ops(self.atomic()),
            91..93 if self.paged && !self.is_exchanged() => Statement::Ops(self.entry()),
            93..94 => Statement::Ops(vec![Op::Word(asm::FENCE_I)]),
            // So that instructions stand at odd halfwords.
            94..95 => Statement::Ops(vec![Op::Half(1)]),
            95..97 => Statement::Ops(self.early_return()),
            97..101 => Statement::Ops(self.rounding()),
            101..103 => Statement::Ops(self.division()),
            103..105 if !self.is_exchanged() => Statement::Ops(self.hole()),
            _ => Statement::Ops(self.straight()),
        }
    }

    /// Whether the code lies where address spaces, and page tables that are changed, have something else: it is neither
    /// written nor exchanged under its own feet.
    fn is_exchanged(&self) -> bool {
        matches!(self.inside, Inside::Twin(_))
    }
}
