//! Cache-block operations, fences and calls to a debugger.

use super::*;
use crate::riscv::csr::environment;
use crate::riscv::slots::src;
use crate::riscv::testing::*;
use emu_mem::GuestPhys;

/// CBO.* with x6 as its address.
fn cbo(operation: u32) -> u32 {
    operation << 20 | 6 << 15 | 2 << 12 | 0x0f
}
const INVAL: u32 = 0;
const CLEAN: u32 = 1;
const FLUSH: u32 = 2;
const ZERO_BLOCK: u32 = 4;

fn illegal(hart: &Hart<Riscv>, word: u32) -> bool {
    hart.trap.set(Trap::default());
    step(hart, word);
    hart.trap.get().cause == cause::ILLEGAL
}

#[test]
fn zeroing_clears_the_block_around_the_address() {
    let hart = hart("rv64gc_zicboz");
    let block = RAM + 0x1040;
    hart.memory.write_bytes(GuestPhys(block - 1), &[0xff; 66]).unwrap();
    hart.slots.set(src(6), block + 13);
    *hart.log.borrow_mut() = Some(Vec::new());
    step(&hart, cbo(ZERO_BLOCK));
    let mut bytes = [1; 66];
    hart.memory.read_bytes(GuestPhys(block - 1), &mut bytes).unwrap();
    assert_eq!((bytes[0], bytes[65]), (0xff, 0xff));
    assert!(bytes[1..65].iter().all(|&byte| byte == 0));
    let log = hart.log.borrow();
    let log = log.as_ref().unwrap();
    assert_eq!((log.len(), log[63]), (64, MemoryRecord { at: block + 63, bytes: 1, stored: Some(0) }));
}

#[test]
fn blocks_outside_memory_fault_as_stores() {
    let hart = hart("rv64gc_zicbom_zicboz");
    hart.slots.set(src(6), 0x1013);
    for (operation, tval) in [(ZERO_BLOCK, 0x1000), (INVAL, 0x1013), (CLEAN, 0x1013), (FLUSH, 0x1013)] {
        step(&hart, cbo(operation));
        assert_eq!(hart.trap.get(), Trap { cause: cause::STORE_AMO_ACCESS, tval });
    }
}

#[test]
fn block_operations_are_enabled_level_by_level() {
    use environment::{CBCFE, CBIE, CBZE};
    for (operation, field) in [(INVAL, CBIE), (CLEAN, CBCFE), (FLUSH, CBCFE), (ZERO_BLOCK, CBZE)] {
        for (menvcfg, senvcfg, now, fine) in [
            (0, 0, mode::M, true),
            (0, field, mode::S, false),
            (field, 0, mode::S, true),
            (field, 0, mode::U, false),
            (0, field, mode::U, false),
            (field, field, mode::U, true),
        ] {
            let hart = hart("rv64gc_zicbom_zicboz");
            hart.slots.set(src(6), RAM + 0x1000);
            hart.arch.registers.menvcfg.set(menvcfg);
            hart.arch.registers.senvcfg.set(senvcfg);
            hart.arch.set_mode(&hart, now);
            assert_eq!(illegal(&hart, cbo(operation)), !fine, "{operation} {menvcfg:#x} {senvcfg:#x} {now}");
        }
    }
    assert!(illegal(&hart("rv64gc"), cbo(ZERO_BLOCK)), "without the extension");
}

#[test]
fn fences_of_address_translation_obey_tvm() {
    const SINVAL_VMA: u32 = 0x1600_0073;
    const SFENCE_W_INVAL: u32 = 0x1800_0073;
    for (word, forbidden) in [(SFENCE_VMA, true), (SINVAL_VMA, true), (SFENCE_W_INVAL, false)] {
        let hart = hart("rv64gc_svinval");
        hart.arch.set_mode(&hart, mode::S);
        assert!(!illegal(&hart, word), "{word:#x}");
        hart.arch.set_mode(&hart, mode::S);
        hart.arch.set_status(&hart, Status::TVM.bits());
        assert_eq!(illegal(&hart, word), forbidden, "{word:#x}");
    }
    assert!(illegal(&hart("rv64gc"), SINVAL_VMA), "without the extension");
}

#[test]
fn a_breakpoint_between_two_shifts_of_nothing_is_a_call() {
    const CALL: [u32; 3] = [0x01f0_1013, EBREAK, 0x4070_5013];
    for (code, called) in [(CALL, true), ([NOP, EBREAK, CALL[2]], false), ([CALL[0], EBREAK, NOP], false)] {
        let hart = hart("rv32gc");
        hart.arch.registers.mtvec.set(RAM + 8);
        hart.slots.set(src(10), 5);
        hart.slots.set(src(11), RAM + 0x2000);
        hart.memory.write(GuestPhys(RAM + 0x2000), 0x1234_5678_u32).unwrap();
        *hart.arch.environment.borrow_mut() = Some(Box::new(|op, arg, bytes, guest| {
            let mut word = [0; 4];
            assert!(guest.read(arg, &mut word));
            assert!(guest.write(arg + 4, &[op as u8, bytes as u8]));
            assert!(!guest.read(0x10, &mut word), "there is nothing");
            u32::from_le_bytes(word) as u64 | 1 << 40
        }));
        run(&hart, &code);
        assert_eq!(hart.traps.get(), !called as u64);
        assert_eq!(hart.slots.get(src(10)), if called { 0x1234_5678 } else { 5 });
        let answer = hart.memory.read::<u16>(GuestPhys(RAM + 0x2004)).unwrap();
        assert_eq!(answer, if called { 0x0405 } else { 0 });
    }
}

#[test]
fn with_nobody_to_answer_a_call_is_a_breakpoint() {
    let hart = hart("rv64gc");
    hart.arch.registers.mtvec.set(RAM + 8);
    run(&hart, &[0x01f0_1013, EBREAK, 0x4070_5013]);
    assert_eq!(hart.trap.get(), Trap { cause: cause::BREAKPOINT, tval: RAM + 4 });
}

#[test]
fn new_code_is_seen_after_fence_i() {
    // The first instruction runs, is overwritten, and runs again.
    let hart = hart("rv64gc");
    let code = [
        0x0013_8393, // addi x7, x7, 1: becomes addi x7, x7, 2
        0x0004_1a63, // bne x8, x0, to the end
        0x0010_0413, // addi x8, x0, 1
        0x0053_2023, // sw x5, 0(x6)
        0x0000_100f, // fence.i
        0xfedf_f06f, // jal x0, to the start
    ];
    hart.slots.set(src(5), 0x0023_8393);
    hart.slots.set(src(6), RAM);
    run(&hart, &code);
    assert_eq!(hart.slots.get(src(7)), 3);
}

#[test]
fn managing_a_block_needs_the_right_to_read_and_zeroing_that_to_write() {
    const R: u8 = 1;
    for (rights, managed, zeroed) in [(0, false, false), (R, true, false), (3, true, true)] {
        let hart = hart("rv64gc_zicbom_zicboz");
        hart.slots.set(src(6), RAM + 0x1000);
        // 4 KiB there, locked, so that M mode is held too.
        hart.arch.pmp.set_address(0, (RAM + 0x1000) >> 2 | 0x1ff, 64);
        hart.arch.pmp.set_config(0, 0x98 | rights);
        for (operation, fine) in [(INVAL, managed), (CLEAN, managed), (FLUSH, managed), (ZERO_BLOCK, zeroed)] {
            hart.trap.set(Trap::default());
            step(&hart, cbo(operation));
            let cause = if fine { 0 } else { cause::STORE_AMO_ACCESS };
            assert_eq!(hart.trap.get().cause, cause, "{operation} with {rights}");
        }
    }
}
