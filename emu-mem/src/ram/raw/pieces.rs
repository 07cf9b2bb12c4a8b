//! Accesses, aligned or not, made of aligned ones, for any host.
#![allow(unsafe_code, reason = "part of `ram`; see docs/unsafe.md")]

use super::Raw as _;
use crate::access::Unit;

/// Reads the unit at `base + index`, with zeros above it: one that is not aligned out of the one or two aligned 8-byte words that it lies in.
///
/// # Safety
/// The unit's bytes must be in one live mapping. The words around them are then too: mappings begin and end at
/// multiples of 4,096 (R1).
#[inline]
pub(in crate::ram) unsafe fn load_at<T: Unit>(base: *mut u8, index: usize) -> u64 {
    let p = base.wrapping_add(index);
    if p.addr() as u64 & (T::BYTES - 1) == 0 {
        // SAFETY: the contract, and it is aligned.
        return unsafe { T::load(p) }.to_u64();
    }
    let in_word = p.addr() & 7;
    let last = in_word + T::BYTES as usize - 1;
    let word = p.wrapping_sub(in_word);
    // SAFETY: both are multiples of 8, and each holds a byte of the unit.
    let (low, high) = unsafe { (u64::load(word), u64::load(word.wrapping_add(last & 8))) };
    // One word read twice makes a rotation, which is as good.
    T::from_u64(((u128::from(high) << 64 | u128::from(low)) >> (8 * in_word)) as u64).to_u64()
}

/// Writes the unit at `base + index` as a few aligned pieces: never a byte beside it.
///
/// # Safety
/// The unit's bytes must be in one live mapping, and writable.
#[inline]
pub(in crate::ram) unsafe fn store_at<T: Unit>(base: *mut u8, index: usize, value: T) {
    let p = base.wrapping_add(index);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What every host's own way must do as well.
    #[test]
    fn pieces_are_what_one_access_is() {
        fn check<T: Unit>() {
            for at in 0..16 {
                let mut words = [0x0807_0605_0403_0201_u64, 0x100f_0e0d_0c0b_0a09, 0x1817_1615_1413_1211];
                let p = words.as_mut_ptr().cast();
                // SAFETY: at most 24 bytes, those of `words`, whose ends are multiples of 8.
                let (pieces, one) = unsafe { (load_at::<T>(p, at), super::super::load_at::<T>(p, at)) };
                assert_eq!((pieces, pieces & 0xff), (one, at as u64 + 1));
                let mut others = words;
                // SAFETY: as above.
                unsafe {
                    store_at(p, at, T::from_u64(0xa8a7_a6a5_a4a3_a2a1));
                    super::super::store_at(others.as_mut_ptr().cast(), at, T::from_u64(0xa8a7_a6a5_a4a3_a2a1));
                }
                assert_eq!(words, others, "{at}");
            }
        }
        check::<u8>();
        check::<u16>();
        check::<u32>();
        check::<u64>();
    }
}
