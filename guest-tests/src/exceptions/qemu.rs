//! QEMU 7.2's. Where it is wrong the manual's place says why.

use super::{Exception, T1, T2, data, keep, read, user};
use crate::asm::{self, addi, csrrc, csrrs, csrrw, lui};
use crate::random::{Exit, Op, Scope, Unsplit};
use std::ops::RangeInclusive;

/// What may be written of mstatus and sstatus: not MPRV, and no field of another extension.
const STATUS: u64 = 0x7c_79aa;
const MPP: u64 = 3 << 11;
const FS: u64 = 3 << 13;

/// medeleg's bits for misaligned fetches and calls from VS and M mode.
const UNDELEGATED: u64 = 1 | 1 << 10 | 1 << 11;

/// misa, menvcfg or its upper half, cycle, time, instret.
const fn unseen(environment: u16) -> [RangeInclusive<u16>; 5] {
    [0x301..=0x301, environment..=environment, 0xb00..=0xb02, 0xb80..=0xb82, 0xc00..=0xc82]
}

/// What it can judge of RV32.
pub const SCOPE_RV32: Scope = Scope {
    absent: &["ebreak", "c.ebreak", "sinval.vma", "sfence.w.inval", "sfence.inval.ir", "ctzw"],
    // vstimecmp; pmpcfg4 and pmpaddr16 and further; triggers; mhpmcounter.
    unread: &[0x24d..=0x24d, 0x25d..=0x25d, 0x3a4..=0x3af, 0x3c0..=0x3ef, 0x7a0..=0x7af, 0xb03..=0xb1f, 0xb83..=0xb9f],
    unseen: &const { unseen(0x31a) },
    written: &[
        ("fflags", !0),
        ("frm", !0),
        ("fcsr", !0),
        ("fcsr", !0),
        ("mscratch", !0),
        ("sscratch", !0),
        ("mepc", !1),
        ("sepc", !1),
        ("mcause", !0),
        ("scause", !0),
        ("mtval", !0),
        ("stval", !0),
        ("mcounteren", 7),
        ("scounteren", 7),
        ("mcountinhibit", 5),
        ("mstatus", STATUS),
        ("mstatus", STATUS),
        ("mstatush", 0x30),
        ("sstatus", STATUS),
        ("sstatus", STATUS),
        ("mideleg", 0x222),
        ("senvcfg", 1),
        ("menvcfg", 1),
    ],
    // For stimecmp what is past or far away.
    interrupts: &[
        ("mie", 0xaaa),
        ("mip", 0x222),
        ("sie", 0x222),
        ("sip", 0x222),
        ("stimecmp", !0x3ff),
        ("stimecmph", !0),
    ],
    // Sets in which a lower number goes first.
    enabled_together: &[1 << 11, 1 << 3 | 1 << 7 | 1 << 9, 1 << 3 | 1 << 5, 1 << 1 | 1 << 5],
    whole_fields: &[MPP, FS],
    hides_flags: true,
    delegated: !UNDELEGATED,
    // ADUE, PBMTE, STCE.
    environment: 1 << 61 | 1 << 62 | 1 << 63,
    misaligned_atomics: &["Lr"],
    tame: &["A"],
    misaligned_faults: false,
    unsplit: Unsplit::Protected,
    odd_reservations: false,
    entry_bits: 61,
    reserved_pmp: false,
    // Both views of memory have some of it, and the device tree, 16 MiB before the end, lies in neither image.
    ram_bytes: (1 << 30) + (32 << 20),
    exit: Exit::Finisher,
};

/// And of RV64, where ADUE is in menvcfg, which is the last of what is written.
pub const SCOPE_RV64: Scope = Scope {
    unseen: &const { unseen(0x30a) },
    written: SCOPE_RV32.written.split_at(SCOPE_RV32.written.len() - 1).0,
    ..SCOPE_RV32
};

/// What it does differently.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        name: "mtval of EBREAK",
        reason: "the manual allows the instruction's address (here) and 0 (QEMU)",
        probe: || vec![Op::Word(asm::EBREAK)],
    },
    Exception {
        name: "Svinval below M mode",
        reason: "SFENCE.W.INVAL and SFENCE.INVAL.IR are illegal in U mode, which QEMU does not see",
        probe: || user(&[0x1800_0073]),
    },
    Exception {
        name: "CTZW",
        reason: "it counts in the lower word; QEMU goes on into the upper one (33 for 1 << 33)",
        probe: || {
            let one = [addi(T1, 0, 1), asm::i(0x13, 1, T1, T1, 33)];
            one.into_iter().chain([asm::i(0x1b, 1, T1, T1, 0x601)]).map(Op::Word).collect()
        },
    },
    Exception { name: "misa.B", reason: "a younger letter than QEMU 7.2", probe: || read(0x301) },
    Exception {
        name: "menvcfg.ADUE",
        reason: "QEMU has no Svadu and always sets A and D; here ADUE is set from the start",
        probe: || [read(0x30a), read(0x31a)].concat(),
    },
    Exception {
        name: "menvcfg and senvcfg without Zicbom and Zicboz",
        reason: "QEMU keeps their fields",
        probe: || keep(0x10a, 0x40),
    },
    Exception {
        name: "mstatus without V and H",
        reason: "QEMU keeps VS, MPV and GVA",
        probe: || vec![Op::Word(addi(T1, 0, 0x600)), Op::Word(csrrs(0, 0x300, T1))],
    },
    Exception {
        name: "mstatus.MPP",
        reason: "it holds modes that are there (3.1.6.1), and 2 on QEMU",
        probe: || vec![Op::Word(lui(T1, 1)), Op::Word(csrrs(0, 0x300, T1)), Op::Word(csrrs(T1, 0x300, 0))],
    },
    Exception {
        name: "mstatus.MPRV",
        reason: "MRET and SRET to a mode below M clear it (3.1.6.1), which QEMU does not",
        probe: || [vec![Op::Word(lui(T1, 0x20)), Op::Word(csrrs(0, 0x300, T1))], user(&[])].concat(),
    },
    Exception {
        name: "mstatus.FS and flags",
        reason: "QEMU does not call the state dirty when only flags were raised",
        probe: || {
            // f0 = a signalling NaN. FS goes from dirty to initial.
            let nan = [lui(T1, 0x7f800), addi(T1, T1, 1), asm::r(0x53, 0, 0x78, 0, T1, 0)];
            let initial = [lui(T1, 4), csrrc(0, 0x300, T1)];
            nan.into_iter().chain(initial).chain([asm::r(0x53, 2, 0x50, T1, 0, 0)]).map(Op::Word).collect()
        },
    },
    Exception {
        name: "mepc and sepc",
        reason: "the lowest bit is always 0 (3.1.14, 4.1.7); QEMU keeps it",
        probe: || keep(0x341, 1),
    },
    Exception {
        name: "stvec and mtvec",
        reason: "a reserved mode: here the base is taken and the mode's upper bit is not, QEMU ignores all of it",
        probe: || keep(0x105, 2),
    },
    Exception {
        name: "medeleg",
        reason: "QEMU keeps bits of exceptions that do not occur, and of calls from M mode, whose bit is 0 (3.1.8)",
        probe: || keep(0x302, 0x401),
    },
    Exception {
        name: "mideleg, mie and mip",
        reason: "QEMU has the hypervisor's and the counters' interrupts without H and Sscofpmf",
        probe: || keep(0x303, 0x444),
    },
    Exception {
        name: "which interrupt goes first",
        reason: "external, software, timer (3.1.9); without Smaia the one with the lowest number on QEMU",
        probe: || {
            // SEI and SSI, for M mode.
            let enable = [addi(T1, 0, 0x222), csrrw(0, 0x304, T1)];
            let raise = [addi(T1, 0, 0x202), csrrw(0, 0x344, T1), addi(T1, 0, 8), csrrs(0, 0x300, T1)];
            enable.into_iter().chain(raise).map(Op::Word).collect()
        },
    },
    Exception { name: "vstimecmp", reason: "illegal without H; QEMU reads 0", probe: || read(0x24d) },
    Exception {
        name: "triggers",
        reason: "there are none here; QEMU has their registers with debug=off",
        probe: || read(0x7a0),
    },
    Exception {
        name: "values of cycle, time and instret",
        reason: "QEMU's come from its clock; who may read them is compared",
        probe: || read(0xb02),
    },
    Exception {
        name: "mcounteren, scounteren and mcountinhibit",
        reason: "QEMU keeps bits of counters that are not there",
        probe: || keep(0x306, 8),
    },
    Exception {
        name: "mhpmcounter",
        reason: "QEMU's programmable counters are off, and then illegal; the manual has them always, if only as 0 (3.1.10)",
        probe: || read(0xb03),
    },
    Exception {
        name: "mhpmevent",
        reason: "it holds an event that there is, or 0; QEMU keeps what is written",
        probe: || keep(0x323, 0x7ff),
    },
    Exception {
        name: "upper PMP entries",
        reason: "with 16 entries the registers of the other 48 are read-only 0 here, illegal on QEMU",
        probe: || read(0x3c0),
    },
    Exception {
        name: "pmpaddr's upper bits",
        reason: "10 bits are 0 on RV64 (3.7.1); QEMU keeps them",
        probe: || keep(0x3b0, -1),
    },
    Exception {
        name: "PMP entries with W and without R",
        reason: "reserved, and such a field reads as what is legal (3.7.1); QEMU keeps it",
        probe: || keep(0x3a0, 2),
    },
    Exception {
        name: "PMP and accesses across pages",
        reason: "each page's part is checked by itself here, the whole access on QEMU: the manual allows both",
        probe: || {
            // A locked entry for the last four bytes of the first page that everybody may use.
            let entry = [asm::i(0x13, 5, T1, T2, 2), csrrw(0, 0x3b0, T1), addi(T1, 0, 0x97), csrrw(0, 0x3a0, T1)];
            std::iter::once(data(0xffc))
                .chain(entry.into_iter().chain([asm::s(0x23, 2, T2, T1, 2)]).map(Op::Word))
                .collect()
        },
    },
    Exception {
        name: "misaligned AMOs",
        reason: "an AMO raises a store's exception (3.1.15); QEMU raises a load's",
        probe: || vec![data(2), Op::Word(asm::r(0x2f, 2, 0, T1, T2, T1))],
    },
    Exception {
        name: "faults of AMOs",
        reason: "as above; and QEMU takes reading for a load, before writing",
        probe: || vec![Op::Word(lui(T2, 0x40000)), Op::Word(asm::r(0x2f, 2, 0, T1, T2, T1))],
    },
    Exception {
        name: "mtval of misaligned access faults",
        reason: "the address of the part that faults; QEMU gives where that begins in its own parts",
        probe: || vec![Op::Word(lui(T2, 0x40000)), Op::Word(asm::i(0x03, 2, T1, T2, 1))],
    },
    Exception {
        name: "SC after a store, or of another size",
        reason: "it may fail or not; QEMU stores if memory still has the value that LR has read",
        probe: || {
            let [lr, sc] = [0x08, 0x0c].map(|funct5| asm::r(0x2f, 2, funct5, T1, T2, if funct5 == 8 { 0 } else { T1 }));
            let change = [addi(T1, T1, 1), asm::s(0x23, 2, T2, T1, 0)];
            std::iter::once(data(0)).chain([lr].into_iter().chain(change).chain([sc]).map(Op::Word)).collect()
        },
    },
    Exception {
        name: "bits 54 to 60 of page-table entries",
        reason: "reserved, so a page fault (4.4.1); QEMU ignores them where it has Svnapot or Svpbmt",
        probe: || {
            // A gigapage at 0 with bit 54, in an Sv39 table at the data's start, seen by a load with MPRV for S mode.
            let shift = |by: i32| asm::i(0x13, 1, T1, T1, by);
            let entry = [addi(T1, 0, 1), shift(25), addi(T1, T1, 1), shift(29), addi(T1, T1, 0xcf)];
            let root = [
                asm::s(0x23, 3, T2, T1, 0),
                lui(T1, 0x80),
                addi(T1, T1, 3),
                addi(T2, 0, 1),
                asm::i(0x13, 1, T2, T2, 63),
            ];
            let satp = [asm::r(0x33, 6, 0, T1, T1, T2), csrrw(0, 0x180, T1), asm::SFENCE_VMA];
            let load = [lui(T1, 0x21), addi(T1, T1, -0x800), csrrs(0, 0x300, T1), asm::i(0x03, 2, T1, 0, 0)];
            let words = entry.into_iter().chain(root).chain(satp).chain(load);
            std::iter::once(data(0)).chain(words.map(Op::Word)).collect()
        },
    },
];
