//! `emu profile`: what it counts is what `emu run` counts, in every form, and in both engines.

use std::collections::BTreeMap;

use super::elf::{Elf, LOOP, NOP, RAM, addi, exit, jump};
use super::stat::programs;
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

/// What callgrind's format says.
#[derive(Default)]
struct Callgrind {
    events: Vec<String>,
    summary: Vec<u64>,
    /// Costs of their own, by function.
    own: BTreeMap<String, Vec<u64>>,
    calls: Vec<Called>,
}

/// A call in the program, and what all of it cost.
struct Called {
    from: String,
    to: String,
    costs: Vec<u64>,
}

impl Callgrind {
    fn read(text: &str) -> Self {
        let numbers =
            |words: &str| words.split_whitespace().map(|n| n.parse().expect("a number")).collect::<Vec<u64>>();
        // Behind the address and the line.
        let costs = |line: &str| numbers(line.splitn(3, ' ').nth(2).expect("address, line, costs"));
        let (mut read, mut function, mut callee) = (Callgrind::default(), String::new(), String::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(names) = line.strip_prefix("events: ") {
                read.events = names.split(' ').map(str::to_owned).collect();
            } else if let Some(words) = line.strip_prefix("summary: ") {
                read.summary = numbers(words);
            } else if let Some(name) = line.strip_prefix("fn=") {
                name.clone_into(&mut function);
            } else if let Some(name) = line.strip_prefix("cfn=") {
                name.clone_into(&mut callee);
            } else if line.starts_with("calls=") {
                let costs = costs(lines.next().expect("a call's costs"));
                read.calls.push(Called { from: function.clone(), to: callee.clone(), costs });
            } else if line.starts_with("0x") {
                let sum = read.own.entry(function.clone()).or_insert_with(|| vec![0; read.events.len()]);
                *sum = added(sum, &costs(line));
            }
        }
        read
    }

    /// Costs of their own of all functions together.
    fn total(&self) -> Vec<u64> {
        self.own.values().fold(vec![0; self.events.len()], |sum, costs| added(&sum, costs))
    }
}

fn added(a: &[u64], b: &[u64]) -> Vec<u64> {
    assert_eq!(a.len(), b.len(), "one for each event");
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// The summary, the sum of all costs of their own, the sum by function; of instructions.
fn read_callgrind(text: &str) -> (u64, u64, BTreeMap<String, u64>) {
    let read = Callgrind::read(text);
    let own = read.own.iter().map(|(name, costs)| (name.clone(), costs[0])).collect();
    (read.summary[0], read.total()[0], own)
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

/// Profiles a program in each engine with these options, and demands the same of each.
fn engines_agree(program: &str, options: &[&str]) -> Folder {
    let folder = Folder::new();
    let forms = ["c", "f", "json"];
    for engine in ["interp", "jit", "auto"] {
        let [callgrind, stacks, json] = forms.map(|form| folder.path(&format!("{engine}.{form}")));
        let files = ["--callgrind", &callgrind, "--folded", &stacks, "--json", &json, "--top", "0"];
        // Some programs end with a code of their own.
        emu([&["profile", program, "--engine", engine][..], &files, options].concat());
    }
    for form in forms {
        let expected = folder.read(&format!("interp.{form}"));
        for engine in ["jit", "auto"] {
            assert!(folder.read(&format!("{engine}.{form}")) == expected, "{program} --engine {engine}: {form}");
        }
    }
    folder
}

#[test]
fn engines_agree_to_the_byte() {
    for program in [SORT, RECURSION, TIMER] {
        let folder = engines_agree(program, &["--flat"]);
        let (_, own, _) = read_callgrind(&folder.read("jit.c"));
        assert_eq!(own, instructions(program), "{program}");
    }
}

#[test]
fn engines_agree_on_calls() {
    let mut all = programs("benches/kernels/elf", "-small.elf");
    all.extend(programs("tools/demo/elf", ".elf"));
    all.extend(programs("guest-tests/programs/elf/rv64", ".elf"));
    for program in all {
        // Where a program would not end it is cut off.
        engines_agree(program.to_str().expect("a plain name"), &["--max-insns", "1000000"]);
    }
}

/// A function calls itself three deep, and returns from there to behind its first call of itself: to the same address as behind the
/// second one, but with another stack pointer.
#[test]
fn returns_are_told_apart_by_the_stack_pointer() {
    let call = |offset| jump(offset) | 1 << 7;
    let not_zero = |register: u32| 0xfe00_1863 | register << 15;
    let mut code = vec![0x0000_1117, addi(9, 0, 2000), addi(18, 2, 0), addi(10, 0, 3), call(0x20)];
    code.extend([addi(9, 9, -1), not_zero(9) | 1 << 7]);
    code.extend(exit(0));
    let (save, load, zero, back) = (0x0011_3423, 0x0081_3083, 0x0005_0a63, 0x0000_8067);
    code.extend([addi(2, 2, -16), save, addi(10, 10, -1), zero, call(-0x10), load, addi(2, 2, 16), back]);
    code.extend([addi(2, 18, -16), back]);
    let elf = Elf::new(&code).with(|elf| elf.symbols = vec![("main", RAM, 0x30), ("f", RAM + 0x30, 0x28)]);
    let folder = Folder::new();
    let program = folder.file("leap.elf", elf.bytes());
    let stacks = folded(&engines_agree(&program, &[]).read("jit.f"));
    let own = |names: &str| stacks.get(names).copied();
    let found = (own("main;f"), own("main;f;f"), own("main;f;f;f"));
    assert_eq!(found, (Some(16_000), Some(10_000), Some(12_000)), "{stacks:?}");
}

/// A function goes on as another one, by a jump to where a register says.
#[test]
fn a_computed_jump_is_a_tail_call() {
    let mut code = vec![addi(9, 0, 2000), jump(0x20) | 1 << 7, addi(9, 9, -1), 0xfe04_9ce3];
    code.extend(exit(0));
    let (here, jump_on, back) = (0x0000_0317, 0x0103_0067, 0x0000_8067);
    code.extend([here, jump_on, NOP, NOP, addi(10, 10, 1), back]);
    let functions = vec![("main", RAM, 0x24), ("f", RAM + 0x24, 0x10), ("g", RAM + 0x34, 8)];
    let folder = Folder::new();
    let program = folder.file("tail.elf", Elf::new(&code).with(|elf| elf.symbols = functions).bytes());
    let stacks = folded(&engines_agree(&program, &[]).read("jit.f"));
    assert_eq!((stacks.get("main;f"), stacks.get("main;f;g")), (Some(&4000), Some(&4000)), "{stacks:?}");
}

#[test]
fn events_have_stacks_of_their_own() {
    let (folder, options) = (Folder::new(), ["--timing", "hazard3", "--cache=D1=1K,1,32"]);
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/kernels/elf/rv32/strings-small.elf");
    let (file, scope, pprof) = (folder.path("f"), folder.path("s.json"), folder.path("p"));
    let counted = stat_events(program, &options);
    for (event, name) in [("instructions", "Ir"), ("cycles", "Cy"), ("stores", "Dw"), ("load-misses", "D1mr")] {
        let files = ["--event", event, "--folded", &file, "--speedscope", &scope, "--pprof", &pprof];
        profile(program, &[&files[..], &options].concat());
        assert_eq!(folded(&folder.read("f")).values().sum::<u64>(), counted[name], "{event}");
        let scope: serde_json::Value = serde_json::from_str(&folder.read("s.json")).expect("JSON");
        let profiles = scope["profiles"].as_array().expect("a list");
        assert_eq!(profiles.len(), 12, "all but wrong predictions");
        let of_event = |profile: &&serde_json::Value| {
            profile["name"].as_str().is_some_and(|name| name.ends_with(&format!(": {event}")))
        };
        let weights = profiles.iter().find(of_event).expect("it is there")["weights"].as_array().expect("weights");
        assert_eq!(weights.iter().filter_map(serde_json::Value::as_u64).sum::<u64>(), counted[name], "{event}");
    }
    let (kinds, sums) = pprof_sums(&std::fs::read(&pprof).expect("it was written"));
    assert_eq!(kinds.len(), 12, "{kinds:?}");
    for (event, name) in [("instructions", "Ir"), ("cycles", "Cy"), ("loads", "Dr"), ("store-misses", "D1mw")] {
        let place = kinds.iter().position(|kind| kind == event).expect("it is there");
        assert_eq!(sums[place], counted[name], "{event}");
    }
    let flame = folder.path("flame.svg");
    profile(program, &["--event", "branches", "--flame", &flame]);
    let all = format!("all: {} branches, 100.00 %", grouped(counted["Bc"]));
    assert!(folder.read("flame.svg").contains(&all), "{all}");
    emu(["profile", program, "--event", "cycles", "--folded", &file]).is_refusal(&[
        "--event cycles",
        "--timing",
        "instructions, loads, stores, branches, indirect-jumps",
    ]);
    emu(["profile", program, "--event", "misses", "--folded", &file]).is_refusal(&["no such event", "load-misses"]);
    emu(["profile", program, "--event", "loads"]).is_refusal(&["--event loads", "--flame"]);
}

/// What a file for pprof counts, and the sum of each over all samples.
fn pprof_sums(file: &[u8]) -> (Vec<String>, Vec<u64>) {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let length = bytes.iter().position(|byte| byte & 0x80 == 0).expect("it ends") + 1;
        let (number, rest) = bytes.split_at(length);
        *bytes = rest;
        number.iter().rev().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f))
    }
    /// Fields by number: numbers, and bytes of all else.
    fn fields(mut bytes: &[u8]) -> Vec<(u64, u64, &[u8])> {
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let number = varint(&mut bytes);
            let length = if key & 7 == 2 { usize::try_from(number).expect("small") } else { 0 };
            let (content, rest) = bytes.split_at(length);
            bytes = rest;
            all.push((key >> 3, number, content));
        }
        all
    }
    let all = fields(file);
    let of = |wanted: u64| all.iter().filter(move |(field, ..)| *field == wanted);
    let texts: Vec<String> = of(6).map(|(.., text)| String::from_utf8_lossy(text).into_owned()).collect();
    let text = |number: u64| texts[usize::try_from(number).expect("small")].clone();
    let kinds = of(1).map(|(.., kind)| text(fields(kind)[0].1)).collect::<Vec<_>>();
    assert_eq!(of(14).map(|(_, number, _)| text(*number)).collect::<Vec<_>>(), ["instructions"], "shown first");
    let mut sums = vec![0; kinds.len()];
    for (.., sample) in of(2) {
        let mut values = fields(sample).into_iter().find(|(field, ..)| *field == 2).expect("values").2;
        sums.iter_mut().for_each(|sum| *sum += varint(&mut values));
        assert!(values.is_empty(), "one for each kind");
    }
    (kinds, sums)
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

/// What `emu stat --json` says with these options, by callgrind's names.
fn stat_events(program: &str, options: &[&str]) -> BTreeMap<&'static str, u64> {
    let output = emu([&["stat", "--json", program][..], options].concat()).has_status(0);
    let counts: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let of = |path: &str| counts.pointer(path).and_then(serde_json::Value::as_u64);
    let all = [
        ("Ir", "/instructions"),
        ("Dr", "/loads/total"),
        ("Dw", "/stores/total"),
        ("I1mr", "/caches/I1/misses/fetch"),
        ("D1mr", "/caches/D1/misses/load"),
        ("D1mw", "/caches/D1/misses/store"),
        ("ILmr", "/caches/LL/misses/fetch"),
        ("DLmr", "/caches/LL/misses/load"),
        ("DLmw", "/caches/LL/misses/store"),
        ("Bc", "/branches/total"),
        ("Bcm", "/predictor/wrong_branches"),
        ("Bi", "/jumps/indirect"),
        ("Bim", "/predictor/wrong_jumps"),
        ("Cy", "/cycles"),
    ];
    let is_ideal = counts["timing"] == "ideal";
    all.into_iter()
        .filter(|&(name, _)| name != "Cy" || !is_ideal)
        .filter_map(|(name, path)| Some((name, of(path)?)))
        .collect()
}

#[test]
fn every_event_adds_up_along_calls() {
    let kernels = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/kernels/elf");
    let simulated: &[&str] =
        &["--cache=I1=1K,2,32", "--cache=D1=1K,1,32", "--cache=LL=4K,4,32", "--predictor=bimodal,64"];
    let timed: &[&str] = &["--timing", "hazard3"];
    for (program, options) in [
        ("rv64/strings-small.elf", &[][..]),
        ("rv64/sha256-small.elf", simulated),
        ("aarch64/bytecode-small.elf", simulated),
        ("rv32/strings-small.elf", timed),
        ("rv32/bytecode-small.elf", &[simulated, timed].concat()),
    ] {
        let (program, folder) = (format!("{kernels}/{program}"), Folder::new());
        let file = folder.path("c");
        profile(&program, &[&["--callgrind", &file, "--top", "0"][..], options].concat());
        let read = Callgrind::read(&folder.read("c"));
        let counted: BTreeMap<_, _> =
            read.events.iter().map(String::as_str).zip(read.summary.iter().copied()).collect();
        assert_eq!(counted, stat_events(&program, options), "{program}");
        assert_eq!(read.total(), read.summary, "{program}");
        // What comes into a function by calls is its own, and what goes out by calls. None of these calls itself.
        let sum = |of: &dyn Fn(&Called) -> bool| {
            let zero = vec![0; read.events.len()];
            read.calls.iter().filter(|call| of(call)).fold(zero, |sum, call| added(&sum, &call.costs))
        };
        let mut called = 0;
        for (name, own) in read.own.iter().filter(|(name, _)| *name != "_start") {
            assert_eq!(
                sum(&|call| call.to == *name),
                added(own, &sum(&|call| call.from == *name)),
                "{program}: {name}"
            );
            called += 1;
        }
        assert!(called >= 2, "{program}");
    }
}

#[test]
fn cycles_stand_beside_instructions() {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/kernels/elf/rv32/sort-small.elf");
    let cycles = stat_events(program, &["--timing", "picorv32"])["Cy"];
    let folder = Folder::new();
    let file = folder.path("p.json");
    let output = profile(program, &["--timing", "picorv32", "--json", &file]);
    assert!(
        output.stderr.contains(&format!("{} cycles by pico-fast: exact against PicoRV32", grouped(cycles))),
        "{}",
        output.stderr
    );
    assert!(
        output.stderr.lines().any(|line| line.contains("instructions") && line.contains(" cycles ")),
        "{}",
        output.stderr
    );
    let saved: serde_json::Value = serde_json::from_str(&folder.read("p.json")).expect("JSON");
    assert_eq!((&saved["cycles"], &saved["timing"]), (&cycles.into(), &"pico-fast".into()));
    for list in ["functions", "stacks"] {
        let all = saved[list].as_array().expect("a list");
        assert_eq!(all.iter().filter_map(|one| one["cycles"].as_u64()).sum::<u64>(), cycles, "{list}");
    }
    let start = saved["functions"].as_array().expect("a list").iter().find(|function| function["name"] == "_start");
    assert_eq!(start.expect("it ran")["inclusive_cycles"], cycles, "everything is below it");
    // A function alone, and addresses: as the profile has it.
    let kernel = saved["functions"].as_array().expect("a list").iter().find(|function| function["name"] == "kernel");
    let output =
        emu(["stat", "--json", "--timing", "picorv32", "--roi", "kernel", "--roi", "0x0..0xffffffff", program])
            .has_status(0);
    let counts: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(counts["regions"][0]["cycles"], kernel.expect("it ran")["inclusive_cycles"]);
    assert_eq!(counts["regions"][1]["cycles"], cycles);
    emu(["profile", program, "--flat", "--timing", "picorv32", "--engine", "jit"])
        .is_refusal(&["--engine jit", "--timing"]);
    emu(["profile", program, "--flat", "--cache", "--engine", "jit"]).is_refusal(&["--engine jit", "--cache"]);
    emu(["profile", program, "--cache=D1=1K"]).has_status(125);
}

#[test]
fn the_firefox_profiler_has_all_stacks() {
    for program in [SORT, TIMER] {
        let folder = Folder::new();
        profile(program, &["--firefox", &folder.path("x.json"), "--folded", &folder.path("f")]);
        let document: serde_json::Value = serde_json::from_str(&folder.read("x.json")).expect("JSON");
        let thread = &document["threads"][0];
        let column = |table: &str, name: &str| {
            let column = thread[table][name].as_array().unwrap_or_else(|| panic!("{table}.{name}")).clone();
            assert_eq!(thread[table]["length"], column.len(), "{table}.{name}");
            column
        };
        let index = |value: &serde_json::Value| usize::try_from(value.as_u64().expect("an index")).expect("small");
        let (prefixes, frames) = (column("stackTable", "prefix"), column("stackTable", "frame"));
        let (funcs, names) = (column("frameTable", "func"), column("funcTable", "name"));
        for name in
            ["address", "inlineDepth", "category", "subcategory", "nativeSymbol", "innerWindowID", "line", "column"]
        {
            assert_eq!(column("frameTable", name).len(), funcs.len());
        }
        for name in ["isJS", "relevantForJS", "resource", "fileName", "lineNumber", "columnNumber"] {
            assert_eq!(column("funcTable", name).len(), names.len());
        }
        let text = |stack: usize| {
            let func = index(&funcs[index(&frames[stack])]);
            document["shared"]["stringArray"][index(&names[func])].as_str().expect("a name").to_owned()
        };
        let mut stacks = BTreeMap::<String, u64>::new();
        let (mut last, times) = (-1.0, column("samples", "time"));
        for ((stack, weight), time) in column("samples", "stack").iter().zip(column("samples", "weight")).zip(times) {
            let way = std::iter::successors(Some(index(stack)), |&stack| {
                let prefix = &prefixes[stack];
                assert!(prefix.is_null() || index(prefix) < stack, "callers come first");
                prefix.as_u64().map(|_| index(prefix))
            });
            let mut way: Vec<String> = way.map(text).collect();
            way.reverse();
            *stacks.entry(way.join(";")).or_default() += weight.as_u64().expect("a number");
            let time = time.as_f64().expect("a time");
            assert!(time > last, "in order");
            last = time;
        }
        assert_eq!(stacks, folded(&folder.read("f")), "{program}");
    }
}
