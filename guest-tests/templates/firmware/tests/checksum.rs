//! What `cargo test` runs.

#![no_std]
#![no_main]

use firmware::checksum::adler32;

firmware::tests! {
    fn nothing_has_the_checksum_one() {
        assert_eq!(adler32(b""), 1);
    }

    /// The example that everybody has.
    fn a_word() {
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    fn sums_wrap() {
        assert_eq!(adler32(&[0xff; 1 << 12]), 0x8161_f0e2, "4,096 bytes of ones");
    }
}
