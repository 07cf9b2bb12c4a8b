//! Unaligned accesses, and narrow loads, as one instruction each; and a way to keep the compiler from holding on to what it has read. Rust has no atomic access that is not aligned, and one that is not atomic
//! might race with another thread's. An instruction of our own is neither: the compiler sees an opaque block, and what it does
//! to memory is what as many relaxed atomic accesses to single bytes might do.
#![allow(unsafe_code, reason = "part of `ram`; see docs/unsafe.md")]

use std::arch::asm;
use std::hint::assert_unchecked;

use super::Raw as _;
use crate::access::{Unit, Width};

/// One relaxed load from `base + index`. Widening a narrow atomic load is an instruction more wherever the compiler makes it, so
/// those are made here.
///
/// # Safety
/// As for [`Raw::load`](super::Raw::load) of the sum.
#[inline(always)]
pub(in crate::ram) unsafe fn load_at<T: Unit>(base: *mut u8, index: usize) -> T {
    let value: u64;
    // SAFETY: each reads the unit's bytes and nothing else. Writing the lower half of a register clears its upper half, and
    // MOVZX the rest, so what is asserted holds.
    unsafe {
        match T::WIDTH {
            Width::B1 => {
                asm!("movzx {:e}, byte ptr [{} + {}]", lateout(reg) value, in(reg) base, in(reg) index,
                    options(nostack, readonly, preserves_flags));
                assert_unchecked(value <= u8::MAX.into());
            }
            Width::B2 => {
                asm!("movzx {:e}, word ptr [{} + {}]", lateout(reg) value, in(reg) base, in(reg) index,
                    options(nostack, readonly, preserves_flags));
                assert_unchecked(value <= u16::MAX.into());
            }
            Width::B4 | Width::B8 => return T::load(base.wrapping_add(index)),
        }
    }
    T::from_u64(value)
}

/// The same number, of which the compiler does not know that. So what is read at an offset is read again, and no register
/// holds it in between.
#[inline(always)]
pub(in crate::ram) fn unknown(mut n: usize) -> usize {
    // SAFETY: there is no instruction, so `n` stays what it was.
    unsafe { asm!("/* {} */", inout(reg) n, options(pure, nomem, nostack, preserves_flags)) };
    n
}

/// Reads a unit, aligned or not.
///
/// # Safety
/// The unit's bytes must be in one live mapping.
#[inline(always)]
pub(in crate::ram) unsafe fn load_unaligned<T: Unit>(p: *mut u8) -> T {
    let value: u64;
    // SAFETY: each reads the unit's bytes and nothing else. Writing the lower half of a register clears its upper half.
    unsafe {
        match T::WIDTH {
            Width::B1 => value = u8::load(p).into(),
            Width::B2 => asm!("movzx {:e}, word ptr [{}]", lateout(reg) value, in(reg) p,
                options(nostack, readonly, preserves_flags)),
            Width::B4 => asm!("mov {:e}, dword ptr [{}]", lateout(reg) value, in(reg) p,
                options(nostack, readonly, preserves_flags)),
            Width::B8 => asm!("mov {}, qword ptr [{}]", lateout(reg) value, in(reg) p,
                options(nostack, readonly, preserves_flags)),
        }
    }
    T::from_u64(value)
}

/// Writes a unit, aligned or not.
///
/// # Safety
/// The unit's bytes must be in one live mapping, and writable.
#[inline(always)]
pub(in crate::ram) unsafe fn store_unaligned<T: Unit>(p: *mut u8, value: T) {
    let value = value.to_u64();
    // SAFETY: each writes the unit's bytes and nothing else.
    unsafe {
        match T::WIDTH {
            Width::B1 => u8::store(p, value as u8),
            Width::B2 => asm!("mov word ptr [{}], {:x}", in(reg) p, in(reg) value, options(nostack, preserves_flags)),
            Width::B4 => asm!("mov dword ptr [{}], {:e}", in(reg) p, in(reg) value, options(nostack, preserves_flags)),
            Width::B8 => asm!("mov qword ptr [{}], {}", in(reg) p, in(reg) value, options(nostack, preserves_flags)),
        }
    }
}
