//! See `emu_fuzz::disk`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emu_fuzz::disk::disk(data));
