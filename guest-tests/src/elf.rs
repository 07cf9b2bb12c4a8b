//! Writes ELF files for RISC-V: one segment, and the symbols that a host looks for. No linker, no compiler.

/// The ELF file of `image`, loaded at `base` and entered there, with these doublewords as
/// symbols. `xlen` is 32 or 64.
pub fn write(xlen: u32, base: u64, image: &[u8], symbols: &[(&str, u64)]) -> Vec<u8> {
    let wide = xlen == 64;
    let (header, program, section) = if wide { (64, 56, 64) } else { (52, 32, 40) };
    let word = |out: &mut Vec<u8>, value: u64| {
        if wide {
            out.extend(value.to_le_bytes());
        } else {
            out.extend((value as u32).to_le_bytes());
        }
    };

    // Names: the sections', then the symbols'.
    let mut names = b"\0.text\0.symtab\0.strtab\0".to_vec();
    let mut table = vec![0; if wide { 24 } else { 16 }];
    for &(name, value) in symbols {
        let at = names.len() as u32;
        names.extend(name.as_bytes());
        names.push(0);
        table.extend(at.to_le_bytes());
        // Global, no type, in section 1, eight bytes: QEMU asks for that.
        if wide {
            table.extend([0x10, 0, 1, 0]);
            table.extend(value.to_le_bytes());
            table.extend(8u64.to_le_bytes());
        } else {
            table.extend((value as u32).to_le_bytes());
            table.extend(8u32.to_le_bytes());
            table.extend([0x10, 0, 1, 0]);
        }
    }
    let image_at = 0x1000;
    let table_at = image_at + image.len().next_multiple_of(8);
    let names_at = table_at + table.len();
    let sections_at = (names_at + names.len()).next_multiple_of(8);

    let mut out = vec![0x7f, b'E', b'L', b'F', if wide { 2 } else { 1 }, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // Executable, EM_RISCV, version 1.
    out.extend([2, 0, 243, 0, 1, 0, 0, 0]);
    word(&mut out, base);
    word(&mut out, header);
    word(&mut out, sections_at as u64);
    // Flags: RVC, double-float ABI.
    out.extend(5u32.to_le_bytes());
    for half in [header as u16, program as u16, 1, section as u16, 4, 3] {
        out.extend(half.to_le_bytes());
    }
    // One segment: loadable, readable, writable, executable.
    out.extend(1u32.to_le_bytes());
    if wide {
        out.extend(7u32.to_le_bytes());
    }
    for value in [image_at as u64, base, base, image.len() as u64, image.len() as u64] {
        word(&mut out, value);
    }
    if !wide {
        out.extend(7u32.to_le_bytes());
    }
    word(&mut out, 0x1000);
    out.resize(image_at, 0);
    out.extend(image);
    out.resize(table_at, 0);
    out.extend(&table);
    out.extend(&names);
    out.resize(sections_at, 0);

    // name, type, flags, address, offset, size, link, info, alignment, entry size
    let entry = if wide { 24 } else { 16 };
    let sections = [
        [0; 10],
        [1, 1, 7, base, image_at as u64, image.len() as u64, 0, 0, 16, 0],
        [7, 2, 0, 0, table_at as u64, table.len() as u64, 3, 1, 8, entry],
        [15, 3, 0, 0, names_at as u64, names.len() as u64, 0, 0, 1, 0],
    ];
    for section in sections {
        for (at, value) in section.into_iter().enumerate() {
            match at {
                0 | 1 | 6 | 7 => out.extend((value as u32).to_le_bytes()),
                _ => word(&mut out, value),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use emu_core::image::Image;

    #[test]
    fn what_is_written_is_what_the_loader_reads() {
        for xlen in [32, 64] {
            let file = super::write(xlen, 0x8000_0000, &[0x13, 0, 0, 0, 1], &[("tohost", 0x8000_0004)]);
            let image = Image::elf(file).unwrap();
            assert_eq!(image.entry().0, 0x8000_0000);
            assert_eq!(image.target().unwrap().class.bits(), xlen);
            assert_eq!(image.segment_bytes(&image.segments()[0]), [0x13, 0, 0, 0, 1]);
            assert_eq!(image.notable().tohost.unwrap().0, 0x8000_0004);
        }
    }
}
