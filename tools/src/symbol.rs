//! Finding what a user calls by name: a function or a label of the program.

use std::ops::Range;

use anyhow::{Result, bail};
use emu_core::image::Image;

use crate::report::place;

/// How like a name must be (1: equal) to be meant.
const LIKENESS: f64 = 0.8;
/// So many names are offered at most.
const OFFERED: usize = 3;

/// Which addresses belong to a symbol: as many as it says, or up to the next symbol that a person would call one.
///
/// # Errors
///
/// There is none of that name; the message has names that are like it.
pub(crate) fn extent(image: &Image, name: &str) -> Result<Range<u64>> {
    let symbols = image.symbols();
    let places = || symbols.iter().filter(|symbol| symbol.kind.is_place());
    let Some(symbol) = places().find(|symbol| symbol.name == name || place::name(symbol.name) == name) else {
        let near = near(name, places().map(|symbol| place::name(symbol.name)));
        if near.is_empty() {
            bail!("no symbol {name}; objdump -t or emu dis without --symbol shows which there are");
        }
        bail!("no symbol {name}; did you mean {}?", near.join(" or "));
    };
    let start = symbol.address.0;
    let next = || places().find(|next| next.address > symbol.address).map_or(u64::MAX, |next| next.address.0);
    let end = if symbol.size_bytes == 0 { next() } else { start.saturating_add(symbol.size_bytes) };
    Ok(start..end)
}

/// The names most like `wanted`, the most alike first.
pub(crate) fn near(wanted: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let alike = |name: &str| strsim::jaro_winkler(wanted, name);
    let mut near: Vec<(f64, String)> =
        names.map(|name| (alike(&name), name)).filter(|near| near.0 >= LIKENESS).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.dedup();
    near.into_iter().map(|(_, name)| name).take(OFFERED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_alike_are_offered() {
        let names = ["main", "sort_words", "sort_worlds", "memcpy", "sort_words"].map(str::to_owned);
        assert_eq!(near("sort_word", names.clone().into_iter()), ["sort_words", "sort_worlds"]);
        assert_eq!(near("mian", names.clone().into_iter()), ["main"]);
        assert!(near("xyz", names.into_iter()).is_empty());
    }
}
