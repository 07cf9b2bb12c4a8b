//! Agreement of software floating point with an outside witness, Berkeley SoftFloat 3e in its RISC-V specialisation,
//! and of its two layers with each other. Hand-written vectors are in `float_vectors.rs`.

mod arm;
mod cases;
mod layers;
// The bindings build nowhere else.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod softfloat;
