//! What instructions work on: registers, and rows with random operands.

use std::sync::LazyLock;

use emu_core::aarch64::decode::Decoder;
use emu_core::aarch64::feature::Cpu;
use emu_core::aarch64::slots::{SP, ZVA_TRAP};
use emu_core::aarch64::table::{Code, Row, TABLE};
use emu_core::isa::{Kind, Packed, Touches};
use emu_core::slot::SINK;

use super::super::super::code::Op;
use super::super::words::{COUNTERS, DATA_BASE, LINK, SPOILT};
use super::super::world::World;
use super::Maker;
use crate::a64::asm::ZR;
use crate::pattern::{letters, set_field};

/// The vector registers that instructions work on, mostly.
const VECTORS: u64 = 8;
/// Letters that name registers in patterns, where they stand for five bits.
const REGISTERS: &[u8] = b"nmdtsau";

/// A row, and its number.
pub(super) type Numbered = (usize, &'static Row);

/// The rows that may stand anywhere.
pub(super) struct Rows {
    decoder: Decoder,
    pub(super) integer: Vec<Numbered>,
    pub(super) flags: Vec<Numbered>,
    pub(super) float: Vec<Numbered>,
    pub(super) vector: Vec<Numbered>,
    pub(super) memory: Vec<Numbered>,
    pub(super) vector_memory: Vec<Numbered>,
    pub(super) literal: Vec<Numbered>,
    pub(super) atomic: Vec<Numbered>,
}

impl Rows {
    pub(super) fn all() -> &'static Self {
        static ROWS: LazyLock<Rows> = LazyLock::new(Rows::new);
        &ROWS
    }

    fn new() -> Self {
        let mut rows = Rows {
            decoder: Decoder::new(Cpu::Max.features()),
            integer: vec![],
            flags: vec![],
            float: vec![],
            vector: vec![],
            memory: vec![],
            vector_memory: vec![],
            literal: vec![],
            atomic: vec![],
        };
        for (number, row) in TABLE.iter().enumerate() {
            // What only the interpreter has is told apart by nothing else; of system operations, `system` makes some.
            let is_slow_access = row.touches != Touches::Nothing && row.kind == Kind::Slow;
            if row.kind != Kind::Straight && !is_slow_access || matches!(row.code, Code::DcZva) {
                continue;
            }
            let list = match (row.module, row.format) {
                (_, format) if format.ends_with("Literal") => &mut rows.literal,
                (_, format) if format.starts_with("Prefetch") => &mut rows.memory,
                ("exclusive" | "atomic", _) if row.touches != Touches::Nothing => &mut rows.atomic,
                ("simd_load_store", _) => &mut rows.vector_memory,
                _ if row.touches != Touches::Nothing => &mut rows.memory,
                ("float", _) => &mut rows.float,
                ("simd" | "simd_float", _) => &mut rows.vector,
                ("cond_select" | "flags", _) => &mut rows.flags,
                _ => &mut rows.integer,
            };
            list.push((number, row));
        }
        rows
    }
}

impl Maker<World> {
    pub(super) fn free(&mut self) -> u32 {
        self.rng.below(SPOILT.into()) as u32
    }

    /// What an instruction may read.
    pub(super) fn source(&mut self) -> u32 {
        match self.rng.below(20) {
            0 => ZR,
            1 => *self.rng.pick(&[LINK, DATA_BASE, COUNTERS]),
            _ => self.free(),
        }
    }

    /// A few, one after the other: what arithmetic does to flags, someone reads.
    pub(super) fn straight(&mut self) -> Vec<Op> {
        let count = 1 + self.rng.below(3);
        (0..count).map(|_| self.arithmetic()).map(Op::Word).collect()
    }

    /// An instruction without memory.
    pub(super) fn arithmetic(&mut self) -> u32 {
        let rows = Rows::all();
        let list = match self.rng.below(16) {
            0..6 => &rows.integer,
            6..9 => &rows.flags,
            9..13 => &rows.float,
            _ => &rows.vector,
        };
        let row = *self.rng.pick(list);
        self.random_row(row)
    }

    /// An instruction of this row with random operands, which writes no register that something hangs on.
    pub(super) fn random_row(&mut self, (number, row): Numbered) -> u32 {
        loop {
            let mut word = self.random_word(row);
            let is_vector = matches!(row.module, "float" | "simd" | "simd_float" | "simd_load_store");
            for &letter in letters(row.pattern).iter().filter(|letter| REGISTERS.contains(letter)) {
                if row.pattern.bytes().filter(|&b| b == letter).count() != 5 {
                    continue;
                }
                let register = match letter {
                    _ if is_vector && self.rng.chance(95) => self.rng.below(VECTORS) as u32,
                    b'd' | b't' if self.rng.chance(96) => self.free(),
                    b'd' | b't' => ZR,
                    _ => self.source(),
                };
                set_field(row.pattern, letter, register, &mut word);
            }
            if let Some(operands) = Self::found(number, word)
                && Self::may_write(row, &operands)
            {
                return word;
            }
        }
    }

    /// A word of a row, which the decoder may take for another one.
    pub(super) fn random_word(&mut self, row: &Row) -> u32 {
        row.value | self.rng.bits() as u32 & !row.mask
    }

    /// The operands, if a word is an instruction of this row.
    pub(super) fn found(number: usize, word: u32) -> Option<Packed> {
        let (found, operands) = Rows::all().decoder.find(word)?;
        (found == number).then_some(operands)
    }

    fn may_write(row: &Row, operands: &Packed) -> bool {
        // Nothing, a register of those that are free, a vector or flags.
        (row.dest)(operands)
            .is_none_or(|slot| slot == SINK || slot.0 <= SPOILT as u8 || slot.0 > SP.0 && slot != ZVA_TRAP)
    }
}
