//! Accesses to memory: data, devices, words in the midst of code, and next to one that somebody watches.

use super::super::super::code::{Op, Target};
use super::super::super::image;
use super::super::super::program::stack;
use super::super::words::{ADDRESS, DATA_BASE, SPOILT};
use super::super::world::{self, World};
use super::operands::{Rows, li};
use super::{Maker, SP, STORE, Statements as _};
use crate::asm::{self, addi, lui};
use crate::pattern::set_field;

impl Maker<World> {
    /// A load or store off `base`, at most `most` bytes from it, of 4 bytes or of 2.
    pub(super) fn access(&mut self, base: u32, least: i32, most: i32) -> Op {
        let rows = Rows::of(self.world.xlen);
        loop {
            let row = *self.rng.pick(&rows.memory);
            let has_base = row.pattern.contains("sss");
            match row.bytes {
                // Its offset is small, and not negative; without a source, it is off `sp`.
                2 if most >= 504 && (has_base && (8..16).contains(&base) || !has_base && base == SP) => {
                    return self.random_row(row, has_base.then_some(base));
                }
                4 => {
                    let Op::Word(mut word) = self.random_row(row, Some(base)) else { continue };
                    let mut offset = least + self.rng.below((most - least) as u64) as i32;
                    if self.rng.chance(80) {
                        offset &= -8;
                    }
                    set_field(row.pattern, b'i', offset as u32, &mut word);
                    return Op::Word(word);
                }
                _ => {}
            }
        }
    }

    fn some_accesses(&mut self, ops: &mut Vec<Op>, base: u32, least: i32, most: i32) {
        for _ in 0..1 + self.rng.below(4) {
            let op = self.access(base, least, most);
            ops.push(op);
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
        match self.rng.below(12) {
            0..4 => self.some_accesses(&mut ops, DATA_BASE, -2000, 2000),
            // At a page's beginning.
            4..6 => self.some_accesses(&mut ops, SP, -128, 600),
            // At an address that a register chooses.
            6..8 => {
                let index = self.free();
                ops.push(Op::Word(asm::i(0x13, 7, ADDRESS, index, *self.rng.pick(&[0x7f8, 0x78, 0x7ff]))));
                ops.push(Op::Word(asm::r(0x33, 0, 0, ADDRESS, ADDRESS, *self.rng.pick(&[DATA_BASE, SP]))));
                self.some_accesses(&mut ops, ADDRESS, -256, 512);
            }
            // At one that translating knows.
            8..10 => {
                let at = (image::DATA + 0x100 + self.rng.below(0x3c00) as u32) & !7;
                ops.push(World::address(Target::Offset(at)));
                self.some_accesses(&mut ops, ADDRESS, -64, 64);
            }
            // Around RAM's end.
            10 => {
                let at = image::RAM_BYTES as u32 - 8;
                ops.push(World::address(Target::Offset(at)));
                self.some_accesses(&mut ops, ADDRESS, -16, 32);
            }
            // The CLINT.
            _ => {
                let offset = *self.rng.pick(&[0, 0x4000, 0xbff8]);
                ops.push(Op::Word(lui(ADDRESS, (world::CLINT + offset + 0x800) >> 12)));
                let (width, rd) = (if self.world.xlen == 64 { self.rng.below(2) as u32 + 2 } else { 2 }, self.free());
                let offset = (offset & 0xfff) as i32;
                ops.push(Op::Word(asm::i(
                    0x03,
                    width,
                    rd,
                    ADDRESS,
                    if offset > 0x7ff { offset - 0x1000 } else { offset },
                )));
            }
        }
        ops
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
            ops.extend(li(SPOILT, at - stack(self.skew)));
            ops.push(Op::Word(asm::r(0x33, 0, 0, ADDRESS, SP, SPOILT)));
        }
        if self.rng.chance(50) {
            // Loads on both sides of it.
            for offset in [-8 * self.rng.below(3) as i32, 8 * self.rng.below(3) as i32 + 4] {
                ops.push(Op::Word(asm::i(0x03, 2, self.free(), ADDRESS, offset - away)));
            }
        } else {
            self.some_accesses(&mut ops, ADDRESS, -0x40, 0x40);
        }
        let further = 8 * self.rng.below(9) as i32 - 0x20;
        ops.push(Op::Word(addi(SPOILT, ADDRESS, further)));
        if self.rng.chance(30) {
            self.some_accesses(&mut ops, SPOILT, -0x40, 0x40);
        }
        if self.rng.chance(60) {
            let (base, away) = *self.rng.pick(&[(ADDRESS, away), (SPOILT, away + further)]);
            let source = self.source();
            ops.push(Op::Word(asm::s(STORE, 2, base, source, -away)));
        }
        ops
    }

    /// Words in the middle of the code that are loaded and stored.
    pub(super) fn hole(&mut self) -> Vec<Op> {
        let (start, behind) = (Target::Here(0), Target::Here(1));
        let mut ops = vec![Op::Jal(0x6f, behind), Op::Mark(start)];
        ops.extend((0..6).map(|_| Op::Word(self.rng.bits() as u32)));
        ops.push(Op::Mark(behind));
        ops.push(World::address(start));
        // The widest access still fits.
        self.some_accesses(&mut ops, ADDRESS, 0, 17);
        ops
    }

    pub(super) fn atomic(&mut self) -> Vec<Op> {
        let mut ops = Vec::new();
        let offset = self.rng.below(512) as i32 & if self.rng.chance(90) { !7 } else { !0 };
        ops.push(Op::Word(addi(ADDRESS, *self.rng.pick(&[DATA_BASE, SP]), offset)));
        let wide = self.world.xlen == 64 && self.rng.chance(50);
        let width = if wide { 3 } else { 2 };
        if self.rng.chance(60) {
            let row = *self.rng.pick(&Rows::of(self.world.xlen).atomic);
            ops.push(self.random_row(row, Some(ADDRESS)));
            return ops;
        }
        let (old, new, failed) = (self.free(), self.free(), self.free());
        if self.rng.chance(90) {
            ops.push(Op::Word(asm::r(0x2f, width, 2 << 2, old, ADDRESS, 0)));
        }
        for _ in 0..self.rng.below(3) {
            ops.extend(self.straight());
        }
        if self.rng.chance(20) {
            ops.push(self.access(DATA_BASE, 0, 512));
        }
        // What is reserved is an address.
        if self.rng.chance(10) {
            ops.push(Op::Word(addi(ADDRESS, ADDRESS, 8)));
        }
        ops.push(Op::Word(asm::r(0x2f, width, 3 << 2, failed, ADDRESS, new)));
        // It is used up.
        if self.rng.chance(20) {
            ops.push(Op::Word(asm::r(0x2f, width, 3 << 2, new, ADDRESS, old)));
        }
        ops
    }
}
