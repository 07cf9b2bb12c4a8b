//! Whether misses follow each other evenly: a program that goes through memory page by page will want the next page too.

use std::cell::Cell;

use crate::addr::{GuestVirt, PAGE_SHIFT};

/// Steps of so many pages and more are not worth following: page-table entries so far apart share no cache line.
const MAX_STRIDE: u64 = 8;

/// The last misses of one kind of access.
#[derive(Default)]
pub(super) struct Stream {
    page: Cell<u64>,
    stride: Cell<i64>,
    /// How many steps the next miss may be away, less one: pages in between may have been made ready.
    covered: Cell<i64>,
}

impl Stream {
    /// Notes a miss. The stride in pages if the last two steps were the same, and small.
    pub(super) fn missed(&self, va: GuestVirt) -> Option<i64> {
        let page = va.0 >> PAGE_SHIFT;
        let distance = page.wrapping_sub(self.page.replace(page)) as i64;
        let (stride, covered) = (self.stride.get(), self.covered.get());
        // Where anything is covered, the stride is not 0.
        let steps = if covered != 0 && distance % stride == 0 { distance / stride } else { 1 };
        if covered != 0 && (1..=covered + 1).contains(&steps) && distance == stride * steps {
            self.covered.set((covered - steps).max(0));
            return Some(stride);
        }
        self.covered.set(0);
        let steady = self.stride.replace(distance) == distance;
        (steady && distance != 0 && distance.unsigned_abs() < MAX_STRIDE).then_some(distance)
    }

    /// The next so many pages of the stream, if there is one, will not miss, or may not.
    pub(super) fn covered(&self, pages: usize) {
        let is_stream = (1..MAX_STRIDE).contains(&self.stride.get().unsigned_abs());
        self.covered.set(if is_stream { pages as i64 } else { 0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_even_small_steps_are_a_stream() {
        let stream = Stream::default();
        let asked =
            |pages: &[u64]| pages.iter().map(|&page| stream.missed(GuestVirt(page << 12 | 8))).collect::<Vec<_>>();
        assert_eq!(asked(&[50, 51, 52, 53]), [None, None, Some(1), Some(1)]);
        assert_eq!(asked(&[50, 47, 44]), [None, Some(-3), Some(-3)], "-3 was the step from 53 to 50");
        assert_eq!(asked(&[144, 244, 344, 344, 344]), [None; 5], "far steps, and none");
        assert_eq!(asked(&[7, 90, 3]), [None; 3]);
    }

    #[test]
    fn pages_that_do_not_miss_are_stepped_over() {
        let stream = Stream::default();
        let missed = |page: u64| stream.missed(GuestVirt(page << 12));
        assert_eq!([10, 12, 14].map(missed), [None, None, Some(2)]);
        stream.covered(3);
        assert_eq!([18, 22].map(missed), [Some(2), Some(2)], "one of them missed, and the page behind them");
        stream.covered(3);
        assert_eq!([31, 33, 35].map(missed), [None, None, Some(2)], "between two of them");
        stream.covered(3);
        assert_eq!([45, 55, 57].map(missed), [None; 3], "too far");
        for backwards in [9, 8] {
            missed(backwards);
        }
        assert_eq!(missed(7), Some(-1));
        stream.covered(2);
        assert_eq!([4, 3].map(missed), [Some(-1); 2]);
        stream.covered(2);
        assert_eq!(missed(5), None, "the other way");
    }
}
