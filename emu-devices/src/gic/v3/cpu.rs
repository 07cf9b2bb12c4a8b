//! The CPU interface of a GICv3 (IHI 0069, chapter 8 and section 12.2): what a hart's `ICC_*_EL1` registers do. Which
//! encodings they have, and who may use them, is the hart's business.

use super::super::bank::{ActivePriorities, Candidate, IDLE};
use super::super::{INTIDS, SGIS, SPURIOUS, affinity};
use super::{Gicv3, PRIORITY_MASK};
use crate::irq::{HartLines, Line, arm};

/// Bits of a priority.
const PRIORITY_BITS: u32 = 5;
/// Shifts a priority to its preemption level.
const LEVEL_SHIFT: u32 = 8 - PRIORITY_BITS;
/// The least binary point of group 0; that of group 1 is one more.
const MIN_BPR: u32 = 7 - PRIORITY_BITS;

const CTLR_CBPR: u32 = 1 << 0;
const CTLR_EOI_MODE: u32 = 1 << 1;
/// A3V, 24 bits of INTID as QEMU has it, and how many bits priorities have.
const CTLR_FIXED: u32 = 1 << 15 | 1 << 11 | (PRIORITY_BITS - 1) << 8;

/// DIB, DFB and SRE: there are no memory-mapped registers.
const SRE: u64 = 7;

/// A system register of the CPU interface; a number is the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// `ICC_PMR_EL1`: only what is more urgent is signalled.
    Pmr,
    /// `ICC_IAR0_EL1`, `ICC_IAR1_EL1`: acknowledges.
    Iar(usize),
    /// `ICC_EOIR0_EL1`, `ICC_EOIR1_EL1`: ends.
    Eoir(usize),
    /// `ICC_HPPIR0_EL1`, `ICC_HPPIR1_EL1`: what is the most urgent.
    Hppir(usize),
    /// `ICC_BPR0_EL1`, `ICC_BPR1_EL1`: where preemption levels are separated.
    Bpr(usize),
    /// `ICC_AP0R0_EL1`, `ICC_AP1R0_EL1`: what is being served.
    Apr(usize),
    /// `ICC_IGRPEN0_EL1`, `ICC_IGRPEN1_EL1`.
    Igrpen(usize),
    /// `ICC_DIR_EL1`: deactivates.
    Dir,
    /// `ICC_RPR_EL1`: the priority that is being served.
    Rpr,
    /// `ICC_CTLR_EL1`.
    Ctlr,
    /// `ICC_SRE_EL1`.
    Sre,
    /// `ICC_SGI0R_EL1`, `ICC_SGI1R_EL1`: sends.
    Sgir(usize),
    /// `ICC_ASGI1R_EL1`: sends to a security state that does not exist.
    Asgi1r,
}

/// One hart's interface.
#[derive(Debug)]
pub(super) struct CpuInterface {
    ctlr: u32,
    pmr: u8,
    bpr: [u32; 2],
    enabled: [bool; 2],
    active: ActivePriorities,
    irq: Line,
    fiq: Line,
}

impl CpuInterface {
    pub fn new(pins: &HartLines) -> Self {
        Self {
            ctlr: 0,
            pmr: 0,
            bpr: [MIN_BPR, MIN_BPR + 1],
            enabled: [false; 2],
            active: ActivePriorities::default(),
            irq: pins.line(arm::IRQ),
            fiq: pins.line(arm::FIQ),
        }
    }

    fn running(&self) -> u8 {
        self.active.running().map_or(IDLE, |(level, _)| (level << LEVEL_SHIFT) as u8)
    }

    /// The bits of a priority that separate preemption levels: the binary point of group 1 counts one more.
    fn group_mask(&self, group: usize) -> u8 {
        let shift = if group == 0 || self.ctlr & CTLR_CBPR != 0 { self.bpr[0] + 1 } else { self.bpr[1] };
        (0xff_u32 << shift) as u8
    }

    /// Whether an interrupt may be signalled: its group is enabled here, it is above the mask, and it preempts what runs.
    fn admits(&self, candidate: Candidate, group: usize) -> bool {
        let mask = self.group_mask(group);
        let preempts = self.active.running().is_none() || candidate.priority & mask < self.running() & mask;
        self.enabled[group] && candidate.priority < self.pmr && preempts
    }

    /// Drives the pins: group 0 is FIQ, group 1 IRQ (section 4.6.2, one security state).
    pub fn update(&self, forwarded: Option<(Candidate, usize)>) {
        let group = forwarded.filter(|&(candidate, group)| self.admits(candidate, group)).map(|(_, group)| group);
        self.fiq.set(group == Some(0));
        self.irq.set(group == Some(1));
    }
}

impl Gicv3 {
    /// What hart `hart` reads. Reading `Iar` acknowledges. Registers that can only be written read 0.
    pub fn read_register(&mut self, hart: usize, register: Register) -> u64 {
        let Some(redistributor) = self.harts.get(hart) else { return 0 };
        let cpu = &redistributor.cpu;
        match register {
            Register::Pmr => cpu.pmr.into(),
            Register::Bpr(1) if cpu.ctlr & CTLR_CBPR != 0 => (cpu.bpr[0] + 1).min(7).into(),
            Register::Bpr(group) => cpu.bpr[group & 1].into(),
            Register::Apr(group) => cpu.active.levels[group & 1] as u64,
            Register::Igrpen(group) => cpu.enabled[group & 1].into(),
            Register::Rpr => cpu.running().into(),
            Register::Ctlr => (cpu.ctlr | CTLR_FIXED).into(),
            Register::Sre => SRE,
            Register::Hppir(group) => self.highest(hart, group).into(),
            Register::Iar(group) => {
                let intid = self.acknowledge(hart, group);
                self.update();
                intid.into()
            }
            Register::Eoir(_) | Register::Dir | Register::Sgir(_) | Register::Asgi1r => 0,
        }
    }

    /// Hart `hart` writes. Registers that can only be read ignore it.
    pub fn write_register(&mut self, hart: usize, register: Register, value: u64) {
        let Some(redistributor) = self.harts.get_mut(hart) else { return };
        let cpu = &mut redistributor.cpu;
        match register {
            Register::Pmr => cpu.pmr = value as u8 & PRIORITY_MASK,
            // With CBPR, group 0's binary point stands for both, and this one is read-only.
            Register::Bpr(1) if cpu.ctlr & CTLR_CBPR != 0 => {}
            Register::Bpr(group) => cpu.bpr[group & 1] = (value as u32 & 7).max(MIN_BPR + (group as u32 & 1)),
            Register::Apr(group) => cpu.active.levels[group & 1] = u128::from(value as u32),
            Register::Igrpen(group) => cpu.enabled[group & 1] = value & 1 != 0,
            Register::Ctlr => cpu.ctlr = value as u32 & (CTLR_CBPR | CTLR_EOI_MODE),
            Register::Eoir(group) => self.end(hart, group, value),
            Register::Dir => {
                if cpu.ctlr & CTLR_EOI_MODE != 0 {
                    self.deactivate(hart, value.min(INTIDS.into()) as u32);
                }
            }
            Register::Sgir(group) => self.generate(hart, group, value),
            Register::Iar(_) | Register::Hppir(_) | Register::Rpr | Register::Sre | Register::Asgi1r => {}
        }
        self.update();
    }

    fn highest(&self, hart: usize, group: usize) -> u32 {
        let forwarded = self.forwarded(hart).filter(|&(_, of)| of == group);
        forwarded.map_or(SPURIOUS, |(candidate, _)| candidate.number)
    }

    fn acknowledge(&mut self, hart: usize, group: usize) -> u32 {
        let cpu = &self.harts[hart].cpu;
        let admitted = self.forwarded(hart).filter(|&(candidate, of)| of == group && cpu.admits(candidate, of));
        let Some((candidate, _)) = admitted else { return SPURIOUS };
        let level = candidate.priority & cpu.group_mask(group);
        self.harts[hart].cpu.active.push(group, u32::from(level) >> LEVEL_SHIFT);
        self.activate(hart, candidate.number);
        candidate.number
    }

    /// The end of an interrupt: its priority is dropped and, unless that is a step of its own, it is deactivated. One of
    /// another group than what runs is ignored.
    fn end(&mut self, hart: usize, group: usize, value: u64) {
        let cpu = &mut self.harts[hart].cpu;
        if value >= INTIDS.into() || cpu.active.running().is_none_or(|(_, running)| running != group) {
            return;
        }
        cpu.active.pop(group);
        if cpu.ctlr & CTLR_EOI_MODE == 0 {
            self.deactivate(hart, value as u32);
        }
    }

    /// `ICC_SGI0R_EL1`, `ICC_SGI1R_EL1`: to everybody else, or to a list of up to 16 harts of one cluster.
    fn generate(&mut self, from: usize, group: usize, value: u64) {
        let intid = (value >> 24) as u32 & (SGIS - 1);
        let (list, others) = (value & 0xffff, value >> 40 & 1 != 0);
        let cluster = (value >> 48 & 0xff) << 24 | (value >> 32 & 0xff) << 16 | (value >> 16 & 0xff) << 8;
        // The range selector says which 16 of a cluster's harts are meant; no cluster here has more.
        let first = value >> 44 & 0xf;
        self.send(intid, group, |hart| {
            let affinity = affinity(hart);
            let listed = first == 0 && affinity & !0xff == cluster && list >> (affinity & 0xff) & 1 != 0;
            if others { hart != from } else { listed }
        });
    }
}
