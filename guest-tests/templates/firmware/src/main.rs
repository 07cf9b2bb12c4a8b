//! The program: replace it by yours.

#![no_std]
#![no_main]

use firmware::checksum::adler32;
use firmware::println;

firmware::entry!(main);

fn main() -> i32 {
    println!("The checksum of \"emu\" is {:#010x}", adler32(b"emu"));
    0
}
