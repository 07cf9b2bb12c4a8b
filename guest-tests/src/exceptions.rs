//! Where Spike and this emulator differ and both are right. Random programs stay clear of these; a probe for each shows that
//! the difference is still there, so that none stays in the list for longer than it is needed.

use crate::asm::{self, addi, csrrs, csrrw};
use crate::random::{DATA, Op, Target};

/// One difference.
pub struct Exception {
    /// What it is called.
    pub name: &'static str,
    /// Why both are right.
    pub reason: &'static str,
    /// A program's body that shows it. `t1` and `t2` are free, `sp` points into RAM.
    pub probe: fn() -> Vec<Op>,
}

const T1: u32 = 6;
const T2: u32 = 7;

fn read(csr: u32) -> Vec<Op> {
    vec![Op::Word(csrrs(T1, csr, 0))]
}

/// `t2` = the address `offset` bytes into the data.
fn data(offset: u32) -> Op {
    Op::Address(T2, addi(T2, T2, 0), Target::Offset(DATA + offset))
}

/// All of them.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        name: "cause of misaligned atomics",
        reason: "the manual allows address-misaligned (4, 6: here) and access-fault (5, 7: Spike with misaligned loads and stores on)",
        probe: || vec![data(2), Op::Word(asm::r(0x2f, 2, 0, T1, T2, T1))],
    },
    Exception {
        name: "SC after a trap",
        reason: "SC may fail for any reason; Spike drops the reservation when it returns from a trap",
        probe: || {
            let lr = asm::r(0x2f, 2, 0x08, T1, T2, 0);
            vec![data(0), Op::Word(lr), Op::Word(0), Op::Word(asm::r(0x2f, 2, 0x0c, T1, T2, T1))]
        },
    },
    Exception {
        name: "menvcfg.FIOM",
        reason: "it orders accesses that are in order here; Spike has no such bit",
        probe: || vec![Op::Word(addi(T1, 0, 1)), Op::Word(csrrw(0, 0x30a, T1)), Op::Word(csrrs(T1, 0x30a, 0))],
    },
    Exception {
        name: "CBO.ZERO on a partly protected block",
        reason: "one access of the whole block here, 64 accesses of a byte on Spike: only there the first bytes may be stored",
        probe: || {
            // A locked entry of four bytes at the block's middle that nobody may write.
            let address = vec![Op::Address(T2, addi(T2, T2, 0), Target::Offset(DATA + 32))];
            let entry = [asm::i(0x13, 5, T1, T2, 2), csrrw(0, 0x3b0, T1), addi(T1, 0, 0x91), csrrw(0, 0x3a0, T1)];
            let zero = [data(0), Op::Word(asm::i(0x0f, 2, 0, T2, 4)), Op::Word(asm::i(0x03, 4, T1, T2, 0))];
            address.into_iter().chain(entry.map(Op::Word)).chain(zero).collect()
        },
    },
    Exception {
        name: "a store across pages whose second part is refused",
        reason: "nothing is stored here; Spike has stored the first part",
        probe: || {
            // A locked entry for the first four bytes of the second page that nobody may write.
            let address = Op::Address(T2, addi(T2, T2, 0), Target::Offset(DATA + 0x1000));
            let entry = [asm::i(0x13, 5, T1, T2, 2), csrrw(0, 0x3b0, T1), addi(T1, 0, 0x91), csrrw(0, 0x3a0, T1)];
            let stores = [asm::s(0x23, 1, T2, 0, -2), asm::s(0x23, 2, T2, T1, -2), asm::i(0x03, 1, T1, T2, -2)];
            std::iter::once(address).chain(entry.map(Op::Word)).chain(stores.map(Op::Word)).collect()
        },
    },
    Exception {
        name: "writes to misa",
        reason: "read-only here; Spike lets extensions be switched off",
        probe: || vec![Op::Word(addi(T1, 0, 1)), Op::Word(asm::csrrc(0, 0x301, T1)), Op::Word(csrrs(T1, 0x301, 0))],
    },
    Exception { name: "marchid", reason: "no number is allocated for this implementation", probe: || read(0xf12) },
    Exception {
        name: "time",
        reason: "Spike's clock moves every 5000 instructions, this one's every 100",
        probe: || {
            let wait = std::iter::repeat_n(Op::Word(addi(0, 0, 0)), 200);
            wait.chain(read(0xc01)).collect()
        },
    },
    Exception {
        name: "event selectors",
        reason: "Spike's event counters count nothing, and their selectors are zero",
        probe: || vec![Op::Word(addi(T1, 0, 1)), Op::Word(csrrw(0, 0x323, T1)), Op::Word(csrrs(T1, 0x323, 0))],
    },
];
