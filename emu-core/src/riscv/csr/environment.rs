//! `menvcfg` and `senvcfg` (privileged manual 3.1.18, 12.1.10): what less privileged modes may do.

use super::{Cx, Registers};
use crate::riscv::extension::Ext;

/// FENCE of I/O implies memory.
pub const FIOM: u64 = 1;
/// Two bits for CBO.INVAL: 0 illegal, 1 flushes, 3 invalidates; 2 is reserved.
pub const CBIE: u64 = 3 << 4;
/// CBO.CLEAN and CBO.FLUSH.
pub const CBCFE: u64 = 1 << 6;
/// CBO.ZERO.
pub const CBZE: u64 = 1 << 7;
/// Hardware sets A and D.
pub const ADUE: u64 = 1 << 61;
/// Page-based memory types.
pub const PBMTE: u64 = 1 << 62;
/// `stimecmp`.
pub const STCE: u64 = 1 << 63;

fn writable(cx: &Cx<'_>, machine: bool) -> u64 {
    let fields = [
        (cx.has(Ext::S), FIOM),
        (cx.has(Ext::ZICBOM), CBIE | CBCFE),
        (cx.has(Ext::ZICBOZ), CBZE),
        (machine && cx.has(Ext::SVADU), ADUE),
        (machine && cx.has(Ext::SVPBMT), PBMTE),
        (machine && cx.has(Ext::SSTC), STCE),
    ];
    fields.iter().filter(|(has, _)| *has).fold(0, |bits, (_, field)| bits | field)
}

fn legal(value: u64) -> u64 {
    if value & CBIE == 2 << 4 { value & !CBIE } else { value }
}

pub(super) fn menvcfg(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().menvcfg.get()
}

pub(super) fn set_menvcfg(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    let new = legal(value) & writable(cx, true);
    let old = cx.registers().menvcfg.replace(new);
    if (old ^ new) & (ADUE | PBMTE) != 0 {
        cx.arch.translation_changed(cx);
    }
    true
}

pub(super) fn senvcfg(cx: &Cx<'_>, _: usize) -> u64 {
    cx.registers().senvcfg.get()
}

pub(super) fn set_senvcfg(cx: &Cx<'_>, _: usize, value: u64) -> bool {
    Registers::put(&cx.registers().senvcfg, legal(value) & writable(cx, false))
}
