//! Constants that instructions hold in eight bits (shared pseudo-code `AdvSIMDExpandImm`, `VFPExpandImm`).

use crate::engine::Fmt;

/// The floating-point constant of a format that `imm` stands for.
pub(super) const fn number(fmt: Fmt, imm: u8) -> u64 {
    let (exponent_bits, fraction_bits) = match fmt {
        Fmt::H => (5, 10),
        Fmt::S => (8, 23),
        Fmt::D => (11, 52),
    };
    let (sign, upper, rest) = ((imm >> 7) as u64, imm >> 6 & 1, (imm & 0x3f) as u64);
    // The exponent is bit 6 turned, then bit 6 many times, then bits 5 and 4.
    let high = 1u64 << (exponent_bits - 3);
    let exponent = if upper != 0 { high - 1 } else { high };
    sign << (exponent_bits + fraction_bits) | exponent << (fraction_bits + 2) | rest << (fraction_bits - 4)
}

/// The same in double precision.
pub(super) const fn double(imm: u8) -> u64 {
    number(Fmt::D, imm)
}

/// The 64 bits that a vector constant repeats. `how` is cmode, with 16 for the operation bit and 32 for half precision.
pub(super) const fn expand(how: u8, imm: u8) -> u64 {
    let wide = imm as u64;
    match (how & 15, how >> 4) {
        (_, 2..) => number(Fmt::H, imm) * 0x0001_0001_0001_0001,
        (cmode @ 0..8, _) => (wide << (8 * (cmode >> 1))) * 0x0000_0001_0000_0001,
        (cmode @ 8..12, _) => (wide << (8 * (cmode >> 1 & 1))) * 0x0001_0001_0001_0001,
        (12, _) => (wide << 8 | 0xff) * 0x0000_0001_0000_0001,
        (13, _) => (wide << 16 | 0xffff) * 0x0000_0001_0000_0001,
        (14, 0) => wide * 0x0101_0101_0101_0101,
        // Each bit becomes a byte.
        (14, _) => {
            let (mut bytes, mut i) = (0, 0);
            while i < 8 {
                if imm >> i & 1 != 0 {
                    bytes |= 0xff << (8 * i);
                }
                i += 1;
            }
            bytes
        }
        (_, 0) => number(Fmt::S, imm) * 0x0000_0001_0000_0001,
        _ => number(Fmt::D, imm),
    }
}
