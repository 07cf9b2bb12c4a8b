//! Hazard3: three stages, fetching one word a cycle from memory that answers at once, without branch prediction.
//!
//! What its table of cycles does not say, found by comparison with the RTL: a division takes 2 cycles and one for every step, and
//! one each where signs have to be changed before or after it; what reads a loaded register right behind the load waits one
//! cycle, but a store does not wait for the value that it stores; a redirect to a long instruction that lies across two words costs
//! a cycle more.

use super::{Class, Cost, Insn, Pending, Signs, Static};
use crate::engine::{Bits, Engine, Narrow};

/// How the core was made.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Hazard3 {
    /// MUL_FAST, MUL_FASTER and MULH_FAST, else multiplications are done in steps as divisions are.
    pub(super) fast_multiplier: bool,
    /// MULDIV_UNROLL: bits in a step.
    pub(super) unroll: u32,
}

impl Static for Hazard3 {
    fn stall(&self, pending: Pending, insn: &Insn) -> u32 {
        let redirected = pending == Pending::REDIRECTED && insn.straddles_words();
        let waits = pending
            .register()
            .is_some_and(|register| insn.rs1 == register || (insn.rs2 == register && insn.class != Class::Store));
        u32::from(redirected || waits)
    }

    fn cost(&self, insn: &Insn) -> Cost {
        let steps = 2 + 32 / self.unroll;
        match insn.class {
            Class::Jump | Class::JumpTo | Class::Return | Class::TrapReturn => Cost::fixed(2),
            Class::Branch => Cost { falls: 1, taken: 2, varies: false },
            Class::Multiply if !self.fast_multiplier => Cost::fixed(steps),
            Class::MultiplyHigh(Signs { a, b }) if !self.fast_multiplier => {
                Cost { falls: steps, taken: steps, varies: a || b }
            }
            Class::Divide { .. } => Cost::but_for(steps),
            Class::Atomic => Cost::fixed(2),
            Class::Immediate
            | Class::Registers
            | Class::Shift
            | Class::ShiftBy
            | Class::Load
            | Class::LoadReserved
            | Class::Store
            | Class::StoreConditional
            | Class::Multiply
            | Class::MultiplyHigh(_)
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
        let zero = engine.w(0);
        let never = zero.lt_u(zero);
        let (x, y) = (engine.get(insn.rs1).lo(), engine.get(insn.rs2).lo());
        let is_negative = |signed: bool, n: E::W| if signed { n.lt_s(zero) } else { never };
        let one_if = |b: E::B| engine.b2x(b);
        match insn.class {
            Class::Divide { signed, .. } => {
                let (x_negative, y_negative) = (is_negative(signed, x), is_negative(signed, y));
                let before = x_negative | !y_negative;
                let after = x_negative | ((x_negative ^ y_negative) & !y.eq(zero));
                one_if(before) + one_if(after)
            }
            // Negative factors are negated before, and a product that is to be negative after: its upper half has to wait if its
            // lower one is zero.
            class => {
                let signs = if let Class::MultiplyHigh(signs) = class { signs } else { Signs { a: false, b: false } };
                let (x_negative, y_negative) = (is_negative(signs.a, x), is_negative(signs.b, y));
                let negates = x_negative ^ y_negative;
                let low_is_zero = (x * y).eq(zero);
                one_if(x_negative | y_negative) + one_if(negates) + one_if(negates & low_is_zero)
            }
        }
    }

    fn leaves(&self, insn: &Insn, taken: bool) -> Pending {
        match insn.class {
            _ if taken => Pending::REDIRECTED,
            Class::Load | Class::LoadReserved => Pending::loaded(insn.rd),
            _ => Pending::PLAIN,
        }
    }
}
