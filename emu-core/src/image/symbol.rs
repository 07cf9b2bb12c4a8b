//! Names for addresses. Knows how symbols are ordered and found; not how they are stored in an ELF file.
//!
//! A name is kept as the place in the file where it stands, so that a file with a million symbols that all share one long name
//! costs no more than its own length.

use std::cmp::Reverse;
use std::ops::Range;

use emu_mem::GuestVirt;

/// What a symbol stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    /// A function (`STT_FUNC`, `STT_GNU_IFUNC`).
    Function,
    /// A variable (`STT_OBJECT`, `STT_TLS`, `STT_COMMON`).
    Object,
    /// A label: an assembly label or one that the linker script defined (`STT_NOTYPE`).
    Label,
    /// A number that is no address (`SHN_ABS`), such as the size of a stack.
    Number,
    /// A note of the assembler: from here on there are instructions (`$x`) or data (`$d`). RISC-V ELF psABI, "Mapping Symbol".
    Mapping,
}

impl SymbolKind {
    /// Whether it names a place in the program.
    pub fn is_place(self) -> bool {
        !matches!(self, SymbolKind::Number | SymbolKind::Mapping)
    }
}

/// One symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// Its name, mangled as the compiler left it.
    pub name: &'a str,
    /// Its address, or its value for a [`SymbolKind::Number`].
    pub address: GuestVirt,
    /// How many bytes it covers; 0 when the file does not say.
    pub size_bytes: u64,
    /// What it stands for.
    pub kind: SymbolKind,
    /// Whether other object files could see it.
    pub global: bool,
    /// The number of the section that it is defined in (`st_shndx`). A [`SymbolKind::Number`] has a number that no section has.
    pub section: u16,
}

/// A symbol as it is stored: the name is a checked, UTF-8 part of the file.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) address: u64,
    pub(super) size_bytes: u64,
    pub(super) kind: SymbolKind,
    pub(super) global: bool,
    pub(super) weak: bool,
    pub(super) section: u16,
    pub(super) name: Range<usize>,
}

/// The symbols of a file in the order of their addresses.
#[derive(Clone, Debug, Default)]
pub struct Symbols(Vec<Stored>);

impl Symbols {
    /// Puts the symbols of `file` in order: by address, and at one address as objdump prefers them. That is functions before
    /// variables before the rest, global before weak before local, longer before shorter, then by name; mapping symbols last.
    pub(super) fn sorted(mut symbols: Vec<Stored>, file: &[u8]) -> Self {
        let rank = |s: &Stored| {
            // A number is as good a name as a label.
            let kind = if s.kind == SymbolKind::Number { SymbolKind::Label } else { s.kind };
            (s.address, kind, !s.global, s.weak, Reverse(s.size_bytes))
        };
        symbols.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| file[a.name.clone()].cmp(&file[b.name.clone()])));
        Symbols(symbols)
    }

    pub(super) fn iter<'a>(&'a self, file: &'a [u8]) -> impl Iterator<Item = Symbol<'a>> {
        self.0.iter().map(|s| s.show(file))
    }

    pub(super) fn at<'a>(&'a self, file: &'a [u8], at: GuestVirt) -> Option<(Symbol<'a>, u64)> {
        let above = self.0.partition_point(|s| s.address <= at.0);
        let address = self.0[..above].iter().rev().find(|s| s.kind.is_place())?.address;
        let first = self.0.partition_point(|s| s.address < address);
        let offset = at.0 - address;
        let covers = |s: &&Stored| s.kind.is_place() && (s.size_bytes == 0 || offset < s.size_bytes);
        self.0[first..above].iter().take_while(|s| s.address == address).find(covers).map(|s| (s.show(file), offset))
    }

    pub(super) fn near<'a>(&'a self, file: &'a [u8], at: GuestVirt, section: Option<u16>) -> Option<Symbol<'a>> {
        let named = |s: &&Stored| s.kind != SymbolKind::Mapping;
        let (below, above) = self.0.split_at(self.0.partition_point(|s| s.address <= at.0));
        let Some(nearest) = below.iter().rev().find(named) else {
            return above.iter().find(named).map(|s| s.show(file));
        };
        let same = || below[below.partition_point(|s| s.address < nearest.address)..].iter().filter(named);
        same().find(|s| Some(s.section) == section).or_else(|| same().next()).map(|s| s.show(file))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Stored {
    fn show<'a>(&self, file: &'a [u8]) -> Symbol<'a> {
        Symbol {
            name: std::str::from_utf8(&file[self.name.clone()]).unwrap_or_default(),
            address: GuestVirt(self.address),
            size_bytes: self.size_bytes,
            kind: self.kind,
            global: self.global,
            section: self.section,
        }
    }
}
