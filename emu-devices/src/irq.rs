//! Interrupt lines: the wires between devices, interrupt controllers and harts. What a hart makes of its lines
//! (enables, priorities, delegation) is the hart's business.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// RISC-V: bit numbers of `mip` (privileged manual, "Machine Interrupt Registers"), which are also line numbers of
/// [`HartLines`] on a RISC-V board.
pub mod riscv {
    /// Supervisor software interrupt: what an ACLINT SSWI device sends.
    pub const SSIP: u32 = 1;
    /// Machine software interrupt: the CLINT's `msip`.
    pub const MSIP: u32 = 3;
    /// Machine timer interrupt: `mtime >= mtimecmp`.
    pub const MTIP: u32 = 7;
    /// Supervisor external interrupt: the PLIC's S context.
    pub const SEIP: u32 = 9;
    /// Machine external interrupt: the PLIC's M context.
    pub const MEIP: u32 = 11;
}

/// Arm: numbers of the lines of [`HartLines`] on an Arm board.
pub mod arm {
    /// IRQ.
    pub const IRQ: u32 = 0;
    /// FIQ.
    pub const FIQ: u32 = 1;
}

/// What a line ends in: an interrupt controller's sources, or a hart's pins.
pub trait Sink: Send + Sync {
    /// Drives input `number` to `level`. Repeating a level changes nothing.
    fn drive(&self, number: u32, level: bool);
}

/// The interrupt pins of one hart: one word, bit n is pin n. All clones are the same pins.
#[derive(Clone, Debug, Default)]
pub struct HartLines(Arc<AtomicU64>);

impl HartLines {
    /// Pins of a new hart, all low.
    pub fn new() -> Self {
        Self::default()
    }

    /// The levels of all pins; on a RISC-V board the bits of `mip` that devices drive.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Takes over and lowers the pins in `mask`, returning which of them were high.
    ///
    /// For pins that carry an event and not a level: a write to SETSSIP sets `mip.SSIP`, which from then on is the
    /// hart's own, writable bit.
    pub fn take(&self, mask: u64) -> u64 {
        self.0.fetch_and(!mask, Relaxed) & mask
    }

    /// A handle that drives pin `number`, which is below 64.
    pub fn line(&self, number: u32) -> Line {
        Line::new(Arc::new(self.clone()), number)
    }
}

impl Sink for HartLines {
    fn drive(&self, number: u32, level: bool) {
        let bit = 1u64.checked_shl(number).unwrap_or(0);
        if level {
            self.0.fetch_or(bit, Relaxed);
        } else {
            self.0.fetch_and(!bit, Relaxed);
        }
    }
}

/// A device's end of one interrupt line.
#[derive(Clone)]
pub struct Line {
    end: Option<(Arc<dyn Sink>, u32)>,
}

impl Line {
    /// A line that drives input `number` of `sink`.
    pub fn new(sink: Arc<dyn Sink>, number: u32) -> Self {
        Self { end: Some((sink, number)) }
    }

    /// A line that leads nowhere: a device that the board does not wire.
    pub fn unconnected() -> Self {
        Self { end: None }
    }

    /// Drives the line.
    pub fn set(&self, level: bool) {
        if let Some((sink, number)) = &self.end {
            sink.drive(*number, level);
        }
    }

    /// Drives the line high.
    pub fn raise(&self) {
        self.set(true);
    }

    /// Drives the line low.
    pub fn lower(&self) {
        self.set(false);
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.end {
            Some((_, number)) => write!(f, "Line({number})"),
            None => f.write_str("Line(unconnected)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_drives_its_own_pin_only() {
        let lines = HartLines::new();
        let timer = lines.line(riscv::MTIP);
        let external = lines.line(riscv::MEIP);
        timer.raise();
        external.raise();
        external.raise();
        assert_eq!(lines.get(), 1 << 7 | 1 << 11);
        external.lower();
        assert_eq!(lines.clone().get(), 1 << 7);
    }

    #[test]
    fn an_event_is_taken_once() {
        let lines = HartLines::new();
        lines.line(riscv::SSIP).raise();
        lines.line(riscv::MTIP).raise();
        assert_eq!(lines.take(1 << riscv::SSIP), 1 << riscv::SSIP);
        assert_eq!(lines.take(1 << riscv::SSIP), 0);
        assert_eq!(lines.get(), 1 << riscv::MTIP);
    }

    #[test]
    fn lines_that_lead_nowhere_do_nothing() {
        Line::unconnected().raise();
        let lines = HartLines::new();
        lines.drive(64, true);
        assert_eq!(lines.get(), 0);
    }
}
