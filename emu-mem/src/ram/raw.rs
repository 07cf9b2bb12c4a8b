//! The host's accesses to mapped memory: atomic ones of each width, and such that may be unaligned: one instruction where
//! the host has it (`x86_64`), else made of aligned ones. It knows pointers only; what makes them valid is its callers'
//! business.
#![allow(unsafe_code, reason = "part of `ram`; see docs/unsafe.md")]

#[cfg(any(test, miri, not(target_arch = "x86_64")))]
mod pieces;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86_64;

#[cfg(any(miri, not(target_arch = "x86_64")))]
pub(super) use self::pieces::{load_at, store_at};
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(super) use self::x86_64::{load_at, store_at, unknown};

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

/// The same number; see `x86_64`.
#[cfg(any(miri, not(target_arch = "x86_64")))]
#[inline(always)]
pub(super) fn unknown(n: usize) -> usize {
    n
}
