//! See `emu_fuzz::program`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emu_fuzz::program::program(data));
