//! `emu dis`: the form of its listing. What each instruction is called is judged in `guest-tests`.

use super::elf::{Elf, LOOP, NOP, RAM, addi, jump};
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
    80000000:\t00000013          \taddi\tzero,zero,0
    80000004:\t00100513          \taddi\ta0,zero,1

0000000080000008 <second>:
    80000008:\t0000006f          \tjal\tzero,80000008 <second>
    8000000c:\tff9ff06f          \tjal\tzero,80000004 <_start+0x4>
\t...

000000008000001c <table>:
    8000001c:\t12345678          \t.word\t0x12345678
"
    );
    assert_eq!(output.stdout, expected);
    assert_eq!(output.stderr, "");
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
        output.stdout.contains("\n0000000000000100 <image>:\n 100:\t00000013          \taddi\tzero,zero,0\n"),
        "{}",
        output.stdout
    );
}

#[test]
fn words_that_are_no_instructions() {
    let folder = Folder::new();
    let file = folder.file("odd.elf", Elf::new(&[0xffff_ffff, 0x0000_0000]).bytes());
    let output = emu(["dis", &file]).has_status(0);
    assert!(output.stdout.contains("\t.4byte\t0xffffffff\n"), "{}", output.stdout);
}
