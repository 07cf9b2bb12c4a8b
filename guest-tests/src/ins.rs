//! Instruction vectors: one line tests length, disassembly and meaning of one instruction.
//!
//! ```text
//! rv64
//! [93 85 15 00] "addi a1,a1,1"  a1 = 0x7fffffff => a1 = 0x80000000;
//! [2f a5 c5 00] "amoadd.w a0,a2,(a1)"  a1 = 0x80002002, a2 = 1 => trap 6 0x80002002;
//! ```
//!
//! Sections are `rv32`, `rv64` and `both`; `#` begins a comment. Before `=>` and after it stand registers by their
//! ABI names, CSRs by theirs, `mode`, and memory cells `[ADDRESS]:BYTES = value`; after it also `pc = +N` (relative) or
//! `pc = ADDRESS`, and `trap CAUSE TVAL`. The instruction stands at [`CODE`]. What is not named is zero before, and must
//! not change: every register and the floating-point flags are looked at, memory only where it is named.

use crate::asm::csrrw;
use crate::subject::ram_board;
use emu_core::hart::Hart;
use emu_core::interp::run::Interp;
use emu_core::isa::Place;
use emu_core::riscv::csr;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::slots::{FRM, FS, fpr, name, src};
use emu_core::riscv::state::{Config, Riscv};
use emu_core::riscv::table::TABLE;
use emu_core::slot::Slot;
use emu_devices::board::Options;
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use std::fmt;

/// Where RAM begins.
pub const RAM: u64 = 0x8000_0000;
/// How much there is.
pub const RAM_BYTES: u64 = 0x10_0000;
/// Where the instruction stands.
pub const CODE: u64 = 0x8000_1000;
/// Where traps go.
pub const HANDLER: u64 = 0x8000_0100;

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vector {
    /// Where it stands in its file, from 1.
    pub line: usize,
    /// The instruction, as it lies in memory.
    pub bytes: Vec<u8>,
    /// What the disassembler says: name, space, operands.
    pub text: String,
    /// The XLENs it is for.
    pub xlens: &'static [u32],
    /// State before.
    pub before: Vec<Item>,
    /// State after, as far as it differs.
    pub after: Vec<Item>,
}

/// One piece of state.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it; the syntax is described above")]
pub enum Item {
    Register(Slot, u64),
    Csr {
        name: String,
        number: u16,
        value: u64,
    },
    Mode(u8),
    Memory {
        address: u64,
        bytes: usize,
        value: u64,
    },
    /// Relative to the instruction.
    PcOffset(i64),
    Pc(u64),
    Trap {
        cause: u64,
        tval: u64,
    },
}

/// What is wrong with a file of vectors.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub why: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.why)
    }
}

/// Reads a file of vectors.
///
/// # Errors
/// The first line that is none.
pub fn parse(text: &str) -> Result<Vec<Vector>, Malformed> {
    let mut vectors = Vec::new();
    let mut xlens: Option<&'static [u32]> = None;
    for (at, whole) in text.lines().enumerate() {
        let line = at + 1;
        let wrong = |why: String| Malformed { line, why };
        match whole.split('#').next().unwrap_or_default().trim() {
            "" => {}
            "rv32" => xlens = Some(&[32]),
            "rv64" => xlens = Some(&[64]),
            "both" => xlens = Some(&[32, 64]),
            vector => {
                let xlens = xlens.ok_or_else(|| wrong("a section (rv32, rv64 or both) must stand before".into()))?;
                vectors.push(parse_vector(line, vector, xlens).map_err(wrong)?);
            }
        }
    }
    Ok(vectors)
}

/// The parts of a line: the instruction's bytes, its text, and what stands before and after `=>`.
pub(crate) fn split(text: &str) -> Result<(Vec<u8>, &str, &str, &str), String> {
    let rest = text.strip_prefix('[').ok_or("a vector begins with [ and its bytes")?;
    let (bytes, rest) = rest.split_once(']').ok_or("] is missing behind the bytes")?;
    let bytes = bytes.split(' ').map(|digits| match digits.len() {
        2 => u8::from_str_radix(digits, 16).map_err(|_| format!("{digits:?} is not a byte in hexadecimal")),
        _ => Err(format!("{digits:?} is not a byte of two digits")),
    });
    let bytes = bytes.collect::<Result<Vec<_>, _>>()?;
    if bytes.len() != 2 && bytes.len() != 4 {
        return Err(format!("an instruction has 2 or 4 bytes, not {}", bytes.len()));
    }
    let rest = rest.trim_start().strip_prefix('"').ok_or("the text in quotes is missing behind the bytes")?;
    let (text, rest) = rest.split_once('"').ok_or("the closing quote is missing")?;
    let rest = rest.strip_suffix(';').ok_or("; is missing at the end")?;
    let (before, after) = rest.split_once("=>").ok_or("=> is missing between before and after")?;
    Ok((bytes, text, before, after))
}

fn parse_vector(line: usize, text: &str, xlens: &'static [u32]) -> Result<Vector, String> {
    let (bytes, text, before, after) = split(text)?;
    let (before, after) = (parse_items(before)?, parse_items(after)?);
    if before.iter().any(|item| matches!(item, Item::Trap { .. } | Item::Pc(_) | Item::PcOffset(_))) {
        return Err("trap and pc can only stand after =>".into());
    }
    Ok(Vector { line, bytes, text: text.into(), xlens, before, after })
}

fn parse_items(text: &str) -> Result<Vec<Item>, String> {
    match text.trim() {
        "" => Ok(Vec::new()),
        text => text.split(',').map(|item| parse_item(item.trim())).collect(),
    }
}

fn parse_item(text: &str) -> Result<Item, String> {
    if let Some(rest) = text.strip_prefix("trap ") {
        let (cause, tval) = rest.split_once(' ').ok_or_else(|| format!("{text:?} needs a cause and a tval"))?;
        return Ok(Item::Trap { cause: number(cause)?, tval: number(tval)? });
    }
    let (what, value) = text.split_once(" = ").ok_or_else(|| format!("{text:?} is not `name = value`"))?;
    if what == "pc" {
        return match value.strip_prefix('+') {
            Some(digits) => Ok(Item::PcOffset(number(digits)? as i64)),
            None => match value.strip_prefix('-') {
                Some(digits) => Ok(Item::PcOffset((number(digits)? as i64).wrapping_neg())),
                None => Ok(Item::Pc(number(value)?)),
            },
        };
    }
    let value = number(value)?;
    if let Some(cell) = what.strip_prefix('[') {
        let (address, bytes) = cell.split_once("]:").ok_or_else(|| format!("{what:?} is not [ADDRESS]:BYTES"))?;
        let (address, bytes) = (number(address)?, number(bytes)?);
        if !matches!(bytes, 1 | 2 | 4 | 8) || !(RAM..=RAM + RAM_BYTES - bytes).contains(&address) {
            return Err(format!("{what:?} is not a cell of 1, 2, 4 or 8 bytes in RAM"));
        }
        if bytes < 8 && value >> (bytes * 8) != 0 {
            return Err(format!("{value:#x} is too big for {bytes} bytes"));
        }
        return Ok(Item::Memory { address, bytes: bytes as usize, value });
    }
    if what == "mode" {
        return match value {
            0 | 1 | 3 => Ok(Item::Mode(value as u8)),
            _ => Err(format!("there is no mode {value}; modes are 0, 1 and 3")),
        };
    }
    if let Some(slot) = registers().find(|&slot| name(slot) == what) {
        return match slot.0 {
            0 => Err("zero cannot be set".into()),
            _ => Ok(Item::Register(slot, value)),
        };
    }
    match csr::number(what) {
        Some(number) => Ok(Item::Csr { name: what.to_owned(), number, value }),
        None => Err(format!("there is no register {what:?}")),
    }
}

pub(crate) fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("{text:?} is not a number"))
}

fn registers() -> impl Iterator<Item = Slot> {
    (0..32).map(src).chain((0..32).map(fpr))
}

/// An instruction word as our disassembler prints it at `pc` without aliases, and its row in the table; `None` if undefined.
pub fn disassemble(hart: &Hart<Riscv>, word: u32, pc: u64) -> Option<(String, usize)> {
    let (number, operands) = hart.arch.decoder.find(word)?;
    let place = Place { pc, bits: hart.arch.isa.xlen };
    Some((TABLE[number].text(&operands, place).to_string(), number))
}

impl Vector {
    /// The instruction; a short one has zeros in its upper half.
    pub fn word(&self) -> u32 {
        self.bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))
    }

    /// Runs it at one XLEN: the row of the table that it has tested.
    ///
    /// # Errors
    /// A text that says all that is different.
    pub fn run(&self, xlen: u32) -> Result<usize, String> {
        let board = ram_board(RAM, RAM_BYTES).build(&Options::new(Console::captured())).map_err(|e| e.to_string())?;
        let machine = emu_core::riscv::machine(board, &Isa::all(xlen), Config::default(), "");
        let hart = &machine.harts()[0];
        let (text, row) = disassemble(hart, self.word(), CODE).ok_or("is not decoded")?;
        let mut wrong = Vec::new();
        if TABLE[row].bytes as usize != self.bytes.len() {
            wrong.push(format!("has {} bytes, not {}", TABLE[row].bytes, self.bytes.len()));
        }
        if text != self.text {
            wrong.push(format!("is printed {text:?}, not {:?}", self.text));
        }
        self.prepare(hart)?;
        let known = [FRM].map(|slot| (slot, hart.slots.get(slot)));
        let flags = peek(hart, "fflags");
        let registers: Vec<_> = registers().map(|slot| (slot, hart.slots.get(slot))).collect();

        put(hart, CODE, &self.bytes)?;
        hart.pc.set(CODE);
        let retired = hart.retired.get();
        Interp::default().run(hart, 1);

        let mut expected =
            Expected { registers, flags, pc: hart.arch.wrap(CODE + self.bytes.len() as u64), trap: None };
        for item in &self.after {
            match item {
                &Item::Register(slot, value) => expected.registers[slot.0 as usize].1 = wrap(hart, slot, value),
                &Item::PcOffset(offset) => expected.pc = hart.arch.wrap(CODE.wrapping_add_signed(offset)),
                &Item::Pc(pc) => expected.pc = hart.arch.wrap(pc),
                &Item::Trap { cause, tval } => {
                    expected.trap = Some((cause, tval));
                    expected.pc = HANDLER;
                }
                &Item::Mode(mode) => compare(&mut wrong, "mode", hart.mode.get().into(), mode.into()),
                Item::Csr { name, value, .. } if name == "fflags" => expected.flags = *value,
                Item::Csr { name, value, .. } => compare(&mut wrong, name, peek(hart, name), hart.arch.wrap(*value)),
                &Item::Memory { address, bytes, value } => {
                    compare(&mut wrong, &format!("[{address:#x}]:{bytes}"), get(hart, address, bytes)?, value);
                }
            }
        }
        let names_frm =
            self.after.iter().any(|item| matches!(item, Item::Csr { name, .. } if name == "frm" || name == "fcsr"));
        for (slot, value) in known.into_iter().filter(|_| !names_frm) {
            compare(&mut wrong, "frm", hart.slots.get(slot), value);
        }
        for (slot, value) in expected.registers {
            compare(&mut wrong, name(slot), hart.slots.get(slot), value);
        }
        compare(&mut wrong, "fflags", peek(hart, "fflags"), expected.flags);
        compare(&mut wrong, "pc", hart.pc.get(), expected.pc);
        let trapped = hart.retired.get() == retired;
        let trap = trapped.then(|| (peek(hart, "mcause"), peek(hart, "mtval")));
        if trap != expected.trap {
            wrong.push(format!("trap (cause, tval) {trap:x?}, not {:x?}", expected.trap));
        }
        if wrong.is_empty() { Ok(row) } else { Err(wrong.join("; ")) }
    }

    fn prepare(&self, hart: &Hart<Riscv>) -> Result<(), String> {
        Riscv::reset(hart, CODE);
        registers().skip(1).for_each(|slot| hart.slots.set(slot, 0));
        hart.slots.set(FS, 3);
        set_csr(hart, csr::number("mtvec").ok_or("no mtvec")?, HANDLER)?;
        for item in &self.before {
            match *item {
                Item::Csr { number, value, .. } => set_csr(hart, number, value)?,
                Item::Memory { address, bytes, value } => put(hart, address, &value.to_le_bytes()[..bytes])?,
                _ => {}
            }
        }
        // Last, because CSRs are set through a register.
        for item in &self.before {
            match *item {
                Item::Register(slot, value) => hart.slots.set(slot, wrap(hart, slot, value)),
                Item::Mode(mode) => hart.arch.set_mode(hart, mode),
                _ => {}
            }
        }
        Ok(())
    }
}

struct Expected {
    registers: Vec<(Slot, u64)>,
    flags: u64,
    pc: u64,
    trap: Option<(u64, u64)>,
}

fn compare(wrong: &mut Vec<String>, what: &str, is: u64, should: u64) {
    if is != should {
        wrong.push(format!("{what} = {is:#x}, not {should:#x}"));
    }
}

/// Integer registers are XLEN bits wide, the others 64.
fn wrap(hart: &Hart<Riscv>, slot: Slot, value: u64) -> u64 {
    if slot.0 < 32 { hart.arch.wrap(value) } else { value }
}

fn peek(hart: &Hart<Riscv>, name: &str) -> u64 {
    csr::number(name).and_then(|number| csr::peek(&csr::Cx::between(hart), number)).unwrap_or_default()
}

/// By an instruction, so that the register takes what it would take from software.
fn set_csr(hart: &Hart<Riscv>, number: u16, value: u64) -> Result<(), String> {
    put(hart, CODE, &csrrw(0, number.into(), 5).to_le_bytes())?;
    hart.slots.set(src(5), hart.arch.wrap(value));
    hart.pc.set(CODE);
    Interp::default().run(hart, 1);
    hart.slots.set(src(5), 0);
    hart.code_changed();
    Ok(())
}

fn put(hart: &Hart<Riscv>, address: u64, bytes: &[u8]) -> Result<(), String> {
    hart.memory.write_bytes(GuestPhys(address), bytes).map_err(|_| format!("{address:#x} is not in RAM"))
}

fn get(hart: &Hart<Riscv>, address: u64, bytes: usize) -> Result<u64, String> {
    let mut cell = [0; 8];
    let read = hart.memory.read_bytes(GuestPhys(address), &mut cell[..bytes]);
    read.map(|()| u64::from_le_bytes(cell)).map_err(|_| format!("{address:#x} is not in RAM"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read() {
        let text =
            "# head\nboth\n[85 05] \"c.addi a1,1\"  a1 = 1, [0x80002000]:4 = 7 => a1 = 2, pc = -0x10, trap 2 0; # x";
        let vector = &parse(text).unwrap()[0];
        assert_eq!((vector.line, vector.word(), vector.text.as_str()), (3, 0x0585, "c.addi a1,1"));
        assert_eq!(
            vector.before,
            [Item::Register(src(11), 1), Item::Memory { address: 0x8000_2000, bytes: 4, value: 7 }]
        );
        assert_eq!(vector.after[1..], [Item::PcOffset(-16), Item::Trap { cause: 2, tval: 0 }]);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        let wrong = [
            ("[85 05] \"c.addi a1,1\" => a1 = 1", "; is missing"),
            ("[85 05 00] \"x\" => ;", "2 or 4 bytes"),
            ("[8505] \"x\" => ;", "two digits"),
            ("[85 05] \"x\" a99 = 1 => ;", "no register \"a99\""),
            ("[85 05] \"x\" zero = 1 => ;", "zero cannot"),
            ("[85 05] \"x\" a1 = 1 ;", "=> is missing"),
            ("[85 05] \"x\" a1=1 => ;", "`name = value`"),
            ("[85 05] \"x\" pc = +4 => ;", "only stand after"),
            ("[85 05] \"x\" [0x80002000]:3 = 1 => ;", "not a cell"),
            ("[85 05] \"x\" [0x80002000]:1 = 256 => ;", "too big"),
        ];
        for (line, why) in wrong {
            let error = parse(&format!("rv64\n{line}")).unwrap_err();
            assert!(error.line == 2 && error.why.contains(why), "{line}: {error}");
        }
        assert!(parse("[85 05] \"x\" => ;").unwrap_err().why.contains("section"));
    }

    #[test]
    fn a_vector_that_is_not_so_fails() {
        let fails = |line: &str| parse(&format!("rv64\n{line}")).unwrap()[0].run(64).unwrap_err();
        assert!(fails("[93 85 15 00] \"addi a1,a1,1\" a1 = 1 => a1 = 3;").contains("a1 = 0x2, not 0x3"));
        assert!(fails("[93 85 15 00] \"addi a1,a1,2\" a1 = 1 => a1 = 2;").contains("is printed"));
        assert!(fails("[93 85 15 00] \"addi a1,a1,1\" a1 = 1 => a1 = 2, trap 2 0;").contains("trap"));
        assert!(fails("[93 85 15 00] \"addi a1,a1,1\" a1 = 1 => a1 = 2, pc = +8;").contains("pc"));
        assert!(fails("[93 85 15 00] \"addi a1,a1,1\" a1 = 1 => ;").contains("a1 = 0x2, not 0x1"));
    }
}
