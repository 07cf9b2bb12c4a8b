//! M, unprivileged manual chapter 12: division by zero and overflow give the results of table 12.2 and never trap.
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::base::register_register;
use super::format::R;
use super::xlen::Rv;
use crate::engine::*;

register_register! {
    mul |h, a, b| a * b;
    mulh |h, a, b| a.mul_high_s(b);
    mulhu |h, a, b| a.mul_high_u(b);
    // The signed factor is, modulo the width, the unsigned one less 2^XLEN if negative.
    mulhsu |h, a, b| a.mul_high_u(b) - (a.shr_s(H::V::BITS - 1) & b);
    div |h, a, b| a.div_s(b, h.imm(-1));
    divu |h, a, b| a.div_u(b, h.imm(-1));
    rem |h, a, b| a.rem_s(b, a);
    remu |h, a, b| a.rem_u(b, a);
    mulw |h, a, b| h.of_w(h.w_of(a) * h.w_of(b));
    divw |h, a, b| h.of_w(h.w_of(a).div_s(h.w_of(b), h.w(u32::MAX)));
    divuw |h, a, b| h.of_w(h.w_of(a).div_u(h.w_of(b), h.w(u32::MAX)));
    remw |h, a, b| h.of_w(h.w_of(a).rem_s(h.w_of(b), h.w_of(a)));
    remuw |h, a, b| h.of_w(h.w_of(a).rem_u(h.w_of(b), h.w_of(a)));
}
