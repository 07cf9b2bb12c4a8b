//! How programs are laid out for RISC-V.

use super::super::code::{CASES, Op, Target, Words};
use super::world::World;
use crate::asm::{self, addi};

/// The register that addresses are made in.
pub const ADDRESS: u32 = 8;
/// A register that some statements spoil.
pub const SPOILT: u32 = 7;
/// The register that points into the middle of the data; `sp` points to a page's beginning.
pub const DATA_BASE: u32 = 9;
/// What a function keeps its return address in, from the first function's register on.
pub const KEPT_RA: u32 = 24;

impl Words for World {
    fn jump(to: Target) -> Op {
        Op::Jal(0x6f, to)
    }

    fn short_branch(branch: u32) -> Option<u16> {
        let (funct3, rs1, rs2) = (branch >> 12 & 7, branch >> 15 & 31, branch >> 20 & 31);
        let exists = funct3 < 2 && rs2 == 0 && (8..16).contains(&rs1);
        exists.then(|| (0xc001 | funct3 << 13 | (rs1 - 8) << 7) as u16)
    }

    fn count_from(counter: u32, times: u32) -> Op {
        Op::Word(addi(counter, 0, times as i32))
    }

    fn again(counter: u32, start: Target) -> [Op; 2] {
        [Op::Word(addi(counter, counter, -1)), Op::Branch(0x63 | 1 << 12 | counter << 15, start)]
    }

    fn choose(on: u32, table: Target) -> Vec<Op> {
        vec![
            Op::Address(ADDRESS, addi(ADDRESS, ADDRESS, 0), table),
            Op::Word(asm::i(0x13, 7, SPOILT, on, CASES as i32 - 1)),
            Op::Word(asm::i(0x13, 1, SPOILT, SPOILT, 2)),
            Op::Word(asm::r(0x33, 0, 0, ADDRESS, ADDRESS, SPOILT)),
            Op::Word(asm::jalr(0, ADDRESS, 0)),
        ]
    }

    fn encode(op: Op, _: u32, distance: i32) -> Vec<u8> {
        let word = |word: u32| word.to_le_bytes().to_vec();
        match op {
            Op::Mark(_) => Vec::new(),
            Op::Word(w) => word(w),
            Op::Half(half) => half.to_le_bytes().to_vec(),
            Op::Branch(w, _) => word(w | asm::b_offset(distance)),
            Op::ShortBranch(half, _) => (half | asm::cb_offset(distance)).to_le_bytes().to_vec(),
            Op::Jal(w, _) => word(w | asm::j_offset(distance)),
            // The second instruction's constant is an I-type immediate.
            Op::Address(rd, second, _) => {
                let upper = (distance.wrapping_add(0x800) >> 12) as u32 & 0xf_ffff;
                [word(asm::auipc(rd, upper)), word(second | (distance as u32 & 0xfff) << 20)].concat()
            }
        }
    }
}
