//! Branches: conditional, unconditional, to a register, on a register's value or one of its bits (C4.1.94).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::flags::holds;
use super::format::{BranchCond, BranchImm, BranchReg, CompareBranch, TestBranch};
use super::slots::LINK;
use super::width::{A64, Width};
use crate::engine::*;

#[inline(always)]
pub fn b<H: A64>(h: H, o: BranchImm) -> Exec<H::E> {
    Ok(h.jump(h.near(o.imm)))
}

#[inline(always)]
pub fn bl<H: A64>(h: H, o: BranchImm) -> Exec<H::E> {
    h.set(LINK, h.x(h.near(4)));
    Ok(h.jump(h.near(o.imm)))
}

macro_rules! conditions {
    ($($name:ident $code:literal;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64>(h: H, o: BranchCond) -> Exec<H::E> {
            Ok(h.branch(holds(h, $code), h.near(o.imm)))
        })*
    };
}
conditions! {
    b_eq 0; b_ne 1; b_cs 2; b_cc 3; b_mi 4; b_pl 5; b_vs 6; b_vc 7;
    b_hi 8; b_ls 9; b_ge 10; b_lt 11; b_gt 12; b_le 13; b_al 14; b_nv 15;
}

#[inline(always)]
pub fn cbz<H: A64, T: Width<H::E>>(h: H, o: CompareBranch) -> Exec<H::E> {
    Ok(h.branch(T::get(&h, o.rt).eq(T::n(&h, 0)), h.near(o.imm)))
}

#[inline(always)]
pub fn cbnz<H: A64, T: Width<H::E>>(h: H, o: CompareBranch) -> Exec<H::E> {
    Ok(h.branch(!T::get(&h, o.rt).eq(T::n(&h, 0)), h.near(o.imm)))
}

#[inline(always)]
pub fn tbz<H: A64>(h: H, o: TestBranch) -> Exec<H::E> {
    Ok(h.branch((h.get(o.rt) & h.x(1 << o.bit)).eq(h.x(0)), h.near(o.imm)))
}

#[inline(always)]
pub fn tbnz<H: A64>(h: H, o: TestBranch) -> Exec<H::E> {
    Ok(h.branch(!(h.get(o.rt) & h.x(1 << o.bit)).eq(h.x(0)), h.near(o.imm)))
}

/// BR and RET. Whether the target is aligned is seen when it is fetched from.
#[inline(always)]
pub fn br<H: A64>(h: H, o: BranchReg) -> Exec<H::E> {
    Ok(h.jump_to(h.get(o.rn)))
}

#[inline(always)]
pub fn blr<H: A64>(h: H, o: BranchReg) -> Exec<H::E> {
    let target = h.get(o.rn);
    h.set(LINK, h.x(h.near(4)));
    Ok(h.jump_to(target))
}
