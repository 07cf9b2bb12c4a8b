//! Spike's.

use super::{Exception, T1, T2, data, keep, read};
use crate::asm::{self, addi, csrrs, csrrw};
use crate::random::{DATA, Exit, Op, Scope, Target, Unsplit};

/// What it can judge.
pub const SCOPE: Scope = Scope {
    absent: &[],
    // The debug specification's contexts.
    unread: &[0x5a8..=0x5a8, 0x6a8..=0x6a8, 0x7a8..=0x7aa],
    // time, marchid.
    unseen: &[0xc01..=0xc01, 0xc81..=0xc81, 0xf12..=0xf12],
    written: &[
        ("fflags", !0),
        ("frm", !0),
        ("fcsr", !0),
        ("fcsr", !0),
        ("mscratch", !0),
        ("sscratch", !0),
        ("mepc", !0),
        ("sepc", !0),
        ("mcause", !0),
        ("scause", !0),
        ("mtval", !0),
        ("stval", !0),
        ("mcounteren", !0),
        ("scounteren", !0),
        ("mcountinhibit", !0),
        ("minstret", !0),
        ("mcycle", !0),
        ("minstreth", !0),
        ("mcycleh", !0),
        ("mstatus", !0),
        ("mstatus", !0),
        ("mstatush", !0),
        ("sstatus", !0),
        ("sstatus", !0),
        ("mideleg", !0),
        // Not FIOM, and not STCE: while it is set Spike moves STIP with its clock.
        ("senvcfg", !1),
        ("menvcfg", !(1 | 1 << 63)),
        ("menvcfgh", !(1 << 31)),
    ],
    interrupts: &[("mie", !0), ("mip", !0), ("sie", !0), ("sip", !0)],
    enabled_together: &[!0],
    whole_fields: &[],
    hides_flags: false,
    delegated: !0,
    environment: 0,
    misaligned_atomics: &[],
    tame: &[],
    misaligned_faults: true,
    unsplit: Unsplit::Refused,
    odd_reservations: true,
    entry_bits: 54,
    reserved_pmp: true,
    ram_bytes: 1 << 20,
    exit: Exit::Htif,
};

/// What it does differently.
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
        probe: || keep(0x30a, 1),
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
        name: "a load across pages that both refuse it",
        reason: "a page fault of the second page comes first here, an access fault of the first page on Spike",
        probe: || {
            // Sv39, with the rights of U mode for data. The last page below 2 GiB maps to where there is no RAM, the next is not
            // U mode's.
            let root = [asm::lui(T1, 0x80), addi(T1, T1, 10), addi(T2, 0, 1), asm::i(0x13, 1, T2, T2, 63)];
            let satp = [asm::r(0x33, 6, 0, T1, T1, T2), csrrw(0, 0x180, T1)];
            let mprv = [asm::lui(T1, 0x20), csrrs(0, 0x300, T1)];
            let load = [asm::i(0x13, 5, T2, T2, 32), asm::i(0x03, 2, T1, T2, -2)];
            root.into_iter().chain(satp).chain(mprv).chain(load).map(Op::Word).collect()
        },
    },
    Exception {
        name: "writes to misa",
        reason: "read-only here; Spike lets extensions be switched off",
        probe: || vec![Op::Word(addi(T1, 0, 1)), Op::Word(asm::csrrc(0, 0x301, T1)), Op::Word(csrrs(T1, 0x301, 0))],
    },
    Exception {
        name: "mcontext and scontext",
        reason: "there are no triggers here that could compare them; Spike has them without triggers too",
        probe: || read(0x5a8),
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
        probe: || keep(0x323, 1),
    },
];
