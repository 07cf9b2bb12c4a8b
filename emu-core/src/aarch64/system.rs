//! System instructions: exceptions that a program asks for, returns from them, hints, barriers, PSTATE, maintenance (C4.1.94).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::exception::{class, leave, syndrome, wakes};
use super::feature::{Feature, Highest};
use super::format::MoveWide;
use super::levels::{self, Smc};
use super::semihosting;
use super::slots::{ZVA_TRAP, dst, general, src};
use super::state::{AArch64, Pstate};
use super::sysreg::{SCTLR_UMA, access_syndrome, immediate_id, trapped_access};
use super::width::A64;
use crate::engine::*;
use crate::format;
use crate::hart::Hart;
use crate::interp::{Next, Step};
use crate::slot::{Slot, ZERO};
use crate::trap::{Stop, Trap};
use emu_devices::psci::Effect;
use emu_devices::roi::{self, Signal};
use std::fmt::{self, Display};

format! {
    /// No operands.
    Unused(_w) { }
    |_o, pc, out| Ok(())
}
format! {
    /// The number of an exception.
    Exception(w) { imm: u16 = (w >> 5) as u16 }
    |o, pc, out| write!(out, "#{:#x}", o.imm)
}
format! {
    /// A hint's number.
    Hint(w) { imm: u8 = (w >> 5 & 127) as u8 }
    |o, pc, out| write!(out, "#{:#x}", o.imm)
}
/// CRm.
fn crm(w: u32) -> u8 {
    (w >> 8 & 15) as u8
}
format! {
    /// DMB and DSB: whom they concern, which does not matter here.
    Barrier(w) { domain: u8 = crm(w) }
    |o, pc, out| match DOMAINS[o.domain as usize & 15] {
        "" => write!(out, "#{:#04x}", o.domain),
        name => out.write_str(name),
    }
}
const DOMAINS: [&str; 16] =
    ["", "oshld", "oshst", "osh", "", "nshld", "nshst", "nsh", "", "ishld", "ishst", "ish", "", "ld", "st", "sy"];
format! {
    /// ISB and CLREX, which do not tell their usual operand.
    Whole(w) { domain: u8 = crm(w) }
    |o, pc, out| if o.domain == 15 { Ok(()) } else { write!(out, "#{:#x}", o.domain) }
}
format! {
    /// A field of PSTATE and its value: op1 and op2, CRm.
    PstateField(w) if field_name(field(w)).is_some(); { field: u8 = field(w), imm: u8 = crm(w) }
    |o, pc, out| write!(out, "{}, #{:#x}", field_name(o.field).unwrap_or_default(), o.imm)
}
fn field(w: u32) -> u8 {
    (w >> 13 & 0o70 | w >> 5 & 7) as u8
}
const UAO: u8 = 0o03;
const PAN: u8 = 0o04;
const SP_SEL: u8 = 0o05;
const DIT: u8 = 0o32;
const DAIF_SET: u8 = 0o36;
const DAIF_CLEAR: u8 = 0o37;
fn field_name(field: u8) -> Option<&'static str> {
    match field {
        UAO => Some("uao"),
        PAN => Some("pan"),
        SP_SEL => Some("spsel"),
        DIT => Some("dit"),
        DAIF_SET => Some("daifset"),
        DAIF_CLEAR => Some("daifclr"),
        _ => None,
    }
}
format! {
    /// SYS: op1, CRn, CRm and op2 as they stand in the encoding, and a register.
    Sys(w) { op: u16 = (w >> 5 & 0x3fff) as u16, rt: Slot = src(w) }
    |o, pc, out| if o.rt == ZERO { write!(out, "{}", Operation(o.op)) } else { write!(out, "{}, {}", Operation(o.op), general(o.rt, true)) }
}
struct Operation(u16);
impl Display for Operation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = self.0;
        write!(out, "#{}, C{}, C{}, #{}", op >> 11 & 7, op >> 7 & 15, op >> 3 & 15, op & 7)
    }
}
format! {
    /// SYSL.
    Sysl(w) as Sys { op = (w >> 5 & 0x3fff) as u16, rt = super::slots::dst(w) }
    |o, pc, out| write!(out, "{}, {}", general(o.rt, true), Operation(o.op)); writes rt
}

format! {
    /// UDF.
    Undefined(w) { imm: u16 = w as u16 }
    |o, pc, out| write!(out, "#{}", o.imm)
}

/// C6.2.388: undefined for ever.
pub fn udf<'h, H: A64<E = Step<'h, AArch64>>>(_: H, _: Undefined) -> Result<Next, Stop> {
    Err(Stop::Undefined)
}

macro_rules! exceptions {
    ($($name:ident $class:ident;)*) => {
        $(pub fn $name<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Exception) -> Result<Next, Stop> {
            Err(h.hart.trapped(Trap { cause: syndrome(class::$class, o.imm.into()), tval: 0 }))
        })*
    };
}
exceptions! { svc SVC; brk BRK; }

/// Calls EL2. Where EL1 is the highest level it calls the firmware; undefined without any, and at EL0.
pub fn hvc<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Exception) -> Result<Next, Stop> {
    let hart = h.hart;
    if hart.arch.config.highest == Highest::El1 {
        firmware_call(hart)?;
        return Ok(h.next());
    }
    let to = levels::hvc(hart).ok_or(Stop::Undefined)?;
    Err(called(hart, to, class::HVC, o))
}

/// Calls EL3, or what answers in its place.
pub fn smc<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Exception) -> Result<Next, Stop> {
    match levels::smc(h.hart) {
        Smc::Undefined => Err(Stop::Undefined),
        Smc::Called => Err(called(h.hart, 3, class::SMC, o)),
        Smc::Trapped => Err(called(h.hart, 2, class::SMC, o)),
        Smc::Answered => {
            firmware_call(h.hart)?;
            Ok(h.next())
        }
    }
}

fn called(hart: &Hart<AArch64>, to: u8, class: u64, o: Exception) -> Stop {
    hart.trapped(Trap { cause: levels::aimed(to, syndrome(class, o.imm.into())), tval: 0 })
}

/// PSCI, by the calling convention of DEN 0028: the function in W0, arguments from X1 on, the result in X0.
fn firmware_call(hart: &Hart<AArch64>) -> Result<(), Stop> {
    let parts = hart.arch.parts.as_ref().filter(|_| hart.mode.get() != 0).ok_or(Stop::Undefined)?;
    let x = |n| hart.slots.get(src(n));
    let effect = parts.psci.lock().call(hart.id, x(0), [x(1), x(2), x(3)]);
    match effect {
        Effect::Return(value) => hart.slots.set(dst(0), value),
        Effect::Wait => {
            hart.slots.set(dst(0), 0);
            hart.waiting.set(!wakes(hart));
        }
        Effect::Off => {
            hart.arch.off.set(true);
            hart.waiting.set(true);
        }
    }
    Ok(())
}

/// Outside of debug state it is undefined, but for semihosting.
pub fn hlt<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Exception) -> Result<Next, Stop> {
    if o.imm == semihosting::CALL && semihosting::call(h.hart, h.left) { Ok(h.next()) } else { Err(Stop::Undefined) }
}

pub fn eret<'h, H: A64<E = Step<'h, AArch64>>>(h: H, _: Unused) -> Result<Next, Stop> {
    if h.hart.mode.get() == 0 {
        return Err(Stop::Undefined);
    }
    Ok(h.jump(leave(h.hart)))
}

/// Hints of which nothing is made: NOP, YIELD, those without a name, those of features that are not here.
#[inline(always)]
pub fn hint<H: A64>(h: H, _: Hint) -> Exec<H::E> {
    Ok(h.next())
}

/// MOVZ XZR, #N: the region `hint N` begins.
pub fn roi_begin<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: MoveWide) -> Result<Next, Stop> {
    h.hart.roi.give(Signal::Begin(roi::hint(o.imm)));
    Ok(h.next())
}

/// MOVN XZR, #N: it ends.
pub fn roi_end<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: MoveWide) -> Result<Next, Stop> {
    h.hart.roi.give(Signal::End(roi::hint(o.imm)));
    Ok(h.next())
}

/// SCTLR_EL1.nTWI and nTWE: EL0 may wait.
const SCTLR_NTWI: u64 = 1 << 16;
const SCTLR_NTWE: u64 = 1 << 18;

/// The exception of a wait that EL1 has denied to EL0: CV and a condition that always holds, and whether it is WFE.
fn may_wait(hart: &Hart<AArch64>, control: u64, for_event: bool) -> Result<(), Stop> {
    if hart.mode.get() != 0 || hart.arch.registers.of_level(1).sctlr.get() & control != 0 {
        return Ok(());
    }
    let cause = syndrome(class::WFX, 0x1e << 20 | u64::from(for_event));
    Err(hart.trapped(Trap { cause, tval: 0 }))
}

/// Waits unless an interrupt is asserted, masked or not.
pub fn wfi<'h, H: A64<E = Step<'h, AArch64>>>(h: H, _: Hint) -> Result<Next, Stop> {
    let waits = !wakes(h.hart);
    if waits {
        may_wait(h.hart, SCTLR_NTWI, false)?;
    }
    h.hart.waiting.set(waits);
    Ok(h.next())
}

/// A wait for an event may end at any time: it does at once. Only a wait can be denied: not if there is an event already.
pub fn wfe<'h, H: A64<E = Step<'h, AArch64>>>(h: H, _: Hint) -> Result<Next, Stop> {
    let hart = h.hart;
    hart.arch.broadcast.hear_events(&hart.arch.event);
    if !hart.arch.event.replace(false) {
        may_wait(hart, SCTLR_NTWE, true)?;
    }
    Ok(h.next())
}

/// An event for all harts.
pub fn sev<'h, H: A64<E = Step<'h, AArch64>>>(h: H, _: Hint) -> Result<Next, Stop> {
    h.hart.arch.broadcast.tell_event();
    Ok(h.next())
}

/// An event for this hart.
pub fn sevl<'h, H: A64<E = Step<'h, AArch64>>>(h: H, _: Hint) -> Result<Next, Stop> {
    h.hart.arch.event.set(true);
    Ok(h.next())
}

/// Memory is in order anyway, as harts take turns.
#[inline(always)]
pub fn barrier<H: A64>(h: H, _: Barrier) -> Exec<H::E> {
    Ok(h.next())
}

/// Nothing runs ahead of what is decided.
#[inline(always)]
pub fn sb<H: A64>(h: H, _: Unused) -> Exec<H::E> {
    Ok(h.next())
}

/// What it synchronises has happened already. A slow row, so that interrupts are looked at.
pub fn isb<'h, H: A64<E = Step<'h, AArch64>>>(h: H, _: Whole) -> Result<Next, Stop> {
    Ok(h.next())
}

pub fn msr_imm<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: PstateField) -> Result<Next, Stop> {
    let hart = h.hart;
    let needs = match o.field {
        PAN => Feature::PAN,
        UAO => Feature::UAO,
        DIT => Feature::DIT,
        _ => Feature::BASE,
    };
    if !hart.arch.has(needs) {
        return Err(Stop::Undefined);
    }
    if hart.mode.get() == 0 && o.field != DIT {
        // EL1 may let EL0 have the masks.
        return match o.field {
            DAIF_SET | DAIF_CLEAR if hart.arch.registers.of_level(1).sctlr.get() & SCTLR_UMA != 0 => {
                set_field(h, o);
                Ok(h.next())
            }
            DAIF_SET | DAIF_CLEAR => {
                let id = immediate_id(3, o.imm.into(), (o.field & 7).into());
                Err(trapped_access(hart, id, ZERO, false))
            }
            _ => Err(Stop::Undefined),
        };
    }
    set_field(h, o);
    Ok(h.next())
}

fn set_field<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: PstateField) {
    let (hart, pstate): (_, &Pstate) = (h.hart, &h.hart.arch.pstate);
    match o.field {
        SP_SEL => hart.arch.enter_level(hart, hart.mode.get(), o.imm & 1 != 0),
        PAN => hart.arch.set_pan(hart, o.imm & 1 != 0),
        UAO => pstate.set_uao(o.imm & 1 != 0),
        DIT => pstate.set_dit(o.imm & 1 != 0),
        DAIF_SET => hart.arch.set_daif(hart, pstate.daif() | u64::from(o.imm)),
        // The operand has no other field.
        _ => hart.arch.set_daif(hart, pstate.daif() & !u64::from(o.imm)),
    }
}

/// Bytes that DC ZVA zeroes, naturally aligned; DCZID_EL0.BS says so.
pub const ZVA_BYTES: u64 = 64;

#[inline(always)]
pub fn dc_zva<H: A64>(h: H, o: Sys) -> Exec<H::E> {
    if h.key(ZVA_TRAP) != 0 {
        h.require(!h.yes(), access_syndrome(1 << 14 | o.op, o.rt, false), h.x(0))?;
    }
    let at = h.get(o.rt) & h.x(!(ZVA_BYTES - 1));
    for offset in (0..ZVA_BYTES).step_by(8) {
        h.store(at + h.x(offset), h.x(0), Mem::U64)?;
    }
    Ok(h.next())
}

/// op1, CRn, CRm, op2 of a system operation.
pub(super) const fn operation(op1: u16, crn: u16, crm: u16, op2: u16) -> u16 {
    op1 << 11 | crn << 7 | crm << 3 | op2
}
/// No operation with a result is defined.
pub fn sysl<'h, H: A64<E = Step<'h, AArch64>>>(_: H, _: Sys) -> Result<Next, Stop> {
    Err(Stop::Undefined)
}
