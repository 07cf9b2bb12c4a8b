//! The PL031 real-time clock (Arm PrimeCell RTC, DDI 0224, r1p3), as on QEMU's Arm `virt`: seconds since 1970, and one
//! alarm.
//!
//! Real time is virtual time from a fixed date, [`EPOCH_NS`]: a guest sees the same date on every run.
//!
//! | offset | register |
//! |---|---|
//! | 0x000 | `RTCDR`: the time in seconds |
//! | 0x004 | `RTCMR`: the time at which the alarm rings |
//! | 0x008 | `RTCLR`: sets the time |
//! | 0x00c | `RTCCR`: reads 1; the clock cannot be stopped once it runs, and here it runs from the start |
//! | 0x010, 0x014, 0x018, 0x01c | `RTCIMSC`, `RTCRIS`, `RTCMIS`, `RTCICR`: the interrupt |
//! | 0xfe0 to 0xffc | identification |
//!
//! Registers are accessed as 32-bit words. What is not a register reads 0 and ignores writes.

use emu_mem::{BusFault, Device, Width};

use crate::Timed;
use crate::clock::{Clock, Deadline, INSNS_PER_SECOND};
use crate::irq::Line;
use crate::rtc::EPOCH_NS;

/// Size of the register window.
pub const WINDOW_BYTES: u64 = 0x1000;

const DR: u64 = 0x00;
const MR: u64 = 0x04;
const LR: u64 = 0x08;
const CR: u64 = 0x0c;
const IMSC: u64 = 0x10;
const RIS: u64 = 0x14;
const MIS: u64 = 0x18;
const ICR: u64 = 0x1c;
const ID: u64 = 0xfe0;

/// `RTCPeriphID0` to `3`, `RTCPCellID0` to `3`: part 0x031 of designer 0x41.
const IDENTIFICATION: [u8; 8] = [0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

/// The device.
#[derive(Debug)]
pub struct Pl031 {
    clock: Clock,
    line: Line,
    deadline: Deadline,
    /// What the time was when the clock was at 0, as the guest has set it.
    offset_s: u32,
    loaded_s: u32,
    match_s: u32,
    /// The instruction at which the time is next equal to `match_s`, while that is to come.
    alarm: Option<u64>,
    enabled: bool,
    pending: bool,
}

impl Pl031 {
    /// A clock that shows [`EPOCH_NS`] at instruction 0.
    pub fn new(clock: Clock, line: Line) -> Self {
        let offset_s = (EPOCH_NS / 1_000_000_000) as u32;
        Self {
            clock,
            line,
            deadline: Deadline::new(),
            offset_s,
            loaded_s: 0,
            match_s: 0,
            alarm: None,
            enabled: false,
            pending: false,
        }
    }

    /// When the alarm is due.
    pub fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    /// Whole seconds that the clock has run.
    fn elapsed_s(&self) -> u64 {
        self.clock.now() / INSNS_PER_SECOND
    }

    fn now_s(&self) -> u32 {
        (self.elapsed_s() as u32).wrapping_add(self.offset_s)
    }

    /// Finds the alarm's instruction anew: a time equal to the present one rings at once, as in QEMU.
    fn set_alarm(&mut self) {
        let wait_s = u64::from(self.match_s.wrapping_sub(self.now_s()));
        let at = if wait_s == 0 {
            Some(self.clock.now())
        } else {
            (self.elapsed_s() + wait_s).checked_mul(INSNS_PER_SECOND)
        };
        self.alarm = at;
    }

    fn update(&mut self) {
        if self.alarm.is_some_and(|at| at <= self.clock.now()) {
            self.alarm = None;
            self.pending = true;
        }
        self.line.set(self.pending && self.enabled);
        self.deadline.set(self.alarm);
    }
}

impl Device for Pl031 {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        if width != Width::B4 {
            return Err(BusFault);
        }
        self.update();
        Ok(u64::from(match offset {
            DR => self.now_s(),
            MR => self.match_s,
            LR => self.loaded_s,
            CR => 1,
            IMSC => u32::from(self.enabled),
            RIS => u32::from(self.pending),
            MIS => u32::from(self.pending && self.enabled),
            ID.. => u32::from(IDENTIFICATION[(offset - ID) as usize / 4]),
            _ => 0,
        }))
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        if width != Width::B4 {
            return Err(BusFault);
        }
        let value = value as u32;
        match offset {
            MR => {
                self.match_s = value;
                self.set_alarm();
            }
            LR => {
                self.loaded_s = value;
                self.offset_s = value.wrapping_sub(self.elapsed_s() as u32);
                self.set_alarm();
            }
            IMSC => self.enabled = value & 1 != 0,
            ICR => self.pending &= value & 1 == 0,
            _ => {}
        }
        self.update();
        Ok(())
    }
}

impl Timed for Pl031 {
    fn tick(&mut self) {
        self.update();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::irq::HartLines;

    const EPOCH_S: u64 = EPOCH_NS / 1_000_000_000;

    fn rtc() -> (Pl031, Clock, HartLines) {
        let (clock, pins) = (Clock::new(), HartLines::new());
        (Pl031::new(clock.clone(), pins.line(0)), clock, pins)
    }

    fn read(rtc: &mut Pl031, offset: u64) -> u64 {
        rtc.read(offset, Width::B4).unwrap()
    }

    fn write(rtc: &mut Pl031, offset: u64, value: u64) {
        rtc.write(offset, Width::B4, value).unwrap();
    }

    #[test]
    fn seconds_from_the_epoch() {
        let (mut rtc, clock, _) = rtc();
        clock.set(INSNS_PER_SECOND - 1);
        assert_eq!(read(&mut rtc, DR), EPOCH_S);
        clock.set(INSNS_PER_SECOND);
        assert_eq!(read(&mut rtc, DR), EPOCH_S + 1);
        write(&mut rtc, LR, 7);
        clock.set(3 * INSNS_PER_SECOND);
        assert_eq!((read(&mut rtc, DR), read(&mut rtc, LR)), (9, 7));
    }

    #[test]
    fn the_alarm_rings_at_its_second_and_is_cleared() {
        let (mut rtc, clock, pins) = rtc();
        clock.set(500);
        write(&mut rtc, IMSC, 1);
        write(&mut rtc, MR, EPOCH_S + 2);
        assert_eq!(rtc.deadline().get(), Some(2 * INSNS_PER_SECOND));
        clock.set(2 * INSNS_PER_SECOND - 1);
        rtc.tick();
        assert_eq!((pins.get(), read(&mut rtc, RIS)), (0, 0));
        clock.set(2 * INSNS_PER_SECOND);
        rtc.tick();
        assert_eq!((pins.get(), read(&mut rtc, RIS), read(&mut rtc, MIS)), (1, 1, 1));
        assert_eq!(rtc.deadline().get(), None);
        write(&mut rtc, IMSC, 0);
        assert_eq!((pins.get(), read(&mut rtc, RIS), read(&mut rtc, MIS)), (0, 1, 0));
        write(&mut rtc, IMSC, 1);
        write(&mut rtc, ICR, 1);
        assert_eq!((pins.get(), read(&mut rtc, RIS)), (0, 0));
    }

    #[test]
    fn the_present_second_rings_at_once_and_setting_the_time_moves_the_alarm() {
        let (mut rtc, clock, pins) = rtc();
        write(&mut rtc, IMSC, 1);
        write(&mut rtc, MR, EPOCH_S);
        assert_eq!(pins.get(), 1);
        write(&mut rtc, ICR, 1);
        write(&mut rtc, MR, 100);
        let around = (100 + (1 << 32) - EPOCH_S) * INSNS_PER_SECOND;
        assert_eq!(rtc.deadline().get(), Some(around), "once around");
        clock.set(10 * INSNS_PER_SECOND);
        write(&mut rtc, LR, 99);
        assert_eq!(rtc.deadline().get(), Some(11 * INSNS_PER_SECOND));
    }

    #[test]
    fn fixed_registers_and_words_only() {
        let (mut rtc, ..) = rtc();
        let id: Vec<u64> = (ID..WINDOW_BYTES).step_by(4).map(|at| read(&mut rtc, at)).collect();
        assert_eq!(id, [0x31, 0x10, 0x14, 0, 0x0d, 0xf0, 0x05, 0xb1]);
        write(&mut rtc, CR, 0);
        assert_eq!((read(&mut rtc, CR), read(&mut rtc, 0x20)), (1, 0));
        assert_eq!(rtc.read(0, Width::B8), Err(BusFault));
        assert_eq!(rtc.write(0, Width::B1, 0), Err(BusFault));
    }
}
