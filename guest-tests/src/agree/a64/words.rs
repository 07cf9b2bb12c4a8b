//! How programs are laid out for AArch64.

use super::super::code::{CASES, Op, Target, Words};
use super::world::World;
use crate::a64::asm::{self, add_imm, add_reg};

/// The registers that instructions work on are below it; this is one that some statements spoil.
pub const SPOILT: u32 = 14;
/// The register that addresses are made in.
pub const ADDRESS: u32 = 15;
/// The index of an access.
pub const INDEX: u32 = 16;
/// What a call asks for.
pub const CALL: u32 = 17;
/// Where to go on after a jump to nowhere.
pub const LOST: u32 = 18;
/// The register that points into the middle of the data; SP points to a page's beginning.
pub const DATA_BASE: u32 = 19;
/// Loop counters: of the main part by depth, then one for each function.
pub const COUNTERS: u32 = 20;
/// What a function keeps its return address in, from the first function's register on.
pub const KEPT_LINK: u32 = 26;
/// X30.
pub const LINK: u32 = 30;

impl Words for World {
    fn jump(to: Target) -> Op {
        Op::Jal(asm::B, to)
    }

    fn short_branch(_: u32) -> Option<u16> {
        None
    }

    fn count_from(counter: u32, times: u32) -> Op {
        Op::Word(asm::constant(counter, times)[0])
    }

    /// Some count in 64 bits and test the register, others by flags: which, the counter says.
    fn again(counter: u32, start: Target) -> [Op; 2] {
        const SUBS_1: u32 = 0xf100_0400;
        const NE: u32 = 1;
        if counter.is_multiple_of(2) {
            [Op::Word(asm::add(counter, counter, -1)), Op::Branch(asm::cbz(true, true, counter), start)]
        } else {
            [Op::Word(SUBS_1 | counter << 5 | counter), Op::Branch(asm::b_cond(NE), start)]
        }
    }

    fn choose(on: u32, table: Target) -> Vec<Op> {
        vec![
            Op::Address(ADDRESS, add_imm(ADDRESS, ADDRESS, 0), table),
            Op::Word(asm::ubfx(SPOILT, on, 0, CASES.ilog2())),
            Op::Word(add_reg(ADDRESS, ADDRESS, SPOILT, 2)),
            Op::Word(asm::br(ADDRESS)),
        ]
    }

    fn encode(op: Op, at: u32, distance: i32) -> Vec<u8> {
        let word = |word: u32| word.to_le_bytes().to_vec();
        match op {
            Op::Mark(_) => Vec::new(),
            Op::Word(w) => word(w),
            Op::Half(_) | Op::ShortBranch(..) => unreachable!("all instructions have four bytes"),
            Op::Branch(w, _) | Op::Jal(w, _) => word(w | asm::offset(w, distance)),
            // ADRP; the second instruction adds the lower twelve bits. The image begins at a page's beginning.
            Op::Address(rd, second, _) => {
                let to = at.wrapping_add_signed(distance);
                let pages = (to >> 12).wrapping_sub(at >> 12);
                let adrp = 0x9000_0000 | (pages & 3) << 29 | (pages >> 2 & 0x7_ffff) << 5 | rd;
                [word(adrp), word(second | (to & 0xfff) << 10)].concat()
            }
        }
    }
}
