//! The built-in boards: their address maps against a table, their wiring, their device trees. Board files are tested in
//! `files`.

use emu_mem::Width;

use super::arm_virt::GicVersion;
use super::*;
use crate::generic_timer::Timer;
use crate::irq::arm;
use crate::power::Request;

mod disks;
mod files;
mod noise;
mod qemu;

fn build(description: &Description) -> Board {
    description.build(&Options::new(Console::captured())).unwrap()
}

/// `virt` without the timer interrupt that is pending from reset.
fn quiet_virt() -> Board {
    let board = build(&riscv_virt::description());
    write(&board, 0x200_4000, Width::B8, u64::MAX);
    board
}

/// Name, first and last address of everything on the bus.
fn map(board: &Board) -> Vec<(String, u64, u64)> {
    let memory = board.bus.memory().regions().iter().map(|region| &region.range);
    let mut places: Vec<_> = memory.chain(board.bus.devices()).map(|r| (r.name.clone(), r.first.0, r.last.0)).collect();
    places.sort_by_key(|place| place.1);
    places
}

fn write(board: &Board, at: u64, width: Width, value: u64) {
    board.bus.write(GuestPhys(at), width, value).unwrap();
}

fn read(board: &Board, at: u64, width: Width) -> u64 {
    board.bus.read(GuestPhys(at), width).unwrap().value
}

#[test]
fn built_in_boards_build_under_their_own_names() {
    for name in BUILT_IN {
        assert_eq!(build(&built_in(name).unwrap()).name, name);
    }
    assert_eq!(built_in("soc.toml"), None);
}

#[test]
fn virt_is_where_qemu_has_it() {
    let board = build(&riscv_virt::description());
    let mut expected = vec![
        ("finisher", 0x10_0000, 0x10_0fff),
        ("rtc", 0x10_1000, 0x10_1fff),
        ("clint", 0x200_0000, 0x200_ffff),
        ("plic", 0xc00_0000, 0xc5f_ffff),
        ("uart16550", 0x1000_0000, 0x1000_00ff),
    ];
    expected.extend((1..=8).map(|n| ("virtio-mmio", 0x1000_0000 + n * 0x1000, 0x1000_0fff + n * 0x1000)));
    expected.push(("ram", 0x8000_0000, 0x8fff_ffff));
    let expected: Vec<_> = expected.into_iter().map(|(name, first, last)| (name.to_owned(), first, last)).collect();
    assert_eq!(map(&board), expected);
    assert_eq!((board.lines.len(), board.reset_pc, board.mtime.timebase().hz()), (1, None, 10_000_000));
}

#[test]
fn arm_virt_is_where_qemu_has_it() {
    let board = build(&arm_virt::description(GicVersion::V2));
    let mut expected = vec![
        ("flash", 0, 0x3ff_ffff),
        ("flash", 0x400_0000, 0x7ff_ffff),
        ("gic-v2", 0x800_0000, 0x801_ffff),
        ("pl011", 0x900_0000, 0x900_0fff),
        ("pl031", 0x901_0000, 0x901_0fff),
    ];
    expected.extend((0..32).map(|n| ("virtio-mmio", 0xa00_0000 + n * 0x200, 0xa00_01ff + n * 0x200)));
    expected.push(("ram", 0x4000_0000, 0x4fff_ffff));
    let expected: Vec<_> = expected.into_iter().map(|(name, first, last)| (name.to_owned(), first, last)).collect();
    assert_eq!(map(&board), expected);
    assert_eq!((board.arch, board.lines.len(), board.reset_pc), (Arch::Aarch64, 1, None));
    assert_eq!(board.device_tree.as_ref().unwrap().address, GuestPhys(0x4fe0_0000));
    assert!(board.arm.is_some() && build(&riscv_virt::description()).arm.is_none());

    let board = build(&arm_virt::description(GicVersion::V3));
    assert!(map(&board).contains(&("gic-v3".to_owned(), 0x800_0000, 0x889_ffff)));
}

#[test]
fn arm_interrupts_reach_the_hart_through_either_gic() {
    use crate::gic::v3::cpu::Register;
    // The UART transmits: SPI 1. The timer rings: PPI 30.
    let mut board = build(&arm_virt::description(GicVersion::V2));
    for (at, value) in [(0x800_0000, 1), (0x801_0000, 1), (0x801_0004, 0xff), (0x800_0104, 2), (0x800_0100, 1 << 30)] {
        write(&board, at, Width::B4, value);
    }
    write(&board, 0x900_0038, Width::B4, 0x20);
    write(&board, 0x900_0000, Width::B1, u64::from(b'!'));
    assert_eq!((board.lines[0].get(), read(&board, 0x801_000c, Width::B4)), (1 << arm::IRQ, 33));
    write(&board, 0x900_0044, Width::B4, 0x20);
    write(&board, 0x801_0010, Width::B4, 33);
    assert_eq!(board.lines[0].get(), 0);
    let timers = board.arm.as_ref().unwrap().timers.clone();
    timers.lock().set_compare(0, Timer::Physical, 100, 0);
    timers.lock().set_control(0, Timer::Physical, 1, 0);
    assert_eq!(board.next_event(), Some(1_600));
    board.clock.set(1_600);
    board.tick();
    assert_eq!(read(&board, 0x801_000c, Width::B4), 30);

    let options = Options { harts: Some(2), ..Options::new(Console::captured()) };
    let mut board = arm_virt::description(GicVersion::V3).build(&options).unwrap();
    write(&board, 0x800_0000, Width::B4, 3);
    write(&board, 0x80d_0080, Width::B4, 1 << 27);
    write(&board, 0x80d_0100, Width::B4, 1 << 27);
    let parts = board.arm.clone().unwrap();
    let Some(Gic::V3(gic)) = parts.gic else { panic!("a GICv3 was asked for") };
    gic.lock().write_register(1, Register::Pmr, 0xff);
    gic.lock().write_register(1, Register::Igrpen(1), 1);
    parts.timers.lock().set_control(1, Timer::Virtual, 1, 0);
    parts.timers.lock().set_compare(1, Timer::Virtual, 3, 0);
    assert_eq!((board.next_event(), board.lines[1].get()), (Some(48), 0));
    board.clock.set(48);
    board.tick();
    assert_eq!((board.lines[0].get(), board.lines[1].get()), (0, 1 << arm::IRQ));
}

#[test]
fn each_hart_has_its_own_view_of_a_gicv2() {
    let options = Options { harts: Some(2), ..Options::new(Console::captured()) };
    let board = arm_virt::description(GicVersion::V2).build(&options).unwrap();
    assert_eq!(read(&board, 0x800_0800, Width::B4), 0x0101_0101);
    board.requester.set(1);
    assert_eq!(read(&board, 0x800_0800, Width::B4), 0x0202_0202);
}

#[test]
fn spike_and_testbench_are_where_their_models_have_them() {
    let board = build(&spike::description());
    let names: Vec<_> = map(&board).into_iter().map(|(name, first, _)| (name, first)).collect();
    let expected = [("clint", 0x200_0000), ("plic", 0xc00_0000), ("uart16550", 0x1000_0000), ("ram", 0x8000_0000)];
    assert_eq!(names, expected.map(|(name, first)| (name.to_owned(), first)));

    let board = build(&testbench::description());
    let expected = [("ram", 0, 0xf_ffff), ("testbench", 0x1000_0000, 0x1000_0fff), ("high", 0x8000_0000, 0x800f_ffff)];
    assert_eq!(map(&board), expected.map(|(name, first, last)| (name.to_owned(), first, last)));
    assert_eq!(board.device_tree, None);
}

#[test]
fn options_override_the_board() {
    let mut options = Options::new(Console::captured());
    options.memory_bytes = Some(64 << 20);
    options.harts = Some(3);
    options.isa = Some("rv32imac".into());
    let board = riscv_virt::description().build(&options).unwrap();
    assert_eq!(map(&board).last().unwrap().2, 0x83ff_ffff);
    assert_eq!(board.lines.len(), 3);
    assert_eq!(board.isa.as_deref(), Some("rv32imac"));
    options.harts = Some(0);
    let error = riscv_virt::description().build(&options).unwrap_err().to_string();
    assert_eq!(error, "board virt: harts: 0 is not possible: give a number from 1 to 64");
}

#[test]
fn virt_prints_ends_and_resets() {
    let board = build(&riscv_virt::description());
    write(&board, 0x1000_0000, Width::B1, u64::from(b'!'));
    assert_eq!(board.console.captured_output(), b"!");
    write(&board, 0x10_0000, Width::B4, 7 << 16 | 0x3333);
    assert_eq!(board.power.take(), Some(Request::Exit { code: 7, by: "finisher" }));
    write(&board, 0x10_0000, Width::B4, 0x7777);
    assert_eq!(board.power.take(), Some(Request::Reset { by: "finisher" }));
    assert_eq!(read(&board, 0x1000_1000, Width::B4), 0x7472_6976);
    assert!(board.bus.read(GuestPhys(0x1000), Width::B4).is_err(), "no reset ROM");
}

#[test]
fn the_timer_is_an_event_of_the_board() {
    let mut board = build(&riscv_virt::description());
    assert_eq!(board.next_event(), None);
    write(&board, 0x200_4000, Width::B8, 5);
    assert_eq!(board.next_event(), Some(500));
    board.clock.set(499);
    board.tick();
    assert_eq!(board.lines[0].get(), 0);
    board.clock.set(500);
    board.tick();
    assert_eq!(board.lines[0].get(), 1 << 7);
    assert_eq!(board.mtime.now(), 5);
}

#[test]
fn uart_input_reaches_the_hart_through_the_plic() {
    let mut board = quiet_virt();
    write(&board, 0x1000_0001, Width::B1, 1);
    write(&board, 0xc00_0000 + 4 * 10, Width::B4, 1);
    write(&board, 0xc00_2000, Width::B4, 1 << 10);
    assert!(!board.waits_only_for_input(), "the console is closed");
    board.console.push_input(b"x");
    read(&board, 0x1000_0005, Width::B1);
    board.clock.set(crate::uart16550::INPUT_POLL_INSNS);
    assert_eq!(board.next_event(), Some(crate::uart16550::INPUT_POLL_INSNS));
    assert!(board.waits_only_for_input());
    write(&board, 0x200_4000, Width::B8, 1 << 40);
    assert!(!board.waits_only_for_input(), "a timer counts");
    write(&board, 0x200_4000, Width::B8, u64::MAX);
    board.tick();
    assert_eq!(board.lines[0].get(), 1 << 11);
    assert_eq!(read(&board, 0xc20_0004, Width::B4), 10);
    assert_eq!(read(&board, 0x1000_0000, Width::B1), u64::from(b'x'));
    write(&board, 0xc20_0004, Width::B4, 10);
    assert_eq!(board.lines[0].get(), 0);
    assert_eq!(board.next_event(), None);
}

#[test]
fn the_rtc_alarm_reaches_the_supervisor() {
    let mut board = quiet_virt();
    write(&board, 0xc00_0000 + 4 * 11, Width::B4, 1);
    write(&board, 0xc00_2080, Width::B4, 1 << 11);
    let at = crate::rtc::EPOCH_NS + 1_000;
    write(&board, 0x10_100c, Width::B4, at >> 32);
    write(&board, 0x10_1008, Width::B4, at & 0xffff_ffff);
    write(&board, 0x10_1010, Width::B4, 1);
    assert_eq!(board.next_event(), Some(1_000));
    board.clock.set(1_000);
    board.tick();
    assert_eq!(board.lines[0].get(), 1 << 9);
}

#[test]
fn the_tree_is_near_the_top_of_ram() {
    for (memory, address) in [
        (256 << 20, 0x8fe0_0000),
        (4 << 30, 0xbfe0_0000),
        (2 << 20, 0x801f_f000),
        (1 << 20, 0x800f_f000),
        (12 << 10, 0x8000_2000),
    ] {
        let mut options = Options::new(Console::captured());
        options.memory_bytes = Some(memory);
        let board = riscv_virt::description().build(&options).unwrap();
        let tree = board.device_tree.as_ref().unwrap();
        assert_eq!(tree.address, GuestPhys(address), "{memory:#x} bytes");
        let mut written = vec![0; tree.bytes.len()];
        board.bus.memory().read_bytes(tree.address, &mut written).unwrap();
        assert_eq!(written, tree.bytes);
        board.bus.memory().write(tree.address, 0u32).unwrap();
        board.write_device_tree();
        assert_eq!(board.bus.memory().read::<u32>(tree.address).unwrap(), u32::from_le_bytes([0xd0, 0x0d, 0xfe, 0xed]));
    }
    let mut options = Options::new(Console::captured());
    options.memory_bytes = Some(4 << 10);
    let error = riscv_virt::description().build(&options).unwrap_err().to_string();
    assert!(error.starts_with("board virt: device_tree: 0x") && error.contains("do not fit into \"ram\""), "{error}");
}

#[test]
fn a_high_ram_has_its_tree_at_its_own_top() {
    let mut description = riscv_virt::description();
    description.ram[0].base = u64::MAX - (16 << 20) + 1;
    description.ram[0].size = 16 << 20;
    assert_eq!(build(&description).device_tree.unwrap().address, GuestPhys(0xffff_ffff_ffe0_0000));
}

#[test]
fn htif_and_semihosting_use_the_boards_console_and_power() {
    let mut board = build(&spike::description());
    board.attach_htif(GuestPhys(0x8000_1000), None).unwrap();
    write(&board, 0x8000_1000, Width::B8, 0x0101_0000_0000_0000 | u64::from(b'h'));
    struct Letter;
    impl crate::semihosting::GuestMemory for Letter {
        fn read(&mut self, _at: u64, into: &mut [u8]) -> bool {
            into.fill(b's');
            true
        }
        fn write(&mut self, _at: u64, _from: &[u8]) -> bool {
            false
        }
    }
    assert_eq!(board.semihosting("prog").call(3, 0, 8, &mut Letter), 0);
    assert_eq!(board.console.captured_output(), b"hs");
    write(&board, 0x8000_1000, Width::B8, 5);
    assert_eq!(board.power.take(), Some(Request::Exit { code: 2, by: "htif" }));
    let error = board.attach_htif(GuestPhys(0x1000), None).unwrap_err();
    assert!(error.to_string().contains("cannot be watched"), "{error}");
}

#[test]
fn a_character_awaited_through_htif_is_an_event_of_the_board() {
    let console = Console::captured().with_input(Box::new(|_| crate::console::Input::NothingYet));
    let mut board = spike::description().build(&Options::new(console)).unwrap();
    board.attach_htif(GuestPhys(0x8000_1000), Some(GuestPhys(0x8000_1008))).unwrap();
    write(&board, 0x8000_1000, Width::B8, 0x0100 << 48);
    assert_eq!(board.next_event(), Some(crate::htif::INPUT_POLL_INSNS));
    assert!(board.waits_only_for_input());
    board.console.push_input(b"c");
    board.clock.set(crate::htif::INPUT_POLL_INSNS);
    board.tick();
    assert_eq!(read(&board, 0x8000_1008, Width::B1), u64::from(b'c'));
    assert_eq!(board.next_event(), None);
}
