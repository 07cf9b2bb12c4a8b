//! The header of a Linux kernel's `Image` for AArch64 (Documentation/arm64/booting.rst). It says where the kernel wants to be, counted from the
//! start of memory, and how much it takes; so the board decides about addresses ([`Image::place_above`]).

use std::ops::Range;

use emu_mem::{GuestPhys, GuestVirt};

use super::{Arch, Class, Error, Image, Notable, Section, Segment, Symbols, Target};

/// Bytes of the header.
const HEADER_BYTES: usize = 64;
const TEXT_OFFSET: Range<usize> = 8..16;
const IMAGE_SIZE: Range<usize> = 16..24;
const FLAGS: Range<usize> = 24..32;
const MAGIC: Range<usize> = 56..60;

/// A kernel from before Linux 3.17 does not say how much it takes; its offset is this then, whatever the header has.
const OLD_TEXT_OFFSET: u64 = 0x8_0000;
/// Flag: a big-endian kernel.
const BIG_ENDIAN: u64 = 1;
/// What offsets are counted from is a multiple of this.
const BASE_BYTES: u64 = 2 << 20;

/// Whether these bytes say that they are such a kernel.
pub(super) fn is_linux(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER_BYTES && bytes[MAGIC] == *b"ARMd"
}

/// Reads a kernel, as if memory began at 0.
pub(super) fn read(file: Vec<u8>) -> Result<Image, Error> {
    if !is_linux(&file) {
        return Err(Error::NotElf { first: file.iter().copied().take(8).collect() });
    }
    let word = |at: Range<usize>| file[at].iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    if word(FLAGS) & BIG_ENDIAN != 0 {
        return Err(Error::Kernel { what: "it is big-endian; build it with CONFIG_CPU_LITTLE_ENDIAN".into() });
    }
    let (offset, size_bytes) = match word(IMAGE_SIZE) {
        0 => (OLD_TEXT_OFFSET, 0),
        bytes => (word(TEXT_OFFSET), bytes),
    };
    if offset % 4 != 0 {
        return Err(Error::Kernel { what: format!("its text_offset {offset:#x} is no multiple of 4; build it again") });
    }
    let segment = Segment {
        phys: GuestPhys(offset),
        virt: GuestVirt(offset),
        size_bytes: size_bytes.max(file.len() as u64),
        executable: true,
        file: 0..file.len(),
    };
    let code = Section { name: "image".to_owned(), address: segment.virt, number: None, file: 0..file.len() };
    let mut image = Image {
        target: Some(Target { arch: Arch::AArch64, class: Class::Bits64 }),
        flags: 0,
        entry: segment.phys,
        segments: vec![segment],
        code: vec![code],
        symbols: Symbols::default(),
        notable: Notable::default(),
        headers_bytes: 0,
        is_placed: false,
        file,
    };
    image.check_segments(u64::MAX)?;
    Ok(image)
}

/// Moves a kernel up to the first multiple of 2 MiB in memory that begins at `memory`.
pub(super) fn place_above(image: &mut Image, memory: GuestPhys) -> Result<(), Error> {
    let base = memory.0.checked_next_multiple_of(BASE_BYTES).unwrap_or(u64::MAX);
    for segment in &mut image.segments {
        let wraps = Error::Wraps { start: memory, size_bytes: segment.size_bytes };
        segment.phys = GuestPhys(segment.phys.0.checked_add(base).ok_or(wraps)?);
        segment.virt = GuestVirt(segment.phys.0);
        image.entry = segment.phys;
    }
    for section in &mut image.code {
        section.address = GuestVirt(image.entry.0);
    }
    image.is_placed = true;
    image.check_segments(u64::MAX)
}
