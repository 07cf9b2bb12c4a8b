//! Vectors for AArch64: the same lines as in [`crate::ins`], with AArch64's registers.
//!
//! ```text
//! [21 04 00 91] "add x1, x1, #0x1"  x1 = 0x7fffffff => x1 = 0x80000000;
//! [00 00 20 d4] "brk #0x0"  => trap 0xf2000000 0;
//! ```
//!
//! Names are `x0` to `x30`, `sp`, `nzcv` (N 8, Z 4, C 2, V 1), `v0` to `v31`, `fpcr`, `fpsr`, memory `[ADDRESS]:8`, `pc = +N` and
//! `pc = ADDRESS`, `trap ESR FAR`. What is not named is zero before, and must not change.

use super::record::{CODE, DATA, DATA_BYTES, Outcome, Record, State};
use super::subject::Subject;
use crate::ins::{Malformed, number, split};
use emu_core::aarch64::table::TABLE;
use emu_core::isa::Place;
use std::fmt::Write;

/// What BRK #1, which stands behind each instruction, raises.
const BEHIND: u64 = 0xf200_0001;

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vector {
    /// Where it stands in its file, from 1.
    pub line: usize,
    /// What the disassembler says.
    pub text: String,
    /// The instruction and the state before it.
    pub record: Record,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// Reads a file of vectors.
///
/// # Errors
/// The first line that is none.
pub fn parse(text: &str) -> Result<Vec<Vector>, Malformed> {
    let lines =
        text.lines().enumerate().map(|(at, line)| (at + 1, line.split(" #!").next().unwrap_or_default().trim()));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(line, text)| parse_vector(line, text).map_err(|why| Malformed { line, why }))
        .collect()
}

fn parse_vector(line: usize, text: &str) -> Result<Vector, String> {
    let (bytes, text, before, after) = split(text)?;
    let word = u32::from_le_bytes(bytes.try_into().map_err(|_| "an instruction has 4 bytes")?);
    let mut record = Record { code: vec![word], before: State::default() };
    for item in items(before) {
        set(&mut record.before, item)?;
    }
    let mut outcome = Outcome { pc: CODE + 4, esr: BEHIND, far: 0, state: record.before.clone() };
    for item in items(after) {
        if let Some(trap) = item.strip_prefix("trap ") {
            let (esr, far) = trap.split_once(' ').ok_or_else(|| format!("{trap:?} needs a syndrome and an address"))?;
            (outcome.esr, outcome.far) = (number(esr)?, number(far)?);
            outcome.pc = CODE;
        } else if let Some(offset) = item.strip_prefix("pc = +") {
            outcome.pc = CODE + number(offset)?;
        } else if let Some(offset) = item.strip_prefix("pc = -") {
            outcome.pc = CODE - number(offset)?;
        } else if let Some(address) = item.strip_prefix("pc = ") {
            outcome.pc = number(address)?;
        } else {
            set(&mut outcome.state, item)?;
        }
    }
    Ok(Vector { line, text: text.to_owned(), record, outcome })
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn set(state: &mut State, item: &str) -> Result<(), String> {
    let (what, value) = item.split_once(" = ").ok_or_else(|| format!("{item:?} is not `name = value`"))?;
    let register = |prefix: &str, count: usize| {
        what.strip_prefix(prefix).and_then(|digits| digits.parse::<usize>().ok()).filter(|&n| n < count)
    };
    if let Some(n) = register("v", 32) {
        let digits = value.strip_prefix("0x").ok_or_else(|| format!("{value:?} is not in hexadecimal"))?;
        state.v[n] = u128::from_str_radix(digits, 16).map_err(|_| format!("{value:?} is not a number"))?;
        return Ok(());
    }
    let value = number(value)?;
    if let Some(n) = register("x", 31) {
        state.x[n] = value;
    } else if let Some(address) = what.strip_prefix('[').and_then(|what| what.strip_suffix("]:8")) {
        let at = number(address)?.wrapping_sub(DATA) as usize;
        let cell = state.data.get_mut(at..at.saturating_add(8)).ok_or_else(|| format!("{what} is not in the data"))?;
        cell.copy_from_slice(&value.to_le_bytes());
    } else {
        match what {
            "sp" => state.sp = value,
            "nzcv" => state.nzcv = value << 28,
            "fpcr" => state.fpcr = value,
            "fpsr" => state.fpsr = value,
            _ => return Err(format!("there is no register {what:?}")),
        }
    }
    Ok(())
}

/// The state as items, as far as it differs from another one.
fn show(state: &State, from: &State) -> Vec<String> {
    let mut items = Vec::new();
    let mut differ = |name: String, value: u64, other: u64| {
        if value != other {
            items.push(format!("{name} = {value:#x}"));
        }
    };
    (0..31).for_each(|n| differ(format!("x{n}"), state.x[n], from.x[n]));
    differ("sp".into(), state.sp, from.sp);
    differ("nzcv".into(), state.nzcv >> 28, from.nzcv >> 28);
    differ("fpcr".into(), state.fpcr, from.fpcr);
    differ("fpsr".into(), state.fpsr, from.fpsr);
    let cell = |state: &State, at: usize| u64::from_le_bytes(state.data[at..at + 8].try_into().expect("eight bytes"));
    for at in (0..DATA_BYTES).step_by(8) {
        differ(format!("[{:#x}]:8", DATA + at as u64), cell(state, at), cell(from, at));
    }
    for (n, (value, other)) in state.v.iter().zip(&from.v).enumerate() {
        if value != other {
            items.push(format!("v{n} = {value:#x}"));
        }
    }
    items
}

/// A line for a file.
pub fn line(record: &Record, text: &str, outcome: &Outcome) -> String {
    let bytes: Vec<_> = record.code[0].to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut after = show(&outcome.state, &record.before);
    if outcome.esr != BEHIND {
        after.push(format!("trap {:#x} {:#x}", outcome.esr, outcome.far));
    }
    match outcome.pc.wrapping_sub(CODE) as i64 {
        4 if outcome.esr == BEHIND => {}
        0 if outcome.esr != BEHIND => {}
        offset @ 0.. => after.push(format!("pc = +{offset:#x}")),
        offset => after.push(format!("pc = -{:#x}", offset.unsigned_abs())),
    }
    let mut line = format!("[{}] \"{text}\"", bytes.join(" "));
    // Writing to a string cannot fail.
    let _ = write!(line, "  {} => {};", show(&record.before, &State::default()).join(", "), after.join(", "));
    line
}

impl Vector {
    /// Runs it: the row of the table that it has tested.
    ///
    /// # Errors
    /// A text that says all that is different.
    pub fn run(&self, subject: &mut Subject) -> Result<usize, String> {
        let word = self.record.code[0];
        let (row, operands) = subject.hart().arch.decoder.find(word).ok_or("is not decoded")?;
        let text = TABLE[row].text(&operands, Place { pc: CODE, bits: 64 }).to_string();
        let mut wrong = subject.run(&self.record)?.differences(&self.outcome);
        if text != self.text {
            wrong.push(format!("is printed {text:?}, not {:?}", self.text));
        }
        if wrong.is_empty() { Ok(row) } else { Err(wrong.join("; ")) }
    }
}
