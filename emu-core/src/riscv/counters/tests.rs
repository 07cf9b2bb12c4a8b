//! What a program reads of its own counts.

use super::*;
use crate::riscv::csr::number;
use crate::riscv::slots::src;
use crate::riscv::testing::*;

fn csr(name: &str) -> u16 {
    number(name).expect("a test's own name")
}

#[test]
fn a_program_counts_what_went_before() {
    let hart = hart("rv64gc_zicntr");
    run(&hart, &[NOP, NOP, csrrs(5, csr("minstret"), 0), csrrs(6, csr("instret"), 0), csrrs(7, csr("mcycle"), 0)]);
    assert_eq!([5, 6, 7].map(|r| hart.slots.get(src(r))), [2, 3, 4]);
}

#[test]
fn what_is_written_is_what_the_next_instruction_reads() {
    let hart = hart("rv64gc");
    let minstret = csr("minstret");
    run(
        &hart,
        &[NOP, csrrwi(0, minstret, 17), csrrs(5, minstret, 0), NOP, csrrs(6, minstret, 0), csrrs(7, csr("mcycle"), 0)],
    );
    assert_eq!([5, 6, 7].map(|r| hart.slots.get(src(r))), [17, 19, 5], "mcycle is another counter");
}

#[test]
fn an_inhibited_counter_stands_still() {
    let hart = hart("rv64gc_zicntr");
    let (minstret, inhibit) = (csr("minstret"), csr("mcountinhibit"));
    run(
        &hart,
        &[
            NOP,
            csrrwi(0, inhibit, 4), // not counted itself
            NOP,
            csrrs(5, minstret, 0),
            csrrwi(0, minstret, 9),
            csrrs(6, minstret, 0),
            csrrwi(0, inhibit, 0), // counted
            csrrs(7, minstret, 0),
            csrrs(8, csr("mcycle"), 0),
        ],
    );
    assert_eq!([5, 6, 7, 8].map(|r| hart.slots.get(src(r))), [1, 9, 10, 8]);
}

#[test]
fn an_instruction_that_traps_is_not_counted() {
    let hart = hart("rv64gc");
    hart.arch.registers.mtvec.set(RAM + 8);
    run(&hart, &[NOP, ECALL, csrrs(5, csr("minstret"), 0)]);
    assert_eq!(hart.slots.get(src(5)), 1);
}

const LW: u32 = 0x0003_2283; // lw x5, 0(x6)
const SW: u32 = 0x0053_2023; // sw x5, 0(x6)
const AMO: u32 = 0x0053_22af; // amoadd.w x5, x5, (x6)
const BEQ: u32 = 0x0000_0263; // beq x0, x0, +4
const BNE: u32 = 0x0000_1263; // bne x0, x0, +4
const JAL: u32 = 0x0040_006f; // jal x0, +4

#[test]
fn chosen_events_are_counted_exactly() {
    let hart = hart("rv64gc");
    hart.slots.set(src(6), RAM + 0x1000);
    let event = |n: u16, event: Event| csrrwi(0, csr("mhpmevent3") + n, event as u32);
    let read = |rd: u32, n: u16| csrrs(rd, csr("mhpmcounter3") + n, 0);
    let code = [
        LW,
        event(0, Event::Loads),
        event(1, Event::Stores),
        event(2, Event::Branches),
        event(3, Event::TakenBranches),
        event(4, Event::Jumps),
        LW,
        SW,
        AMO,
        read(10, 0), // in the same block as what it counts
        read(11, 1),
        BEQ,
        BNE,
        BEQ,
        JAL,
        BNE,
        read(12, 2),
        read(13, 3),
        read(14, 4),
        LW,
        event(0, Event::None),
        LW,
        read(15, 0),
    ];
    run(&hart, &code);
    assert_eq!([10, 11, 12, 13, 14, 15].map(|r| hart.slots.get(src(r))), [2, 2, 4, 2, 1, 3]);
}

#[test]
fn a_load_that_faults_is_a_trap_and_no_load() {
    let hart = hart("rv64gc");
    hart.arch.registers.mtvec.set(RAM + 12);
    let code = [
        csrrwi(0, csr("mhpmevent3"), Event::Loads as u32),
        csrrwi(0, csr("mhpmevent4"), Event::Traps as u32),
        LW,
        csrrs(10, csr("mhpmcounter3"), 0),
        csrrs(11, csr("mhpmcounter4"), 0),
    ];
    run(&hart, &code);
    assert_eq!([10, 11].map(|r| hart.slots.get(src(r))), [0, 1]);
}

#[test]
fn unknown_events_are_none_and_a_value_survives_a_new_choice() {
    let hart = hart("rv32gc");
    run(
        &hart,
        &[
            csrrwi(0, csr("mhpmevent9"), 31),
            csrrs(5, csr("mhpmevent9"), 0),
            csrrwi(0, csr("mhpmcounter9"), 12),
            csrrwi(0, csr("mhpmcounter9h"), 3),
            csrrwi(0, csr("mhpmevent9"), Event::Jumps as u32),
            csrrs(6, csr("mhpmcounter9"), 0),
            csrrs(7, csr("mhpmcounter9h"), 0),
        ],
    );
    assert_eq!([5, 6, 7].map(|r| hart.slots.get(src(r))), [0, 12, 3]);
}

#[test]
fn an_event_counter_can_be_inhibited() {
    let hart = hart("rv64gc_zihpm");
    hart.slots.set(src(6), RAM + 0x1000);
    let code = [
        csrrwi(0, csr("mhpmevent3"), Event::Loads as u32),
        LW,
        csrrwi(0, csr("mcountinhibit"), 8),
        LW,
        csrrwi(0, csr("mcountinhibit"), 0),
        LW,
        csrrs(10, csr("mhpmcounter3"), 0),
    ];
    run(&hart, &code);
    assert_eq!(hart.slots.get(src(10)), 2);
}
