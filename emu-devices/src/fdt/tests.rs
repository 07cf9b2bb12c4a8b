//! Whole device trees against text that was read by eye and checked with `dtc`, which has no warning for them.
//!
//! To see what dtc makes of a tree: let a test write it to a file, then `dtc -I dtb -O dts FILE`.

use std::fmt::Write;

use super::*;
use crate::board::arm_virt::{self, GicVersion};
use crate::board::{RamEntry, riscv_virt, spike};
use crate::console::Console;
use crate::psci::Conduit;

fn options() -> Options {
    Options::new(Console::captured())
}

/// Shows a flattened tree as text, with 32-bit cells in hexadecimal. Panics at anything the specification does not
/// allow.
fn text(blob: &[u8]) -> String {
    let word = |at: usize| u32::from_be_bytes(blob[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!((word(0), word(4)), (0xd00d_feed, blob.len()));
    let (mut at, strings) = (word(8), word(12));
    let name_at = |at: usize| {
        let end = at + blob[at..].iter().position(|&byte| byte == 0).unwrap();
        std::str::from_utf8(&blob[at..end]).unwrap()
    };
    let (mut out, mut depth) = (String::new(), 0);
    loop {
        let token = word(at);
        at += 4;
        match token {
            1 => {
                let name = name_at(at);
                writeln!(out, "{:depth$}{name}/", "", depth = 2 * depth).unwrap();
                depth += 1;
                at = (at + name.len() + 4) & !3;
            }
            2 => depth -= 1,
            3 => {
                let (bytes, name) = (word(at), name_at(strings + word(at + 4)));
                let value = value_text(&blob[at + 8..at + 8 + bytes]);
                writeln!(out, "{:depth$}{name}{value}", "", depth = 2 * depth).unwrap();
                at = (at + 8 + bytes + 3) & !3;
            }
            9 => break,
            other => panic!("token {other}"),
        }
    }
    assert_eq!(depth, 0);
    out
}

fn value_text(value: &[u8]) -> String {
    let is_text = value.len() > 1 && value.ends_with(b"\0") && value[0] != 0;
    if value.is_empty() {
        String::new()
    } else if is_text && value.iter().all(|byte| *byte == 0 || (32..127).contains(byte)) {
        let strings: Vec<_> = value[..value.len() - 1].split(|&byte| byte == 0).map(String::from_utf8_lossy).collect();
        format!(" = \"{}\"", strings.join("\", \""))
    } else {
        let cells: Vec<_> =
            value.chunks(4).map(|c| format!("{:x}", u32::from_be_bytes(c.try_into().unwrap()))).collect();
        format!(" = <{}>", cells.join(" "))
    }
}

#[test]
fn virt_with_two_harts() {
    let board = Description { harts: 2, isa: Some("rv64imac_sstc".into()), ..riscv_virt::description() };
    let mut options = options();
    options.bootargs = Some("console=ttyS0".into());
    options.mmu_type = Some("riscv,sv57".into());
    let tree = text(&generate(&board, &options).unwrap());
    assert_eq!(tree, include_str!("virt.txt"), "\n{tree}");
}

/// A tree's nodes and properties, each a line with its whole path, as `witness/record_arm.py` writes QEMU's.
fn paths(blob: &[u8]) -> std::collections::BTreeSet<String> {
    let (mut path, mut lines): (Vec<String>, _) = (Vec::new(), std::collections::BTreeSet::new());
    for line in text(blob).lines() {
        let (name, depth) = (line.trim_start(), (line.len() - line.trim_start().len()) / 2);
        path.truncate(depth);
        if let Some(name) = name.strip_suffix('/') {
            path.push(name.to_owned());
            lines.insert(path.join("/") + "/");
        } else {
            lines.insert(format!("{}/{name}", path.join("/")));
        }
    }
    lines
}

/// What QEMU's board has beyond ours.
const ABSENT: [&str; 7] =
    ["/platform-bus@", "/fw-cfg@", "/gpio-keys/", "/pl061@", "/pcie@", "/intc@8000000/v2m@", "/intc@8000000/its@"];

#[test]
fn arm_virt_has_the_tree_that_qemu_has() {
    for (gic, qemu) in [
        (GicVersion::V2, include_str!("../../witness/arm-virt-gic2.tree")),
        (GicVersion::V3, include_str!("../../witness/arm-virt-gic3.tree")),
    ] {
        let board = Description { harts: 2, isa: Some("cortex-a72".into()), ..arm_virt::description(gic) };
        let ours = paths(&generate(&board, &options()).unwrap());
        // Random numbers differ, and so do phandles: those are looked at below.
        let comparable = |line: &&str| {
            let property = line.rsplit('/').next().unwrap().split(" = ").next().unwrap();
            let varies = ["phandle", "clocks", "cpu", "interrupt-parent", "rng-seed", "kaslr-seed"].contains(&property);
            !varies && !ABSENT.iter().any(|node| line.starts_with(node))
        };
        let expected: Vec<_> = qemu.lines().filter(comparable).collect();
        let mut given: Vec<_> = ours.iter().map(String::as_str).filter(comparable).collect();
        // Ours ends with the redistributors that there are.
        let redistributors = "/intc@8000000/reg = <0 8000000 0 10000 0 80a0000 0 40000>";
        if let Some(reg) = given.iter_mut().find(|line| **line == redistributors) {
            *reg = "/intc@8000000/reg = <0 8000000 0 10000 0 80a0000 0 f60000>";
        }
        assert_eq!(given, expected);
        for line in [
            "/interrupt-parent = <2>",
            "/intc@8000000/phandle = <2>",
            "/apb-pclk/phandle = <1>",
            "/pl011@9000000/clocks = <1 1>",
            "/pl031@9010000/clocks = <1>",
            "/cpus/cpu@1/phandle = <4>",
            "/cpus/cpu-map/socket0/cluster0/core1/cpu = <4>",
        ] {
            assert!(ours.contains(line), "{line} not in {ours:#?}");
        }
        let seeds: Vec<_> = ours.iter().filter(|line| line.contains("-seed = ")).collect();
        assert_eq!(seeds.len(), 2);
    }
}

#[test]
fn an_arm_board_of_a_few_parts() {
    let board = Description {
        isa: None,
        devices: vec![
            DeviceEntry::new(DeviceKind::Testbench, 0x100_0000),
            DeviceEntry::new(DeviceKind::Uart16550, 0x200_0000),
            DeviceEntry::new(DeviceKind::Rtc, 0x300_0000),
        ],
        ..arm_virt::description(GicVersion::V2)
    };
    let ours = paths(&generate(&board, &options()).unwrap());
    for present in [
        "/cpus/cpu@0/compatible = \"arm,armv8\"",
        "/serial@2000000/compatible = \"ns16550a\"",
        "/rtc@3000000/compatible = \"google,goldfish-rtc\"",
        "/timer/interrupts = <1 d 4 1 e 4 1 b 4 1 a 4>",
    ] {
        assert!(ours.contains(present), "{present} not in {ours:#?}");
    }
    for absent in ["testbench", "intc", "interrupt-parent", "stdout-path", "enable-method"] {
        assert!(!ours.iter().any(|line| line.contains(absent)), "{absent} in {ours:#?}");
    }
}

#[test]
fn the_tree_tells_how_psci_is_called() {
    let board = Description { harts: 2, ..arm_virt::description(GicVersion::V2) };
    let tree = |psci| paths(&generate(&board, &Options { psci, ..options() }).unwrap());
    for (psci, method) in [(Conduit::Hvc, "hvc"), (Conduit::Smc, "smc")] {
        let ours = tree(psci);
        assert!(ours.contains(format!("/psci/method = \"{method}\"").as_str()), "{ours:#?}");
        assert!(ours.contains("/cpus/cpu@1/enable-method = \"psci\""), "{ours:#?}");
    }
    let ours = tree(Conduit::Nothing);
    assert!(!ours.iter().any(|line| line.contains("psci")), "{ours:#?}");
}

#[test]
fn the_seed_alone_decides_the_random_bytes() {
    let seeded = |seed| {
        let tree = text(&generate(&riscv_virt::description(), &Options { seed, ..options() }).unwrap());
        tree.lines().find(|line| line.contains("rng-seed")).unwrap().to_owned()
    };
    assert_eq!(seeded(7), seeded(7));
    assert_ne!(seeded(7), seeded(8));
    assert_ne!(seeded(7), seeded(7 << 32));
}

#[test]
fn spike_announces_htif() {
    let tree = text(&generate(&spike::description(), &options()).unwrap());
    assert!(tree.contains("  htif/\n    compatible = \"ucb,htif0\"\n"), "{tree}");
    assert!(tree.contains("  stdout-path = \"/soc/serial@10000000\"\n"), "{tree}");
    assert!(tree.contains("riscv,isa = \"rv64imafdc_zicsr_zifencei\"\n"), "{tree}");
    for absent in ["mmu-type", "bootargs", "poweroff", "rtc"] {
        assert!(!tree.contains(absent), "{absent} in {tree}");
    }
}

#[test]
fn a_board_of_a_few_parts() {
    let board = Description {
        device_tree: true,
        compatible: None,
        model: None,
        ram: vec![
            RamEntry { name: "a".into(), base: 0, size: 0x1000 },
            RamEntry { name: "b".into(), base: 1 << 32, size: 0x2000 },
        ],
        devices: vec![
            DeviceEntry::new(DeviceKind::AclintSswi, 0x3000_0000),
            DeviceEntry::new(DeviceKind::Testbench, 0x4000_0000),
            DeviceEntry::new(DeviceKind::Finisher, 0x5000_0000),
            DeviceEntry::new(DeviceKind::Finisher, 0x6000_0000),
            DeviceEntry::new(DeviceKind::Uart16550, 0x7000_0000),
        ],
        ..spike::description()
    };
    let tree = text(&generate(&board, &options()).unwrap());
    for present in [
        "compatible = \"emu,spike\"\n",
        "model = \"spike\"\n",
        "memory@0/\n    device_type = \"memory\"\n    reg = <0 0 0 1000>\n",
        "memory@100000000/\n    device_type = \"memory\"\n    reg = <1 0 0 2000>\n",
        "sswi@30000000/\n      compatible = \"riscv,aclint-sswi\"\n      reg = <0 30000000 0 4000>\n\
         \x20     interrupts-extended = <1 1>\n",
        "test@50000000/",
        "regmap = <3>\n",
        "serial@70000000/\n      compatible = \"ns16550a\"\n      reg = <0 70000000 0 100>\n\
         \x20     clock-frequency = <384000>\n",
    ] {
        assert!(tree.contains(present), "{present} not in\n{tree}");
    }
    for absent in ["testbench", "test@60000000", "interrupt-parent"] {
        assert!(!tree.contains(absent), "{absent} in {tree}");
    }
}

#[test]
fn a_text_with_a_nul_is_refused() {
    let board = Description { isa: Some("rv64i\0mac".into()), ..spike::description() };
    assert!(generate(&board, &options()).is_err());
}
