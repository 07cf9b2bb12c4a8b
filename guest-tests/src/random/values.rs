//! Operand values where instructions are most likely to be wrong.

use crate::rng::Rng;

/// A 64-bit integer near a corner of some width.
pub fn integer(rng: &mut Rng) -> u64 {
    match rng.below(8) {
        0 => rng.below(17).wrapping_sub(8),
        1 => 1 << rng.below(64),
        2 => (1u64 << rng.below(64)).wrapping_sub(1 + rng.below(2)),
        3 => !0 << rng.below(64),
        4 => {
            *rng.pick(&[0x7fff_ffff, 0x8000_0000, 0xffff_ffff, i64::MIN as u64, i64::MAX as u64, 0x8000_0000_8000_0000])
        }
        5 => rng.bits() as i32 as u64,
        6 => rng.bits() & rng.bits() & rng.bits(),
        _ => rng.bits(),
    }
}

/// A floating-point number with `e` bits of exponent and `m` of fraction, near a corner.
fn float(rng: &mut Rng, e: u32, m: u32) -> u64 {
    let (max, bias) = ((1u64 << e) - 1, (1u64 << (e - 1)) - 1);
    let exponent = match rng.below(10) {
        0 => 0,
        1 => 1,
        2 => max,
        3 => max - 1,
        // Near integers of this and other widths, and near each other, so that sums cancel.
        4..=7 => (bias + rng.below(68)).saturating_sub(3).min(max),
        _ => rng.bits() & max,
    };
    let fraction = match rng.below(6) {
        0 => 0,
        1 => 1,
        2 => !0,
        3 => 1 << rng.below(m as u64),
        4 => 1 << (m - 1) | rng.bits() & 1,
        _ => rng.bits(),
    } & ((1 << m) - 1);
    (rng.bits() & 1) << (e + m) | exponent << m | fraction
}

/// What a floating-point register may hold: doubles, boxed singles and halves, and bad boxes.
pub fn float_register(rng: &mut Rng) -> u64 {
    match rng.below(20) {
        0..10 => float(rng, 11, 52),
        10..15 => !0 << 32 | float(rng, 8, 23),
        15..18 => !0 << 16 | float(rng, 5, 10),
        18 => rng.bits() << 32 | float(rng, 8, 23),
        _ => rng.bits(),
    }
}
