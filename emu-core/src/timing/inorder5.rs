//! An estimate of five stages in order, as small application cores have them: branches are predicted by their direction, results of
//! loads and multiplications come late, and there are two direct-mapped caches of 4 KiB. Its numbers are those of a VexRiscv
//! with a combinational bus.

use super::{Ahead, Class, Event, Insn, Stepped};
use crate::slot::{Slot, ZERO};

const LINE_BYTES: u64 = 32;
const LINES: usize = 4096 / LINE_BYTES as usize;

/// Cycles of a miss when fetching.
const FETCH_MISS: u64 = 11;
/// Cycles of a miss when loading. Stores are written through without waiting.
const LOAD_MISS: u64 = 12;
/// Cycles of a branch that was predicted wrong.
const MISPREDICTED: u64 = 3;
/// Cycles of a jump to a known place, and of a branch that was rightly predicted to be taken.
const REDIRECT: u64 = 1;
/// Cycles more of a division.
const DIVISION: u64 = 33;
/// For so many instructions the result of a load or a multiplication is not there yet.
const LATE: u64 = 2;

/// Nothing is late.
const NOTHING: ([Slot; 2], u64) = ([ZERO; 2], 0);

/// A direct-mapped cache: the line that each place has.
struct Cache([u64; LINES]);

impl Cache {
    /// Whether the line of an address is there; it is afterwards.
    fn access(&mut self, address: u64) -> bool {
        let line = address / LINE_BYTES;
        std::mem::replace(&mut self.0[line as usize % LINES], line) == line
    }
}

/// The core's state.
pub(super) struct InOrder5 {
    code: Cache,
    data: Cache,
    /// What the last instruction writes late, and for how many instructions; then the same of the one before.
    late: [([Slot; 2], u64); 2],
}

impl Default for InOrder5 {
    fn default() -> Self {
        let none = || Cache([u64::MAX; LINES]);
        InOrder5 { code: none(), data: none(), late: [NOTHING; 2] }
    }
}

impl Stepped for InOrder5 {
    fn step(&mut self, insn: &Insn, event: &Event, _: &mut dyn FnMut(&mut Vec<Ahead>)) -> u64 {
        let mut cycles = 1;
        if !self.code.access(insn.pc) {
            cycles += FETCH_MISS;
        }
        if insn.straddles_words() && !self.code.access(insn.pc.wrapping_add(2)) {
            cycles += FETCH_MISS;
        }
        let waits = |(registers, late): ([Slot; 2], u64), ago: u64| {
            let reads = registers.into_iter().any(|register| register != ZERO && insn.reads(register));
            if reads { late.saturating_sub(ago) } else { 0 }
        };
        let wait = waits(self.late[0], 0).max(waits(self.late[1], 1));
        cycles += wait;
        let late = match insn.class {
            Class::Load | Class::LoadReserved | Class::Atomic | Class::StoreConditional => LATE,
            Class::Multiply | Class::MultiplyHigh(_) | Class::FloatFused => LATE,
            Class::Shift | Class::ShiftBy => LATE - 1,
            _ => 0,
        };
        // Whoever has waited has let the one before finish.
        self.late = [([insn.rd, insn.rd2], late), if wait == 0 { self.late[0] } else { NOTHING }];
        cycles +=
            match insn.class {
                Class::Load | Class::LoadReserved | Class::Atomic if event.in_memory => {
                    if self.data.access(event.address) { 0 } else { LOAD_MISS }
                }
                Class::Divide { .. } | Class::FloatDivide => DIVISION,
                Class::Branch if event.taken != insn.goes_back() => MISPREDICTED,
                Class::Branch if event.taken => REDIRECT,
                Class::Jump => REDIRECT,
                Class::JumpTo | Class::Return | Class::TrapReturn => REDIRECT + MISPREDICTED,
                _ => 0,
            };
        cycles
    }

    fn redirect(&mut self) {}
}
