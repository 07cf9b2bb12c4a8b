//! Which instructions of a plain program ran, and which did not: from its functions and the counts of each instruction, without any
//! instrumentation. How it is written is the business of `report/coverage`.

use std::collections::BTreeMap;

use emu_core::hart::Arch;
use emu_core::image::Image;
use emu_core::isa::Kind;
use emu_core::machine::Machine;

use crate::profile::functions;
use crate::report::place;

/// A function, whether it ran or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// Its instructions by address; what the file has there that is no instruction is left out.
    pub(crate) insns: Vec<Insn>,
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Insn {
    /// Its address.
    pub(crate) at: u64,
    /// Its length in bytes.
    pub(crate) bytes: u64,
    /// How often it ran.
    pub(crate) retired: u64,
    /// How often it was taken, if it is a conditional branch.
    pub(crate) taken: u64,
    /// What it does to the flow of control.
    pub(crate) kind: Kind,
}

/// All functions of a program that has run. `None` if its machine was not told to keep where instructions were.
pub(crate) fn of<A: Arch>(image: &Image, machine: &Machine<A>) -> Option<Vec<Function>> {
    let tallies = machine.tallies()?;
    let arch = &machine.harts().first()?.arch;
    let mut counts: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for tally in tallies {
        let sum = counts.entry(tally.pc).or_default();
        *sum = (sum.0 + tally.retired, sum.1 + tally.taken);
    }
    let mut found = Vec::new();
    let extents = functions(image);
    for section in image.code() {
        let (bytes, base) = (image.code_bytes(section), section.address.0);
        let mut offset = 0;
        while let Some(first) = half(bytes, offset) {
            let at = base.wrapping_add(offset as u64);
            let size = A::instruction_bytes(first);
            let high = if size == 4 { half(bytes, offset + 2) } else { Some(0) };
            offset += size as usize;
            let (Some(high), Some(extent)) = (high, extents.around(at)) else { continue };
            let decoded = arch.decode(u32::from(first) | u32::from(high) << 16);
            if decoded.row == u16::MAX {
                continue;
            }
            let (retired, taken) = counts.get(&at).copied().unwrap_or_default();
            let insn = Insn { at, bytes: size, retired, taken, kind: decoded.kind };
            match found.last_mut() {
                Some((start, Function { insns, .. })) if *start == extent.start => insns.push(insn),
                _ => {
                    let name = place::label(extent.start, image.symbols());
                    let name = name.unwrap_or_else(|| format!("{:#x}", extent.start));
                    found.push((extent.start, Function { name, insns: vec![insn] }));
                }
            }
        }
    }
    Some(found.into_iter().map(|(_, function)| function).collect())
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}
