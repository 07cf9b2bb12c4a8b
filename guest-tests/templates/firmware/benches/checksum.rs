//! What `cargo bench` runs: exact counts, the same in every run.

#![no_std]
#![no_main]

use core::hint::black_box;

use firmware::checksum::adler32;

firmware::benches! {
    fn adler32_of_64_bytes() {
        black_box(adler32(black_box(&[0x5a; 64])));
    }

    fn adler32_of_4_kib() {
        black_box(adler32(black_box(&[0x5a; 4096])));
    }
}
