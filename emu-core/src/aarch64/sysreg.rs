//! System registers: who may touch which, MRS and MSR (C5, D13). The registers themselves are in tables by what they are about:
//! `identification`, `control`, `upper` (of EL2 and EL3), `timer`, `gic`, `pmu`, `debug`.
//!
//! A register is one row: its encoding, its name, who may touch it, and how it is read and written. Registers without a row
//! are undefined; so are those of parts that the board does not have.

use super::exception::{class, syndrome};
use super::levels;
use super::slots::{dst, general, src};
use super::state::AArch64;
use super::width::A64;
use crate::engine::Engine;
use crate::format;
use crate::hart::Hart;
use crate::interp::{Next, Step};
use crate::slot::{SINK, Slot, ZERO};
use crate::trap::{Stop, Trap};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::sync::LazyLock;

mod control;
mod debug;
mod gic;
mod identification;
mod pmu;
mod timer;
mod upper;

pub(super) use control::{SCTLR_SPAN, SCTLR_UMA};
pub(super) use identification::SCTLR_DZE;
pub use pmu::Pmu;

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

/// A hart, and when it touches a register: what counts time or instructions needs to know.
#[derive(Copy, Clone)]
pub(super) struct Cx<'h> {
    pub hart: &'h Hart<AArch64>,
    /// How many instructions retired before.
    pub retired: u64,
    /// Cycles up to then, by the hart's timing model.
    pub cycles: u64,
}

impl<'h> Cx<'h> {
    /// Between instructions.
    pub fn between(hart: &'h Hart<AArch64>) -> Self {
        Cx { hart, retired: hart.retired.get(), cycles: hart.cycles() }
    }

    /// In an instruction with `left` others after it in its slice.
    fn inside(hart: &'h Hart<AArch64>, left: usize) -> Self {
        Cx { hart, retired: hart.retired_before(left), cycles: hart.cycles_before(left) }
    }

    /// Virtual time, in instruction times.
    pub fn now(self) -> u64 {
        self.retired.wrapping_add(self.hart.time_offset.get())
    }
}

/// Who may touch a register.
#[derive(Copy, Clone)]
enum Gate {
    /// Everybody.
    User,
    /// EL1; EL0 may read.
    UserReads,
    /// EL1.
    System,
    /// EL2, where there is one.
    Hypervisor,
    /// EL3, where there is one.
    Monitor,
    /// EL1 always, EL0 if this says so; else its access is trapped.
    Trapped(fn(&Hart<AArch64>) -> bool),
    /// The same to read it; only the highest level may write it.
    ReadTrapped(fn(&Hart<AArch64>) -> bool),
}

/// One register.
struct Register {
    /// Its encoding: op0, op1, CRn, CRm, op2.
    id: u16,
    /// Its name as the assembler writes it.
    name: &'static str,
    gate: Gate,
    exists: fn(&Hart<AArch64>) -> bool,
    /// `None`: MRS is undefined.
    read: Option<fn(Cx<'_>) -> u64>,
    /// `None`: MSR is undefined.
    write: Option<fn(Cx<'_>, u64)>,
}

impl Register {
    /// Whether the hart has it: the exception level that it is for, and what its row asks for.
    fn is_there(&self, hart: &Hart<AArch64>) -> bool {
        let level = match self.gate {
            Gate::Hypervisor => 2,
            Gate::Monitor => 3,
            _ => 1,
        };
        levels::has(hart, level) && (self.exists)(hart)
    }
}

/// Parts of an encoding put together.
const fn encoding(op0: u16, op1: u16, crn: u16, crm: u16, op2: u16) -> u16 {
    op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2
}

/// A table: name, encoding, who, `if` what must be there, `=> read` and `, write`; a `_` in either place is none.
macro_rules! registers {
    ($($name:literal ($op0:literal $op1:literal $crn:literal $crm:literal $op2:literal) $gate:expr $(, if $exists:expr)? => $read:tt $(, $write:expr)?;)*) => {
        &[$(super::Register {
            id: super::encoding($op0, $op1, $crn, $crm, $op2),
            name: $name,
            gate: $gate,
            exists: registers!(@exists $($exists)?),
            read: registers!(@read $read),
            write: registers!(@write $($write)?),
        }),*]
    };
    (@exists) => { |_| true };
    (@exists $exists:expr) => { $exists };
    (@read _) => { None };
    (@read $read:tt) => { Some($read) };
    (@write) => { None };
    (@write $write:expr) => { Some($write) };
}
use registers;

/// All registers, by their encoding.
static REGISTERS: LazyLock<Vec<&'static Register>> = LazyLock::new(|| {
    let tables =
        [identification::TABLE, control::TABLE, timer::TABLE, gic::TABLE, pmu::TABLE, debug::TABLE, upper::TABLE];
    let mut all: Vec<_> = tables.into_iter().flatten().collect();
    all.sort_by_key(|register| register.id);
    all
});

/// The register of an encoding.
fn find(id: u16) -> Option<&'static Register> {
    let at = REGISTERS.binary_search_by_key(&id, |register| register.id).ok()?;
    Some(REGISTERS[at])
}

/// Tells `to` every register that holds something, by name.
pub(super) fn each(hart: &Hart<AArch64>, to: &mut dyn FnMut(&str, u64)) {
    let there = REGISTERS.iter().filter(|register| register.write.is_some() && register.is_there(hart));
    for (name, read) in there.filter(|register| !has_effect(register)).filter_map(|r| Some((r.name, r.read?))) {
        to(name, read(Cx::between(hart)));
    }
}

/// Whether reading it changes anything: acknowledging an interrupt does.
fn has_effect(register: &Register) -> bool {
    register.name.starts_with("icc_iar")
}

/// The register, if the hart may touch it now.
fn accessible(hart: &Hart<AArch64>, id: u16, rt: Slot, is_read: bool) -> Result<&'static Register, Stop> {
    let register = find(id).filter(|register| register.is_there(hart)).ok_or_else(|| unknown(hart, id))?;
    let el = hart.mode.get();
    if timer::is_denied_by_el2(hart, id) {
        let cause = levels::aimed(2, access_syndrome(id, rt, is_read));
        return Err(hart.trapped(Trap { cause, tval: 0 }));
    }
    match register.gate {
        Gate::User => Ok(register),
        Gate::Hypervisor if el < 2 => Err(Stop::Undefined),
        Gate::Monitor if el < 3 => Err(Stop::Undefined),
        Gate::ReadTrapped(_) if !is_read && el < hart.arch.config.highest as u8 => Err(Stop::Undefined),
        _ if el != 0 => Ok(register),
        Gate::UserReads if is_read => Ok(register),
        Gate::System | Gate::UserReads | Gate::Hypervisor | Gate::Monitor => Err(Stop::Undefined),
        Gate::Trapped(allows) | Gate::ReadTrapped(allows) if allows(hart) => Ok(register),
        Gate::Trapped(_) | Gate::ReadTrapped(_) => Err(trapped_access(hart, id, rt, is_read)),
    }
}

/// The registers that a guest has asked for in vain, or for something in them.
#[derive(Debug, Default)]
pub struct Missing(RefCell<BTreeSet<u16>>);

impl Missing {
    /// Says it once for each register.
    fn note(&self, id: u16) {
        if self.0.borrow_mut().insert(id) {
            tracing::warn!(
                "system register {}, which the guest uses, is not there: the instruction is undefined",
                Name(id)
            );
        }
    }

    /// The same for bits of a register that a guest sets.
    fn note_bits(&self, id: u16, bits: u64) {
        if bits != 0 && self.0.borrow_mut().insert(id) {
            tracing::warn!("bits {bits:#x} of {}, which the guest sets, do nothing here: they read as 0", Name(id));
        }
    }
}

/// An undefined register is worth a word: it tells what a kernel misses.
fn unknown(hart: &Hart<AArch64>, id: u16) -> Stop {
    hart.arch.missing.note(id);
    Stop::Undefined
}

/// The exception of an access that EL1 has denied to EL0.
pub(super) fn trapped_access(hart: &Hart<AArch64>, id: u16, rt: Slot, is_read: bool) -> Stop {
    hart.trapped(Trap { cause: access_syndrome(id, rt, is_read), tval: 0 })
}

/// Its syndrome, D13.2.37 (0x18).
pub(super) fn access_syndrome(id: u16, rt: Slot, is_read: bool) -> u64 {
    let id = u64::from(id);
    let (op0, op1, crn, crm, op2) = (id >> 14, id >> 11 & 7, id >> 7 & 15, id >> 3 & 15, id & 7);
    // As `src` and `dst` make a slot of it.
    let rt = if rt == ZERO || rt == SINK { 31 } else { u64::from(rt.0) - 1 };
    let iss = op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | rt << 5 | crm << 1 | u64::from(is_read);
    syndrome(class::SYSTEM, iss)
}

/// The encoding of an MSR (immediate), for the syndrome of one that is denied.
pub(super) const fn immediate_id(op1: u16, crm: u16, op2: u16) -> u16 {
    op1 << 11 | 4 << 7 | crm << 3 | op2
}

/// MRS.
pub fn mrs<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Mrs) -> Result<Next, Stop> {
    let read = accessible(h.hart, o.id, o.rt, true)?.read.ok_or(Stop::Undefined)?;
    h.set(o.rt, h.x(read(Cx::inside(h.hart, h.left))));
    Ok(h.next())
}

/// MSR (register).
pub fn msr<'h, H: A64<E = Step<'h, AArch64>>>(h: H, o: Mrs) -> Result<Next, Stop> {
    let write = accessible(h.hart, o.id, o.rt, false)?.write.ok_or(Stop::Undefined)?;
    write(Cx::inside(h.hart, h.left), h.get(o.rt).0);
    Ok(h.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_register_has_an_encoding_of_its_own() {
        assert!(REGISTERS.is_sorted_by(|a, b| a.id < b.id));
        let mut names: Vec<_> = REGISTERS.iter().map(|register| register.name).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|a, b| a < b));
    }
}
