//! How an address of the guest is shown: with the symbol that it belongs to.

use emu_core::image::SymbolTable;
use emu_mem::GuestVirt;

/// `0x80000010 <main+0x10>`
pub(crate) fn place(address: u64, symbols: SymbolTable<'_>) -> String {
    match label(address, symbols) {
        Some(label) => format!("{address:#x} <{label}>"),
        None => format!("{address:#x}"),
    }
}

/// `main+0x10`
pub(crate) fn label(address: u64, symbols: SymbolTable<'_>) -> Option<String> {
    symbols.at(GuestVirt(address)).map(|(symbol, offset)| match offset {
        0 => name(symbol.name),
        offset => format!("{}+{offset:#x}", name(symbol.name)),
    })
}

/// A symbol's name as its author wrote it, when it comes from Rust.
pub(crate) fn name(mangled: &str) -> String {
    rustc_demangle::try_demangle(mangled).map_or_else(|_| mangled.to_owned(), |name| format!("{name:#}"))
}
