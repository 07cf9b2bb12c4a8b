//! Links everything by `link.ld`, to where the board `virt` has its RAM.

fn main() {
    let arch = std::env::var("CARGO_CFG_TARGET_ARCH").expect("cargo sets it");
    let ram = match arch.as_str() {
        "riscv32" | "riscv64" => "0x80000000",
        // The device tree is at the start of RAM.
        "aarch64" => "0x40080000",
        other => panic!("this template is for riscv32, riscv64 and aarch64, not for {other}; give cargo --target"),
    };
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    println!("cargo::rustc-link-arg=-T{here}/link.ld");
    println!("cargo::rustc-link-arg=--defsym=ram={ram}");
    println!("cargo::rerun-if-changed=link.ld");
    println!("cargo::rerun-if-changed=build.rs");
}
