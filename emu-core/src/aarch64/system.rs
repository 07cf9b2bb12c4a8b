//! System instructions: exceptions that a program asks for, returns from them, hints, barriers, PSTATE, maintenance (C4.1.94).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::exception::{class, leave, pending_interrupt, syndrome, wakes};
use super::semihosting;
use super::slots::{general, src};
use super::state::{AArch64, Pstate};
use super::width::A64;
use crate::engine::*;
use crate::format;
use crate::interp::{Next, Step};
use crate::slot::{Slot, ZERO};
use crate::trap::{Stop, Trap};
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
const SP_SEL: u8 = 0o05;
const DAIF_SET: u8 = 0o36;
const DAIF_CLEAR: u8 = 0o37;
fn field_name(field: u8) -> Option<&'static str> {
    match field {
        SP_SEL => Some("spsel"),
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

/// Without EL2 it is undefined, and always at EL0.
pub fn hvc<'h, H: A64<E = Step<'h, AArch64>>>(_: H, _: Exception) -> Result<Next, Stop> {
    Err(Stop::Undefined)
}

/// Without EL3 it is undefined, and always at EL0.
pub fn smc<'h, H: A64<E = Step<'h, AArch64>>>(_: H, _: Exception) -> Result<Next, Stop> {
    Err(Stop::Undefined)
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

/// Hints of which nothing is made: NOP, YIELD, those without a name, those of features that are not here; WFE and SEV, as a
/// wait for an event may end at any time.
#[inline(always)]
pub fn hint<H: A64>(h: H, _: Hint) -> Exec<H::E> {
    Ok(h.next())
}

/// Waits unless an interrupt is asserted, masked or not.
pub fn wfi<'h, H: A64<E = Step<'h, AArch64>>>(h: H, _: Hint) -> Result<Next, Stop> {
    h.hart.waiting.set(!wakes(h.hart) && pending_interrupt(h.hart).is_none());
    Ok(h.next())
}

/// Memory is in order anyway, as harts take turns.
#[inline(always)]
pub fn barrier<H: A64>(h: H, _: Barrier) -> Exec<H::E> {
    Ok(h.next())
}

/// What it synchronises has happened already. A slow row, so that interrupts are looked at.
pub fn isb<'h, H: A64<E = Step<'h, AArch64>>>(h: H, _: Whole) -> Result<Next, Stop> {
    Ok(h.next())
}

pub fn msr_imm<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: PstateField) -> Result<Next, Stop> {
    let (hart, pstate): (_, &Pstate) = (h.hart, &h.hart.arch.pstate);
    if hart.mode.get() == 0 {
        return Err(Stop::Undefined);
    }
    match o.field {
        SP_SEL => hart.arch.enter_level(hart, hart.mode.get(), o.imm & 1 != 0),
        DAIF_SET => pstate.set_daif(pstate.daif() | o.imm as u64),
        DAIF_CLEAR => pstate.set_daif(pstate.daif() & !(o.imm as u64)),
        _ => return Err(Stop::Undefined),
    }
    Ok(h.next())
}

/// Bytes that DC ZVA zeroes, naturally aligned; DCZID_EL0.BS says so.
pub const ZVA_BYTES: u64 = 64;

#[inline(always)]
pub fn dc_zva<H: A64>(h: H, o: Sys) -> Exec<H::E> {
    let at = h.get(o.rt) & h.x(!(ZVA_BYTES - 1));
    for offset in (0..ZVA_BYTES).step_by(8) {
        h.store(at + h.x(offset), h.x(0), Mem::U64)?;
    }
    Ok(h.next())
}

/// op1, CRn, CRm, op2 of a system operation.
const fn operation(op1: u16, crn: u16, crm: u16, op2: u16) -> u16 {
    op1 << 11 | crn << 7 | crm << 3 | op2
}
const IC_IALLUIS: u16 = operation(0, 7, 1, 0);
const IC_IALLU: u16 = operation(0, 7, 5, 0);
const IC_IVAU: u16 = operation(3, 7, 5, 1);
const DC_IVAC: u16 = operation(0, 7, 6, 1);
const DC_ISW: u16 = operation(0, 7, 6, 2);
const DC_CSW: u16 = operation(0, 7, 10, 2);
const DC_CISW: u16 = operation(0, 7, 14, 2);
const DC_CVAC: u16 = operation(3, 7, 10, 1);
const DC_CVAU: u16 = operation(3, 7, 11, 1);
const DC_CIVAC: u16 = operation(3, 7, 14, 1);

/// Maintenance of caches; that of the TLB, and address translation, come with the MMU. Data caches are not there, so their
/// maintenance does nothing. Instruction caches are: guests announce new code.
pub fn sys<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Sys) -> Result<Next, Stop> {
    let needed = if o.op >> 11 & 7 == 3 { 0 } else { 1 };
    if h.hart.mode.get() < needed {
        return Err(Stop::Undefined);
    }
    match o.op {
        IC_IALLUIS | IC_IALLU | IC_IVAU => h.hart.code_changed(),
        DC_IVAC | DC_ISW | DC_CSW | DC_CISW | DC_CVAC | DC_CVAU | DC_CIVAC => {}
        _ => return Err(Stop::Undefined),
    }
    Ok(h.next())
}

/// No operation with a result is defined.
pub fn sysl<'h, H: A64<E = Step<'h, AArch64>>>(_: H, _: Sys) -> Result<Next, Stop> {
    Err(Stop::Undefined)
}
