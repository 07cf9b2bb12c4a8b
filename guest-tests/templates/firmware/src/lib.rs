//! What a program without an operating system needs: a start, a way to print and to end, and a harness for tests and benchmarks.

#![no_std]

pub mod checksum;
pub mod harness;
mod panic;
pub mod semihosting;
mod start;

/// Prints a line on the console of the host.
#[macro_export]
macro_rules! println {
    () => { $crate::print!("\n") };
    ($($text:tt)*) => { $crate::print!("{}\n", ::core::format_args!($($text)*)) };
}

/// Prints on the console of the host.
#[macro_export]
macro_rules! print {
    ($($text:tt)*) => { $crate::semihosting::print(::core::format_args!($($text)*)) };
}

/// Names the function that runs first: `fn() -> i32`, whose result becomes the process's exit code.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(no_mangle)]
        extern "Rust" fn firmware_main() -> i32 {
            let main: fn() -> i32 = $main;
            main()
        }
    };
}
