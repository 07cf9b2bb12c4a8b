//! Virtual time: the one clock every device reads, counted in retired instructions. Not the host's time, and not cycles
//! of a timing model.
//!
//! Nominally the guest runs at 1 GHz and one instruction takes one nanosecond, so instruction time read as nanoseconds
//! is guest time. `mtime` runs slower (10 MHz on most boards: one tick in 100 instructions); [`Mtime`] converts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Instructions in one second of guest time.
pub const INSNS_PER_SECOND: u64 = 1_000_000_000;

/// What is further away than this, 292 years of guest time, never happens: a guest that sets a comparator to 2^64-1
/// wants no interrupt, and a hart that waits for it waits forever.
pub const HORIZON_INSNS: u64 = i64::MAX as u64;

/// A handle on virtual time. All clones show the same time.
///
/// The machine sets it before each device access and before each `tick`; devices only read it.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// A clock of its own, at instruction 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The present time in retired instructions, which is also the guest's nanoseconds since reset.
    pub fn now(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Sets the time to `insns`. Only the machine calls this; it never sets the clock back.
    pub fn set(&self, insns: u64) {
        self.0.store(insns, Relaxed);
    }
}

/// The instruction at which one device wants its next tick, or never.
///
/// The device writes it, the board reads it: one relaxed load, no lock.
#[derive(Clone, Debug)]
pub struct Deadline(Arc<AtomicU64>);

impl Deadline {
    const NEVER: u64 = u64::MAX;

    /// A deadline that is not set.
    pub fn new() -> Self {
        Self(Arc::new(AtomicU64::new(Self::NEVER)))
    }

    /// The instruction time at which a tick is due, if there is one.
    pub fn get(&self) -> Option<u64> {
        match self.0.load(Relaxed) {
            Self::NEVER => None,
            at => Some(at),
        }
    }

    /// Publishes the next tick. The last instruction time there is, 2^64-1, means never.
    pub fn set(&self, at: Option<u64>) {
        self.0.store(at.unwrap_or(Self::NEVER), Relaxed);
    }
}

impl Default for Deadline {
    fn default() -> Self {
        Self::new()
    }
}

/// The frequency of `mtime`, and its conversion from and to instruction time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timebase {
    hz: u64,
    /// Set if a tick is a whole number of instructions: then no 128-bit division is needed.
    insns_per_tick: Option<u64>,
}

impl Timebase {
    /// The frequency of QEMU's `virt` and of Spike: 10 MHz.
    pub const TEN_MEGAHERTZ: Self = Self { hz: 10_000_000, insns_per_tick: Some(100) };

    /// A timebase of `hz` ticks a second: at least 1, at most one tick an instruction ([`INSNS_PER_SECOND`]).
    pub const fn new(hz: u64) -> Option<Self> {
        if hz == 0 || hz > INSNS_PER_SECOND {
            return None;
        }
        let whole = INSNS_PER_SECOND.is_multiple_of(hz);
        Some(Self { hz, insns_per_tick: if whole { Some(INSNS_PER_SECOND / hz) } else { None } })
    }

    /// Ticks a second.
    pub const fn hz(self) -> u64 {
        self.hz
    }

    /// Whole ticks that have passed at instruction time `insns`.
    pub fn ticks(self, insns: u64) -> u64 {
        match self.insns_per_tick {
            Some(n) => insns / n,
            // At most insns, because hz is at most INSNS_PER_SECOND.
            None => (u128::from(insns) * u128::from(self.hz) / u128::from(INSNS_PER_SECOND)) as u64,
        }
    }

    /// The first instruction time at which `ticks` whole ticks have passed; none if the clock ends before.
    pub fn insns(self, ticks: u64) -> Option<u64> {
        match self.insns_per_tick {
            Some(n) => ticks.checked_mul(n),
            None => {
                let at = (u128::from(ticks) * u128::from(INSNS_PER_SECOND)).div_ceil(u128::from(self.hz));
                u64::try_from(at).ok()
            }
        }
    }

    /// When a comparator at `compare` of a counter that shows `count` at instruction time `insns` next changes: when the
    /// counter reaches it, or, if it has, when the counter wraps to 0. None if that is beyond [`HORIZON_INSNS`].
    pub fn next_change(self, insns: u64, count: u64, compare: u64) -> Option<u64> {
        let remaining = match compare {
            0 => return None,
            _ if count < compare => compare - count,
            // 2^64 - count; count is at least 1 here.
            _ => count.wrapping_neg(),
        };
        self.insns(self.ticks(insns).checked_add(remaining)?).filter(|&at| at <= HORIZON_INSNS)
    }
}

/// The machine timer's counter, as RISC-V's `mtime` and `time` show it: virtual time in ticks, plus what the guest
/// added by writing `mtime`.
#[derive(Clone, Debug)]
pub struct Mtime {
    clock: Clock,
    timebase: Timebase,
    offset: Arc<AtomicU64>,
}

impl Mtime {
    /// A counter on `clock` that starts at 0 with it.
    pub fn new(clock: Clock, timebase: Timebase) -> Self {
        Self { clock, timebase, offset: Arc::default() }
    }

    /// Its frequency.
    pub fn timebase(&self) -> Timebase {
        self.timebase
    }

    /// The counter's value now, in ticks.
    pub fn now(&self) -> u64 {
        self.at(self.clock.now())
    }

    /// The counter's value at instruction time `insns`, in ticks.
    pub fn at(&self, insns: u64) -> u64 {
        self.timebase.ticks(insns).wrapping_add(self.offset.load(Relaxed))
    }

    /// Makes the counter show `ticks` now. Its fraction of a tick is kept: the next tick comes when it would have come.
    pub fn set(&self, ticks: u64) {
        self.offset.store(ticks.wrapping_sub(self.timebase.ticks(self.clock.now())), Relaxed);
    }

    /// Whether a comparator at `compare` is expired now: `mtime >= mtimecmp`, unsigned.
    pub fn expired(&self, compare: u64) -> bool {
        self.now() >= compare
    }

    /// The next instruction time at which [`expired`](Self::expired) changes for `compare`: when the counter reaches
    /// it, or, if it is expired already, when the counter wraps to 0. None if that is beyond [`HORIZON_INSNS`].
    pub fn next_change(&self, compare: u64) -> Option<u64> {
        self.timebase.next_change(self.clock.now(), self.now(), compare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_show_one_time() {
        let clock = Clock::new();
        let other = clock.clone();
        clock.set(77);
        assert_eq!(other.now(), 77);
    }

    #[test]
    fn a_deadline_is_never_or_a_time() {
        let deadline = Deadline::new();
        assert_eq!(deadline.get(), None);
        deadline.clone().set(Some(5));
        assert_eq!(deadline.get(), Some(5));
        deadline.set(None);
        assert_eq!(deadline.get(), None);
    }

    #[test]
    fn ten_megahertz_is_a_hundred_instructions_a_tick() {
        let base = Timebase::new(10_000_000).unwrap();
        assert_eq!(base, Timebase::TEN_MEGAHERTZ);
        assert_eq!([base.ticks(99), base.ticks(100), base.ticks(199)], [0, 1, 1]);
        assert_eq!(base.insns(3), Some(300));
        assert_eq!(base.insns(u64::MAX), None);
    }

    #[test]
    fn an_uneven_timebase_rounds_down_and_is_reached_exactly() {
        let base = Timebase::new(32_768).unwrap();
        for ticks in [1, 2, 3, 32_767, 32_768, 1 << 40] {
            let at = base.insns(ticks).unwrap();
            assert_eq!(base.ticks(at), ticks);
            assert_eq!(base.ticks(at - 1), ticks - 1);
        }
        assert_eq!(base.insns(32_768), Some(INSNS_PER_SECOND));
    }

    #[test]
    fn a_timebase_has_bounds() {
        assert_eq!(Timebase::new(0), None);
        assert_eq!(Timebase::new(INSNS_PER_SECOND + 1), None);
        assert_eq!(Timebase::new(INSNS_PER_SECOND).unwrap().ticks(u64::MAX), u64::MAX);
    }

    #[test]
    fn mtime_can_be_written() {
        let clock = Clock::new();
        let mtime = Mtime::new(clock.clone(), Timebase::TEN_MEGAHERTZ);
        clock.set(1_050);
        assert_eq!(mtime.now(), 10);
        mtime.set(5);
        assert_eq!(mtime.now(), 5);
        clock.set(1_100);
        assert_eq!(mtime.now(), 6);
    }

    #[test]
    fn a_comparator_changes_at_an_exact_instruction() {
        let clock = Clock::new();
        let mtime = Mtime::new(clock.clone(), Timebase::TEN_MEGAHERTZ);
        clock.set(250);
        let at = mtime.next_change(7).unwrap();
        assert_eq!(at, 700);
        clock.set(at - 1);
        assert!(!mtime.expired(7));
        clock.set(at);
        assert!(mtime.expired(7));
    }

    #[test]
    fn beyond_the_horizon_is_never() {
        for hz in [1, 32_768, 10_000_000, INSNS_PER_SECOND] {
            let mtime = Mtime::new(Clock::new(), Timebase::new(hz).unwrap());
            assert_eq!(mtime.next_change(u64::MAX), None, "{hz} Hz");
            mtime.set(1);
            assert_eq!(mtime.next_change(1), None, "{hz} Hz, until it wraps");
            assert!(mtime.next_change(3).is_some(), "{hz} Hz");
        }
        let mtime = Mtime::new(Clock::new(), Timebase::new(INSNS_PER_SECOND).unwrap());
        assert_eq!(mtime.next_change(HORIZON_INSNS), Some(HORIZON_INSNS));
        assert_eq!(mtime.next_change(HORIZON_INSNS + 1), None);
    }

    #[test]
    fn an_expired_comparator_changes_when_the_counter_wraps() {
        let clock = Clock::new();
        let mtime = Mtime::new(clock.clone(), Timebase::TEN_MEGAHERTZ);
        mtime.set(u64::MAX - 1);
        assert!(mtime.expired(9));
        assert_eq!(mtime.next_change(9), Some(200));
        clock.set(200);
        assert_eq!(mtime.now(), 0);
        assert!(!mtime.expired(9));
        assert_eq!(mtime.next_change(0), None, "always expired");
    }
}
