//! Files that are right, files that are wrong in one way each, and files that are wrong in every way at once.

use proptest::prelude::*;

use super::*;

/// A hand-made ELF file: header, program headers, bytes, symbol table, its strings, section headers.
#[derive(Clone)]
struct Elf {
    class: Class,
    data: u8,
    machine: u16,
    kind: u16,
    entry: u64,
    /// type, virtual address, physical address, bytes, memory size
    segments: Vec<(u32, u64, u64, Vec<u8>, u64)>,
    /// name, value, size, type and binding, section index
    symbols: Vec<(&'static str, u64, u64, u8, u16)>,
}

impl Elf {
    fn new(class: Class) -> Self {
        let start = 0x8000_0000;
        Elf {
            class,
            data: 1,
            machine: 243,
            kind: 2,
            entry: start,
            segments: vec![(1, start, start, vec![0x13, 0, 0, 0, 0x6f, 0, 0, 0], 0x40)],
            symbols: vec![("_start", start, 8, 0x12, 1), ("tohost", start + 0x20, 8, 0x11, 1)],
        }
    }

    fn word(&self, out: &mut Vec<u8>, value: u64) {
        match self.class {
            Class::Bits32 => out.extend((value as u32).to_le_bytes()),
            Class::Bits64 => out.extend(value.to_le_bytes()),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let wide = self.class == Class::Bits64;
        let (header, phent, shent) = if wide { (64u64, 56u64, 64u64) } else { (52, 32, 40) };
        let body = header + phent * self.segments.len() as u64;
        let symtab = body + self.segments.iter().map(|s| s.3.len() as u64).sum::<u64>();
        let mut names = vec![0u8];
        let mut table = vec![0u8; if wide { 24 } else { 16 }];
        for &(name, value, size, info, section) in &self.symbols {
            table.extend((names.len() as u32).to_le_bytes());
            if wide {
                table.extend([info, 0]);
                table.extend(section.to_le_bytes());
                table.extend(value.to_le_bytes());
                table.extend(size.to_le_bytes());
            } else {
                table.extend((value as u32).to_le_bytes());
                table.extend((size as u32).to_le_bytes());
                table.extend([info, 0]);
                table.extend(section.to_le_bytes());
            }
            names.extend(name.bytes());
            names.push(0);
        }
        let strtab = symtab + table.len() as u64;
        let shoff = strtab + names.len() as u64;

        let mut out = b"\x7fELF".to_vec();
        out.extend([if wide { 2 } else { 1 }, self.data, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        out.extend(self.kind.to_le_bytes());
        out.extend(self.machine.to_le_bytes());
        out.extend(1u32.to_le_bytes());
        self.word(&mut out, self.entry);
        self.word(&mut out, header);
        self.word(&mut out, shoff);
        out.extend(5u32.to_le_bytes());
        for half in [header, phent, self.segments.len() as u64, shent, 3, 2] {
            out.extend((half as u16).to_le_bytes());
        }
        let mut offset = body;
        for (kind, virt, phys, bytes, memory) in &self.segments {
            out.extend(kind.to_le_bytes());
            if wide {
                out.extend(5u32.to_le_bytes());
            }
            for value in [offset, *virt, *phys, bytes.len() as u64, *memory] {
                self.word(&mut out, value);
            }
            if !wide {
                out.extend(5u32.to_le_bytes());
            }
            self.word(&mut out, 4);
            offset += bytes.len() as u64;
        }
        for segment in &self.segments {
            out.extend(&segment.3);
        }
        out.extend(&table);
        out.extend(&names);
        out.extend(vec![0; shent as usize]);
        let sections = [(2u32, symtab, table.len() as u64, 2u32), (3, strtab, names.len() as u64, 0)];
        for (kind, offset, size, link) in sections {
            out.extend(0u32.to_le_bytes());
            out.extend(kind.to_le_bytes());
            for value in [0, 0, offset, size] {
                self.word(&mut out, value);
            }
            out.extend(link.to_le_bytes());
            out.extend(0u32.to_le_bytes());
            self.word(&mut out, 0);
            self.word(&mut out, 0);
        }
        out
    }

    fn read(&self) -> Result<Image, Error> {
        Image::elf(self.bytes())
    }
}

/// What the message of a refused file says; the file must be refused.
fn complaint(result: Result<Image, Error>) -> String {
    result.expect_err("this file must be refused").to_string()
}

#[test]
fn both_classes_are_read() {
    for class in [Class::Bits32, Class::Bits64] {
        let image = Elf::new(class).read().expect("a good file");
        assert_eq!(image.target(), Some(Target { arch: Arch::RiscV, class }));
        assert_eq!(image.flags(), 5);
        assert_eq!(image.entry(), GuestPhys(0x8000_0000));
        let [segment] = image.segments() else { panic!("one segment, not {:?}", image.segments()) };
        assert_eq!(
            (segment.phys, segment.size_bytes, segment.last()),
            (GuestPhys(0x8000_0000), 0x40, GuestPhys(0x8000_003f))
        );
        assert_eq!(image.segment_bytes(segment), [0x13, 0, 0, 0, 0x6f, 0, 0, 0]);
        assert_eq!(image.notable().tohost, Some(GuestPhys(0x8000_0020)));
        assert_eq!(image.notable().fromhost, None);
        assert_eq!(image.code().len(), 1, "no section holds code, so the executable segment does");
        assert_eq!(image.code_bytes(&image.code()[0]).len(), 8);
    }
}

#[test]
fn symbols_are_found_by_address_and_by_name() {
    let mut elf = Elf::new(Class::Bits64);
    elf.symbols = vec![
        ("later", 0x8000_0010, 0, 0x02, 1),
        ("local_label", 0x8000_0000, 0, 0x00, 1),
        ("__stack_size", 0x8000_0008, 0, 0x10, 0xfff1),
        ("main", 0x8000_0000, 8, 0x12, 1),
        ("main_alias", 0x8000_0000, 8, 0x02, 1),
        (".Lhidden", 0x8000_0004, 0, 0x00, 1),
        ("$xrv64i2p1", 0x8000_0004, 0, 0x00, 1),
        ("$d", 0x8000_0020, 0, 0x00, 1),
        ("undefined", 0, 0, 0x10, 0),
        ("file.c", 0, 0, 0x04, 0xfff1),
    ];
    let image = elf.read().expect("a good file");
    let symbols = image.symbols();
    let names: Vec<_> = symbols.iter().map(|s| s.name).collect();
    assert_eq!(names, ["main", "main_alias", "local_label", "$xrv64i2p1", "__stack_size", "later", "$d"]);
    let near = |address| symbols.near(GuestVirt(address), Some(1)).map(|s| s.name);
    assert_eq!(near(0x7fff_ffff), Some("main"), "none is below");
    assert_eq!(near(0x8000_0007), Some("main"));
    assert_eq!(near(0x8000_0009), Some("__stack_size"), "a number, and main has ended");
    assert_eq!(near(0x8000_0020), Some("later"), "a mapping symbol is none");
    let at = |address| symbols.at(GuestVirt(address)).map(|(s, offset)| (s.name, offset));
    assert_eq!(at(0x7fff_ffff), None, "before the first");
    assert_eq!(at(0x8000_0000), Some(("main", 0)), "a global function wins");
    assert_eq!(at(0x8000_0004), Some(("main", 4)));
    assert_eq!(at(0x8000_0009), Some(("local_label", 9)), "main has ended, the label has no end");
    assert_eq!(at(0x8000_0123), Some(("later", 0x113)), "no size, no end");
    assert_eq!(symbols.named("main").map(|s| s.kind), Some(SymbolKind::Function));
    assert_eq!(symbols.named("__stack_size").map(|s| s.kind), Some(SymbolKind::Number));
    assert_eq!(symbols.named("nobody"), None);
}

#[test]
fn a_sized_symbol_ends() {
    let mut elf = Elf::new(Class::Bits32);
    elf.symbols = vec![("short", 0x8000_0000, 4, 0x12, 1)];
    let image = elf.read().expect("a good file");
    assert!(image.symbols().at(GuestVirt(0x8000_0003)).is_some());
    assert!(image.symbols().at(GuestVirt(0x8000_0004)).is_none());
}

#[test]
fn a_virtual_entry_and_virtual_symbols_become_physical() {
    let mut elf = Elf::new(Class::Bits64);
    elf.segments[0].1 = 0xffff_ffff_8000_0000;
    elf.entry = 0xffff_ffff_8000_0004;
    elf.symbols = vec![
        ("tohost", 0xffff_ffff_8000_0010, 8, 0x11, 1),
        ("begin_signature", 0xffff_ffff_8000_0020, 0, 0x10, 1),
        ("end_signature", 0xffff_ffff_8000_0040, 0, 0x10, 1),
    ];
    let image = elf.read().expect("a good file");
    assert_eq!(image.entry(), GuestPhys(0x8000_0004));
    assert_eq!(image.notable().tohost, Some(GuestPhys(0x8000_0010)));
    assert_eq!(image.notable().begin_signature, Some(GuestPhys(0x8000_0020)));
    assert_eq!(image.notable().end_signature, Some(GuestPhys(0x8000_0040)), "one past the segment");
}

#[test]
fn a_segment_may_go_around_the_end_of_virtual_addresses() {
    let mut elf = Elf::new(Class::Bits64);
    (elf.segments[0].1, elf.entry) = (u64::MAX - 0xf, 0x10);
    let image = elf.read().unwrap();
    assert_eq!(image.phys(GuestVirt(0x10)), Some(GuestPhys(0x8000_0020)));
    assert_eq!(image.phys(GuestVirt(u64::MAX - 0xf)), Some(GuestPhys(0x8000_0000)));
    assert_eq!(image.phys(GuestVirt(0x30)), None);
}

#[test]
fn raw_images_are_taken_as_they_are() {
    let image = Image::raw([1, 2, 3, 4], GuestPhys(0x100), GuestPhys(0x102)).expect("a good image");
    assert_eq!(image.target(), None);
    assert_eq!(image.entry(), GuestPhys(0x102));
    assert_eq!(image.segment_bytes(&image.segments()[0]), [1, 2, 3, 4]);
    assert_eq!(complaint(Image::raw([], GuestPhys(0), GuestPhys(0))), "the file is empty; build the program again");
    let text = complaint(Image::raw([0; 4], GuestPhys(0x100), GuestPhys(0x104)));
    assert!(text.starts_with("the entry 0x104 is outside every segment (0x100 to 0x103)"), "{text}");
    let text = complaint(Image::raw([0; 4], GuestPhys(u64::MAX - 2), GuestPhys(u64::MAX - 1)));
    assert!(text.contains("runs over the end of the address space"), "{text}");
    Image::raw([0; 4], GuestPhys(u64::MAX - 3), GuestPhys(u64::MAX - 1)).expect("the last four bytes are memory too");
}

#[test]
fn each_wrong_file_is_named() {
    assert_eq!(complaint(Image::elf([])), "the file is empty; build the program again");
    let text = complaint(Image::elf(b"#!/bin/sh\n"));
    assert!(text.starts_with("not an ELF file, it begins with 23 21 2f 62 69 6e 2f 73 (\"#!/bin/s\");"), "{text}");
    assert!(text.contains("--load ADDR"), "{text}");
    let text = complaint(Image::elf(b"\x7fELF\x02"));
    assert!(text.starts_with("truncated: the ELF header needs"), "{text}");

    let good = Elf::new(Class::Bits64);
    let wrong = |change: fn(&mut Elf)| {
        let mut elf = good.clone();
        change(&mut elf);
        complaint(elf.read())
    };
    type Damage = fn(&mut Elf);
    let cases: [(&str, Damage); 16] = [
        ("made for x86-64 (e_machine is 62), not for RISC-V or AArch64", |e| e.machine = 62),
        ("made for another machine (e_machine is 9999)", |e| e.machine = 9999),
        ("wrong ELF class 1 for AArch64", |e| (e.class, e.machine) = (Class::Bits32, 183)),
        ("a big-endian program (EI_DATA is 2)", |e| e.data = 2),
        ("an object file, not a program; link it first (e_type is 1)", |e| e.kind = 1),
        ("a core dump, not a program", |e| e.kind = 4),
        ("needs a dynamic linker (/lib/ld.so)", |e| e.segments.insert(0, (3, 0, 0, b"/lib/ld.so\0".to_vec(), 11))),
        ("no loadable segment", |e| e.segments.clear()),
        ("no loadable segment", |e| e.segments[0].0 = 6),
        ("no loadable segment", |e| e.segments[0] = (1, 0x8000_0000, 0x8000_0000, vec![], 0)),
        ("the entry 0x80000040 is outside every segment (0x80000000 to 0x8000003f)", |e| e.entry = 0x8000_0040),
        ("the entry 0x0 is outside every segment", |e| e.entry = 0),
        ("segments 0x80000000 to 0x8000003f and 0x8000003f to 0x80000042 overlap", |e| {
            e.segments.push((1, 0x8000_003f, 0x8000_003f, vec![0; 4], 4))
        }),
        ("malformed: segment 0 has 0x8 bytes in the file but 0x7 in memory", |e| e.segments[0].4 = 7),
        ("a segment at 0x80000000 of 0xffffffffffffffff bytes runs over", |e| e.segments[0].4 = u64::MAX),
        ("a segment at 0xfffffff0 of 0x40 bytes runs over", |e| {
            (e.class, e.segments[0].2) = (Class::Bits32, 0xffff_fff0)
        }),
    ];
    for (expected, change) in cases {
        let text = wrong(change);
        assert!(text.starts_with(expected), "expected {expected:?}, got {text:?}");
    }
}

#[test]
fn a_huge_zero_filled_segment_costs_nothing() {
    let mut elf = Elf::new(Class::Bits64);
    elf.segments[0].4 = 1 << 62;
    assert_eq!(elf.read().expect("only RAM can say that it is too big").segments()[0].size_bytes, 1 << 62);
}

#[test]
fn every_truncation_is_refused() {
    for class in [Class::Bits32, Class::Bits64] {
        let whole = Elf::new(class).bytes();
        for length in 1..whole.len() {
            let text = complaint(Image::elf(&whole[..length]));
            let known = text.starts_with("truncated: ") || (length < 4 && text.starts_with("not an ELF file"));
            assert!(known, "{length} of {} bytes: {text}", whole.len());
        }
    }
}

/// 64 KiB of RAM at 0x8000_0000, a ROM below it.
fn memory() -> Memory {
    let mut bus = emu_mem::BusBuilder::new();
    bus.ram("ram", GuestPhys(0x8000_0000), 0x1_0000).expect("free");
    bus.rom("rom", GuestPhys(0x1000), 0x1000).expect("free");
    bus.build().expect("it is small").memory().clone()
}

#[test]
fn segments_are_copied_into_ram_and_rom() {
    let mut elf = Elf::new(Class::Bits64);
    elf.segments.push((1, 0x1000, 0x1000, vec![9; 4], 4));
    let memory = memory();
    elf.read().expect("a good file").load(&memory).expect("both have memory under them");
    assert_eq!(memory.read::<u32>(GuestPhys(0x8000_0004)), Ok(0x6f));
    assert_eq!(memory.read::<u64>(GuestPhys(0x8000_0008)), Ok(0));
    assert_eq!(memory.read::<u32>(GuestPhys(0x1000)), Ok(0x0909_0909));
}

#[test]
fn a_segment_without_memory_is_refused_before_anything_is_copied() {
    let board = "\"rom\" (0x1000 to 0x1fff), \"ram\" (0x80000000 to 0x8000ffff)";
    for (start, size) in [(0x2000, 4), (0x1ffe, 4), (0x8000_fff0, 0x20), (0x9000_0000, 1 << 40)] {
        let mut elf = Elf::new(Class::Bits64);
        elf.segments.push((1, start, start, vec![9; 4], size));
        let memory = memory();
        let text = elf.read().expect("a good file").load(&memory).expect_err("no memory there").to_string();
        let expected = format!(
            "segment {start:#x} to {:#x} is outside the board's RAM and ROM, {board}; link it there, or choose another \
             --board or --memory",
            start + size - 1
        );
        assert_eq!(text, expected);
        assert_eq!(memory.read::<u32>(GuestPhys(0x8000_0004)), Ok(0));
    }
}

proptest! {
    /// Any few bytes of a good file replaced by anything: read or refused, never a panic, and what is read holds together.
    #[test]
    fn damaged_headers_never_panic(
        wide: bool,
        damage in prop::collection::vec((0usize..400, any::<u8>()), 1..6),
        words in prop::collection::vec((0usize..50, prop::sample::select(vec![0u64, 1, 0x7fff_ffff, 0xffff_ffff, 1 << 63, u64::MAX])), 0..3),
    ) {
        let mut bytes = Elf::new(if wide { Class::Bits64 } else { Class::Bits32 }).bytes();
        for (at, value) in damage {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        for (at, value) in words {
            let at = (at * 8) % (bytes.len() - 8);
            bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        match Image::elf(bytes) {
            Ok(image) => hold_together(&image),
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }

    /// Bytes that only begin like an ELF file.
    #[test]
    fn random_bytes_never_panic(class in 1u8..=2, body in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = vec![0x7f, b'E', b'L', b'F', class, 1, 1];
        bytes.extend(body);
        if let Ok(image) = Image::elf(bytes) {
            hold_together(&image);
        }
    }
}

/// What every accepted image promises.
fn hold_together(image: &Image) {
    assert!(!image.segments().is_empty());
    for pair in image.segments().windows(2) {
        assert!(pair[0].last() < pair[1].phys);
    }
    for segment in image.segments() {
        assert!(image.segment_bytes(segment).len() as u64 <= segment.size_bytes);
    }
    assert!(image.segments().iter().any(|s| s.holds(image.entry())));
    for section in image.code() {
        let _ = image.code_bytes(section);
    }
    for symbol in image.symbols().iter() {
        assert!(!symbol.name.is_empty());
        let _ = image.symbols().at(symbol.address);
    }
}

/// A kernel of 256 bytes with these words in its header.
fn kernel(text_offset: u64, image_size: u64, flags: u64) -> Vec<u8> {
    let mut bytes = vec![0; 256];
    for (at, word) in [(8, text_offset), (16, image_size), (24, flags)] {
        bytes[at..at + 8].copy_from_slice(&word.to_le_bytes());
    }
    bytes[56..60].copy_from_slice(b"ARM\x64");
    bytes
}

#[test]
fn a_kernel_goes_to_its_offset_above_the_start_of_memory() {
    // Offset, size and start of memory; then where it lies and what it takes.
    let cases = [
        (0x8_0000, 0x10_0000, 0x4000_0000, 0x4008_0000, 0x10_0000),
        (0, 0x10_0000, 0x4000_0000, 0x4000_0000, 0x10_0000),
        (0x8_0000, 0x100, 0x4010_0000, 0x4028_0000, 0x100),
        // What it says is less than what it has.
        (0x8_0000, 0x10, 0, 0x8_0000, 0x100),
        // One from before Linux 3.17.
        (0x1234_5678, 0, 0x4000_0000, 0x4008_0000, 0x100),
    ];
    for (offset, size, memory, phys, size_bytes) in cases {
        let file = kernel(offset, size, 0xa);
        assert!(Image::is_linux(&file));
        let mut image = Image::linux(file).unwrap();
        assert_eq!(image.target(), Some(Target { arch: Arch::AArch64, class: Class::Bits64 }));
        image.place_above(GuestPhys(memory)).unwrap();
        // Once is enough.
        image.place_above(GuestPhys(0x8000_0000)).unwrap();
        let [segment] = image.segments() else { panic!("one segment, not {:?}", image.segments()) };
        assert_eq!((segment.phys, segment.size_bytes, image.entry()), (GuestPhys(phys), size_bytes, GuestPhys(phys)));
        assert_eq!(image.code()[0].address, GuestVirt(phys));
    }
    let mut elf = Elf::new(Class::Bits64).read().unwrap();
    elf.place_above(GuestPhys(0x4000_0000)).unwrap();
    assert_eq!(elf.entry(), GuestPhys(0x8000_0000), "only kernels move");
}

#[test]
fn each_wrong_kernel_is_named() {
    assert!(!Image::is_linux(&kernel(0, 1, 0)[..63]));
    assert!(complaint(Image::linux([0; 64])).starts_with("not an ELF file"));
    assert!(complaint(Image::linux(kernel(0, 1, 1))).contains("big-endian; build it with CONFIG_CPU_LITTLE_ENDIAN"));
    assert!(complaint(Image::linux(kernel(6, 1, 0))).contains("text_offset 0x6 is no multiple of 4"));
    assert!(complaint(Image::linux(kernel(8, u64::MAX, 0))).contains("runs over the end of the address space"));
    let mut image = Image::linux(kernel(0x8_0000, 1, 0)).unwrap();
    let text = image.place_above(GuestPhys(u64::MAX - 4)).expect_err("there is no room").to_string();
    assert!(text.contains("runs over the end of the address space"), "{text}");
}
