//! Guest addresses as types, and the page they are counted in. No memory stands behind them here.

use std::fmt;

/// log2 of [`PAGE_SIZE`].
pub const PAGE_SHIFT: u32 = 12;

/// Bytes in the smallest page of every guest architecture that is emulated (RISC-V Sv32..Sv57, AArch64's 4 KiB
/// granule). The host's own page size does not matter to it.
pub const PAGE_SIZE: u64 = 1 << PAGE_SHIFT;

/// The bits of an address that name its page.
pub const PAGE_MASK: u64 = !(PAGE_SIZE - 1);

macro_rules! address {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[repr(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The address `bytes` further on, or `None` past the end of the address space.
            #[inline]
            pub const fn checked_add(self, bytes: u64) -> Option<Self> {
                match self.0.checked_add(bytes) {
                    Some(sum) => Some(Self(sum)),
                    None => None,
                }
            }

            /// The address `bytes` further on, modulo 2^64.
            #[inline]
            pub const fn wrapping_add(self, bytes: u64) -> Self {
                Self(self.0.wrapping_add(bytes))
            }

            /// The first address of the page this one lies in.
            #[inline]
            pub const fn page(self) -> Self {
                Self(self.0 & PAGE_MASK)
            }

            /// How many bytes into its page the address lies: 0 to 4095.
            #[inline]
            pub const fn page_offset(self) -> u64 {
                self.0 & !PAGE_MASK
            }

            /// Whether the address is a multiple of `bytes`, a power of two.
            #[inline]
            pub const fn is_aligned(self, bytes: u64) -> bool {
                self.0 & (bytes - 1) == 0
            }
        }

        impl fmt::LowerHex for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::LowerHex::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:#x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:#x})"), self.0)
            }
        }
    };
}

address! {
    /// A guest physical address: what the bus sees, after translation.
    GuestPhys
}
address! {
    /// A guest virtual (effective) address: what an instruction computes, before translation.
    GuestVirt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_checked_or_wrap() {
        assert_eq!(GuestPhys(u64::MAX).checked_add(1), None);
        assert_eq!(GuestPhys(u64::MAX - 1).checked_add(1), Some(GuestPhys(u64::MAX)));
        assert_eq!(GuestVirt(u64::MAX).wrapping_add(3), GuestVirt(2));
    }

    #[test]
    fn page_and_offset_make_up_the_address() {
        let at = GuestVirt(0xffff_ffff_8000_1abc);
        assert_eq!(at.page(), GuestVirt(0xffff_ffff_8000_1000));
        assert_eq!(at.page_offset(), 0xabc);
        assert!(at.is_aligned(4) && !at.is_aligned(8));
    }

    #[test]
    fn an_address_prints_in_hexadecimal() {
        assert_eq!(format!("{}", GuestPhys(0x8000_0000)), "0x80000000");
        assert_eq!(format!("{:08x}", GuestPhys(0x1000)), "00001000");
        assert_eq!(format!("{:?}", GuestVirt(16)), "GuestVirt(0x10)");
    }
}
