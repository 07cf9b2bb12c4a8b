//! See `emu_fuzz::aarch64`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emu_fuzz::aarch64::aarch64(data));
