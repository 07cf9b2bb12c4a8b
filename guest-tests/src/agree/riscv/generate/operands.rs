//! What instructions work on: registers, and rows with random operands.

use std::sync::LazyLock;

use emu_core::isa::{Kind, Touches};
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::{Row, TABLE};

use super::super::super::code::Op;
use super::super::words::{DATA_BASE, SPOILT};
use super::super::world::World;
use super::{Maker, RA, SP};
use crate::asm::{addi, lui};
use crate::pattern::{letters, set_field};

/// What instructions work on.
const FREE: [u32; 15] = [5, 6, SPOILT, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31];
/// Those of them that compressed instructions reach.
pub(super) const SHORT: [u32; 6] = [10, 11, 12, 13, 14, 15];
/// Loop counters: of the main part by depth, then one for each function.
pub(super) const COUNTERS: u32 = 18;

/// The rows of one XLEN that may stand anywhere.
pub(super) struct Rows {
    pub(super) integer: Vec<&'static Row>,
    pub(super) float: Vec<&'static Row>,
    pub(super) short: Vec<&'static Row>,
    pub(super) memory: Vec<&'static Row>,
    pub(super) atomic: Vec<&'static Row>,
    pub(super) division: Vec<&'static Row>,
}

impl Rows {
    pub(super) fn of(xlen: u32) -> &'static Self {
        static ROWS: LazyLock<[Rows; 2]> = LazyLock::new(|| [32, 64].map(Rows::new));
        &ROWS[usize::from(xlen == 64)]
    }

    fn new(xlen: u32) -> Self {
        let isa = Isa::all(xlen);
        let mut rows =
            Rows { integer: vec![], float: vec![], short: vec![], memory: vec![], atomic: vec![], division: vec![] };
        for row in TABLE.iter().filter(|row| row.kind == Kind::Straight && row.exists(isa.extensions, xlen)) {
            let list = match row.format {
                "Lr" | "Sc" | "Caddi16sp" => continue,
                "A" => &mut rows.atomic,
                _ if row.touches != Touches::Nothing => &mut rows.memory,
                _ if row.bytes == 2 => &mut rows.short,
                _ if row.name.starts_with('f') && !row.name.starts_with("fence") => &mut rows.float,
                _ => &mut rows.integer,
            };
            list.push(row);
            if row.name.starts_with("div") || row.name.starts_with("rem") {
                rows.division.push(row);
            }
        }
        rows
    }
}

impl Maker<World> {
    pub(super) fn free(&mut self) -> u32 {
        *self.rng.pick(&FREE)
    }

    /// What an instruction may read.
    pub(super) fn source(&mut self) -> u32 {
        match self.rng.below(20) {
            0 => 0,
            1 => *self.rng.pick(&[RA, SP, DATA_BASE, COUNTERS]),
            _ => self.free(),
        }
    }

    pub(super) fn straight(&mut self) -> Vec<Op> {
        let rows = Rows::of(self.world.xlen);
        let list = match self.rng.below(10) {
            0..5 => &rows.integer,
            5..8 => &rows.float,
            _ => &rows.short,
        };
        let row = *self.rng.pick(list);
        vec![self.random_row(row, None)]
    }

    /// An instruction of this row with random operands; `base` instead of its first source.
    pub(super) fn random_row(&mut self, row: &Row, base: Option<u32>) -> Op {
        loop {
            let mut word = row.value;
            for letter in letters(row.pattern) {
                // Three bits name x8 to x15; a number without its highest bits does that too.
                let short = row.pattern.bytes().filter(|&b| b == letter).count() == 3;
                let value = match letter {
                    b's' if base.is_some() => base.expect("it is some"),
                    b's' | b't' | b'd' if short => *self.rng.pick(&SHORT),
                    b'd' if self.rng.chance(4) => 0,
                    b'd' => self.free(),
                    b's' | b't' => self.source(),
                    // A rounding mode: mostly one that there is, or that of `frm`.
                    b'm' if self.rng.chance(90) => *self.rng.pick(&[0, 1, 2, 3, 4, 7, 7, 7]),
                    _ => self.rng.bits() as u32,
                };
                set_field(row.pattern, letter, value, &mut word);
            }
            // Some operands are reserved, and mean something else.
            if (row.unpack)(word).is_some() {
                return if row.bytes == 2 { Op::Half(word as u16) } else { Op::Word(word) };
            }
        }
    }
}

/// A constant; its upper half is undefined.
pub(super) fn li(rd: u32, value: u32) -> [Op; 2] {
    let low = (value << 20) as i32 >> 20;
    [Op::Word(lui(rd, value.wrapping_sub(low as u32) >> 12)), Op::Word(addi(rd, rd, low))]
}
