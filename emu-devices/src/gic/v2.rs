//! The GICv2 (IHI 0048B): a distributor and, for up to eight harts, a CPU interface of memory-mapped registers that are
//! banked by the hart that accesses them.
//!
//! | offset | registers |
//! |---|---|
//! | 0x0_0000 | distributor, 4 KiB |
//! | 0x1_0000 | CPU interface, 8 KiB |
//!
//! Without the Security Extensions there are still two groups, and all accesses are as secure ones would be: group 0 is
//! signalled as IRQ unless `GICC_CTLR.FIQEn` makes it FIQ, group 1 always as IRQ. Priorities have 8 bits, all interrupts
//! 128 preemption levels. Where the specification leaves a choice, it is QEMU's.
//!
//! Distributor registers take accesses of 1, 2 and 4 bytes, the CPU interface words. What is not a register reads 0 and
//! ignores writes; the rest of the window is an access fault.

use emu_mem::{BusFault, Device, Width};

use super::bank::{ActivePriorities, Bank, Candidate, IDLE};
use super::{Bits, INTIDS, Input, Lanes, PRIVATE, SGIS, SPIS, SPURIOUS, input};
use crate::Shared;
use crate::irq::{HartLines, Line, Sink, arm};
use crate::requester::Requester;

/// Size of the window: the distributor's 64 KiB and the CPU interface's.
pub const WINDOW_BYTES: u64 = 0x2_0000;
/// Where the CPU interface begins.
pub const CPU_INTERFACE: u64 = 0x1_0000;
/// The most harts there can be.
pub const MAX_HARTS: usize = 8;

const DISTRIBUTOR_END: u64 = 0x1000;
const CPU_INTERFACE_END: u64 = CPU_INTERFACE + 0x2000;

const D_CTLR: u64 = 0x000;
const D_TYPER: u64 = 0x004;
const D_IIDR: u64 = 0x008;
const D_PRIORITY: u64 = 0x400;
const D_TARGETS: u64 = 0x800;
const D_CONFIGURATION: u64 = 0xc00;
const D_SGIR: u64 = 0xf00;
const D_CPENDSGIR: u64 = 0xf10;
const D_SPENDSGIR: u64 = 0xf20;
const D_ID: u64 = 0xfd0;

const C_CTLR: u64 = 0x00;
const C_PMR: u64 = 0x04;
const C_BPR: u64 = 0x08;
const C_IAR: u64 = 0x0c;
const C_EOIR: u64 = 0x10;
const C_RPR: u64 = 0x14;
const C_HPPIR: u64 = 0x18;
const C_ABPR: u64 = 0x1c;
const C_AIAR: u64 = 0x20;
const C_AEOIR: u64 = 0x24;
const C_AHPPIR: u64 = 0x28;
const C_APR: u64 = 0xd0;
const C_NSAPR: u64 = 0xe0;
const C_IIDR: u64 = 0xfc;
const C_DIR: u64 = 0x1000;

/// Arm as the designer.
const IIDR: u32 = 0x43b;
/// `ICPIDR4` to `7`, `0` to `3`, and `ICCIDR0` to `3`.
const IDENTIFICATION: [u8; 12] = [0x04, 0x00, 0x00, 0x00, 0x90, 0xb4, 0x2b, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

const CTLR_ACK_CTL: u32 = 1 << 2;
const CTLR_FIQ_EN: u32 = 1 << 3;
const CTLR_CBPR: u32 = 1 << 4;
const CTLR_EOI_MODE: u32 = 1 << 9;
const CTLR_MASK: u32 = 0x21f;

/// The answer if the interrupt is of the group that the register is not for.
const OTHER_GROUP: u32 = 1022;

/// The least binary point of group 1. That of group 0 is 0: priorities have 8 bits, of which all but the last can separate
/// preemption levels.
const MIN_ABPR: u32 = 1;

/// The device. The bus has one handle on it and every line into it another, so it lives in a [`Shared`].
#[derive(Debug)]
pub struct Gicv2 {
    requester: Requester,
    /// Enable bits of both groups.
    ctlr: u32,
    /// The SPIs, from number 0.
    shared: Bank,
    /// For each SPI a bit for each hart.
    targets: Vec<u8>,
    interfaces: Vec<Interface>,
}

/// What each hart has for itself.
#[derive(Debug)]
struct Interface {
    /// SGIs and PPIs.
    private: Bank,
    /// For each SGI the harts that have sent it and were not heard yet; the bank's latch follows.
    senders: [u8; SGIS as usize],
    ctlr: u32,
    pmr: u8,
    /// Binary points by group; that of group 1 is one more than its field says it is for group 0.
    bpr: [u32; 2],
    active: ActivePriorities,
    irq: Line,
    fiq: Line,
}

/// Which of the three sets of acknowledge registers is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    /// `GICC_IAR`, `EOIR`, `HPPIR`: group 0, and group 1 if `AckCtl` is set.
    Plain,
    /// `GICC_AIAR`, `AEOIR`, `AHPPIR`: group 1.
    Aliased,
}

impl Interface {
    fn new(pins: &HartLines) -> Self {
        let mut private = Bank::new(1);
        // SGIs are edge-triggered and cannot be disabled.
        private.edge[0] = 0xffff;
        private.enabled[0] = 0xffff;
        Self {
            private,
            senders: [0; SGIS as usize],
            ctlr: 0,
            pmr: 0,
            bpr: [0, MIN_ABPR],
            active: ActivePriorities::default(),
            irq: pins.line(arm::IRQ),
            fiq: pins.line(arm::FIQ),
        }
    }

    fn running(&self) -> u8 {
        self.active.running().map_or(IDLE, |(level, _)| (level as u8) << 1)
    }

    /// The bits of a priority that separate preemption levels.
    fn group_mask(&self, group: usize) -> u8 {
        let shift = if group == 0 || self.ctlr & CTLR_CBPR != 0 { self.bpr[0] + 1 } else { self.bpr[1] };
        (0xff_u32 << shift) as u8
    }

    /// Whether an interrupt may be signalled: its group is enabled here, it is above the mask, and it preempts what runs.
    fn admits(&self, candidate: Candidate, group: usize) -> bool {
        let level = candidate.priority & self.group_mask(group);
        self.ctlr >> group & 1 != 0 && candidate.priority < self.pmr && level < self.running()
    }

    fn update_senders(&mut self) {
        let latched = (0..SGIS).filter(|&sgi| self.senders[sgi as usize] != 0).fold(0, |all, sgi| all | 1 << sgi);
        self.private.latched[0] = self.private.latched[0] & 0xffff_0000 | latched;
    }
}

impl Gicv2 {
    /// A controller for the harts behind `lines`, of which there are at most [`MAX_HARTS`]; those beyond are not served.
    pub fn new(lines: &[HartLines], requester: Requester) -> Self {
        Self {
            requester,
            ctlr: 0,
            shared: Bank::new((SPIS / 32) as usize),
            targets: vec![0; SPIS as usize],
            interfaces: lines.iter().take(MAX_HARTS).map(Interface::new).collect(),
        }
    }

    /// Whose access this is.
    fn hart(&self) -> usize {
        self.requester.hart().min(self.interfaces.len() - 1)
    }

    /// The bank and word of register word `word`.
    fn bank(&self, hart: usize, word: usize) -> Option<(&Bank, usize)> {
        match word.checked_sub(1) {
            None => Some((&self.interfaces[hart].private, 0)),
            Some(word) => (word < self.shared.words()).then_some((&self.shared, word)),
        }
    }

    fn bank_mut(&mut self, hart: usize, word: usize) -> Option<(&mut Bank, usize)> {
        match word.checked_sub(1) {
            None => Some((&mut self.interfaces[hart].private, 0)),
            Some(word) => (word < self.shared.words()).then_some((&mut self.shared, word)),
        }
    }

    /// The SPIs of `word` that go to `hart`. With one hart all do (section 4.3.12).
    fn targeting(&self, hart: usize, word: usize) -> u32 {
        if self.interfaces.len() == 1 {
            return u32::MAX;
        }
        let targets = &self.targets[32 * word..32 * (word + 1)];
        (0..32).filter(|&n| targets[n] >> hart & 1 != 0).fold(0, |all, n| all | 1 << n)
    }

    /// The interrupt that the distributor forwards to `hart`, by its INTID, and its group.
    fn forwarded(&self, hart: usize) -> Option<(Candidate, usize)> {
        let groups =
            |bits: u32| (if self.ctlr & 1 != 0 { !bits } else { 0 }) | if self.ctlr & 2 != 0 { bits } else { 0 };
        let private = &self.interfaces[hart].private;
        let own = private.best(|word| groups(private.group[word]));
        let shared = self.shared.best(|word| groups(self.shared.group[word]) & self.targeting(hart, word));
        let shared = shared.map(|candidate| Candidate { number: candidate.number + PRIVATE, ..candidate });
        let best = [own, shared].into_iter().flatten().min_by_key(|candidate| candidate.priority)?;
        Some((best, self.group(hart, best.number)))
    }

    fn group(&self, hart: usize, intid: u32) -> usize {
        match intid.checked_sub(PRIVATE) {
            None => self.interfaces[hart].private.group(intid),
            Some(spi) => self.shared.group(spi),
        }
    }

    /// What `GICC_HPPIR` and its alias tell, SGIs with their sender.
    fn highest(&self, hart: usize, view: View) -> u32 {
        match self.forwarded(hart) {
            Some((candidate, group)) => self.shown(hart, candidate.number, group, view),
            None => SPURIOUS,
        }
    }

    fn shown(&self, hart: usize, intid: u32, group: usize, view: View) -> u32 {
        let interface = &self.interfaces[hart];
        match (view, group) {
            (View::Plain, 1) if interface.ctlr & CTLR_ACK_CTL == 0 => OTHER_GROUP,
            (View::Aliased, 0) => SPURIOUS,
            _ if intid < SGIS => intid | interface.senders[intid as usize].trailing_zeros() << 10,
            _ => intid,
        }
    }

    fn acknowledge(&mut self, hart: usize, view: View) -> u32 {
        let Some((candidate, group)) = self.forwarded(hart) else { return SPURIOUS };
        if !self.interfaces[hart].admits(candidate, group) {
            return SPURIOUS;
        }
        let shown = self.shown(hart, candidate.number, group, view);
        if shown & 0x3ff >= OTHER_GROUP {
            return shown;
        }
        let interface = &mut self.interfaces[hart];
        interface.active.push(group, u32::from(candidate.priority & interface.group_mask(group)) >> 1);
        match candidate.number.checked_sub(PRIVATE) {
            None => {
                interface.private.activate(candidate.number);
                if let Some(senders) = interface.senders.get_mut(candidate.number as usize) {
                    *senders &= senders.wrapping_sub(1);
                    interface.update_senders();
                }
            }
            Some(spi) => self.shared.activate(spi),
        }
        shown
    }

    /// The end of an interrupt: its priority is dropped and, unless that is a step of its own, it is deactivated.
    fn end(&mut self, hart: usize, value: u32, view: View) {
        let intid = value & 0x3ff;
        if intid >= INTIDS || self.interfaces[hart].active.running().is_none() {
            return;
        }
        let group = self.group(hart, intid);
        if view == View::Aliased && group == 0 {
            return;
        }
        self.interfaces[hart].active.pop(group);
        if self.interfaces[hart].ctlr & CTLR_EOI_MODE == 0 {
            self.deactivate(hart, intid);
        }
    }

    fn deactivate(&mut self, hart: usize, intid: u32) {
        match intid.checked_sub(PRIVATE) {
            None => self.interfaces[hart].private.deactivate(intid),
            Some(spi) if spi < SPIS => self.shared.deactivate(spi),
            Some(_) => {}
        }
    }

    fn send(&mut self, from: usize, value: u32) {
        let everybody = (1u32 << self.interfaces.len()) - 1;
        let to = match value >> 24 & 3 {
            0 => value >> 16 & 0xff,
            1 => everybody & !(1 << from),
            2 => 1 << from,
            _ => 0,
        };
        for (hart, interface) in self.interfaces.iter_mut().enumerate() {
            if to >> hart & 1 != 0 {
                interface.senders[(value & 0xf) as usize] |= 1 << from;
                interface.update_senders();
            }
        }
    }

    fn read_distributor(&self, hart: usize, at: u64) -> u32 {
        if let Some((bits, word)) = Bits::at(at) {
            return self.bank(hart, word).map_or(0, |(bank, word)| bits.read(bank, word));
        }
        match at {
            D_CTLR => self.ctlr,
            D_TYPER => (INTIDS / 32 - 1) | (self.interfaces.len() as u32 - 1) << 5,
            D_IIDR => IIDR,
            D_PRIORITY..D_TARGETS => {
                let first = (at - D_PRIORITY) as usize;
                self.bank(hart, first / 32).map_or(0, |(bank, word)| bank.priorities(32 * word + first % 32))
            }
            D_TARGETS..D_CONFIGURATION => self.read_targets(hart, (at - D_TARGETS) as usize),
            D_CONFIGURATION..D_SGIR => {
                let half = (at - D_CONFIGURATION) as usize / 4;
                self.bank(hart, half / 2).map_or(0, |(bank, word)| bank.configuration(2 * word + half % 2))
            }
            D_CPENDSGIR..D_ID if at < D_SPENDSGIR + 0x10 => {
                let first = (at & 0xf) as usize;
                u32::from_le_bytes(self.interfaces[hart].senders[first..first + 4].try_into().expect("four"))
            }
            D_ID..DISTRIBUTOR_END => u32::from(IDENTIFICATION[(at - D_ID) as usize / 4]),
            _ => 0,
        }
    }

    /// Of SGIs and PPIs a hart sees itself as the target; with one hart there are no targets at all.
    fn read_targets(&self, hart: usize, first: usize) -> u32 {
        match first.checked_sub(PRIVATE as usize) {
            _ if self.interfaces.len() == 1 => 0,
            None => 0x0101_0101 << hart,
            Some(first) if first < SPIS as usize => {
                u32::from_le_bytes(self.targets[first..first + 4].try_into().expect("four"))
            }
            Some(_) => 0,
        }
    }

    fn write_distributor(&mut self, hart: usize, at: u64, value: u32, lanes: u32) {
        if let Some((bits, word)) = Bits::at(at) {
            // SGIs are always enabled, and pending only by who sent them.
            let fixed = match bits {
                Bits::SetEnable | Bits::ClearEnable | Bits::SetPending | Bits::ClearPending if word == 0 => 0xffff,
                _ => 0,
            };
            if let Some((bank, word)) = self.bank_mut(hart, word) {
                bits.write(bank, word, value, lanes & !fixed);
            }
            return;
        }
        match at {
            D_CTLR => self.ctlr = (self.ctlr & !lanes | value & lanes) & 3,
            D_PRIORITY..D_TARGETS => {
                let first = (at - D_PRIORITY) as usize;
                if let Some((bank, word)) = self.bank_mut(hart, first / 32) {
                    bank.set_priorities(32 * word + first % 32, value, lanes, 0xff);
                }
            }
            D_TARGETS..D_CONFIGURATION => {
                let first = (at - D_TARGETS) as usize;
                let Some(first) = first.checked_sub(PRIVATE as usize).filter(|&first| first < SPIS as usize) else {
                    return;
                };
                let all = (self.read_targets(hart, first + PRIVATE as usize) & !lanes | value & lanes).to_le_bytes();
                let harts = ((1u32 << self.interfaces.len()) - 1) as u8;
                for (target, byte) in self.targets[first..first + 4].iter_mut().zip(all) {
                    *target = byte & harts;
                }
            }
            // SGIs stay as they are.
            D_CONFIGURATION..D_SGIR if at != D_CONFIGURATION => {
                let half = (at - D_CONFIGURATION) as usize / 4;
                if let Some((bank, word)) = self.bank_mut(hart, half / 2) {
                    bank.set_configuration(2 * word + half % 2, value, lanes);
                }
            }
            D_SGIR if lanes == u32::MAX => self.send(hart, value),
            D_CPENDSGIR..D_ID if at < D_SPENDSGIR + 0x10 => {
                let interface = &mut self.interfaces[hart];
                let first = (at & 0xf) as usize;
                for (senders, byte) in interface.senders[first..first + 4].iter_mut().zip((value & lanes).to_le_bytes())
                {
                    if at < D_SPENDSGIR {
                        *senders &= !byte;
                    } else {
                        *senders |= byte;
                    }
                }
                interface.update_senders();
            }
            _ => {}
        }
    }

    fn read_interface(&mut self, hart: usize, at: u64) -> u32 {
        let interface = &self.interfaces[hart];
        match at {
            C_CTLR => interface.ctlr,
            C_PMR => u32::from(interface.pmr),
            C_BPR => interface.bpr[0],
            C_ABPR => interface.bpr[1],
            C_RPR => u32::from(interface.running()),
            C_IAR => self.acknowledge(hart, View::Plain),
            C_AIAR => self.acknowledge(hart, View::Aliased),
            C_HPPIR => self.highest(hart, View::Plain),
            C_AHPPIR => self.highest(hart, View::Aliased),
            C_APR..C_NSAPR => (interface.active.levels[0] >> (8 * (at & 0xc))) as u32,
            C_NSAPR..0xf0 => (interface.active.levels[1] >> (8 * (at & 0xc))) as u32,
            C_IIDR => 2 << 16 | IIDR,
            _ => 0,
        }
    }

    fn write_interface(&mut self, hart: usize, at: u64, value: u32) {
        let interface = &mut self.interfaces[hart];
        let with_word = |old: u128| old & !(0xffff_ffff << (8 * (at & 0xc))) | u128::from(value) << (8 * (at & 0xc));
        match at {
            C_CTLR => interface.ctlr = value & CTLR_MASK,
            C_PMR => interface.pmr = value as u8,
            C_BPR => interface.bpr[0] = value & 7,
            C_ABPR => interface.bpr[1] = (value & 7).max(MIN_ABPR),
            C_EOIR => self.end(hart, value, View::Plain),
            C_AEOIR => self.end(hart, value, View::Aliased),
            C_DIR if interface.ctlr & CTLR_EOI_MODE != 0 => self.deactivate(hart, value & 0x3ff),
            C_APR..C_NSAPR => interface.active.levels[0] = with_word(interface.active.levels[0]),
            C_NSAPR..0xf0 => interface.active.levels[1] = with_word(interface.active.levels[1]),
            _ => {}
        }
    }

    /// Both pins of every hart.
    fn update(&mut self) {
        for (hart, interface) in self.interfaces.iter().enumerate() {
            let signalled = self.forwarded(hart).filter(|&(candidate, group)| interface.admits(candidate, group));
            let fiq = signalled.is_some_and(|(_, group)| group == 0 && interface.ctlr & CTLR_FIQ_EN != 0);
            interface.fiq.set(fiq);
            interface.irq.set(signalled.is_some() && !fiq);
        }
    }
}

impl Device for Gicv2 {
    fn read(&mut self, offset: u64, width: Width) -> Result<u64, BusFault> {
        let hart = self.hart();
        match offset {
            0..DISTRIBUTOR_END if width != Width::B8 => {
                let lanes = Lanes::of(offset, width.bytes());
                Ok(u64::from((self.read_distributor(hart, lanes.word) & lanes.mask) >> lanes.shift))
            }
            CPU_INTERFACE..CPU_INTERFACE_END if width == Width::B4 => {
                let value = self.read_interface(hart, offset - CPU_INTERFACE);
                self.update();
                Ok(u64::from(value))
            }
            _ => Err(BusFault),
        }
    }

    fn write(&mut self, offset: u64, width: Width, value: u64) -> Result<(), BusFault> {
        let hart = self.hart();
        match offset {
            0..DISTRIBUTOR_END if width != Width::B8 => {
                let lanes = Lanes::of(offset, width.bytes());
                self.write_distributor(hart, lanes.word, (value as u32) << lanes.shift, lanes.mask);
            }
            CPU_INTERFACE..CPU_INTERFACE_END if width == Width::B4 => {
                self.write_interface(hart, offset - CPU_INTERFACE, value as u32);
            }
            _ => return Err(BusFault),
        }
        self.update();
        Ok(())
    }
}

impl Sink for Shared<Gicv2> {
    fn drive(&self, number: u32, level: bool) {
        let mut gic = self.lock();
        match input(number) {
            Input::Shared(intid) => gic.shared.drive(intid - PRIVATE, level),
            Input::Private(hart, intid) => {
                if let Some(interface) = gic.interfaces.get_mut(hart) {
                    interface.private.drive(intid, level);
                }
            }
        }
        gic.update();
    }
}

#[cfg(test)]
#[path = "v2/tests.rs"]
mod tests;
