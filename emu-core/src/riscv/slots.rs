//! Which slot holds which register.

use crate::slot::{SINK, Slot};

/// x`r` as a source: slots 0 to 31, of which 0 is never written.
pub const fn src(r: u32) -> Slot {
    Slot((r & 31) as u8)
}

/// x`r` as a destination.
pub const fn dst(r: u32) -> Slot {
    if r & 31 == 0 { SINK } else { src(r) }
}

/// f`r`, NaN-boxed.
pub const fn fpr(r: u32) -> Slot {
    Slot(32 + (r & 31) as u8)
}

/// The registers that three bits of a compressed instruction name: x8 to x15.
pub const fn src3(r: u32) -> Slot {
    Slot(8 + (r & 7) as u8)
}

/// f8 to f15.
pub const fn fpr3(r: u32) -> Slot {
    Slot(40 + (r & 7) as u8)
}

/// `fcsr.fflags` (NV 16, DZ 8, OF 4, UF 2, NX 1).
pub const FFLAGS: Slot = Slot(64);
/// `fcsr.frm`. Part of a region's key.
pub const FRM: Slot = Slot(65);
/// `mstatus.FS`: 0 off, 1 initial, 2 clean, 3 dirty. Part of a region's key.
pub const FS: Slot = Slot(66);

/// Bits of an instruction address that must be zero beside the lowest: 0 with the C extension, else 2. Never changes.
pub const ALIGN: Slot = Slot(67);

const ABI: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];
const FABI: [&str; 32] = [
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
];

/// The ABI's name of an integer or floating-point register.
pub fn name(slot: Slot) -> &'static str {
    match slot.0 {
        r @ 0..32 => ABI[r as usize],
        r @ 32..64 => FABI[r as usize - 32],
        _ => "zero",
    }
}
