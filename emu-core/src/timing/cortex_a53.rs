//! An estimate of a small application core for AArch64: two instructions a cycle in order, as a Cortex-A53 issues them, behind a
//! branch predictor and two levels of caches. Nobody has compared its cycles with a real one.
//!
//! An instruction is issued when its operands are there, and in the cycle of the one before it if that leaves room: of accesses to memory, branches,
//! multiplications and floating point or vectors there is one in a cycle, and a taken branch is the last one of its cycle. Loads that miss do not
//! wait: who reads what they load does, and every access while three misses are under way. Stores do not wait for their line. Addresses are virtual, and
//! devices count as memory. Latencies are those that compilers are told of such cores.

use super::{Ahead, Class, Event, Insn, Stepped};
use crate::observe::cache::{Caches, Shape, Shapes};
use crate::observe::predictor::{Entries, Predictor, Scheme};
use crate::slot::ZERO;

/// Cycles until a result can be read.
mod latency {
    pub(super) const SIMPLE: u64 = 1;
    /// With a second operand that is shifted or extended, and bit fields.
    pub(super) const SHIFTED: u64 = 2;
    pub(super) const LOAD: u64 = 3;
    /// Of 32 bits, and of 64.
    pub(super) const MULTIPLY: [u64; 2] = [3, 4];
    pub(super) const MULTIPLY_HIGH: u64 = 6;
    /// Of 32 bits, and of 64: in the mean, as a real one ends when nothing is left.
    pub(super) const DIVIDE: [u64; 2] = [12, 20];
    pub(super) const VECTOR: u64 = 3;
    pub(super) const FLOAT: u64 = 4;
    pub(super) const FLOAT_FUSED: u64 = 8;
    /// In single precision, and in double.
    pub(super) const FLOAT_DIVIDE: [u64; 2] = [18, 33];
}

/// Instructions that begin in one cycle at most.
const WIDTH: u32 = 2;
/// Cycles of a branch or jump that was predicted wrong, of a trap, and of what empties the pipeline.
const REFILL: u64 = 8;
/// Cycles of a miss in the first cache, and of one in the last.
const L2: u64 = 13;
const MEMORY: u64 = 150;
/// Loads that may miss at the same time.
const FILLS: usize = 3;

const fn shape(size_bytes: u64, ways: u64) -> Shape {
    match Shape::new(size_bytes, ways, 64) {
        Ok(shape) => shape,
        Err(_) => unreachable!(),
    }
}
const CACHES: Shapes = Shapes { i1: shape(32 << 10, 2), d1: shape(32 << 10, 4), ll: shape(512 << 10, 16) };

const PREDICTOR: Scheme = match Entries::new(4096) {
    Ok(entries) => Scheme::Gshare(entries),
    Err(_) => unreachable!(),
};

/// What there is one of.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Unit {
    Memory,
    Branch,
    Multiplier,
    Floats,
}

/// The core's state.
pub(super) struct CortexA53 {
    /// The cycle in which the last instruction was issued.
    now: u64,
    /// How many were issued in it.
    issued: u32,
    /// The unit that the first of these works in.
    unit: Option<Unit>,
    /// The cycle in which the next instruction can be issued at the earliest.
    fetched: u64,
    /// By slot, the cycle in which an instruction that reads it can be issued.
    ready: Box<[u64; 256]>,
    /// When the dividers are free, that of integers first.
    dividers: [u64; 2],
    /// When the buffers for lines on their way are free.
    fills: [u64; FILLS],
    caches: Caches,
    predictor: Predictor,
}

impl Default for CortexA53 {
    fn default() -> Self {
        CortexA53 {
            now: 0,
            issued: 0,
            unit: None,
            fetched: 1,
            ready: Box::new([0; 256]),
            dividers: [0; 2],
            fills: [0; FILLS],
            caches: Caches::new(CACHES),
            predictor: Predictor::new(PREDICTOR),
        }
    }
}

fn unit(class: Class) -> Option<Unit> {
    match class {
        Class::Load | Class::Store | Class::Atomic | Class::LoadReserved | Class::StoreConditional => {
            Some(Unit::Memory)
        }
        Class::Branch | Class::Jump | Class::JumpTo | Class::Return => Some(Unit::Branch),
        Class::Multiply | Class::MultiplyHigh(_) | Class::Divide { .. } => Some(Unit::Multiplier),
        Class::Float | Class::FloatFused | Class::FloatDivide | Class::Vector => Some(Unit::Floats),
        _ => None,
    }
}

/// Whether it is issued by itself.
fn is_alone(class: Class) -> bool {
    matches!(
        class,
        Class::Control { .. } | Class::Fence | Class::CodeFence | Class::TrapReturn | Class::Other | Class::Atomic
    )
}

impl CortexA53 {
    /// The cycle in which an instruction is issued.
    fn issue(&mut self, insn: &Insn) -> u64 {
        let unit = unit(insn.class);
        let sources = [insn.rs1, insn.rs2, insn.rs3].map(|slot| self.ready[usize::from(slot.0)]);
        let mut at = sources.into_iter().fold(self.now.max(self.fetched), u64::max);
        match insn.class {
            _ if unit == Some(Unit::Memory) => at = at.max(self.fills.into_iter().min().unwrap_or(0)),
            Class::Divide { .. } => at = at.max(self.dividers[0]),
            Class::FloatDivide => at = at.max(self.dividers[1]),
            // What is on its way comes first.
            Class::Fence | Class::CodeFence => at = self.ready.iter().copied().fold(at, u64::max),
            _ => {}
        }
        let is_full = self.issued >= WIDTH || is_alone(insn.class) || unit.is_some() && unit == self.unit;
        if at == self.now && is_full {
            at += 1;
        }
        if at != self.now {
            (self.issued, self.unit) = (0, None);
        }
        self.issued += if is_alone(insn.class) { WIDTH } else { 1 };
        self.unit = self.unit.or(unit);
        at
    }

    /// Cycles from its issue until the result of an access is there.
    fn access(&mut self, insn: &Insn, event: &Event, at: u64) -> u64 {
        let miss = self.caches.access(event.address, 1 << insn.size);
        if !miss.first || insn.class == Class::Store {
            return latency::LOAD;
        }
        let takes = if miss.last { MEMORY } else { L2 };
        *self.fills.iter_mut().min().expect("there are some") = at + takes;
        takes + latency::LOAD
    }

    fn latency(&mut self, insn: &Insn, event: &Event, at: u64) -> u64 {
        let by_width = |[narrow, wide]: [u64; 2]| if insn.narrow { narrow } else { wide };
        match insn.class {
            Class::Load | Class::LoadReserved | Class::Atomic | Class::Store | Class::StoreConditional => {
                self.access(insn, event, at)
            }
            Class::Shift | Class::ShiftBy => latency::SHIFTED,
            Class::Multiply => by_width(latency::MULTIPLY),
            Class::MultiplyHigh(_) => latency::MULTIPLY_HIGH,
            Class::Divide { .. } => {
                let takes = by_width(latency::DIVIDE);
                self.dividers[0] = at + takes;
                takes
            }
            Class::Float => latency::FLOAT,
            Class::FloatFused => latency::FLOAT_FUSED,
            Class::FloatDivide => {
                let takes = by_width(latency::FLOAT_DIVIDE);
                self.dividers[1] = at + takes;
                takes
            }
            Class::Vector => latency::VECTOR,
            _ => latency::SIMPLE,
        }
    }
}

impl Stepped for CortexA53 {
    fn step(&mut self, insn: &Insn, event: &Event, _: &mut dyn FnMut(&mut Vec<Ahead>)) -> u64 {
        let miss = self.caches.fetch(insn.pc, insn.bytes.into());
        if miss.first {
            self.fetched = self.fetched.max(self.now) + if miss.last { MEMORY } else { L2 };
        }
        let at = self.issue(insn);
        let latency = self.latency(insn, event, at);
        for (slot, takes) in [(insn.rd, latency), (insn.rd2, latency), (insn.base, latency::SIMPLE)] {
            if slot != ZERO {
                self.ready[usize::from(slot.0)] = at + takes;
            }
        }
        let is_wrong = match insn.class {
            Class::Branch => self.predictor.branch(insn.pc, insn.goes_back(), event.taken),
            Class::JumpTo => self.predictor.jump(insn.pc, event.next),
            Class::CodeFence | Class::TrapReturn | Class::Control { flushes: true } => true,
            _ => false,
        };
        if is_wrong {
            self.fetched = at + REFILL;
        } else if event.taken {
            self.fetched = at + 1;
        }
        at - std::mem::replace(&mut self.now, at)
    }

    fn redirect(&mut self) {
        self.fetched = self.fetched.max(self.now + REFILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slot::Slot;

    /// Cycles of these instructions, again and again, in the mean of many times.
    fn cycles(insns: &[Insn]) -> f64 {
        const TIMES: u32 = 1000;
        let mut core = CortexA53::default();
        let mut around = || -> u64 {
            insns
                .iter()
                .enumerate()
                .map(|(n, insn)| {
                    let pc = 0x1000 + 4 * n as u64;
                    let taken = matches!(insn.class, Class::Jump | Class::JumpTo) || insn.goes_back();
                    let event = Event { taken, next: pc + 4, address: 0x8000, ..Event::default() };
                    core.step(&Insn { pc, ..*insn }, &event, &mut |_| {})
                })
                .sum()
        };
        // Cold caches, and a predictor that knows nothing.
        (0..TIMES).for_each(|_| {
            around();
        });
        let sum: u64 = (0..TIMES).map(|_| around()).sum();
        sum as f64 / f64::from(TIMES)
    }

    fn insn(class: Class, rd: u8, sources: [u8; 2]) -> Insn {
        Insn { class, rd: Slot(rd), rs1: Slot(sources[0]), rs2: Slot(sources[1]), size: 3, ..Insn::NOTHING }
    }

    fn add(rd: u8, rs1: u8) -> Insn {
        insn(Class::Immediate, rd, [rs1, 0])
    }

    #[test]
    fn two_are_issued_together_if_neither_waits() {
        assert_eq!(cycles(&[add(1, 0), add(2, 0), add(3, 0), add(4, 0)]), 2.0);
        assert_eq!(cycles(&[add(1, 1), add(1, 1), add(1, 1), add(1, 1)]), 4.0, "each waits for the one before");
        assert_eq!(cycles(&[insn(Class::Load, 1, [0; 2]), insn(Class::Load, 2, [0; 2])]), 2.0, "one access a cycle");
        assert_eq!(cycles(&[insn(Class::Load, 1, [0; 2]), add(2, 0)]), 1.0);
        let fence = insn(Class::Fence, 0, [0; 2]);
        assert_eq!(cycles(&[fence, fence]), 2.0, "alone");
    }

    #[test]
    fn results_come_when_they_come() {
        let around = |class, narrow| cycles(&[Insn { narrow, ..insn(class, 1, [1, 0]) }]);
        assert_eq!(around(Class::Immediate, false), 1.0);
        assert_eq!(around(Class::Shift, false), 2.0);
        assert_eq!(around(Class::Load, false), 3.0);
        assert_eq!(around(Class::Multiply, true), 3.0);
        assert_eq!(around(Class::Multiply, false), 4.0);
        assert_eq!(around(Class::FloatFused, false), 8.0);
        let divide = Class::Divide { signed: true, remainder: false };
        assert_eq!(around(divide, true), 12.0);
        assert_eq!(cycles(&[insn(divide, 1, [0; 2])]), 20.0, "there is one divider");
        let second = Insn { rs1: ZERO, rd: ZERO, rd2: Slot(1), ..insn(Class::Load, 0, [0; 2]) };
        assert_eq!(cycles(&[second, add(1, 1)]), 3.0, "the second register of a pair");
        let moved = Insn { base: Slot(1), rd: Slot(2), ..insn(Class::Load, 2, [1, 0]) };
        assert_eq!(cycles(&[moved]), 1.0, "a base is moved at once");
    }

    #[test]
    fn control_goes_elsewhere_at_a_price() {
        let branch = Insn { imm: -8, ..insn(Class::Branch, 0, [0; 2]) };
        assert_eq!(cycles(&[add(1, 0), branch]), 1.0, "foretold");
        assert_eq!(cycles(&[branch, add(1, 0), add(2, 0)]), 2.0, "nothing is issued behind it");
        assert_eq!(cycles(&[insn(Class::CodeFence, 0, [0; 2])]), REFILL as f64);
        let mut core = CortexA53::default();
        let mut step = |insn: &Insn| core.step(insn, &Event::default(), &mut |_| {});
        step(&add(1, 0));
        assert_eq!(step(&add(2, 0)), 0);
        core.redirect();
        assert_eq!(core.step(&add(3, 0), &Event::default(), &mut |_| {}), REFILL);
    }

    #[test]
    fn misses_wait_for_their_reader() {
        let mut core = CortexA53::default();
        let mut step = |insn: &Insn, address| core.step(insn, &Event { address, ..Event::default() }, &mut |_| {});
        let load = |rd| insn(Class::Load, rd, [0; 2]);
        step(&add(9, 0), 0);
        step(&load(1), 0x10_0000);
        assert_eq!(step(&add(2, 0), 0), 1, "goes on");
        assert_eq!(step(&add(1, 1), 0), MEMORY + latency::LOAD - 1);
        assert!(step(&load(1), 0x10_0008) <= 1 && step(&add(1, 1), 0) == latency::LOAD, "a hit");
        let waits: Vec<u64> = (2..6).map(|n| step(&load(n), u64::from(n) << 20)).collect();
        assert!(waits[1..3] == [1, 1] && waits[3] > MEMORY / 2, "three misses at a time: {waits:?}");
    }
}
