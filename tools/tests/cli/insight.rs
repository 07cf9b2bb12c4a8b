//! `emu run --verify`, `--dump-ir`, `--perf-map`: what can be seen of translated code, and whether it is right.

use super::{Folder, command, emu, finish};
use std::path::{Path, PathBuf};
use std::process::Stdio;

const SORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/elf/rv64/sort.elf");
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/programs/elf");

/// The programs in a folder, sorted.
fn programs(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let folder = folder.as_ref();
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    all.retain(|path| path.extension().is_some_and(|end| end == "elf"));
    all.sort();
    assert!(!all.is_empty(), "{}: programs", folder.display());
    all
}

/// With --verify a program ends as without it.
#[track_caller]
fn is_clean(program: &Path, engine: &str, more: &[&str]) {
    let program = program.to_str().expect("plain names");
    let plain = emu([&["run", program], more].concat());
    let output = emu([&["run", program, "--verify", "--engine", engine], more].concat());
    assert_eq!(output.stderr, plain.stderr, "{program} --engine {engine}");
    assert_eq!((output.status, output.stdout), (plain.status, plain.stdout), "{program} --engine {engine}");
}

#[test]
fn the_demos_are_clean() {
    for xlen in ["rv32", "rv64", "aarch64"] {
        for program in programs(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/elf").join(xlen)) {
            is_clean(&program, "auto", &[]);
            is_clean(&program, "jit", &[]);
        }
    }
}

#[test]
fn the_kernels_are_clean() {
    for xlen in ["rv32", "rv64"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/kernels/elf").join(xlen);
        for program in programs(folder).iter().filter(|path| path.to_str().is_some_and(|name| name.contains("-small")))
        {
            is_clean(program, "auto", &["--stat-file", "/dev/null"]);
        }
    }
}

#[test]
fn programs_with_traps_timers_and_disks_are_clean() {
    let folder = Folder::new();
    let disk = folder.file("disk.img", vec![0; 1 << 20]);
    let overlay = format!("{disk},overlay");
    for name in
        ["timer", "paging", "interrupt-order", "supervisor-timer", "fence-i", "float", "disk", "hello-semihosting"]
    {
        let program = Path::new(PROGRAMS).join("rv64").join(format!("{name}.elf"));
        let disk: &[&str] = if name == "disk" { &["--disk", &overlay] } else { &[] };
        is_clean(&program, "jit", disk);
    }
}

#[test]
fn input_reaches_both_machines() {
    let program = format!("{PROGRAMS}/rv64/plic-uart.elf");
    let run = |args: &[&str]| {
        let mut command = command([&["run", &program, "--max-insns", "5M"], args].concat());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut input = child.stdin.take().expect("piped");
        std::io::Write::write_all(&mut input, b"hello\nworld\n").expect("the pipe is open");
        drop(input);
        child.wait_with_output().expect("it ends")
    };
    let output = run(&["--verify"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("differ"), "{said}");
    assert_eq!(output.status.code(), run(&[]).status.code(), "{said}");
}

#[test]
fn verifying_what_cannot_be_verified_is_refused() {
    emu(["run", SORT, "--verify", "--engine", "interp"]).is_refusal(&["--verify", "--engine auto or jit"]);
    let folder = Folder::new();
    let disk = folder.file("disk.img", [0; 512]);
    emu(["run", SORT, "--verify", "--disk", &disk]).is_refusal(&[&disk, ",overlay", ",readonly"]);
    emu(["run", SORT, "--verify", "--disk", &format!("{disk},readonly")]).has_status(0);
    let board = |disk: &str| {
        let ram = "name = \"soc\"\n[[ram]]\nname = \"ram\"\nbase = 0x8000_0000\nsize = \"128M\"\n";
        let uart = "[[devices]]\ntype = \"uart16550\"\nbase = 0x1000_0000\n";
        let finisher = "[[devices]]\ntype = \"finisher\"\nbase = 0x10_0000\n";
        let slot = format!("[[devices]]\ntype = \"virtio-mmio\"\nbase = 0x1000_1000\ndisk = \"{disk}\"\n");
        folder.file("soc.toml", [ram, uart, finisher, &slot].concat())
    };
    emu(["run", SORT, "--verify", "--board", &board("disk.img")]).is_refusal(&["disk.img: with --verify", ",overlay"]);
    emu(["run", SORT, "--verify", "--board", &board("disk.img,overlay")]).has_status(0);
}

#[test]
fn a_function_is_shown_in_three_languages() {
    let output = emu(["run", SORT, "--dump-ir", "quicksort", "--engine", "jit"]).has_status(0);
    let (guest, shown) = output.stdout.split_once("a word.\n").expect("the guest's own output comes first");
    assert!(guest.starts_with("20000 words sorted"), "{guest}");
    assert!(shown.starts_with("region at 0x80000"), "{shown}");
    for part in [
        "<quicksort>, an entry:",
        "800001ae:  41240ab3  sub     s5,s0,s2",
        "\nCranelift IR (@",
        "\n@800001ae ",
        "\nCranelift IR, optimised:\nfunction u0:0(i64, i64, i64) -> i64, i64 tail {",
        "\nhost code:\n",
    ] {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
    assert_eq!(output.stderr, "");
    let at_address = emu(["run", SORT, "--dump-ir", "0x8000_01ae", "--engine", "jit"]).has_status(0);
    assert!(at_address.stdout.contains("800001ae:  41240ab3"), "{}", at_address.stdout);
}

#[test]
fn what_cannot_be_shown_is_said_so() {
    emu(["run", SORT, "--dump-ir", "quicksrot"]).is_refusal(&["no symbol quicksrot", "did you mean quicksort?"]);
    emu(["run", SORT, "--dump-ir", "main", "--engine", "interp"]).is_refusal(&["--dump-ir", "use auto or jit"]);
    emu(["run", SORT, "--perf-map", "--engine", "interp"]).is_refusal(&["--perf-map", "use auto or jit"]);
    let cold = emu(["run", SORT, "--dump-ir", "_start"]).has_status(0);
    assert!(cold.stderr.contains("--dump-ir _start: was not translated: it did not run"), "{}", cold.stderr);
    assert!(cold.stderr.contains("--engine jit"), "{}", cold.stderr);
}

#[test]
fn perf_finds_the_guests_functions() {
    let mut command = command(["run", SORT, "--perf-map"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().expect("the binary starts");
    let map = PathBuf::from(format!("/tmp/perf-{}.map", child.id()));
    assert!(child.wait_with_output().expect("it ends").status.success());
    let text = std::fs::read_to_string(&map).expect("the map is there");
    std::fs::remove_file(map).expect("it is ours");
    let hex = |text: &str| u64::from_str_radix(text, 16).unwrap_or_else(|error| panic!("{text}: {error}"));
    let (mut end, mut names) = (0, Vec::new());
    for line in text.lines() {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_else(|| panic!("three words: {line}"));
        let (start, bytes, name) = (hex(word()), hex(word()), word());
        assert!(start >= end && bytes != 0, "in order and apart: {line}");
        end = start + bytes;
        names.push(name);
    }
    assert!(names.contains(&"quicksort") && names.contains(&"main"), "{text}");
}

#[test]
fn compiling_and_dropping_is_logged() {
    let program = format!("{PROGRAMS}/rv64/fence-i.elf");
    let output = finish(command(["run", &program, "--engine", "jit", "-vv"]));
    let is_compile =
        |line: &str| line.contains("compile{pc=0x8") && line.contains(" insns=") && line.contains(" bytes=");
    assert!(output.stderr.lines().any(is_compile), "{}", output.stderr);
    let is_drop = |line: &str| line.contains("invalidate{generation=") && line.contains("dropped pc=0x8");
    assert!(output.stderr.lines().any(is_drop), "{}", output.stderr);
}
