//! Which slot holds which register.
//!
//! | slots | what |
//! |---|---|
//! | 0 | zero |
//! | 1 to 31 | X0 to X30 |
//! | 32 | SP, the one that PSTATE selects |
//! | 33 to 36 | SP_EL0 to SP_EL3; the selected one's is stale |
//! | 40 to 43 | N, Z, C, V, each as arithmetic leaves it; see `flags.rs` |
//! | 44, 45 | FPCR, FPSR |
//! | 46 to 49 | what decode time knows beside: see [`FP_TRAP`], [`SP_MASK`], [`ZVA_TRAP`], [`Q_MASK`] |
//! | 64 to 127 | V0 to V31, low half first |

use crate::slot::{SINK, Slot, ZERO};

/// X`r` as a source, XZR for 31.
pub const fn src(r: u32) -> Slot {
    if r & 31 == 31 { ZERO } else { Slot(1 + (r & 31) as u8) }
}

/// X`r` as a destination, XZR for 31.
pub const fn dst(r: u32) -> Slot {
    if r & 31 == 31 { SINK } else { src(r) }
}

/// X`r` as a source or destination, SP for 31.
pub const fn sp_or_x(r: u32) -> Slot {
    Slot(1 + (r & 31) as u8)
}

/// X30.
pub const LINK: Slot = src(30);
/// The stack pointer in use.
pub const SP: Slot = Slot(32);

/// Where SP_EL`el` is kept while it is not the one in use.
pub const fn sp_bank(el: u8) -> Slot {
    Slot(33 + (el & 3))
}

/// N: bit 63.
pub const N: Slot = Slot(40);
/// Z: set if the slot is zero.
pub const Z: Slot = Slot(41);
/// C: 0 or 1.
pub const C: Slot = Slot(42);
/// V: bit 63.
pub const V: Slot = Slot(43);

/// FPCR. Part of a region's key.
pub const FPCR: Slot = Slot(44);
/// FPSR.
pub const FPSR: Slot = Slot(45);
/// Whether floating-point and vector instructions trap now: 0 if not, else the exception's syndrome. Part of a region's key.
pub const FP_TRAP: Slot = Slot(46);
/// Bits of SP that must be zero where it is a base: 15 or 0, SCTLR_ELx.SA and SA0. Part of a region's key.
pub const SP_MASK: Slot = Slot(47);
/// Whether DC ZVA is denied now: 0 or 1. Part of a region's key.
pub const ZVA_TRAP: Slot = Slot(48);
/// Bits of an address that must be zero where a whole vector register is one access: 15 or 0, SCTLR_ELx.A. Narrower accesses are
/// judged where memory is accessed. Part of a region's key.
pub const Q_MASK: Slot = Slot(49);

/// The low half of V`r`; [`high`] is the other one.
pub const fn v(r: u32) -> Slot {
    Slot(64 + 2 * (r & 31) as u8)
}

/// The high half of the vector register whose low half is `low`.
pub const fn high(low: Slot) -> Slot {
    Slot(low.0 + 1)
}

const X_NAMES: [&str; 32] = [
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
    "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp",
];
const W_NAMES: [&str; 32] = [
    "w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10", "w11", "w12", "w13", "w14", "w15", "w16", "w17",
    "w18", "w19", "w20", "w21", "w22", "w23", "w24", "w25", "w26", "w27", "w28", "w29", "w30", "wsp",
];
const V_NAMES: [&str; 64] = [
    "v0", "v0h", "v1", "v1h", "v2", "v2h", "v3", "v3h", "v4", "v4h", "v5", "v5h", "v6", "v6h", "v7", "v7h", "v8",
    "v8h", "v9", "v9h", "v10", "v10h", "v11", "v11h", "v12", "v12h", "v13", "v13h", "v14", "v14h", "v15", "v15h",
    "v16", "v16h", "v17", "v17h", "v18", "v18h", "v19", "v19h", "v20", "v20h", "v21", "v21h", "v22", "v22h", "v23",
    "v23h", "v24", "v24h", "v25", "v25h", "v26", "v26h", "v27", "v27h", "v28", "v28h", "v29", "v29h", "v30", "v30h",
    "v31", "v31h",
];

/// The name of a 64-bit register, or of half a vector register: `v3` and `v3h`.
pub fn name(slot: Slot) -> &'static str {
    match slot {
        Slot(r @ 1..=32) => X_NAMES[r as usize - 1],
        Slot(r @ 33..=36) => ["sp_el0", "sp_el1", "sp_el2", "sp_el3"][r as usize - 33],
        N => "n",
        Z => "z",
        C => "c",
        V => "v",
        FPCR => "fpcr",
        FPSR => "fpsr",
        FP_TRAP => "fp_trap",
        SP_MASK => "sp_mask",
        ZVA_TRAP => "zva_trap",
        Q_MASK => "q_mask",
        Slot(r @ 64..=127) => V_NAMES[r as usize - 64],
        _ => "xzr",
    }
}

/// The name of a general register at 64 or 32 bits, as the assembler writes it.
pub(super) fn general(slot: Slot, wide: bool) -> &'static str {
    match (slot, wide) {
        (Slot(r @ 1..=32), true) => X_NAMES[r as usize - 1],
        (Slot(r @ 1..=32), false) => W_NAMES[r as usize - 1],
        (_, true) => "xzr",
        (_, false) => "wzr",
    }
}
