//! What the processor is and has (D13.2, the ID registers): exactly what this program does, so that guests ask for nothing else.

use super::Gate::{System, Trapped, User};
use super::{Cx, Register, registers};
use crate::aarch64::debug::{BREAKPOINTS, CONTEXT_BREAKPOINTS, WATCHPOINTS};
use crate::aarch64::feature::Feature;
use crate::aarch64::levels;
use crate::aarch64::state::AArch64;
use crate::hart::Hart;
use emu_devices::gic::{Gic, affinity};
use std::cell::Cell;

/// SCTLR_EL1.UCT: EL0 may read CTR_EL0.
const SCTLR_UCT: u64 = 1 << 15;
/// SCTLR_EL1.DZE: EL0 may use DC ZVA.
pub(in crate::aarch64) const SCTLR_DZE: u64 = 1 << 14;

/// MPIDR_EL1: bit 31 is one; bit 30, a processor by itself, is not set for what has a cluster around it.
fn mpidr(cx: Cx<'_>) -> u64 {
    1 << 31 | affinity(cx.hart.id)
}

/// What EL1 is told instead of a register by an EL2 above it.
fn as_told(cx: Cx<'_>, register: fn(Cx<'_>) -> u64, told: &Cell<u64>) -> u64 {
    if cx.hart.mode.get() <= 1 && levels::has_el2(cx.hart) { told.get() } else { register(cx) }
}

fn midr(cx: Cx<'_>) -> u64 {
    cx.hart.arch.config.cpu.midr()
}

fn sctlr(hart: &Hart<AArch64>) -> u64 {
    hart.arch.registers.of_level(1).sctlr.get()
}

/// A field of an ID register: `value` from `bit` on if the processor has `feature`.
fn field(cx: Cx<'_>, feature: Feature, bit: u32, value: u64) -> u64 {
    if cx.hart.arch.config.cpu.features().contains(feature) { value << bit } else { 0 }
}

/// ID_AA64PFR0_EL1: the exception levels there are, in AArch64 only.
fn pfr0(cx: Cx<'_>) -> u64 {
    let features = cx.hart.arch.config.cpu.features();
    let float = |feature| match features.contains(feature) {
        true if features.contains(Feature::FP16) => 1,
        true => 0,
        false => 0xf,
    };
    let gic = matches!(cx.hart.arch.gic(), Some(Gic::V3(_)));
    let level = |el: u8| u64::from(levels::has(cx.hart, el)) << (4 * el);
    level(0)
        | level(1)
        | level(2)
        | level(3)
        | float(Feature::FP) << 16
        | float(Feature::ASIMD) << 20
        | u64::from(gic) << 24
        | field(cx, Feature::DIT, 48, 1)
}

/// ID_AA64DFR0_EL1: the debug architecture of v8.0, PMUv3, and how many breakpoints, watchpoints and breakpoints that know contexts there
/// are, each less one.
fn dfr0(_: Cx<'_>) -> u64 {
    let less_one = |count: usize, bit: u32| (count as u64 - 1) << bit;
    0x6 | 1 << 8 | less_one(BREAKPOINTS, 12) | less_one(WATCHPOINTS, 20) | less_one(CONTEXT_BREAKPOINTS, 28)
}

fn isar0(cx: Cx<'_>) -> u64 {
    let aes = if cx.hart.arch.config.cpu.features().contains(Feature::PMULL) { 2 } else { 1 };
    field(cx, Feature::AES, 4, aes)
        | field(cx, Feature::SHA1, 8, 1)
        | field(cx, Feature::SHA256, 12, 1)
        | field(cx, Feature::CRC32, 16, 1)
        | field(cx, Feature::LSE, 20, 2)
        | field(cx, Feature::RDM, 28, 1)
        | field(cx, Feature::DOTPROD, 44, 1)
        | field(cx, Feature::FLAGM, 52, 1)
}

fn isar1(cx: Cx<'_>) -> u64 {
    field(cx, Feature::DPB, 0, 1)
        | field(cx, Feature::JSCVT, 12, 1)
        | field(cx, Feature::FCMA, 16, 1)
        | field(cx, Feature::LRCPC, 20, 1)
        | field(cx, Feature::SB, 36, 1)
}

/// ID_AA64MMFR0_EL1: identifiers of 16 bits, granules of 4 and 64 KiB, little-endian only.
fn mmfr0(cx: Cx<'_>) -> u64 {
    cx.hart.arch.config.cpu.phys_range() | 2 << 4 | field(cx, Feature::TGRAN16, 20, 1)
}

fn mmfr1(cx: Cx<'_>) -> u64 {
    field(cx, Feature::HAFDBS, 0, 2)
        | field(cx, Feature::HPDS, 12, 1)
        | field(cx, Feature::PAN, 20, 1 + field(cx, Feature::PAN2, 0, 1))
}

fn mmfr2(cx: Cx<'_>) -> u64 {
    field(cx, Feature::UAO, 4, 1)
}

/// What there is nothing to say of: AArch32 and reserved registers of the same space read 0.
fn none(_: Cx<'_>) -> u64 {
    0
}

pub(super) static TABLE: &[Register] = registers! {
    "midr_el1" (3 0 0 0 0) System => (|cx| as_told(cx, midr, &cx.hart.arch.registers.upper.vpidr_el2));
    "mpidr_el1" (3 0 0 0 5) System => (|cx| as_told(cx, mpidr, &cx.hart.arch.registers.upper.vmpidr_el2));
    "revidr_el1" (3 0 0 0 6) System => none;
    "id_pfr0_el1" (3 0 0 1 0) System => none;
    "id_pfr1_el1" (3 0 0 1 1) System => none;
    "id_dfr0_el1" (3 0 0 1 2) System => none;
    "id_afr0_el1" (3 0 0 1 3) System => none;
    "id_mmfr0_el1" (3 0 0 1 4) System => none;
    "id_mmfr1_el1" (3 0 0 1 5) System => none;
    "id_mmfr2_el1" (3 0 0 1 6) System => none;
    "id_mmfr3_el1" (3 0 0 1 7) System => none;
    "id_isar0_el1" (3 0 0 2 0) System => none;
    "id_isar1_el1" (3 0 0 2 1) System => none;
    "id_isar2_el1" (3 0 0 2 2) System => none;
    "id_isar3_el1" (3 0 0 2 3) System => none;
    "id_isar4_el1" (3 0 0 2 4) System => none;
    "id_isar5_el1" (3 0 0 2 5) System => none;
    "id_mmfr4_el1" (3 0 0 2 6) System => none;
    "id_isar6_el1" (3 0 0 2 7) System => none;
    "mvfr0_el1" (3 0 0 3 0) System => none;
    "mvfr1_el1" (3 0 0 3 1) System => none;
    "mvfr2_el1" (3 0 0 3 2) System => none;
    "s3_0_c0_c3_3" (3 0 0 3 3) System => none;
    "id_pfr2_el1" (3 0 0 3 4) System => none;
    "id_dfr1_el1" (3 0 0 3 5) System => none;
    "id_mmfr5_el1" (3 0 0 3 6) System => none;
    "s3_0_c0_c3_7" (3 0 0 3 7) System => none;
    "id_aa64pfr0_el1" (3 0 0 4 0) System => pfr0;
    "id_aa64pfr1_el1" (3 0 0 4 1) System => none;
    "s3_0_c0_c4_2" (3 0 0 4 2) System => none;
    "s3_0_c0_c4_3" (3 0 0 4 3) System => none;
    "id_aa64zfr0_el1" (3 0 0 4 4) System => none;
    "s3_0_c0_c4_5" (3 0 0 4 5) System => none;
    "s3_0_c0_c4_6" (3 0 0 4 6) System => none;
    "s3_0_c0_c4_7" (3 0 0 4 7) System => none;
    "id_aa64dfr0_el1" (3 0 0 5 0) System => dfr0;
    "id_aa64dfr1_el1" (3 0 0 5 1) System => none;
    "s3_0_c0_c5_2" (3 0 0 5 2) System => none;
    "s3_0_c0_c5_3" (3 0 0 5 3) System => none;
    "id_aa64afr0_el1" (3 0 0 5 4) System => none;
    "id_aa64afr1_el1" (3 0 0 5 5) System => none;
    "s3_0_c0_c5_6" (3 0 0 5 6) System => none;
    "s3_0_c0_c5_7" (3 0 0 5 7) System => none;
    "id_aa64isar0_el1" (3 0 0 6 0) System => isar0;
    "id_aa64isar1_el1" (3 0 0 6 1) System => isar1;
    "s3_0_c0_c6_2" (3 0 0 6 2) System => none;
    "s3_0_c0_c6_3" (3 0 0 6 3) System => none;
    "s3_0_c0_c6_4" (3 0 0 6 4) System => none;
    "s3_0_c0_c6_5" (3 0 0 6 5) System => none;
    "s3_0_c0_c6_6" (3 0 0 6 6) System => none;
    "s3_0_c0_c6_7" (3 0 0 6 7) System => none;
    "id_aa64mmfr0_el1" (3 0 0 7 0) System => mmfr0;
    "id_aa64mmfr1_el1" (3 0 0 7 1) System => mmfr1;
    "id_aa64mmfr2_el1" (3 0 0 7 2) System => mmfr2;
    "s3_0_c0_c7_3" (3 0 0 7 3) System => none;
    "s3_0_c0_c7_4" (3 0 0 7 4) System => none;
    "s3_0_c0_c7_5" (3 0 0 7 5) System => none;
    "s3_0_c0_c7_6" (3 0 0 7 6) System => none;
    "s3_0_c0_c7_7" (3 0 0 7 7) System => none;
    // One level of unified cache of 32 KiB: 128 sets of 4 lines of 64 bytes. Nothing is made of it.
    "ccsidr_el1" (3 1 0 0 0) System => (|_| 127 << 13 | 3 << 3 | 2);
    "clidr_el1" (3 1 0 0 1) System => (|_| 1 << 27 | 1 << 24 | 1 << 21 | 4);
    "aidr_el1" (3 1 0 0 7) System => none;
    "csselr_el1" (3 2 0 0 0) System => (|cx| cx.hart.arch.registers.csselr_el1.get()),
        |cx, v| cx.hart.arch.registers.csselr_el1.set(v & 0xf);
    // Lines of 64 bytes; DIC and IDC are 0, so that guests announce new code.
    "ctr_el0" (3 3 0 0 1) Trapped(|hart| sctlr(hart) & SCTLR_UCT != 0) => (|_| 0x8444_c004);
    // Blocks of 64 bytes; bit 4: not for EL0, if EL1 says so.
    "dczid_el0" (3 3 0 0 7) User => (|cx| {
        let denied = cx.hart.mode.get() == 0 && sctlr(cx.hart) & SCTLR_DZE == 0;
        4 | u64::from(denied) << 4
    });
};
