//! What the command prints or writes beside the guest's own output. Each report is a plain value with a `Display` or a text
//! made from it; none of them runs a guest or looks at the command line.

pub(crate) mod annotate;
pub(crate) mod bench;
pub(crate) mod code;
pub(crate) mod coverage;
pub(crate) mod diff;
pub(crate) mod junit;
pub(crate) mod mismatch;
pub(crate) mod number;
pub(crate) mod page;
pub(crate) mod perf_map;
pub(crate) mod place;
pub(crate) mod profile;
pub(crate) mod region;
pub(crate) mod signature;
pub(crate) mod stat;
pub(crate) mod stat_json;
pub(crate) mod stuck;
