//! Registers against what the manual says of them and, where it leaves a choice, what Spike answers.

use super::*;
use crate::riscv::isa_string::Isa;
use crate::riscv::testing::{csrrs, csrrsi, csrrw, csrrwi, hart, hart_of, step};
use crate::riscv::{cause, slots};
use emu_devices::irq::Sink;

fn csr(name: &str) -> u16 {
    number(name).unwrap_or_else(|| panic!("no register {name}"))
}

/// As an instruction of the present mode does.
fn write(hart: &Hart<Riscv>, name: &str, value: u64) -> Result<u64, Stop> {
    access(&Cx::between(hart), csr(name), Op::Write, Some(value))
}

fn read(hart: &Hart<Riscv>, name: &str) -> Result<u64, Stop> {
    access(&Cx::between(hart), csr(name), Op::Set, None)
}

#[test]
fn names_and_numbers_are_the_manuals() {
    for (number, text) in [
        (0x003, "fcsr"),
        (0xc1f, "hpmcounter31"),
        (0xc83, "hpmcounter3h"),
        (0x15d, "stimecmph"),
        (0x180, "satp"),
        (0x306, "mcounteren"),
        (0x31a, "menvcfgh"),
        (0x33f, "mhpmevent31"),
        (0x3a0, "pmpcfg0"),
        (0x3ef, "pmpaddr63"),
        (0xb9f, "mhpmcounter31h"),
        (0xf14, "mhartid"),
    ] {
        assert_eq!(name(number).map(|name| name.to_string()).as_deref(), Some(text));
        assert_eq!(super::number(text), Some(number));
    }
    assert_eq!(name(0x7c0), None);
    assert_eq!(super::number("mhpmcounter2"), None);
}

#[test]
fn no_number_stands_in_two_rows() {
    for number in 0..4096 {
        let rows = CSRS.iter().filter(|row| (row.first..row.first + row.count).contains(&number)).count();
        assert!(rows <= 1, "{number:#x}");
    }
}

/// What is read after writing all ones and after writing zero, from reset. Agrees with Spike but for FIOM.
#[test]
fn fields_that_take_not_any_value() {
    let cases: &[(&str, &str, u64, u64)] = &[
        ("rv64gc", "mstatus", 0x8000_000a_007e_79aa, 0x0000_000a_0000_0000),
        ("rv32gc", "mstatus", 0x807e_79aa, 0),
        ("rv32gc", "mstatush", 0, 0),
        ("rv64gc", "sstatus", 0x8000_0002_000c_6122, 0x2_0000_0000),
        ("rv32gc", "sstatus", 0x800c_6122, 0),
        ("rv64gc", "misa", 0x8000_0000_0014_112d, 0x8000_0000_0014_112d),
        ("rv32imac_zba_zbb_zbs", "misa", 0x4014_1107, 0x4014_1107),
        ("rv64gc", "mtvec", !2, 0),
        ("rv64gc", "medeleg", 0xcb3fe, 0),
        ("rv64imafd", "medeleg", 0xcb3ff, 0),
        ("rv64gc", "mideleg", 0x222, 0),
        ("rv64gc", "mie", 0xaaa, 0),
        ("rv64gc", "mip", 0x222, 0),
        ("rv64gc_sstc", "mip", 0x222, 0),
        ("rv64gc", "mepc", !1, 0),
        ("rv64imafd", "mepc", !3, 0),
        ("rv32imafd", "sepc", 0xffff_fffc, 0),
        ("rv64gc", "mcounteren", 0, 0),
        ("rv64gc_zicntr", "mcounteren", 7, 0),
        ("rv64gc_zicntr_zihpm", "scounteren", 0xffff_ffff, 0),
        ("rv64gc_zicntr_zihpm", "mcountinhibit", 0xffff_fffd, 0),
        ("rv64gc", "menvcfg", 1, 0),
        ("rv64gc_zicbom_zicboz_sstc_svadu_svpbmt", "menvcfg", 0xe000_0000_0000_00f1, 0),
        ("rv32gc_zicbom_zicboz_sstc_svadu", "menvcfg", 0xf1, 0),
        ("rv32gc_zicbom_zicboz_sstc_svadu", "menvcfgh", 0xa000_0000, 0),
        ("rv64gc_zicbom_zicboz_sstc_svadu", "senvcfg", 0xf1, 0),
        // Mode 15 is reserved, so nothing changes; with XLEN 32 it is one bit.
        ("rv64gc", "satp", 0, 0),
        ("rv32gc", "satp", 0xffff_ffff, 0),
        ("rv64gc", "fcsr", 0xff, 0),
        ("rv64gc", "mhpmevent3", 0, 0),
        ("rv64gc", "mvendorid", 0, 0),
        ("rv64gc", "pmpaddr7", (1 << 54) - 1, 0),
        ("rv32gc", "pmpaddr7", 0xffff_ffff, 0),
        ("rv64gc", "pmpaddr16", 0, 0),
        ("rv64gc", "tselect", 0, 0),
    ];
    for &(isa, name, ones, zero) in cases {
        for (value, expected) in [(u64::MAX, ones), (0, zero)] {
            let hart = hart(isa);
            hart.slots.set(slots::FS, 3);
            let value = hart.arch.wrap(value);
            // Read-only by number: a write is an exception.
            if write(&hart, name, value).is_err() {
                assert_eq!(csr(name) >> 10, 3, "{isa} {name}");
            }
            hart.slots.set(slots::FS, hart.slots.get(slots::FS).max(if name == "fcsr" { 3 } else { 0 }));
            assert_eq!(read(&hart, name), Ok(expected), "{isa} {name} <- {value:#x}");
        }
    }
}

#[test]
fn a_reserved_block_operation_field_becomes_zero() {
    let hart = hart("rv64gc_zicbom");
    write(&hart, "menvcfg", 0x20).unwrap();
    assert_eq!(read(&hart, "menvcfg"), Ok(0));
    write(&hart, "menvcfg", 0x10).unwrap();
    assert_eq!(read(&hart, "menvcfg"), Ok(0x10));
}

#[test]
fn a_mode_that_is_not_there_is_not_kept_in_mpp() {
    for (modes, wanted, kept) in [("msu", 1, 1), ("msu", 2, 0), ("mu", 1, 0), ("mu", 3, 3), ("m", 0, 3)] {
        let hart = hart_of(Isa::parse("rv64gc").unwrap().with_modes(modes).unwrap());
        write(&hart, "mstatus", wanted << status::MPP).unwrap();
        assert_eq!(hart.arch.registers.mpp(), kept, "{modes} {wanted}");
    }
}

#[test]
fn a_hart_without_s_mode_has_none_of_its_registers() {
    let hart = hart_of(Isa::parse("rv64gc").unwrap().with_modes("mu").unwrap());
    for name in ["sstatus", "satp", "stvec", "medeleg", "mideleg", "scounteren"] {
        assert_eq!(read(&hart, name), Err(Stop::Undefined), "{name}");
    }
    assert!(read(&hart, "mcounteren").is_ok());
    let hart = hart_of(Isa::parse("rv64gc").unwrap().with_modes("m").unwrap());
    assert_eq!(read(&hart, "mcounteren"), Err(Stop::Undefined));
}

#[test]
fn upper_halves_exist_with_xlen_32_only() {
    for name in ["mcycleh", "minstreth", "mstatush", "menvcfgh", "mhpmcounter3h", "pmpcfg1"] {
        assert!(read(&hart("rv32gc"), name).is_ok(), "{name}");
        assert_eq!(read(&hart("rv64gc"), name), Err(Stop::Undefined), "{name}");
    }
}

#[test]
fn the_number_says_which_mode_may() {
    let hart = hart("rv64gc");
    for (now, name, may) in [
        (mode::M, "mscratch", true),
        (mode::S, "mscratch", false),
        (mode::S, "sscratch", true),
        (mode::U, "sscratch", false),
        (mode::U, "mhartid", false),
    ] {
        hart.arch.set_mode(&hart, now);
        assert_eq!(read(&hart, name).is_ok(), may, "{name} in mode {now}");
    }
}

#[test]
fn read_only_registers_can_be_read_by_instructions_that_do_not_write() {
    let hart = hart("rv64gc_zicntr");
    let id = csr("mhartid");
    for (word, fine) in [
        (csrrs(5, id, 0), true),
        (csrrsi(5, id, 0), true),
        (csrrs(5, id, 6), false),
        (csrrw(0, id, 0), false),
        (csrrwi(5, id, 0), false),
    ] {
        hart.trap.set(Default::default());
        step(&hart, word);
        assert_eq!(hart.trap.get().cause == cause::ILLEGAL, !fine, "{word:#x}");
        assert_eq!(hart.trap.get().tval, if fine { 0 } else { word as u64 });
    }
}

#[test]
fn counters_are_enabled_level_by_level() {
    for (machine, supervisor, in_s, in_u) in
        [(0, 0, false, false), (1, 0, true, false), (0, 1, false, false), (1, 1, true, true)]
    {
        let hart = hart("rv64gc_zicntr_zihpm");
        write(&hart, "mcounteren", machine).unwrap();
        write(&hart, "scounteren", supervisor).unwrap();
        hart.arch.set_mode(&hart, mode::S);
        assert_eq!(read(&hart, "cycle").is_ok(), in_s);
        assert!(read(&hart, "instret").is_err(), "has a bit of its own");
        hart.arch.set_mode(&hart, mode::U);
        assert_eq!(read(&hart, "cycle").is_ok(), in_u);
    }
}

#[test]
fn tvm_keeps_s_mode_from_satp() {
    let hart = hart("rv64gc");
    write(&hart, "mstatus", status::Status::TVM.bits()).unwrap();
    assert!(read(&hart, "satp").is_ok(), "not M mode");
    hart.arch.set_mode(&hart, mode::S);
    assert!(read(&hart, "satp").is_err());
}

#[test]
fn the_supervisor_timer_needs_both_enables() {
    for (stce, tm, may) in [(0, 2, false), (environment::STCE, 0, false), (environment::STCE, 2, true)] {
        let hart = hart("rv64gc_zicntr_sstc");
        write(&hart, "menvcfg", stce).unwrap();
        write(&hart, "mcounteren", tm).unwrap();
        assert!(read(&hart, "stimecmp").is_ok(), "M mode may always");
        hart.arch.set_mode(&hart, mode::S);
        assert_eq!(read(&hart, "stimecmp").is_ok(), may);
    }
}

#[test]
fn floating_point_registers_need_fs_and_make_it_dirty() {
    let hart = hart("rv64gc");
    assert!(read(&hart, "fcsr").is_err());
    hart.slots.set(slots::FS, 1);
    write(&hart, "frm", 4).unwrap();
    assert_eq!(hart.slots.get(slots::FS), 3);
    write(&hart, "fflags", 0x11).unwrap();
    assert_eq!(read(&hart, "fcsr"), Ok(0x91));
    assert_eq!(read(&hart, "mstatus").unwrap() >> 63, 1, "SD");
    write(&hart, "sstatus", 1 << 13).unwrap();
    assert_eq!(read(&hart, "mstatus").unwrap() >> 63, 0);
    assert!(read(&crate::riscv::testing::hart("rv64imac"), "fflags").is_err());
}

#[test]
fn an_external_interrupt_has_two_sources_and_set_starts_from_one() {
    let hart = hart("rv64gc");
    hart.lines.drive(9, true);
    assert_eq!(read(&hart, "mip"), Ok(0x200));
    // A read-modify-write of another bit must not turn the line into a bit that stays.
    access(&Cx::between(&hart), csr("mip"), Op::Set, Some(2)).unwrap();
    assert_eq!(read(&hart, "mip"), Ok(0x202));
    hart.lines.drive(9, false);
    assert_eq!(read(&hart, "mip"), Ok(2));
    write(&hart, "mip", 0x200).unwrap();
    assert_eq!(read(&hart, "mip"), Ok(0x200));
}

#[test]
fn a_software_interrupt_message_leaves_a_bit_that_software_clears() {
    let hart = hart("rv64gc");
    hart.lines.drive(1, true);
    assert_eq!(read(&hart, "mip"), Ok(2));
    write(&hart, "mip", 0).unwrap();
    assert_eq!(read(&hart, "mip"), Ok(0));
}

#[test]
fn the_supervisor_sees_what_is_delegated() {
    let hart = hart("rv64gc");
    write(&hart, "mie", 0xaaa).unwrap();
    write(&hart, "mip", 0x222).unwrap();
    assert_eq!((read(&hart, "sie"), read(&hart, "sip")), (Ok(0), Ok(0)));
    write(&hart, "mideleg", 0x22).unwrap();
    assert_eq!((read(&hart, "sie"), read(&hart, "sip")), (Ok(0x22), Ok(0x22)));
    write(&hart, "sie", 0x200).unwrap();
    assert_eq!(read(&hart, "mie"), Ok(0xa88), "only delegated bits are written");
    write(&hart, "sip", 0).unwrap();
    assert_eq!(read(&hart, "mip"), Ok(0x220), "of these only SSIP");
}

#[test]
fn stip_is_the_comparison_once_sstc_is_on() {
    let hart = hart("rv64gc_zicntr_sstc");
    write(&hart, "mip", 0x20).unwrap();
    write(&hart, "stimecmp", 7).unwrap();
    write(&hart, "menvcfg", environment::STCE).unwrap();
    hart.retired.set(699);
    assert_eq!(read(&hart, "mip"), Ok(0), "ten million ticks a second: 100 instructions each");
    hart.retired.set(700);
    assert_eq!((read(&hart, "time"), read(&hart, "mip")), (Ok(7), Ok(0x20)));
    write(&hart, "mip", 0).unwrap();
    assert_eq!(read(&hart, "mip"), Ok(0x20), "not writable");
    write(&hart, "stimecmp", u64::MAX).unwrap();
    assert_eq!(read(&hart, "mip"), Ok(0));
}

#[test]
fn halves_of_a_wide_register_are_written_apart() {
    let hart = hart("rv32gc_sstc");
    write(&hart, "stimecmp", 0x1234_5678).unwrap();
    write(&hart, "stimecmph", 0x9abc_def0).unwrap();
    assert_eq!(hart.arch.registers.stimecmp.get(), 0x9abc_def0_1234_5678);
    write(&hart, "stimecmp", 1).unwrap();
    assert_eq!(read(&hart, "stimecmph"), Ok(0x9abc_def0));
}

#[test]
fn a_trace_sees_writes_and_only_those() {
    let hart = hart("rv64gc");
    *hart.log.borrow_mut() = Some(Vec::new());
    hart.slots.set(slots::src(6), 0x55);
    step(&hart, csrrs(5, csr("mscratch"), 0));
    assert_eq!(*hart.arch.csr_log.borrow(), []);
    step(&hart, csrrw(5, csr("mscratch"), 6));
    step(&hart, csrrwi(0, csr("sstatus"), 2));
    assert_eq!(*hart.arch.csr_log.borrow(), [(0x340, 0x55), (0x300, 0xa_0000_0002)]);
    *hart.log.borrow_mut() = None;
    step(&hart, csrrw(5, csr("mscratch"), 6));
    assert_eq!(hart.arch.csr_log.borrow().len(), 2);
}

#[test]
fn the_destination_gets_the_old_value_even_if_it_is_the_source() {
    for (isa, old) in [("rv64gc", 0xffff_ffff_8000_0001), ("rv32gc", 0x8000_0001)] {
        let hart = hart(isa);
        hart.arch.registers.mscratch.set(old);
        hart.slots.set(slots::src(6), 3);
        step(&hart, csrrw(6, csr("mscratch"), 6));
        assert_eq!((hart.slots.get(slots::src(6)), hart.arch.registers.mscratch.get()), (old, 3));
    }
}
