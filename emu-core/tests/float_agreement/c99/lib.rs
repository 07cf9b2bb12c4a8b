//! The types that the SoftFloat bindings (a test's oracle) name from the crate `c99`. That crate runs CMake at build
//! time to find out how wide they are; the bindings build on x86-64 Linux only, where glibc's `<stdint.h>` says:

#![allow(non_camel_case_types, reason = "C's names")]

/// At least 8 bits.
pub type uint_fast8_t = u8;
/// At least 32 bits.
pub type int_fast32_t = i64;
/// At least 32 bits.
pub type uint_fast32_t = u64;
/// At least 64 bits.
pub type int_fast64_t = i64;
/// At least 64 bits.
pub type uint_fast64_t = u64;
