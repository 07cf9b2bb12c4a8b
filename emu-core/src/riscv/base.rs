//! RV32I and RV64I, unprivileged manual chapters 2 and 4; system instructions are in `system.rs`.

#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::cause;
use super::format::*;
use super::slots::ALIGN;
use super::xlen::Rv;
use crate::engine::*;

macro_rules! register_immediate {
    ($($(#[$doc:meta])* $name:ident |$h:ident, $a:ident, $imm:ident| $result:expr;)*) => {
        $($(#[$doc])*
        #[inline(always)]
        pub fn $name<H: Rv>($h: H, o: I) -> Exec<H::E> {
            let ($a, $imm) = ($h.r(o.rs1), $h.imm(o.imm as i64));
            $h.put(o.rd, $result);
            Ok($h.next())
        })*
    };
}
register_immediate! {
    addi |h, a, imm| a + imm;
    slti |h, a, imm| h.bit(a.lt_s(imm));
    sltiu |h, a, imm| h.bit(a.lt_u(imm));
    xori |h, a, imm| a ^ imm;
    ori |h, a, imm| a | imm;
    andi |h, a, imm| a & imm;
    addiw |h, a, imm| h.of_w(h.w_of(a) + h.w_of(imm));
}

macro_rules! register_shift {
    ($($name:ident |$h:ident, $a:ident, $by:ident| $result:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>($h: H, o: Sh) -> Exec<H::E> {
            let ($a, $by) = ($h.r(o.rs1), o.shamt as u32);
            $h.put(o.rd, $result);
            Ok($h.next())
        })*
    };
}
register_shift! {
    slli |h, a, by| a.shl(by);
    srli |h, a, by| a.shr_u(by);
    srai |h, a, by| a.shr_s(by);
    slliw |h, a, by| h.of_w(h.w_of(a).shl(by));
    srliw |h, a, by| h.of_w(h.w_of(a).shr_u(by));
    sraiw |h, a, by| h.of_w(h.w_of(a).shr_s(by));
}

macro_rules! register_register {
    ($($name:ident |$h:ident, $a:ident, $b:ident| $result:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>($h: H, o: R) -> Exec<H::E> {
            let ($a, $b) = ($h.r(o.rs1), $h.r(o.rs2));
            $h.put(o.rd, $result);
            Ok($h.next())
        })*
    };
}
pub(super) use register_register;
register_register! {
    add |h, a, b| a + b;
    sub |h, a, b| a - b;
    sll |h, a, b| a.shl_by(b);
    slt |h, a, b| h.bit(a.lt_s(b));
    sltu |h, a, b| h.bit(a.lt_u(b));
    xor |h, a, b| a ^ b;
    srl |h, a, b| a.shr_u_by(b);
    sra |h, a, b| a.shr_s_by(b);
    or |h, a, b| a | b;
    and |h, a, b| a & b;
    addw |h, a, b| h.of_w(h.w_of(a) + h.w_of(b));
    subw |h, a, b| h.of_w(h.w_of(a) - h.w_of(b));
    sllw |h, a, b| h.of_w(h.w_of(a).shl_by(h.w_of(b)));
    srlw |h, a, b| h.of_w(h.w_of(a).shr_u_by(h.w_of(b)));
    sraw |h, a, b| h.of_w(h.w_of(a).shr_s_by(h.w_of(b)));
}

#[inline(always)]
pub fn lui<H: Rv>(h: H, o: U) -> Exec<H::E> {
    h.put(o.rd, h.imm(o.imm as i64));
    Ok(h.next())
}

#[inline(always)]
pub fn auipc<H: Rv>(h: H, o: U) -> Exec<H::E> {
    h.put(o.rd, h.imm(h.near(o.imm) as i64));
    Ok(h.next())
}

/// Chapter 2.5: a target that is not a multiple of IALIGN raises an exception on the jump itself. Without C, `pc` is a
/// multiple of four, so only the offset can break that.
#[inline(always)]
fn require_aligned<H: Rv>(h: H, offset: i32, taken: <H::E as Engine>::B) -> Result<(), <H::E as Engine>::Stop> {
    if offset as u64 & h.key(ALIGN) != 0 {
        h.require(!taken, cause::FETCH_MISALIGNED, h.x(h.near(offset)))?;
    }
    Ok(())
}

#[inline(always)]
pub fn jal<H: Rv>(h: H, o: J) -> Exec<H::E> {
    require_aligned(h, o.imm, h.yes())?;
    h.put(o.rd, h.imm(h.after() as i64));
    Ok(h.jump(h.near(o.imm)))
}

/// 2.5.1: the lowest bit of the target is cleared.
#[inline(always)]
pub fn jalr<H: Rv>(h: H, o: Jr) -> Exec<H::E> {
    let target = h.at(o.rs1, o.imm) & h.x(!1);
    if h.key(ALIGN) != 0 {
        h.require((target & h.x(2)).eq(h.x(0)), cause::FETCH_MISALIGNED, target)?;
    }
    h.put(o.rd, h.imm(h.after() as i64));
    Ok(h.jump_to(target))
}

macro_rules! branches {
    ($($name:ident |$a:ident, $b:ident| $taken:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: B) -> Exec<H::E> {
            let ($a, $b) = (h.r(o.rs1), h.r(o.rs2));
            let taken = $taken;
            require_aligned(h, o.imm, taken)?;
            Ok(h.branch(taken, h.near(o.imm)))
        })*
    };
}
branches! {
    beq |a, b| a.eq(b);
    bne |a, b| !a.eq(b);
    blt |a, b| a.lt_s(b);
    bge |a, b| !a.lt_s(b);
    bltu |a, b| a.lt_u(b);
    bgeu |a, b| !a.lt_u(b);
}

macro_rules! loads {
    ($($name:ident $kind:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: L) -> Exec<H::E> {
            let v = h.load(h.at(o.rs1, o.imm), Mem::$kind)?;
            h.put(o.rd, h.of_x(v));
            Ok(h.next())
        })*
    };
}
loads! { lb S8; lh S16; lw S32; ld U64; lbu U8; lhu U16; lwu U32; }

macro_rules! stores {
    ($($name:ident $kind:ident;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>(h: H, o: S) -> Exec<H::E> {
            h.store(h.at(o.rs1, o.imm), h.x_of(h.r(o.rs2)), Mem::$kind)?;
            Ok(h.next())
        })*
    };
}
stores! { sb U8; sh U16; sw U32; sd U64; }

/// 2.7 and Zihintpause: harts here do not reorder, so there is nothing to order.
#[inline(always)]
pub fn fence<H: Rv>(h: H, _: Fence) -> Exec<H::E> {
    Ok(h.next())
}
