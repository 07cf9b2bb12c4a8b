//! EL2 and EL3: which level an exception is taken to (D1.10, D1.13), what the two control of that, and the state after reset. They are
//! there as far as firmware and hypervisors need them to bring up what runs below: no second stage of translation, no virtual
//! interrupts, no traps of what EL1 does but SMC, floating point and the physical timer. All levels are in AArch64. Nothing is told apart by
//! security state but what EL2 may see of EL1: memory and the interrupt controller are the same in both.

use super::exception::{class, class_of, interrupt, syndrome};
use super::feature::Highest;
use super::mmu;
use super::state::{AArch64, Pstate};
use crate::hart::Hart;
use crate::trap::Trap;
use emu_devices::gic::affinity;
use std::cell::Cell;

/// Bits of HCR_EL2 (D13.2): `MASK` has those that do something.
pub(super) mod hcr {
    pub(in super::super) const FMO: u64 = 1 << 3;
    pub(in super::super) const IMO: u64 = 1 << 4;
    /// Routes SErrors, which nothing raises.
    pub(in super::super) const AMO: u64 = 1 << 5;
    pub(in super::super) const TSC: u64 = 1 << 19;
    pub(in super::super) const TGE: u64 = 1 << 27;
    pub(in super::super) const HCD: u64 = 1 << 29;
    /// One: EL1 is in AArch64.
    pub(in super::super) const RW: u64 = 1 << 31;
    /// Of cache maintenance, which does nothing here.
    pub(in super::super) const SWIO: u64 = 1 << 1;
    pub(in super::super) const MASK: u64 = FMO | IMO | AMO | TSC | TGE | HCD;
}

/// Bits of SCR_EL3 (D13.2): `MASK` has those that do something.
pub(super) mod scr {
    pub(in super::super) const NS: u64 = 1 << 0;
    pub(in super::super) const IRQ: u64 = 1 << 1;
    pub(in super::super) const FIQ: u64 = 1 << 2;
    pub(in super::super) const EA: u64 = 1 << 3;
    pub(in super::super) const SMD: u64 = 1 << 7;
    pub(in super::super) const HCE: u64 = 1 << 8;
    /// One: the levels below are in AArch64; and two bits that are one in any case.
    pub(in super::super) const ONES: u64 = 1 << 10 | 3 << 4;
    pub(in super::super) const MASK: u64 = NS | IRQ | FIQ | EA | SMD | HCE;
}

/// CPTR_ELx.TFP: floating point and vectors trap.
pub(super) const CPTR_TFP: u64 = 1 << 10;

/// MDCR_EL3.SPME: event counters count in secure state.
pub(super) const MDCR_SPME: u64 = 1 << 17;

/// CNTHCTL_EL2: EL1 may use the physical counter, and the physical timer.
pub(super) mod cnthctl {
    pub(in super::super) const EL1PCTEN: u64 = 1 << 0;
    pub(in super::super) const EL1PCEN: u64 = 1 << 1;
    /// Those and the event stream's, which is not there.
    pub(in super::super) const MASK: u64 = 0xff;
}

/// Registers of EL2 and EL3 that the other levels have none of.
#[derive(Default, Debug)]
#[allow(missing_docs, reason = "the names are the manual's")]
pub struct Upper {
    pub hcr_el2: Cell<u64>,
    pub cptr_el2: Cell<u64>,
    pub mdcr_el2: Cell<u64>,
    pub vpidr_el2: Cell<u64>,
    pub vmpidr_el2: Cell<u64>,
    pub vttbr_el2: Cell<u64>,
    pub vtcr_el2: Cell<u64>,
    pub hpfar_el2: Cell<u64>,
    pub cnthctl_el2: Cell<u64>,
    pub scr_el3: Cell<u64>,
    pub cptr_el3: Cell<u64>,
    pub mdcr_el3: Cell<u64>,
}

/// SCTLR_EL1 after reset, as Cortex-A53 has it (its manual, 4.3.30): SA and SA0, and bits that are one.
const SCTLR_EL1_RESET: u64 = 0x00c5_0838;
/// SCTLR_EL2 and SCTLR_EL3: the same without what is for EL0.
pub(super) const SCTLR_UPPER_ONES: u64 = 0x30c5_0830;
/// SCTLR_ELx.SA.
const SCTLR_SA: u64 = 1 << 3;

/// Registers as after reset; what no level needs then keeps its value.
pub(super) fn reset(hart: &Hart<AArch64>) {
    let registers = &hart.arch.registers;
    registers.of_level(1).sctlr.set(SCTLR_EL1_RESET);
    for el in [2, 3] {
        registers.of_level(el).sctlr.set(SCTLR_UPPER_ONES | SCTLR_SA);
    }
    let upper = &registers.upper;
    upper.hcr_el2.set(hcr::RW);
    upper.scr_el3.set(scr::ONES);
    upper.cptr_el2.set(0);
    upper.cptr_el3.set(0);
    upper.mdcr_el3.set(0);
    upper.vpidr_el2.set(hart.arch.config.cpu.midr());
    upper.vmpidr_el2.set(1 << 31 | affinity(hart.id));
    // As QEMU has it: nothing is denied.
    upper.cnthctl_el2.set(cnthctl::EL1PCTEN | cnthctl::EL1PCEN);
}

/// Whether there is such a level.
pub(super) fn has(hart: &Hart<AArch64>, el: u8) -> bool {
    el <= hart.arch.config.highest as u8
}

/// Whether EL1 and EL0 are secure, or were if the hart went there: only with an EL3 that says so.
pub(super) fn is_secure_below(hart: &Hart<AArch64>) -> bool {
    has(hart, 3) && hart.arch.registers.upper.scr_el3.get() & scr::NS == 0
}

/// EL2Enabled: whether EL2 is above EL1 now. There is no secure EL2.
pub(super) fn has_el2(hart: &Hart<AArch64>) -> bool {
    has(hart, 2) && !is_secure_below(hart)
}

/// Whether a bit of HCR_EL2 holds for what is below EL2.
pub(super) fn hcr_says(hart: &Hart<AArch64>, bits: u64) -> bool {
    has_el2(hart) && hart.arch.registers.upper.hcr_el2.get() & bits != 0
}

/// Whether a bit of SCR_EL3 is set.
pub(super) fn scr_says(hart: &Hart<AArch64>, bits: u64) -> bool {
    has(hart, 3) && hart.arch.registers.upper.scr_el3.get() & bits != 0
}

/// The bit of a cause from which on it says where the exception is taken: above what a syndrome has.
const AIM: u32 = 62;

/// A cause of an exception that is taken to `el`, whatever its class.
pub(super) const fn aimed(el: u8, syndrome: u64) -> u64 {
    syndrome | (el as u64) << AIM
}

/// What is thrown away of a cause where a syndrome is wanted.
pub(super) const fn unaimed(cause: u64) -> u64 {
    cause & 0xffff_ffff
}

/// The level at which a floating-point or vector instruction is trapped now; of several the lowest.
pub(super) fn fp_trap(hart: &Hart<AArch64>) -> Option<u8> {
    let (el, registers) = (hart.mode.get(), &hart.arch.registers);
    // CPACR_EL1.FPEN, D13.2.30: 3 traps nothing, 1 only EL0.
    let by_el1 = match registers.cpacr_el1.get() >> 20 & 3 {
        3 => false,
        1 => el == 0,
        _ => el <= 1,
    };
    let upper = &registers.upper;
    if by_el1 {
        Some(1)
    } else if el <= 2 && has_el2(hart) && upper.cptr_el2.get() & CPTR_TFP != 0 {
        Some(2)
    } else if has(hart, 3) && upper.cptr_el3.get() & CPTR_TFP != 0 {
        Some(3)
    } else {
        None
    }
}

/// Where an exception is taken, and its cause there.
pub(super) fn route(hart: &Hart<AArch64>, trap: Trap) -> (u8, u64) {
    let from = hart.mode.get();
    let (aim, cause) = ((trap.cause >> AIM) as u8, unaimed(trap.cause));
    let class = class_of(cause);
    let is_abort = matches!(class, class::FETCH_ABORT | class::DATA_ABORT);
    if is_abort && mmu::is_external_abort(cause) && scr_says(hart, scr::EA) {
        return (3, cause);
    }
    // TGE: EL0 belongs to EL2.
    if aim.max(from) <= 1 && from == 0 && hcr_says(hart, hcr::TGE) {
        // AArch64.AdvSIMDFPAccessTrap: EL2 is not told of what EL1 denied.
        let cause = if class == class::FP_TRAP { syndrome(class::UNKNOWN, 0) } else { cause };
        return (2, cause);
    }
    (aim.max(from).max(1), cause)
}

/// Where an interrupt is taken now, if it is.
pub(super) fn interrupt_level(hart: &Hart<AArch64>, cause: u64) -> Option<u8> {
    let (from, masks) = (hart.mode.get(), hart.arch.pstate.daif());
    let (by_el3, by_el2, mask) = match cause {
        interrupt::IRQ => (scr::IRQ, hcr::IMO, Pstate::I),
        _ => (scr::FIQ, hcr::FMO, Pstate::F),
    };
    let to = if scr_says(hart, by_el3) {
        3
    } else if hcr_says(hart, by_el2 | hcr::TGE) {
        2
    } else {
        1
    };
    // D1.13: what goes to EL2 or EL3 is not masked below; what goes to a level below is not taken.
    let is_masked = masks & mask != 0 && (to == from || to == 1);
    (to >= from && !is_masked).then_some(to)
}

/// Whether an exception return may go to a level (D1.11.4).
pub(super) fn can_return_to(hart: &Hart<AArch64>, el: u8) -> bool {
    match el {
        0 => true,
        1 => !hcr_says(hart, hcr::TGE),
        2 => has_el2(hart),
        _ => has(hart, 3),
    }
}

/// What becomes of HVC (C6.2, HVC): the level that it calls; `None` if it is undefined.
pub(super) fn hvc(hart: &Hart<AArch64>) -> Option<u8> {
    let el = hart.mode.get();
    let is_enabled = if has(hart, 3) { scr_says(hart, scr::HCE) } else { !hcr_says(hart, hcr::HCD) };
    if el == 0 || el == 1 && !has_el2(hart) || !is_enabled {
        return None;
    }
    Some(el.max(2))
}

/// What becomes of SMC (C6.2, SMC).
pub(super) enum Smc {
    Undefined,
    /// It calls EL3.
    Called,
    /// EL2 wants to know of it first.
    Trapped,
    /// The firmware that is not to be seen answers.
    Answered,
}

/// See [`Smc`].
pub(super) fn smc(hart: &Hart<AArch64>) -> Smc {
    match hart.mode.get() {
        0 => Smc::Undefined,
        1 if hcr_says(hart, hcr::TSC) => Smc::Trapped,
        _ if hart.arch.config.highest < Highest::El3 => Smc::Answered,
        _ if scr_says(hart, scr::SMD) => Smc::Undefined,
        _ => Smc::Called,
    }
}
