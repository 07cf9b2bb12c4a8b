//! What random programs for AArch64 are made of: `operands` has what instructions work on, `flow` branches, calls and returns, `memory`
//! accesses to it, `numbers` arithmetic at its corners, `replace` code that changes, `system` everything privileged.

mod flow;
mod memory;
mod numbers;
mod operands;
mod replace;
mod system;

use emu_core::timing::{InstructionSet, MODELS, Model};

use super::super::code::{Op, Statement, Target};
use super::super::generate::{Maker, Statements};
use super::words::{ADDRESS, COUNTERS, SPOILT};
use super::world::{LOST_RIGHTS, World};
use crate::a64::asm::{self, NOP, add_imm};
use crate::a64::generate::state;
use crate::rng::Rng;

/// What registers and data hold has this many bytes of vectors a state.
const STATE_BYTES: usize = 32 * 16;

/// Mostly what programs have: no bit, or default NaNs, or another rounding mode.
fn fpcr(rng: &mut Rng) -> u64 {
    match rng.below(10) {
        0..5 => 0,
        5..8 => rng.below(4) << 22,
        8 => 1 << 25,
        _ => state(rng).fpcr,
    }
}

impl Statements for World {
    const UNIT: u32 = 4;
    const NEAR_AN_END: u32 = 0xd00;
    const COUNTERS: u32 = COUNTERS;
    const NOP: u32 = NOP;

    fn random(rng: &mut Rng) -> Self {
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
            fpcr: fpcr(rng),
        }
    }

    /// Few programs are timed: no model of AArch64 is one that translated code counts by.
    fn model(rng: &mut Rng) -> &'static Model {
        let all: Vec<&Model> = Model::fitting(InstructionSet::Aarch64).collect();
        if rng.chance(5) { all[rng.below(all.len() as u64) as usize] } else { &MODELS[0] }
    }

    /// Accesses off the data base may be misaligned, and all of them then are; a misaligned SP makes every access an exception.
    fn skew(rng: &mut Rng) -> [u32; 2] {
        [(10, 1), (3, 8)].map(|(percent, unit)| if rng.chance(percent) { unit * rng.below(16) as u32 } else { 0 })
    }

    /// Numbers, many of them at the edges of their format.
    fn data(rng: &mut Rng, bytes: usize) -> Vec<u8> {
        (0..bytes / STATE_BYTES).flat_map(|_| state(rng).v).flat_map(u128::to_le_bytes).collect()
    }

    fn statement(maker: &mut Maker<Self>, callees: usize) -> Statement {
        match maker.rng.below(106) {
            0..30 => Statement::Ops(maker.straight()),
            30..48 => Statement::Ops(maker.accesses()),
            48..56 => maker.branch(callees),
            56..64 => maker.looped(callees),
            64..66 => maker.cases(callees),
            66..74 if callees > 0 => Statement::Ops(maker.call(callees)),
            74..77 => Statement::Ops(maker.system_call()),
            77..82 => Statement::Ops(maker.system()),
            82..84 => Statement::Ops(maker.wild()),
            84..87 if !maker.is_exchanged() => Statement::Ops(maker.site()),
            87..89 => Statement::Ops(maker.replace()),
            89..91 if !maker.is_exchanged() => Statement::Ops(maker.tuned_site()),
            91..92 => Statement::Ops(maker.tune()),
            92..94 => Statement::Ops(maker.exclusive()),
            94..96 if maker.world.paged && !maker.is_exchanged() => Statement::Ops(maker.entry()),
            96..98 => Statement::Ops(maker.early_return()),
            98..100 if !maker.is_exchanged() => Statement::Ops(maker.hole()),
            100..106 => Statement::Ops(maker.numbers()),
            _ => Statement::Ops(maker.straight()),
        }
    }

    fn straight(maker: &mut Maker<Self>) -> Vec<Op> {
        maker.straight()
    }

    fn accesses(maker: &mut Maker<Self>) -> Vec<Op> {
        maker.accesses()
    }

    fn free(maker: &mut Maker<Self>) -> u32 {
        maker.free()
    }

    fn condition(maker: &mut Maker<Self>) -> u32 {
        maker.condition()
    }

    fn address(of: Target) -> Op {
        Op::Address(ADDRESS, add_imm(ADDRESS, ADDRESS, 0), of)
    }

    fn call(callee: Target) -> Vec<Op> {
        vec![Op::Word(NOP), Op::Jal(asm::BL, callee)]
    }

    fn computed_call(callee: Target) -> Vec<Op> {
        vec![Op::Branch(asm::adr(SPOILT), callee), Op::Word(asm::blr(SPOILT))]
    }

    fn call_address() -> Op {
        Op::Word(asm::blr(ADDRESS))
    }

    fn if_even(maker: &mut Maker<Self>, target: Target) -> Vec<Op> {
        vec![Op::Branch(asm::tbz(false, 0, maker.free()), target)]
    }

    fn return_early(maker: &mut Maker<Self>, function: u32, further: i32) -> Vec<Op> {
        maker.return_early(function, further)
    }

    fn tuned(constant: u32) -> Op {
        Op::Word(add_imm(10, 10, constant))
    }

    fn replacement(maker: &mut Maker<Self>) -> u32 {
        maker.replacement()
    }
}
