//! What random programs for RISC-V are made of: `operands` has what instructions work on, `flow` branches, calls and returns, `memory` accesses
//! to it, `numbers` arithmetic at its corners, `replace` code that changes, `system` everything privileged.

mod flow;
mod memory;
mod numbers;
mod operands;
mod replace;
mod system;

use emu_core::timing::{MODELS, Model};

use super::super::code::{Op, Statement, Target};
use super::super::generate::{Maker, Statements};
use super::words::{ADDRESS, SPOILT};
use super::world::{CALL_MODES, World};
use crate::asm::{self, addi, jalr};
use crate::random::values;
use crate::rng::Rng;

pub(super) const RA: u32 = 1;
pub(super) const SP: u32 = 2;
const GP: u32 = 3;
const TP: u32 = 4;

const STORE: u32 = 0x23;
const WFI: u32 = 0x1050_0073;
/// ADDI without effect.
const NOP: u32 = 0x13;

impl Statements for World {
    const UNIT: u32 = 2;
    const NEAR_AN_END: u32 = 0xe00;
    const COUNTERS: u32 = operands::COUNTERS;
    const NOP: u32 = NOP;

    fn random(rng: &mut Rng) -> Self {
        let xlen = if rng.chance(50) { 32 } else { 64 };
        let paged = rng.chance(50);
        let fine_time = rng.chance(60);
        World {
            xlen,
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

    /// Half of all programs are timed, most of them by what the translator knows as well.
    fn model(rng: &mut Rng) -> &'static Model {
        let all: Vec<&Model> = MODELS.iter().filter(|model| model.as_static().is_some()).collect();
        match rng.below(20) {
            0..10 => &MODELS[0],
            10 => &MODELS[rng.below(MODELS.len() as u64) as usize],
            _ => all[rng.below(all.len() as u64) as usize],
        }
    }

    /// Accesses off either may be misaligned, and all of them then are.
    fn skew(rng: &mut Rng) -> [u32; 2] {
        [(); 2].map(|()| if rng.chance(10) { rng.below(16) as u32 } else { 0 })
    }

    /// Anything, and pairs of numbers for arithmetic at the corners of formats.
    fn data(rng: &mut Rng, bytes: usize) -> Vec<u8> {
        let pair = |place| {
            if rng.chance(50) {
                return numbers::pair(rng, numbers::format_at(place));
            }
            [(); 2].map(|()| match rng.below(3) {
                0 => values::integer(rng),
                _ => values::float_register(rng),
            })
        };
        (0..bytes as u32 / 16).flat_map(pair).flat_map(u64::to_le_bytes).collect()
    }

    fn statement(maker: &mut Maker<Self>, callees: usize) -> Statement {
        match maker.rng.below(106) {
            0..26 => Statement::Ops(maker.straight()),
            26..43 => Statement::Ops(maker.accesses()),
            43..51 => maker.branch(callees),
            51..59 => maker.looped(callees),
            59..61 => maker.cases(callees),
            61..69 if callees > 0 => Statement::Ops(maker.call(callees)),
            69..72 => Statement::Ops(maker.system_call()),
            72..76 => Statement::Ops(maker.csr()),
            76..78 => Statement::Ops(maker.wild()),
            78..81 if !maker.is_exchanged() => Statement::Ops(maker.site()),
            81..84 => Statement::Ops(maker.replace()),
            84..86 if !maker.is_exchanged() => Statement::Ops(maker.tuned_site()),
            86..88 => Statement::Ops(maker.tune()),
            88..91 => Statement::Ops(maker.atomic()),
            91..93 if maker.world.paged && !maker.is_exchanged() => Statement::Ops(maker.entry()),
            93..94 => Statement::Ops(vec![Op::Word(asm::FENCE_I)]),
            // So that instructions stand at odd halfwords.
            94..95 => Statement::Ops(vec![Op::Half(1)]),
            95..97 => Statement::Ops(maker.early_return()),
            97..101 => Statement::Ops(maker.rounding()),
            101..103 => Statement::Ops(maker.division()),
            103..105 if !maker.is_exchanged() => Statement::Ops(maker.hole()),
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
        Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), of)
    }

    fn call(callee: Target) -> Vec<Op> {
        vec![Op::Word(NOP), Op::Jal(0x6f | RA << 7, callee)]
    }

    fn computed_call(callee: Target) -> Vec<Op> {
        vec![Op::Address(SPOILT, jalr(RA, SPOILT, 0), callee)]
    }

    fn call_address() -> Op {
        Op::Word(jalr(RA, ADDRESS, 0))
    }

    fn if_even(maker: &mut Maker<Self>, target: Target) -> Vec<Op> {
        maker.if_even(target)
    }

    fn return_early(maker: &mut Maker<Self>, function: u32, further: i32) -> Vec<Op> {
        maker.return_early(function, further)
    }

    fn tuned(constant: u32) -> Op {
        Op::Word(addi(10, 10, constant as i32))
    }

    fn replacement(maker: &mut Maker<Self>) -> u32 {
        maker.replacement()
    }
}
