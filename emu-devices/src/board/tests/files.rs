//! Board files: the example, and everything that can be wrong with one.
