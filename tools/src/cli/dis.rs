//! `emu dis`: a program's instructions as text, in the form of `objdump -d`.

mod decoder;

use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use emu_core::image::{Image, Section, SymbolKind};
use emu_mem::GuestVirt;

use self::decoder::Decoder;
use crate::program::{self, RawArgs};
use crate::status::Status;
use crate::values;

/// At least so many zero bytes in a row are shown as `...`.
const ZEROS_BYTES: usize = 8;
/// So are at most so many at the end of a section or before a label: padding.
const PADDING_BYTES: usize = 2;
/// Bytes that a line of objdump's has room for, each unit with a space behind it.
const LINE_BYTES: usize = 8;

/// What `emu dis` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// ELF program, or a raw image with --load
    program: PathBuf,
    #[command(flatten)]
    raw: RawArgs,
    /// Instruction set, such as rv32imc_zicsr [default: everything there is, for the program's width]
    #[arg(long, value_name = "ISA")]
    isa: Option<String>,
    /// Only this function or label
    #[arg(long, value_name = "NAME", conflicts_with_all = ["start", "end"])]
    symbol: Option<String>,
    /// Only from this address on
    #[arg(long, value_name = "ADDR", value_parser = values::number)]
    start: Option<u64>,
    /// Only below this address
    #[arg(long, value_name = "ADDR", value_parser = values::number)]
    end: Option<u64>,
}

pub(super) fn main(args: &Args) -> Result<Status> {
    let image = program::open(&args.program, args.raw)?;
    let name = args.program.display().to_string();
    let range = match &args.symbol {
        Some(symbol) => extent(&image, symbol).with_context(|| name.clone())?,
        None => values::bounds(args.start, args.end),
    };
    ensure!(range.start < range.end, "{name}: --start must be below --end");
    let listing = Listing { image: &image, decoder: Decoder::new(&name, &image, args.isa.as_deref())?, range };
    let mut out = BufWriter::new(io::stdout().lock());
    let shown =
        listing.write(&name, &mut out).and_then(|shown| out.flush().map(|()| shown)).map_err(super::output_failed)?;
    if !shown {
        bail!(
            "{name}: no instructions from {:#x} to {:#x}; correct --start and --end",
            listing.range.start,
            listing.range.end
        );
    }
    Ok(Status::Success)
}

/// Which addresses belong to a symbol: as many as it says, or up to the next symbol that a person would call one.
fn extent(image: &Image, name: &str) -> Result<Range<u64>> {
    let symbols = image.symbols();
    let Some(symbol) = symbols.iter().find(|s| s.name == name && s.kind.is_place()) else {
        bail!("no symbol {name}; objdump -t or emu dis without --symbol shows which there are");
    };
    let start = symbol.address.0;
    let next =
        || symbols.iter().find(|s| s.kind.is_place() && s.address > symbol.address).map_or(u64::MAX, |s| s.address.0);
    let end = if symbol.size_bytes == 0 { next() } else { start.saturating_add(symbol.size_bytes) };
    Ok(start..end)
}

/// One program's listing.
struct Listing<'a> {
    image: &'a Image,
    decoder: Decoder,
    range: Range<u64>,
}

impl Listing<'_> {
    /// Writes it; false if there is nothing in the range.
    fn write(&self, name: &str, out: &mut impl Write) -> io::Result<bool> {
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
        match (self.image.target(), self.decoder.xlen()) {
            (None, _) => "binary",
            (_, 32) => "elf32-littleriscv",
            _ => "elf64-littleriscv",
        }
    }

    fn section(&self, section: &Section, bytes: &[u8], from: usize, out: &mut impl Write) -> io::Result<()> {
        let digits = self.decoder.xlen() as usize / 4;
        let columns = columns(section.address.0 + bytes.len() as u64, digits);
        let marks = self.marks(section, bytes.len());
        let mut marks = marks.iter().peekable();
        let mut data = false;
        let mut at = 0;
        if from > 0 {
            // Whether instructions or data are here was said by the last mapping symbol before.
            while let Some(mark) = marks.next_if(|m| m.offset < from) {
                data = mark.data.unwrap_or(data);
            }
            at = from;
        }
        if from > 0 || marks.peek().is_none_or(|m| m.offset > 0 || m.name.is_none()) {
            writeln!(
                out,
                "\n{:0digits$x} <{}>:",
                section.address.0 + at as u64,
                self.place(section.address.0 + at as u64, &section.name)
            )?;
        }
        while at < bytes.len() {
            while let Some(mark) = marks.next_if(|m| m.offset <= at) {
                data = mark.data.unwrap_or(data);
                if let Some(name) = mark.name {
                    writeln!(out, "\n{:0digits$x} <{name}>:", section.address.0 + mark.offset as u64)?;
                }
            }
            let end = marks.peek().map_or(bytes.len(), |m| m.offset.min(bytes.len()));
            let zeros = bytes[at..end].iter().take_while(|&&b| b == 0).count();
            // Zeros are no instruction; what follows them begins at an even address.
            let zeros = if at + zeros == end { zeros } else { zeros & !3 };
            let padding = at + zeros == end && (1..=PADDING_BYTES).contains(&zeros);
            at += if zeros >= ZEROS_BYTES || padding {
                writeln!(out, "\t...")?;
                zeros
            } else if data {
                self.data(section.address.0 + at as u64, columns, &bytes[at..end], out)?
            } else {
                self.instruction(section.address.0 + at as u64, columns, &bytes[at..end], out)?
            };
        }
        Ok(())
    }

    /// One line of data; gives how many bytes it shows.
    fn data(&self, address: u64, columns: usize, bytes: &[u8], out: &mut impl Write) -> io::Result<usize> {
        let (size, directive) = match bytes.len() {
            4.. if address.is_multiple_of(4) => (4, ".word"),
            2.. if address.is_multiple_of(2) => (2, ".short"),
            _ => (1, ".byte"),
        };
        let value = little_endian(&bytes[..size]);
        let width = size * 2;
        writeln!(
            out,
            "{address:>columns$x}:\t{value:0width$x}{:pad$}\t{directive}\t{value:#0wide$x}",
            "",
            pad = raw_columns(size) - width,
            wide = width + 2
        )?;
        Ok(size)
    }

    /// One instruction; gives how many bytes it has.
    fn instruction(&self, address: u64, columns: usize, bytes: &[u8], out: &mut impl Write) -> io::Result<usize> {
        if bytes.len() < 2 {
            return self.data(address, columns, bytes, out);
        }
        let (size, line) = self.decoder.line(address, bytes);
        let value = little_endian(&bytes[..size]);
        let width = size * 2;
        write!(
            out,
            "{address:>columns$x}:\t{value:0width$x}{:pad$}\t{}",
            "",
            line.text,
            pad = raw_columns(size) - width
        )?;
        if let Some(target) = line.target {
            write!(out, " <{}>", self.place(target, "unknown"))?;
        }
        writeln!(out)?;
        Ok(size)
    }

    /// An address as `symbol+0x10`.
    fn place(&self, address: u64, otherwise: &str) -> String {
        match self.image.symbols().at(GuestVirt(address)) {
            Some((symbol, 0)) => symbol.name.to_owned(),
            Some((symbol, offset)) => format!("{}+{offset:#x}", symbol.name),
            None => otherwise.to_owned(),
        }
    }

    /// The places inside a section where a label stands or where data begin or end, ascending.
    fn marks(&self, section: &Section, size: usize) -> Vec<Mark<'_>> {
        let mut marks: Vec<Mark<'_>> = Vec::new();
        for symbol in self.image.symbols().iter() {
            let offset = match symbol.address.0.checked_sub(section.address.0).map(usize::try_from) {
                Some(Ok(offset)) if offset < size => offset,
                _ => continue,
            };
            let data = match symbol.kind {
                SymbolKind::Mapping => Some(symbol.name.starts_with("$d")),
                SymbolKind::Object => Some(true),
                SymbolKind::Function => Some(false),
                SymbolKind::Label => None,
                SymbolKind::Number => continue,
            };
            let name = symbol.kind.is_place().then_some(symbol.name);
            match marks.last_mut() {
                // Only the first name of an address is shown, as everywhere.
                Some(last) if last.offset == offset => {
                    last.name = last.name.or(name);
                    // A mapping symbol comes after all others of its address, and knows best.
                    last.data = data.or(last.data);
                }
                _ => marks.push(Mark { offset, name, data }),
            }
        }
        marks
    }
}

/// What changes at one place of a section.
struct Mark<'a> {
    offset: usize,
    name: Option<&'a str>,
    /// True where data begin, false where instructions begin; `None` where what was before goes on.
    data: Option<bool>,
}

/// The columns that objdump gives addresses up to `end`: it drops four digits at a time as long as a zero stands after them.
fn columns(end: u64, digits: usize) -> usize {
    let needed = format!("{end:x}").len() + 1;
    needed.next_multiple_of(4).min(digits)
}

/// The columns that a raw unit of so many bytes stands in.
fn raw_columns(size: usize) -> usize {
    LINE_BYTES / size * (2 * size + 1)
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
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
