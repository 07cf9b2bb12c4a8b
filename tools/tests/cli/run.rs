//! `emu run`: output, exit status, and what can be written beside them.

use super::elf::{Elf, LOOP, NOP, RAM, WFI, addi, exit, hello, jump, lui, print, store, sw};
use super::{Folder, command, emu, finish};
use std::io::Write;
use std::process::Stdio;

#[test]
fn a_program_prints_and_its_code_becomes_the_status() {
    let folder = Folder::new();
    for code in [0, 1, 42, 123] {
        let file = folder.file("hello.elf", hello("hello\n", code).bytes());
        let output = emu(["run", &file]).has_status(code as i32);
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("hello\n", ""));
    }
}

#[test]
fn a_code_that_does_not_fit_is_said_so() {
    let folder = Folder::new();
    let file = folder.file("big.elf", hello("", 1000).bytes());
    let output = emu(["run", &file]).has_status(123);
    assert_eq!(output.stderr, format!("emu: {file}: the exit code 1000 is reported as 123, the largest there is\n"));
}

#[test]
fn both_widths_and_a_raw_image_run() {
    let folder = Folder::new();
    let narrow = folder.file("narrow.elf", hello("32\n", 3).with(|e| e.wide = false).bytes());
    assert_eq!(emu(["run", &narrow]).has_status(3).stdout, "32\n");
    let code: Vec<u8> = [print("raw\n"), exit(4)].concat().iter().flat_map(|w| w.to_le_bytes()).collect();
    let raw = folder.file("raw.bin", code);
    assert_eq!(emu(["run", &raw, "--load", "0x80000000"]).has_status(4).stdout, "raw\n");
    let padded = folder.file("padded.bin", [vec![0; 16], std::fs::read(&raw).expect("just written")].concat());
    let output = emu(["run", &padded, "--load", "0x8000_0000", "--entry", "0x8000_0010"]).has_status(4);
    assert_eq!(output.stdout, "raw\n");
}

/// Stores 1 in the word at `tohost`, whose address is the one symbol that HTIF needs.
fn htif(code: u32) -> Elf {
    let program = [lui(5, RAM as u32 + 0x1000), addi(6, 0, (code << 1 | 1) as i32), sw(6, 0, 5), LOOP];
    Elf::new(&program).with(|e| {
        e.segments[0].3 = 0x2000;
        e.symbols.push(("tohost", RAM + 0x1000, 8));
    })
}

#[test]
fn tohost_ends_the_run() {
    let folder = Folder::new();
    let pass = folder.file("pass.elf", htif(0).with(|e| e.wide = false).bytes());
    let fail = folder.file("fail.elf", htif(5).with(|e| e.wide = false).bytes());
    for board in ["spike", "virt"] {
        emu(["run", &pass, "--board", board]).has_status(0);
        emu(["run", &fail, "--board", board]).has_status(5);
    }
}

/// Ends with a code made of the first bytes of the device tree, where `/chosen` is.
fn tree_sum() -> Elf {
    // addi t2,a1,1024; li t1,0; loop: lbu t0,0(a1); add t1,t1,t0; addi a1,a1,1; bne a1,t2,loop; andi t1,t1,63
    let sum = [0x4005_8393, 0x0000_0313, 0x0005_c283, 0x0053_0333, 0x0015_8593, 0xfe75_9ae3, 0x03f3_7313];
    // lui t0,finisher; slli t1,t1,16; lui t2,0x3; addi t2,t2,0x333; or t1,t1,t2; sw t1,0(t0)
    let end = [0x0010_02b7, 0x0103_1313, 0x0000_33b7, 0x3333_8393, 0x0073_6333, 0x0062_a023, LOOP];
    Elf::new(&[&sum[..], &end].concat())
}

#[test]
fn the_seed_decides_what_a_guest_sees_at_random() {
    let folder = Folder::new();
    let file = folder.file("sum.elf", tree_sum().bytes());
    let code = |args: &[&str]| {
        let status = emu([&["run", &file, "--timeout", "20"], args].concat()).status;
        assert!(status < 64, "{args:?} ends with {status}");
        status
    };
    assert_eq!(code(&[]), code(&["--seed", "0"]));
    assert_eq!(code(&["--seed", "1"]), code(&["--seed", "1"]));
    assert_ne!(code(&["--seed", "0"]), code(&["--seed", "1"]));
}

/// Prints its command line, all by semihosting.
fn echo() -> Elf {
    const CALL: [u32; 3] = [0x01f0_1013, 0x0010_0073, 0x4070_5013];
    const AUIPC_A1: u32 = 0x0000_0597;
    // The block of SYS_GET_CMDLINE is at 0x100, the text it gets at 0x200; SYS_WRITE0 prints that.
    let ask = [addi(12, 11, 0x200), store(3, 12, 0x100, 11), addi(13, 0, 256), store(3, 13, 0x108, 11)];
    let code = [&[AUIPC_A1][..], &ask, &[addi(11, 11, 0x100), addi(10, 0, 0x15)], &CALL];
    let code = [&code.concat()[..], &[addi(11, 12, 0), addi(10, 0, 4)], &CALL, &exit(0)].concat();
    let mut elf = Elf::new(&code);
    elf.segments[0].3 = 0x400;
    elf
}

#[test]
fn a_program_gets_the_words_behind_its_name() {
    let folder = Folder::new();
    let file = folder.file("echo.elf", echo().bytes());
    let told = |words: &[&str]| {
        let output = emu([&["run", "--max-insns", "1000", &file], words].concat()).has_status(0);
        output.stdout.strip_prefix("echo.elf").expect("its name is the first word, wherever it lies").to_owned()
    };
    assert_eq!(told(&[]), "");
    assert_eq!(told(&["one", "--two", "-3"]), " one --two -3");
    assert_eq!(told(&["--", "--hash"]), " --hash", "behind -- nothing is an option of emu's");
    assert_eq!(told(&["--seed", "1", "one"]), " one", "in front of the first word options are");
    // What `cargo run`, `cargo test NAME` and `cargo bench` make of `runner = "emu run"`.
    assert_eq!(told(&["--bench"]), " --bench");
    assert_eq!(told(&["name", "--bench"]), " name --bench");
    let refused = emu(["run", &file, "--exact", "name"]).has_status(125);
    assert!(refused.stderr.contains("use '-- --exact'"), "{}", refused.stderr);
}

#[test]
fn limits() {
    let folder = Folder::new();
    let file = folder.file("loop.elf", Elf::new(&[NOP, LOOP]).bytes());
    let output = emu(["run", &file, "--max-insns", "1000", "--stat"]).has_status(124);
    assert!(output.stderr.contains("loop.elf: stopped after 1,000 instructions (--max-insns)"), "{}", output.stderr);
    assert!(output.stderr.contains("               1,000  instructions\n"), "exactly so many: {}", output.stderr);
    let output = emu(["run", &file, "--timeout", "0.05"]).has_status(124);
    assert!(output.stderr.contains("loop.elf: stopped after 0.05 s (--timeout)"), "{}", output.stderr);
}

#[test]
fn a_guest_that_cannot_go_on() {
    let folder = Folder::new();
    // An illegal instruction with mtvec still 0, where there is no memory: the trap handler traps for ever.
    let traps = folder.file("traps.elf", Elf::new(&[NOP, 0xffff_ffff]).bytes());
    let output = emu(["run", &traps, "--timeout", "20"]).has_status(126);
    for part in [
        "traps.elf: hart 0 traps for ever at 0x0: instruction access fault (cause 1, value 0x0); point mtvec",
        "\n     it began at 0x80000004 <_start+0x4>: illegal instruction (cause 2, value 0xffffffff)\n",
    ] {
        assert!(output.stderr.contains(part), "{part:?} is not in {}", output.stderr);
    }
    // Here the exception that recurs is the first one.
    let lost = folder.file("lost.elf", Elf::new(&[0x0000_0067]).bytes());
    let output = emu(["run", &lost, "--timeout", "20"]).has_status(126);
    assert!(output.stderr.contains("for ever at 0x0: ") && !output.stderr.contains("it began"), "{}", output.stderr);
    let waits = folder.file("waits.elf", Elf::new(&[WFI, jump(-4)]).bytes());
    let output = emu(["run", &waits, "--timeout", "20"]).has_status(126);
    assert!(output.stderr.contains("waits.elf: ") && output.stderr.contains("<_start"), "{}", output.stderr);
}

#[test]
fn engines_count_the_same() {
    let folder = Folder::new();
    let file = folder.file("hello.elf", hello("hi\n", 0).bytes());
    let lines = |engine: &str, memory: &str| {
        let path = folder.path("counts");
        emu(["run", &file, "--stat-file", &path, "--engine", engine, "--code-memory", memory]).has_status(0);
        let text = folder.read("counts");
        let (own, counts): (Vec<_>, Vec<_>) = text
            .lines()
            .filter(|line| !line.starts_with("TLB") && !line.starts_with("host"))
            .map(str::to_owned)
            .partition(|line| line.starts_with("in translated code"));
        (own, counts)
    };
    let (own, expected) = lines("interp", "64M");
    assert!(own.is_empty() && expected.iter().any(|line| line == "stores\t4"), "{expected:?}");
    assert_eq!(lines("auto", "64M").1, expected);
    for memory in ["64M", "1", "1T"] {
        let (own, counts) = lines("jit", memory);
        assert_eq!(counts, expected, "with {memory} of code memory");
        assert!(own.iter().any(|line| line.starts_with("in translated code: regions\t")), "{own:?}");
        // Each time the interpreter was needed it was for an instruction, the stores to devices among them.
        let total = "in translated code: exits: to the interpreter";
        let sum_of = |start: &str| -> u64 {
            let lines = own.iter().filter(|line| line.starts_with(start));
            lines.filter_map(|line| line.rsplit('\t').next()?.parse::<u64>().ok()).sum()
        };
        assert_eq!(sum_of(&format!("{total}: ")), sum_of(&format!("{total}\t")), "{own:?}");
        assert!(own.iter().any(|line| line.starts_with(&format!("{total}: s"))), "{own:?}");
    }
}

/// The host lets processes have 2 GiB of addresses (`ulimit -v` counts in KiB), and without that limit enough.
#[test]
fn a_host_that_gives_no_memory_for_code() {
    let folder = Folder::new();
    let file = folder.file("hello.elf", hello("hi\n", 0).bytes());
    let run = |engine: &str, limit: &str| {
        let mut command = std::process::Command::new("sh");
        let script = format!("ulimit -v {limit}; exec \"$@\"");
        command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_emu")]);
        command.args(["run", &file, "--engine", engine, "--code-memory", "1T"]).stdin(Stdio::null());
        finish(command)
    };
    assert_eq!(run("auto", "unlimited").has_status(0).stderr, "");
    let output = run("auto", "2097152").has_status(0);
    assert_eq!(output.stdout, "hi\n", "it is interpreted");
    let told = "emu: warning: the host gives no 1099511627776 bytes of memory that code can run in: ";
    assert!(output.stderr.starts_with(told), "{}", output.stderr);
    assert!(output.stderr.ends_with("; everything is interpreted\n"), "{}", output.stderr);
    run("jit", "2097152").is_refusal(&["--engine jit: the host gives no ", "use --engine interp"]);
}

#[test]
fn the_summary() {
    let folder = Folder::new();
    let file = folder.file("hello.elf", hello("hi\n", 0).bytes());
    let stat = |args: &[&str]| emu([&["run", &file, "--stat"], args].concat()).has_status(0).stderr;
    let text = stat(&[]);
    // 1 + 3 * 2 to print, 4 to end; the loop after the store to the finisher is never reached.
    for part in [
        "hello.elf' on virt, rv64",
        ", auto:",
        "                  11  instructions\n",
        "                  11    in M mode",
        "                   0  traps\n",
        "                   4  stores",
        "                   0  loads",
        "s host time",
        "M instructions/s",
        "(3 bytes), exit code 0 (finisher)\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    let lines = folder.path("counts");
    emu(["run", &file, "--stat-file", &lines]).has_status(0);
    let lines = folder.read("counts");
    for line in
        ["instructions\t11", "stores\t4", "traps: exceptions\t0", "console bytes\t3", "end\texit code 0 (finisher)"]
    {
        assert!(lines.lines().any(|l| l == line), "{line:?} is not in {lines}");
    }
    let state = |text: &str| text.lines().find(|l| l.contains("state 0x")).map(str::to_owned);
    assert!(state(&text).is_some());
    assert_eq!(state(&text), state(&stat(&["--engine", "interp"])), "the same run has the same hash");
}

/// Traps are counted by cause, and the TLB's misses by what became of them.
#[test]
fn the_summary_of_traps_and_the_tlb() {
    let folder = Folder::new();
    // Handles traps at `handler` by going on behind them; then an illegal instruction, two ECALLs, and a load from nowhere.
    let program = [
        0x0000_0297, // auipc t0, 0
        0x0402_8293, // addi t0, t0, handler
        0x3052_9073, // csrw mtvec, t0
        0xffff_ffff, // illegal
        0x0000_0073, // ecall
        0x0000_0073, // ecall
        0x0000_3303, // ld t1, 0(zero)
        0x0002_b303, // ld t1, 0(t0)
        0x0082_b303, // ld t1, 8(t0)
    ];
    let handler = [
        0x3410_2373, // csrr t1, mepc
        0x0043_0313, // addi t1, t1, 4
        0x3413_1073, // csrw mepc, t1
        0x3020_0073, // mret
    ];
    let mut code = [&program[..], &exit(0)].concat();
    code.resize(16, NOP);
    let file = folder.file("traps.elf", Elf::new(&[code, handler.to_vec()].concat()).bytes());
    let counts = folder.path("counts");
    let output = emu(["run", &file, "--stat", "--stat-file", &counts]).has_status(0);
    for part in [
        "                   4  traps\n                   4    exceptions\n",
        "\n                   1      illegal instruction\n",
        "\n                   1      load access fault\n",
        "\n                   2      environment call from M-mode\n                   0    interrupts\n",
    ] {
        assert!(output.stderr.contains(part), "{part:?} is not in {}", output.stderr);
    }
    let counts = folder.read("counts");
    for line in [
        "traps: exceptions: illegal instruction\t1",
        "traps: exceptions: environment call from M-mode\t2",
        "traps: interrupts\t0",
        // The page of the handler once; what is nowhere, and the finisher, in their block and again alone.
        "TLB misses\t5",
        "TLB misses: walks\t5",
        "TLB misses: pushed out before\t0",
    ] {
        assert!(counts.lines().any(|l| l == line), "{line:?} is not in {counts}");
    }
}

#[test]
fn a_trace_is_spikes_commit_log() {
    let folder = Folder::new();
    let file = folder.file("trace.elf", Elf::new(&[vec![addi(8, 0, 5)], exit(0)].concat()).bytes());
    emu(["run", &file, "--trace", &folder.path("log")]).has_status(0);
    let expected = "\
core   0: 3 0x0000000080000000 (0x00500413) x8  0x0000000000000005
core   0: 3 0x0000000080000004 (0x001002b7) x5  0x0000000000100000
core   0: 3 0x0000000080000008 (0x00005337) x6  0x0000000000005000
core   0: 3 0x000000008000000c (0x55530313) x6  0x0000000000005555
core   0: 3 0x0000000080000010 (0x0062a023) mem 0x0000000000100000 0x00005555
";
    assert_eq!(folder.read("log"), expected);
}

#[test]
fn a_signature_is_written_in_words() {
    let folder = Folder::new();
    let elf = hello("", 0).with(|e| e.symbols.extend([("begin_signature", RAM, 0), ("end_signature", RAM + 8, 0)]));
    let file = folder.file("signed.elf", elf.bytes());
    emu(["run", &file, "--signature", &folder.path("out")]).has_status(0);
    assert_eq!(folder.read("out"), "100002b7\n001002b7\n");
}

#[test]
fn input_comes_from_standard_input() {
    // Waits for bit 0 of the line status register, then prints the byte that came, twice.
    let poll = [lui(5, 0x1000_0000), 0x0052_c303, 0x0013_7313, 0xfe03_0ce3, 0x0002_c303, 0x0062_8023, 0x0062_8023];
    let folder = Folder::new();
    let file = folder.file("echo.elf", Elf::new(&[poll.to_vec(), exit(0)].concat()).bytes());
    let input = folder.file("input", "x");
    let mut from_file = command(["run", &file, "--timeout", "20"]);
    from_file.stdin(Stdio::from(std::fs::File::open(&input).expect("just written")));
    assert_eq!(finish(from_file).has_status(0).stdout, "xx");

    let mut piped = command(["run", &file, "--timeout", "20"]);
    piped.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the binary starts");
    child.stdin.take().expect("piped").write_all(b"y").expect("the pipe is open");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "yy");
}

#[test]
fn a_guest_that_waits_for_input_can_be_stopped() {
    // Enables the UART's receive interrupt, its source in the PLIC and MEIE, then sleeps.
    let registers = [(0x1000_0001, 1, 0), (0x0c00_0028, 1, 2), (0x0c00_2000, 0x400, 2)];
    let set = |(at, value, width): (u32, i32, u32)| {
        let low = ((at << 20) as i32) >> 20;
        [lui(5, at.wrapping_sub(low as u32)), addi(5, 5, low), addi(6, 0, value), store(width, 6, 0, 5)]
    };
    let mut code: Vec<u32> = registers.into_iter().flat_map(set).collect();
    // csrw mie, 0x800, with the value in t1
    code.extend([lui(6, 0x1000), addi(6, 6, -0x800), 0x3043_1073, WFI, jump(-4)]);
    let folder = Folder::new();
    let file = folder.file("sleeps.elf", Elf::new(&code).bytes());
    let mut open = command(["run", &file, "--timeout", "0.1"]);
    let (reader, _writer) = std::io::pipe().expect("a pipe");
    open.stdin(Stdio::from(reader));
    let output = finish(open).has_status(124);
    assert!(output.stderr.contains("sleeps.elf: stopped after 0.1 s (--timeout)"), "{}", output.stderr);
}

#[test]
fn help_is_help() {
    for args in [&["--help"][..], &["run", "--help"], &["dis", "--help"], &["test", "--help"], &["demo", "--help"]] {
        let output = emu(args).has_status(0);
        assert!(output.stdout.contains("Usage: emu"), "{}", output.stdout);
        assert_eq!(output.stderr, "");
    }
    assert!(emu(["--help"]).stdout.contains("126    the guest cannot go on"));
    assert!(emu(["--version"]).has_status(0).stdout.starts_with("emu "));
}
