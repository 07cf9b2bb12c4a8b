//! Arm's generic interrupt controllers, as on QEMU's Arm `virt`: [`v2`] (IHI 0048B) and [`v3`] (IHI 0069) with affinity
//! routing. This file has what both share: how interrupts are numbered and how lines reach them.
//!
//! Without the Security Extensions, without virtualisation, message-signalled or locality-specific interrupts.
//!
//! | INTID | sort |
//! |---|---|
//! | 0 to 15 | SGI: software tells a hart something |
//! | 16 to 31 | PPI: a line of one hart's own, such as its timer |
//! | 32 to 287 | SPI: a line of the board; device trees count these from 0 |
//! | 1020 to 1023 | none |
//!
//! What an interrupt is doing is kept as bitmaps (`bank`); nothing is kept twice. After every change the one method
//! `update` computes each hart's IRQ and FIQ pin from them.

use std::sync::Arc;

use crate::Shared;
use crate::irq::{Line, Sink};
use bank::Bank;

mod bank;
pub mod v2;
pub mod v3;

/// Number of SGIs, which come first.
pub const SGIS: u32 = 16;
/// Number of SGIs and PPIs, which each hart has for itself.
pub const PRIVATE: u32 = 32;
/// Number of SPIs, as QEMU's `virt` has them.
pub const SPIS: u32 = 256;
/// Number of all interrupts.
const INTIDS: u32 = PRIVATE + SPIS;
/// The answer of an acknowledge that finds nothing.
const SPURIOUS: u32 = 1023;

/// PPIs of the generic timers, by the base system architecture and QEMU's `virt`.
pub mod ppi {
    /// The EL2 physical timer, `CNTHP`.
    pub const HYP_TIMER: u32 = 26;
    /// The virtual timer, `CNTV`.
    pub const VIRTUAL_TIMER: u32 = 27;
    /// The EL3 physical timer, `CNTPS`.
    pub const SECURE_TIMER: u32 = 29;
    /// The EL1 physical timer, `CNTP`.
    pub const PHYSICAL_TIMER: u32 = 30;
    /// The performance monitors.
    pub const PMU: u32 = 23;
}

/// The affinity of a hart (`Aff2`, `Aff1`, `Aff0` of `MPIDR_EL1`), as QEMU's `virt` has it: clusters of 16.
pub fn affinity(hart: usize) -> u64 {
    let (cluster, core) = (hart as u64 / 16, hart as u64 % 16);
    cluster << 8 | core
}

/// The hart of an affinity, if it is below `harts`.
pub fn hart_of(affinity: u64, harts: usize) -> Option<usize> {
    let hart = (affinity >> 8) as usize * 16 + (affinity & 0xff) as usize;
    (affinity <= 0xffff && affinity & 0xff < 16 && hart < harts).then_some(hart)
}

/// A controller of either version, for wiring.
#[derive(Clone, Debug)]
pub enum Gic {
    /// Version 2.
    V2(Shared<v2::Gicv2>),
    /// Version 3.
    V3(Shared<v3::Gicv3>),
}

/// Input numbers of a controller's [`Sink`]: SPIs as they are, and behind them [`PRIVATE`] for each hart.
const PPI_INPUTS: u32 = SPIS;

impl Gic {
    /// The line of SPI `number`, counted from 0 as device trees do.
    pub fn spi(&self, number: u32) -> Line {
        debug_assert!(number < SPIS, "checked with the board");
        Line::new(self.sink(), number)
    }

    /// The line of PPI `intid` (16 to 31) of one hart.
    pub fn ppi(&self, hart: usize, intid: u32) -> Line {
        debug_assert!((SGIS..PRIVATE).contains(&intid));
        Line::new(self.sink(), PPI_INPUTS + hart as u32 * PRIVATE + intid)
    }

    fn sink(&self) -> Arc<dyn Sink> {
        match self {
            Self::V2(gic) => Arc::new(gic.clone()),
            Self::V3(gic) => Arc::new(gic.clone()),
        }
    }
}

/// Where an input number leads.
enum Input {
    /// An SPI, by its INTID.
    Shared(u32),
    /// An INTID of one hart.
    Private(usize, u32),
}

fn input(number: u32) -> Input {
    match number.checked_sub(PPI_INPUTS) {
        None => Input::Shared(PRIVATE + number),
        Some(rest) => Input::Private((rest / PRIVATE) as usize, rest % PRIVATE),
    }
}

/// A distributor register that has a bitmap, by its first offset. Both versions have them at the same places, one bit an
/// interrupt; words are numbered by INTID / 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bits {
    Group,
    SetEnable,
    ClearEnable,
    SetPending,
    ClearPending,
    SetActive,
    ClearActive,
}

impl Bits {
    /// The register that `offset` lies in, and the number of its word.
    fn at(offset: u64) -> Option<(Self, usize)> {
        let register = match offset {
            0x080..0x100 => Self::Group,
            0x100..0x180 => Self::SetEnable,
            0x180..0x200 => Self::ClearEnable,
            0x200..0x280 => Self::SetPending,
            0x280..0x300 => Self::ClearPending,
            0x300..0x380 => Self::SetActive,
            0x380..0x400 => Self::ClearActive,
            _ => return None,
        };
        Some((register, (offset as usize & 0x7f) / 4))
    }

    fn read(self, bank: &Bank, word: usize) -> u32 {
        match self {
            Self::Group => bank.group[word],
            Self::SetEnable | Self::ClearEnable => bank.enabled[word],
            Self::SetPending | Self::ClearPending => bank.pending(word),
            Self::SetActive | Self::ClearActive => bank.active[word],
        }
    }

    /// Writes the bits of `value` that are in `lanes`.
    fn write(self, bank: &mut Bank, word: usize, value: u32, lanes: u32) {
        let bits = value & lanes;
        match self {
            Self::Group => bank.group[word] = bank.group[word] & !lanes | bits,
            Self::SetEnable => bank.enabled[word] |= bits,
            Self::ClearEnable => bank.enabled[word] &= !bits,
            Self::SetPending => bank.latched[word] |= bits,
            Self::ClearPending => bank.latched[word] &= !bits,
            Self::SetActive => bank.active[word] |= bits,
            Self::ClearActive => bank.active[word] &= !bits,
        }
    }
}

/// The aligned word of registers around an access of 1, 2 or 4 bytes: how far it is shifted, and the bits it touches.
struct Lanes {
    word: u64,
    shift: u32,
    mask: u32,
}

impl Lanes {
    fn of(offset: u64, bytes: u64) -> Self {
        let shift = (offset & 3) as u32 * 8;
        let mask = if bytes >= 4 { u32::MAX } else { ((1 << (8 * bytes)) - 1) << shift };
        Self { word: offset & !3, shift, mask }
    }
}
