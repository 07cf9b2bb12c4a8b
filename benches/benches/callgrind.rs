//! Host instructions and cache events of every case. `cargo bench -p benches --bench callgrind`
//!
//! gungraun runs each case in a process of its own under valgrind, without environment and with fixed addresses, and counts
//! only while the function below runs: set-up and tear-down stay outside.
#![allow(missing_docs, reason = "the macros make public items without")]

use std::hint::black_box;

use benches::Prepared;
use gungraun::Callgrind;
use gungraun::prelude::*;

/// The caches that are simulated: not those of the host, so that every host gives the same numbers.
const CACHES: [&str; 3] = ["--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64"];

/// For `main!`, which wants the package's folder: asked for when it runs. As a constant it would move all code and constants behind it
/// by its length, so that counts of cache events would depend on where the checkout lies.
macro_rules! env {
    ("CARGO_MANIFEST_DIR") => {
        &std::env::var("CARGO_MANIFEST_DIR").expect("cargo and the gate say where the package is")
    };
    ($name:literal) => {
        std::env!($name)
    };
}

macro_rules! groups {
    ($($group:ident $operation:literal { $($name:ident = $prepare:expr;)* })*) => {
        $(
            #[library_benchmark]
            $(#[bench::$name(benches::prepare(concat!(stringify!($group), "/", stringify!($name))))])*
            fn $group(mut prepared: Prepared) -> Prepared {
                black_box(prepared.run());
                prepared
            }
        )*
        library_benchmark_group!(name = cases, benchmarks = [$($group),*]);
    };
}
benches::for_each_case!(groups);

main!(config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(CACHES)), library_benchmark_groups = cases);
