//! PicoRV32: one instruction after the other, each in a few states; its memory answers without waiting, through the look-ahead
//! interface, or with one wait state.
//!
//! What its table of cycles does not say, found by comparison with the RTL: a fast multiplication takes 6 cycles; registers with
//! one port cost a cycle for every instruction with two operands, multiplications and divisions included; a long instruction
//! that lies across two words costs a cycle more, because its second word is fetched when the first has come. Loads
//! and stores wait for that fetch of the instruction behind them, which then need not wait itself; a taken branch waits for the one that
//! was fetched in vain.

use super::{Class, Cost, Insn, Pending, Static};
use crate::engine::{Bits, Engine, Narrow, Widen};

/// How the core was made.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pico {
    /// BARREL_SHIFTER.
    pub(super) barrel_shifter: bool,
    /// ENABLE_FAST_MUL, else ENABLE_MUL.
    pub(super) fast_multiplier: bool,
    /// ENABLE_REGS_DUALPORT.
    pub(super) two_ports: bool,
    /// Cycles that the memory waits.
    pub(super) wait_states: u32,
}

/// For so long a shift goes on: four places at a time, then one by one.
fn shift_cycles(amount: u32) -> u32 {
    amount / 4 + amount % 4
}

impl Static for Pico {
    fn stall(&self, pending: Pending, insn: &Insn) -> u32 {
        let fetched = pending == Pending::SETTLED || pending == Pending::FETCHED;
        u32::from(insn.straddles_words() && !fetched)
    }

    fn cost(&self, insn: &Insn) -> Cost {
        let second_read = u32::from(!self.two_ports);
        let waits = self.wait_states;
        let waits_for_next = u32::from(insn.next_straddles_words());
        match insn.class {
            Class::Registers => Cost::fixed(3 + second_read + waits),
            Class::Load | Class::LoadReserved => Cost::fixed(5 + waits_for_next + 2 * waits),
            Class::Store | Class::Atomic | Class::StoreConditional => {
                Cost::fixed(5 + second_read + waits_for_next + 2 * waits)
            }
            Class::Branch => Cost {
                falls: 3 + second_read + waits,
                taken: 5 + second_read + waits_for_next + 2 * waits,
                varies: false,
            },
            Class::JumpTo | Class::Return | Class::TrapReturn => Cost::fixed(6 + waits),
            Class::Shift if self.barrel_shifter => Cost::fixed(3 + waits),
            Class::Shift => Cost::fixed(4 + shift_cycles(insn.amount.into()) + waits),
            Class::ShiftBy if self.barrel_shifter => Cost::fixed(3 + second_read + waits),
            Class::ShiftBy => Cost::but_for(4 + second_read + waits),
            // The next instruction is fetched meanwhile, however slow memory is.
            Class::Multiply | Class::MultiplyHigh(_) if self.fast_multiplier => Cost::fixed(6),
            Class::Multiply => Cost::fixed(40 + second_read),
            Class::MultiplyHigh(_) => Cost::fixed(72 + second_read),
            Class::Divide { .. } => Cost::fixed(40 + second_read),
            Class::Immediate
            | Class::Jump
            | Class::Control { .. }
            | Class::Fence
            | Class::CodeFence
            | Class::Float
            | Class::FloatFused
            | Class::FloatDivide
            | Class::Vector
            | Class::Other => Cost::fixed(3 + waits),
        }
    }

    /// Only shifts by a register do.
    fn more<E: Engine>(&self, engine: &E, insn: &Insn) -> E::X {
        let amount = engine.get(insn.rs2).lo() & engine.w(31);
        (amount.shr_u(2) + (amount & engine.w(3))).zext()
    }

    fn leaves(&self, insn: &Insn, _: bool) -> Pending {
        match insn.class {
            Class::Load | Class::Store | Class::Atomic | Class::LoadReserved | Class::StoreConditional => {
                Pending::FETCHED
            }
            _ => Pending::PLAIN,
        }
    }
}
