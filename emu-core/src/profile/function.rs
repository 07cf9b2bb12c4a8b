//! Which addresses belong together as one function.

use std::ops::Range;

/// Functions by address. Empty where nothing is known, as of a program without symbols; then what is called is a function.
#[derive(Clone, Debug, Default)]
pub struct Functions(Vec<Range<u64>>);

impl Functions {
    /// Of these ranges; of two that overlap, the one that begins first ends where the other begins.
    pub fn new(ranges: impl IntoIterator<Item = Range<u64>>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|range| !range.is_empty()).collect();
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        ranges.dedup_by_key(|range| range.start);
        for next in 1..ranges.len() {
            let start = ranges[next].start;
            let before = &mut ranges[next - 1];
            before.end = before.end.min(start);
        }
        Functions(ranges)
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The function that has this address.
    pub fn around(&self, pc: u64) -> Option<Range<u64>> {
        let above = self.0.partition_point(|range| range.start <= pc);
        self.0[..above].last().filter(|range| range.contains(&pc)).cloned()
    }

    /// Whether `to` belongs to a function that `from` does not belong to.
    pub fn is_another(&self, from: u64, to: u64) -> bool {
        self.around(to).is_some_and(|function| !function.contains(&from))
    }
}

#[cfg(test)]
mod tests {
    use super::Functions;

    #[test]
    fn addresses_belong_to_the_last_function_that_begins_before() {
        let functions = Functions::new([0x40..0x50, 0x10..0x30, 0x20..0x28, 0x60..0x60]);
        let around = |pc| functions.around(pc).map(|range| (range.start, range.end));
        assert_eq!(around(0x10), Some((0x10, 0x20)));
        assert_eq!(around(0x27), Some((0x20, 0x28)));
        assert_eq!(around(0x28), None);
        assert_eq!(around(0x4f), Some((0x40, 0x50)));
        assert_eq!(around(0x60), None);
        assert_eq!(around(0), None);
        assert!(functions.is_another(0x1e, 0x20) && functions.is_another(0x28, 0x27) && functions.is_another(0, 0x11));
        assert!(!functions.is_another(0x20, 0x27) && !functions.is_another(0x27, 0x28) && !functions.is_another(0, 8));
    }
}
