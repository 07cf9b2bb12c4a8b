//! Formats of the compressed instructions (C: Zca, Zcf, Zcd), unprivileged manual chapter 26. They have no meanings of
//! their own: each gives the operands of the instruction that it abbreviates.

use super::format::*;
use super::slots::{dst, fpr, fpr3, src, src3};
use crate::format;
use crate::slot::{SINK, Slot, ZERO};

/// `w[from+len-1:from]`, moved to bit `to`.
const fn bits(w: u32, from: u32, len: u32, to: u32) -> i32 {
    (((w >> from) & ((1 << len) - 1)) << to) as i32
}
/// imm[5] at 12, imm[4:0] at 6:2; signed.
const fn imm6(w: u32) -> i32 {
    (bits(w, 12, 1, 5) | bits(w, 2, 5, 0)) << 26 >> 26
}
/// Shift amounts: as `imm6`, unsigned.
const fn shamt(w: u32) -> u8 {
    (bits(w, 12, 1, 5) | bits(w, 2, 5, 0)) as u8
}
const fn rd(w: u32) -> u32 {
    w >> 7 & 31
}
const fn rs2(w: u32) -> u32 {
    w >> 2 & 31
}
/// Offsets of the register-based loads and stores of 4 and 8 bytes.
const fn off4(w: u32) -> i32 {
    bits(w, 6, 1, 2) | bits(w, 10, 3, 3) | bits(w, 5, 1, 6)
}
const fn off8(w: u32) -> i32 {
    bits(w, 10, 3, 3) | bits(w, 5, 2, 6)
}
/// Offsets of the stack-based loads.
const fn sp_load4(w: u32) -> i32 {
    bits(w, 4, 3, 2) | bits(w, 12, 1, 5) | bits(w, 2, 2, 6)
}
const fn sp_load8(w: u32) -> i32 {
    bits(w, 5, 2, 3) | bits(w, 12, 1, 5) | bits(w, 2, 3, 6)
}
/// Offsets of the stack-based stores.
const fn sp_store4(w: u32) -> i32 {
    bits(w, 9, 4, 2) | bits(w, 7, 2, 6)
}
const fn sp_store8(w: u32) -> i32 {
    bits(w, 10, 3, 3) | bits(w, 7, 3, 6)
}
const fn jump_offset(w: u32) -> i32 {
    let offset = bits(w, 3, 3, 1)
        | bits(w, 11, 1, 4)
        | bits(w, 2, 1, 5)
        | bits(w, 7, 1, 6)
        | bits(w, 6, 1, 7)
        | bits(w, 9, 2, 8)
        | bits(w, 8, 1, 10)
        | bits(w, 12, 1, 11);
    offset << 20 >> 20
}
const fn branch_offset(w: u32) -> i32 {
    let offset = bits(w, 3, 2, 1) | bits(w, 10, 2, 3) | bits(w, 2, 1, 5) | bits(w, 5, 2, 6) | bits(w, 12, 1, 8);
    offset << 23 >> 23
}
const fn addi4spn(w: u32) -> i32 {
    bits(w, 6, 1, 2) | bits(w, 5, 1, 3) | bits(w, 11, 2, 4) | bits(w, 7, 4, 6)
}
const fn addi16sp(w: u32) -> i32 {
    let imm = bits(w, 6, 1, 4) | bits(w, 2, 1, 5) | bits(w, 5, 1, 6) | bits(w, 3, 2, 7) | bits(w, 12, 1, 9);
    imm << 22 >> 22
}
const SP: Slot = src(2);

format! {
    /// C.ADDI4SPN; an immediate of zero is reserved (and the all-zero word is defined illegal).
    Caddi4spn(w) as I if addi4spn(w) != 0; { rd = src3(w >> 2), rs1 = SP, imm = addi4spn(w) }
    |o, pc, out| write!(out, "{},{},{}", Reg(o.rd), Reg(o.rs1), o.imm); writes rd
}
format! {
    /// C.ADDI and C.NOP, and the HINTs among them.
    Caddi(w) as I { rd = dst(rd(w)), rs1 = src(rd(w)), imm = imm6(w) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rs1), o.imm); writes rd
}
format! {
    /// C.NOP with its immediate, a HINT if not zero. Printed as the C.ADDI that it is.
    Cnop(w) as I { rd = SINK, rs1 = ZERO, imm = imm6(w) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rs1), o.imm)
}
format! {
    /// C.ADDIW; rd x0 is reserved.
    Caddiw(w) as I if rd(w) != 0; { rd = dst(rd(w)), rs1 = src(rd(w)), imm = imm6(w) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rs1), o.imm); writes rd
}
format! {
    /// C.LI.
    Cli(w) as I { rd = dst(rd(w)), rs1 = ZERO, imm = imm6(w) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rd), o.imm); writes rd
}
format! {
    /// C.ADDI16SP; an immediate of zero is reserved.
    Caddi16sp(w) as I if addi16sp(w) != 0; { rd = SP, rs1 = SP, imm = addi16sp(w) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rd), o.imm); writes rd
}
format! {
    /// C.LUI; an immediate of zero is reserved.
    Clui(w) as U if imm6(w) != 0; { rd = dst(rd(w)), imm = imm6(w) << 12 }
    |o, pc, out| write!(out, "{},{:#x}", Reg(o.rd), o.imm as u32 >> 12); writes rd
}
format! {
    /// C.ANDI.
    Candi(w) as I { rd = src3(w >> 7), rs1 = src3(w >> 7), imm = imm6(w) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rd), o.imm); writes rd
}
format! {
    /// C.SRLI and C.SRAI.
    Cshift(w) as Sh { rd = src3(w >> 7), rs1 = src3(w >> 7), shamt = shamt(w) }
    |o, pc, out| write!(out, "{},{:#x}", Reg(o.rd), o.shamt); writes rd
}
format! {
    /// C.SLLI.
    Cslli(w) as Sh { rd = dst(rd(w)), rs1 = src(rd(w)), shamt = shamt(w) }
    |o, pc, out| write!(out, "{},{:#x}", Reg(o.rs1), o.shamt); writes rd
}
format! {
    /// C.SUB, C.XOR, C.OR, C.AND, C.SUBW, C.ADDW.
    Ca(w) as R { rd = src3(w >> 7), rs1 = src3(w >> 7), rs2 = src3(w >> 2) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rd), Reg(o.rs2)); writes rd
}
format! {
    /// C.MV.
    Cmv(w) as R { rd = dst(rd(w)), rs1 = ZERO, rs2 = src(rs2(w)) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rd), Reg(o.rs2)); writes rd
}
format! {
    /// C.ADD.
    Cadd(w) as R { rd = dst(rd(w)), rs1 = src(rd(w)), rs2 = src(rs2(w)) }
    |o, pc, out| write!(out, "{},{}", Reg(o.rs1), Reg(o.rs2)); writes rd
}
format! {
    /// C.J.
    Cj(w) as J { rd = SINK, imm = jump_offset(w) }
    |o, pc, out| write!(out, "{:x}", pc.plus(o.imm))
}
format! {
    /// C.JAL, RV32 only.
    Cjal(w) as J { rd = dst(1), imm = jump_offset(w) }
    |o, pc, out| write!(out, "{:x}", pc.plus(o.imm)); writes rd
}
format! {
    /// C.JR; x0 is reserved.
    Cjr(w) as Jr if rd(w) != 0; { rd = SINK, rs1 = src(rd(w)), imm = 0 }
    |o, pc, out| write!(out, "{}", Reg(o.rs1))
}
format! {
    /// C.JALR; x0 is C.EBREAK.
    Cjalr(w) as Jr if rd(w) != 0; { rd = dst(1), rs1 = src(rd(w)), imm = 0 }
    |o, pc, out| write!(out, "{}", Reg(o.rs1)); writes rd
}
format! {
    /// C.BEQZ and C.BNEZ.
    Cb(w) as B { rs1 = src3(w >> 7), rs2 = ZERO, imm = branch_offset(w) }
    |o, pc, out| write!(out, "{},{:x}", Reg(o.rs1), pc.plus(o.imm))
}

macro_rules! loads {
    ($(#[$doc:meta] $name:ident as $Of:ident $(if $ok:ident)?: $value:expr, $base:expr, $offset:ident;)*) => {
        $(format! {
            #[$doc]
            $name(w) as $Of if true $(&& $ok(w) != 0)?; { rd = $value(w), rs1 = $base(w), imm = $offset(w) }
            |o, pc, out| write!(out, "{},{}({})", Reg(o.rd), o.imm, Reg(o.rs1)); writes rd; touches Loads
        })*
    };
}
fn base3(w: u32) -> Slot {
    src3(w >> 7)
}
fn sp(_: u32) -> Slot {
    SP
}
fn data3(w: u32) -> Slot {
    src3(w >> 2)
}
fn fdata3(w: u32) -> Slot {
    fpr3(w >> 2)
}
fn dst_of(w: u32) -> Slot {
    dst(rd(w))
}
fn fdst_of(w: u32) -> Slot {
    fpr(rd(w))
}
fn src_of(w: u32) -> Slot {
    src(rs2(w))
}
fn fsrc_of(w: u32) -> Slot {
    fpr(rs2(w))
}
loads! {
    /// C.LW.
    Clw as L: data3, base3, off4;
    /// C.LD.
    Cld as L: data3, base3, off8;
    /// C.FLW.
    Cflw as Fl: fdata3, base3, off4;
    /// C.FLD.
    Cfld as Fl: fdata3, base3, off8;
    /// C.LWSP; rd x0 is reserved.
    Clwsp as L if rd: dst_of, sp, sp_load4;
    /// C.LDSP; rd x0 is reserved.
    Cldsp as L if rd: dst_of, sp, sp_load8;
    /// C.FLWSP.
    Cflwsp as Fl: fdst_of, sp, sp_load4;
    /// C.FLDSP.
    Cfldsp as Fl: fdst_of, sp, sp_load8;
}
macro_rules! stores {
    ($(#[$doc:meta] $name:ident as $Of:ident: $value:expr, $base:expr, $offset:ident;)*) => {
        $(format! {
            #[$doc]
            $name(w) as $Of { rs1 = $base(w), rs2 = $value(w), imm = $offset(w) }
            |o, pc, out| write!(out, "{},{}({})", Reg(o.rs2), o.imm, Reg(o.rs1)); touches Stores
        })*
    };
}
stores! {
    /// C.SW.
    Csw as S: data3, base3, off4;
    /// C.SD.
    Csd as S: data3, base3, off8;
    /// C.FSW.
    Cfsw as Fs: fdata3, base3, off4;
    /// C.FSD.
    Cfsd as Fs: fdata3, base3, off8;
    /// C.SWSP.
    Cswsp as S: src_of, sp, sp_store4;
    /// C.SDSP.
    Csdsp as S: src_of, sp, sp_store8;
    /// C.FSWSP.
    Cfswsp as Fs: fsrc_of, sp, sp_store4;
    /// C.FSDSP.
    Cfsdsp as Fs: fsrc_of, sp, sp_store8;
}
