//! Keeps apart what differs from checkout to checkout, the lengths of paths in messages, and what counts: code and constants begin at a page
//! each, and bytes without an alignment, as paths are, lie behind all constants that have one. Otherwise the sets of a cache that
//! code and constants take would depend on where the checkout lies. Only GNU's linker sorts so.

fn main() {
    for argument in ["-fuse-ld=bfd", "-Wl,-z,separate-code", "-Wl,--sort-section=alignment"] {
        println!("cargo::rustc-link-arg-benches={argument}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
