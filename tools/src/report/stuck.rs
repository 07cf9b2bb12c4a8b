//! What to say about a guest that cannot go on: where it is, why, and how it came there.

use std::fmt::Write;

use emu_core::image::SymbolTable;
use emu_core::machine::Stuck;
use emu_core::trap::Trap;

use super::cause as names;
use super::place::place;

/// So many of the last branch targets are shown.
const BRANCHES: usize = 8;

/// Several lines; the first says it all.
pub(crate) fn text(stuck: &Stuck, symbols: SymbolTable<'_>) -> String {
    let at = place(stuck.pc, symbols);
    let mut out = match stuck.trap {
        Some(trap) => format!(
            "hart {} traps for ever at {at}: {} (cause {}, value {:#x}); point mtvec or stvec at a handler that runs",
            stuck.hart,
            names::exception(trap.cause),
            trap.cause,
            trap.tval
        ),
        None => format!(
            "hart {} waits for ever at {at}: no interrupt can come; enable one in mie and set its source before WFI",
            stuck.hart
        ),
    };
    // Writing to a string cannot fail. Where one exception is all there is, it has been told.
    if let Some(first) = stuck.first.filter(|first| first.pc != stuck.pc || Some(first.trap) != stuck.trap) {
        let (Trap { cause, tval }, at) = (first.trap, place(first.pc, symbols));
        let _ = match first.is_interrupt {
            true => write!(out, "\n     it began before {at}: {} (interrupt {cause})", names::interrupt(cause)),
            false => {
                write!(out, "\n     it began at {at}: {} (cause {cause}, value {tval:#x})", names::exception(cause))
            }
        };
    }
    if !stuck.recent.is_empty() {
        out.push_str("\n     it came there by way of (oldest first):");
    }
    for &target in &stuck.recent[stuck.recent.len().saturating_sub(BRANCHES)..] {
        let _ = write!(out, "\n       {}", place(target, symbols));
    }
    out
}
