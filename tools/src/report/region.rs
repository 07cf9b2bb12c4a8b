//! A translated region as text: the guest's code, what was asked of Cranelift, and the host's code.

use std::fmt::Write;

use emu_core::hart::Arch;
use emu_core::image::SymbolTable;
use emu_jit::Translated;

use super::code::Code;
use super::place::{label, place};

/// Everything there is to see of a region.
pub(crate) fn text<A: Arch>(region: &Translated<A>, code: &mut Code<'_>, symbols: SymbolTable<'_>) -> String {
    let (blocks, host) = (region.blocks(), region.code());
    let insns: usize = blocks.iter().map(|block| block.insns.len()).sum();
    let mut out = format!(
        "region at {}: {} in {}, {} bytes of host code at {:#x}\n\nguest code:\n",
        place(region.head(), symbols),
        counted(insns, "instruction"),
        counted(blocks.len(), "block"),
        host.len(),
        host.start
    );
    // Writing to a string cannot fail.
    for block in &blocks {
        let start = block.insns[0].pc;
        let name = label(start, symbols).map_or(String::new(), |label| format!(" <{label}>"));
        let entry = if block.is_entry { ", an entry" } else { "" };
        let _ = writeln!(out, "{start:x}{name}{entry}:");
        for (n, insn) in block.insns.iter().enumerate() {
            let is_left = block.leaves && n + 1 == block.insns.len();
            let _ = writeln!(out, "  {}{}", code.line(insn), if is_left { "   ; left to the interpreter" } else { "" });
        }
    }
    match region.explain() {
        Ok(explained) => {
            let _ = write!(out, "\nCranelift IR (@ and the lower half of a guest address):\n{}", explained.ir);
            let _ = write!(out, "\nCranelift IR, optimised:\n{}", explained.optimised_ir);
            let _ = write!(out, "\nhost code:\n{}", explained.host);
        }
        Err(error) => {
            let _ = writeln!(out, "\nno IR and no host code: {error}");
        }
    }
    out
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
