//! Sizes and addresses as people write them, in board files and on the command line.

use std::fmt;
use std::num::IntErrorKind;

use serde::de::{self, Deserializer, Visitor};

/// Parses a size or an address: decimal or `0x` hexadecimal, underscores allowed, with an optional `K`, `M` or `G` for
/// powers of 1024.
///
/// # Errors
/// Text that says how it should have been written.
pub fn parse_quantity(text: &str) -> Result<u64, String> {
    let wrong = || format!("\"{text}\" is no size or address: write it like 0x8000_0000, 4096, \"64K\" or \"256M\"");
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    // Letters of a hexadecimal number are digits, so only decimal ones take a unit; K, M and G would fit both.
    let (digits, shift) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 10),
        Some((at, 'm' | 'M')) => (&text[..at], 20),
        Some((at, 'g' | 'G')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let (digits, radix) = if hex.is_some() { (&digits[2..], 16) } else { (digits, 10) };
    if digits.is_empty() || !digits.starts_with(|c: char| c.is_digit(radix)) {
        return Err(wrong());
    }
    let plain: String = digits.chars().filter(|&c| c != '_').collect();
    let value = match u64::from_str_radix(&plain, radix) {
        Ok(value) => value.checked_mul(1 << shift),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => None,
        Err(_) => return Err(wrong()),
    };
    value.ok_or_else(|| format!("\"{text}\" does not fit in 64 bits: give a smaller number"))
}

/// Shows a size with the largest unit that it is a multiple of, as [`parse_quantity`] takes it (but T, which it does not).
pub(super) struct Size(pub(super) u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(40, "T"), (30, "G"), (20, "M"), (10, "K")];
        match units.into_iter().find(|(shift, _)| self.0 >> shift << shift == self.0 && self.0 != 0) {
            Some((shift, unit)) => write!(f, "{}{unit}", self.0 >> shift),
            None => write!(f, "{:#x} bytes", self.0),
        }
    }
}

struct Quantity;

impl Visitor<'_> for Quantity {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size or an address, such as 0x8000_0000, 4096, \"64K\" or \"256M\"")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<u64, E> {
        u64::try_from(value).map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<u64, E> {
        Ok(value)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
        parse_quantity(text).map_err(E::custom)
    }
}

/// For serde: a quantity as a number or as text.
pub(super) fn quantity<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    from.deserialize_any(Quantity)
}

/// For serde: as [`quantity`], of a key that may be absent.
pub(super) fn some_quantity<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    quantity(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_and_without_units() {
        for (text, value) in [
            ("0", 0),
            ("4096", 4096),
            ("1_000", 1000),
            ("0x8000_0000", 0x8000_0000),
            ("0XfF", 0xff),
            ("64K", 64 << 10),
            ("256M", 256 << 20),
            ("4g", 4 << 30),
            ("0x10k", 16 << 10),
            ("0xffffffffffffffff", u64::MAX),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse_quantity(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn sizes_are_shown_in_the_largest_unit_that_fits() {
        for (bytes, text) in [
            (0, "0x0 bytes"),
            (5000, "0x1388 bytes"),
            (4096, "4K"),
            (1536 << 10, "1536K"),
            (256 << 20, "256M"),
            (64 << 30, "64G"),
            (100 << 40, "100T"),
        ] {
            assert_eq!(Size(bytes).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_number_is_named() {
        for text in ["", "K", "0x", "0xK", "_1", "-1", "+1", "1.5M", "1MB", "12q", "0x_", "é", "1é", "M1", "1 M"] {
            let message = parse_quantity(text).unwrap_err();
            assert!(message.contains(&format!("\"{text}\"")) && message.contains("256M"), "{message}");
        }
        for text in ["17179869184G", "99999999999999999999"] {
            assert!(parse_quantity(text).unwrap_err().contains("does not fit in 64 bits"), "{text}");
        }
    }
}
