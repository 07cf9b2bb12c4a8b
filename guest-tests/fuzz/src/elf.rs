//! The target `elf`: bytes as an ELF file, read, looked at and run.

use emu_core::image::Image;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use guest_tests::asm;

use super::machine::{self, MEMORY};

/// In the files that `guest_tests::elf` writes: the headers at the beginning, and where the segment lies.
const HEADERS_BYTES: usize = 0x78;
const SEGMENT_AT: usize = 0x1000;

const INSNS: u64 = 500;

/// Reads the bytes as an ELF file, looks at everything that it says, and runs it. If the first byte is odd, what follows
/// is a list of changes (offset, value) to a valid file; otherwise it is the file.
pub fn elf(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let file = if choice & 1 == 0 { rest.to_vec() } else { mutated(choice & 2 != 0, rest) };
    let image = match Image::elf(file) {
        Ok(image) => image,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "an error without a text");
            return;
        }
    };
    for segment in image.segments() {
        let _ = (segment.last(), image.segment_bytes(segment).len(), image.phys(segment.virt));
    }
    for section in image.code() {
        let _ = image.code_bytes(section).len();
    }
    let symbols = image.symbols();
    for symbol in symbols.iter().take(64) {
        let _ = symbols.at(symbol.address);
        let _ = symbols.named(symbol.name);
    }
    let bits = image.target().map_or(64, |target| target.class.bits());
    if let Some(mut machine) = machine::load(&image, &Isa::all(bits), Config::default(), false) {
        let _ = machine.run(INSNS);
        let _ = (machine.stats(), machine.state_hash());
    }
}

/// A valid executable with one segment and symbols, changed in each byte that `changes` names.
fn mutated(wide: bool, changes: &[u8]) -> Vec<u8> {
    let code: Vec<u8> = [asm::addi(0, 0, 0), asm::addi(1, 1, 1), asm::j_offset(-4) | 0x6f]
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    let symbols = [("tohost", MEMORY + 0x100), ("fromhost", MEMORY + 0x108), ("begin_signature", MEMORY)];
    let mut file = guest_tests::elf::write(if wide { 64 } else { 32 }, MEMORY, &code, &symbols);
    for change in changes.chunks_exact(3) {
        // The file has a page of nothing between its headers and its segment, which is not worth changing.
        let place = usize::from(u16::from_le_bytes([change[0], change[1]]));
        let used = file.len() - SEGMENT_AT + HEADERS_BYTES;
        let at = place % used;
        file[if at < HEADERS_BYTES { at } else { at - HEADERS_BYTES + SEGMENT_AT }] = change[2];
    }
    file
}

#[cfg(test)]
mod tests {
    /// Changes are made to a file that the loader takes, not to one that it refuses at once.
    #[test]
    fn the_file_to_be_changed_is_valid() {
        for wide in [false, true] {
            let image = super::Image::elf(super::mutated(wide, &[])).unwrap();
            assert_eq!(image.entry().0, super::MEMORY);
            assert_eq!(image.notable().tohost.unwrap().0, super::MEMORY + 0x100);
        }
    }
}
