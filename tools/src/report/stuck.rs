//! What to say about a guest that cannot go on: where it is, why, and how it came there.

use std::fmt::Write;

use emu_core::image::SymbolTable;
use emu_core::machine::Stuck;
use emu_core::trap::Trap;
use emu_mem::GuestVirt;

use super::cause as names;

/// So many of the last branch targets are shown.
const BRANCHES: usize = 8;

/// Several lines; the first says it all.
pub(crate) fn text(stuck: &Stuck, symbols: SymbolTable<'_>) -> String {
    let place = place(stuck.pc, symbols);
    let mut out = match stuck.trap {
        Some(trap) => format!(
            "hart {} traps for ever at {place}: {} (cause {}, value {:#x}); point mtvec or stvec at a handler that runs",
            stuck.hart,
            names::exception(trap.cause),
            trap.cause,
            trap.tval
        ),
        None => format!(
            "hart {} waits for ever at {place}: no interrupt can come; enable one in mie and set its source before WFI",
            stuck.hart
        ),
    };
    // Writing to a string cannot fail. Where one exception is all there is, it has been told.
    if let Some(first) = stuck.first.filter(|first| first.pc != stuck.pc || Some(first.trap) != stuck.trap) {
        let (Trap { cause, tval }, place) = (first.trap, self::place(first.pc, symbols));
        let _ = match first.is_interrupt {
            true => write!(out, "\n     it began before {place}: {} (interrupt {cause})", names::interrupt(cause)),
            false => {
                write!(out, "\n     it began at {place}: {} (cause {cause}, value {tval:#x})", names::exception(cause))
            }
        };
    }
    if !stuck.recent.is_empty() {
        out.push_str("\n     it came there by way of (oldest first):");
    }
    for &target in &stuck.recent[stuck.recent.len().saturating_sub(BRANCHES)..] {
        let _ = write!(out, "\n       {}", self::place(target, symbols));
    }
    out
}

/// `0x80000010 <main+0x10>`
fn place(address: u64, symbols: SymbolTable<'_>) -> String {
    match symbols.at(GuestVirt(address)) {
        Some((symbol, 0)) => format!("{address:#x} <{}>", name(symbol.name)),
        Some((symbol, offset)) => format!("{address:#x} <{}+{offset:#x}>", name(symbol.name)),
        None => format!("{address:#x}"),
    }
}

/// A symbol's name as its author wrote it, when it comes from Rust.
fn name(mangled: &str) -> String {
    rustc_demangle::try_demangle(mangled).map_or_else(|_| mangled.to_owned(), |name| format!("{name:#}"))
}
