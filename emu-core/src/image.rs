//! What a program file holds: its segments, its entry, its symbols. Reads ELF files, Linux kernels and raw images, and copies
//! them into guest memory.
//!
//! A file is hostile until it is proved harmless: every size and offset is checked against the file's own length, and what is
//! allocated grows with the file's length only, never with a number written inside it (`p_memsz` may say 2^63). Zero fill
//! costs nothing here because guest RAM starts as zeros.
//!
//! This is not a linker or a loader of shared objects: a file that wants a dynamic linker is refused, and nothing is relocated.
//! It knows no board; whether a segment has RAM under it is found out in [`Image::load`].

mod elf;
mod error;
mod linux;
mod symbol;

use std::ops::Range;

use emu_mem::{GuestPhys, GuestVirt, Memory};

pub use error::{Error, Remedy};
pub use symbol::{Symbol, SymbolKind, Symbols};

/// The instruction set family that a file is made for (`e_machine`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// `EM_RISCV`, 243.
    RiscV,
    /// `EM_AARCH64`, 183.
    AArch64,
}

/// The width of an address in the file (`EI_CLASS`), which is also the width of the registers it expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `ELFCLASS32`.
    Bits32,
    /// `ELFCLASS64`.
    Bits64,
}

impl Class {
    /// 32 or 64.
    pub fn bits(self) -> u32 {
        match self {
            Class::Bits32 => 32,
            Class::Bits64 => 64,
        }
    }
}

/// What a file says about the machine it runs on. A raw image says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The instruction set family.
    pub arch: Arch,
    /// The width of its registers.
    pub class: Class,
}

/// One run of guest memory that the file fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where it goes (`p_paddr`).
    pub phys: GuestPhys,
    /// Where the program sees it once it has set up its page tables (`p_vaddr`); the same as `phys` in most bare-metal files.
    pub virt: GuestVirt,
    /// How many bytes it takes in memory; what the file does not give is zero.
    pub size_bytes: u64,
    /// Whether it holds instructions (`PF_X`).
    pub executable: bool,
    /// Which bytes of the file it starts with. Checked: it lies inside the file and is no longer than `size_bytes`.
    file: Range<usize>,
}

/// A named stretch of the file that holds instructions, for disassembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// `.text` and the like; `segment 2` where the file has no section headers.
    pub name: String,
    /// Address of its first byte.
    pub address: GuestVirt,
    /// Its number in the file, by which symbols name it; `None` where the file has no section headers, or very many.
    pub number: Option<u16>,
    /// Which bytes of the file it is. Checked: it lies inside the file.
    file: Range<usize>,
}

/// Symbols that mean something to the emulator itself, at their physical addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notable {
    /// The word through which a program talks to its host (HTIF).
    pub tohost: Option<GuestPhys>,
    /// The word through which the host answers (HTIF).
    pub fromhost: Option<GuestPhys>,
    /// First byte of the signature of an architecture test.
    pub begin_signature: Option<GuestPhys>,
    /// The byte after the signature's last.
    pub end_signature: Option<GuestPhys>,
}

/// A program, read and checked, ready to be copied into guest memory.
#[derive(Clone, Debug)]
pub struct Image {
    target: Option<Target>,
    flags: u32,
    entry: GuestPhys,
    segments: Vec<Segment>,
    code: Vec<Section>,
    symbols: Symbols,
    notable: Notable,
    /// Whether its addresses are those of guest memory; those of a kernel's `Image` depend on the board.
    is_placed: bool,
    /// How many bytes the file's own headers take at its start; a raw image has none.
    headers_bytes: usize,
    file: Vec<u8>,
}

impl Image {
    /// Reads an ELF file.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the file; see [`Error`].
    pub fn elf(file: impl Into<Vec<u8>>) -> Result<Self, Error> {
        elf::read(file.into())
    }

    /// Takes bytes as they are, to be copied to `load` and entered at `entry`.
    ///
    /// # Errors
    ///
    /// When there is no byte, when the bytes run over the end of the address space, or when `entry` is not among them.
    pub fn raw(bytes: impl Into<Vec<u8>>, load: GuestPhys, entry: GuestPhys) -> Result<Self, Error> {
        let file = bytes.into();
        if file.is_empty() {
            return Err(Error::Empty);
        }
        let segment = Segment {
            phys: load,
            virt: GuestVirt(load.0),
            size_bytes: file.len() as u64,
            executable: true,
            file: 0..file.len(),
        };
        let code = Section { name: "image".to_owned(), address: segment.virt, number: None, file: 0..file.len() };
        let mut image = Image {
            target: None,
            flags: 0,
            entry,
            segments: vec![segment],
            code: vec![code],
            symbols: Symbols::default(),
            notable: Notable::default(),
            headers_bytes: 0,
            is_placed: true,
            file,
        };
        image.check_segments(u64::MAX)?;
        image.check_entry()?;
        Ok(image)
    }

    /// Reads a Linux kernel's `Image` for AArch64. Where it goes is known when [`place_above`](Self::place_above) has been told of the
    /// board's memory; until then its addresses count from the start of that.
    ///
    /// # Errors
    ///
    /// It is none, or its header makes no sense; see [`Error`].
    pub fn linux(file: impl Into<Vec<u8>>) -> Result<Self, Error> {
        linux::read(file.into())
    }

    /// Whether these bytes say that they are a Linux kernel's `Image` for AArch64.
    pub fn is_linux(bytes: &[u8]) -> bool {
        linux::is_linux(bytes)
    }

    /// Puts a kernel's `Image` where it wants to be in memory that begins at `memory`: its offset above the first multiple of
    /// 2 MiB. Any other image stays where it is.
    ///
    /// # Errors
    ///
    /// When it runs over the end of the address space.
    pub fn place_above(&mut self, memory: GuestPhys) -> Result<(), Error> {
        if self.is_placed { Ok(()) } else { linux::place_above(self, memory) }
    }

    /// Whether these bytes say that they are an ELF file.
    pub fn is_elf(bytes: &[u8]) -> bool {
        bytes.starts_with(b"\x7fELF")
    }

    /// Which machine the file is for; `None` for a raw image, which does not say.
    pub fn target(&self) -> Option<Target> {
        self.target
    }

    /// The ELF header's `e_flags`: on RISC-V bit 0 says that compressed instructions are used, bits 1-2 are the float ABI.
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// Where the program starts, as a physical address: it starts with translation off.
    pub fn entry(&self) -> GuestPhys {
        self.entry
    }

    /// The segments, ascending by physical address; no two overlap.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The bytes that the file gives for this segment; the rest up to its size is zero.
    pub fn segment_bytes(&self, segment: &Segment) -> &[u8] {
        &self.file[segment.file.clone()]
    }

    /// The stretches that hold instructions, ascending by address.
    pub fn code(&self) -> &[Section] {
        &self.code
    }

    /// The bytes of a stretch of instructions.
    pub fn code_bytes(&self, section: &Section) -> &[u8] {
        &self.file[section.file.clone()]
    }

    /// The symbol table; empty in a stripped file and in a raw image.
    pub fn symbols(&self) -> SymbolTable<'_> {
        SymbolTable { symbols: &self.symbols, file: &self.file }
    }

    /// The symbols that the emulator itself acts upon.
    pub fn notable(&self) -> Notable {
        self.notable
    }

    /// Where the byte at a virtual address of the file lies physically; `None` outside every segment.
    pub fn phys(&self, at: GuestVirt) -> Option<GuestPhys> {
        let inside = |s: &&Segment| at.0.wrapping_sub(s.virt.0) < s.size_bytes;
        // A segment may go around the end of the virtual addresses.
        self.segments.iter().find(inside).map(|s| s.phys.wrapping_add(at.0.wrapping_sub(s.virt.0)))
    }

    /// Copies the segments into RAM and ROM. What lies beyond a segment's bytes stays as it is, which is zero in fresh memory.
    ///
    /// # Errors
    ///
    /// When a segment is not wholly inside one RAM or ROM; nothing has been copied then.
    pub fn load(&self, memory: &Memory) -> Result<(), Error> {
        let outside = |s: &Segment| Error::OutsideMemory {
            start: s.phys,
            last: s.last(),
            memory: error::list(memory.regions().iter().map(|r| r.range.to_string())),
            remedy: self.remedy(s, memory),
        };
        if let Some(segment) = self.segments.iter().find(|s| memory.find(s.phys, s.size_bytes).is_none()) {
            return Err(outside(segment));
        }
        for segment in &self.segments {
            memory.install_bytes(segment.phys, self.segment_bytes(segment)).map_err(|_| outside(segment))?;
        }
        Ok(())
    }

    /// What to do about a segment that is not wholly inside memory.
    fn remedy(&self, segment: &Segment, memory: &Memory) -> Remedy {
        let begins_with_headers = self.headers_bytes > 0 && segment.file.start == 0 && !segment.file.is_empty();
        if !begins_with_headers {
            return Remedy::Move;
        }
        // Either nothing else is in it, or it goes on into memory and the program starts there.
        let inside = |at| memory.find(at, 1).is_some();
        if segment.file.len() <= self.headers_bytes || inside(segment.last()) && inside(self.entry) {
            return Remedy::LeaveHeadersOut;
        }
        let ram = memory.regions().iter().find(|region| region.writable);
        ram.map_or(Remedy::Move, |ram| Remedy::Start(ram.range.first))
    }

    /// Sorts the segments and makes sure that they are apart, below `limit` inclusive, and at least one.
    fn check_segments(&mut self, limit: u64) -> Result<(), Error> {
        self.segments.retain(|s| s.size_bytes != 0);
        self.segments.sort_by_key(|s| s.phys);
        for s in &self.segments {
            if s.phys.0.checked_add(s.size_bytes - 1).is_none_or(|last| last > limit) {
                return Err(Error::Wraps { start: s.phys, size_bytes: s.size_bytes });
            }
        }
        for pair in self.segments.windows(2) {
            if pair[0].last() >= pair[1].phys {
                return Err(Error::Overlap {
                    first: (pair[0].phys, pair[0].last()),
                    second: (pair[1].phys, pair[1].last()),
                });
            }
        }
        if self.segments.is_empty() { Err(Error::NoSegment) } else { Ok(()) }
    }

    /// Makes sure that the entry lies in a segment, where an instruction can be. A kernel's entry may be virtual: then it is translated.
    fn check_entry(&mut self) -> Result<(), Error> {
        if !self.entry.is_aligned(2) {
            return Err(Error::EntryOdd(self.entry));
        }
        if self.segments.iter().any(|s| s.holds(self.entry)) {
            return Ok(());
        }
        let outside = || Error::EntryOutside {
            entry: self.entry,
            segments: error::list(self.segments.iter().map(|s| error::range((s.phys, s.last())))),
        };
        self.entry = self.phys(GuestVirt(self.entry.0)).ok_or_else(outside)?;
        Ok(())
    }
}

impl Segment {
    /// The address of its last byte. Safe from overflow: `check_segments` has seen to that.
    pub fn last(&self) -> GuestPhys {
        GuestPhys(self.phys.0 + (self.size_bytes - 1))
    }

    fn holds(&self, at: GuestPhys) -> bool {
        at >= self.phys && at <= self.last()
    }
}

/// The symbols of one [`Image`], together with the file that holds their names.
#[derive(Clone, Copy, Debug)]
pub struct SymbolTable<'a> {
    symbols: &'a Symbols,
    file: &'a [u8],
}

impl<'a> SymbolTable<'a> {
    /// Every symbol, ascending by address; among those at one address the one to show comes first.
    pub fn iter(self) -> impl Iterator<Item = Symbol<'a>> {
        self.symbols.iter(self.file)
    }

    /// The symbol to show for an address: the nearest at or below it, with the distance from it in bytes. A symbol whose size
    /// ends before `at` does not count unless it has no size; what is no [place](SymbolKind::is_place) never counts.
    pub fn at(self, at: GuestVirt) -> Option<(Symbol<'a>, u64)> {
        self.symbols.at(self.file, at)
    }

    /// The symbol that objdump measures an address from: the nearest at or below it, of those at one address one of `section` if
    /// there is any; if none is below, the first above. Sizes and kinds do not matter, but mapping symbols do not count.
    pub fn near(self, at: GuestVirt, section: Option<u16>) -> Option<Symbol<'a>> {
        self.symbols.near(self.file, at, section)
    }

    /// The first symbol of this name in address order.
    pub fn named(self, name: &str) -> Option<Symbol<'a>> {
        self.iter().find(|s| s.name == name)
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.symbols.len()
    }

    /// Whether the file has no symbol at all.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests;
