//! Benchmarks that a repository describes in `bench.toml`: what is run ([`config`]), what is measured ([`measure`]), what a set of
//! results is ([`results`]), and how two of them compare under limits ([`verdict`]). How that is shown is in `report/bench`.

pub(crate) mod config;
pub(crate) mod measure;
pub(crate) mod results;
pub(crate) mod verdict;
