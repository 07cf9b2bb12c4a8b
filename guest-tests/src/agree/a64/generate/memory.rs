//! Accesses to memory: data, devices, words in the midst of code, and next to one that somebody watches.

use emu_core::isa::Touches;

use super::super::super::code::{Op, Target};
use super::super::super::image;
use super::super::super::program::stack;
use super::super::words::{ADDRESS, DATA_BASE, INDEX, SPOILT};
use super::super::world::World;
use super::operands::{Numbered, Rows};
use super::{Maker, Statements as _};
use crate::a64::asm::{self, NOP, ZR, add_imm, add_reg};
use crate::pattern::set_field;

/// Words tried for an access at one place.
const TRIES: usize = 500;

impl Maker<World> {
    /// A load or store off `base`, at most `most` bytes from it, and the index that it has.
    pub(super) fn access(&mut self, base: u32, least: i32, most: i32) -> Vec<Op> {
        let rows = Rows::all();
        let list = if self.rng.chance(60) { &rows.memory } else { &rows.vector_memory };
        for _ in 0..TRIES {
            let row = *self.rng.pick(list);
            if let Some(word) = self.access_of(row, base, least, most) {
                let mut ops = Vec::new();
                if row.1.pattern.contains("mmmmm") {
                    let width = 3 + self.rng.below(3) as u32;
                    ops.push(Op::Word(asm::ubfx(INDEX, self.free(), 0, width)));
                }
                ops.push(Op::Word(word));
                return ops;
            }
        }
        vec![Op::Word(NOP)]
    }

    fn access_of(&mut self, (number, row): Numbered, base: u32, least: i32, most: i32) -> Option<u32> {
        let mut word = self.random_word(row);
        let moves = row.format.ends_with("Post") || row.format.ends_with("Pre");
        // What moves its base needs one of its own.
        if moves && base != ADDRESS {
            return None;
        }
        let is_vector = row.module == "simd_load_store";
        for letter in *b"tasnm" {
            if row.pattern.bytes().filter(|&b| b == letter).count() == 5 {
                let register = match letter {
                    b'n' => base,
                    b'm' => INDEX,
                    _ if is_vector => self.rng.below(32) as u32,
                    _ if row.touches == Touches::Stores && self.rng.chance(5) => ZR,
                    _ => self.free(),
                };
                set_field(row.pattern, letter, register, &mut word);
            }
        }
        let operands = Self::found(number, word)?;
        let imm = (row.field)(&operands, "imm").unwrap_or(0);
        (i64::from(least)..i64::from(most)).contains(&imm).then_some(word)
    }

    fn some_accesses(&mut self, ops: &mut Vec<Op>, base: u32, least: i32, most: i32) {
        for _ in 0..1 + self.rng.below(4) {
            ops.extend(self.access(base, least, most));
            if self.rng.chance(20) {
                ops.extend(self.straight());
            }
        }
    }

    pub(super) fn accesses(&mut self) -> Vec<Op> {
        if self.world.watched && self.rng.chance(20) {
            return self.beside_watched();
        }
        let mut ops = Vec::new();
        match self.rng.below(16) {
            0..4 => self.some_accesses(&mut ops, DATA_BASE, -2000, 2000),
            // At a page's beginning.
            4..6 => self.some_accesses(&mut ops, ZR, -128, 600),
            // At an address that a register chooses.
            6..10 => {
                let (lsb, width) = *self.rng.pick(&[(3, 8), (3, 4), (0, 11), (2, 9)]);
                let index = self.free();
                ops.push(Op::Word(asm::ubfiz(ADDRESS, index, lsb, width)));
                ops.push(Op::Word(add_reg(ADDRESS, DATA_BASE, ADDRESS, 0)));
                self.some_accesses(&mut ops, ADDRESS, -256, 512);
            }
            // At one that translating knows.
            10..12 => {
                let at = (image::DATA + 0x100 + self.rng.below(0x3c00) as u32) & !7;
                ops.push(World::address(Target::Offset(at)));
                self.some_accesses(&mut ops, ADDRESS, -64, 64);
            }
            // Literals: somewhere in the data.
            12 => {
                let row = *self.rng.pick(&Rows::all().literal);
                let at = image::DATA + 4 * self.rng.below(0xc00) as u32;
                ops.push(Op::Branch(self.literal(row), Target::Offset(at)));
            }
            // DC ZVA: 64 bytes.
            13 => {
                let at = image::DATA + 0x100 + self.rng.below(0x3c00) as u32;
                ops.push(World::address(Target::Offset(at)));
                ops.push(Op::Word(asm::msr(asm::system(1, 3, 7, 4, 1), ADDRESS)));
            }
            // Around RAM's end.
            14 => {
                let at = image::RAM_BYTES as u32 - 8;
                ops.push(World::address(Target::Offset(at)));
                self.some_accesses(&mut ops, ADDRESS, -16, 32);
            }
            // A device: the distributor's type, the UART's flags, the clock.
            _ => {
                let [first, second] = asm::constant(ADDRESS, *self.rng.pick(&[0x800_0004, 0x900_0018, 0x901_0000]));
                ops.extend([first, second, asm::ldr_w(self.free(), ADDRESS, 0)].map(Op::Word));
            }
        }
        ops
    }

    /// A load of a literal, without its offset.
    fn literal(&mut self, (number, row): Numbered) -> u32 {
        loop {
            let mut word = row.value;
            let is_vector = row.module == "simd_load_store";
            let register = if is_vector { self.rng.below(32) as u32 } else { self.free() };
            set_field(row.pattern, b't', register, &mut word);
            // The size of a vector.
            if is_vector {
                word |= (self.rng.below(3) as u32) << 30;
            }
            if Self::found(number, word).is_some() {
                return word;
            }
        }
    }

    /// Around the word that somebody watches, off two registers one of which is the other plus a constant; and then perhaps a
    /// store to it.
    fn beside_watched(&mut self) -> Vec<Op> {
        // It may be in another page.
        let away = 8 * self.rng.below(14) as i32 - 0x40;
        let at = image::WATCHED.wrapping_add_signed(away);
        let mut ops = Vec::new();
        if self.rng.chance(30) {
            ops.push(World::address(Target::Offset(at)));
        } else {
            ops.extend(asm::constant(SPOILT, at - stack(self.skew)).map(Op::Word));
            // ADD (extended register), as SP is the base.
            ops.push(Op::Word(0x8b20_63e0 | SPOILT << 16 | ADDRESS));
        }
        if self.rng.chance(50) {
            // Loads on both sides of it.
            for offset in [-8 * self.rng.below(3) as i32, 8 * self.rng.below(3) as i32 + 8] {
                ops.push(Op::Word(asm::stur_x(self.free(), ADDRESS, offset - away) | 1 << 22));
            }
        } else {
            self.some_accesses(&mut ops, ADDRESS, -0x40, 0x40);
        }
        let further = 8 * self.rng.below(9) as i32 - 0x20;
        ops.push(Op::Word(asm::add(SPOILT, ADDRESS, further)));
        if self.rng.chance(60) {
            let (base, away) = *self.rng.pick(&[(ADDRESS, away), (SPOILT, away + further)]);
            let source = self.source();
            ops.push(Op::Word(asm::stur_x(source, base, -away)));
        }
        ops
    }

    /// Words in the middle of the code that are loaded and stored.
    pub(super) fn hole(&mut self) -> Vec<Op> {
        let (start, behind) = (Target::Here(0), Target::Here(1));
        let mut ops = vec![Op::Jal(asm::B, behind), Op::Mark(start)];
        // Sixteen bytes on both sides of where the base points, and as many as four vectors from there on.
        ops.extend((0..28).map(|_| Op::Word(self.rng.bits() as u32)));
        ops.push(Op::Mark(behind));
        ops.push(Op::Branch(asm::adr(ADDRESS), start));
        ops.push(Op::Word(add_imm(ADDRESS, ADDRESS, 16)));
        for _ in 0..1 + self.rng.below(3) {
            let rows = Rows::all();
            let list = if self.rng.chance(60) { &rows.memory } else { &rows.vector_memory };
            let found = (0..TRIES).find_map(|_| {
                let row = *self.rng.pick(list);
                // Without an index, and without a base that moves.
                let stays = !row.1.pattern.contains("mmmmm")
                    && !row.1.format.ends_with("Post")
                    && !row.1.format.ends_with("Pre");
                if stays { self.access_of(row, ADDRESS, -16, 17) } else { None }
            });
            ops.push(found.map_or(Op::Word(NOP), Op::Word));
        }
        ops
    }

    /// Atomic accesses, ordered ones, and exclusive ones in pairs.
    pub(super) fn exclusive(&mut self) -> Vec<Op> {
        let mut ops = Vec::new();
        let offset = 16 * self.rng.below(32) as u32 + if self.rng.chance(90) { 0 } else { self.rng.below(16) as u32 };
        ops.push(Op::Word(add_imm(ADDRESS, *self.rng.pick(&[DATA_BASE, ZR]), offset)));
        let rows = Rows::all();
        if self.rng.chance(60) {
            let row = *self.rng.pick(&rows.atomic);
            ops.extend(self.any_access(row));
            return ops;
        }
        // LDXR and STXR of some size; either may be of another one.
        let size = self.rng.below(4) as u32;
        let other = if self.rng.chance(90) { size } else { self.rng.below(4) as u32 };
        let [old, new, failed] = [(); 3].map(|()| self.free());
        if self.rng.chance(90) {
            ops.push(Op::Word(0x085f_7c00 | size << 30 | (self.rng.below(2) as u32) << 15 | ADDRESS << 5 | old));
        }
        for _ in 0..self.rng.below(3) {
            ops.extend(self.straight());
        }
        if self.rng.chance(20) {
            ops.extend(self.access(DATA_BASE, 0, 512));
        }
        // What is reserved is an address.
        if self.rng.chance(10) {
            ops.push(Op::Word(add_imm(ADDRESS, ADDRESS, 16)));
        }
        let store = 0x0800_7c00 | (self.rng.below(2) as u32) << 15 | ADDRESS << 5;
        ops.push(Op::Word(store | other << 30 | failed << 16 | new));
        // It is used up.
        if self.rng.chance(20) {
            ops.push(Op::Word(store | size << 30 | new << 16 | old));
        }
        ops
    }

    fn any_access(&mut self, row: Numbered) -> Option<Op> {
        (0..TRIES).find_map(|_| self.access_of(row, ADDRESS, -256, 256)).map(Op::Word)
    }
}
