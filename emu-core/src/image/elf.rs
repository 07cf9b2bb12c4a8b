//! From an ELF file's bytes to an [`Image`]. Checks, in the order in which they can go wrong: identification, header, program
//! headers, section headers, symbols.
//!
//! The `object` crate knows the layout of the headers; that sizes and offsets make sense is checked here, because the messages
//! shall say what is wrong. See the System V ABI, chapters 4 and 5, and the RISC-V ELF psABI.

use std::ops::Range;

use emu_mem::{GuestPhys, GuestVirt};
use object::LittleEndian as Le;
use object::elf;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, SectionTable, Sym};

use super::symbol::Stored;
use super::{Arch, Class, Error, Image, Notable, Section, Segment, SymbolKind, Symbols, Target};

/// Bytes of `e_ident`, after which the header's width is known.
const IDENT_BYTES: usize = 16;
const EI_CLASS: usize = 4;
const EI_DATA: usize = 5;
/// Longest name of a symbol that is kept; longer ones are cut. Mangled names of several thousand bytes exist.
const NAME_BYTES: usize = 4096;
/// Longest path of a dynamic linker that a message shows.
const PATH_BYTES: usize = 64;

pub(super) fn read(file: Vec<u8>) -> Result<Image, Error> {
    if file.is_empty() {
        return Err(Error::Empty);
    }
    if !Image::is_elf(&file) {
        return Err(Error::NotElf { first: file[..file.len().min(8)].to_vec() });
    }
    if file.len() < IDENT_BYTES {
        return Err(truncated("the ELF header", 52, &file));
    }
    if file[EI_DATA] != elf::ELFDATA2LSB.0 {
        return Err(Error::Endian { data: file[EI_DATA] });
    }
    match file[EI_CLASS] {
        1 => read_class::<elf::FileHeader32<Le>>(file, Class::Bits32),
        2 => read_class::<elf::FileHeader64<Le>>(file, Class::Bits64),
        class => Err(Error::Class { class, arch: "any machine" }),
    }
}

fn read_class<H: FileHeader<Endian = Le>>(file: Vec<u8>, class: Class) -> Result<Image, Error> {
    let data = file.as_slice();
    if data.len() < size_of::<H>() {
        return Err(truncated("the ELF header", size_of::<H>() as u64, data));
    }
    let header = H::parse(data).map_err(|e| malformed("ELF header", e))?;
    let arch = match header.e_machine(Le) {
        elf::EM_RISCV => Arch::RiscV,
        elf::EM_AARCH64 if class == Class::Bits32 => return Err(Error::Class { class: 1, arch: "AArch64" }),
        elf::EM_AARCH64 => Arch::AArch64,
        other => return Err(Error::Machine { machine: other.0 }),
    };
    let kind = header.e_type(Le);
    if kind != elf::ET_EXEC && kind != elf::ET_DYN {
        return Err(Error::NotExecutable { kind: kind.0 });
    }

    let segments = segments(header, data)?;
    let headers_bytes = headers_bytes(header);
    let (code, symbols) = sections(header, data)?;
    let mut image = Image {
        target: Some(Target { arch, class }),
        flags: header.e_flags(Le).0,
        entry: GuestPhys(header.e_entry(Le).into()),
        segments,
        code,
        symbols,
        notable: Notable::default(),
        headers_bytes,
        is_placed: true,
        file,
    };
    image.check_segments(if class == Class::Bits32 { u64::from(u32::MAX) } else { u64::MAX })?;
    image.check_entry()?;
    if image.code.is_empty() {
        image.code = code_of_segments(&image.segments);
    }
    image.notable = notable(&image);
    Ok(image)
}

/// The loadable segments in file order, each checked against the file's length.
fn segments<H: FileHeader<Endian = Le>>(header: &H, data: &[u8]) -> Result<Vec<Segment>, Error> {
    let count = header.phnum(Le, data).map_err(|e| malformed("program header count", e))?;
    let bytes = u64::from(count) * size_of::<H::ProgramHeader>() as u64;
    inside(header.e_phoff(Le).into(), bytes, data, || "the program header table".to_owned())?;
    let headers = header.program_headers(Le, data).map_err(|e| malformed("program headers", e))?;

    let mut segments = Vec::new();
    for (number, segment) in headers.iter().enumerate() {
        let (offset, file_size) = segment.file_range(Le);
        let kind = segment.p_type(Le);
        if kind == elf::PT_INTERP {
            let path = inside(offset, file_size, data, || "the name of the dynamic linker".to_owned())?;
            let path = &data[path.start..path.end.min(path.start + PATH_BYTES)];
            let end = path.iter().position(|&b| b == 0).unwrap_or(path.len());
            return Err(Error::Dynamic { interpreter: path[..end].escape_ascii().to_string() });
        }
        if kind != elf::PT_LOAD {
            continue;
        }
        let size_bytes = segment.p_memsz(Le).into();
        if file_size > size_bytes {
            let what = format!("segment {number} has {file_size:#x} bytes in the file but {size_bytes:#x} in memory");
            return Err(Error::Malformed { what });
        }
        segments.push(Segment {
            phys: GuestPhys(segment.p_paddr(Le).into()),
            virt: GuestVirt(segment.p_vaddr(Le).into()),
            size_bytes,
            executable: segment.p_flags(Le).contains(elf::PF_X),
            file: inside(offset, file_size, data, || format!("segment {number}"))?,
        });
    }
    Ok(segments)
}

/// How far the ELF header and the program headers reach from the file's start.
fn headers_bytes<H: FileHeader<Endian = Le>>(header: &H) -> usize {
    let table: u64 = header.e_phoff(Le).into();
    let bytes = usize::from(header.e_phnum(Le)) * size_of::<H::ProgramHeader>();
    usize::try_from(table).map_or(0, |table| table.saturating_add(bytes)).max(size_of::<H>())
}

/// The sections that hold instructions, and the symbols.
fn sections<H: FileHeader<Endian = Le>>(header: &H, data: &[u8]) -> Result<(Vec<Section>, Symbols), Error> {
    let offset: u64 = header.e_shoff(Le).into();
    if offset == 0 {
        return Ok((Vec::new(), Symbols::default()));
    }
    inside(offset, size_of::<H::SectionHeader>() as u64, data, || "the section header table".to_owned())?;
    let count = header.shnum(Le, data).map_err(|e| malformed("section header count", e))?;
    let bytes = u64::from(count) * size_of::<H::SectionHeader>() as u64;
    inside(offset, bytes, data, || "the section header table".to_owned())?;
    if count == 0 {
        return Ok((Vec::new(), Symbols::default()));
    }
    let table = header.sections(Le, data).map_err(|e| malformed("section headers", e))?;

    let mut code = Vec::new();
    for (number, section) in table.iter().enumerate() {
        if !section.sh_flags(Le).contains(elf::SHF_EXECINSTR) || section.sh_type(Le) != elf::SHT_PROGBITS {
            continue;
        }
        let file =
            inside(section.sh_offset(Le).into(), section.sh_size(Le).into(), data, || format!("section {number}"))?;
        let name = table.section_name(Le, section).unwrap_or_default();
        let name = String::from_utf8_lossy(&name[..name.len().min(PATH_BYTES)]).into_owned();
        let address = GuestVirt(section.sh_addr(Le).into());
        code.push(Section { name, address, number: u16::try_from(number).ok(), file });
    }
    code.sort_by_key(|s| s.address);
    Ok((code, symbols::<H>(&table, data)?))
}

fn symbols<H: FileHeader<Endian = Le>>(table: &SectionTable<'_, H>, data: &[u8]) -> Result<Symbols, Error> {
    let Some(header) = table.iter().find(|s| s.sh_type(Le) == elf::SHT_SYMTAB) else { return Ok(Symbols::default()) };
    inside(header.sh_offset(Le).into(), header.sh_size(Le).into(), data, || "the symbol table".to_owned())?;
    let all: &[H::Sym] = header.data_as_array(Le, data).map_err(|e| malformed("symbol table", e))?;
    let strings = table.section(header.link(Le)).map_err(|e| malformed("symbol names", e))?;
    let strings =
        inside(strings.sh_offset(Le).into(), strings.sh_size(Le).into(), data, || "the symbols' names".to_owned())?;

    let mut stored = Vec::new();
    for symbol in all {
        let section = symbol.st_shndx(Le);
        if section == elf::SHN_UNDEF {
            continue;
        }
        let by_type = match symbol.st_type() {
            elf::STT_FILE | elf::STT_SECTION => continue,
            _ if section == elf::SHN_ABS => SymbolKind::Number,
            elf::STT_FUNC | elf::STT_GNU_IFUNC => SymbolKind::Function,
            elf::STT_NOTYPE => SymbolKind::Label,
            _ => SymbolKind::Object,
        };
        // A name outside the string table or in no known encoding helps nobody; the symbol is left out.
        let Some(name) = name(symbol.st_name(Le), &strings, data) else { continue };
        let mapping = matches!(data[name.clone()], [b'$', b'x' | b'd', ..]) && by_type == SymbolKind::Label;
        let kind = if mapping { SymbolKind::Mapping } else { by_type };
        stored.push(Stored {
            address: symbol.st_value(Le).into(),
            size_bytes: symbol.st_size(Le).into(),
            kind,
            global: !symbol.is_local(),
            weak: symbol.is_weak(),
            section: section.0,
            name,
        });
    }
    Ok(Symbols::sorted(stored, data))
}

/// Where in the file a name stands; `None` for an empty one, one that is not UTF-8, and an assembler's local `.L` label.
///
/// The search for its end is bounded: many symbols may point into one long string.
fn name(offset: u32, strings: &Range<usize>, data: &[u8]) -> Option<Range<usize>> {
    let start = strings.start.checked_add(offset as usize).filter(|&at| at < strings.end)?;
    let text = &data[start..strings.end.min(start + NAME_BYTES)];
    let end = text.iter().position(|&b| b == 0).unwrap_or(text.len());
    let text = std::str::from_utf8(&text[..end]).ok()?;
    (!text.is_empty() && !text.starts_with(".L")).then_some(start..start + end)
}

fn code_of_segments(segments: &[Segment]) -> Vec<Section> {
    let executable = segments.iter().enumerate().filter(|(_, s)| s.executable);
    let section = |(number, s): (usize, &Segment)| Section {
        name: format!("segment {number}"),
        address: s.virt,
        number: None,
        file: s.file.clone(),
    };
    let mut code: Vec<Section> = executable.map(section).collect();
    code.sort_by_key(|s| s.address);
    code
}

fn notable(image: &Image) -> Notable {
    // A symbol outside every segment is taken at its value: linker scripts may place `tohost` in a hole of their own.
    let phys = |s: super::Symbol<'_>| image.phys(s.address).unwrap_or(GuestPhys(s.address.0));
    // `end_signature` is one past the last byte, so it may lie outside the segment that it ends.
    let end = |s: super::Symbol<'_>| match s.address.0.checked_sub(1).and_then(|last| image.phys(GuestVirt(last))) {
        Some(last) => GuestPhys(last.0.saturating_add(1)),
        None => GuestPhys(s.address.0),
    };
    let mut notable = Notable::default();
    for symbol in image.symbols().iter() {
        match symbol.name {
            "tohost" => notable.tohost = notable.tohost.or(Some(phys(symbol))),
            "fromhost" => notable.fromhost = notable.fromhost.or(Some(phys(symbol))),
            "begin_signature" => notable.begin_signature = notable.begin_signature.or(Some(phys(symbol))),
            "end_signature" => notable.end_signature = notable.end_signature.or(Some(end(symbol))),
            _ => {}
        }
    }
    notable
}

/// The bytes `offset..offset + size` of the file, if it has them. A range of no bytes may lie anywhere.
fn inside(offset: u64, size: u64, data: &[u8], what: impl Fn() -> String) -> Result<Range<usize>, Error> {
    if size == 0 {
        return Ok(0..0);
    }
    let end = offset.checked_add(size);
    match end {
        Some(end) if end <= data.len() as u64 => Ok(offset as usize..end as usize),
        _ => Err(truncated(&what(), end.unwrap_or(u64::MAX), data)),
    }
}

fn truncated(what: &str, need: u64, data: &[u8]) -> Error {
    Error::Truncated { what: what.to_owned(), need, have: data.len() as u64 }
}

fn malformed(what: &str, error: object::read::Error) -> Error {
    Error::Malformed { what: format!("{what}: {error}") }
}
