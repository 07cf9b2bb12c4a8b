//! Traps, returns and waiting: facts of the manual, one a test.

use super::*;
use crate::hart::Arch;
use crate::riscv::cause;
use crate::riscv::isa_string::Isa;
use crate::riscv::testing::*;
use emu_devices::irq::Sink;

const HANDLER: u64 = RAM + 0x1000;

fn trap_here(hart: &Hart<Riscv>, cause: u64) {
    take_trap(hart, Trap { cause, tval: 0x123 });
}

/// In `mode`, with `mtvec` and `stvec` set.
fn hart_in(mode: u8) -> Hart<Riscv> {
    let hart = hart("rv64gc_sstc");
    hart.arch.registers.mtvec.set(HANDLER);
    hart.arch.registers.stvec.set(HANDLER + 0x100);
    hart.arch.set_mode(&hart, mode);
    hart
}

#[test]
fn a_trap_goes_to_m_mode_unless_delegated() {
    let hart = hart_in(mode::U);
    hart.pc.set(0x4000);
    trap_here(&hart, cause::LOAD_PAGE);
    let r = &hart.arch.registers;
    assert_eq!((hart.mode.get(), hart.pc.get()), (mode::M, HANDLER));
    assert_eq!((r.mepc.get(), r.mcause.get(), r.mtval.get(), r.mpp()), (0x4000, 13, 0x123, mode::U));
    assert_eq!(hart.arch.tally.exceptions[13].get(), 1);
}

#[test]
fn a_delegated_trap_goes_to_s_mode_but_never_down_from_m() {
    for (from, to) in [(mode::U, mode::S), (mode::S, mode::S), (mode::M, mode::M)] {
        let hart = hart_in(from);
        hart.arch.registers.medeleg.set(1 << cause::LOAD_PAGE);
        hart.pc.set(0x4000);
        trap_here(&hart, cause::LOAD_PAGE);
        assert_eq!(hart.mode.get(), to);
        let r = &hart.arch.registers;
        if to == mode::S {
            assert_eq!(
                (hart.pc.get(), r.sepc.get(), r.scause.get(), r.stval.get()),
                (HANDLER + 0x100, 0x4000, 13, 0x123)
            );
            assert_eq!(r.status(Status::SPP), from == mode::S);
            assert_eq!(r.mcause.get(), 0, "the machine's registers stay");
        }
    }
}

#[test]
fn the_enable_is_stacked_and_restored() {
    let hart = hart_in(mode::M);
    hart.arch.set_status(&hart, Status::MIE.bits());
    trap_here(&hart, cause::ILLEGAL);
    assert_eq!(hart.arch.registers.mstatus.get(), (Status::MPIE.bits()) | 3 << MPP);
    step(&hart, MRET);
    assert_eq!(hart.arch.registers.mstatus.get(), (Status::MIE | Status::MPIE).bits(), "MPP becomes U");
}

#[test]
fn only_interrupts_are_vectored() {
    let hart = hart_in(mode::M);
    hart.arch.registers.mtvec.set(HANDLER | 1);
    trap_here(&hart, cause::ILLEGAL);
    assert_eq!(hart.pc.get(), HANDLER);
    take_interrupt(&hart, 7);
    assert_eq!(hart.pc.get(), HANDLER + 28);
    assert_eq!(hart.arch.registers.mcause.get(), 1 << 63 | 7);
    let hart = crate::riscv::testing::hart("rv32gc");
    take_interrupt(&hart, 11);
    assert_eq!(hart.arch.registers.mcause.get(), 1 << 31 | 11);
}

#[test]
fn returning_leaves_mprv_only_in_m_mode() {
    for (to, stays) in [(mode::M, true), (mode::S, false), (mode::U, false)] {
        let hart = hart_in(mode::M);
        hart.arch.set_status(&hart, Status::MPRV.bits() | (to as u64) << MPP);
        hart.arch.registers.mepc.set(0x5000);
        step(&hart, MRET);
        assert_eq!((hart.mode.get(), hart.pc.get()), (to, 0x5000));
        assert_eq!(hart.arch.registers.status(Status::MPRV), stays);
    }
}

#[test]
fn sret_returns_from_s_mode_and_can_be_forbidden() {
    let hart = hart_in(mode::S);
    hart.arch.set_status(&hart, (Status::SPP | Status::SPIE).bits());
    hart.arch.registers.sepc.set(0x6000);
    step(&hart, SRET);
    assert_eq!((hart.mode.get(), hart.pc.get()), (mode::S, 0x6000));
    assert_eq!(hart.arch.registers.mstatus.get(), (Status::SIE | Status::SPIE).bits());
    hart.arch.set_status(&hart, Status::TSR.bits());
    step(&hart, SRET);
    assert_eq!((hart.mode.get(), hart.arch.registers.mcause.get()), (mode::M, cause::ILLEGAL));
}

#[test]
fn returns_need_their_mode() {
    for (mode, word) in [(mode::S, MRET), (mode::U, MRET), (mode::U, SRET), (mode::U, SFENCE_VMA)] {
        let hart = hart_in(mode);
        step(&hart, word);
        assert_eq!((hart.trap.get().cause, hart.trap.get().tval), (cause::ILLEGAL, word as u64));
    }
}

#[test]
fn calls_tell_the_mode_and_breakpoints_their_address() {
    for (mode, cause) in [(mode::U, 8), (mode::S, 9), (mode::M, 11)] {
        let hart = hart_in(mode);
        step(&hart, ECALL);
        assert_eq!(hart.trap.get(), Trap { cause, tval: 0 });
        assert_eq!(hart.retired.get(), 0, "it does not retire");
    }
    let hart = hart_in(mode::M);
    step(&hart, EBREAK);
    assert_eq!(hart.trap.get(), Trap { cause: cause::BREAKPOINT, tval: RAM });
}

#[test]
fn interrupts_come_in_the_manuals_order() {
    let hart = hart_in(mode::M);
    hart.arch.set_status(&hart, Status::MIE.bits());
    hart.arch.registers.mie.set(0xaaa);
    hart.arch.registers.mip.set(0x222);
    for line in [3, 7, 11] {
        hart.lines.drive(line, true);
    }
    for expected in [11, 3, 7, 9, 1, 5] {
        assert_eq!(pending_interrupt(&hart), Some(expected));
        hart.arch.registers.mie.set(hart.arch.registers.mie.get() & !(1 << expected));
    }
    assert_eq!(pending_interrupt(&hart), None);
}

#[test]
fn enables_count_in_their_own_mode_and_not_below() {
    // Delegated or not, MIE, SIE, mode, whether a supervisor software interrupt is taken.
    for (delegated, enables, now, taken) in [
        (false, Status::empty(), mode::M, false),
        (false, Status::MIE, mode::M, true),
        (false, Status::empty(), mode::S, true),
        (true, Status::MIE, mode::M, false),
        (true, Status::empty(), mode::S, false),
        (true, Status::SIE, mode::S, true),
        (true, Status::empty(), mode::U, true),
    ] {
        let hart = hart_in(now);
        hart.arch.set_status(&hart, enables.bits());
        hart.arch.registers.mideleg.set(if delegated { 2 } else { 0 });
        hart.arch.registers.mie.set(2);
        hart.arch.registers.mip.set(2);
        assert_eq!(pending_interrupt(&hart).is_some(), taken, "{delegated} {enables:?} {now}");
    }
}

#[test]
fn waiting_ends_with_what_is_enabled_in_mie() {
    let hart = hart_in(mode::M);
    step(&hart, WFI);
    assert!(hart.waiting.get());
    assert_eq!(hart.retired.get(), 1);
    hart.lines.drive(7, true);
    assert!(!wakes(&hart));
    hart.arch.registers.mie.set(1 << 7);
    assert!(wakes(&hart), "although MIE is off");
    hart.waiting.set(false);
    step(&hart, WFI);
    assert!(!hart.waiting.get(), "there is nothing to wait for");
}

#[test]
fn waiting_can_be_forbidden() {
    for (mode, tw, may) in [
        (mode::M, true, true),
        (mode::S, true, false),
        (mode::S, false, true),
        (mode::U, false, false),
        (mode::U, true, false),
    ] {
        let hart = hart_in(mode);
        hart.arch.set_status(&hart, if tw { Status::TW.bits() } else { 0 });
        step(&hart, WFI);
        assert_eq!(hart.waiting.get(), may, "mode {mode}, TW {tw}");
    }
    let hart = hart_of(Isa::parse("rv32imc").unwrap().with_modes("mu").unwrap());
    hart.arch.set_mode(&hart, mode::U);
    step(&hart, WFI);
    assert!(hart.waiting.get(), "without S mode, U mode may");
}

#[test]
fn a_handler_that_traps_for_ever_is_noticed() {
    let hart = hart_in(mode::M);
    hart.arch.registers.mtvec.set(0x10);
    run(&hart, &[ECALL, NOP]);
    assert!(Riscv::is_stuck(&hart));
    assert_eq!((hart.pc.get(), hart.trap.get().cause), (0x10, cause::FETCH_ACCESS));
    let call = Trap { cause: cause::ECALL_U + 3, tval: 0 };
    assert_eq!(Riscv::first_trap(&hart), Taken { pc: RAM, trap: call, is_interrupt: false });
}

#[test]
fn an_interrupt_may_be_what_leads_to_trapping_for_ever() {
    let hart = hart_in(mode::M);
    hart.arch.registers.mtvec.set(0x10);
    load(&hart, &[NOP, NOP]);
    hart.pc.set(RAM);
    let mut interp = crate::interp::run::Interp::default();
    interp.run(&hart, 1);
    take_interrupt(&hart, interrupt::MTI);
    for _ in 0..STUCK {
        interp.run(&hart, 100);
    }
    assert!(Riscv::is_stuck(&hart));
    let timer = Trap { cause: interrupt::MTI, tval: 0 };
    assert_eq!(Riscv::first_trap(&hart), Taken { pc: RAM + 4, trap: timer, is_interrupt: true });
}

#[test]
fn traps_with_instructions_between_them_are_no_standstill() {
    let hart = hart_in(mode::M);
    hart.arch.registers.mtvec.set(RAM + 4);
    load(&hart, &[0, NOP, ECALL]);
    hart.pc.set(RAM);
    let mut interp = crate::interp::run::Interp::default();
    while hart.retired.get() < 1000 {
        interp.run(&hart, 100);
    }
    assert!(hart.traps.get() > 500);
    assert!(!Riscv::is_stuck(&hart));
}

#[test]
fn the_supervisor_timer_is_an_event() {
    let hart = hart_in(mode::M);
    hart.arch.registers.stimecmp.set(9);
    assert_eq!(Riscv::next_event(&hart), None, "while it is off");
    hart.arch.registers.menvcfg.set(1 << 63);
    assert_eq!(Riscv::next_event(&hart), Some(900));
}
