//! Something to test and to measure: Adler-32 (RFC 1950).

/// The largest prime below 2^16.
const MODULUS: u32 = 65521;

/// The Adler-32 checksum of `bytes`.
pub fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), &byte| {
        let low = (low + u32::from(byte)) % MODULUS;
        (low, (high + low) % MODULUS)
    });
    high << 16 | low
}
