//! See `emu_fuzz::entries::program`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emu_fuzz::entries::program(data));
