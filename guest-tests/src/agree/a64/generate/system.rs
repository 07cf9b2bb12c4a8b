//! What is privileged, and what is near it: calls of the handlers, system registers, page tables, hints.

use super::super::super::code::{Op, Target};
use super::super::super::image;
use super::super::super::program::World as _;
use super::super::words::{ADDRESS, CALL, DATA_BASE, SPOILT};
use super::super::world::{self, CALL_LEVEL, CALL_NUMBER, CALL_PAGE, CALL_RIGHTS, CALL_SPACE, LOST_RIGHTS, World};
use super::{Maker, Statements as _, fpcr};
use crate::a64::asm::{self, mrs, msr, msr_imm, system};

const NZCV: u32 = system(3, 3, 4, 2, 0);
const DAIF: u32 = system(3, 3, 4, 2, 1);
const FPCR: u32 = system(3, 3, 4, 4, 0);
const FPSR: u32 = system(3, 3, 4, 4, 1);
const CURRENT_EL: u32 = system(3, 0, 4, 2, 2);
const CPACR_EL1: u32 = system(3, 0, 1, 0, 2);
const SCTLR_EL1: u32 = system(3, 0, 1, 0, 0);
const PAR_EL1: u32 = system(3, 0, 7, 4, 0);
const CNTPCT_EL0: u32 = system(3, 3, 14, 0, 1);
const CNTVCT_EL0: u32 = system(3, 3, 14, 0, 2);
const CNTV_TVAL_EL0: u32 = system(3, 3, 14, 3, 0);
const CNTV_CTL_EL0: u32 = system(3, 3, 14, 3, 1);
const PMCR_EL0: u32 = system(3, 3, 9, 12, 0);
const PMCNTENSET_EL0: u32 = system(3, 3, 9, 12, 1);
const PMCNTENCLR_EL0: u32 = system(3, 3, 9, 12, 2);
const PMCCNTR_EL0: u32 = system(3, 3, 9, 13, 0);
const PMEVCNTR0_EL0: u32 = system(3, 3, 14, 8, 0);
const PMEVTYPER0_EL0: u32 = system(3, 3, 14, 12, 0);
const ICC_SGI1R_EL1: u32 = system(3, 0, 12, 11, 5);
const TPIDR_EL0: u32 = system(3, 3, 13, 0, 2);
const TLBI_VMALLE1: u32 = system(1, 0, 8, 7, 0);
const TLBI_VAAE1: u32 = system(1, 0, 8, 7, 3);
const TLBI_ASIDE1: u32 = system(1, 0, 8, 7, 2);
const AT_S1E1R: u32 = system(1, 0, 7, 8, 0);
const AT_S1E0W: u32 = system(1, 0, 7, 8, 3);
const GICD_SGIR: u32 = 0x0800_0f00;
/// Interrupts of software: one of them.
const SGIS: u64 = 4;

impl Maker<World> {
    /// SVC: for nothing, for another level, for another address space, to take rights from a page.
    pub(super) fn system_call(&mut self) -> Vec<Op> {
        let mut call = 0;
        if self.rng.chance(60) {
            call |= CALL_LEVEL + self.rng.below(2) as u32;
        }
        if self.world.paged && !self.is_exchanged() && self.rng.chance(30) {
            call |= CALL_SPACE;
        }
        if self.world.paged && self.rng.chance(30) {
            let number = self.rng.below(LOST_RIGHTS.len() as u64) as u32;
            call |= CALL_RIGHTS | number << CALL_NUMBER | self.page() << CALL_PAGE;
        }
        let mut ops: Vec<Op> = asm::constant(CALL, call).map(Op::Word).to_vec();
        ops.push(Op::Word(asm::SVC));
        ops.extend(World::bases(self.skew));
        ops
    }

    /// Changes a page table, in EL1's view, and says so. EL0 cannot, and steps over it.
    pub(super) fn entry(&mut self) -> Vec<Op> {
        const USER: u32 = 6;
        let page = self.page() & !image::ALIAS_PAGES;
        let at = world::entry_of(self.rng.below(2) as usize, page);
        let exchangeable = (12..14).contains(&page) || page / 2 * 2 == image::TWINS >> 12;
        // The lowest bit of the page's number; or rights, to and fro: validity, EL0's, writing, the access flag, execution.
        let bit = if exchangeable && self.rng.chance(50) { 12 } else { *self.rng.pick(&[0, USER, 7, 10, 53, 54]) };
        let mut ops = vec![
            World::address(Target::Offset(at)),
            Op::Word(asm::ldr_x(SPOILT, ADDRESS, 0)),
            Op::Word(asm::eor_bit_wide(SPOILT, SPOILT, bit)),
            Op::Word(asm::str_x(SPOILT, ADDRESS, 0)),
            Op::Word(asm::DSB_ISH),
        ];
        if self.rng.chance(50) {
            ops.push(Op::Word(msr(TLBI_VMALLE1, asm::ZR)));
        } else {
            // By address, in all address spaces.
            ops.push(World::address(Target::Offset(page << 12)));
            ops.extend([asm::ubfx(ADDRESS, ADDRESS, 12, 44), msr(TLBI_VAAE1, ADDRESS)].map(Op::Word));
        }
        ops.extend([asm::DSB_ISH, asm::ISB].map(Op::Word));
        ops
    }

    pub(super) fn system(&mut self) -> Vec<Op> {
        let (rd, rs) = (self.free(), self.source());
        let words = match self.rng.below(32) {
            0..3 => vec![mrs(rd, *self.rng.pick(&[NZCV, FPCR, FPSR, DAIF, CURRENT_EL]))],
            3 => vec![msr(NZCV, rs)],
            4..7 => {
                let fpcr = fpcr(&mut self.rng) as u32;
                [&asm::constant(SPOILT, fpcr)[..], &[msr(FPCR, SPOILT)]].concat()
            }
            // Nothing but the inexact flag: the translator has code for when that is so.
            7..9 => {
                let flags = *self.rng.pick(&[0, 0x10, 0x10, 0x10, 0x0800_009f]);
                [&asm::constant(SPOILT, flags)[..], &[msr(FPSR, SPOILT)]].concat()
            }
            9..12 => vec![mrs(rd, *self.rng.pick(&[CNTPCT_EL0, CNTVCT_EL0, PMCCNTR_EL0, PMEVCNTR0_EL0, TPIDR_EL0]))],
            12 => vec![msr(TPIDR_EL0, rs)],
            // Instructions, counted.
            13 => vec![
                asm::constant(SPOILT, 8)[0],
                msr(PMEVTYPER0_EL0, SPOILT),
                asm::constant(SPOILT, 1)[0],
                msr(*self.rng.pick(&[PMCNTENSET_EL0, PMCNTENSET_EL0, PMCNTENCLR_EL0]), SPOILT),
                msr(PMCR_EL0, SPOILT),
            ],
            // CPACR_EL1.FPEN: all traps, EL0 traps, nothing does.
            14..16 => {
                let fpen = *self.rng.pick(&[0, 1, 3, 3]);
                [&asm::constant(SPOILT, fpen << 20)[..], &[msr(CPACR_EL1, SPOILT), asm::ISB]].concat()
            }
            // SCTLR_EL1.A, SA and DZE.
            16 => {
                let bit = *self.rng.pick(&[1, 3, 4, 14]);
                vec![mrs(SPOILT, SCTLR_EL1), asm::eor_bit_wide(SPOILT, SPOILT, bit), msr(SCTLR_EL1, SPOILT), asm::ISB]
            }
            // DAIFSet and DAIFClr of I and F; PAN; UAO; DIT.
            17..20 => {
                let (op1, op2, imm) = *self.rng.pick(&[
                    (3, 6, 3),
                    (3, 7, 3),
                    (3, 7, 2),
                    (0, 4, 0),
                    (0, 4, 1),
                    (0, 3, 0),
                    (0, 3, 1),
                    (3, 2, 1),
                ]);
                vec![msr_imm(op1, op2, imm)]
            }
            // The virtual timer, soon.
            20..22 => {
                let ticks = self.rng.below(40) as u32;
                vec![
                    asm::constant(SPOILT, ticks)[0],
                    msr(CNTV_TVAL_EL0, SPOILT),
                    asm::constant(SPOILT, 1)[0],
                    msr(CNTV_CTL_EL0, SPOILT),
                ]
            }
            // An interrupt of software, to itself.
            22 if self.world.gic_v3 => {
                let number = self.rng.below(SGIS) as u32;
                [&asm::constant(SPOILT, number << 24 | 1)[..], &[msr(ICC_SGI1R_EL1, SPOILT), asm::ISB]].concat()
            }
            22 => {
                let number = self.rng.below(SGIS) as u32;
                let [address, value] =
                    [(ADDRESS, GICD_SGIR), (SPOILT, 2 << 24 | number)].map(|(r, v)| asm::constant(r, v));
                [&address[..], &value[..], &[asm::str_w(SPOILT, ADDRESS, 0)]].concat()
            }
            23 => vec![msr(*self.rng.pick(&[AT_S1E1R, AT_S1E0W]), DATA_BASE), asm::ISB, mrs(rd, PAR_EL1)],
            24 => vec![msr(*self.rng.pick(&[TLBI_VMALLE1, TLBI_ASIDE1]), rs), asm::DSB_ISH, asm::ISB],
            25 if self.world.timer.is_some() => vec![asm::WFI],
            // WFE, SEV, SEVL and YIELD; CLREX; DMB.
            25 | 26 => {
                vec![*self.rng.pick(&[0xd503_205f, 0xd503_209f, 0xd503_20bf, 0xd503_203f, 0xd503_3f5f, 0xd503_3bbf])]
            }
            // BRK; HVC; HLT that is no semihosting; UDF.
            27..29 => vec![*self.rng.pick(&[0xd420_0000, 0xd400_0002, 0xd440_0020, 0])],
            // Undefined at EL0, or everywhere.
            29 => vec![mrs(rd, *self.rng.pick(&[system(3, 0, 0, 4, 0), system(3, 4, 1, 1, 0), system(3, 3, 0, 0, 1)]))],
            _ => vec![asm::DSB_ISH, asm::ISB],
        };
        words.into_iter().map(Op::Word).collect()
    }
}
