//! Values on the command line: addresses, sizes, ranges, times, shards. Every error says what would have been right.

use std::ops::Range;
use std::time::Duration;

use emu_core::timing::Model;

/// An address or a count: decimal, or hexadecimal after `0x`; `_` may group digits.
pub(crate) fn number(text: &str) -> Result<u64, String> {
    let plain = text.replace('_', "");
    let parsed = match plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => plain.parse(),
    };
    // `from_str_radix` takes a sign; an address has none.
    match parsed {
        Ok(value) if !plain.contains('+') => Ok(value),
        _ => Err("give a number such as 1000000 or 0x8000_0000".to_owned()),
    }
}

/// A number with an optional power of 1000 behind it: `100M` instructions.
pub(crate) fn count(text: &str) -> Result<u64, String> {
    const WANTED: &str = "give a count such as 1000000, 100M or 2G";
    let (digits, factor) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1_000),
        Some(b'M') => (&text[..text.len() - 1], 1_000_000),
        Some(b'G') => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    number(digits).ok().and_then(|n| n.checked_mul(factor)).ok_or_else(|| WANTED.to_owned())
}

/// A size in bytes: `256M`, `1GiB`, `64K`, `0x10000`. Units are powers of 1024.
pub(crate) fn size_bytes(text: &str) -> Result<u64, String> {
    const WANTED: &str = "give a size such as 256M, 1G or 0x10000000";
    let digits = text.strip_suffix("iB").or_else(|| text.strip_suffix('B')).unwrap_or(text);
    // In a hexadecimal number a last `B` is a digit.
    let digits = if text.starts_with("0x") { text } else { digits };
    let (digits, shift) = match digits.as_bytes().last() {
        Some(b'k' | b'K') => (&digits[..digits.len() - 1], 10),
        Some(b'M') => (&digits[..digits.len() - 1], 20),
        Some(b'G') => (&digits[..digits.len() - 1], 30),
        Some(b'T') => (&digits[..digits.len() - 1], 40),
        _ => (digits, 0),
    };
    let value = number(digits).map_err(|_| WANTED.to_owned())?;
    match value.checked_mul(1 << shift) {
        Some(bytes) if bytes != 0 => Ok(bytes),
        _ => Err(WANTED.to_owned()),
    }
}

/// How much memory a machine has: whole pages.
pub(crate) fn memory_bytes(text: &str) -> Result<u64, String> {
    let bytes = size_bytes(text)?;
    if bytes % 4096 != 0 { Err("give a multiple of 4K".to_owned()) } else { Ok(bytes) }
}

/// A timing model by its name.
pub(crate) fn model(text: &str) -> Result<&'static Model, String> {
    Model::named(text).ok_or_else(|| format!("give one of {}", Model::names().collect::<Vec<_>>().join(", ")))
}

/// A time of the host in seconds, with a fraction if wanted.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let wanted = || "give a time in seconds, such as 10 or 0.5".to_owned();
    let value: f64 = text.strip_suffix('s').unwrap_or(text).parse().map_err(|_| wanted())?;
    Duration::try_from_secs_f64(value).ok().filter(|d| !d.is_zero()).ok_or_else(wanted)
}

/// One part of several: `2/5` is the second of five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Whether this part has the item of this position (from 0). Neighbours go to different parts, because neighbours in a
    /// sorted suite tend to take equally long.
    pub(crate) fn has(self, position: usize) -> bool {
        position % self.count == self.index - 1
    }
}

/// `I/N` with 1 <= I <= N.
pub(crate) fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match parts {
        Some((index, count)) if 1 <= index && index <= count => Ok(Shard { index, count }),
        _ => Err("give a part of a number of parts, such as 1/4, 2/4, 3/4, 4/4".to_owned()),
    }
}

/// Whether `at` lies between two optional bounds, as `--start` and `--end` give them.
pub(crate) fn bounds(start: Option<u64>, end: Option<u64>) -> Range<u64> {
    start.unwrap_or(0)..end.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number("0"), Ok(0));
        assert_eq!(number("1_000"), Ok(1000));
        assert_eq!(number("0x8000_0000"), Ok(0x8000_0000));
        assert_eq!(number("0xFFFFFFFFFFFFFFFF"), Ok(u64::MAX));
        for wrong in ["", "0x", "+1", "-1", "0x+1", "1.5", "ten", "0x1_0000_0000_0000_0000"] {
            assert!(number(wrong).is_err(), "{wrong:?} is no number");
        }
    }

    #[test]
    fn counts() {
        assert_eq!(count("17"), Ok(17));
        assert_eq!(count("2k"), Ok(2_000));
        assert_eq!(count("100M"), Ok(100_000_000));
        assert_eq!(count("3G"), Ok(3_000_000_000));
        for wrong in ["M", "", "1T", "99999999999G"] {
            assert!(count(wrong).is_err(), "{wrong:?} is no count");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(size_bytes("4096"), Ok(4096));
        assert_eq!(size_bytes("64K"), Ok(64 << 10));
        assert_eq!(size_bytes("256M"), Ok(256 << 20));
        assert_eq!(size_bytes("256MiB"), Ok(256 << 20));
        assert_eq!(size_bytes("4G"), Ok(4 << 30));
        assert_eq!(size_bytes("0x1B"), Ok(0x1b));
        for wrong in ["", "0", "0M", "M", "iB", "-1M", "16777216T", "lots"] {
            assert!(size_bytes(wrong).is_err(), "{wrong:?} is no size");
        }
    }

    #[test]
    fn memory_is_made_of_pages() {
        assert_eq!(memory_bytes("1M"), Ok(1 << 20));
        assert_eq!(memory_bytes("5000"), Err("give a multiple of 4K".to_owned()));
        assert!(memory_bytes("0").is_err());
    }

    #[test]
    fn times() {
        assert_eq!(seconds("2"), Ok(Duration::from_secs(2)));
        assert_eq!(seconds("0.25s"), Ok(Duration::from_millis(250)));
        for wrong in ["", "0", "-1", "nan", "inf", "1e400", "soon"] {
            assert!(seconds(wrong).is_err(), "{wrong:?} is no time");
        }
    }

    #[test]
    fn the_shards_of_a_suite_share_it_out() {
        let shards = ["1/3", "2/3", "3/3"].map(|text| shard(text).expect("a good shard"));
        for position in 0..10 {
            assert_eq!(shards.iter().filter(|s| s.has(position)).count(), 1, "position {position}");
        }
        for wrong in ["", "1", "0/3", "4/3", "1/0", "a/b", "1/3/5"] {
            assert!(shard(wrong).is_err(), "{wrong:?} is no shard");
        }
    }
}
