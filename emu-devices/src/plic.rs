//! The platform-level interrupt controller (RISC-V PLIC specification 1.0.0) in the layout of SiFive's and QEMU
//! `virt`'s: sources 1 to 96 with level-triggered gateways, 3 bits of priority, a machine and a supervisor context for
//! each hart. Absent: edge-triggered gateways; no device here has an edge.
//!
//! | offset | register |
//! |---|---|
//! | 0x00_0000 + 4s | priority of source s, 0 (never) to 7 |
//! | 0x00_1000 | pending bits |
//! | 0x00_2000 + 0x80c | enable bits of context c |
//! | 0x20_0000 + 0x1000c | threshold of context c |
//! | 0x20_0004 + 0x1000c | claim (read) and complete (write) of context c |
//!
//! Context 2h is hart h in M mode, 2h + 1 is hart h in S mode. Registers are accessed as 32-bit words. What is not a
//! register reads 0 and ignores writes.

use emu_mem::{BusFault, Device, Width};

use crate::Shared;
use crate::irq::{HartLines, Line, Sink, riscv};

/// Size of the register window on QEMU's `virt`.
pub const WINDOW_BYTES: u64 = 0x60_0000;

/// The highest source number; source 0 does not exist.
pub const SOURCES: u32 = 96;

const PENDING: u64 = 0x1000;
const ENABLE: u64 = 0x2000;
const ENABLE_STRIDE: u64 = 0x80;
const CONTEXT: u64 = 0x20_0000;
const CONTEXT_STRIDE: u64 = 0x1000;
const PRIORITY_MASK: u32 = 7;
/// Words that hold one bit for each source number from 0 on.
const WORDS: usize = (SOURCES as usize + 1).div_ceil(32);

/// The device. The bus has one handle on it and every line into it another, so it lives in a [`Shared`].
#[derive(Debug)]
pub struct Plic {
    priority: [u32; SOURCES as usize + 1],
    /// The devices' lines as they are.
    level: [u32; WORDS],
    /// Requests the gateways have let through and nobody has claimed.
    pending: [u32; WORDS],
    /// Requests that are claimed and not completed: their gateways are closed.
    claimed: [u32; WORDS],
    contexts: Vec<Context>,
}

#[derive(Debug)]
struct Context {
    enable: [u32; WORDS],
    threshold: u32,
    line: Line,
}

enum Register {
    Priority(usize),
    Pending(usize),
    Enable(usize, usize),
    Threshold(usize),
    Claim(usize),
    None,
}

impl Plic {
    /// A PLIC with two contexts for each hart behind `lines`.
    pub fn new(lines: &[HartLines]) -> Self {
        let contexts = lines.iter().flat_map(|pins| [pins.line(riscv::MEIP), pins.line(riscv::SEIP)]);
        Self {
            priority: [0; SOURCES as usize + 1],
            level: [0; WORDS],
            pending: [0; WORDS],
            claimed: [0; WORDS],
            contexts: contexts.map(|line| Context { enable: [0; WORDS], threshold: 0, line }).collect(),
        }
    }

    fn register(&self, offset: u64) -> Register {
        let word = (offset / 4) as usize;
        match offset {
            0..PENDING if word <= SOURCES as usize => Register::Priority(word),
            PENDING..ENABLE if word - 0x400 < WORDS => Register::Pending(word - 0x400),
            ENABLE..CONTEXT => {
                let context = ((offset - ENABLE) / ENABLE_STRIDE) as usize;
                let word = ((offset - ENABLE) % ENABLE_STRIDE / 4) as usize;
                if context < self.contexts.len() && word < WORDS {
                    Register::Enable(context, word)
                } else {
                    Register::None
                }
            }
            CONTEXT.. => {
                let context = ((offset - CONTEXT) / CONTEXT_STRIDE) as usize;
                match (offset - CONTEXT) % CONTEXT_STRIDE {
                    0 if context < self.contexts.len() => Register::Threshold(context),
                    4 if context < self.contexts.len() => Register::Claim(context),
                    _ => Register::None,
                }
            }
            _ => Register::None,
        }
    }

    /// The source that `context` should serve next: the highest priority that is pending and enabled, and of equals the
    /// lowest number. Priority 0 is never served.
    fn best(&self, context: &Context) -> Option<(u32, u32)> {
        let mut best = None;
        for (word, (pending, enable)) in self.pending.iter().zip(&context.enable).enumerate() {
            let mut ready = pending & enable;
            while ready != 0 {
                let source = word as u32 * 32 + ready.trailing_zeros();
                ready &= ready - 1;
                let priority = self.priority[source as usize];
                if priority > best.map_or(0, |(_, p)| p) {
                    best = Some((source, priority));
                }
            }
        }
        best
    }

    /// A claim takes the best source regardless of the threshold, which only masks the notification (section 1.9).
    fn claim(&mut self, context: usize) -> u32 {
        let Some((source, _)) = self.best(&self.contexts[context]) else { return 0 };
        let (word, bit) = place(source);
        self.pending[word] &= !bit;
        self.claimed[word] |= bit;
        self.update();
        source
    }

    /// A completion is ignored unless the source is enabled for the context (section 1.10).
    fn complete(&mut self, context: usize, source: u32) {
        if source == 0 || source > SOURCES {
            return;
        }
        let (word, bit) = place(source);
        if self.contexts[context].enable[word] & bit != 0 {
            self.claimed[word] &= !bit;
            self.update();
        }
    }

    /// Lets through what waits at an open gateway, and drives each context's line. A request that got through stays
    /// pending if its device thinks better of it (section 1.6).
    fn update(&mut self) {
        for word in 0..WORDS {
            self.pending[word] |= self.level[word] & !self.claimed[word];
        }
        for context in &self.contexts {
            context.line.set(self.best(context).is_some_and(|(_, priority)| priority > context.threshold));
        }
    }
}

fn place(source: u32) -> (usize, u32) {
    ((source / 32) as usize, 1 << (source % 32))
}

impl Device for Plic {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        if width != Width::B4 {
            return Err(BusFault);
        }
        Ok(u64::from(match self.register(offset) {
            Register::Priority(source) => self.priority[source],
            Register::Pending(word) => self.pending[word],
            Register::Enable(context, word) => self.contexts[context].enable[word],
            Register::Threshold(context) => self.contexts[context].threshold,
            Register::Claim(context) => self.claim(context),
            Register::None => 0,
        }))
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        if width != Width::B4 {
            return Err(BusFault);
        }
        let value = value as u32;
        match self.register(offset) {
            Register::Priority(0) | Register::Pending(_) | Register::None => {}
            Register::Priority(source) => self.priority[source] = value & PRIORITY_MASK,
            Register::Enable(context, word) => {
                self.contexts[context].enable[word] = value & sources_in(word);
            }
            Register::Threshold(context) => self.contexts[context].threshold = value & PRIORITY_MASK,
            Register::Claim(context) => self.complete(context, value),
        }
        self.update();
        Ok(())
    }
}

/// The bits of word `word` that stand for a source.
fn sources_in(word: usize) -> u32 {
    (0..32).filter(|bit| (1..=SOURCES).contains(&(word as u32 * 32 + bit))).fold(0, |mask, bit| mask | 1 << bit)
}

impl Sink for Shared<Plic> {
    fn drive(&self, source: u32, level: bool) {
        if source == 0 || source > SOURCES {
            return;
        }
        let mut plic = self.lock();
        let (word, bit) = place(source);
        if level {
            plic.level[word] |= bit;
        } else {
            plic.level[word] &= !bit;
        }
        plic.update();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    struct Bench {
        plic: Shared<Plic>,
        lines: Vec<HartLines>,
    }

    impl Bench {
        fn new(harts: usize) -> Self {
            let lines: Vec<_> = (0..harts).map(|_| HartLines::new()).collect();
            Self { plic: Shared::new(Plic::new(&lines)), lines }
        }

        fn source(&self, source: u32) -> Line {
            Line::new(Arc::new(self.plic.clone()), source)
        }

        fn read(&mut self, offset: u64) -> u32 {
            self.plic.read(offset, Width::B4).unwrap() as u32
        }

        fn write(&mut self, offset: u64, value: u32) {
            self.plic.write(offset, Width::B4, u64::from(value)).unwrap();
        }

        /// Gives `source` a priority and enables it for `context`.
        fn enable(&mut self, context: u64, source: u32, priority: u32) {
            self.write(4 * u64::from(source), priority);
            let at = ENABLE + ENABLE_STRIDE * context + u64::from(source / 32 * 4);
            let enabled = self.read(at);
            self.write(at, enabled | 1 << (source % 32));
        }

        fn claim(&mut self, context: u64) -> u32 {
            self.read(CONTEXT + CONTEXT_STRIDE * context + 4)
        }

        fn complete(&mut self, context: u64, source: u32) {
            self.write(CONTEXT + CONTEXT_STRIDE * context + 4, source);
        }
    }

    const MEIP: u64 = 1 << riscv::MEIP;
    const SEIP: u64 = 1 << riscv::SEIP;

    #[test]
    fn claim_serve_complete() {
        let mut bench = Bench::new(1);
        let uart = bench.source(10);
        bench.enable(0, 10, 1);
        uart.raise();
        assert_eq!(bench.lines[0].get(), MEIP);
        assert_eq!(bench.read(PENDING), 1 << 10);
        assert_eq!(bench.claim(0), 10);
        assert_eq!(bench.lines[0].get(), 0, "claimed");
        assert_eq!(bench.read(PENDING), 0);
        assert_eq!(bench.claim(0), 0, "nothing more");
        uart.lower();
        bench.complete(0, 10);
        assert_eq!(bench.lines[0].get(), 0);
    }

    #[test]
    fn a_line_still_high_is_pending_again_after_completion() {
        let mut bench = Bench::new(1);
        bench.enable(0, 10, 1);
        bench.source(10).raise();
        assert_eq!(bench.claim(0), 10);
        bench.source(10).raise();
        assert_eq!(bench.read(PENDING), 0, "the gateway is closed");
        bench.complete(0, 10);
        assert_eq!(bench.lines[0].get(), MEIP);
        assert_eq!(bench.claim(0), 10);
    }

    #[test]
    fn a_request_that_got_through_stays_pending() {
        let mut bench = Bench::new(1);
        bench.enable(0, 3, 1);
        bench.source(3).raise();
        bench.source(3).lower();
        assert_eq!(bench.claim(0), 3);
        bench.complete(0, 3);
        assert_eq!(bench.claim(0), 0);
    }

    #[test]
    fn priorities_decide_and_equals_go_by_number() {
        let mut bench = Bench::new(1);
        for (source, priority) in [(40, 5), (7, 2), (96, 5), (8, 2), (9, 0)] {
            bench.enable(0, source, priority);
            bench.source(source).raise();
        }
        let order: Vec<u32> = (0..5).map(|_| bench.claim(0)).collect();
        assert_eq!(order, [40, 96, 7, 8, 0], "source 9 has priority 0");
    }

    #[test]
    fn the_threshold_masks_the_line_but_not_the_claim() {
        let mut bench = Bench::new(1);
        bench.enable(0, 5, 3);
        bench.source(5).raise();
        bench.write(CONTEXT, 3);
        assert_eq!(bench.read(CONTEXT), 3);
        assert_eq!(bench.lines[0].get(), 0);
        bench.write(CONTEXT, 2);
        assert_eq!(bench.lines[0].get(), MEIP);
        bench.write(CONTEXT, 7);
        assert_eq!(bench.lines[0].get(), 0);
        assert_eq!(bench.claim(0), 5);
    }

    #[test]
    fn contexts_are_machine_and_supervisor_of_each_hart() {
        let mut bench = Bench::new(2);
        bench.enable(1, 4, 1);
        bench.enable(2, 4, 1);
        bench.source(4).raise();
        assert_eq!((bench.lines[0].get(), bench.lines[1].get()), (SEIP, MEIP));
        assert_eq!(bench.claim(3), 0, "not enabled there");
        assert_eq!(bench.claim(2), 4);
        assert_eq!((bench.lines[0].get(), bench.lines[1].get()), (0, 0), "one claim serves all");
        bench.complete(3, 4);
        assert_eq!(bench.claim(1), 0, "a completion by somebody else is ignored");
        bench.complete(1, 4);
        assert_eq!(bench.claim(1), 4);
    }

    #[test]
    fn registers_hold_only_what_exists() {
        let mut bench = Bench::new(1);
        bench.write(0, 7);
        bench.write(4, 0xffff_ffff);
        bench.write(4 * 97, 7);
        bench.write(PENDING, 0xffff_ffff);
        bench.write(ENABLE, 0xffff_ffff);
        bench.write(ENABLE + 12, 0xffff_ffff);
        bench.write(ENABLE + 16, 0xffff_ffff);
        bench.write(ENABLE + 2 * ENABLE_STRIDE, 0xffff_ffff);
        bench.write(CONTEXT + 2 * CONTEXT_STRIDE, 7);
        let read: Vec<u32> = [
            0,
            4,
            4 * 97,
            PENDING,
            ENABLE,
            ENABLE + 12,
            ENABLE + 16,
            ENABLE + 2 * ENABLE_STRIDE,
            CONTEXT + 2 * CONTEXT_STRIDE,
            WINDOW_BYTES - 4,
        ]
        .map(|offset| bench.read(offset))
        .to_vec();
        assert_eq!(read, [0, 7, 0, 0, 0xffff_fffe, 1, 0, 0, 0, 0]);
        bench.complete(0, 97);
        bench.complete(0, u32::MAX);
        bench.source(97).raise();
        assert_eq!(bench.lines[0].get(), 0);
    }

    #[test]
    fn only_words() {
        let mut bench = Bench::new(1);
        for (offset, width) in [(0, Width::B1), (4, Width::B2), (8, Width::B8)] {
            assert_eq!(bench.plic.read(offset, width), Err(BusFault));
            assert_eq!(bench.plic.write(offset, width, 0), Err(BusFault));
        }
    }
}
