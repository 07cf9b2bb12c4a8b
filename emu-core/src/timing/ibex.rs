//! Ibex: two stages, with memory that answers at once; optionally a third stage that writes back.
//!
//! What its table of stalls does not say, found by comparison with the RTL: a division takes 37 cycles in all, 2 if the divisor is
//! zero; a slow multiplication takes the bit length of its second factor and one more, at least 2; a redirect to a long instruction
//! that lies across two words costs a cycle more. With the third stage a load or store takes one cycle, and one more if
//! the very next instruction reads what was loaded.

use super::{Class, Cost, Insn, Pending, Static};
use crate::engine::{Bits, Engine, Narrow, Widen};

/// RV32M.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Multiplier {
    /// `RV32MSlow`: bit by bit.
    Slow,
    /// `RV32MFast`: in three steps of 16 bits.
    Fast,
    /// `RV32MSingleCycle`.
    SingleCycle,
}

/// How the core was made.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ibex {
    /// RV32M.
    pub(super) multiplier: Multiplier,
    /// BranchTargetALU.
    pub(super) branch_target_alu: bool,
    /// WritebackStage.
    pub(super) writeback_stage: bool,
}

impl Static for Ibex {
    fn stall(&self, pending: Pending, insn: &Insn) -> u32 {
        let redirected = pending == Pending::REDIRECTED && insn.straddles_words();
        let waits = pending.register().is_some_and(|register| insn.reads(register));
        u32::from(redirected || waits)
    }

    fn cost(&self, insn: &Insn) -> Cost {
        let memory = if self.writeback_stage { 1 } else { 2 };
        match insn.class {
            Class::Load | Class::LoadReserved | Class::Store | Class::StoreConditional => Cost::fixed(memory),
            Class::Atomic => Cost::fixed(2 * memory),
            Class::Branch => Cost { falls: 1, taken: if self.branch_target_alu { 2 } else { 3 }, varies: false },
            Class::Jump | Class::JumpTo | Class::Return | Class::TrapReturn => Cost::fixed(2),
            Class::Multiply => match self.multiplier {
                Multiplier::SingleCycle => Cost::fixed(1),
                Multiplier::Fast => Cost::fixed(3),
                Multiplier::Slow => Cost::but_for(33),
            },
            Class::MultiplyHigh(_) => Cost::fixed(match self.multiplier {
                Multiplier::SingleCycle => 2,
                Multiplier::Fast => 4,
                Multiplier::Slow => 33,
            }),
            Class::Divide { .. } => Cost::but_for(2),
            Class::Immediate
            | Class::Registers
            | Class::Shift
            | Class::ShiftBy
            | Class::Control { .. }
            | Class::Fence
            | Class::CodeFence
            | Class::Float
            | Class::FloatFused
            | Class::FloatDivide
            | Class::Vector
            | Class::Other => Cost::fixed(1),
        }
    }

    fn more<E: Engine>(&self, engine: &E, insn: &Insn) -> E::X {
        let second = engine.get(insn.rs2).lo();
        match insn.class {
            Class::Divide { .. } => Bits::select(second.eq(engine.w(0)), engine.x(0), engine.x(35)),
            // A slow multiplication: as many steps as the factor has bits, at least one.
            _ => engine.x(0) - (second | engine.w(1)).leading_zeros().zext(),
        }
    }

    fn leaves(&self, insn: &Insn, taken: bool) -> Pending {
        match insn.class {
            _ if taken => Pending::REDIRECTED,
            Class::Load | Class::LoadReserved if self.writeback_stage => Pending::loaded(insn.rd),
            _ => Pending::PLAIN,
        }
    }
}
