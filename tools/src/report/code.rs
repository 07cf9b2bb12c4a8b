//! Guest instructions as lines of text, one by one, wherever they come from.

use anyhow::Result;
use emu_core::image::Image;
use emu_jit::GuestInsn;

use super::place::label;
use crate::cli::dis::decoder::{Decoder, Line};

/// Names instructions.
pub(crate) struct Code<'a> {
    decoder: Decoder,
    image: &'a Image,
}

impl<'a> Code<'a> {
    /// For a program and its processor, as it is chosen.
    ///
    /// # Errors
    ///
    /// There is no such processor.
    pub(crate) fn new(image: &'a Image, processor: &str) -> Result<Self> {
        Ok(Code { decoder: Decoder::new("", image, Some(processor), false)?, image })
    }

    /// The instruction that was seen at an address, as text, and how many bytes it has.
    pub(crate) fn word(&mut self, pc: u64, word: u32) -> (u64, String) {
        let (bytes, line) = self.decoder.line(pc, &word.to_le_bytes());
        (bytes as u64, self.text(line))
    }

    /// The same of what the program's file has there; `None` if it has no code there.
    pub(crate) fn at(&mut self, pc: u64) -> Option<(u64, String)> {
        let section = self.image.code().iter().find(|section| {
            pc.checked_sub(section.address.0).is_some_and(|offset| offset < self.image.code_bytes(section).len() as u64)
        })?;
        let bytes = self.image.code_bytes(section).get((pc - section.address.0) as usize..)?;
        if bytes.len() < 2 {
            return None;
        }
        let (size, line) = self.decoder.line(pc, bytes);
        Some((size as u64, self.text(line)))
    }

    /// `bnez a0,80000010 <main+0x10>`
    fn text(&self, line: Line) -> String {
        let target = line.target.and_then(|at| label(at, self.image.symbols()));
        let target = target.map_or(String::new(), |name| format!(" <{name}>"));
        format!("{} {}{target}", line.text.name, line.text.operands).trim_end().to_owned()
    }

    /// `80000012:  00b50533  add a0,a0,a1`
    pub(crate) fn line(&mut self, insn: &GuestInsn) -> String {
        let bytes = insn.word.to_le_bytes();
        let (_, line) = self.decoder.line(insn.pc, &bytes[..(insn.bytes as usize).min(bytes.len())]);
        let digits = insn.bytes as usize * 2;
        let word = if insn.bytes == 2 { insn.word & 0xffff } else { insn.word };
        let names = |at: Option<u64>| at.and_then(|at| label(at, self.image.symbols()));
        let target = names(line.target).map_or(String::new(), |name| format!(" <{name}>"));
        let made = line.address.map(|at| match names(Some(at)) {
            Some(name) => format!(" # {at:x} <{name}>"),
            None => format!(" # {at:x}"),
        });
        let (text, made) = (line.text, made.unwrap_or_default());
        let line = format!("{:x}:  {word:0digits$x}{:pad$}  {:<7} ", insn.pc, "", text.name, pad = 8 - digits.min(8));
        format!("{line}{}{target}{made}", text.operands).trim_end().to_owned()
    }
}
