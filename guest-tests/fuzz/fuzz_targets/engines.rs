//! See `emu_fuzz::engines`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emu_fuzz::engines::engines(data));
