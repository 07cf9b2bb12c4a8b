//! A program's sections line by line, as objdump sets them: headings, labels, instructions, data, zeros. What an
//! instruction is called is found out in `decoder.rs`.

use std::io::{self, Write};
use std::ops::Range;

use emu_core::image::{Image, Section, Symbol, SymbolKind};
use emu_core::isa::Text;
use emu_mem::GuestVirt;

use super::decoder::{Decoder, little_endian};

/// At least so many zero bytes in a row are shown as `...`.
const ZEROS_BYTES: usize = 8;
/// So are at most so many at the end of a section or before a label: padding.
const PADDING_BYTES: usize = 2;
/// The same for variables.
const DUMP_BYTES: usize = 16;

/// One program's listing.
pub(super) struct Listing<'a> {
    image: &'a Image,
    decoder: Decoder,
    range: Range<u64>,
    /// The bytes of the units in the last line. A variable is shown in the same ones.
    unit: usize,
}

impl<'a> Listing<'a> {
    /// The listing of a range of addresses.
    pub(super) fn new(image: &'a Image, decoder: Decoder, range: Range<u64>) -> Self {
        Listing { image, decoder, range, unit: 1 }
    }

    /// Writes it; false if there is nothing in the range.
    pub(super) fn write(&mut self, name: &str, out: &mut impl Write) -> io::Result<bool> {
        let mut shown = false;
        for section in self.image.code() {
            let bytes = self.image.code_bytes(section);
            let first = section.address.0;
            let part = self.part(first, bytes.len());
            if part.is_empty() {
                continue;
            }
            if !shown {
                writeln!(out, "\n{name}:     file format {}\n", self.format())?;
                shown = true;
            }
            writeln!(out, "\nDisassembly of section {}:", section.name)?;
            self.section(section, &bytes[..part.end], part.start, out)?;
        }
        Ok(shown)
    }

    /// Which bytes of a section of so many bytes at `first` are in the range.
    fn part(&self, first: u64, size: usize) -> Range<usize> {
        let clamp = |at: u64| usize::try_from(at.saturating_sub(first)).unwrap_or(usize::MAX).min(size);
        clamp(self.range.start)..clamp(self.range.end)
    }

    fn format(&self) -> &'static str {
        if self.image.target().is_none() { "binary" } else { self.decoder.format() }
    }

    fn section(&mut self, section: &Section, bytes: &[u8], from: usize, out: &mut impl Write) -> io::Result<()> {
        let digits = self.decoder.bits() as usize / 4;
        let columns = columns(section.address.0 + bytes.len() as u64, digits);
        let (labels, kinds) = (self.labels(section, bytes.len()), self.kinds(section, bytes.len()));
        let (mut labels, mut kinds) = (labels.into_iter().peekable(), kinds.into_iter().peekable());
        let (mut data, mut variable) = (false, false);
        let mut at = from;
        // What stands before the range still says what is here.
        while let Some(label) = labels.next_if(|label| label.offset < from) {
            variable = label.variable;
        }
        if labels.peek().is_none_or(|label| label.offset > from) {
            let address = section.address.0 + from as u64;
            writeln!(out, "\n{address:0digits$x} <{}>:", self.heading(address, section))?;
        }
        while at < bytes.len() {
            while let Some((_, kind)) = kinds.next_if(|kind| kind.0 <= at) {
                data = kind;
            }
            while let Some(label) = labels.next_if(|label| label.offset <= at) {
                variable = label.variable;
                writeln!(out, "\n{:0digits$x} <{}>:", section.address.0 + label.offset as u64, label.name)?;
            }
            let label = labels.peek().map_or(bytes.len(), |label| label.offset);
            let change = kinds.peek().map_or(label, |kind| kind.0.min(label));
            let zeros = bytes[at..label].iter().take_while(|&&b| b == 0).count();
            // Zeros are no instruction; what follows them begins at an even address.
            let zeros = if at + zeros == label { zeros } else { zeros & !3 };
            let padding = at + zeros == label && (1..=PADDING_BYTES).contains(&zeros);
            let line = Place { address: section.address.0 + at as u64, columns, section };
            at += if zeros >= ZEROS_BYTES || padding {
                writeln!(out, "\t...")?;
                zeros
            } else if variable {
                self.dump(line, &bytes[at..label], out)?
            } else if data {
                self.data(line, &bytes[at..change], out)?
            } else {
                self.instruction(line, &bytes[at..label], out)?
            };
        }
        Ok(())
    }

    /// One line of a variable among instructions; gives how many bytes it shows.
    fn dump(&self, at: Place<'_>, bytes: &[u8], out: &mut impl Write) -> io::Result<usize> {
        let bytes = &bytes[..bytes.len().min(DUMP_BYTES)];
        let chunks = bytes.chunks_exact(self.unit);
        // Of a part of a unit nothing is shown but the space behind it.
        let part = usize::from(!bytes.len().is_multiple_of(self.unit));
        let blank = part + (DUMP_BYTES - bytes.len()).div_ceil(self.unit) * (2 * self.unit + 1);
        let shown = |&b: &u8| if b == b' ' || b.is_ascii_graphic() { char::from(b) } else { '.' };
        let text: String = bytes.iter().map(shown).collect();
        writeln!(out, "{}{}{:blank$}    {text}", at.start(), units(chunks), "")?;
        Ok(bytes.len())
    }

    /// One line of data; gives how many bytes it shows.
    fn data(&mut self, at: Place<'_>, bytes: &[u8], out: &mut impl Write) -> io::Result<usize> {
        let (size, directive) = match bytes.len() {
            4.. => (4, ".word"),
            2.. => (2, ".short"),
            _ => (1, ".byte"),
        };
        let value = little_endian(&bytes[..size]);
        self.raw(at, &bytes[..size], size, &format!("{directive}\t{value:#0wide$x}", wide = 2 * size + 2), out)
    }

    /// One instruction; gives how many bytes it has.
    fn instruction(&mut self, at: Place<'_>, bytes: &[u8], out: &mut impl Write) -> io::Result<usize> {
        if bytes.len() < 2 {
            return self.data(at, bytes, out);
        }
        let (size, line) = self.decoder.line(at.address, bytes);
        let Text { name, operands } = line.text;
        let operands = match line.target {
            Some(target) => {
                let others = operands.len() - format!("{target:x}").len();
                format!("{}{}", &operands[..others], self.place(target, at.section))
            }
            None => operands,
        };
        let tab = if operands.is_empty() { "" } else { "\t" };
        let comment = line.address.map_or(String::new(), |address| format!(" # {}", self.place(address, at.section)));
        let unit = if size % 4 == 0 { 4 } else { 2 };
        self.raw(at, &bytes[..size], unit, &format!("{name}{tab}{operands}{comment}"), out)
    }

    /// A line of bytes in units and of what they are, and lines for more bytes; gives how many there are.
    fn raw(&mut self, at: Place<'_>, bytes: &[u8], unit: usize, text: &str, out: &mut impl Write) -> io::Result<usize> {
        self.unit = unit;
        let room = self.decoder.line_bytes();
        let mut lines = bytes.chunks(room);
        let first = units(lines.next().unwrap_or_default().chunks(unit));
        writeln!(out, "{}{first:width$}\t{text}", at.start(), width = raw_columns(unit, room))?;
        for (nth, more) in lines.enumerate() {
            let at = Place { address: at.address + ((nth + 1) * room) as u64, ..at };
            writeln!(out, "{}{}", at.start(), units(more.chunks(unit)))?;
        }
        Ok(bytes.len())
    }

    /// An address with a symbol near it: `80000010 <symbol+0x10>`.
    fn place(&self, address: u64, section: &Section) -> String {
        let symbols = self.image.symbols();
        if symbols.is_empty() {
            return format!("{address:#x}");
        }
        let name = match symbols.near(GuestVirt(address), section.number) {
            Some(symbol) => relative(symbol.name, symbol.address.0, address),
            None => relative(&section.name, section.address.0, address),
        };
        format!("{address:x} <{name}>")
    }

    /// What stands above a place without a label: the last symbol before, if it is of this section.
    fn heading(&self, address: u64, section: &Section) -> String {
        let own = self.image.symbols().iter().take_while(|s| s.address.0 <= address);
        let own = own.filter(|s| s.kind.is_place() && section.number.is_none_or(|n| n == s.section));
        match own.last() {
            Some(symbol) => relative(symbol.name, symbol.address.0, address),
            None => relative(&section.name, section.address.0, address),
        }
    }

    /// The symbols of a section and their distances from its start, ascending.
    fn symbols(&self, section: &Section, size: usize) -> impl Iterator<Item = (usize, Symbol<'a>)> {
        let (start, number) = (section.address.0, section.number);
        self.image.symbols().iter().filter_map(move |symbol| {
            let offset = usize::try_from(symbol.address.0.checked_sub(start)?).ok()?;
            (offset < size && number.is_none_or(|n| n == symbol.section)).then_some((offset, symbol))
        })
    }

    /// What stands where in a section. Only the first name of an address is shown, as everywhere.
    fn labels(&self, section: &Section, size: usize) -> Vec<Label<'a>> {
        let places = self.symbols(section, size).filter(|(_, symbol)| symbol.kind.is_place());
        let label = |(offset, symbol): (usize, Symbol<'a>)| Label {
            offset,
            name: symbol.name,
            variable: symbol.kind == SymbolKind::Object,
        };
        let mut labels: Vec<_> = places.map(label).collect();
        labels.dedup_by_key(|label| label.offset);
        labels
    }

    /// Where data (true) and where instructions begin in a section, as the assembler noted it.
    fn kinds(&self, section: &Section, size: usize) -> Vec<(usize, bool)> {
        let notes = self.symbols(section, size).filter(|(_, symbol)| symbol.kind == SymbolKind::Mapping);
        notes.map(|(offset, symbol)| (offset, symbol.name.starts_with("$d"))).collect()
    }
}

/// A name in a section.
struct Label<'a> {
    offset: usize,
    name: &'a str,
    /// Whether no instructions stand there, whatever the assembler noted.
    variable: bool,
}

/// Where a line stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    address: u64,
    /// How wide addresses are printed.
    columns: usize,
    section: &'a Section,
}

impl Place<'_> {
    /// What a line begins with.
    fn start(&self) -> String {
        format!("{:>columns$x}:\t", self.address, columns = self.columns)
    }
}

/// `at` as so many bytes from a named address.
fn relative(name: &str, base: u64, at: u64) -> String {
    match at.wrapping_sub(base) {
        0 => name.to_owned(),
        offset if at > base => format!("{name}+{offset:#x}"),
        _ => format!("{name}-{:#x}", base - at),
    }
}

/// The columns that objdump gives addresses up to `end`: it drops four digits at a time as long as a zero stands after them.
fn columns(end: u64, digits: usize) -> usize {
    let needed = format!("{end:x}").len() + 1;
    needed.next_multiple_of(4).min(digits)
}

/// The columns that units of so many bytes take in a line with room for so many bytes.
fn raw_columns(unit: usize, room: usize) -> usize {
    // There is room for six single bytes.
    let units = if unit == 1 { 6 } else { room / unit };
    units * (2 * unit + 1)
}

/// Bytes in little-endian units, each with a space behind it.
fn units<'b>(units: impl Iterator<Item = &'b [u8]>) -> String {
    units.map(|unit| format!("{:0width$x} ", little_endian(unit), width = 2 * unit.len())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_take_as_many_columns_as_in_objdump() {
        for (end, digits, expected) in [
            (0x100, 8, 4),
            (0x8000_0100, 8, 8),
            (0x8000_0100, 16, 12),
            (0xfff_0000, 16, 8),
            (0x1000, 8, 8),
            (u64::MAX, 16, 16),
        ] {
            assert_eq!(columns(end, digits), expected, "{end:#x} of {digits} digits");
        }
    }
}
