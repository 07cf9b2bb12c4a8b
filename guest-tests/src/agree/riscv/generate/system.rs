//! What is privileged: calls of the trap handlers, CSRs, page tables.

use super::super::super::code::{Op, Target};
use super::super::super::image;
use super::super::super::program::World as _;
use super::super::words::{ADDRESS, SPOILT};
use super::super::world::{self, CALL_MODES, CALL_PAGE, CALL_RIGHTS, CALL_SPACE, World};
use super::operands::li;
use super::{Maker, NOP, STORE, Statements as _, TP, WFI};
use crate::asm::{self, addi, csrrc, csrrs, csrrw, lui};

impl Maker<World> {
    /// ECALL: for nothing, for another mode, for another address space, to take rights from a page.
    pub(super) fn system_call(&mut self) -> Vec<Op> {
        let mut call = 0;
        if self.rng.chance(60) {
            call |= 1 + self.rng.below(CALL_MODES.len() as u64) as u32;
        }
        if self.world.paged && !self.is_exchanged() && self.rng.chance(30) {
            call |= CALL_SPACE;
        }
        if self.world.paged && self.rng.chance(30) {
            let rights = *self.rng.pick(&[1, 2, 4, 8, 0x40, 0x80, 0xf]);
            call |= CALL_RIGHTS | rights << 4 | self.page() << CALL_PAGE;
        }
        let mut ops = li(TP, call).to_vec();
        ops.push(Op::Word(asm::ECALL));
        ops.extend(World::bases(self.skew));
        ops
    }

    /// Changes a page table, in S mode's view, and says so. Lower modes cannot, and step over it.
    pub(super) fn entry(&mut self) -> Vec<Op> {
        let page = self.page() & !image::ALIAS_PAGES;
        let at = world::entry_of(self.world.xlen, self.rng.below(2) as usize, page);
        let mut ops = vec![World::address(Target::Offset(at)), Op::Word(asm::i(0x03, 2, SPOILT, ADDRESS, 0))];
        let exchangeable = (12..14).contains(&page) || page / 2 * 2 == image::TWINS >> 12;
        if exchangeable && self.rng.chance(50) {
            ops.push(Op::Word(asm::i(0x13, 4, SPOILT, SPOILT, 0x400)));
        } else {
            let rights = *self.rng.pick(&[1, 2, 4, 8, 0x40, 0x80, 0xf]);
            ops.push(Op::Word(asm::i(0x13, 7, SPOILT, SPOILT, !rights)));
        }
        ops.push(Op::Word(asm::s(STORE, 2, ADDRESS, SPOILT, 0)));
        ops.push(Op::Word(asm::SFENCE_VMA));
        ops
    }

    pub(super) fn csr(&mut self) -> Vec<Op> {
        const FFLAGS: u32 = 1;
        const FRM: u32 = 2;
        const FCSR: u32 = 3;
        const CYCLE: u32 = 0xc00;
        const TIME: u32 = 0xc01;
        const INSTRET: u32 = 0xc02;
        const MCYCLE: u32 = 0xb00;
        const MINSTRET: u32 = 0xb02;
        const MCOUNTINHIBIT: u32 = 0x320;
        const MSTATUS: u32 = 0x300;
        const SSTATUS: u32 = 0x100;
        const SIP: u32 = 0x144;
        const STIMECMP: u32 = 0x14d;
        let (rd, rs) = (self.free(), self.free());
        let immediate = |csr: u32, funct3: u32, value: u32| csr << 20 | value << 15 | funct3 << 12 | 0x73;
        let word = match self.rng.below(24) {
            0..2 => csrrw(rd, *self.rng.pick(&[FFLAGS, FCSR]), *self.rng.pick(&[0, rs])),
            // Nothing but the inexact flag: the translator has code for when that is so.
            2..4 => immediate(FFLAGS, 5, *self.rng.pick(&[0, 1, 1, 1])),
            4..7 => immediate(FRM, 5, *self.rng.pick(&[0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 7])),
            7..10 => csrrs(rd, *self.rng.pick(&[FFLAGS, FRM, FCSR]), 0),
            10..14 => csrrs(rd, *self.rng.pick(&[CYCLE, TIME, INSTRET, MCYCLE, MINSTRET]), 0),
            14 => csrrw(rd, *self.rng.pick(&[MCYCLE, MINSTRET]), rs),
            15 => immediate(MCOUNTINHIBIT, 5, self.rng.below(8) as u32 & 5),
            16..19 => {
                // FS.
                let [first, second] = li(SPOILT, *self.rng.pick(&[0x2000, 0x4000, 0x6000]));
                let access = *self.rng.pick(&[csrrs, csrrc]);
                let status = *self.rng.pick(&[MSTATUS, SSTATUS]);
                return vec![first, second, Op::Word(access(rd, status, SPOILT))];
            }
            19..21 => {
                // SUM, MXR; MPRV and MPP, one of which takes effect in M mode.
                let bits = *self.rng.pick(&[1 << 18, 1 << 19, 1 << 17, 1 << 17 | 0x800, 0x800]);
                let [first, second] = li(SPOILT, bits);
                let access = *self.rng.pick(&[csrrs, csrrc]);
                return vec![first, second, Op::Word(access(rd, MSTATUS, SPOILT))];
            }
            // A software interrupt of S mode.
            21 => immediate(SIP, 6, 2),
            22 if self.world.timer.is_some() && self.rng.chance(50) => WFI,
            22 => {
                // And one of M mode.
                return vec![
                    Op::Word(lui(ADDRESS, world::CLINT >> 12)),
                    Op::Word(addi(SPOILT, 0, 1)),
                    Op::Word(asm::s(STORE, 2, ADDRESS, SPOILT, 0)),
                ];
            }
            _ => {
                let ticks = self.rng.below(40) as i32;
                return vec![
                    Op::Word(csrrs(SPOILT, TIME, 0)),
                    Op::Word(addi(SPOILT, SPOILT, ticks)),
                    Op::Word(csrrw(0, STIMECMP, SPOILT)),
                    Op::Word(if self.world.xlen == 32 { csrrw(0, STIMECMP + 0x10, 0) } else { NOP }),
                ];
            }
        };
        vec![Op::Word(word)]
    }
}
