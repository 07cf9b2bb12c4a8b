//! Whatever can be wrong with files and arguments: one message, status 125.

use super::elf::{Elf, LOOP, NOP, RAM, hello, jump, print};
use super::{Folder, command, emu, finish};
use std::process::Stdio;

/// A program with one thing changed is refused by `run` and by `dis` with the same message, which begins with the file's name.
#[track_caller]
fn refused(bytes: Vec<u8>, parts: &[&str]) {
    let folder = Folder::new();
    let file = folder.file("prog.elf", bytes);
    for subcommand in ["run", "dis"] {
        let output = emu([subcommand, &file]);
        output.is_refusal(parts);
        assert!(output.stderr.starts_with(&format!("emu: {file}: ")), "{}", output.stderr);
    }
}

#[test]
fn files_that_are_no_programs() {
    refused(vec![], &["the file is empty"]);
    refused(b"#!/bin/sh\necho\n".to_vec(), &["not an ELF file, it begins with 23 21 2f 62", "--load ADDR"]);
    refused(
        hello("", 0).with(|e| e.machine = 62).bytes(),
        &["made for x86-64", "compile it with a tool chain such as riscv64-unknown-elf-gcc or"],
    );
    refused(hello("", 0).with(|e| e.machine = 40).bytes(), &["made for ARM (32 bits)", "not for RISC-V or AArch64"]);
    refused(hello("", 0).with(|e| e.data = 2).bytes(), &["big-endian", "-mlittle-endian"]);
    refused(hello("", 0).with(|e| e.kind = 1).bytes(), &["an object file, not a program", "link it first"]);
    let interpreter = (3, 0, b"/lib/ld.so.1\0".to_vec(), 13);
    refused(
        hello("", 0).with(|e| e.segments.push(interpreter)).bytes(),
        &["needs a dynamic linker (/lib/ld.so.1)", "-static"],
    );
    refused(hello("", 0).with(|e| e.segments.clear()).bytes(), &["no loadable segment"]);
    let mut wrong_class = hello("", 0).bytes();
    wrong_class[4] = 3;
    refused(wrong_class, &["wrong ELF class 3"]);
}

#[test]
fn truncated_files() {
    let whole = hello("hello\n", 0).bytes();
    for length in [5, 20, 63, 100, 130, whole.len() / 2, whole.len() - 1] {
        refused(whole[..length].to_vec(), &["truncated", "copy or build it again"]);
    }
}

#[test]
fn segments_and_entries_that_make_no_sense() {
    refused(hello("", 0).with(|e| e.entry = 0x1234).bytes(), &["the entry 0x1234 is outside every segment", "--entry"]);
    refused(hello("", 0).with(|e| e.entry = u64::MAX - 1).bytes(), &["the entry 0xfffffffffffffffe is outside"]);
    refused(hello("", 0).with(|e| e.entry = RAM + 1).bytes(), &["the entry 0x80000001 is odd", "--entry"]);
    // The same twice, in the middle of another, and in what another has zeroed.
    let inside = |at, bytes: Vec<u8>, size| hello("", 0).with(|e| e.segments.push((1, at, bytes, size))).bytes();
    for (at, bytes, size) in [(RAM, vec![0; 4], 4), (RAM + 4, vec![0; 4], 4), (RAM - 0x1000, vec![0; 4], 0x2000)] {
        refused(inside(at, bytes, size), &["segments 0x", " overlap", "correct the linker script"]);
    }
    refused(
        hello("", 0).with(|e| e.segments[0].3 = u64::MAX).bytes(),
        &["runs over the end of the address space", "correct the linker script"],
    );
}

/// Numbers in headers that no file can keep: they are compared with its length and never reserved.
#[test]
fn headers_outside_the_file() {
    // In a 64-bit file: e_phoff, e_shoff, then p_offset and p_filesz of the first segment.
    for (at, value, part) in [
        (32, 1 << 20, "the program header table needs 0x100038 bytes"),
        (32, u64::MAX - 7, "the program header table needs 0xffffffffffffffff bytes"),
        (40, u64::MAX, "the section header table needs"),
        (64 + 8, u64::MAX - 1, "segment 0 needs"),
        (64 + 8, 1 << 40, "segment 0 needs"),
    ] {
        let mut file = hello("", 0).bytes();
        file[at..at + 8].copy_from_slice(&value.to_le_bytes());
        refused(file, &["truncated", part, "copy or build it again"]);
    }
    let mut many = hello("", 0).bytes();
    many[56..58].copy_from_slice(&0xfffe_u16.to_le_bytes());
    refused(many, &["truncated: the program header table needs", "copy or build it again"]);
    // As large in memory as in the file, and both absurd; and more in the file than in memory.
    refused(hello("", 0).with(|e| e.segments[0].3 = 1).bytes(), &["malformed", "but 0x1 in memory", "build it again"]);
    let mut huge = hello("", 0).with(|e| e.segments[0].3 = 1 << 62).bytes();
    huge[64 + 32..64 + 40].copy_from_slice(&(1u64 << 62).to_le_bytes());
    refused(huge, &["truncated: segment 0 needs 0x40000000", "copy or build it again"]);
}

#[test]
fn segments_without_memory() {
    let folder = Folder::new();
    // In a hole, over the UART, over the end of RAM, and absurdly large.
    for (address, size) in [(0x4000_0000, 4), (0x1000_0000, 4), (RAM + (256 << 20) - 2, 4), (0x9000_0000, 1 << 60)] {
        let file =
            folder.file("far.elf", hello("", 0).with(|e| e.segments.push((1, address, vec![0; 4], size))).bytes());
        let output = emu(["run", &file]);
        let range = format!("segment {address:#x} to {:#x} is outside", address + size - 1);
        output.is_refusal(&["far.elf: ", &range, "0x80000000 to 0x8fffffff", "--memory"]);
    }
}

#[test]
fn segments_with_the_file_s_own_headers() {
    let folder = Folder::new();
    // As ld lays out a program with and without -Ttext=0x80000000, and as lld does with it.
    for (address, bytes, part) in [
        (
            RAM - 0x1000,
            0x1008,
            "what lies outside are the ELF headers, which the linker puts in front of the code; link with -Wl,-n",
        ),
        (0x1_0000, 0x108, "link it there, with -Wl,-Ttext-segment=0x80000000 or a linker script"),
        (0x1_0000, 0xb0, "link with -Wl,-n to leave them out"),
    ] {
        let mut program = hello("", 0).with(|e| e.segments.insert(0, (1, address, vec![0; 0x1008], bytes)));
        // Its code begins where the headers' segment ends.
        program.segments[1].1 = RAM + 8;
        program.entry = RAM + 8;
        let mut file = program.bytes();
        // p_offset and p_filesz of the first program header.
        file[64 + 8..64 + 16].copy_from_slice(&0u64.to_le_bytes());
        file[64 + 32..64 + 40].copy_from_slice(&bytes.to_le_bytes());
        let file = folder.file("headers.elf", file);
        let range = format!("segment {address:#x} to {:#x} is outside", address + bytes - 1);
        emu(["run", &file]).is_refusal(&["headers.elf: ", &range, part]);
    }
}

#[test]
fn files_that_cannot_be_opened() {
    let folder = Folder::new();
    let missing = folder.path("missing.elf");
    for subcommand in ["run", "dis", "test"] {
        emu([subcommand, &missing]).is_refusal(&[&missing, "no such file", "check the path"]);
    }
    emu(["run", &folder.path("")]).is_refusal(&["is a directory", "emu test"]);
    emu(["run", "/dev/zero"]).is_refusal(&["/dev/zero: neither a file nor a pipe", "give a program file"]);
    let good = folder.file("good.elf", hello("", 0).bytes());
    let nowhere = folder.path("no/such/folder");
    for option in ["--trace", "--signature"] {
        let file = if option == "--signature" {
            let words = |e: &mut Elf| e.symbols.extend([("begin_signature", RAM, 0), ("end_signature", RAM + 8, 0)]);
            folder.file("signed.elf", hello("", 0).with(words).bytes())
        } else {
            good.clone()
        };
        emu(["run", &file, option, &nowhere]).is_refusal(&[
            "no/such/folder",
            "cannot be written",
            "choose another file",
        ]);
    }
    emu(["test", &good, "--junit", &nowhere]).is_refusal(&["--junit", "no/such/folder", "cannot be written"]);
}

#[test]
fn a_program_without_a_signature() {
    let folder = Folder::new();
    let file = folder.file("good.elf", hello("", 0).bytes());
    let output = emu(["run", &file, "--signature", &folder.path("out")]);
    output.is_refusal(&["good.elf: ", "no symbols begin_signature and end_signature"]);
}

#[test]
fn instruction_sets() {
    let folder = Folder::new();
    let file = folder.file("good.elf", hello("", 0).bytes());
    for (isa, remedy) in [
        ("rv64imaq", "known are"),
        ("rv64i_zfoo", "known are"),
        ("rv128i", "must begin with"),
        ("rv64", "must begin with"),
        ("x86", "must begin with"),
        ("rv64mi_", "must begin with"),
        ("rv64e", "use rv64i"),
        ("rv64imac_zcf", "exists for rv32 only; leave it out"),
        ("rv64gc_sv32", "exists for rv32 only; leave it out"),
        ("rv64i_zcd", "add d, or leave zcd out"),
        ("rv64imacm", "name it once"),
        ("rv32imac", "good.elf: a program for 64 bits cannot run as rv32imac, which has 32; choose another --isa"),
    ] {
        for subcommand in ["run", "dis"] {
            emu([subcommand, &file, "--isa", isa]).is_refusal(&[isa, remedy]);
        }
    }
    let narrow = folder.file("narrow.elf", Elf::new(&[LOOP]).with(|e| e.wide = false).bytes());
    emu(["run", &narrow, "--isa", "rv64gc"]).is_refusal(&["narrow.elf: a program for 32 bits cannot run as rv64gc"]);
}

#[test]
fn boards() {
    let folder = Folder::new();
    let file = folder.file("good.elf", hello("", 0).bytes());
    emu(["run", &file, "--board", "nosuch"]).is_refusal(&["--board nosuch", "virt, spike, testbench"]);
    emu(["run", &file, "--board", &folder.path("missing.toml")]).is_refusal(&["missing.toml", "no such file"]);
    let ram = "name = \"soc\"\n[[ram]]\nname = \"ram\"\nbase = 0x8000_0000\nsize = \"1M\"\n";
    for (text, parts) in [
        ("name = \"soc\"\n".to_owned(), vec!["there is no RAM", "add a [[ram]]"]),
        (
            format!("{ram}[[ram]]\nname = \"two\"\nbase = 0x8000_0000\nsize = 4096\n"),
            vec!["overlaps", "move or shrink"],
        ),
        (format!("{ram}[[devices]]\ntype = \"uart16550\"\nbase = 0x8000_1000\n"), vec!["overlaps", "uart16550"]),
        (
            format!("{ram}[[ram]]\nname = \"two\"\nbase = 0x8000_f000\nsize = \"1M\"\n"),
            vec!["ram[1] (\"two\", 0x8000f000 to 0x8010efff) overlaps ram[0]", "move or shrink"],
        ),
        (
            format!("{ram}[[devices]]\ntype = \"clint\"\nbase = 0\n[[devices]]\ntype = \"rtc\"\nbase = 0x8000\n"),
            vec!["devices[1] (\"rtc\", 0x8000 to 0x8fff) overlaps devices[0]", "move or shrink"],
        ),
        (
            format!("{ram}[[ram]]\nname = \"two\"\nbase = \"0xffff_ffff_ffff_f000\"\nsize = 8192\n"),
            vec!["ram[1].base", "reach past the end of the address space", "move it down"],
        ),
        (
            format!("{ram}[[devices]]\ntype = \"clint\"\nbase = \"0xffff_ffff_ffff_f000\"\n"),
            vec!["devices[0].base", "reach past the end of the address space", "move it down"],
        ),
        (format!("{ram}[[rom]]\nname = \"none\"\nbase = 0\nsize = 0\n"), vec!["rom[0].size", "has no bytes", "4K"]),
        (format!("{ram}[[rom]]\nname = \"odd\"\nbase = 0\nsize = 100\n"), vec!["rom[0]", "round them"]),
        (ram.replace("1M", "0x7fff_ffff_ffff_f000"), vec!["ram[0].size", "too much", "may have 64G"]),
        (format!("reset_pc = 0x1000\n{ram}"), vec!["reset_pc", "in no RAM or ROM"]),
        (format!("{ram}colour = 1\n"), vec!["unknown field `colour`"]),
        (format!("{ram}[[devices]]\ntype = \"lamp\"\nbase = 0\n"), vec!["lamp"]),
        ("name = \n".to_owned(), vec!["soc.toml: line 1, column 8, `name =`: "]),
    ] {
        let board = folder.file("soc.toml", text);
        let mut all = vec!["soc.toml: "];
        all.extend(parts);
        emu(["run", &file, "--board", &board]).is_refusal(&all);
    }
}

#[test]
fn arguments() {
    let folder = Folder::new();
    let file = folder.file("good.elf", hello("", 0).bytes());
    // The parser's own messages have several lines, with a hint and the usage.
    for (args, part) in [
        (vec!["run"], "required arguments were not provided"),
        (vec!["run", &file, "--memory", "lots"], "give a size such as 256M"),
        (vec!["run", &file, "--memory", "5000"], "give a multiple of 4K"),
        (vec!["run", &file, "--code-memory", "lots"], "give a size such as 256M"),
        (vec!["run", &file, "--engine", "fast"], "interp, jit, auto"),
        (vec!["run", &file, "--max-insns", "-1"], "unexpected argument"),
        (vec!["run", &file, "--max-insns", "many"], "give a count such as"),
        (vec!["run", &file, "--timeout", "0"], "give a time in seconds"),
        (vec!["run", &file, "--harts", "0"], "--harts"),
        (vec!["run", &file, "--entry", "0"], "--load"),
        (vec!["run", &file, "--frobnicate"], "unexpected argument '--frobnicate'"),
        (vec!["dis", &file, "stray"], "unexpected argument 'stray'"),
        (vec!["test", &file, "--shard", "3/2"], "give a part of a number of parts"),
        (vec!["test"], "required arguments were not provided"),
        (vec!["fly"], "unrecognized subcommand 'fly'"),
        (vec![], "Usage: emu [OPTIONS] <COMMAND>"),
    ] {
        let output = emu(&args).has_status(125);
        assert!(output.stderr.contains(part), "{args:?}: {part:?} is not in {:?}", output.stderr);
        assert_eq!(output.stdout, "", "{args:?}");
    }
}

#[test]
fn a_closed_standard_output_ends_the_run_with_one_message() {
    let folder = Folder::new();
    let text = folder.file("text.elf", hello("one\ntwo\n", 0).bytes());
    let line = print("line\n");
    let back = jump(-4 * line.len() as i32);
    let endless = folder.file("endless.elf", Elf::new(&[line, vec![back]].concat()).bytes());
    for args in [vec!["run", &text], vec!["run", &endless], vec!["dis", &text], vec!["test", &text], vec!["--help"]] {
        let mut command = command(&args);
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        command.stdout(Stdio::from(writer)).stderr(Stdio::piped());
        let output = finish(command);
        output.is_refusal(&["standard output"]);
    }
}

/// Where nothing can be written, nothing is lost without a word, whatever it is that is written.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_apart_from_a_closed_pipe() {
    let folder = Folder::new();
    let text = folder.file("text.elf", hello("one\ntwo\n", 0).bytes());
    // Without a line's end: nothing is written before the run is over.
    let short = folder.file("short.elf", hello("x", 0).bytes());
    let line = print("line\n");
    let back = jump(-4 * line.len() as i32);
    let endless = folder.file("endless.elf", Elf::new(&[line, vec![back]].concat()).bytes());
    let full = || Stdio::from(std::fs::File::options().write(true).open("/dev/full").expect("Linux has it"));
    for args in [
        vec!["run", &text],
        vec!["run", &short],
        vec!["run", &endless],
        vec!["dis", &text],
        vec!["test", &text],
        vec!["demo", "rv64/hello"],
        vec!["--help"],
    ] {
        let mut command = command(&args);
        command.stdout(full()).stderr(Stdio::piped());
        let output = finish(command);
        output.is_refusal(&["standard output: No space left on device", "is lost; make room, or choose another place"]);
    }
    // Files: those that grow while the program runs, which ends an endless run, and those that are written at its end.
    let signed = hello("", 0).with(|e| e.symbols.extend([("begin_signature", RAM, 0), ("end_signature", RAM + 8, 0)]));
    let signed = folder.file("signed.elf", signed.bytes());
    let forever = folder.file("forever.elf", Elf::new(&[NOP, jump(-4)]).bytes());
    for (program, option) in
        [(&signed, "--trace"), (&forever, "--trace"), (&signed, "--signature"), (&signed, "--stat-file")]
    {
        let output = emu(["run", program, option, "/dev/full"]);
        output.is_refusal(&[option, "/dev/full: cannot be written: No space left on device", "make room"]);
    }
    emu(["test", &text, "--junit", "/dev/full"]).has_status(125);
    // One failure does not keep the others from being told, nor what can be written from being written.
    let output = emu(["run", &signed, "--trace", "/dev/full", "--signature", &folder.path("out"), "--stat"]);
    assert!(output.stderr.contains(" instructions") && output.stderr.contains("--trace"), "{}", output.stderr);
    assert_eq!(output.has_status(125).stdout, "");
    assert!(folder.read("out").lines().count() == 2, "the signature is there");
    // Messages and counts: there is no place left to tell, but the status does.
    for args in [vec!["run", &text, "--stat"], vec!["run", &text, "--fly"], vec!["run", &forever, "--max-insns", "9"]] {
        let mut command = command(&args);
        command.stderr(full());
        finish(command).has_status(125);
    }
    // What is said on request by -v is not worth a failure.
    let mut command = command(["run", &text, "-vv"]);
    command.stderr(full());
    assert_eq!(finish(command).has_status(0).stdout, "one\ntwo\n");
}
