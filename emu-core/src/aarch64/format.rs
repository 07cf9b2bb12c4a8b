//! Operand formats of scalar integer instructions, C4.1: what an encoding holds, which encodings are reserved, and what
//! `objdump -d -M no-aliases` prints.

use super::slots::{dst, general, sp_or_x, src};
use super::width::{A64, Width};
use crate::engine::*;
use crate::format;
use crate::slot::Slot;
use std::fmt::{self, Display};

/// A 64-bit register.
struct X(Slot);
/// A 32-bit register.
struct W(Slot);
/// A register at the width that the second field says: 1 for 64 bits.
struct R(Slot, u8);

impl Display for X {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(general(self.0, true))
    }
}
impl Display for W {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(general(self.0, false))
    }
}
impl Display for R {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(general(self.0, self.1 & 1 != 0))
    }
}

/// The bit that says how wide registers are.
fn sf(w: u32) -> u8 {
    (w >> 31) as u8
}

/// `bits` bits of `w` from `from` on, sign-extended.
pub(super) fn signed(w: u32, from: u32, bits: u32) -> i32 {
    (w << (32 - from - bits)) as i32 >> (32 - bits)
}

// Three registers, and two, and four.

format! {
    /// Two sources, one destination.
    Rrr(w) { rd: Slot = dst(w), rn: Slot = src(w >> 5), rm: Slot = src(w >> 16), sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {}, {}", R(o.rd, o.sf), R(o.rn, o.sf), R(o.rm, o.sf)); writes rd
}
format! {
    /// CRC32X and CRC32CX: the other operands are 32 bits wide.
    Crc(w) as Rrr { rd = dst(w), rn = src(w >> 5), rm = src(w >> 16), sf = sf(w) }
    |o, pc, out| write!(out, "{}, {}, {}", W(o.rd), W(o.rn), R(o.rm, o.sf)); writes rd
}
format! {
    /// One source, one destination.
    Rr(w) { rd: Slot = dst(w), rn: Slot = src(w >> 5), sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {}", R(o.rd, o.sf), R(o.rn, o.sf)); writes rd
}
format! {
    /// Multiply and add.
    Rrrr(w) { rd: Slot = dst(w), rn: Slot = src(w >> 5), rm: Slot = src(w >> 16), ra: Slot = src(w >> 10), sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {}, {}, {}", R(o.rd, o.sf), R(o.rn, o.sf), R(o.rm, o.sf), R(o.ra, o.sf)); writes rd
}
format! {
    /// 64 bits and the product of two 32-bit factors.
    Long(w) { rd: Slot = dst(w), rn: Slot = src(w >> 5), rm: Slot = src(w >> 16), ra: Slot = src(w >> 10) }
    |o, pc, out| write!(out, "{}, {}, {}, {}", X(o.rd), W(o.rn), W(o.rm), X(o.ra)); writes rd
}

// A second source that is shifted or extended.

format! {
    /// A second source shifted by a constant; logical instructions may rotate too.
    Shifted(w) if w >> 31 != 0 || w >> 15 & 1 == 0;
    { rd: Slot = dst(w), rn: Slot = src(w >> 5), rm: Slot = src(w >> 16), kind: u8 = (w >> 22 & 3) as u8, amount: u8 = (w >> 10 & 63) as u8, sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {}, {}{}", R(o.rd, o.sf), R(o.rn, o.sf), R(o.rm, o.sf), Shift(o.kind, o.amount)); writes rd
}
format! {
    /// The same where there is no rotation.
    ShiftedAdd(w) as Shifted if w >> 22 & 3 != 3 && (w >> 31 != 0 || w >> 15 & 1 == 0);
    { rd = dst(w), rn = src(w >> 5), rm = src(w >> 16), kind = (w >> 22 & 3) as u8, amount = (w >> 10 & 63) as u8, sf = sf(w) }
    |o, pc, out| write!(out, "{}, {}, {}{}", R(o.rd, o.sf), R(o.rn, o.sf), R(o.rm, o.sf), Shift(o.kind, o.amount)); writes rd
}
struct Shift(u8, u8);
impl Display for Shift {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shift(0, 0) => Ok(()),
            Shift(kind, amount) => write!(out, ", {} #{amount}", ["lsl", "lsr", "asr", "ror"][*kind as usize & 3]),
        }
    }
}

/// The shifted second source, shared/functions/aarch64/ShiftReg.
#[inline(always)]
pub(super) fn shifted<H: A64, T: Width<H::E>>(h: H, o: Shifted) -> T::V {
    let (v, by) = (T::get(&h, o.rm), o.amount as u32);
    match o.kind {
        0 => v.shl(by),
        1 => v.shr_u(by),
        2 => v.shr_s(by),
        _ => v.rotr_by(T::n(&h, by.into())),
    }
}

format! {
    /// A second source extended and shifted; the other registers may be SP.
    Extended(w) if w >> 10 & 7 <= 4;
    { rd: Slot = sp_or_x(w), rn: Slot = sp_or_x(w >> 5), rm: Slot = src(w >> 16), option: u8 = (w >> 13 & 7) as u8, amount: u8 = (w >> 10 & 7) as u8, sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {}, {}", R(o.rd, o.sf), R(o.rn, o.sf), ExtendedSource(&o)); writes rd
}
format! {
    /// The same where the destination may not be SP.
    ExtendedSet(w) as Extended if w >> 10 & 7 <= 4;
    { rd = dst(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), option = (w >> 13 & 7) as u8, amount = (w >> 10 & 7) as u8, sf = sf(w) }
    |o, pc, out| write!(out, "{}, {}, {}", R(o.rd, o.sf), R(o.rn, o.sf), ExtendedSource(&o)); writes rd
}
/// By reference: copies of these operands, made inline, have rustc 1.95 (LLVM 22.1.2) cast a loaded `i32` to an `i24` with `zext`, in bitcode that
/// it then cannot read for LTO ("Invalid cast").
struct ExtendedSource<'o>(&'o Extended);
impl Display for ExtendedSource<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let o = self.0;
        write!(out, "{}", R(o.rm, o.sf & (o.option & 3 == 3) as u8))?;
        // A register that is not changed by the extension is said to be shifted, if SP is what makes it this form.
        let is_whole = o.option == 2 + o.sf && [o.rd, o.rn].contains(&super::slots::SP);
        match (is_whole, o.amount) {
            (true, 0) => Ok(()),
            (true, amount) => write!(out, ", lsl #{amount}"),
            (false, 0) => write!(out, ", {}", EXTENSIONS[o.option as usize & 7]),
            (false, amount) => write!(out, ", {} #{amount}", EXTENSIONS[o.option as usize & 7]),
        }
    }
}
const EXTENSIONS: [&str; 8] = ["uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"];

/// A register extended as an option says, shared/functions/aarch64/ExtendReg.
#[inline(always)]
fn extend<H: A64>(h: H, rm: Slot, option: u8) -> <H::E as Engine>::X {
    let v = h.get(rm);
    match option {
        0 => v & h.x(0xff),
        1 => v & h.x(0xffff),
        2 => v.lo().zext(),
        4 => v.shl(56).shr_s(56),
        5 => v.shl(48).shr_s(48),
        6 => v.lo().sext(),
        _ => v,
    }
}

/// The extended second source.
#[inline(always)]
pub(super) fn extended<H: A64, T: Width<H::E>>(h: H, o: Extended) -> T::V {
    T::of(extend(h, o.rm, o.option).shl(o.amount as u32))
}

// Immediates.

format! {
    /// Twelve bits, possibly shifted by twelve; the registers may be SP.
    AddImm(w) { rd: Slot = sp_or_x(w), rn: Slot = sp_or_x(w >> 5), imm: i32 = add_imm(w), how: u8 = sf(w) | (w >> 21 & 2) as u8 }
    |o, pc, out| write!(out, "{}, {}, {}", R(o.rd, o.how), R(o.rn, o.how), Twelve(o)); writes rd
}
format! {
    /// The same where the destination may not be SP.
    AddImmSet(w) as AddImm { rd = dst(w), rn = sp_or_x(w >> 5), imm = add_imm(w), how = sf(w) | (w >> 21 & 2) as u8 }
    |o, pc, out| write!(out, "{}, {}, {}", R(o.rd, o.how), R(o.rn, o.how), Twelve(o)); writes rd
}
fn add_imm(w: u32) -> i32 {
    ((w >> 10 & 0xfff) << (12 * (w >> 22 & 1))) as i32
}
struct Twelve(AddImm);
impl Display for Twelve {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.how & 2 {
            0 => write!(out, "#{:#x}", self.0.imm),
            _ => write!(out, "#{:#x}, lsl #12", self.0.imm >> 12),
        }
    }
}

format! {
    /// A mask; the destination may be SP.
    LogicalImm(w) if has_mask(w); { rd: Slot = sp_or_x(w), rn: Slot = src(w >> 5), mask: u16 = mask_bits(w), sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {}, #{:#x}", R(o.rd, o.sf), R(o.rn, o.sf), shown_mask(o.mask, o.sf)); writes rd
}
format! {
    /// The same where the destination may not be SP.
    LogicalImmSet(w) as LogicalImm if has_mask(w); { rd = dst(w), rn = src(w >> 5), mask = mask_bits(w), sf = sf(w) }
    |o, pc, out| write!(out, "{}, {}, #{:#x}", R(o.rd, o.sf), R(o.rn, o.sf), shown_mask(o.mask, o.sf)); writes rd
}
/// N, immr and imms, in this order.
fn mask_bits(w: u32) -> u16 {
    (w >> 10 & 0x1fff) as u16
}
fn has_mask(w: u32) -> bool {
    (w >> 31 != 0 || w >> 22 & 1 == 0) && MASKS[mask_bits(w) as usize] != 0
}
fn shown_mask(bits: u16, sf: u8) -> u64 {
    if sf != 0 { mask(bits) } else { mask(bits) as u32 as u64 }
}

/// The mask that N, immr and imms stand for. A table: the interpreter would take ten instructions to work it out.
#[inline(always)]
pub(super) fn mask(bits: u16) -> u64 {
    MASKS[bits as usize & 0x1fff]
}

/// All masks; 0 where the encoding is reserved.
static MASKS: [u64; 0x2000] = {
    let (mut masks, mut i) = ([0; 0x2000], 0);
    while i < 0x2000 {
        masks[i] = decode_mask(i as u32 >> 12, i as u32 >> 6 & 63, i as u32 & 63);
        i += 1;
    }
    masks
};

/// shared/functions/aarch64/DecodeBitMasks, for a logical immediate: a run of ones in an element, rotated, repeated.
const fn decode_mask(n: u32, immr: u32, imms: u32) -> u64 {
    let Some(len) = (n << 6 | (!imms & 63)).checked_ilog2() else { return 0 };
    if len == 0 {
        return 0;
    }
    let esize = 1 << len;
    let (s, r) = (imms & (esize - 1), immr & (esize - 1));
    if s == esize - 1 {
        return 0;
    }
    let ones = u64::MAX >> (63 - s);
    let element = if r == 0 { ones } else { ones >> r | ones << (esize - r) };
    let mut mask = if esize == 64 { element } else { element & ((1 << esize) - 1) };
    let mut size = esize;
    while size < 64 {
        mask |= mask << size;
        size *= 2;
    }
    mask
}

format! {
    /// Sixteen bits and where they go.
    MoveWide(w) if w >> 31 != 0 || w >> 22 & 1 == 0;
    { rd: Slot = dst(w), rn: Slot = src(w), imm: u16 = (w >> 5) as u16, shift: u8 = (w >> 21 & 3) as u8 * 16, sf: u8 = sf(w) }
    |o, pc, out| match o.shift {
        0 => write!(out, "{}, #{:#x}", R(o.rd, o.sf), o.imm),
        shift => write!(out, "{}, #{:#x}, lsl #{shift}", R(o.rd, o.sf), o.imm),
    }; writes rd
}
format! {
    /// ADR.
    Adr(w) { rd: Slot = dst(w), imm: i32 = adr(w) }
    |o, pc, out| write!(out, "{}, {:x}", X(o.rd), pc.plus(o.imm)); writes rd
}
format! {
    /// ADRP, whose immediate counts pages.
    Adrp(w) as Adr { rd = dst(w), imm = adr(w) }
    |o, pc, out| write!(out, "{}, {:x}", X(o.rd), (pc.pc & !0xfff).wrapping_add_signed((o.imm as i64) << 12)); writes rd
}
fn adr(w: u32) -> i32 {
    signed(w, 5, 19) << 2 | (w >> 29 & 3) as i32
}

format! {
    /// A bitfield, as two shifts: up to the highest bit, then down to its place.
    Bitfield(w) if w >> 22 & 1 == w >> 31 && (w >> 31 != 0 || w & 0x0020_8000 == 0);
    { rd: Slot = dst(w), rn: Slot = src(w >> 5), old: Slot = src(w), up: u8 = shifts(w).0, down: u8 = shifts(w).1, sf: u8 = sf(w) }
    |o, pc, out| {
        let last = if o.sf != 0 { 63 } else { 31 };
        let imms = last - o.up;
        let immr = if o.down >= o.up { o.down - o.up } else { o.down + imms + 1 };
        write!(out, "{}, {}, #{immr}, #{imms}", R(o.rd, o.sf), R(o.rn, o.sf))
    }; writes rd
}
fn shifts(w: u32) -> (u8, u8) {
    let (immr, imms, last) = (w >> 16 & 63, w >> 10 & 63, if w >> 31 != 0 { 63 } else { 31 });
    let up = last - imms.min(last);
    let down = if imms >= immr { up + immr } else { immr - imms - 1 };
    (up as u8, down as u8)
}
format! {
    /// EXTR.
    Extract(w) if w >> 22 & 1 == w >> 31 && (w >> 31 != 0 || w >> 15 & 1 == 0);
    { rd: Slot = dst(w), rn: Slot = src(w >> 5), rm: Slot = src(w >> 16), lsb: u8 = (w >> 10 & 63) as u8, sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {}, {}, #{}", R(o.rd, o.sf), R(o.rn, o.sf), R(o.rm, o.sf), o.lsb); writes rd
}

// Conditions.

/// How conditions are written, C1.2.4.
pub(super) const CONDITIONS: [&str; 16] =
    ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"];
fn cond(w: u32) -> u8 {
    (w >> 12 & 15) as u8
}
struct Cond(u8);
impl Display for Cond {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(CONDITIONS[self.0 as usize & 15])
    }
}
format! {
    /// Conditional select.
    Select(w) { rd: Slot = dst(w), rn: Slot = src(w >> 5), rm: Slot = src(w >> 16), cond: u8 = cond(w), sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {}, {}, {}", R(o.rd, o.sf), R(o.rn, o.sf), R(o.rm, o.sf), Cond(o.cond)); writes rd
}
format! {
    /// Conditional compare with a register.
    CompareReg(w) { rn: Slot = src(w >> 5), rm: Slot = src(w >> 16), nzcv: u8 = (w & 15) as u8, cond: u8 = cond(w), sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {}, #{:#x}, {}", R(o.rn, o.sf), R(o.rm, o.sf), o.nzcv, Cond(o.cond))
}
format! {
    /// Conditional compare with an immediate.
    CompareImm(w) { rn: Slot = src(w >> 5), imm: u8 = (w >> 16 & 31) as u8, nzcv: u8 = (w & 15) as u8, cond: u8 = cond(w), sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, #{:#x}, #{:#x}, {}", R(o.rn, o.sf), o.imm, o.nzcv, Cond(o.cond))
}

// Branches.

format! {
    /// 26 bits of offset.
    BranchImm(w) { imm: i32 = signed(w, 0, 26) << 2 }
    |o, pc, out| write!(out, "{:x}", pc.plus(o.imm))
}
format! {
    /// B.cond; the row says which.
    BranchCond(w) { imm: i32 = signed(w, 5, 19) << 2 }
    |o, pc, out| write!(out, "{:x}", pc.plus(o.imm))
}
format! {
    /// CBZ and CBNZ.
    CompareBranch(w) { rt: Slot = src(w), imm: i32 = signed(w, 5, 19) << 2, sf: u8 = sf(w) }
    |o, pc, out| write!(out, "{}, {:x}", R(o.rt, o.sf), pc.plus(o.imm))
}
format! {
    /// TBZ and TBNZ.
    TestBranch(w) { rt: Slot = src(w), bit: u8 = (w >> 26 & 32 | w >> 19 & 31) as u8, imm: i32 = signed(w, 5, 14) << 2 }
    |o, pc, out| write!(out, "{}, #{}, {:x}", R(o.rt, o.bit >> 5), o.bit, pc.plus(o.imm))
}
format! {
    /// BR, BLR.
    BranchReg(w) { rn: Slot = src(w >> 5) }
    |o, pc, out| write!(out, "{}", X(o.rn))
}
format! {
    /// RET, which does not tell its usual register.
    Return(w) as BranchReg { rn = src(w >> 5) }
    |o, pc, out| if o.rn == super::slots::LINK { Ok(()) } else { write!(out, "{}", X(o.rn)) }
}

// Loads and stores.

/// How wide the register of a load or store is: all of it for a doubleword and for what is sign-extended to one.
fn wide(w: u32) -> u8 {
    (w >> 30 == 3 || w >> 22 & 3 == 2) as u8
}
/// What follows a base register: nothing if it is zero.
struct Offset(i32);
impl Display for Offset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(out, ", #{}", self.0) }
    }
}

macro_rules! addressed {
    ($($(#[$doc:meta])* $Load:ident $Store:ident |$w:ident| $imm:expr, |$o:ident, $out:ident| $show:expr;)*) => {
        $(
            format! {
                $(#[$doc])*
                $Load($w) as LoadStore { rt = dst($w), rn = sp_or_x($w >> 5), imm = $imm, wide = wide($w) }
                |$o, pc, $out| $show; writes rt; touches Loads
            }
            format! {
                $(#[$doc])*
                $Store($w) as LoadStore { rt = src($w), rn = sp_or_x($w >> 5), imm = $imm, wide = wide($w) }
                |$o, pc, $out| $show; touches Stores
            }
        )*
    };
}
format! {
    /// The operands of a load or store with an immediate, for whatever mode.
    LoadStore(w) { rt: Slot = src(w), rn: Slot = sp_or_x(w >> 5), imm: i32 = signed(w, 12, 9), wide: u8 = wide(w) }
    |o, pc, out| write!(out, "{}, [{}{}]", R(o.rt, o.wide), X(o.rn), Offset(o.imm))
}
addressed! {
    /// Twelve bits of offset, in units of what is moved.
    LoadScaled StoreScaled |w| ((w >> 10 & 0xfff) << (w >> 30)) as i32,
        |o, out| write!(out, "{}, [{}{}]", R(o.rt, o.wide), X(o.rn), Offset(o.imm));
    /// Nine bits of signed offset, in bytes.
    LoadUnscaled StoreUnscaled |w| signed(w, 12, 9),
        |o, out| write!(out, "{}, [{}{}]", R(o.rt, o.wide), X(o.rn), Offset(o.imm));
    /// The base moves afterwards.
    LoadPost StorePost |w| signed(w, 12, 9), |o, out| write!(out, "{}, [{}], #{}", R(o.rt, o.wide), X(o.rn), o.imm);
    /// The base moves before.
    LoadPre StorePre |w| signed(w, 12, 9), |o, out| write!(out, "{}, [{}, #{}]!", R(o.rt, o.wide), X(o.rn), o.imm);
}

/// Half of the options are reserved.
pub(super) fn has_offset(w: u32) -> bool {
    w >> 14 & 1 != 0
}
/// What an offset in a register is shifted by.
fn scale(w: u32) -> u8 {
    if w >> 12 & 1 != 0 { (w >> 30) as u8 } else { 0 }
}
/// The option, and whether the encoding asks for a shift, be it by zero.
pub(super) fn option(w: u32) -> u8 {
    (w >> 13 & 7 | w >> 9 & 8) as u8
}
format! {
    /// A load with an offset in a register.
    LoadStoreReg(w) if has_offset(w);
    { rt: Slot = dst(w), rn: Slot = sp_or_x(w >> 5), rm: Slot = src(w >> 16), option: u8 = option(w), amount: u8 = scale(w), wide: u8 = wide(w) }
    |o, pc, out| write!(out, "{}, [{}, {}]", R(o.rt, o.wide), X(o.rn), Index(o.rm, o.option, o.amount)); writes rt; touches Loads
}
format! {
    /// A store with an offset in a register.
    StoreReg(w) as LoadStoreReg if has_offset(w);
    { rt = src(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), option = option(w), amount = scale(w), wide = wide(w) }
    |o, pc, out| write!(out, "{}, [{}, {}]", R(o.rt, o.wide), X(o.rn), Index(o.rm, o.option, o.amount)); touches Stores
}
/// An offset in a register, its option and its shift.
pub(super) struct Index(pub Slot, pub u8, pub u8);
impl Display for Index {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Index(rm, option, amount) = *self;
        write!(out, "{}", R(rm, option & 1))?;
        match (option & 7, option >> 3) {
            (3, 0) => Ok(()),
            (3, _) => write!(out, ", lsl #{amount}"),
            (option, 0) => write!(out, ", {}", EXTENSIONS[option as usize]),
            (option, _) => write!(out, ", {} #{amount}", EXTENSIONS[option as usize]),
        }
    }
}
/// The offset that a register gives.
#[inline(always)]
pub(super) fn offset<H: A64>(h: H, Index(rm, option, amount): Index) -> <H::E as Engine>::X {
    let v = h.get(rm);
    let v = match option & 7 {
        2 => v.lo().zext(),
        6 => v.lo().sext(),
        _ => v,
    };
    v.shl(amount.into())
}

format! {
    /// A load from a place near the instruction.
    Literal(w) { rt: Slot = dst(w), imm: i32 = signed(w, 5, 19) << 2, wide: u8 = (w >> 30 != 0) as u8 }
    |o, pc, out| write!(out, "{}, {:x}", R(o.rt, o.wide), pc.plus(o.imm)); writes rt; touches Loads
}

/// The operations of PRFM, C6.2.212.
struct PrefetchOp(u8);
impl Display for PrefetchOp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, level, policy) = (self.0 >> 3 & 3, self.0 >> 1 & 3, self.0 & 1);
        if kind == 3 || level == 3 {
            return write!(out, "#{:#04x}", self.0);
        }
        let (kind, policy) = (["pld", "pli", "pst"][kind as usize], ["keep", "strm"][policy as usize]);
        write!(out, "{kind}l{}{policy}", level + 1)
    }
}
format! {
    /// PRFM and PRFUM.
    Prefetch(w) { op: u8 = (w & 31) as u8, rn: Slot = sp_or_x(w >> 5),
        imm: i32 = if w >> 24 & 1 != 0 { (w >> 10 & 0xfff) as i32 * 8 } else { signed(w, 12, 9) } }
    |o, pc, out| write!(out, "{}, [{}{}]", PrefetchOp(o.op), X(o.rn), Offset(o.imm))
}
format! {
    /// PRFM with an offset in a register.
    PrefetchReg(w) if has_offset(w); { op: u8 = (w & 31) as u8, rn: Slot = sp_or_x(w >> 5), rm: Slot = src(w >> 16), option: u8 = option(w), amount: u8 = scale(w) }
    |o, pc, out| write!(out, "{}, [{}, {}]", PrefetchOp(o.op), X(o.rn), Index(o.rm, o.option, o.amount))
}
format! {
    /// PRFM of a place near the instruction.
    PrefetchLiteral(w) { op: u8 = (w & 31) as u8, imm: i32 = signed(w, 5, 19) << 2 }
    |o, pc, out| write!(out, "{}, {:x}", PrefetchOp(o.op), pc.plus(o.imm))
}

// Pairs.

fn pair_imm(w: u32) -> i32 {
    signed(w, 15, 7) << (2 + (w >> 31))
}
/// LDPSW has 64-bit registers for 32-bit loads.
fn pair_wide(w: u32) -> u8 {
    (w >> 30 != 0) as u8
}
fn word_pair_imm(w: u32) -> i32 {
    signed(w, 15, 7) << 2
}
format! {
    /// The operands of a load or store of a pair, for whatever mode.
    Pair(w) { rt: Slot = src(w), rt2: Slot = src(w >> 10), rn: Slot = sp_or_x(w >> 5), imm: i16 = pair_imm(w) as i16, wide: u8 = pair_wide(w) }
    |o, pc, out| write!(out, "{}, {}, [{}{}]", R(o.rt, o.wide), R(o.rt2, o.wide), X(o.rn), Offset(o.imm.into()))
}
macro_rules! pairs {
    ($($(#[$doc:meta])* $Load:ident $Words:ident $Store:ident |$o:ident, $imm:ident, $out:ident| $show:expr;)*) => {
        $(
            format! {
                $(#[$doc])*
                $Load(w) as Pair { rt = dst(w), rt2 = dst(w >> 10), rn = sp_or_x(w >> 5), imm = pair_imm(w) as i16, wide = pair_wide(w) }
                |$o, pc, $out| { let $imm = i32::from($o.imm); $show }; writes rt; touches Loads
            }
            format! {
                $(#[$doc])*
                $Words(w) as Pair { rt = dst(w), rt2 = dst(w >> 10), rn = sp_or_x(w >> 5), imm = word_pair_imm(w) as i16, wide = 1 }
                |$o, pc, $out| { let $imm = i32::from($o.imm); $show }; writes rt; touches Loads
            }
            format! {
                $(#[$doc])*
                $Store(w) as Pair { rt = src(w), rt2 = src(w >> 10), rn = sp_or_x(w >> 5), imm = pair_imm(w) as i16, wide = pair_wide(w) }
                |$o, pc, $out| { let $imm = i32::from($o.imm); $show }; touches Stores
            }
        )*
    };
}
pairs! {
    /// A pair at an offset.
    LoadPair LoadWords StorePair |o, imm, out|
        write!(out, "{}, {}, [{}{}]", R(o.rt, o.wide), R(o.rt2, o.wide), X(o.rn), Offset(imm));
    /// A pair; the base moves afterwards.
    LoadPairPost LoadWordsPost StorePairPost |o, imm, out|
        write!(out, "{}, {}, [{}], #{imm}", R(o.rt, o.wide), R(o.rt2, o.wide), X(o.rn));
    /// A pair; the base moves before.
    LoadPairPre LoadWordsPre StorePairPre |o, imm, out|
        write!(out, "{}, {}, [{}, #{imm}]!", R(o.rt, o.wide), R(o.rt2, o.wide), X(o.rn));
}

// Exclusives, acquire and release.

fn exclusive_wide(w: u32) -> u8 {
    (w >> 30 == 3) as u8
}
format! {
    /// LDXR. The fields that it does not use should be ones, and do not matter.
    Exclusive(w) { rs: Slot = dst(w >> 16), rt: Slot = dst(w), rt2: Slot = dst(w >> 10), rn: Slot = sp_or_x(w >> 5), wide: u8 = exclusive_wide(w) }
    |o, pc, out| write!(out, "{}, [{}]", R(o.rt, o.wide), X(o.rn)); writes rt; touches Loads
}
format! {
    /// LDXP.
    LoadExclusivePair(w) as Exclusive { rs = dst(w >> 16), rt = dst(w), rt2 = dst(w >> 10), rn = sp_or_x(w >> 5), wide = exclusive_wide(w) }
    |o, pc, out| write!(out, "{}, {}, [{}]", R(o.rt, o.wide), R(o.rt2, o.wide), X(o.rn)); writes rt; touches Loads
}
format! {
    /// STXR.
    StoreExclusive(w) as Exclusive { rs = dst(w >> 16), rt = src(w), rt2 = src(w >> 10), rn = sp_or_x(w >> 5), wide = exclusive_wide(w) }
    |o, pc, out| write!(out, "{}, {}, [{}]", W(o.rs), R(o.rt, o.wide), X(o.rn)); writes rs; touches Stores
}
format! {
    /// STXP.
    StoreExclusivePair(w) as Exclusive { rs = dst(w >> 16), rt = src(w), rt2 = src(w >> 10), rn = sp_or_x(w >> 5), wide = exclusive_wide(w) }
    |o, pc, out| write!(out, "{}, {}, {}, [{}]", W(o.rs), R(o.rt, o.wide), R(o.rt2, o.wide), X(o.rn)); writes rs; touches Stores
}
format! {
    /// LDAR.
    Ordered(w) { rt: Slot = dst(w), rn: Slot = sp_or_x(w >> 5), wide: u8 = exclusive_wide(w) }
    |o, pc, out| write!(out, "{}, [{}]", R(o.rt, o.wide), X(o.rn)); writes rt; touches Loads
}
format! {
    /// STLR.
    Release(w) as Ordered { rt = src(w), rn = sp_or_x(w >> 5), wide = exclusive_wide(w) }
    |o, pc, out| write!(out, "{}, [{}]", R(o.rt, o.wide), X(o.rn)); touches Stores
}

// FEAT_LSE.

/// What stands behind the names of atomic instructions, by two bits of size, acquire and release.
const ORDERS: [&str; 16] = ["b", "lb", "ab", "alb", "h", "lh", "ah", "alh", "", "l", "a", "al", "", "l", "a", "al"];
fn order(w: u32, acquire: u32, release: u32) -> u8 {
    (w >> 28 & 12 | (w >> acquire & 1) << 1 | w >> release & 1) as u8
}
/// Whether it is one of 64 bits.
fn order_wide(order: u8) -> u8 {
    (order >> 2 == 3) as u8
}
format! {
    /// LDADD and its likes, and SWP.
    Atomic(w) { rs: Slot = src(w >> 16), rt: Slot = dst(w), rn: Slot = sp_or_x(w >> 5), order: u8 = order(w, 23, 22) }
    |o, pc, out| write!(out, "{}, {}, [{}]", R(o.rs, order_wide(o.order)), R(o.rt, order_wide(o.order)), X(o.rn)); writes rt; touches Both; ordered order as ORDERS
}
format! {
    /// CAS: the register that is compared with gets what was there.
    CompareSwap(w) { rs: Slot = src(w >> 16), old: Slot = dst(w >> 16), rt: Slot = src(w), rn: Slot = sp_or_x(w >> 5), order: u8 = order(w, 22, 15) }
    |o, pc, out| write!(out, "{}, {}, [{}]", R(o.rs, order_wide(o.order)), R(o.rt, order_wide(o.order)), X(o.rn)); writes old; touches Both; ordered order as ORDERS
}
/// What stands behind CASP, by size, acquire and release.
const PAIR_ORDERS: [&str; 8] = ["", "l", "a", "al", "", "l", "a", "al"];
fn pair_order(w: u32) -> u8 {
    (w >> 28 & 4 | (w >> 22 & 1) << 1 | w >> 15 & 1) as u8
}
format! {
    /// CASP: registers with even numbers and the next ones. The first of two is never XZR.
    CompareSwapPair(w) if w & 0x1_0001 == 0; { rs: Slot = src(w >> 16), rs2: Slot = src((w >> 16) + 1), old2: Slot = dst((w >> 16) + 1), rt: Slot = src(w), rt2: Slot = src(w + 1), rn: Slot = sp_or_x(w >> 5), order: u8 = pair_order(w) }
    |o, pc, out| {
        let r = |slot| R(slot, o.order >> 2);
        write!(out, "{}, {}, {}, {}, [{}]", r(o.rs), r(o.rs2), r(o.rt), r(o.rt2), X(o.rn))
    }; writes rs; touches Both; ordered order as PAIR_ORDERS
}

// FEAT_FlagM.

format! {
    /// RMIF: rotation, and which flags.
    RotateFlags(w) { rn: Slot = src(w >> 5), imm: u8 = (w >> 15 & 63) as u8, mask: u8 = (w & 15) as u8 }
    |o, pc, out| write!(out, "{}, #{}, #{}", X(o.rn), o.imm, o.mask)
}
format! {
    /// SETF8 and SETF16.
    SetFlags(w) { rn: Slot = src(w >> 5) }
    |o, pc, out| write!(out, "{}", W(o.rn))
}
