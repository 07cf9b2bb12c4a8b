//! See `emu_fuzz::entries::board`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emu_fuzz::entries::board(data));
