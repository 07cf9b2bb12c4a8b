//! Zba, Zbb, Zbc, Zbs, Zbkb, Zbkc, Zbkx (unprivileged manual chapters 30 and 32) and Zicond (chapter 12.2).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::base::register_register;
use super::format::{R, R1, Sh};
use super::xlen::Rv;
use crate::engine::*;

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident |$h:ident, $a:ident| $result:expr;)*) => {
        $($(#[$doc])*
        #[inline(always)]
        pub fn $name<H: Rv>($h: H, o: R1) -> Exec<H::E> {
            let $a = $h.r(o.rs1);
            $h.put(o.rd, $result);
            Ok($h.next())
        })*
    };
}

macro_rules! register_position {
    ($($name:ident |$h:ident, $a:ident, $by:ident| $result:expr;)*) => {
        $(#[inline(always)]
        pub fn $name<H: Rv>($h: H, o: Sh) -> Exec<H::E> {
            let ($a, $by) = ($h.r(o.rs1), o.shamt as u32);
            $h.put(o.rd, $result);
            Ok($h.next())
        })*
    };
}

/// The low 32 bits, zero-extended.
#[inline(always)]
fn uw<H: Rv>(h: H, a: H::V) -> H::V {
    h.of_x(h.w_of(a).zext())
}

/// The single bit that `b` names modulo XLEN.
#[inline(always)]
fn bit_at<H: Rv>(h: H, b: H::V) -> H::V {
    h.imm(1).shl_by(b)
}

/// Copies the sign of the low `bits` bits upwards.
#[inline(always)]
fn sign_extend<V: Bits>(a: V, bits: u32) -> V {
    a.shl(V::BITS - bits).shr_s(V::BITS - bits)
}

/// Clears all but the low `bits` bits.
#[inline(always)]
fn zero_extend<V: Bits>(a: V, bits: u32) -> V {
    a.shl(V::BITS - bits).shr_u(V::BITS - bits)
}

// 30.4.1 Zba, 30.4.2 Zbb, 30.4.4 Zbs, Zicond
register_register! {
    sh1add |h, a, b| a.shl(1) + b;
    sh2add |h, a, b| a.shl(2) + b;
    sh3add |h, a, b| a.shl(3) + b;
    add_uw |h, a, b| uw(h, a) + b;
    sh1add_uw |h, a, b| uw(h, a).shl(1) + b;
    sh2add_uw |h, a, b| uw(h, a).shl(2) + b;
    sh3add_uw |h, a, b| uw(h, a).shl(3) + b;
    andn |h, a, b| a & !b;
    orn |h, a, b| a | !b;
    xnor |h, a, b| !(a ^ b);
    max |h, a, b| Bits::select(a.lt_s(b), b, a);
    maxu |h, a, b| Bits::select(a.lt_u(b), b, a);
    min |h, a, b| Bits::select(a.lt_s(b), a, b);
    minu |h, a, b| Bits::select(a.lt_u(b), a, b);
    rol |h, a, b| a.rotr_by(h.imm(0) - b);
    ror |h, a, b| a.rotr_by(b);
    rolw |h, a, b| h.of_w(h.w_of(a).rotr_by(h.w(0) - h.w_of(b)));
    rorw |h, a, b| h.of_w(h.w_of(a).rotr_by(h.w_of(b)));
    bclr |h, a, b| a & !bit_at(h, b);
    bext |h, a, b| a.shr_u_by(b) & h.imm(1);
    binv |h, a, b| a ^ bit_at(h, b);
    bset |h, a, b| a | bit_at(h, b);
    czero_eqz |h, a, b| Bits::select(b.eq(h.imm(0)), h.imm(0), a);
    czero_nez |h, a, b| Bits::select(b.eq(h.imm(0)), a, h.imm(0));
}

register_position! {
    slli_uw |h, a, by| uw(h, a).shl(by);
    rori |h, a, by| a.rotr_by(h.imm(by as i64));
    roriw |h, a, by| h.of_w(h.w_of(a).rotr_by(h.w(by)));
    bclri |h, a, by| a & !h.imm(1).shl(by);
    bexti |h, a, by| a.shr_u(by) & h.imm(1);
    binvi |h, a, by| a ^ h.imm(1).shl(by);
    bseti |h, a, by| a | h.imm(1).shl(by);
}

unary! {
    clz |h, a| a.leading_zeros();
    ctz |h, a| a.trailing_zeros();
    cpop |h, a| a.ones();
    clzw |h, a| h.of_w(h.w_of(a).leading_zeros());
    ctzw |h, a| h.of_w(h.w_of(a).trailing_zeros());
    cpopw |h, a| h.of_w(h.w_of(a).ones());
    sext_b |h, a| sign_extend(a, 8);
    sext_h |h, a| sign_extend(a, 16);
    zext_h |h, a| zero_extend(a, 16);
    rev8 |h, a| a.swap_bytes();
    /// Every byte that is not zero becomes 0xff: its upper bit is gathered from the others by an addition that cannot
    /// carry out of it, then spread.
    orc_b |h, a| {
        let low = h.of_x(h.x(0x7f7f_7f7f_7f7f_7f7f));
        let any = (((a & low) + low) | a) & !low;
        any.shr_u(7) * h.imm(0xff)
    };
    /// 32.4.1: the bits of each byte in reverse order.
    brev8 |h, a| {
        let a = exchange(h, a, 1, 0x5555_5555_5555_5555);
        let a = exchange(h, a, 2, 0x3333_3333_3333_3333);
        exchange(h, a, 4, 0x0f0f_0f0f_0f0f_0f0f)
    };
    /// The lower half's bits go to the even places, the upper half's to the odd ones. RV32 only.
    zip |h, a| [(8, 0x00ff_0000), (4, 0x0f00_0f00), (2, 0x3030_3030), (1, 0x4444_4444)]
        .into_iter()
        .fold(a, |a, (by, mask)| swap_fields(h, a, by, mask));
    /// The reverse of ZIP. RV32 only.
    unzip |h, a| [(1, 0x4444_4444), (2, 0x3030_3030), (4, 0x0f00_0f00), (8, 0x00ff_0000)]
        .into_iter()
        .fold(a, |a, (by, mask)| swap_fields(h, a, by, mask));
}

/// Exchanges neighbouring groups of `by` bits; `low` marks the lower of each pair.
#[inline(always)]
fn exchange<H: Rv>(h: H, a: H::V, by: u32, low: u64) -> H::V {
    let low = h.of_x(h.x(low));
    (a & low).shl(by) | (a.shr_u(by) & low)
}

/// Exchanges the bits that `mask` marks with those `by` places below them.
#[inline(always)]
fn swap_fields<H: Rv>(h: H, a: H::V, by: u32, mask: u64) -> H::V {
    let mask = h.of_x(h.x(mask));
    let differ = (a ^ a.shl(by)) & mask;
    a ^ differ ^ differ.shr_u(by)
}

// 32.4.1 Zbkb
register_register! {
    pack |h, a, b| zero_extend(a, H::V::BITS / 2) | b.shl(H::V::BITS / 2);
    packh |h, a, b| zero_extend(a, 8) | zero_extend(b, 8).shl(8);
    packw |h, a, b| {
        let (low, high) = (h.w_of(a).shl(16).shr_u(16), h.w_of(b).shl(16));
        h.of_w(low | high)
    };
}

// 30.4.3 Zbc: on RV32 the whole product fits a 64-bit value
register_register! {
    clmul |h, a, b| h.of_x(h.clmul(h.x_of(a), h.x_of(b)));
    clmulh |h, a, b| {
        let (a, b) = (h.x_of(a), h.x_of(b));
        h.of_x(if H::V::BITS == 32 { h.clmul(a, b).shr_u(32) } else { h.clmulh(a, b) })
    };
    clmulr |h, a, b| {
        let (a, b) = (h.x_of(a), h.x_of(b));
        h.of_x(if H::V::BITS == 32 {
            h.clmul(a, b).shr_u(31)
        } else {
            h.clmulh(a, b).shl(1) | h.clmul(a, b).shr_u(63)
        })
    };
}

/// 32.4.3 Zbkx: each group of `bits` bits of `b` chooses a group of `a`, and one beyond the last chooses zero.
#[inline(always)]
fn permute<H: Rv>(h: H, a: H::V, b: H::V, bits: u32) -> H::V {
    let groups = H::V::BITS / bits;
    (0..groups).fold(h.imm(0), |result, i| {
        let index = zero_extend(b.shr_u(i * bits), bits);
        let chosen = zero_extend(a.shr_u_by(index * h.imm(bits as i64)), bits);
        let inside = index.lt_u(h.imm(groups as i64));
        result | Bits::select(inside, chosen, h.imm(0)).shl(i * bits)
    })
}
register_register! {
    xperm4 |h, a, b| permute(h, a, b, 4);
    xperm8 |h, a, b| permute(h, a, b, 8);
}
