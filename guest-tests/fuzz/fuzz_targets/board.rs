//! See `emu_fuzz::board`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emu_fuzz::board::board(data));
