//! Regions of interest for programs that run on emu: what runs between [`begin`] and [`end`], or while a [`Region`] lives, is counted
//! by itself. Each is one instruction that does nothing anywhere else; `include/roi.h` has the encodings, and the same for C.

#![no_std]

/// The region `hint N` begins. N is at most 2047.
#[inline(always)]
pub fn begin<const N: u16>() {
    const { assert!(N < 2048, "a region's number is at most 2047") }
    #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
    // SAFETY: the instruction writes nothing. It is no `nomem`, so that the compiler moves no access across it.
    unsafe {
        core::arch::asm!("slti x0, x0, {}", const N, options(nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        core::arch::asm!("movz xzr, #{}", const N, options(nostack, preserves_flags));
    }
}

/// The region `hint N` ends.
#[inline(always)]
pub fn end<const N: u16>() {
    const { assert!(N < 2048, "a region's number is at most 2047") }
    #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
    // SAFETY: as for `begin`.
    unsafe {
        core::arch::asm!("sltiu x0, x0, {}", const N, options(nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as for `begin`.
    unsafe {
        core::arch::asm!("movn xzr, #{}", const N, options(nostack, preserves_flags));
    }
}

/// A region that ends where it is dropped.
#[derive(Debug)]
pub struct Region<const N: u16>(());

impl<const N: u16> Region<N> {
    /// The region begins.
    #[inline(always)]
    #[must_use = "a region that is dropped at once has nothing in it"]
    pub fn begin() -> Self {
        begin::<N>();
        Region(())
    }
}

impl<const N: u16> Drop for Region<N> {
    #[inline(always)]
    fn drop(&mut self) {
        end::<N>();
    }
}
