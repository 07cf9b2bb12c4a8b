//! Which instruction set a program gets: what was asked for, else what the board says, else everything there is.

use anyhow::{Result, ensure};
use emu_core::image::Image;
use emu_core::riscv::isa_string::Isa;

/// Chooses the instruction set for the program `name`. `asked` comes from `--isa`, `board` from a board file.
///
/// # Errors
///
/// A string with unknown or contradictory parts, or one for registers of another width than the program's.
pub(crate) fn choose(name: &str, image: &Image, asked: Option<&str>, board: Option<&str>) -> Result<Isa> {
    let bits = image.target().map(|target| target.class.bits());
    let Some(text) = asked.or(board) else { return Ok(Isa::all(bits.unwrap_or(64))) };
    let isa = Isa::parse(text)?;
    if let Some(bits) = bits {
        ensure!(
            bits == isa.xlen,
            "{name}: a program for {bits} bits cannot run as {text}, which has {}; choose another --isa or build it with -march={text}",
            isa.xlen
        );
    }
    Ok(isa)
}
