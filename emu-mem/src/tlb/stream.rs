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
}

impl Stream {
    /// Notes a miss. The stride in pages if the last two steps were the same, and small.
    pub(super) fn missed(&self, va: GuestVirt) -> Option<i64> {
        let page = va.0 >> PAGE_SHIFT;
        let stride = page.wrapping_sub(self.page.replace(page)) as i64;
        let steady = self.stride.replace(stride) == stride;
        (steady && stride != 0 && stride.unsigned_abs() < MAX_STRIDE).then_some(stride)
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
}
