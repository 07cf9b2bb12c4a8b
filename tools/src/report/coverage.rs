//! The forms of coverage.

mod drcov;
mod lcov;

pub(crate) use drcov::drcov;
pub(crate) use lcov::lcov;
