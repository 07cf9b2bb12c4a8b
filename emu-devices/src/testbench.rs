//! The testbench device: what the RTL testbenches behind our cycle-count references offer their programs. Not a model
//! of any product.
//!
//! | offset | a write |
//! |---|---|
//! | 0x0 | prints the low byte |
//! | 0x4 | ends the run with the word as exit code |
//! | 0x8 | marks the beginning or end of a region of interest: the word names it |
//! | 0xc | records the word as a result |
//!
//! Everything reads 0. An access may have any width; of a doubleword the low word counts.

use emu_mem::{BusFault, Device, Width};

use crate::Shared;
use crate::clock::Clock;
use crate::console::Console;
use crate::power::Power;
use crate::roi::{Roi, Signal};

/// Size of the register window.
pub const WINDOW_BYTES: u64 = 0x1000;

/// So many marks, and so many results, are kept; those after are only counted. (A guest must not fill the host's
/// memory.)
pub const MAX_RECORDS: usize = 1 << 16;

const NAME: &str = "testbench";

/// A mark the guest has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The word the guest wrote.
    pub id: u32,
    /// Instruction time of the store: how many instructions had retired before it.
    pub at_insns: u64,
}

/// What the guest has recorded, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The marks.
    pub marks: Vec<Mark>,
    /// The results.
    pub results: Vec<u32>,
    /// Marks and results beyond [`MAX_RECORDS`], which are lost.
    pub lost: u64,
}

/// The device.
#[derive(Debug)]
pub struct Testbench {
    clock: Clock,
    console: Console,
    power: Power,
    records: Shared<Records>,
    roi: Roi,
}

impl Testbench {
    /// A testbench that writes down marks and results in `records`, and tells `roi` of the marks.
    pub fn new(clock: Clock, console: Console, power: Power, records: Shared<Records>, roi: Roi) -> Self {
        Self { clock, console, power, records, roi }
    }
}

impl Records {
    fn keep<T>(list: &mut Vec<T>, lost: &mut u64, item: T) {
        if list.len() < MAX_RECORDS {
            list.push(item);
        } else {
            *lost += 1;
        }
    }
}

impl Device for Testbench {
    fn read(&mut self, _offset: u64, _width: Width) -> Result<u64, BusFault> {
        Ok(0)
    }

    fn write(&mut self, offset: u64, _width: Width, value: u64) -> Result<(), BusFault> {
        let word = value as u32;
        match offset {
            0x0 => self.console.put(word as u8),
            0x4 => self.power.exit(u64::from(word), NAME),
            0x8 => {
                let mark = Mark { id: word, at_insns: self.clock.now() };
                let records = &mut *self.records.lock();
                Records::keep(&mut records.marks, &mut records.lost, mark);
                self.roi.give(Signal::Mark(word));
            }
            0xc => {
                let records = &mut *self.records.lock();
                Records::keep(&mut records.results, &mut records.lost, word);
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power::Request;

    #[test]
    fn prints_marks_records_and_exits() {
        let (clock, console, power) = (Clock::new(), Console::captured(), Power::new());
        let records = Shared::new(Records::default());
        let roi = Roi::default();
        let mut device = Testbench::new(clock.clone(), console.clone(), power.clone(), records.clone(), roi.clone());
        let mut store = |at, offset, value| {
            clock.set(at);
            device.write(offset, Width::B4, value).unwrap();
        };
        store(1, 0x0, u64::from(b'h'));
        store(2, 0x0, 0x100 | u64::from(b'i'));
        store(10, 0x8, 1);
        store(25, 0x8, 2);
        store(30, 0xc, 0xdead_beef);
        store(31, 0x10, 9);
        assert_eq!(power.request(), None);
        store(32, 0x4, 0xffff_ffff_0000_002a);
        assert_eq!(console.captured_output(), b"hi");
        assert_eq!(power.request(), Some(Request::Exit { code: 42, by: NAME }));
        assert_eq!(
            *records.lock(),
            Records {
                marks: vec![Mark { id: 1, at_insns: 10 }, Mark { id: 2, at_insns: 25 }],
                results: vec![0xdead_beef],
                lost: 0
            }
        );
        assert_eq!(roi.take(), [Signal::Mark(1), Signal::Mark(2)]);
        assert_eq!(device.read(0x4, Width::B4), Ok(0));
    }

    #[test]
    fn records_are_bounded() {
        let records = Shared::new(Records::default());
        let roi = Roi::default();
        let mut device = Testbench::new(Clock::new(), Console::captured(), Power::new(), records.clone(), roi);
        for _ in 0..MAX_RECORDS + 3 {
            device.write(0x8, Width::B4, 1).unwrap();
        }
        device.write(0xc, Width::B4, 1).unwrap();
        let records = records.lock();
        assert_eq!((records.marks.len(), records.results.len(), records.lost), (MAX_RECORDS, 1, 3));
    }
}
