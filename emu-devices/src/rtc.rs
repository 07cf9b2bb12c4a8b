//! The Goldfish real-time clock (`google,goldfish-rtc`), as on QEMU's `virt`: nanoseconds since 1970, and one alarm.
//!
//! Real time is virtual time from a fixed date, [`EPOCH_NS`]: a guest sees the same date on every run.
//!
//! | offset | register |
//! |---|---|
//! | 0x00 | `TIME_LOW`: reading it latches the upper half; writing sets the lower half of the time |
//! | 0x04 | `TIME_HIGH` |
//! | 0x08 | `ALARM_LOW`: writing it arms the alarm |
//! | 0x0c | `ALARM_HIGH` |
//! | 0x10 | `IRQ_ENABLED` |
//! | 0x14 | `CLEAR_ALARM`, write only |
//! | 0x18 | `ALARM_STATUS`: 1 while armed |
//! | 0x1c | `CLEAR_INTERRUPT`, write only |
//!
//! Registers are accessed as 32-bit words.

use emu_mem::{BusFault, Device, Width};

use crate::Timed;
use crate::clock::{Clock, Deadline};
use crate::irq::Line;

/// Size of the register window.
pub const WINDOW_BYTES: u64 = 0x1000;

/// The date at reset, in nanoseconds since 1970: 2024-01-01 00:00:00 UTC.
pub const EPOCH_NS: u64 = 1_704_067_200 * 1_000_000_000;

const TIME_LOW: u64 = 0x00;
const TIME_HIGH: u64 = 0x04;
const ALARM_LOW: u64 = 0x08;
const ALARM_HIGH: u64 = 0x0c;
const IRQ_ENABLED: u64 = 0x10;
const CLEAR_ALARM: u64 = 0x14;
const ALARM_STATUS: u64 = 0x18;
const CLEAR_INTERRUPT: u64 = 0x1c;

/// The device.
#[derive(Debug)]
pub struct Rtc {
    clock: Clock,
    line: Line,
    deadline: Deadline,
    /// Real time minus virtual time.
    offset_ns: u64,
    latched_high: u32,
    alarm_ns: u64,
    armed: bool,
    enabled: bool,
    pending: bool,
}

impl Rtc {
    /// A clock that shows [`EPOCH_NS`] at instruction 0.
    pub fn new(clock: Clock, line: Line) -> Self {
        Self {
            clock,
            line,
            deadline: Deadline::new(),
            offset_ns: EPOCH_NS,
            latched_high: 0,
            alarm_ns: 0,
            armed: false,
            enabled: false,
            pending: false,
        }
    }

    /// When the alarm is due.
    pub fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    /// One instruction is one nanosecond.
    fn now_ns(&self) -> u64 {
        self.clock.now().wrapping_add(self.offset_ns)
    }

    fn set_time(&mut self, ns: u64) {
        self.offset_ns = ns.wrapping_sub(self.clock.now());
    }

    fn update(&mut self) {
        let now = self.now_ns();
        if self.armed && self.alarm_ns <= now {
            self.armed = false;
            self.pending = true;
        }
        self.line.set(self.pending && self.enabled);
        let due = self.armed.then(|| self.clock.now().checked_add(self.alarm_ns - now));
        self.deadline.set(due.flatten());
    }
}

impl Device for Rtc {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        if width != Width::B4 {
            return Err(BusFault);
        }
        self.update();
        Ok(u64::from(match offset {
            TIME_LOW => {
                let now = self.now_ns();
                self.latched_high = (now >> 32) as u32;
                now as u32
            }
            TIME_HIGH => self.latched_high,
            ALARM_LOW => self.alarm_ns as u32,
            ALARM_HIGH => (self.alarm_ns >> 32) as u32,
            IRQ_ENABLED => u32::from(self.enabled),
            ALARM_STATUS => u32::from(self.armed),
            _ => 0,
        }))
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        if width != Width::B4 {
            return Err(BusFault);
        }
        let (low, high) = (value & 0xffff_ffff, value << 32);
        match offset {
            TIME_LOW => self.set_time(self.now_ns() & !0xffff_ffff | low),
            TIME_HIGH => self.set_time(self.now_ns() & 0xffff_ffff | high),
            ALARM_LOW => {
                self.alarm_ns = self.alarm_ns & !0xffff_ffff | low;
                self.armed = true;
            }
            ALARM_HIGH => self.alarm_ns = self.alarm_ns & 0xffff_ffff | high,
            IRQ_ENABLED => self.enabled = value & 1 != 0,
            CLEAR_ALARM => self.armed = false,
            CLEAR_INTERRUPT => self.pending = false,
            _ => {}
        }
        self.update();
        Ok(())
    }
}

impl Timed for Rtc {
    fn tick(&mut self) {
        self.update();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::irq::HartLines;

    fn rtc() -> (Rtc, Clock, HartLines) {
        let (clock, pins) = (Clock::new(), HartLines::new());
        (Rtc::new(clock.clone(), pins.line(0)), clock, pins)
    }

    fn read(rtc: &mut Rtc, offset: u64) -> u64 {
        rtc.read(offset, Width::B4).unwrap()
    }

    fn write(rtc: &mut Rtc, offset: u64, value: u64) {
        rtc.write(offset, Width::B4, value & 0xffff_ffff).unwrap();
    }

    #[test]
    fn time_runs_from_the_epoch_and_is_latched() {
        let (mut rtc, clock, _) = rtc();
        clock.set(5);
        assert_eq!(read(&mut rtc, TIME_LOW), (EPOCH_NS + 5) & 0xffff_ffff);
        clock.set(5 << 32);
        assert_eq!(read(&mut rtc, TIME_HIGH), EPOCH_NS >> 32, "still the one that belongs to the low half");
        read(&mut rtc, TIME_LOW);
        assert_eq!(read(&mut rtc, TIME_HIGH), (EPOCH_NS >> 32) + 5);
    }

    #[test]
    fn time_can_be_set() {
        let (mut rtc, clock, _) = rtc();
        clock.set(1_000);
        write(&mut rtc, TIME_HIGH, 1);
        write(&mut rtc, TIME_LOW, 500);
        clock.set(1_001);
        assert_eq!((read(&mut rtc, TIME_LOW), read(&mut rtc, TIME_HIGH)), (501, 1));
    }

    #[test]
    fn the_alarm_raises_at_its_nanosecond_and_is_cleared() {
        let (mut rtc, clock, pins) = rtc();
        let at = EPOCH_NS + 700;
        write(&mut rtc, ALARM_HIGH, at >> 32);
        assert_eq!(read(&mut rtc, ALARM_STATUS), 0, "armed by the low half");
        write(&mut rtc, ALARM_LOW, at);
        write(&mut rtc, IRQ_ENABLED, 1);
        assert_eq!(read(&mut rtc, ALARM_STATUS), 1);
        assert_eq!(rtc.deadline().get(), Some(700));
        assert_eq!((read(&mut rtc, ALARM_LOW), read(&mut rtc, ALARM_HIGH)), (at & 0xffff_ffff, at >> 32));
        clock.set(699);
        rtc.tick();
        assert_eq!(pins.get(), 0);
        clock.set(700);
        rtc.tick();
        assert_eq!(pins.get(), 1);
        assert_eq!(rtc.deadline().get(), None);
        assert_eq!(read(&mut rtc, ALARM_STATUS), 0);
        write(&mut rtc, IRQ_ENABLED, 0);
        assert_eq!(pins.get(), 0, "masked");
        write(&mut rtc, IRQ_ENABLED, 1);
        assert_eq!(pins.get(), 1);
        write(&mut rtc, CLEAR_INTERRUPT, 1);
        assert_eq!(pins.get(), 0);
    }

    #[test]
    fn an_alarm_in_the_past_rings_at_once_and_one_can_be_called_off() {
        let (mut rtc, _, pins) = rtc();
        write(&mut rtc, IRQ_ENABLED, 1);
        write(&mut rtc, ALARM_LOW, 1);
        assert_eq!(pins.get(), 1);
        write(&mut rtc, CLEAR_INTERRUPT, 1);
        write(&mut rtc, ALARM_HIGH, 0xffff_ffff);
        write(&mut rtc, ALARM_LOW, 0);
        assert!(rtc.deadline().get().is_some());
        write(&mut rtc, CLEAR_ALARM, 1);
        assert_eq!(rtc.deadline().get(), None);
        assert_eq!(read(&mut rtc, ALARM_STATUS), 0);
    }

    #[test]
    fn only_words() {
        let (mut rtc, ..) = rtc();
        assert_eq!(rtc.read(0, Width::B8), Err(BusFault));
        assert_eq!(rtc.write(0, Width::B2, 0), Err(BusFault));
        assert_eq!(read(&mut rtc, 0x20), 0);
    }
}
