//! Accesses, aligned or not, as one instruction each; and a way to keep the compiler from holding on to what it has read. Rust has no
//! atomic access that is not aligned, and one that is not atomic might race with another thread's. An instruction of our own is neither:
//! the compiler sees an opaque block, and what it does to memory is what as many relaxed atomic accesses to single bytes might do, or one
//! relaxed access where it is aligned. It also widens as it loads, for which the compiler takes a second instruction behind a
//! narrow atomic load.
#![allow(unsafe_code, reason = "part of `ram`; see docs/unsafe.md")]

use std::arch::asm;

use super::Raw as _;
use crate::access::{Unit, Width};

/// Reads the unit at `base + index`, with zeros above it.
///
/// # Safety
/// Its bytes must be in one live mapping.
#[inline(always)]
pub(in crate::ram) unsafe fn load_at<T: Unit>(base: *mut u8, index: usize) -> u64 {
    let value: u64;
    // SAFETY: each reads the unit's bytes and nothing else. Writing the lower half of a register clears its upper half, and
    // MOVZX the rest.
    unsafe {
        match T::WIDTH {
            Width::B1 => asm!("movzx {:e}, byte ptr [{} + {}]", lateout(reg) value, in(reg) base, in(reg) index,
                options(nostack, readonly, preserves_flags)),
            Width::B2 => asm!("movzx {:e}, word ptr [{} + {}]", lateout(reg) value, in(reg) base, in(reg) index,
                options(nostack, readonly, preserves_flags)),
            Width::B4 => asm!("mov {:e}, dword ptr [{} + {}]", lateout(reg) value, in(reg) base, in(reg) index,
                options(nostack, readonly, preserves_flags)),
            Width::B8 => asm!("mov {}, qword ptr [{} + {}]", lateout(reg) value, in(reg) base, in(reg) index,
                options(nostack, readonly, preserves_flags)),
        }
    }
    value
}

/// Writes the unit at `base + index`.
///
/// # Safety
/// Its bytes must be in one live mapping, and writable.
#[inline(always)]
pub(in crate::ram) unsafe fn store_at<T: Unit>(base: *mut u8, index: usize, value: T) {
    let value = value.to_u64();
    // SAFETY: each writes the unit's bytes and nothing else.
    unsafe {
        match T::WIDTH {
            Width::B1 => u8::store(base.wrapping_add(index), value as u8),
            Width::B2 => asm!("mov word ptr [{} + {}], {:x}", in(reg) base, in(reg) index, in(reg) value,
                options(nostack, preserves_flags)),
            Width::B4 => asm!("mov dword ptr [{} + {}], {:e}", in(reg) base, in(reg) index, in(reg) value,
                options(nostack, preserves_flags)),
            Width::B8 => asm!("mov qword ptr [{} + {}], {}", in(reg) base, in(reg) index, in(reg) value,
                options(nostack, preserves_flags)),
        }
    }
}

/// The same number, of which the compiler does not know that. So what is read at an offset is read again, and no register
/// holds it in between.
#[inline(always)]
pub(in crate::ram) fn unknown(mut n: usize) -> usize {
    // SAFETY: there is no instruction, so `n` stays what it was.
    unsafe { asm!("/* {} */", inout(reg) n, options(pure, nomem, nostack, preserves_flags)) };
    n
}
