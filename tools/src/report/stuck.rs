//! What to say about a guest that cannot go on: where it is, why, and how it came there.

use std::fmt::Write;

use emu_core::image::SymbolTable;
use emu_core::machine::Stuck;
use emu_core::trap::{Cause, Trap};

use super::place::place;
use crate::guest::Guest;

/// So many of the last branch targets are shown.
const BRANCHES: usize = 8;

/// Several lines; the first says it all.
pub(crate) fn text<A: Guest>(stuck: &Stuck, symbols: SymbolTable<'_>) -> String {
    let at = place(stuck.pc, symbols);
    let name = |trap: Trap, is_interrupt| A::cause_name(Cause { is_interrupt, code: A::cause_code(trap) });
    let mut out = match stuck.trap {
        Some(trap) => format!(
            "hart {} traps for ever at {at}: {} ({}); {}",
            stuck.hart,
            name(trap, false),
            A::details(trap),
            A::NO_HANDLER
        ),
        None => format!("hart {} waits for ever at {at}: no interrupt can come; {}", stuck.hart, A::NO_INTERRUPT),
    };
    // Writing to a string cannot fail. Where one exception is all there is, it has been told.
    if let Some(first) = stuck.first.filter(|first| first.pc != stuck.pc || Some(first.trap) != stuck.trap) {
        let (trap, at) = (first.trap, place(first.pc, symbols));
        let _ = match first.is_interrupt {
            true => {
                write!(out, "\n     it began before {at}: {} (interrupt {})", name(trap, true), A::cause_code(trap))
            }
            false => write!(out, "\n     it began at {at}: {} ({})", name(trap, false), A::details(trap)),
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
