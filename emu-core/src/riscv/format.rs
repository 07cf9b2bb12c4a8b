//! Operand formats, unprivileged manual 2.2, 2.3, 16.2 (atomics), 20.2 (floating point); the compressed ones are in `compressed.rs`.

use super::slots::{dst, fpr, name, src};
use crate::format;
use crate::slot::Slot;
use std::fmt::{self, Display};

/// A register as the disassembler prints it.
pub(super) struct Reg(pub(super) Slot);
impl Display for Reg {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(name(self.0))
    }
}

format! {
    /// Two sources, one destination.
    R(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), rs2: Slot = src(w >> 20) }
    |o, pc, out| write!(out, "{},{},{}", Reg(o.rd), Reg(o.rs1), Reg(o.rs2)); writes rd
}
format! {
    /// One source, one destination.
    R1(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rd), Reg(o.rs1)); writes rd
}
format! {
    /// A source and a 12-bit immediate.
    I(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), imm: i32 = w as i32 >> 20 }
    |o, pc, out| write!(out, "{},{},{}", Reg(o.rd), Reg(o.rs1), o.imm); writes rd
}
format! {
    /// A source and a shift amount.
    Sh(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), shamt: u8 = (w >> 20 & 63) as u8 }
    |o, pc, out| write!(out, "{},{},{:#x}", Reg(o.rd), Reg(o.rs1), o.shamt); writes rd
}
format! {
    /// JALR.
    Jr(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), imm: i32 = w as i32 >> 20 }
    |o, pc, out| write!(out, "{},{}({})", Reg(o.rd), o.imm, Reg(o.rs1)); writes rd
}
format! {
    /// Loads.
    L(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), imm: i32 = w as i32 >> 20 }
    |o, pc, out| write!(out, "{},{}({})", Reg(o.rd), o.imm, Reg(o.rs1)); writes rd; touches Loads
}
format! {
    /// Stores.
    S(w) { rs1: Slot = src(w >> 15), rs2: Slot = src(w >> 20), imm: i32 = (w as i32 >> 25 << 5) | (w >> 7 & 31) as i32 }
    |o, pc, out| write!(out, "{},{}({})", Reg(o.rs2), o.imm, Reg(o.rs1)); touches Stores
}
format! {
    /// Branches.
    B(w) { rs1: Slot = src(w >> 15), rs2: Slot = src(w >> 20),
        imm: i32 = (w as i32 >> 31 << 12) | ((w >> 7 & 1) << 11 | (w >> 25 & 63) << 5 | (w >> 8 & 15) << 1) as i32 }
    |o, pc, out| write!(out, "{},{},{:x}", Reg(o.rs1), Reg(o.rs2), pc.plus(o.imm))
}
format! {
    /// LUI and AUIPC; the immediate is already shifted.
    U(w) { rd: Slot = dst(w >> 7), imm: i32 = (w & 0xffff_f000) as i32 }
    |o, pc, out| write!(out, "{},{:#x}", Reg(o.rd), o.imm as u32 >> 12); writes rd
}
format! {
    /// JAL.
    J(w) { rd: Slot = dst(w >> 7),
        imm: i32 = (w as i32 >> 31 << 20) | (w & 0xf_f000 | (w >> 20 & 1) << 11 | (w >> 21 & 0x3ff) << 1) as i32 }
    |o, pc, out| write!(out, "{},{:x}", Reg(o.rd), pc.plus(o.imm)); writes rd
}
format! {
    /// No operands.
    None0(_w) { }
    |_o, pc, out| Ok(())
}
format! {
    /// FENCE: predecessor and successor sets, which do not matter here; 2.7 says to ignore the registers too.
    Fence(w) { pred: u8 = (w >> 24 & 15) as u8, succ: u8 = (w >> 20 & 15) as u8, fm: u8 = (w >> 28) as u8 }
    |o, pc, out| write!(out, "{},{}", Order(o.pred), Order(o.succ))
}
struct Order(u8);
impl Display for Order {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return out.write_str("unknown");
        }
        for (bit, letter) in [(8, "i"), (4, "o"), (2, "r"), (1, "w")] {
            if self.0 & bit != 0 {
                out.write_str(letter)?;
            }
        }
        Ok(())
    }
}
format! {
    /// FENCE.TSO and PAUSE, which are FENCEs with names of their own.
    FenceNamed(w) as Fence { pred = (w >> 24 & 15) as u8, succ = (w >> 20 & 15) as u8, fm = (w >> 28) as u8 }
    |_o, pc, out| Ok(())
}
format! {
    /// CSR instructions with a register.
    C(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), csr: u16 = (w >> 20) as u16 }
    |o, pc, out| write!(out, "{},{},{}", Reg(o.rd), CsrName(o.csr), Reg(o.rs1)); writes rd
}
format! {
    /// CSR instructions with an immediate.
    Ci(w) { rd: Slot = dst(w >> 7), uimm: u8 = (w >> 15 & 31) as u8, csr: u16 = (w >> 20) as u16 }
    |o, pc, out| write!(out, "{},{},{}", Reg(o.rd), CsrName(o.csr), o.uimm); writes rd
}
/// A CSR as the disassembler prints it.
pub(super) struct CsrName(pub(super) u16);
impl Display for CsrName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match super::csr::name(self.0) {
            Some(name) => name.fmt(out),
            None => write!(out, "{:#x}", self.0),
        }
    }
}
format! {
    /// Two addresses' worth of registers: SFENCE.VMA and its likes (rs1 address, rs2 ASID).
    Vma(w) { rs1: Slot = src(w >> 15), rs2: Slot = src(w >> 20) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rs1), Reg(o.rs2))
}
format! {
    /// Cache-block operations.
    Cbo(w) { rs1: Slot = src(w >> 15) }
    |o, pc, out| write!(out, "({})", Reg(o.rs1))
}
format! {
    /// Prefetches: ORIs to x0 whose immediate says in its five lowest bits which they are.
    Prefetch(w) as I { rd = dst(0), rs1 = src(w >> 15), imm = w as i32 >> 20 }
    |o, pc, out| write!(out, "{}({})", o.imm & !31, Reg(o.rs1))
}
format! {
    /// Atomic memory operations.
    A(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), rs2: Slot = src(w >> 20), order: u8 = (w >> 25 & 3) as u8 }
    |o, pc, out| write!(out, "{},{},({})", Reg(o.rd), Reg(o.rs2), Reg(o.rs1)); writes rd; touches Both; ordered order
}
format! {
    /// LR.
    Lr(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), order: u8 = (w >> 25 & 3) as u8 }
    |o, pc, out| write!(out, "{},({})", Reg(o.rd), Reg(o.rs1)); writes rd; touches Loads; ordered order
}
format! {
    /// SC.
    Sc(w) { rd: Slot = dst(w >> 7), rs1: Slot = src(w >> 15), rs2: Slot = src(w >> 20), order: u8 = (w >> 25 & 3) as u8 }
    |o, pc, out| write!(out, "{},{},({})", Reg(o.rd), Reg(o.rs2), Reg(o.rs1)); writes rd; touches Stores; ordered order
}

/// Static rounding modes 5 and 6 are reserved, 20.2.
fn rm(w: u32) -> u8 {
    (w >> 12 & 7) as u8
}
fn rm_ok(w: u32) -> bool {
    !matches!(rm(w), 5 | 6)
}
struct Rm(u8);
impl Display for Rm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str([",rne", ",rtz", ",rdn", ",rup", ",rmm", ",?", ",?", ""][self.0 as usize & 7])
    }
}
format! {
    /// Floating point: two sources, rounded.
    Fr(w) if rm_ok(w); { rd: Slot = fpr(w >> 7), rs1: Slot = fpr(w >> 15), rs2: Slot = fpr(w >> 20), rm: u8 = rm(w) }
    |o, pc, out| write!(out, "{},{},{}{}", Reg(o.rd), Reg(o.rs1), Reg(o.rs2), Rm(o.rm)); writes rd
}
format! {
    /// Floating point: three sources, rounded.
    Fr4(w) if rm_ok(w); { rd: Slot = fpr(w >> 7), rs1: Slot = fpr(w >> 15), rs2: Slot = fpr(w >> 20), rs3: Slot = fpr(w >> 27), rm: u8 = rm(w) }
    |o, pc, out| write!(out, "{},{},{},{}{}", Reg(o.rd), Reg(o.rs1), Reg(o.rs2), Reg(o.rs3), Rm(o.rm)); writes rd
}
format! {
    /// Floating point: two sources, not rounded.
    Ff(w) { rd: Slot = fpr(w >> 7), rs1: Slot = fpr(w >> 15), rs2: Slot = fpr(w >> 20) }
    |o, pc, out| write!(out, "{},{},{}", Reg(o.rd), Reg(o.rs1), Reg(o.rs2)); writes rd
}
format! {
    /// Floating point: one source, rounded.
    Fr1(w) if rm_ok(w); { rd: Slot = fpr(w >> 7), rs1: Slot = fpr(w >> 15), rm: u8 = rm(w) }
    |o, pc, out| write!(out, "{},{}{}", Reg(o.rd), Reg(o.rs1), Rm(o.rm)); writes rd
}
format! {
    /// Floating point: comparisons.
    Fcmp(w) { rd: Slot = dst(w >> 7), rs1: Slot = fpr(w >> 15), rs2: Slot = fpr(w >> 20) }
    |o, pc, out| write!(out, "{},{},{}", Reg(o.rd), Reg(o.rs1), Reg(o.rs2)); writes rd
}
format! {
    /// From a floating-point to an integer register, rounded.
    Fx(w) if rm_ok(w); { rd: Slot = dst(w >> 7), rs1: Slot = fpr(w >> 15), rm: u8 = rm(w) }
    |o, pc, out| write!(out, "{},{}{}", Reg(o.rd), Reg(o.rs1), Rm(o.rm)); writes rd
}
format! {
    /// From an integer to a floating-point register, rounded.
    Xf(w) if rm_ok(w); { rd: Slot = fpr(w >> 7), rs1: Slot = src(w >> 15), rm: u8 = rm(w) }
    |o, pc, out| write!(out, "{},{}{}", Reg(o.rd), Reg(o.rs1), Rm(o.rm)); writes rd
}
/// Where the result is always exact, the assembler leaves out the mode that it puts there: the first.
struct ExactRm(u8);
impl Display for ExactRm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { Rm(self.0).fmt(out) }
    }
}
format! {
    /// As `Fr1`, to a wider format.
    Fr1Exact(w) as Fr1 if rm_ok(w); { rd = fpr(w >> 7), rs1 = fpr(w >> 15), rm = rm(w) }
    |o, pc, out| write!(out, "{},{}{}", Reg(o.rd), Reg(o.rs1), ExactRm(o.rm)); writes rd
}
format! {
    /// As `Xf`, to a format with room for all bits.
    XfExact(w) as Xf if rm_ok(w); { rd = fpr(w >> 7), rs1 = src(w >> 15), rm = rm(w) }
    |o, pc, out| write!(out, "{},{}{}", Reg(o.rd), Reg(o.rs1), ExactRm(o.rm)); writes rd
}
format! {
    /// From a floating-point to an integer register, bits or class.
    Fx0(w) { rd: Slot = dst(w >> 7), rs1: Slot = fpr(w >> 15) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rd), Reg(o.rs1)); writes rd
}
format! {
    /// From an integer to a floating-point register, bits.
    Xf0(w) { rd: Slot = fpr(w >> 7), rs1: Slot = src(w >> 15) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rd), Reg(o.rs1)); writes rd
}
format! {
    /// Floating-point loads.
    Fl(w) { rd: Slot = fpr(w >> 7), rs1: Slot = src(w >> 15), imm: i32 = w as i32 >> 20 }
    |o, pc, out| write!(out, "{},{}({})", Reg(o.rd), o.imm, Reg(o.rs1)); writes rd; touches Loads
}
format! {
    /// Floating-point stores.
    Fs(w) { rs1: Slot = src(w >> 15), rs2: Slot = fpr(w >> 20), imm: i32 = (w as i32 >> 25 << 5) | (w >> 7 & 31) as i32 }
    |o, pc, out| write!(out, "{},{}({})", Reg(o.rs2), o.imm, Reg(o.rs1)); touches Stores
}
format! {
    /// FENCE.I, whose registers and immediate do not matter, Zifencei.
    FenceI(_w) { }
    |_o, pc, out| Ok(())
}
