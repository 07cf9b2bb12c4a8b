//! Registers that hold what is written to them, but for a few bits; and the constants.

use super::{Cx, Registers};
use crate::riscv::extension::Ext;
use crate::riscv::slots::ALIGN;

macro_rules! cells {
    ($($(#[$doc:meta])* $name:ident $set:ident |$cx:ident, $value:ident| $kept:expr;)*) => {
        $($(#[$doc])*
        pub(super) fn $name(cx: &Cx<'_>, _: usize) -> u64 {
            cx.registers().$name.get()
        }
        pub(super) fn $set($cx: &Cx<'_>, _: usize, $value: u64) -> bool {
            Registers::put(&$cx.registers().$name, $kept)
        })*
    };
}
cells! {
    mscratch set_mscratch |cx, value| value;
    mcause set_mcause |cx, value| value;
    mtval set_mtval |cx, value| value;
    sscratch set_sscratch |cx, value| value;
    scause set_scause |cx, value| value;
    stval set_stval |cx, value| value;
    /// 3.1.14: as aligned as instructions are.
    mepc set_mepc |cx, value| value & aligned(cx);
    sepc set_sepc |cx, value| value & aligned(cx);
    /// 3.1.7: modes 0 (direct) and 1 (vectored); the base is a multiple of four.
    mtvec set_mtvec |cx, value| value & !2;
    stvec set_stvec |cx, value| value & !2;
}

fn aligned(cx: &Cx<'_>) -> u64 {
    !(1 | cx.slots.get(ALIGN))
}

/// 3.1.1: fixed. One bit for each letter, and MXL in the upper two bits.
pub(super) fn misa(cx: &Cx<'_>, _: usize) -> u64 {
    let letters = [
        (Ext::I, 'i'),
        (Ext::M, 'm'),
        (Ext::A, 'a'),
        (Ext::F, 'f'),
        (Ext::D, 'd'),
        (Ext::C, 'c'),
        (Ext::S, 's'),
        (Ext::U, 'u'),
        (Ext::ZBA.union(Ext::ZBB).union(Ext::ZBS), 'b'),
    ];
    let has = letters.iter().filter(|(extensions, _)| cx.has(*extensions));
    let mxl = if cx.xlen() == 32 { 1 << 30 } else { 2 << 62 };
    has.fold(mxl, |misa, (_, letter)| misa | 1 << (*letter as u32 - 'a' as u32))
}

/// The hart's number.
pub(super) fn mhartid(cx: &Cx<'_>, _: usize) -> u64 {
    cx.id as u64
}
