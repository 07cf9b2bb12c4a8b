//! The generic timer of Arm's harts (Arm ARM, DDI 0487, chapter D12): one counter for the system, and for each hart an
//! offset of its virtual counter and four timers, each a comparator with an interrupt. Harts reach it by system registers,
//! whose encodings and access rights are their business; so it is no device on the bus.
//!
//! The counter counts virtual time. It runs from the start, and its frequency is fixed.
//!
//! Absent: the memory-mapped timers, secure and hypervisor virtual timers, the event stream.

use crate::Timed;
use crate::clock::{Clock, Deadline, Timebase};
use crate::gic::{Gic, ppi};
use crate::irq::Line;

/// The counter's frequency on QEMU's `virt`, in Hz: one tick in 16 instructions.
pub const FREQUENCY_HZ: u64 = 62_500_000;

/// One of a hart's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// `CNTP`, on the physical counter.
    Physical,
    /// `CNTV`, on the virtual counter.
    Virtual,
    /// `CNTHP`, on the physical counter.
    Hyp,
    /// `CNTPS`, on the physical counter.
    Secure,
}

/// All timers with their interrupts, in the order in which a hart has them.
const TIMERS: [(Timer, u32); 4] = [
    (Timer::Physical, ppi::PHYSICAL_TIMER),
    (Timer::Virtual, ppi::VIRTUAL_TIMER),
    (Timer::Hyp, ppi::HYP_TIMER),
    (Timer::Secure, ppi::SECURE_TIMER),
];

const CTL_ENABLE: u64 = 1 << 0;
const CTL_IMASK: u64 = 1 << 1;
const CTL_ISTATUS: u64 = 1 << 2;

/// The timers of all harts. Each hart has a handle on it, so it lives in a [`Shared`](crate::Shared).
///
/// A hart is often a few instructions ahead of the clock that devices see; so each call says at which instruction time it is made.
#[derive(Debug)]
pub struct GenericTimers {
    clock: Clock,
    timebase: Timebase,
    harts: Vec<HartTimers>,
    deadline: Deadline,
}

#[derive(Debug)]
struct HartTimers {
    /// `CNTVOFF_EL2`.
    offset: u64,
    timers: [Comparator; 4],
}

#[derive(Debug)]
struct Comparator {
    /// ENABLE and IMASK.
    control: u64,
    compare: u64,
    line: Line,
}

impl GenericTimers {
    /// Timers for `harts` harts, all disabled, with their lines into `gic`.
    pub fn new(harts: usize, clock: Clock, timebase: Timebase, gic: Option<&Gic>) -> Self {
        let line = |hart, intid| gic.map_or_else(Line::unconnected, |gic| gic.ppi(hart, intid));
        let harts = (0..harts).map(|hart| HartTimers {
            offset: 0,
            timers: TIMERS.map(|(_, intid)| Comparator { control: 0, compare: 0, line: line(hart, intid) }),
        });
        Self { clock, timebase, harts: harts.collect(), deadline: Deadline::new() }
    }

    /// When the next timer changes its line.
    pub fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    /// `CNTFRQ_EL0`, in Hz, as it is after a reset.
    pub fn frequency_hz(&self) -> u64 {
        self.timebase.hz()
    }

    /// `CNTPCT_EL0` at instruction time `insns`.
    pub fn count(&self, insns: u64) -> u64 {
        self.timebase.ticks(insns)
    }

    /// `CNTVCT_EL0` of a hart.
    pub fn virtual_count(&self, hart: usize, insns: u64) -> u64 {
        self.count(insns).wrapping_sub(self.harts[hart].offset)
    }

    /// `CNTVOFF_EL2` of a hart.
    pub fn offset(&self, hart: usize) -> u64 {
        self.harts[hart].offset
    }

    /// Writes `CNTVOFF_EL2`.
    pub fn set_offset(&mut self, hart: usize, offset: u64, insns: u64) {
        self.harts[hart].offset = offset;
        self.update(insns);
    }

    /// The timer's `_CTL` register. ISTATUS is 0 while it is disabled.
    pub fn control(&self, hart: usize, timer: Timer, insns: u64) -> u64 {
        let comparator = &self.harts[hart].timers[timer as usize];
        let met = comparator.control & CTL_ENABLE != 0 && self.counter(hart, timer, insns) >= comparator.compare;
        comparator.control | if met { CTL_ISTATUS } else { 0 }
    }

    /// Writes the timer's `_CTL` register.
    pub fn set_control(&mut self, hart: usize, timer: Timer, value: u64, insns: u64) {
        self.harts[hart].timers[timer as usize].control = value & (CTL_ENABLE | CTL_IMASK);
        self.update(insns);
    }

    /// The timer's `_CVAL` register.
    pub fn compare(&self, hart: usize, timer: Timer) -> u64 {
        self.harts[hart].timers[timer as usize].compare
    }

    /// Writes the timer's `_CVAL` register.
    pub fn set_compare(&mut self, hart: usize, timer: Timer, value: u64, insns: u64) {
        self.harts[hart].timers[timer as usize].compare = value;
        self.update(insns);
    }

    /// The timer's `_TVAL` register: ticks to go, in 32 bits.
    pub fn remaining(&self, hart: usize, timer: Timer, insns: u64) -> u64 {
        self.compare(hart, timer).wrapping_sub(self.counter(hart, timer, insns)) & 0xffff_ffff
    }

    /// Writes the timer's `_TVAL` register: a signed number of 32 bits.
    pub fn set_remaining(&mut self, hart: usize, timer: Timer, value: u64, insns: u64) {
        let compare = self.counter(hart, timer, insns).wrapping_add(i64::from(value as i32) as u64);
        self.set_compare(hart, timer, compare, insns);
    }

    /// What the timer compares with.
    fn counter(&self, hart: usize, timer: Timer, insns: u64) -> u64 {
        if timer == Timer::Virtual { self.virtual_count(hart, insns) } else { self.count(insns) }
    }

    /// Levels of all lines, and the instruction at which the first of them changes by itself.
    fn update(&self, insns: u64) {
        let mut next: Option<u64> = None;
        for (hart, timers) in self.harts.iter().enumerate() {
            for (comparator, (timer, _)) in timers.timers.iter().zip(TIMERS) {
                let control = self.control(hart, timer, insns);
                comparator.line.set(control & (CTL_ISTATUS | CTL_IMASK) == CTL_ISTATUS);
                if control & (CTL_ENABLE | CTL_IMASK) == CTL_ENABLE {
                    let count = self.counter(hart, timer, insns);
                    let change = self.timebase.next_change(insns, count, comparator.compare);
                    next = [next, change].into_iter().flatten().min();
                }
            }
        }
        self.deadline.set(next);
    }
}

impl Timed for GenericTimers {
    fn tick(&mut self) {
        self.update(self.clock.now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shared;
    use crate::gic::v2::Gicv2;
    use crate::irq::HartLines;
    use crate::requester::Requester;
    use emu_mem::{Device, Width};

    struct Bench {
        timers: GenericTimers,
        clock: Clock,
        gic: Shared<Gicv2>,
    }

    fn bench(harts: usize) -> Bench {
        let clock = Clock::new();
        let lines: Vec<_> = (0..harts).map(|_| HartLines::new()).collect();
        let gic = Shared::new(Gicv2::new(&lines, Requester::new()));
        let wiring = Gic::V2(gic.clone());
        let timebase = Timebase::new(FREQUENCY_HZ).unwrap();
        Bench { timers: GenericTimers::new(harts, clock.clone(), timebase, Some(&wiring)), clock, gic }
    }

    impl Bench {
        /// The pending PPIs of hart 0.
        fn pending(&mut self) -> u64 {
            self.gic.read(0x200, Width::B4).unwrap()
        }

        fn at(&mut self, insns: u64) {
            self.clock.set(insns);
            self.timers.tick();
        }
    }

    #[test]
    fn counters_tick_in_sixteen_instructions() {
        let mut bench = bench(2);
        let timers = &mut bench.timers;
        assert_eq!(timers.frequency_hz(), 62_500_000);
        assert_eq!([0, 15, 16, 1_600].map(|at| timers.count(at)), [0, 0, 1, 100]);
        timers.set_offset(1, 40, 0);
        assert_eq!((timers.virtual_count(0, 1_600), timers.virtual_count(1, 1_600)), (100, 60));
        assert_eq!((timers.offset(1), timers.virtual_count(1, 0)), (40, 40u64.wrapping_neg()));
    }

    #[test]
    fn each_timer_has_its_interrupt_at_its_instruction() {
        for (timer, intid) in TIMERS {
            let mut bench = bench(1);
            bench.timers.set_compare(0, timer, 10, 0);
            assert_eq!(bench.timers.deadline().get(), None, "disabled");
            assert_eq!(bench.timers.control(0, timer, 1_000), 0);
            bench.timers.set_control(0, timer, 7, 0);
            assert_eq!((bench.timers.control(0, timer, 0), bench.timers.deadline().get()), (3, None), "masked");
            bench.timers.set_control(0, timer, 1, 5);
            assert_eq!(bench.timers.deadline().get(), Some(160));
            bench.at(159);
            assert_eq!((bench.pending(), bench.timers.control(0, timer, 159)), (0, 1));
            bench.at(160);
            assert_eq!((bench.pending(), bench.timers.control(0, timer, 160)), (1 << intid, 5));
            assert_eq!(bench.timers.deadline().get(), None);
            bench.timers.set_control(0, timer, 3, 170);
            assert_eq!((bench.pending(), bench.timers.control(0, timer, 170)), (0, 7));
            bench.timers.set_control(0, timer, 1, 170);
            assert_eq!(bench.pending(), 1 << intid);
            bench.timers.set_compare(0, timer, 11, 170);
            assert_eq!((bench.pending(), bench.timers.deadline().get()), (0, Some(176)));
        }
    }

    #[test]
    fn ticks_to_go_are_signed() {
        let mut bench = bench(1);
        let timers = &mut bench.timers;
        timers.set_remaining(0, Timer::Physical, 5, 1_600);
        assert_eq!((timers.compare(0, Timer::Physical), timers.remaining(0, Timer::Physical, 1_632)), (105, 3));
        timers.set_remaining(0, Timer::Physical, 0xffff_fffe, 1_600);
        assert_eq!(timers.compare(0, Timer::Physical), 98);
        assert_eq!(timers.remaining(0, Timer::Physical, 1_600), 0xffff_fffe);
        timers.set_control(0, Timer::Physical, 1, 1_600);
        assert_eq!(bench.pending(), 1 << ppi::PHYSICAL_TIMER);
    }

    #[test]
    fn the_virtual_timer_follows_the_offset() {
        let mut bench = bench(1);
        bench.timers.set_compare(0, Timer::Virtual, 10, 0);
        bench.timers.set_control(0, Timer::Virtual, 1, 0);
        bench.timers.set_offset(0, 5, 0);
        // The counter is below 0, which is far above the comparator; it falls when the counter wraps.
        assert_eq!(bench.pending(), 1 << ppi::VIRTUAL_TIMER);
        assert_eq!(bench.timers.deadline().get(), Some(80));
        bench.at(80);
        assert_eq!((bench.pending(), bench.timers.deadline().get()), (0, Some(240)));
        bench.at(240);
        assert_eq!(bench.pending(), 1 << ppi::VIRTUAL_TIMER);
    }

    #[test]
    fn the_earliest_of_all_harts_is_the_deadline() {
        let mut bench = bench(2);
        for (hart, compare) in [(0, 20), (1, 10)] {
            bench.timers.set_compare(hart, Timer::Physical, compare, 0);
            bench.timers.set_control(hart, Timer::Physical, 1, 0);
        }
        assert_eq!(bench.timers.deadline().get(), Some(160));
        bench.timers.set_compare(1, Timer::Physical, u64::MAX, 0);
        assert_eq!(bench.timers.deadline().get(), Some(320));
        bench.timers.set_control(0, Timer::Physical, 0, 0);
        assert_eq!(bench.timers.deadline().get(), None, "beyond the horizon");
    }
}
