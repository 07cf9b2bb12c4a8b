//! What to say about a guest that cannot go on: where it is, why, and how it came there.

use std::fmt::Write;

use emu_core::image::SymbolTable;
use emu_core::machine::Stuck;
use emu_core::trap::Trap;
use emu_mem::GuestVirt;

/// So many of the last branch targets are shown.
const BRANCHES: usize = 8;

/// Several lines; the first says it all.
pub(crate) fn text(stuck: &Stuck, symbols: SymbolTable<'_>) -> String {
    let place = place(stuck.pc, symbols);
    let mut out = match stuck.trap {
        Some(trap) => format!(
            "hart {} traps for ever at {place}: {} (cause {}, value {:#x}); point mtvec or stvec at a handler that runs",
            stuck.hart,
            cause(trap.cause),
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
            true => write!(out, "\n     it began before {place}: {} (interrupt {cause})", interrupt(cause)),
            false => write!(out, "\n     it began at {place}: {} (cause {cause}, value {tval:#x})", self::cause(cause)),
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

/// An exception's name, privileged manual, table of `mcause` values.
fn cause(code: u64) -> &'static str {
    match code {
        0 => "instruction address misaligned",
        1 => "instruction access fault",
        2 => "illegal instruction",
        3 => "breakpoint",
        4 => "load address misaligned",
        5 => "load access fault",
        6 => "store or AMO address misaligned",
        7 => "store or AMO access fault",
        8..=11 => "environment call",
        12 => "instruction page fault",
        13 => "load page fault",
        15 => "store or AMO page fault",
        _ => "exception",
    }
}

/// An interrupt's name, from the same table.
fn interrupt(code: u64) -> &'static str {
    match code {
        1 => "supervisor software interrupt",
        3 => "machine software interrupt",
        5 => "supervisor timer interrupt",
        7 => "machine timer interrupt",
        9 => "supervisor external interrupt",
        11 => "machine external interrupt",
        _ => "interrupt",
    }
}
