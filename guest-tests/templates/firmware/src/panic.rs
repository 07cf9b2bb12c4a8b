//! What a panic does: in a test, that test has failed; elsewhere the program ends.

use core::panic::PanicInfo;

use crate::{harness, println, semihosting};

/// The exit code of a program that panics, as on a host.
pub(crate) const PANICKED: i32 = 101;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    if harness::is_running() {
        harness::fail(info);
    }
    println!("{info}");
    semihosting::exit(PANICKED)
}
