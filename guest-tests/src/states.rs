//! Logs made of states, for a witness that shows all registers before every instruction, and not what each has written.
//!
//! A line holds the registers that are not what they were after the line before. What a trap does to the CSRs stands in the
//! line of the handler's first instruction, where both sides can tell it from what the instruction before has done.

use crate::commits::Line;
use crate::random::{self, BASE};
use emu_core::hart::Hart;
use emu_core::riscv::csr::{self, Cx};
use emu_core::riscv::state::Riscv;
use emu_core::slot::Slot;

/// The CSRs that are compared: those that QEMU shows, but for `satp`, which it shows as zero where TVM forbids to read it.
pub const CSRS: [(&str, u16); 16] = [
    ("mstatus", 0x300),
    ("mstatush", 0x310),
    ("mip", 0x344),
    ("mie", 0x304),
    ("mideleg", 0x303),
    ("medeleg", 0x302),
    ("mtvec", 0x305),
    ("stvec", 0x105),
    ("mepc", 0x341),
    ("sepc", 0x141),
    ("mcause", 0x342),
    ("scause", 0x142),
    ("mtval", 0x343),
    ("stval", 0x143),
    ("mscratch", 0x340),
    ("sscratch", 0x140),
];

/// Where the CSRs begin: after x0 to x31 and f0 to f31.
pub const FIRST_CSR: usize = 64;

/// All registers at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot(pub [u64; FIRST_CSR + CSRS.len()]);

impl Snapshot {
    /// Those of a hart between two instructions.
    pub fn of(hart: &Hart<Riscv>) -> Self {
        let cx = Cx::between(hart);
        Snapshot(std::array::from_fn(|at| match at.checked_sub(FIRST_CSR) {
            Some(csr) => csr::peek(&cx, CSRS[csr].1).unwrap_or_default(),
            None => hart.slots.get(Slot(at as u8)),
        }))
    }
}

/// An instruction that has retired.
#[derive(Clone, Debug)]
pub struct Retired {
    /// The privilege mode it ran in.
    pub mode: u8,
    /// Its address.
    pub pc: u64,
    /// Its encoding.
    pub word: u32,
    /// What it left.
    pub after: Snapshot,
}

/// The log of a program's body. Its first line shows all registers.
pub fn lines(retired: Vec<Retired>, xlen: u32) -> Vec<Line> {
    let start = retired.iter().position(|insn| insn.pc == random::body()).unwrap_or(retired.len());
    let body = &retired[start..];
    let mut before: Option<Snapshot> = None;
    let mut lines = Vec::new();
    for (at, insn) in body.iter().enumerate() {
        let mut after = insn.after.clone();
        let trapped = body.get(at + 1).is_some_and(|next| random::is_vector(next.pc));
        if let Some(before) = before.as_ref().filter(|_| trapped) {
            after.0[FIRST_CSR..].copy_from_slice(&before.0[FIRST_CSR..]);
        }
        lines.push(line(insn, before.as_ref(), &after, xlen));
        before = Some(after);
    }
    lines
}

fn line(insn: &Retired, before: Option<&Snapshot>, after: &Snapshot, xlen: u32) -> Line {
    let digits = xlen as usize / 4;
    let word = if insn.word & 3 == 3 { format!("{:08x}", insn.word) } else { format!("{:04x}", insn.word as u16) };
    let head = format!("{} 0x{:0digits$x} (0x{word})", insn.mode, insn.pc);
    let changed = (1..after.0.len()).filter(|&at| before.is_none_or(|before| before.0[at] != after.0[at]));
    let mut items: Vec<String> = changed
        .map(|at| {
            let value = after.0[at];
            match at {
                0..32 => format!("x{at} 0x{value:0digits$x}"),
                32..FIRST_CSR => format!("f{} 0x{value:016x}", at - 32),
                _ => {
                    let (name, number) = CSRS[at - FIRST_CSR];
                    format!("c{number}_{name} 0x{value:0digits$x}")
                }
            }
        })
        .collect();
    items.sort();
    Line { head, items }
}

/// A last line that says which doublewords from `from` on are not what they were at the beginning.
pub fn memory_line(from: u64, before: &[u8], after: &[u8]) -> Line {
    let pairs = before.chunks_exact(8).zip(after.chunks_exact(8)).enumerate();
    let changed = pairs.filter(|(_, (before, after))| before != after);
    let items = changed.map(|(at, (_, after))| {
        let value = after.iter().rev().fold(0, |value: u64, &byte| value << 8 | u64::from(byte));
        format!("mem 0x{:x} 0x{value:016x}", from + 8 * at as u64)
    });
    Line { head: Line::END.to_owned(), items: items.collect() }
}

/// What `image`, which is loaded at the base of RAM, holds at `pc`, in whichever view of it.
pub fn word_at(image: &[u8], pc: u64) -> u32 {
    let at = ((pc ^ BASE) & (u64::from(random::ALIAS) - 1)) as usize;
    let half = |at: usize| image.get(at..at + 2).map_or(0, |bytes| u32::from(u16::from_le_bytes([bytes[0], bytes[1]])));
    let low = half(at);
    if low & 3 == 3 { half(at + 2) << 16 | low } else { low }
}
