//! `fcsr` and its parts (unprivileged manual 20.2), which live in slots.

use super::Cx;
use crate::riscv::slots::{FFLAGS, FRM, FS};

/// Any access needs `mstatus.FS` to be other than off.
pub(super) fn on(cx: &Cx<'_>, _: usize) -> bool {
    cx.slots.get(FS) != 0
}

fn dirty(cx: &Cx<'_>) -> bool {
    if cx.slots.get(FS) != 3 {
        cx.slots.set(FS, 3);
        super::changed(cx, 0x300);
    }
    true
}

pub(super) fn fflags(cx: &Cx<'_>, _: usize) -> u64 {
    cx.slots.get(FFLAGS)
}

pub(super) fn set_fflags(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    cx.slots.set(FFLAGS, value & 31);
    dirty(cx)
}

/// Reserved rounding modes are kept as written; instructions that use one are illegal.
pub(super) fn frm(cx: &Cx<'_>, _: usize) -> u64 {
    cx.slots.get(FRM)
}

pub(super) fn set_frm(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    cx.slots.set(FRM, value & 7);
    dirty(cx)
}

pub(super) fn fcsr(cx: &Cx<'_>, at: usize) -> u64 {
    frm(cx, at) << 5 | fflags(cx, at)
}

pub(super) fn set_fcsr(cx: &Cx<'_>, at: usize, value: u64) -> bool {
    set_fflags(cx, at, value) && set_frm(cx, at, value >> 5)
}
