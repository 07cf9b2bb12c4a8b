//! `emu test` and `emu demo`: what is found, how it is judged and reported.

use super::elf::{Elf, LOOP, RAM, hello};
use super::{Folder, emu};

/// Three programs in two directories, one of which fails, and files that are no programs.
fn suite() -> Folder {
    let folder = Folder::new();
    folder.file("a/pass.elf", hello("fine\n", 0).bytes());
    folder.file("a/b/also", hello("", 0).with(|e| e.wide = false).bytes());
    folder.file("fail.elf", hello("one\ntwo\n", 9).bytes());
    folder.file("notes.txt", "no program");
    folder.file("host", hello("", 0).with(|e| e.machine = 62).bytes());
    folder.file("part.o", hello("", 0).with(|e| e.kind = 1).bytes());
    folder
}

#[test]
fn a_suite_with_a_failure() {
    let folder = suite();
    let root = folder.path("");
    let output = emu(["test", &root]).has_status(1);
    let expected = format!("FAIL {root}fail.elf: exit code 9 (finisher)\n     | one\n     | two\n2 passed, 1 failed: ");
    assert!(output.stdout.starts_with(&expected), "{}", output.stdout);
    assert_eq!(output.stderr, "", "no progress bar where there is no terminal");
}

#[test]
fn a_suite_that_passes() {
    let folder = suite();
    let output = emu(["test", &folder.path("a"), "--jobs", "1"]).has_status(0);
    assert!(output.stdout.starts_with("2 passed, 0 failed: "), "{}", output.stdout);
}

#[test]
fn filters_and_shards() {
    let folder = suite();
    let root = folder.path("");
    let passed = |args: &[&str], status| emu([&["test", &root], args].concat()).has_status(status).stdout;
    assert!(passed(&["--filter", "pass", "--filter", "also"], 0).starts_with("2 passed, 0 failed: "));
    let shards = ["1/2", "2/2"].map(|shard| emu(["test", &root, "--shard", shard]).stdout);
    assert!(shards[0].contains("2 of 3 tests are in this shard"), "{}", shards[0]);
    assert!(shards[1].contains("1 of 3 tests are in this shard"), "{}", shards[1]);
    let empty = passed(&["--shard", "4/4"], 0);
    assert!(empty.starts_with("0 passed, 0 failed (0 of 3 tests are in this shard)"), "{empty}");
    emu(["test", &root, "--filter", "nothing"]).is_refusal(&["--filter leaves none of 3 tests"]);
}

#[test]
fn nothing_to_test() {
    let folder = Folder::new();
    folder.file("notes.txt", "no program");
    emu(["test", &folder.path("")]).is_refusal(&["no ELF program found"]);
    folder.file("host", hello("", 0).with(|e| e.machine = 62).bytes());
    emu(["test", &folder.path("")]).is_refusal(&["no program for RISC-V or AArch64 among 1 ELF files"]);
}

#[test]
fn signatures_are_compared_with_references() {
    let folder = Folder::new();
    let signed = hello("", 0).with(|e| e.symbols.extend([("begin_signature", RAM, 0), ("end_signature", RAM + 8, 0)]));
    folder.file("good.elf", signed.bytes());
    folder.file("good.ref", "# made by hand\n100002b7\n001002b7 # the second\n");
    folder.file("bad.elf", signed.bytes());
    folder.file("bad.elf.reference_output", "100002b7\n001002b8\n");
    folder.file("without.elf", hello("", 0).bytes());
    folder.file("without.ref", "00000000\n");
    let output = emu(["test", &folder.path("")]).has_status(1);
    for part in [
        "bad.elf: signature word 1 (begin_signature+0x4) is 001002b7, reference 001002b8 in ",
        "without.elf: no symbols begin_signature and end_signature",
        "1 passed, 2 failed",
    ] {
        assert!(output.stdout.contains(part), "{part:?} is not in {}", output.stdout);
    }
}

#[test]
fn endless_and_broken_programs_fail_alone() {
    let folder = suite();
    folder.file("endless.elf", Elf::new(&[LOOP]).bytes());
    folder.file("cut.elf", &hello("", 0).bytes()[..40]);
    let output = emu(["test", &folder.path(""), "--max-insns", "100k"]).has_status(1);
    for part in
        ["endless.elf: stopped after 100,000 instructions (--max-insns)", "cut.elf: truncated", "2 passed, 3 failed"]
    {
        assert!(output.stdout.contains(part), "{part:?} is not in {}", output.stdout);
    }
}

#[test]
fn junit() {
    let folder = suite();
    let report = folder.path("report.xml");
    emu(["test", &folder.path(""), "--junit", &report]).has_status(1);
    let text = folder.read("report.xml");
    assert!(text.contains("<testsuite name=\"emu test\" tests=\"3\" failures=\"1\""), "{text}");
    assert!(text.contains("<failure message=\"exit code 9 (finisher)\">one\ntwo</failure>"), "{text}");
}

#[test]
fn demos_run() {
    let output = emu(["demo"]).has_status(0);
    for part in
        ["Hello from a bare-metal RISC-V", "Hello from a bare-metal AArch64", "tick 5 at instruction", "aarch64/sort"]
    {
        assert!(output.stdout.contains(part), "{part:?} is not in {}", output.stdout);
    }
    assert_eq!(output.stderr, "");
}
