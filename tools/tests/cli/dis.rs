//! `emu dis`: the form of its listing. That it is objdump's, `compare-objdump` in `guest-tests` finds out over all programs.

use super::elf::{Elf, LOOP, NOP, RAM, addi, jump, lui, sw};
use super::{Folder, emu};

/// Two functions, a backward branch into the first, zeros, and data after a mapping symbol.
fn program() -> Elf {
    let mut code = vec![NOP, addi(10, 0, 1), LOOP, jump(-8)];
    code.extend([0, 0, 0]);
    code.push(0x1234_5678);
    Elf::new(&code).with(|e| {
        e.symbols = vec![
            ("_start", RAM, 8),
            ("second", RAM + 8, 0),
            ("table", RAM + 28, 4),
            ("$d", RAM + 28, 0),
            ("limit", 7, 0),
        ]
    })
}

#[test]
fn a_listing_looks_like_objdumps() {
    let folder = Folder::new();
    let file = folder.file("two.elf", program().bytes());
    let output = emu(["dis", &file]).has_status(0);
    let expected = format!(
        "
{file}:     file format elf64-littleriscv


Disassembly of section segment 0:

0000000080000000 <_start>:
    80000000:\t00000013          \tnop
    80000004:\t00100513          \tli\ta0,1

0000000080000008 <second>:
    80000008:\t0000006f          \tj\t80000008 <second>
    8000000c:\tff9ff06f          \tj\t80000004 <_start+0x4>
\t...

000000008000001c <table>:
    8000001c:\t12345678          \t.word\t0x12345678
"
    );
    assert_eq!(output.stdout, expected);
    assert_eq!(output.stderr, "");
}

#[test]
fn instructions_under_their_own_names() {
    let folder = Folder::new();
    let file = folder.file("two.elf", program().bytes());
    let output = emu(["dis", &file, "--no-aliases", "--end", "0x8000000c"]).has_status(0);
    let texts: Vec<_> = output.stdout.lines().filter_map(|line| line.splitn(3, '\t').nth(2)).collect();
    assert_eq!(texts, ["addi\tzero,zero,0", "addi\ta0,zero,1", "jal\tzero,80000008 <second>"]);
}

#[test]
fn addresses_made_in_two_steps_are_named() {
    let folder = Folder::new();
    // The second ADDI has no upper part left, and a sum may lie before every symbol.
    let code = [lui(10, 0x8000_1000), addi(10, 10, -8), addi(10, 10, 4), lui(11, 0x1000), sw(10, 4, 11)];
    let file = folder.file("rv32.elf", Elf::new(&code).with(|e| e.wide = false).bytes());
    let output = emu(["dis", &file]).has_status(0);
    let texts: Vec<_> = output.stdout.lines().filter_map(|line| line.splitn(3, '\t').nth(2)).collect();
    let expected = [
        "lui\ta0,0x80001",
        "add\ta0,a0,-8 # 80000ff8 <_start+0xff8>",
        "add\ta0,a0,4",
        "lui\ta1,0x1",
        "sw\ta0,4(a1) # 1004 <_start-0x7fffeffc>",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn a_file_without_symbols() {
    let folder = Folder::new();
    let file = folder.file("bare.elf", Elf::new(&[LOOP]).with(|e| e.symbols.clear()).bytes());
    let output = emu(["dis", &file]).has_status(0);
    let expected = "\n0000000080000000 <segment 0>:\n    80000000:\t0000006f          \tj\t0x80000000\n";
    assert!(output.stdout.ends_with(expected), "{}", output.stdout);
}

#[test]
fn parts_of_a_program() {
    let folder = Folder::new();
    let file = folder.file("two.elf", program().bytes());
    let lines = |args: &[&str]| {
        let output = emu([&["dis", &file], args].concat()).has_status(0);
        output.stdout.lines().filter(|l| l.starts_with(' ')).map(|l| l.trim_start()[..8].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(lines(&["--symbol", "_start"]), ["80000000", "80000004"]);
    assert_eq!(lines(&["--symbol", "table"]), ["8000001c"]);
    assert_eq!(lines(&["--start", "0x80000004", "--end", "0x8000_000c"]), ["80000004", "80000008"]);
    assert_eq!(lines(&["--end", "0x80000004"]), ["80000000"]);
    emu(["dis", &file, "--symbol", "nobody"]).is_refusal(&["two.elf: no symbol nobody"]);
    emu(["dis", &file, "--start", "0x90000000"]).is_refusal(&["two.elf: no instructions from 0x90000000"]);
    emu(["dis", &file, "--start", "8", "--end", "4"]).is_refusal(&["two.elf: ", "--start must be below --end"]);
}

#[test]
fn a_raw_image() {
    let folder = Folder::new();
    let file = folder.file("raw.bin", NOP.to_le_bytes());
    let output = emu(["dis", &file, "--load", "0x100"]).has_status(0);
    assert!(output.stdout.contains("raw.bin:     file format binary"), "{}", output.stdout);
    assert!(
        output.stdout.contains("\n0000000000000100 <image>:\n 100:\t00000013          \tnop\n"),
        "{}",
        output.stdout
    );
}

#[test]
fn words_that_are_no_instructions() {
    let folder = Folder::new();
    // Too long a one, an undefined one, the defined illegal one, and one that says it has ten bytes.
    let code = [0xffff_ffff, 0x0000_702b, 0x0001_0000, 0x0102_007f, 0x0304_0506, 0x0001_0708];
    let file = folder.file("odd.elf", Elf::new(&code).bytes());
    let output = emu(["dis", &file]).has_status(0);
    let expected = "
    80000000:\tffff                \t.2byte\t0xffff
    80000002:\tffff                \t.2byte\t0xffff
    80000004:\t0000702b          \t.4byte\t0x702b
    80000008:\t0000                \tunimp
    8000000a:\t0001                \tnop
    8000000c:\t007f 0102 0506 0304 \t.byte\t0x7f, 0x00, 0x02, 0x01, 0x06, 0x05, 0x04, 0x03, 0x08, 0x07
    80000014:\t0708 
    80000016:\t0001                \tnop
";
    assert!(output.stdout.ends_with(expected), "{}", output.stdout);
}
