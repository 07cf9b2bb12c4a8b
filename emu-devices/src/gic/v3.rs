//! The GICv3 (IHI 0069): a distributor with affinity routing and a redistributor for each hart. The CPU interface, which
//! harts reach by system registers, is in [`cpu`].
//!
//! | offset | registers |
//! |---|---|
//! | 0x0_0000 | distributor, 64 KiB |
//! | 0xa_0000 + 0x2_0000 h | redistributor of hart h: 64 KiB of control, 64 KiB of SGIs and PPIs |
//!
//! One security state (`GICD_CTLR.DS` is set) and affinity routing always on; so what the registers for interrupts 0 to 31
//! and for targets would be in the distributor reads 0. No LPIs, no ITS, no message-based SPIs. An SPI for any hart goes to
//! hart 0. As in QEMU, a redistributor that has not been woken up forwards interrupts all the same. Priorities have five
//! bits.
//!
//! Registers take accesses of 1, 2 and 4 bytes; `GICD_IROUTER` and `GICR_TYPER` 8 bytes as well. What is not a register
//! reads 0 and ignores writes; the rest of the window is an access fault.

use emu_mem::{BusFault, Device, Width};

use super::bank::{Bank, Candidate};
use super::{Bits, INTIDS, Input, Lanes, PRIVATE, SPIS, affinity, hart_of, input};
use crate::Shared;
use crate::irq::{HartLines, Sink};
use cpu::CpuInterface;

pub mod cpu;

/// Where the redistributors begin.
pub const REDISTRIBUTORS: u64 = 0xa_0000;
/// Size of the registers of one redistributor.
pub const REDISTRIBUTOR_BYTES: u64 = 0x2_0000;
/// Size of the distributor's registers.
pub const DISTRIBUTOR_BYTES: u64 = 0x1_0000;
/// The most harts there can be.
pub const MAX_HARTS: usize = 64;
/// Size of the window, for the most harts there can be.
pub const WINDOW_BYTES: u64 = REDISTRIBUTORS + REDISTRIBUTOR_BYTES * MAX_HARTS as u64;

/// In the distributor's and in each redistributor's 64 KiB.
const IIDR_VALUE: u32 = 0x43b;
const ID: u64 = 0xffd0;
/// `PIDR4` to `7`, `0` to `3`, and `CIDR0` to `3`; `PIDR0` is the first of these for the distributor.
const IDENTIFICATION: [u8; 12] = [0x44, 0x00, 0x00, 0x00, 0x92, 0xb4, 0x3b, 0x00, 0x0d, 0xf0, 0x05, 0xb1];
/// `GICR_PIDR0`.
const REDISTRIBUTOR_PART: u8 = 0x93;

const D_CTLR: u64 = 0x0000;
const D_TYPER: u64 = 0x0004;
const D_IIDR: u64 = 0x0008;
const D_PRIORITY: u64 = 0x0400;
const D_PRIORITY_END: u64 = 0x0800;
const D_CONFIGURATION: u64 = 0x0c00;
const D_CONFIGURATION_END: u64 = 0x0d00;
const D_ROUTE: u64 = 0x6000;
const D_ROUTE_END: u64 = 0x7fe0;

const R_IIDR: u64 = 0x0004;
const R_TYPER: u64 = 0x0008;
const R_TYPER_HIGH: u64 = 0x000c;
const R_WAKER: u64 = 0x0014;
/// The second half of a redistributor.
const R_PRIVATE: u64 = 0x1_0000;

/// EnableGrp0 and EnableGrp1.
const CTLR_GROUPS: u32 = 3;
/// ARE and DS, which are fixed.
const CTLR_FIXED: u32 = 1 << 4 | 1 << 6;
/// A3V, 16 bits of INTID, no 1-of-N, number of interrupts.
const TYPER: u32 = 1 << 25 | 1 << 24 | 15 << 19 | (INTIDS / 32 - 1);

const WAKER_SLEEP: u32 = 1 << 1;
const WAKER_ASLEEP: u32 = 1 << 2;

/// `GICD_IROUTER`'s bit for any hart.
const ROUTE_ANY: u64 = 1 << 31;
const ROUTE_MASK: u64 = 0xff_80ff_ffff;

/// The bits that priorities have.
const PRIORITY_MASK: u8 = 0xf8;

/// The device. The bus has one handle on it, every line into it another, and so has every hart; so it lives in a
/// [`Shared`].
#[derive(Debug)]
pub struct Gicv3 {
    /// Enable bits of both groups.
    ctlr: u32,
    /// The SPIs, from number 0.
    shared: Bank,
    /// `GICD_IROUTER` of each SPI.
    routes: Vec<u64>,
    harts: Vec<Redistributor>,
}

#[derive(Debug)]
struct Redistributor {
    /// SGIs and PPIs.
    private: Bank,
    waker: u32,
    cpu: CpuInterface,
}

impl Gicv3 {
    /// A controller for the harts behind `lines`, of which there are at most [`MAX_HARTS`]; those beyond are not served.
    pub fn new(lines: &[HartLines]) -> Self {
        let harts = lines.iter().take(MAX_HARTS).map(|pins| {
            let mut private = Bank::new(1);
            private.edge[0] = 0xffff;
            Redistributor { private, waker: WAKER_SLEEP | WAKER_ASLEEP, cpu: CpuInterface::new(pins) }
        });
        Self {
            ctlr: 0,
            shared: Bank::new((SPIS / 32) as usize),
            routes: vec![0; SPIS as usize],
            harts: harts.collect(),
        }
    }

    /// The hart that an SPI goes to.
    fn target(&self, spi: usize) -> Option<usize> {
        let route = self.routes[spi];
        if route & ROUTE_ANY != 0 { Some(0) } else { hart_of(route, self.harts.len()) }
    }

    /// The interrupt that is forwarded to `hart`, by its INTID, and its group.
    fn forwarded(&self, hart: usize) -> Option<(Candidate, usize)> {
        let groups =
            |bits: u32| (if self.ctlr & 1 != 0 { !bits } else { 0 }) | if self.ctlr & 2 != 0 { bits } else { 0 };
        let targeting = |word: usize| {
            let to = |n: &u32| self.target(32 * word + *n as usize) == Some(hart);
            (0..32).filter(to).fold(0, |all, n| all | 1u32 << n)
        };
        let private = &self.harts[hart].private;
        let own = private.best(|word| groups(private.group[word]));
        let shared = self.shared.best(|word| groups(self.shared.group[word]) & targeting(word));
        let shared = shared.map(|candidate| Candidate { number: candidate.number + PRIVATE, ..candidate });
        let best = [own, shared].into_iter().flatten().min_by_key(|candidate| candidate.priority)?;
        let group = match best.number.checked_sub(PRIVATE) {
            None => private.group(best.number),
            Some(spi) => self.shared.group(spi),
        };
        Some((best, group))
    }

    fn activate(&mut self, hart: usize, intid: u32) {
        match intid.checked_sub(PRIVATE) {
            None => self.harts[hart].private.activate(intid),
            Some(spi) => self.shared.activate(spi),
        }
    }

    fn deactivate(&mut self, hart: usize, intid: u32) {
        match intid.checked_sub(PRIVATE) {
            None => self.harts[hart].private.deactivate(intid),
            Some(spi) if spi < SPIS => self.shared.deactivate(spi),
            Some(_) => {}
        }
    }

    /// Makes SGI `intid` pending at every hart that `to` selects, if it is of `group` there.
    fn send(&mut self, intid: u32, group: usize, to: impl Fn(usize) -> bool) {
        for (hart, redistributor) in self.harts.iter_mut().enumerate() {
            if to(hart) && redistributor.private.group(intid) == group {
                redistributor.private.latch(intid);
            }
        }
    }

    fn read_distributor(&self, at: u64) -> u32 {
        if let Some((bits, word)) = Bits::at(at) {
            let word = word.checked_sub(1).filter(|&word| word < self.shared.words());
            return word.map_or(0, |word| bits.read(&self.shared, word));
        }
        match at {
            D_CTLR => self.ctlr | CTLR_FIXED,
            D_TYPER => TYPER,
            D_IIDR => IIDR_VALUE,
            D_PRIORITY..D_PRIORITY_END => spi(at - D_PRIORITY, 1).map_or(0, |spi| self.shared.priorities(spi)),
            D_CONFIGURATION..D_CONFIGURATION_END => {
                spi(at - D_CONFIGURATION, 4).map_or(0, |spi| self.shared.configuration(spi / 16))
            }
            D_ROUTE..D_ROUTE_END => match route(at) {
                Some(spi) => (self.routes[spi] >> (8 * (at & 4))) as u32,
                None => 0,
            },
            ID..DISTRIBUTOR_BYTES => u32::from(IDENTIFICATION[(at - ID) as usize / 4]),
            _ => 0,
        }
    }

    fn write_distributor(&mut self, at: u64, value: u32, lanes: u32) {
        if let Some((bits, word)) = Bits::at(at) {
            if let Some(word) = word.checked_sub(1).filter(|&word| word < self.shared.words()) {
                bits.write(&mut self.shared, word, value, lanes);
            }
            return;
        }
        match at {
            D_CTLR => self.ctlr = (self.ctlr & !lanes | value & lanes) & CTLR_GROUPS,
            D_PRIORITY..D_PRIORITY_END => {
                if let Some(spi) = spi(at - D_PRIORITY, 1) {
                    self.shared.set_priorities(spi, value, lanes, PRIORITY_MASK);
                }
            }
            D_CONFIGURATION..D_CONFIGURATION_END => {
                if let Some(spi) = spi(at - D_CONFIGURATION, 4) {
                    self.shared.set_configuration(spi / 16, value, lanes);
                }
            }
            D_ROUTE..D_ROUTE_END => {
                if let Some(spi) = route(at) {
                    let shift = 8 * (at & 4);
                    let (value, lanes) = (u64::from(value & lanes) << shift, u64::from(lanes) << shift);
                    self.routes[spi] = (self.routes[spi] & !lanes | value) & ROUTE_MASK;
                }
            }
            _ => {}
        }
    }

    fn read_redistributor(&self, hart: usize, at: u64) -> u32 {
        let redistributor = &self.harts[hart];
        let private = &redistributor.private;
        if let Some(at) = at.checked_sub(R_PRIVATE) {
            return match (Bits::at(at), at) {
                (Some((bits, 0)), _) => bits.read(private, 0),
                (Some(_), _) => 0,
                (None, 0x400..0x420) => private.priorities((at - D_PRIORITY) as usize),
                (None, 0xc00..0xc08) => private.configuration((at - D_CONFIGURATION) as usize / 4),
                _ => 0,
            };
        }
        match at {
            R_IIDR => IIDR_VALUE,
            R_TYPER => (hart as u32) << 8 | if hart + 1 == self.harts.len() { 1 << 4 } else { 0 },
            R_TYPER_HIGH => affinity(hart) as u32,
            R_WAKER => redistributor.waker,
            _ if at == ID + 0x10 => u32::from(REDISTRIBUTOR_PART),
            ID..R_PRIVATE => u32::from(IDENTIFICATION[(at - ID) as usize / 4]),
            _ => 0,
        }
    }

    fn write_redistributor(&mut self, hart: usize, at: u64, value: u32, lanes: u32) {
        let redistributor = &mut self.harts[hart];
        let private = &mut redistributor.private;
        match (at.checked_sub(R_PRIVATE), at) {
            (Some(at), _) => match (Bits::at(at), at) {
                (Some((bits, 0)), _) => bits.write(private, 0, value, lanes),
                (None, 0x400..0x420) => {
                    private.set_priorities((at - D_PRIORITY) as usize, value, lanes, PRIORITY_MASK);
                }
                // SGIs stay as they are.
                (None, 0xc04) => private.set_configuration(1, value, lanes),
                _ => {}
            },
            (None, R_WAKER) => {
                let sleep = (redistributor.waker & !lanes | value & lanes) & WAKER_SLEEP;
                redistributor.waker = sleep | if sleep != 0 { WAKER_ASLEEP } else { 0 };
            }
            _ => {}
        }
    }

    fn read_word(&self, offset: u64) -> Option<u32> {
        match self.frame(offset)? {
            (None, at) => Some(self.read_distributor(at)),
            (Some(hart), at) => Some(self.read_redistributor(hart, at)),
        }
    }

    fn write_word(&mut self, offset: u64, value: u32, lanes: u32) -> Option<()> {
        match self.frame(offset)? {
            (None, at) => self.write_distributor(at, value, lanes),
            (Some(hart), at) => self.write_redistributor(hart, at, value, lanes),
        }
        Some(())
    }

    /// Whose registers are at `offset`, and where among them.
    fn frame(&self, offset: u64) -> Option<(Option<usize>, u64)> {
        match offset {
            0..DISTRIBUTOR_BYTES => Some((None, offset)),
            REDISTRIBUTORS.. => {
                let at = offset - REDISTRIBUTORS;
                let hart = (at / REDISTRIBUTOR_BYTES) as usize;
                (hart < self.harts.len()).then_some((Some(hart), at % REDISTRIBUTOR_BYTES))
            }
            _ => None,
        }
    }

    /// Both pins of every hart.
    fn update(&mut self) {
        for hart in 0..self.harts.len() {
            let forwarded = self.forwarded(hart);
            self.harts[hart].cpu.update(forwarded);
        }
    }
}

/// The SPI that a register is about which is `at` bytes from that of interrupt 0, `per_byte` interrupts to a byte.
fn spi(at: u64, per_byte: u64) -> Option<usize> {
    let spi = (at * per_byte).checked_sub(u64::from(PRIVATE))?;
    (spi < u64::from(SPIS)).then_some(spi as usize)
}

/// The SPI whose route is at `at`.
fn route(at: u64) -> Option<usize> {
    let spi = ((at - D_ROUTE) / 8).checked_sub(u64::from(PRIVATE))?;
    (spi < u64::from(SPIS)).then_some(spi as usize)
}

/// Whether a register of 8 bytes is there.
fn is_wide(frame: (Option<usize>, u64)) -> bool {
    matches!(frame, (None, D_ROUTE..D_ROUTE_END) | (Some(_), R_TYPER))
}

impl Device for Gicv3 {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        let lanes = Lanes::of(offset, width.bytes());
        let low = self.read_word(lanes.word).ok_or(BusFault)?;
        if width != Width::B8 {
            return Ok(u64::from((low & lanes.mask) >> lanes.shift));
        }
        if !self.frame(offset).is_some_and(is_wide) {
            return Ok(0);
        }
        Ok(u64::from(low) | u64::from(self.read_word(offset + 4).ok_or(BusFault)?) << 32)
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        let frame = self.frame(offset).ok_or(BusFault)?;
        let lanes = Lanes::of(offset, width.bytes());
        if width != Width::B8 {
            self.write_word(lanes.word, (value as u32) << lanes.shift, lanes.mask);
        } else if is_wide(frame) {
            self.write_word(offset, value as u32, u32::MAX);
            self.write_word(offset + 4, (value >> 32) as u32, u32::MAX);
        }
        self.update();
        Ok(())
    }
}

impl Sink for Shared<Gicv3> {
    fn drive(&self, number: u32, level: bool) {
        let mut gic = self.lock();
        match input(number) {
            Input::Shared(intid) => gic.shared.drive(intid - PRIVATE, level),
            Input::Private(hart, intid) => {
                if let Some(redistributor) = gic.harts.get_mut(hart) {
                    redistributor.private.drive(intid, level);
                }
            }
        }
        gic.update();
    }
}

#[cfg(test)]
#[path = "v3/tests.rs"]
mod tests;
