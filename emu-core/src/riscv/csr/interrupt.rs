//! Interrupt registers and delegation (privileged manual 3.1.8, 3.1.9, 12.1.3).
//!
//! `mip` is put together anew at each look: lines from devices, bits that software has written, and the supervisor timer.

use super::{Cx, Registers};
use crate::riscv::cause::{self, interrupt};
use crate::riscv::extension::Ext;

const SSIP: u64 = 1 << interrupt::SSI;
const STIP: u64 = 1 << interrupt::STI;
const SEIP: u64 = 1 << interrupt::SEI;
/// The supervisor's interrupts, which are those that can be delegated.
pub(super) const SUPERVISOR: u64 = SSIP | STIP | SEIP;
/// The machine's own, which only devices set.
const MACHINE: u64 = 1 << interrupt::MSI | 1 << interrupt::MTI | 1 << interrupt::MEI;

/// `mip` at this point, from all its sources.
pub(in crate::riscv) fn pending(cx: &Cx<'_>) -> u64 {
    if cx.has(Ext::S) { mip_base(cx, 0) | cx.lines.get() & SEIP } else { cx.lines.get() & MACHINE }
}

pub(super) fn mip(cx: &Cx<'_>, _: usize) -> u64 {
    pending(cx)
}

/// 3.1.9: what CSRRS and CSRRC start from has SEIP as software wrote it, without the interrupt controller's line.
pub(super) fn mip_base(cx: &Cx<'_>, _: usize) -> u64 {
    let written = &cx.registers().mip;
    // A message that sets SSIP leaves a bit that software clears.
    if cx.lines.get() & SSIP != 0 {
        cx.lines.take(SSIP);
        written.set(written.get() | SSIP);
    }
    let timer = if cx.arch.has_supervisor_timer() {
        // 3.1.9: with Sstc, STIP is the comparison and not writable.
        if cx.arch.supervisor_timer_expired(cx) { STIP } else { 0 }
    } else {
        written.get() & STIP
    };
    written.get() & !STIP | timer | cx.lines.get() & MACHINE
}

pub(super) fn set_mip(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    if !cx.has(Ext::S) {
        return true;
    }
    let writable = if cx.arch.has_supervisor_timer() { SSIP | SEIP } else { SUPERVISOR };
    let written = &cx.registers().mip;
    Registers::put(written, written.get() & !writable | value & writable)
}

pub(super) fn mie(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().mie.get()
}

pub(super) fn set_mie(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    let exist = if cx.has(Ext::S) { MACHINE | SUPERVISOR } else { MACHINE };
    Registers::put(&cx.registers().mie, value & exist)
}

pub(super) fn mideleg(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().mideleg.get()
}

pub(super) fn set_mideleg(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    Registers::put(&cx.registers().mideleg, value & SUPERVISOR)
}

pub(super) fn medeleg(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().medeleg.get()
}

/// 3.1.8: what S mode can never see need not be delegable: calls from M mode, and misaligned fetches where C is.
pub(super) fn set_medeleg(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    let mut delegable = 1 << cause::FETCH_ACCESS
        | 1 << cause::ILLEGAL
        | 1 << cause::BREAKPOINT
        | 1 << cause::LOAD_MISALIGNED
        | 1 << cause::LOAD_ACCESS
        | 1 << cause::STORE_AMO_MISALIGNED
        | 1 << cause::STORE_AMO_ACCESS
        | 1 << cause::ECALL_U
        | 1 << (cause::ECALL_U + 1)
        | 1 << cause::FETCH_PAGE
        | 1 << cause::LOAD_PAGE
        | 1 << cause::STORE_AMO_PAGE
        | 1 << cause::SOFTWARE_CHECK
        | 1 << cause::HARDWARE_ERROR;
    if !cx.has(Ext::ZCA) {
        delegable |= 1 << cause::FETCH_MISALIGNED;
    }
    Registers::put(&cx.registers().medeleg, value & delegable)
}

/// 12.1.3: the supervisor sees and changes what is delegated to it.
pub(super) fn sie(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().mie.get() & cx.registers().mideleg.get()
}

pub(super) fn set_sie(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    let (mie, delegated) = (&cx.registers().mie, cx.registers().mideleg.get());
    Registers::put(mie, mie.get() & !delegated | value & delegated)
}

pub(super) fn sip(cx: &Cx<'_>, _: usize) -> u64 {
    pending(cx) & cx.registers().mideleg.get()
}

pub(super) fn sip_base(cx: &Cx<'_>, _: usize) -> u64 {
    mip_base(cx, 0) & cx.registers().mideleg.get()
}

/// Of these only SSIP can be written.
pub(super) fn set_sip(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    let (written, writable) = (&cx.registers().mip, cx.registers().mideleg.get() & SSIP);
    Registers::put(written, written.get() & !writable | value & writable)
}
