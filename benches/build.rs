//! Has the linker begin code, constants and data at a page each. Otherwise each would move with the length of what lies before it, and
//! there are paths of the host's among the constants: the sets of a cache that code takes would depend on where the
//! checkout lies.

fn main() {
    println!("cargo::rustc-link-arg-benches=-Wl,-z,separate-code");
    println!("cargo::rerun-if-changed=build.rs");
}
