//! The core-local interruptor: software interrupts and the machine timer of every hart, in SiFive's layout, which
//! QEMU's `virt` and Spike use as well. It covers an ACLINT's MSWI and MTIMER devices, whose joint layout is the same;
//! the third ACLINT device is `aclint_sswi`. Absent: SiFive's byte and halfword accesses, which no known guest makes.
//!
//! | offset | register |
//! |---|---|
//! | 0x0000 + 4n | `msip` of hart n: bit 0 is the line |
//! | 0x4000 + 8n | `mtimecmp` of hart n |
//! | 0xbff8 | `mtime` |
//!
//! Registers are accessed 4 or 8 bytes at a time. What is not a register reads 0 and ignores writes.

use emu_mem::{BusFault, Device, Width};

use crate::Timed;
use crate::clock::{Deadline, Mtime};
use crate::irq::{HartLines, Line, riscv};

/// Size of the register window.
pub const WINDOW_BYTES: u64 = 0x1_0000;

/// The most harts that fit below `mtime`.
pub const MAX_HARTS: usize = (MTIME as usize - MTIMECMP as usize) / 8;

const MTIMECMP: u64 = 0x4000;
const MTIME: u64 = 0xbff8;

/// The device.
#[derive(Debug)]
pub struct Clint {
    harts: Vec<HartTimer>,
    mtime: Mtime,
    deadline: Deadline,
}

#[derive(Debug)]
struct HartTimer {
    msip: bool,
    /// 0 at reset, as in QEMU and Spike (the specification leaves it open): the timer interrupt is pending from the
    /// start, and harmless until a guest enables it.
    mtimecmp: u64,
    software: Line,
    timer: Line,
}

/// A register word of 32 bits.
enum Word {
    Msip(usize),
    /// The hart, and whether the upper half is meant.
    Mtimecmp(usize, bool),
    Mtime(bool),
    None,
}

impl Clint {
    /// A CLINT for the harts behind `lines`, of which there are at most [`MAX_HARTS`]; those beyond have no registers.
    pub fn new(lines: &[HartLines], mtime: Mtime) -> Self {
        let harts = lines.iter().take(MAX_HARTS).map(|pins| HartTimer {
            msip: false,
            mtimecmp: 0,
            software: pins.line(riscv::MSIP),
            timer: pins.line(riscv::MTIP),
        });
        let mut clint = Self { harts: harts.collect(), mtime, deadline: Deadline::new() };
        clint.update();
        clint
    }

    /// When the next timer interrupt is due.
    pub fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    fn word(&self, offset: u64) -> Word {
        let upper = offset & 4 != 0;
        match offset {
            0..MTIMECMP if ((offset / 4) as usize) < self.harts.len() => Word::Msip((offset / 4) as usize),
            MTIMECMP..MTIME if (((offset - MTIMECMP) / 8) as usize) < self.harts.len() => {
                Word::Mtimecmp(((offset - MTIMECMP) / 8) as usize, upper)
            }
            MTIME..0xc000 => Word::Mtime(upper),
            _ => Word::None,
        }
    }

    fn read_word(&self, offset: u64) -> u32 {
        match self.word(offset) {
            Word::Msip(hart) => u32::from(self.harts[hart].msip),
            Word::Mtimecmp(hart, upper) => half(self.harts[hart].mtimecmp, upper),
            Word::Mtime(upper) => half(self.mtime.now(), upper),
            Word::None => 0,
        }
    }

    fn write_word(&mut self, offset: u64, value: u32) {
        match self.word(offset) {
            Word::Msip(hart) => self.harts[hart].msip = value & 1 != 0,
            Word::Mtimecmp(hart, upper) => {
                let timer = &mut self.harts[hart];
                timer.mtimecmp = with_half(timer.mtimecmp, upper, value);
            }
            Word::Mtime(upper) => self.mtime.set(with_half(self.mtime.now(), upper, value)),
            Word::None => {}
        }
    }

    /// Levels of all lines, and the instruction at which the first of them changes by itself.
    fn update(&mut self) {
        for hart in &self.harts {
            hart.software.set(hart.msip);
            hart.timer.set(self.mtime.expired(hart.mtimecmp));
        }
        self.deadline.set(self.harts.iter().filter_map(|hart| self.mtime.next_change(hart.mtimecmp)).min());
    }
}

fn half(value: u64, upper: bool) -> u32 {
    if upper { (value >> 32) as u32 } else { value as u32 }
}

fn with_half(value: u64, upper: bool, half: u32) -> u64 {
    if upper { value & 0xffff_ffff | u64::from(half) << 32 } else { value & !0xffff_ffff | u64::from(half) }
}

impl Device for Clint {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        match width {
            Width::B4 => Ok(u64::from(self.read_word(offset))),
            Width::B8 => Ok(u64::from(self.read_word(offset)) | u64::from(self.read_word(offset + 4)) << 32),
            _ => Err(BusFault),
        }
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        match width {
            Width::B4 => self.write_word(offset, value as u32),
            // The lines follow only after both halves: a doubleword is one write.
            Width::B8 => {
                self.write_word(offset, value as u32);
                self.write_word(offset + 4, (value >> 32) as u32);
            }
            _ => return Err(BusFault),
        }
        self.update();
        Ok(())
    }
}

impl Timed for Clint {
    fn tick(&mut self) {
        self.update();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Timebase};

    fn clint(harts: usize) -> (Clint, Clock, Vec<HartLines>) {
        let clock = Clock::new();
        let lines: Vec<_> = (0..harts).map(|_| HartLines::new()).collect();
        let mut clint = Clint::new(&lines, Mtime::new(clock.clone(), Timebase::TEN_MEGAHERTZ));
        for hart in 0..harts as u64 {
            assert_eq!(lines[hart as usize].get(), 1 << 7, "pending from reset");
            clint.write(MTIMECMP + 8 * hart, Width::B8, u64::MAX).unwrap();
        }
        (clint, clock, lines)
    }

    #[test]
    fn msip_raises_and_lowers_its_hart_only() {
        let (mut clint, _, lines) = clint(3);
        clint.write(4, Width::B4, 0xffff_ffff).unwrap();
        assert_eq!(lines.iter().map(HartLines::get).collect::<Vec<_>>(), [0, 1 << 3, 0]);
        assert_eq!(clint.read(4, Width::B4), Ok(1), "only bit 0 exists");
        assert_eq!(clint.read(0, Width::B8), Ok(1 << 32));
        clint.write(4, Width::B4, 2).unwrap();
        assert_eq!(lines[1].get(), 0);
    }

    #[test]
    fn a_hart_that_is_not_there_reads_zero() {
        let (mut clint, ..) = clint(1);
        for offset in [4, MTIMECMP + 8, 0xc000, WINDOW_BYTES - 8] {
            clint.write(offset, Width::B4, 1).unwrap();
            assert_eq!(clint.read(offset, Width::B4), Ok(0));
        }
    }

    #[test]
    fn the_timer_fires_at_an_exact_instruction_and_is_lowered_by_a_new_compare() {
        let (mut clint, clock, lines) = clint(2);
        assert_eq!(clint.deadline().get(), None);
        assert_eq!(lines[1].get(), 0);
        clint.write(MTIMECMP + 8, Width::B8, 5).unwrap();
        clint.write(MTIMECMP, Width::B8, 9).unwrap();
        assert_eq!(clint.deadline().get(), Some(500), "the earlier of the two");
        clock.set(499);
        clint.tick();
        assert_eq!(lines[1].get(), 0);
        clock.set(500);
        clint.tick();
        assert_eq!((lines[0].get(), lines[1].get()), (0, 1 << 7));
        assert_eq!(clint.deadline().get(), Some(900));
        clint.write(MTIMECMP + 8, Width::B8, u64::MAX).unwrap();
        assert_eq!(lines[1].get(), 0);
    }

    #[test]
    fn mtimecmp_in_halves_as_rv32_writes_it() {
        let (mut clint, clock, lines) = clint(1);
        clock.set(1_000);
        // The sequence of the privileged manual: no spurious interrupt in between.
        for (offset, value) in [(MTIMECMP, u64::MAX), (MTIMECMP + 4, 0), (MTIMECMP, 11)] {
            clint.write(offset, Width::B4, value).unwrap();
            assert_eq!(lines[0].get(), 0);
        }
        assert_eq!(clint.read(MTIMECMP, Width::B8), Ok(11));
        assert_eq!(clint.deadline().get(), Some(1_100));
        clint.write(MTIMECMP, Width::B4, 10).unwrap();
        assert_eq!(lines[0].get(), 1 << 7);
    }

    #[test]
    fn mtime_runs_and_can_be_written() {
        let (mut clint, clock, lines) = clint(1);
        clock.set(12_345);
        assert_eq!(clint.read(MTIME, Width::B8), Ok(123));
        clint.write(MTIMECMP, Width::B8, 1 << 33).unwrap();
        clint.write(MTIME + 4, Width::B4, 2).unwrap();
        assert_eq!(clint.read(MTIME, Width::B8), Ok(2 << 32 | 123));
        assert_eq!(lines[0].get(), 1 << 7);
        clint.write(MTIME, Width::B8, 7).unwrap();
        assert_eq!(lines[0].get(), 0, "mtime set back");
        assert_eq!(clint.read(MTIME + 4, Width::B4), Ok(0));
        assert_eq!(clint.read(MTIME, Width::B4), Ok(7));
    }

    #[test]
    fn other_widths_are_refused() {
        let (mut clint, ..) = clint(1);
        for (offset, width) in [(0, Width::B1), (MTIMECMP, Width::B2)] {
            assert_eq!(clint.read(offset, width), Err(BusFault));
            assert_eq!(clint.write(offset, width, 1), Err(BusFault));
        }
    }
}
