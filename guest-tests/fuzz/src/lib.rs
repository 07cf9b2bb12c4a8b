//! What the fuzz targets call. The smoke test of `guest-tests` includes the same file, on a stable toolchain.

pub mod entries;
