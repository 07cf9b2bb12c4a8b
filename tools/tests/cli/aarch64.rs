//! Programs for AArch64: the command finds out by itself what they are for.

use super::elf::Elf;
use super::{Folder, emu};

/// Where QEMU's `virt` has its RAM.
const RAM: u64 = 0x4000_0000;

pub(super) fn program(code: &[u32]) -> Elf {
    Elf::new(code).with(|elf| {
        (elf.machine, elf.entry) = (183, RAM);
        elf.segments[0].1 = RAM;
        elf.symbols[0].1 = RAM;
    })
}

/// Prints `hello` by semihosting and ends with code 7.
const HELLO: [u32; 14] = [
    0x1000_0181, // adr x1, text
    0x5280_0080, // mov w0, SYS_WRITE0
    0xd45e_0000, // hlt #0xf000
    0x1000_00a1, // adr x1, block
    0x5280_0300, // mov w0, SYS_EXIT
    0xd45e_0000, // hlt #0xf000
    0x1400_0000, // b .
    0xd503_201f, // nop
    0x0002_0026, // block: ADP_Stopped_ApplicationExit
    0,
    7,
    0,
    0x6c6c_6568, // text
    0x0000_0a6f,
];

#[test]
fn a_program_runs_in_every_engine() {
    let folder = Folder::new();
    let file = folder.file("hello.elf", program(&HELLO).bytes());
    for engine in ["interp", "jit", "auto"] {
        let output = emu(["run", "--engine", engine, "--stat", &file]).has_status(7);
        assert_eq!(output.stdout, "hello\n", "{engine}");
        for part in ["  6  instructions\n", "  6    in EL1 ", "on virt, max, "] {
            assert!(output.stderr.contains(part), "{engine}: {part:?} is not in {}", output.stderr);
        }
    }
    assert_eq!(emu(["run", "--verify", &file]).has_status(7).stderr, "");
    let test = emu(["test", &file]).has_status(1);
    assert!(test.stdout.contains("exit code 7 (semihosting)"), "{}", test.stdout);
}

#[test]
fn a_trace_and_a_listing_tell_what_it_does() {
    let folder = Folder::new();
    let code = [
        0xd280_0020, // movz x0, #1
        0x8b00_0c01, // add x1, x0, x0, lsl #3
        0xf100_0421, // 1: subs x1, x1, #1
        0x54ff_ffe1, // b.ne 1b
        0x0000_0000, // undefined
    ];
    let file = folder.file("loop.elf", program(&code).bytes());
    let stuck = emu(["run", "--trace", &folder.path("trace"), &file]).has_status(126);
    for part in ["traps for ever at 0x200", "VBAR_ELx", "it began at", "undefined instruction (ESR 0x02000000"] {
        assert!(stuck.stderr.contains(part), "{part:?} is not in {}", stuck.stderr);
    }
    let trace = folder.read("trace");
    assert_eq!(trace.lines().count(), 20, "{trace}");
    assert!(trace.starts_with("core   0: 1 0x0000000040000000 (0xd2800020) x0  0x0000000000000001\n"), "{trace}");
    let listing = emu(["dis", &file]).has_status(0).stdout;
    for part in ["elf64-littleaarch64", "add\tx1, x0, x0, lsl #3", "b.ne\t40000008 <_start+0x8>"] {
        assert!(listing.contains(part), "{part:?} is not in {listing}");
    }
}

#[test]
fn processors_are_chosen_by_name() {
    let folder = Folder::new();
    let file = folder.file("hello.elf", program(&HELLO).bytes());
    for cpu in ["cortex-a53", "cortex-a72", "max"] {
        emu(["run", "--cpu", cpu, &file]).has_status(7);
    }
    emu(["run", "--cpu", "z80", &file]).is_refusal(&["--cpu z80", "cortex-a53, cortex-a72, max"]);
    emu(["run", "--isa", "rv64i", &file]).is_refusal(&["--isa is for RISC-V", "use --cpu"]);
    let riscv = folder.file("riscv.elf", super::elf::hello("", 0).bytes());
    emu(["run", "--cpu", "max", &riscv]).is_refusal(&["--cpu", "AArch64", "use --isa"]);
    emu(["run", "--board", "spike", &file]).is_refusal(&["--board spike", "virt"]);
    for option in ["--el", "--gic"] {
        emu(["run", option, "3", &riscv]).is_refusal(&[option, "RISC-V", "leave it out"]);
        let refused = emu(["run", option, "4", &file]).has_status(125).stderr;
        assert!(refused.contains(option) && refused.contains("..=3"), "{refused}");
    }
}

/// A program of `guest-tests`, and what it prints there.
fn observed(name: &str) -> (String, String) {
    let programs = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/programs/aarch64/system");
    let printed = std::fs::read_to_string(format!("{programs}/{name}.out")).expect("it is committed");
    (format!("{programs}/elf/{name}.elf"), printed)
}

#[test]
fn the_level_and_the_interrupt_controller_are_chosen() {
    for (options, name) in
        [(["--el", "3"], "firmware"), (["--el", "2"], "hypervisor"), (["--gic", "3"], "interrupts-gic3")]
    {
        let (file, printed) = observed(name);
        let run = emu(["run", "--cpu", "cortex-a72", options[0], options[1], &file]).has_status(0);
        assert_eq!(run.stdout, printed, "{name}");
    }
    // A second stage of translation is not there: told once, however often it is asked for.
    let asks = [
        0xd280_0020, // mov x0, #1
        0xd51c_1100, // msr hcr_el2, x0
        0xd51c_1100,
    ];
    let folder = Folder::new();
    let file = folder.file("asks.elf", program(&[&asks[..], &HELLO].concat()).bytes());
    let run = emu(["run", "-v", "--el", "2", &file]).has_status(7);
    assert_eq!(
        (run.stdout.as_str(), run.stderr.matches("bits 0x1 of hcr_el2").count()),
        ("hello\n", 1),
        "{}",
        run.stderr
    );
}

#[test]
fn a_linux_kernel_starts_where_it_wants_to_be() {
    let kernels = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/programs/aarch64/system");
    let image = std::fs::read(format!("{kernels}/elf/kernel.image")).expect("it is committed");
    let observed = std::fs::read_to_string(format!("{kernels}/kernel.out")).expect("it is committed");
    let folder = Folder::new();
    let file = folder.file("Image", image.clone());
    assert_eq!(emu(["run", &file]).has_status(0).stdout, observed);
    emu(["run", "--memory", "512K", &file]).is_refusal(&["segment 0x40080000", "0x40000000 to 0x4007ffff"]);
    let mut big_endian = image;
    big_endian[24] |= 1;
    emu(["run", &folder.file("big", big_endian)]).is_refusal(&["big: ", "big-endian", "CONFIG_CPU_LITTLE_ENDIAN"]);
}

/// Opens `made.txt` for writing, and ends with 1 if that fails.
const OPEN: [u32; 22] = [
    0x1000_0141, // adr x1, open
    0x5280_0020, // mov w0, SYS_OPEN
    0xd45e_0000, // hlt #0xf000
    0xb100_041f, // cmn x0, #1
    0x1a9f_17e3, // cset w3, eq
    0x1000_0161, // adr x1, end
    0xf900_0423, // str x3, [x1, #8]
    0x5280_0300, // mov w0, SYS_EXIT
    0xd45e_0000, // hlt #0xf000
    0xd503_201f, // nop
    0x4000_0050, // open: the name's address
    0,
    4, // "w"
    0,
    8, // the name's length
    0,
    0x0002_0026, // end: ADP_Stopped_ApplicationExit
    0,
    0,
    0,
    0x6564_616d, // made
    0x7478_742e, // .txt
];

#[test]
fn a_program_opens_files_below_the_folder_that_is_named() {
    let folder = Folder::new();
    let file = folder.file("open.elf", program(&OPEN).bytes());
    emu(["run", &file]).has_status(1);
    emu(["run", "--semihosting-dir", &folder.path(""), &file]).has_status(0);
    assert_eq!(folder.read("made.txt"), "");
    emu(["run", "--semihosting-dir", &folder.path("absent"), &file]).is_refusal(&[
        "--semihosting-dir",
        "absent",
        "give a folder",
    ]);
    emu(["run", "--verify", "--semihosting-dir", &folder.path(""), &file])
        .is_refusal(&["--verify", "--semihosting-dir"]);
}

#[test]
fn a_wait_for_an_event_is_denied_only_while_there_is_none() {
    let mut code = vec![
        0x1000_4000, // adr x0, 0x800
        0xd518_c000, // msr vbar_el1, x0
        0xd538_1000, // mrs x0, sctlr_el1
        0x926d_f800, // and x0, x0, #~nTWE
        0xd518_1000, // msr sctlr_el1, x0
        0xd503_3fdf, // isb
        0x1000_00a0, // adr x0, user
        0xd518_4020, // msr elr_el1, x0
        0xd280_7800, // mov x0, #0x3c0: EL0
        0xd518_4000, // msr spsr_el1, x0
        0xd69f_03e0, // eret, which is an event
        0xd503_205f, // user: wfe
        0xd503_20bf, // sevl
        0xd503_205f, // wfe
        0xd503_209f, // sev
        0xd503_205f, // wfe
        0xd503_205f, // wfe, with nothing to hear
    ];
    // Behind it, where exceptions of EL0 go.
    code.resize(0xc00 / 4, 0xd503_201f);
    code.extend([
        0xd538_5203, // mrs x3, esr_el1
        0xd356_fc63, // lsr x3, x3, #22: 16 for each class
        0xd538_4022, // mrs x2, elr_el1
        0x10ff_a101, // adr x1, user
        0xcb01_0042, // sub x2, x2, x1
        0x927c_ec63, // and x3, x3, #~15
        0x8b42_0863, // add x3, x3, x2, lsr #2
        0x1000_00a1, // adr x1, end
        0xf900_0423, // str x3, [x1, #8]
        0x5280_0300, // mov w0, SYS_EXIT
        0xd45e_0000, // hlt #0xf000
        0xd503_201f, // nop
        0x0002_0026, // end: ADP_Stopped_ApplicationExit
        0,
        0,
        0,
    ]);
    let folder = Folder::new();
    let file = folder.file("wfe.elf", program(&code).bytes());
    for engine in ["interp", "jit"] {
        // A trapped WFx, of the sixth instruction.
        emu(["run", "--engine", engine, &file]).has_status(16 + 5);
    }
}
