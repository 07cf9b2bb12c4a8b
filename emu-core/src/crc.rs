//! Cyclic redundancy checks of 32 bits with reflected bits, byte by byte: tables, and the step that instructions are made of.

use crate::engine::Crc;

const fn table(polynomial: u32) -> [u32; 256] {
    let (mut table, mut i) = ([0; 256], 0);
    while i < 256 {
        let (mut crc, mut bit) = (i as u32, 0);
        while bit < 8 {
            crc = if crc & 1 != 0 { crc >> 1 ^ polynomial } else { crc >> 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
}

static IEEE: [u32; 256] = table(0xedb8_8320);
static CASTAGNOLI: [u32; 256] = table(0x82f6_3b78);

/// What one byte does to a remainder of 0, for each value of the byte.
pub fn byte_table(crc: Crc) -> &'static [u32; 256] {
    match crc {
        Crc::Ieee => &IEEE,
        Crc::Castagnoli => &CASTAGNOLI,
    }
}

/// The remainder after the `bytes` low bytes of `data`, lowest first.
#[inline]
pub fn update(crc: Crc, remainder: u32, data: u64, bytes: u32) -> u32 {
    let table = byte_table(crc);
    data.to_le_bytes()[..bytes as usize]
        .iter()
        .fold(remainder, |remainder, &byte| table[(remainder as u8 ^ byte) as usize] ^ remainder >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values_of_the_catalogues() {
        for (crc, check) in [(Crc::Ieee, 0xcbf4_3926), (Crc::Castagnoli, 0xe306_9283)] {
            let remainder = update(crc, u32::MAX, u64::from_le_bytes(*b"12345678"), 8);
            assert_eq!(!update(crc, remainder, b'9'.into(), 1), check);
        }
    }
}
