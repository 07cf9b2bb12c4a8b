//! Placeholder.

pub mod float;
