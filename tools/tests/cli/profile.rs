//! `emu profile`: what it counts is what `emu run` counts, in every form, and in both engines.

use std::collections::BTreeMap;

use super::elf::{Elf, LOOP, addi, exit, jump};
use super::{Folder, Output, emu};

const SORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/kernels/elf/rv64/sort-small.elf");
const RECURSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/kernels/elf/rv32/recursion-small.elf");
const TIMER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/programs/elf/rv64/timer.elf");

/// How many instructions `emu run` says that the program has.
fn instructions(program: &str) -> u64 {
    let folder = Folder::new();
    emu(["run", program, "--stat-file", &folder.path("stat")]).has_status(0);
    let stat = folder.read("stat");
    let count = stat.lines().find_map(|line| line.strip_prefix("instructions\t")).expect("it is counted");
    count.parse().expect("a number")
}

fn profile(program: &str, more: &[&str]) -> Output {
    emu([&["profile", program], more].concat()).has_status(0)
}

/// Folded stacks and their counts.
fn folded(text: &str) -> BTreeMap<String, u64> {
    let stack = |line: &str| {
        let (names, count) = line.rsplit_once(' ').expect("names and a count");
        (names.to_owned(), count.parse().expect("a number"))
    };
    text.lines().map(stack).collect()
}

/// What callgrind's format says: the summary, the sum of all costs of their own, the sum by function.
fn read_callgrind(text: &str) -> (u64, u64, BTreeMap<String, u64>) {
    let (mut summary, mut function, mut own) = (0, String::new(), BTreeMap::<String, u64>::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(n) = line.strip_prefix("summary: ") {
            summary = n.parse().expect("a number");
        } else if let Some(name) = line.strip_prefix("fn=") {
            name.clone_into(&mut function);
        } else if line.starts_with("calls=") {
            lines.next().expect("a call's costs");
        } else if line.starts_with("0x") {
            let cost: u64 = line.split(' ').nth(2).expect("address, line, cost").parse().expect("a number");
            *own.entry(function.clone()).or_default() += cost;
        }
    }
    (summary, own.values().sum(), own)
}

#[test]
fn all_forms_add_up_to_what_has_retired() {
    for program in [SORT, RECURSION, TIMER] {
        let folder = Folder::new();
        let [callgrind, stacks, speedscope, flame] = ["c", "f", "s.json", "f.svg"].map(|name| folder.path(name));
        profile(
            program,
            &["--callgrind", &callgrind, "--folded", &stacks, "--speedscope", &speedscope, "--flame", &flame],
        );
        let total = instructions(program);
        let stacks = folded(&folder.read("f"));
        assert_eq!(stacks.values().sum::<u64>(), total, "{program}: folded");
        let (summary, own, by_function) = read_callgrind(&folder.read("c"));
        assert_eq!((summary, own), (total, total), "{program}: callgrind");
        // The ways to a function add up to what the addresses of its instructions say.
        let mut leaves = BTreeMap::<String, u64>::new();
        for (names, n) in &stacks {
            *leaves.entry(names.rsplit(';').next().expect("a name").to_owned()).or_default() += n;
        }
        assert_eq!(leaves, by_function, "{program}");
        let speedscope: serde_json::Value = serde_json::from_str(&folder.read("s.json")).expect("JSON");
        let weights = speedscope["profiles"][0]["weights"].as_array().expect("weights");
        assert_eq!(weights.iter().filter_map(serde_json::Value::as_u64).sum::<u64>(), total, "{program}: speedscope");
        assert!(folder.read("f.svg").contains(&format!("all: {} instructions, 100.00 %", grouped(total))), "{program}");
    }
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

#[test]
fn calls_are_followed() {
    let folder = Folder::new();
    let output = profile(SORT, &["--folded", &folder.path("f"), "--callgrind", &folder.path("c")]);
    let stacks = folded(&folder.read("f"));
    assert!(stacks.contains_key("_start;main;kernel;quicksort;quicksort"), "{stacks:?}");
    let top: Vec<&str> = output.stderr.lines().filter(|line| line.ends_with("  quicksort")).collect();
    assert!(top.len() == 1 && top[0].contains('%'), "{}", output.stderr);
    // main's one call of kernel has everything that kernel and its callees did.
    let below: u64 = stacks.iter().filter(|(names, _)| names.starts_with("_start;main;kernel")).map(|(_, n)| n).sum();
    let callgrind = folder.read("c");
    let call = callgrind.split("cfn=kernel\n").nth(1).expect("kernel is called");
    let mut lines = call.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("calls=1 ")), "{call}");
    assert_eq!(lines.next().and_then(|line| line.split(' ').nth(2)), Some(below.to_string().as_str()));
}

#[test]
fn handlers_stand_below_what_they_interrupt() {
    let folder = Folder::new();
    profile(TIMER, &["--folded", &folder.path("f")]);
    let stacks = folder.read("f");
    assert!(stacks.lines().any(|line| line.contains(";[machine timer interrupt];")), "{stacks}");
}

#[test]
fn engines_agree_to_the_byte() {
    for program in [SORT, RECURSION, TIMER] {
        let folder = Folder::new();
        for engine in ["interp", "jit", "auto"] {
            let (callgrind, stacks) = (folder.path(&format!("{engine}.c")), folder.path(&format!("{engine}.f")));
            profile(
                program,
                &["--flat", "--engine", engine, "--callgrind", &callgrind, "--folded", &stacks, "--top", "0"],
            );
        }
        for form in ["c", "f"] {
            let expected = folder.read(&format!("interp.{form}"));
            assert!(expected.contains("main"), "{program}: {expected}");
            for engine in ["jit", "auto"] {
                assert_eq!(folder.read(&format!("{engine}.{form}")), expected, "{program} --engine {engine}");
            }
        }
        let (_, own, _) = read_callgrind(&folder.read("jit.c"));
        assert_eq!(own, instructions(program), "{program}");
    }
}

#[test]
fn a_profile_ends_at_a_limit_with_all_that_ran() {
    let folder = Folder::new();
    let output = emu(["profile", SORT, "--max-insns", "12345", "--folded", &folder.path("f")]).has_status(124);
    assert!(output.stderr.contains("12,345 instructions in"), "{}", output.stderr);
    assert_eq!(folded(&folder.read("f")).values().sum::<u64>(), 12_345);
}

#[test]
fn without_symbols_there_are_addresses() {
    let folder = Folder::new();
    // A call of a function that adds, then the end.
    let mut code = vec![jump(12) | 1 << 7, jump(12), LOOP, addi(10, 10, 1), 0x0000_8067];
    code[1] = jump(16);
    code.extend(exit(0));
    let program = folder.file("bare.elf", Elf::new(&code).with(|elf| elf.symbols.clear()).bytes());
    let output = emu(["profile", &program, "--folded", &folder.path("f")]).has_status(0);
    assert!(output.stderr.contains("has no symbols, so functions are shown by their addresses"), "{}", output.stderr);
    let stacks = folded(&folder.read("f"));
    assert_eq!(stacks.get("0x80000000;0x8000000c"), Some(&2), "{stacks:?}");
}

#[test]
fn what_cannot_be_written_is_said_and_nothing_is_lost() {
    let folder = Folder::new();
    let output =
        emu(["profile", SORT, "--top", "0", "--flame", &folder.path("no/f.svg"), "--folded", &folder.path("f")]);
    output.is_refusal(&["--flame", "no/f.svg", "cannot be written", "choose another"]);
    assert!(!folded(&folder.read("f")).is_empty());
    assert_eq!(std::fs::read_dir(&folder.0).expect("it is there").count(), 1, "nothing half written");
}

#[test]
fn the_translator_keeps_no_calls() {
    emu(["profile", SORT, "--engine", "jit"]).is_refusal(&["--engine jit", "--flat"]);
}
