//! `mstatus` and `sstatus` (privileged manual 3.1.6, 12.1.1). FS is in its slot, SD is computed, the rest is in a cell.

#![allow(missing_docs, reason = "bits are named as in the manual")]

use super::{Cx, Registers};
use crate::riscv::extension::Ext;
use crate::riscv::slots::FS;
use crate::riscv::state::mode;

bitflags::bitflags! {
    /// Fields of `mstatus` that are one bit.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Status: u64 {
        const SIE = 1 << 1;
        const MIE = 1 << 3;
        const SPIE = 1 << 5;
        const MPIE = 1 << 7;
        const SPP = 1 << 8;
        const MPRV = 1 << 17;
        const SUM = 1 << 18;
        const MXR = 1 << 19;
        const TVM = 1 << 20;
        const TW = 1 << 21;
        const TSR = 1 << 22;
    }
}

/// Where the two bits of MPP start.
pub const MPP: u32 = 11;
const MPP_MASK: u64 = 3 << MPP;
const FS_SHIFT: u32 = 13;

/// SXL and UXL say XLEN 64; with XLEN 32 the fields do not exist.
const UXL_64: u64 = 2 << 32;
const SXL_64: u64 = 2 << 34;

impl Registers {
    /// Whether a bit of `mstatus` is set.
    pub fn status(&self, bit: Status) -> bool {
        self.mstatus.get() & bit.bits() != 0
    }

    /// `mstatus.MPP`.
    pub fn mpp(&self) -> u8 {
        (self.mstatus.get() >> MPP & 3) as u8
    }
}

/// What `sstatus` lets be written of the cell.
fn supervisor_bits(cx: &Cx<'_>) -> Status {
    let supervisor = Status::SIE | Status::SPIE | Status::SPP | Status::SUM | Status::MXR;
    if cx.has(Ext::S) { supervisor } else { Status::empty() }
}

fn machine_bits(cx: &Cx<'_>) -> Status {
    let mut bits = supervisor_bits(cx) | Status::MIE | Status::MPIE;
    if cx.has(Ext::U) {
        bits |= Status::MPRV | Status::TW;
    }
    if cx.has(Ext::S) {
        bits |= Status::TVM | Status::TSR;
    }
    bits
}

/// FS exists with F, and where there is an S mode that may want to emulate F.
fn has_fs(cx: &Cx<'_>) -> bool {
    cx.has(Ext::F) || cx.has(Ext::S)
}

fn state(cx: &Cx<'_>) -> u64 {
    let fs = cx.slots.get(FS);
    let dirty = if fs == 3 { 1 << (cx.xlen() - 1) } else { 0 };
    cx.registers().mstatus.get() | fs << FS_SHIFT | dirty
}

pub(super) fn mstatus(cx: &Cx<'_>, _: usize) -> u64 {
    let wide = |has, field| if cx.xlen() == 64 && cx.has(has) { field } else { 0 };
    state(cx) | wide(Ext::U, UXL_64) | wide(Ext::S, SXL_64)
}

/// A mode that MPP can hold; one that the hart lacks becomes U, or M if there is only M.
fn legal_mode(cx: &Cx<'_>, wanted: u8) -> u8 {
    match wanted {
        _ if !cx.has(Ext::U) => mode::M,
        mode::M => mode::M,
        mode::S if cx.has(Ext::S) => mode::S,
        _ => mode::U,
    }
}

fn write(cx: &Cx<'_>, bits: u64, value: u64) {
    if has_fs(cx) {
        cx.slots.set(FS, value >> FS_SHIFT & 3);
    }
    cx.arch.set_status(cx, cx.registers().mstatus.get() & !bits | value & bits);
}

pub(super) fn set_mstatus(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    let mpp = legal_mode(cx, (value >> MPP & 3) as u8);
    write(cx, machine_bits(cx).bits() | MPP_MASK, value & !MPP_MASK | (mpp as u64) << MPP);
    true
}

pub(super) fn sstatus(cx: &Cx<'_>, _: usize) -> u64 {
    let visible = supervisor_bits(cx).bits() | 3 << FS_SHIFT | 1 << (cx.xlen() - 1);
    state(cx) & visible | if cx.xlen() == 64 { UXL_64 } else { 0 }
}

pub(super) fn set_sstatus(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    write(cx, supervisor_bits(cx).bits(), value);
    true
}
