//! What a guest says of its regions of interest: through the testbench's marker, by semihosting, or in a hint instruction. Here it
//! waits until the machine, which alone knows how much has run, takes it. Not a device.

use std::sync::{Arc, Mutex, PoisonError};

use crate::power::Power;

/// Bytes of a region's name; what is longer is cut.
pub const MAX_NAME_BYTES: usize = 64;

/// Signals that wait at most; those after are lost. (A guest must not fill the host's memory.)
const MAX_WAITING: usize = 4096;

/// What is said at one instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A marker: of two that are 1 apart, the first begins a region and the second ends it.
    Mark(u32),
    /// The region of this name begins.
    Begin(String),
    /// The region of this name ends.
    End(String),
}

/// Where signals wait. All clones are the same place.
#[derive(Clone, Debug, Default)]
pub struct Roi {
    /// Has the machine look, at no cost of its own.
    power: Power,
    signals: Arc<Mutex<Vec<Signal>>>,
}

impl Roi {
    /// For a board with this switch.
    pub fn new(power: Power) -> Self {
        Roi { power, signals: Arc::default() }
    }

    /// Gives a signal. The machine takes it after the instruction in progress.
    pub fn give(&self, signal: Signal) {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        if signals.len() < MAX_WAITING {
            signals.push(signal);
        }
        self.power.nudge();
    }

    /// Takes the signals, in the order in which they were given.
    pub fn take(&self) -> Vec<Signal> {
        std::mem::take(&mut *self.signals.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The name of the region that a hint instruction with this number delimits.
pub fn hint(number: u16) -> String {
    format!("hint {number}")
}

/// A name as a guest gives it: printable, and not too long.
pub fn name(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_NAME_BYTES)]);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_wait_until_they_are_taken() {
        let power = Power::new();
        let roi = Roi::new(power.clone());
        assert!(!power.is_pressed());
        roi.clone().give(Signal::Mark(1));
        roi.give(Signal::End("x".to_owned()));
        assert!(power.is_pressed() && power.take().is_none());
        assert_eq!(roi.take(), [Signal::Mark(1), Signal::End("x".to_owned())]);
        assert!(!power.is_pressed() && roi.take().is_empty());
    }

    #[test]
    fn names_are_tame() {
        assert_eq!(name(b"inner loop"), "inner loop");
        assert_eq!(name(b"a\nb\xff"), "a b\u{fffd}");
        assert_eq!(name(&[b'x'; 100]).len(), MAX_NAME_BYTES);
    }
}
