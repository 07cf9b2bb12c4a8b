//! System registers: the table, who may touch which, MRS and MSR (C5, D13).
//!
//! A register is one row: its encoding, its name, the lowest exception level that may touch it, and how it is read and
//! written. Registers without a row are undefined.

use super::exception::pstate;
use super::flags::{nzcv, set_nzcv};
use super::slots::{FPCR, FPSR, dst, general, src};
use super::state::AArch64;
use super::width::A64;
use crate::engine::Engine;
use crate::format;
use crate::hart::Hart;
use crate::interp::{Next, Step};
use crate::slot::Slot;
use crate::trap::Stop;
use std::fmt::{self, Display};

format! {
    /// MRS: op0 to op2 as they stand in the encoding.
    Mrs(w) { rt: Slot = dst(w), id: u16 = id(w) }
    |o, pc, out| write!(out, "{}, {}", general(o.rt, true), Name(o.id)); writes rt
}
format! {
    /// MSR.
    Msr(w) as Mrs { rt = src(w), id = id(w) }
    |o, pc, out| write!(out, "{}, {}", Name(o.id), general(o.rt, true))
}
fn id(w: u32) -> u16 {
    (w >> 5) as u16
}

/// A register as the disassembler prints it.
struct Name(u16);
impl Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match find(self.0) {
            Some(register) => out.write_str(register.name),
            None => {
                let id = self.0;
                write!(out, "s{}_{}_c{}_c{}_{}", id >> 14, id >> 11 & 7, id >> 7 & 15, id >> 3 & 15, id & 7)
            }
        }
    }
}

/// How a register is read.
type Read = fn(&Hart<AArch64>) -> u64;
/// How it is written.
type Write = fn(&Hart<AArch64>, u64);

/// One register.
pub struct Register {
    /// Its encoding: op0, op1, CRn, CRm, op2.
    id: u16,
    /// Its name as the assembler writes it.
    pub name: &'static str,
    /// The lowest exception level that may touch it.
    level: u8,
    read: Read,
    /// `None`: MSR is undefined.
    write: Option<Write>,
}

/// Parts of an encoding put together.
const fn encoding(op0: u16, op1: u16, crn: u16, crm: u16, op2: u16) -> u16 {
    op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2
}

macro_rules! registers {
    ($($name:literal ($op0:literal $op1:literal $crn:literal $crm:literal $op2:literal) $level:literal $read:expr $(, $write:expr)?;)*) => {
        &[$(Register {
            id: encoding($op0, $op1, $crn, $crm, $op2),
            name: $name,
            level: $level,
            read: $read,
            write: registers!(@write $($write)?),
        }),*]
    };
    (@write) => { None };
    (@write $write:expr) => { Some($write) };
}

/// All registers, by their encoding.
static REGISTERS: &[Register] = registers! {
    "midr_el1" (3 0 0 0 0) 1 |hart| hart.arch.config.cpu.midr();
    // Uniprocessor-free numbering: affinity 0 is the hart's number.
    "mpidr_el1" (3 0 0 0 5) 1 |hart| 1 << 31 | hart.id as u64;
    "revidr_el1" (3 0 0 0 6) 1 |_| 0;
    "sctlr_el1" (3 0 1 0 0) 1 |hart| hart.arch.registers.of_level(1).sctlr.get(), |hart, v| {
        hart.arch.registers.of_level(1).sctlr.set(v);
        hart.arch.controls_changed(hart);
    };
    "cpacr_el1" (3 0 1 0 2) 1 |hart| hart.arch.registers.cpacr_el1.get(), |hart, v| {
        hart.arch.registers.cpacr_el1.set(v & 3 << 20);
        hart.arch.controls_changed(hart);
    };
    "spsr_el1" (3 0 4 0 0) 1 |hart| hart.arch.registers.of_level(1).spsr.get(), |hart, v| hart.arch.registers.of_level(1).spsr.set(v);
    "elr_el1" (3 0 4 0 1) 1 |hart| hart.arch.registers.of_level(1).elr.get(), |hart, v| hart.arch.registers.of_level(1).elr.set(v);
    "sp_el0" (3 0 4 1 0) 1 |hart| hart.slots.get(hart.arch.sp_slot(hart, 0)), |hart, v| hart.slots.set(hart.arch.sp_slot(hart, 0), v);
    "spsel" (3 0 4 2 0) 1 |hart| hart.arch.pstate.sp_is_own() as u64, |hart, v| {
        hart.arch.enter_level(hart, hart.mode.get(), v & 1 != 0);
    };
    "currentel" (3 0 4 2 2) 1 |hart| (hart.mode.get() as u64) << 2;
    "esr_el1" (3 0 5 2 0) 1 |hart| hart.arch.registers.of_level(1).esr.get(), |hart, v| hart.arch.registers.of_level(1).esr.set(v);
    "far_el1" (3 0 6 0 0) 1 |hart| hart.arch.registers.of_level(1).far.get(), |hart, v| hart.arch.registers.of_level(1).far.set(v);
    "par_el1" (3 0 7 4 0) 1 |hart| hart.arch.registers.par_el1.get(), |hart, v| hart.arch.registers.par_el1.set(v);
    "vbar_el1" (3 0 12 0 0) 1 |hart| hart.arch.registers.of_level(1).vbar.get(), |hart, v| {
        hart.arch.registers.of_level(1).vbar.set(v & !0x7ff);
    };
    "contextidr_el1" (3 0 13 0 1) 1 |hart| hart.arch.registers.contextidr_el1.get(), |hart, v| hart.arch.registers.contextidr_el1.set(v & 0xffff_ffff);
    "tpidr_el1" (3 0 13 0 4) 1 |hart| hart.arch.registers.of_level(1).tpidr.get(), |hart, v| hart.arch.registers.of_level(1).tpidr.set(v);
    // Lines of 64 bytes; DIC and IDC are 0, so that guests announce new code.
    "ctr_el0" (3 3 0 0 1) 0 |_| 0x8444_c004;
    "dczid_el0" (3 3 0 0 7) 0 |_| 4;
    "nzcv" (3 3 4 2 0) 0 |hart| nzcv(hart) << 28, |hart, v| set_nzcv(hart, v >> 28);
    "daif" (3 3 4 2 1) 1 |hart| pstate(hart) & 15 << 6, |hart, v| hart.arch.pstate.set_daif(v >> 6);
    "fpcr" (3 3 4 4 0) 0 |hart| hart.slots.get(FPCR), |hart, v| hart.slots.set(FPCR, v & 0x07c0_0000);
    "fpsr" (3 3 4 4 1) 0 |hart| hart.slots.get(FPSR), |hart, v| hart.slots.set(FPSR, v & 0x0800_009f);
    "tpidr_el0" (3 3 13 0 2) 0 |hart| hart.arch.registers.of_level(0).tpidr.get(), |hart, v| hart.arch.registers.of_level(0).tpidr.set(v);
    "tpidrro_el0" (3 3 13 0 3) 0 |hart| hart.arch.registers.tpidrro_el0.get(), |hart, v| hart.arch.registers.tpidrro_el0.set(v);
};

/// The register of an encoding.
fn find(id: u16) -> Option<&'static Register> {
    let at = REGISTERS.binary_search_by_key(&id, |register| register.id).ok()?;
    Some(&REGISTERS[at])
}

/// Tells `to` every register that holds something, by name.
pub(super) fn each(hart: &Hart<AArch64>, to: &mut dyn FnMut(&str, u64)) {
    for register in REGISTERS.iter().filter(|register| register.write.is_some()) {
        to(register.name, (register.read)(hart));
    }
}

/// The register, if the hart may touch it now.
fn accessible(hart: &Hart<AArch64>, id: u16) -> Result<&'static Register, Stop> {
    find(id).filter(|register| hart.mode.get() >= register.level).ok_or(Stop::Undefined)
}

/// MRS.
pub fn mrs<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Mrs) -> Result<Next, Stop> {
    let register = accessible(h.hart, o.id)?;
    h.set(o.rt, h.x((register.read)(h.hart)));
    Ok(h.next())
}

/// MSR (register).
pub fn msr<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Mrs) -> Result<Next, Stop> {
    let write = accessible(h.hart, o.id)?.write.ok_or(Stop::Undefined)?;
    write(h.hart, h.get(o.rt).0);
    Ok(h.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_stand_in_the_order_of_their_encodings() {
        assert!(REGISTERS.is_sorted_by(|a, b| a.id < b.id));
    }
}
