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

/// A symbol's name as its author wrote it, when it comes from Rust or C++.
pub(crate) fn name(mangled: &str) -> String {
    if let Ok(name) = rustc_demangle::try_demangle(mangled) {
        return format!("{name:#}");
    }
    let cpp = mangled.starts_with("_Z").then(|| cpp_demangle::Symbol::new(mangled).ok()).flatten();
    cpp.and_then(|symbol| symbol.demangle().ok()).unwrap_or_else(|| mangled.to_owned())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_as_their_authors_wrote_them() {
        assert_eq!(name("main"), "main");
        assert_eq!(name("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"), "core::fmt::Write::write_fmt");
        assert_eq!(name("_Z4sortPiS_"), "sort(int*, int*)");
        assert_eq!(name("_Znonsense"), "_Znonsense");
    }
}
