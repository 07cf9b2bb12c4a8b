//! The host's accesses to mapped memory: aligned ones of each width, atomically, and unaligned ones made of those. It knows
//! pointers only; what makes them valid is its callers' business.
#![allow(unsafe_code, reason = "part of `ram`; see docs/unsafe.md")]

use crate::access::Unit;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

/// Atomic access to mapped memory. Public only because [`Unit`](crate::access::Unit) is; out of reach all the same.
///
/// Every function wants a pointer into a live mapping that is a multiple of the width, all bytes of which the
/// mapping holds.
#[doc(hidden)]
pub trait Raw: Sized {
    /// One relaxed load.
    unsafe fn load(p: *mut u8) -> Self;
    /// One relaxed store.
    unsafe fn store(p: *mut u8, value: Self);
    /// Replaces the word by `f` of it and returns what it was.
    unsafe fn update(p: *mut u8, f: impl Fn(Self) -> Self) -> Self;
    /// Replaces the word by `new` if it is `expected`, and returns what it was.
    unsafe fn compare_exchange(p: *mut u8, expected: Self, new: Self) -> Self;
}

macro_rules! raw {
    ($($int:ty, $atomic:ty);*) => {$(
        impl Raw for $int {
            #[inline(always)]
            unsafe fn load(p: *mut u8) -> Self {
                // SAFETY: the trait's contract is `from_ptr`'s; the reference ends with this expression.
                Self::from_le(unsafe { <$atomic>::from_ptr(p.cast()) }.load(Ordering::Relaxed))
            }

            #[inline(always)]
            unsafe fn store(p: *mut u8, value: Self) {
                // SAFETY: as in `load`.
                unsafe { <$atomic>::from_ptr(p.cast()) }.store(value.to_le(), Ordering::Relaxed);
            }

            #[inline]
            unsafe fn update(p: *mut u8, f: impl Fn(Self) -> Self) -> Self {
                // SAFETY: as in `load`.
                let word = unsafe { <$atomic>::from_ptr(p.cast()) };
                let mut old = word.load(Ordering::Relaxed);
                loop {
                    let new = f(Self::from_le(old)).to_le();
                    match word.compare_exchange_weak(old, new, Ordering::SeqCst, Ordering::Relaxed) {
                        Ok(old) => return Self::from_le(old),
                        Err(now) => old = now,
                    }
                }
            }

            #[inline]
            unsafe fn compare_exchange(p: *mut u8, expected: Self, new: Self) -> Self {
                // SAFETY: as in `load`.
                let word = unsafe { <$atomic>::from_ptr(p.cast()) };
                let (Ok(old) | Err(old)) =
                    word.compare_exchange(expected.to_le(), new.to_le(), Ordering::SeqCst, Ordering::SeqCst);
                Self::from_le(old)
            }
        }
    )*};
}
raw!(u8, AtomicU8; u16, AtomicU16; u32, AtomicU32; u64, AtomicU64);

/// Reads a unit that is not aligned out of the one or two aligned 8-byte words that it lies in.
///
/// # Safety
/// The unit's bytes must be in one live mapping. The words around them are then too: mappings begin and end at
/// multiples of 4,096 (R1).
#[inline]
pub(super) unsafe fn load_unaligned<T: Unit>(p: *mut u8) -> T {
    let in_word = p.addr() & 7;
    let last = in_word + T::BYTES as usize - 1;
    let word = p.wrapping_sub(in_word);
    // SAFETY: both are multiples of 8, and each holds a byte of the unit.
    let (low, high) = unsafe { (u64::load(word), u64::load(word.wrapping_add(last & 8))) };
    // One word read twice makes a rotation, which is as good.
    T::from_u64(((u128::from(high) << 64 | u128::from(low)) >> (8 * in_word)) as u64)
}

/// Writes a unit, aligned or not, as a few aligned pieces: never a byte beside it.
///
/// # Safety
/// The unit's bytes must be in one live mapping.
#[inline]
pub(super) unsafe fn store_unaligned<T: Unit>(p: *mut u8, value: T) {
    let (bytes, bits) = (T::BYTES as usize, value.to_u64());
    // SAFETY: each piece is a part of the unit at a multiple of its own size. Two bytes at `i` are even where `p + i`
    // is: that is what the cases are for.
    unsafe {
        let pair = |i: usize| u16::store(p.wrapping_add(i), (bits >> (8 * i)) as u16);
        if p.addr() & (bytes - 1) == 0 {
            T::store(p, value);
        } else if p.addr() & 3 == 0 {
            // An 8-byte unit: no other is misaligned here.
            u32::store(p, bits as u32);
            u32::store(p.wrapping_add(4), (bits >> 32) as u32);
        } else if p.addr() & 1 == 0 {
            (0..bytes).step_by(2).for_each(pair);
        } else {
            u8::store(p, bits as u8);
            (1..bytes - 1).step_by(2).for_each(pair);
            u8::store(p.wrapping_add(bytes - 1), (bits >> (8 * (bytes - 1))) as u8);
        }
    }
}
