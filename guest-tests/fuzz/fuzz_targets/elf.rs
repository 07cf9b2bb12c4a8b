//! See `emu_fuzz::entries::elf`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| emu_fuzz::entries::elf(data));
