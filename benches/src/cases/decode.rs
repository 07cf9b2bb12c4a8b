//! From words to decoded instructions, as the interpreter decodes them when it first sees them. The words are those of a
//! real program, in its own mixture.

use emu_core::hart::Arch as _;
use emu_core::image::Image;
use emu_core::riscv::state::Riscv;

use crate::Prepared;
use crate::guest::Guest;

/// Integer and floating-point code, compressed where it can be.
const PROGRAM: &[u8] = include_bytes!("../../kernels/elf/rv64/linpack.elf");
/// Instructions of one run.
const INSTRUCTIONS: usize = 1024;

/// The instructions of the program that are so many bytes long, from the start again where there are too few.
fn words(bytes: u64) -> Vec<u32> {
    let image = Image::elf(PROGRAM).expect("a committed program");
    let code = image.code_bytes(&image.code()[0]);
    let halfword = |at: usize| code.get(at..at + 2).map(|half| u32::from(u16::from_le_bytes([half[0], half[1]])));
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(first) = halfword(at) {
        let length = Riscv::instruction_bytes(first as u16);
        if length == bytes {
            words.push(first | halfword(at + 2).unwrap_or(0) << 16);
        }
        at += length as usize;
    }
    words.into_iter().cycle().take(INSTRUCTIONS).collect()
}

fn decode(bytes: u64) -> Prepared {
    let (guest, words) = (Guest::new(64), words(bytes));
    Prepared::new(INSTRUCTIONS, move || {
        let arch = &guest.hart().arch;
        words.iter().fold(0, |sum, &word| {
            let decoded = std::hint::black_box(arch.decode(word));
            sum + u64::from(decoded.row)
        })
    })
}

/// Compressed instructions, 16 bits.
pub(super) fn short() -> Prepared {
    decode(2)
}

/// 32 bits.
pub(super) fn long() -> Prepared {
    decode(4)
}
