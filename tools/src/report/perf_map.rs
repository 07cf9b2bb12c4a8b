//! A map of translated code for Linux `perf`: which bytes of the host's memory are which function of the guest. perf reads
//! it from `/tmp/perf-PID.map`; its form is that of `tools/perf/Documentation/jit-interface.txt`: start, size and name.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::path::PathBuf;

use emu_core::hart::Arch;
use emu_core::image::SymbolTable;
use emu_jit::Translated;
use emu_mem::GuestVirt;

use super::place;

/// Where perf looks for this process's map.
pub(crate) fn path() -> PathBuf {
    format!("/tmp/perf-{}.map", std::process::id()).into()
}

/// The map of these regions, oldest first. Where code memory was used again, what was there last counts.
pub(crate) fn text<'r, A: Arch>(
    regions: impl DoubleEndedIterator<Item = &'r Translated<A>>,
    symbols: SymbolTable<'_>,
) -> String {
    let mut known: BTreeMap<usize, usize> = BTreeMap::new();
    let mut map = BTreeMap::new();
    for region in regions.rev() {
        let code = region.code();
        let before = known.range(..code.end).next_back();
        if before.is_some_and(|(_, &end)| end > code.start) {
            continue;
        }
        known.insert(code.start, code.end);
        // Should Cranelift refuse to do it again, all of it belongs to the head.
        let places = region.explain().map(|explained| explained.places).unwrap_or_default();
        for (part, name) in parts(region.head(), code.len(), &places, |pc| function(pc, symbols)) {
            map.insert(code.start + part.start, (part.len(), name));
        }
    }
    let mut out = String::new();
    for (start, (bytes, name)) in map {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{start:x} {bytes:x} {name}");
    }
    out
}

/// The function that an address belongs to.
fn function(pc: u64, symbols: SymbolTable<'_>) -> String {
    symbols.at(GuestVirt(pc)).map_or_else(|| format!("{pc:#x}"), |(symbol, _)| place::name(symbol.name))
}

/// Cuts code of so many bytes where one function ends and another begins. What serves no instruction in particular belongs to
/// the one before it, and at the start to the head.
fn parts(
    head: u64,
    bytes: usize,
    places: &[(Range<usize>, u64)],
    function: impl Fn(u64) -> String,
) -> Vec<(Range<usize>, String)> {
    let mut parts: Vec<(Range<usize>, String)> = vec![(0..bytes, function(head))];
    for (place, pc) in places.iter().filter(|(place, _)| place.start < bytes) {
        let name = function(*pc);
        let last = parts.last_mut().expect("there is one for the head");
        if last.1 != name {
            last.0.end = place.start;
            parts.push((place.start..bytes, name));
        }
    }
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_cut_where_the_function_changes() {
        let name = |pc| if pc < 0x10 { "f".to_owned() } else { "g".to_owned() };
        let cut = |places: &[(Range<usize>, u64)]| parts(4, 100, places, name);
        assert_eq!(cut(&[]), [(0..100, "f".to_owned())]);
        let places = [(8..12, 4), (12..20, 8), (24..30, 0x10), (30..40, 0x14), (50..60, 8)];
        assert_eq!(cut(&places), [(0..24, "f".to_owned()), (24..50, "g".to_owned()), (50..100, "f".to_owned())]);
        assert_eq!(cut(&[(0..10, 0x10)]), [(0..100, "g".to_owned())], "a head without code of its own");
    }
}
