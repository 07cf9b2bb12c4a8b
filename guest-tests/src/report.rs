//! How a difference is shown: what differs, how to see it again, the program that shows it, and both states.

use crate::commits::{Line, State};
use crate::compare::Difference;
use crate::random::Program;
use emu_core::isa::{Packed, Place};
use emu_core::riscv::decode::Decoder;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::{Row, TABLE};
use std::fmt::{self, Display};

/// Lines that agree and are shown before the difference.
const BEFORE: usize = 8;
/// Lines that are shown behind it.
const BEHIND: usize = 4;

/// An instruction as text.
struct Insn {
    xlen: u32,
    pc: u64,
    word: u32,
}

struct Operands(&'static Row, Packed, Place);

impl Display for Operands {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0.show)(&self.1, self.2, out)
    }
}

impl Display for Insn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Decoder::new(Isa::all(self.xlen).extensions, self.xlen).find(self.word);
        let Some((row, operands)) = found.map(|(row, operands)| (&TABLE[row], operands)) else {
            return out.pad(&format!("undefined {:#x}", self.word));
        };
        let place = Place { pc: self.pc, bits: self.xlen };
        let name = format!("{}{}", row.name, (row.suffix)(&operands));
        out.pad(format!("{name:10} {}", Operands(row, operands, place)).trim_end())
    }
}

/// A program's body, one instruction a line.
pub fn listing(program: &Program) -> String {
    disassembly(program.xlen, crate::random::body(), &program.body())
}

/// Code that lies at `pc`, one instruction a line.
pub fn disassembly(xlen: u32, pc: u64, code: &[u8]) -> String {
    let mut text = String::new();
    let (mut at, end) = (0, code.len());
    while at < end {
        let half = |at: usize| code.get(at..at + 2).map_or(0, |b| u32::from(u16::from_le_bytes([b[0], b[1]])));
        let low = half(at);
        let (word, bytes) = if low & 3 == 3 { (half(at + 2) << 16 | low, 4) } else { (low, 2) };
        let insn = Insn { xlen, pc: pc + at as u64, word };
        let digits = bytes * 2;
        text.push_str(&format!("    {:x}  {word:0digits$x}{:pad$}  {insn}\n", insn.pc, "", pad = 8 - digits));
        at += bytes;
    }
    text
}

fn show(line: Option<&Line>, xlen: u32) -> String {
    let Some(line) = line else { return "(the log ends)".into() };
    let mut text = match (line.pc(), line.word()) {
        (Some(pc), Some(word)) => {
            let mode = match line.head.as_bytes()[0] {
                b'0' => 'U',
                b'1' => 'S',
                _ => 'M',
            };
            format!("{mode} {pc:x}  {:36}", Insn { xlen, pc, word })
        }
        _ => line.head.clone(),
    };
    for item in &line.items {
        text.push_str("  ");
        text.push_str(&readable(item));
    }
    text.trim_end().to_owned()
}

/// `x5 0x0000000a` as `x5=a`.
fn readable(item: &str) -> String {
    let hex = |digits: &str| {
        let digits = digits.trim_start_matches("0x").trim_start_matches('0');
        if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
    };
    let mut words = item.split(' ');
    let name = words.next().unwrap_or_default();
    // CSRs have their number before their name.
    let name = name.split_once('_').map_or(name, |(_, name)| name);
    match (words.next(), words.next()) {
        (Some(at), Some(value)) if name == "mem" => format!("[{}]={}", hex(at), hex(value)),
        (Some(at), None) if name == "mem" => format!("[{}]", hex(at)),
        (Some(value), _) => format!("{name}={}", hex(value)),
        _ => name.to_owned(),
    }
}

/// A line without what the other one has too, if that would be too much to look at.
fn essence(line: Option<&Line>, other: Option<&Line>) -> Option<Line> {
    let (line, other) = (line?, other?);
    let mut line = line.clone();
    if line.items.len() > 8 {
        line.items.retain(|item| !other.items.contains(item));
    }
    Some(line)
}

/// The difference, after its headline.
pub fn difference(difference: &Difference, xlen: u32) -> String {
    let Difference { witness, at, theirs, ours } = difference;
    let mut text = format!("  {at} instructions agree; the last of them:\n");
    for line in &theirs[at.saturating_sub(BEFORE)..*at] {
        let brief = essence(Some(line), Some(line));
        text.push_str(&format!("    {}\n", show(brief.as_ref(), xlen)));
    }
    text.push_str("  then\n");
    let (their, our) = (theirs.get(*at), ours.get(*at));
    for (name, line, other) in [(*witness, their, our), ("emu", our, their)] {
        let brief = essence(line, other);
        text.push_str(&format!("    {:8}{}\n", name, show(brief.as_ref().or(line), xlen)));
    }
    for (name, lines) in [(*witness, theirs), ("emu", ours)] {
        let behind = lines.get(at + 1..).unwrap_or_default().iter().take(BEHIND);
        let behind: Vec<_> = behind.map(|line| show(Some(line), xlen)).collect();
        if !behind.is_empty() {
            text.push_str(&format!("  {name} goes on\n    {}\n", behind.join("\n    ")));
        }
    }
    let end = |lines: &[Line]| State::after(&lines[..lines.len().min(at + 1)]);
    text.push_str(&end(theirs).beside(&end(ours), witness));
    text
}
