//! Makes random programs: what a translator finds hard, in random order and nested.
//!
//! This file has the program as a whole, `flow` branches, loops, calls and ways back from them, `sites` the places in code that other
//! code changes. Everything else an instruction set says ([`Statements`]), in the folder `generate` of its own.

mod flow;
pub(super) mod sites;

use emu_core::timing::Model;
use emu_jit::Tier;

use super::code::{Op, Statement, Target};
use super::image;
use super::program::{Part, Program, Running, World};
use crate::rng::Rng;
use sites::Site;

/// A program has fewer functions, but for the last two.
const FUNCTIONS: u64 = 4;
/// How much code there is behind the main part's last possible beginning, before a page ends.
const END_SPAN: u32 = 0x200;

/// What the statements of random programs are, in an instruction set.
pub trait Statements: World {
    /// Bytes that code comes in multiples of.
    const UNIT: u32;
    /// Where in a page the main part may begin so that a page ends somewhere in it: from here on, for half a KiB.
    const NEAR_AN_END: u32;
    /// Loop counters: of the main part by depth, then one for each function.
    const COUNTERS: u32;
    /// An instruction without effect.
    const NOP: u32;

    /// What is around a program.
    fn random(rng: &mut Rng) -> Self;
    /// How cycles are counted.
    fn model(rng: &mut Rng) -> &'static Model;
    /// Where in a page the data base and `sp` are. A multiple of 16 comes to the second one.
    fn skew(rng: &mut Rng) -> [u32; 2];
    /// So many bytes, from a multiple of 16 on.
    fn data(rng: &mut Rng, bytes: usize) -> Vec<u8>;

    /// A statement that may call the first `callees` functions.
    fn statement(maker: &mut Maker<Self>, callees: usize) -> Statement;
    /// A few instructions without memory.
    fn straight(maker: &mut Maker<Self>) -> Vec<Op>;
    /// A few loads and stores.
    fn accesses(maker: &mut Maker<Self>) -> Vec<Op>;
    /// A register that instructions work on.
    fn free(maker: &mut Maker<Self>) -> u32;
    /// A conditional branch without its offset.
    fn condition(maker: &mut Maker<Self>) -> u32;

    /// Takes an address into the register that addresses are made in.
    fn address(of: Target) -> Op;
    /// A call, two instructions long.
    fn call(callee: Target) -> Vec<Op>;
    /// A call by a register, two instructions long.
    fn computed_call(callee: Target) -> Vec<Op>;
    /// A call of what [`address`](Self::address) has taken, one instruction long.
    fn call_address() -> Op;
    /// Goes there if some register is even.
    fn if_even(maker: &mut Maker<Self>, target: Target) -> Vec<Op>;
    /// From a function with that number, unless a branch is taken, to that many bytes behind the call.
    fn return_early(maker: &mut Maker<Self>, function: u32, further: i32) -> Vec<Op>;
    /// An instruction that adds a constant to a register.
    fn tuned(constant: u32) -> Op;
    /// What takes the place of an instruction.
    fn replacement(maker: &mut Maker<Self>) -> u32;
}

/// Which part is being made.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) enum Inside {
    Main,
    Function(usize),
    /// In memory that is exchanged, where nothing may be replaced.
    Twin(usize),
    /// Far from everything else.
    Far(usize),
}

/// A program while it is made.
pub struct Maker<W> {
    pub(super) rng: Rng,
    pub(super) world: W,
    pub(super) skew: [u32; 2],
    pub(super) inside: Inside,
    sites: Vec<Site>,
    depth: usize,
}

/// The program of a seed.
pub(super) fn program<W: Statements>(seed: u64) -> Program<W> {
    let mut rng = Rng::new(seed);
    let world = W::random(&mut rng);
    Maker { rng, world, skew: [0; 2], inside: Inside::Main, sites: Vec::new(), depth: 0 }.program(seed)
}

impl<W: Statements> Maker<W> {
    fn program(mut self, seed: u64) -> Program<W> {
        let running = Running { calls: seed.is_multiple_of(3), ..self.running() };
        self.skew = W::skew(&mut self.rng);
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
        let data = W::data(&mut self.rng, (image::DATA_END - image::DATA) as usize);
        let mut gaps: Vec<u32> = functions.iter().map(|_| self.gap(0x400)).collect();
        let near_an_end = W::NEAR_AN_END + W::UNIT * self.rng.below((END_SPAN / W::UNIT).into()) as u32;
        gaps.push(if self.rng.chance(50) { near_an_end } else { 0 });
        gaps.push(self.gap(0x600));
        let mut program =
            Program { seed, world: self.world, running, main, functions, twins, far, skew: self.skew, data };
        program.place(&gaps);
        program
    }

    fn gap(&mut self, most: u32) -> u32 {
        if self.rng.chance(40) { W::UNIT * self.rng.below((most / W::UNIT).into()) as u32 } else { 0 }
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
            model: W::model(rng),
            calls: false,
        }
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
        (0..1 + self.rng.below(statements)).map(|_| W::statement(self, callees)).collect()
    }

    /// Whether the code lies where address spaces, and page tables that are changed, have something else: it is neither
    /// written nor exchanged under its own feet.
    pub(super) fn is_exchanged(&self) -> bool {
        matches!(self.inside, Inside::Twin(_))
    }

    /// A page that may lose rights, in one of its views.
    pub(super) fn page(&mut self) -> u32 {
        let code = self.rng.chance(40);
        let far = (image::DISTANCE + image::CODE) >> 12;
        let page = if code { *self.rng.pick(&[2, 3, 4, far]) } else { 8 + self.rng.below(6) as u32 };
        if self.rng.chance(50) { page } else { page + image::ALIAS_PAGES }
    }
}
