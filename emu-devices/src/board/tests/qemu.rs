//! QEMU as an outside witness: the boards `virt` and `arm-virt` give what QEMU's gave to scripts of accesses
//! (`witness/*.txt`).

use emu_mem::{BusFault, Width};

use super::*;
use crate::gic::v3::cpu::Register;

/// Replays a script; returns how many answers were compared.
fn replay(mut board: Board, name: &str, script: &str) -> usize {
    let hex = |word: &str| u64::from_str_radix(word, 16).unwrap();
    let (mut answers, mut different) = (0, Vec::new());
    for (number, line) in script.lines().enumerate() {
        let words: Vec<_> = line.split_whitespace().collect();
        let (gives, expected) = match words[..] {
            [] | ["#", ..] => continue,
            ["d"] => {
                board.clock.set(board.clock.now() + 20_000_000);
                board.tick();
                continue;
            }
            ["m", expected] => (Ok(pending(&board)), expected),
            ["s", register, value] => {
                gic(&board).lock().write_register(0, system_register(register), hex(value));
                continue;
            }
            ["g", register, expected] => (Ok(gic(&board).lock().read_register(0, system_register(register))), expected),
            [access, address, value] => {
                let width = Width::from_bytes(hex(&access[1..])).unwrap();
                if access.starts_with('w') {
                    let written = board.bus.write(GuestPhys(hex(address)), width, hex(value));
                    written.unwrap_or_else(|_| panic!("line {} of {name} faults: {line}", number + 1));
                    continue;
                }
                (board.bus.read(GuestPhys(hex(address)), width).map(|result| result.value), value)
            }
            _ => panic!("line {}: {line}", number + 1),
        };
        let expected = if expected == "fault" { Err(BusFault) } else { Ok(hex(expected)) };
        if gives != expected {
            different.push(format!("line {}: {line}: {gives:x?}", number + 1));
        }
        answers += 1;
    }
    assert!(different.is_empty(), "{name}:\n{}", different.join("\n"));
    answers
}

/// `mip`; on an Arm board what ISR_EL1 shows of the pins.
fn pending(board: &Board) -> u64 {
    let pins = board.lines[0].get();
    match board.arch {
        Arch::Riscv => pins,
        Arch::Aarch64 => (pins >> arm::IRQ & 1) << 7 | (pins >> arm::FIQ & 1) << 6,
    }
}

fn gic(board: &Board) -> Shared<crate::gic::v3::Gicv3> {
    match board.arm.as_ref().and_then(|arm| arm.gic.clone()) {
        Some(Gic::V3(gic)) => gic,
        _ => panic!("no GICv3"),
    }
}

fn system_register(name: &str) -> Register {
    match name {
        "icc_pmr_el1" => Register::Pmr,
        "icc_iar0_el1" => Register::Iar(0),
        "icc_iar1_el1" => Register::Iar(1),
        "icc_eoir0_el1" => Register::Eoir(0),
        "icc_eoir1_el1" => Register::Eoir(1),
        "icc_hppir0_el1" => Register::Hppir(0),
        "icc_hppir1_el1" => Register::Hppir(1),
        "icc_bpr0_el1" => Register::Bpr(0),
        "icc_bpr1_el1" => Register::Bpr(1),
        "icc_ap0r0_el1" => Register::Apr(0),
        "icc_ap1r0_el1" => Register::Apr(1),
        "icc_igrpen0_el1" => Register::Igrpen(0),
        "icc_igrpen1_el1" => Register::Igrpen(1),
        "icc_dir_el1" => Register::Dir,
        "icc_rpr_el1" => Register::Rpr,
        "icc_ctlr_el1" => Register::Ctlr,
        "icc_sre_el1" => Register::Sre,
        "icc_sgi0r_el1" => Register::Sgir(0),
        "icc_sgi1r_el1" => Register::Sgir(1),
        "icc_asgi1r_el1" => Register::Asgi1r,
        other => panic!("{other}"),
    }
}

#[test]
fn qemu_gives_the_same() {
    let answers = replay(build(&riscv_virt::description()), "virt.txt", include_str!("../../../witness/virt.txt"));
    assert!(answers > 100, "only {answers} answers");
}

#[test]
fn qemu_gives_the_same_on_arm() {
    for (version, name, script) in [
        (GicVersion::V2, "arm-virt-gic2.txt", include_str!("../../../witness/arm-virt-gic2.txt")),
        (GicVersion::V3, "arm-virt-gic3.txt", include_str!("../../../witness/arm-virt-gic3.txt")),
    ] {
        let answers = replay(build(&arm_virt::description(version)), name, script);
        assert!(answers > 100, "only {answers} answers in {name}");
    }
}
