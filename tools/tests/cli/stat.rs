//! `emu stat`: its JSON is the same in all engines and environments, its parts add up, and regions are exact.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Folder, command, emu, finish};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The programs below a folder whose names end so.
pub(super) fn programs(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(ROOT).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().is_some_and(|name| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has programs");
    found
}

/// The JSON of a run, and the same as text without what depends on the host.
fn stat(program: &Path, more: &[&str]) -> (Value, String) {
    let folder = Folder::new();
    let mut args = vec!["stat", program.to_str().expect("a plain name"), "--json"];
    let file = folder.path("stat.json");
    args.push(&file);
    args.extend(more);
    let output = emu(&args);
    assert!(output.stderr.contains("Counts for"), "{}", output.stderr);
    let document: Value = serde_json::from_str(&folder.read("stat.json")).expect("JSON");
    let mut guest = document.clone();
    let host = guest.as_object_mut().expect("an object").shift_remove("host");
    assert!(host.is_some_and(|host| host["engine"].is_string()));
    (document, guest.to_string())
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("a number: {value}"))
}

fn sum(object: &Value) -> u64 {
    object.as_object().expect("an object").values().map(number).sum()
}

#[test]
fn engines_agree_on_every_byte() {
    let mut all = programs("benches/kernels/elf", "-small.elf");
    all.extend(programs("tools/demo/elf", ".elf"));
    for program in all {
        let name = program.display();
        let (document, expected) = stat(&program, &["--engine", "interp"]);
        for engine in ["jit", "auto"] {
            assert_eq!(stat(&program, &["--engine", engine]).1, expected, "{name} --engine {engine}");
        }
        let insns = number(&document["instructions"]);
        assert_eq!(number(&document["cycles"]), insns, "{name}: ideal");
        for part in [&document["mix"]["class"], &document["mix"]["extension"], &document["privilege"]] {
            assert_eq!(sum(part), insns, "{name}: {part}");
        }
        for kind in ["loads", "stores"] {
            assert_eq!(sum(&document[kind]["bytes"]), number(&document[kind]["total"]), "{name}: {kind}");
        }
        let class = |class: &str| document["mix"]["class"][class].as_u64().unwrap_or_default();
        assert_eq!(class("branch"), number(&document["branches"]["total"]), "{name}");
        assert_eq!(class("jump"), number(&document["jumps"]["total"]), "{name}");
        for kind in ["exceptions", "interrupts"] {
            assert_eq!(sum(&document[kind]["cause"]), number(&document[kind]["total"]), "{name}: {kind}");
        }
        assert!(number(&document["jumps"]["calls"]) > 0 && number(&document["code"]["pages"]) > 0, "{name}");
    }
}

#[test]
fn nothing_depends_on_the_environment_or_on_room_for_code() {
    for guest in ["rv32", "rv64", "aarch64"] {
        let program = programs(&format!("benches/kernels/elf/{guest}"), "sort-small.elf").remove(0);
        let (_, expected) = stat(&program, &[]);
        assert_eq!(stat(&program, &["--code-memory", "256K"]).1, expected, "{guest}");
        let folder = Folder::new();
        let file = folder.path("stat.json");
        let mut other = command(["stat", program.to_str().expect("a plain name"), "--json", &file]);
        other.env_clear().env("LONG", "x".repeat(5000)).env("LANG", "tr_TR.UTF-8").current_dir("/");
        finish(other).has_status(0);
        let mut document: Value = serde_json::from_str(&folder.read("stat.json")).expect("JSON");
        document.as_object_mut().expect("an object").shift_remove("host");
        assert_eq!(document.to_string(), expected, "{guest}");
    }
}

#[test]
fn json_may_go_to_standard_output() {
    let hello = programs("tools/demo/elf/rv64", "hello.elf").remove(0);
    let hello = hello.to_str().expect("a plain name");
    let file = emu(["stat", hello]).has_status(0);
    assert!(file.stderr.contains("instructions") && !file.stdout.is_empty());
    for args in [["stat", "--json", hello], ["stat", hello, "--json"]] {
        let output = emu(args).has_status(0);
        let document: Value = serde_json::from_str(&output.stdout).expect("nothing but JSON");
        assert_eq!(document["exit_code"], 0);
        assert_eq!(document["hash"].as_str().map(str::len), Some(18));
        assert_eq!(output.stderr, file.stdout, "the program's own output");
    }
    emu(["stat"]).is_refusal(&["no program", "emu stat PROGRAM"]);
    let unwritable = emu(["stat", hello, "--json", "no/such/folder.json"]).has_status(125);
    assert!(unwritable.stderr.contains("emu: --json: no/such/folder.json: cannot be written"), "{}", unwritable.stderr);
}

#[test]
fn markers_delimit_regions() {
    let program = programs("guest-tests/programs/timing/rv32/elf", ".im.elf");
    let (document, expected) = stat(&program[0], &["--board", "testbench", "--isa", "rv32im"]);
    let regions = document["regions"].as_array().expect("a list");
    assert_eq!(regions.len(), 1, "{regions:?}");
    assert_eq!((&regions[0]["name"], &regions[0]["times"]), (&"marker 1".into(), &1.into()));
    assert_eq!(regions[0]["ended"], true);
    let insns = number(&regions[0]["instructions"]);
    assert!(insns > 0 && insns < number(&document["instructions"]));
    for engine in ["interp", "jit"] {
        assert_eq!(stat(&program[0], &["--board", "testbench", "--isa", "rv32im", "--engine", engine]).1, expected);
    }
}

/// What the hints of a trace enclose: for each number, instructions behind the one that begins a pass up to the one that ends it.
fn hints(trace: &str) -> std::collections::BTreeMap<u32, (u64, u64)> {
    let mut open = std::collections::BTreeMap::<u32, (u64, u64)>::new();
    let mut sums = std::collections::BTreeMap::<u32, (u64, u64)>::new();
    let mut insns = 0;
    for line in trace.lines() {
        insns += 1;
        let word = line
            .split("(0x")
            .nth(1)
            .and_then(|rest| u32::from_str_radix(rest.split(')').next()?, 16).ok())
            .unwrap_or(0);
        // Of RISC-V SLTI and SLTIU, of AArch64 MOVZ and MOVN.
        let (number, begins) = match (word & 0x800f_ffff, word & 0xffff_001f) {
            (0x0000_2013, _) => (word >> 20, true),
            (0x0000_3013, _) => (word >> 20, false),
            (_, 0xd280_001f) => (word >> 5 & 0x7ff, true),
            (_, 0x9280_001f) => (word >> 5 & 0x7ff, false),
            _ => continue,
        };
        if begins {
            let (depth, since) = open.entry(number).or_default();
            if *depth == 0 {
                *since = insns;
                sums.entry(number).or_default().1 += 1;
            }
            *depth += 1;
        } else {
            let (depth, since) = open.get_mut(&number).expect("it has begun");
            *depth -= 1;
            if *depth == 0 {
                sums.entry(number).or_default().0 += insns - *since;
            }
        }
    }
    for (number, (depth, since)) in open {
        if depth > 0 {
            sums.entry(number).or_default().0 += insns - since;
        }
    }
    sums
}

#[test]
fn hints_delimit_regions_that_nest() {
    let folder = Folder::new();
    for (program, engine) in ["roi.elf", "roi-aarch64.elf"]
        .iter()
        .flat_map(|name| programs("guest-tests/example/elf/now", name))
        .flat_map(|program| ["interp", "jit", "auto"].map(|engine| (program.clone(), engine)))
    {
        let name = program.to_str().expect("a plain name");
        emu(["run", name, "--trace", &folder.path("trace")]).has_status(0);
        let expected = hints(&folder.read("trace"));
        assert_eq!(expected[&2].1, 3, "only outermost passes");
        let (document, _) = stat(&program, &["--engine", engine]);
        let regions = document["regions"].as_array().expect("a list");
        assert_eq!(regions.len(), 3, "{regions:?}");
        for region in regions {
            let name = region["name"].as_str().expect("a name").to_owned();
            let number = name.strip_prefix("hint ").and_then(|n| n.parse().ok()).expect("a number");
            let found = (number_of(region, "instructions"), number_of(region, "times"));
            assert_eq!(found, expected[&number], "{name} --engine {engine}");
            assert_eq!(region["ended"], number != 2047);
        }
    }
}

fn number_of(value: &Value, key: &str) -> u64 {
    number(&value[key])
}

#[test]
fn functions_and_ranges_are_regions_too() {
    let program = programs("benches/kernels/elf/rv64", "sort-small.elf").remove(0);
    let name = program.to_str().expect("a plain name");
    let (document, _) = stat(&program, &["--roi", "quicksort", "--roi", "main..0x8000_1000", "--roi", "0x0..0x10"]);
    let regions = document["regions"].as_array().expect("a list");
    let names: Vec<_> = regions.iter().map(|region| region["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["quicksort", "main..0x8000_1000", "0x0..0x10"]);
    // What the profile says of the function with its callees.
    let folder = Folder::new();
    emu(["profile", name, "--folded", &folder.path("f"), "--top", "0"]).has_status(0);
    let below = |text: &str| -> u64 {
        let of_it = text.lines().filter(|line| line.split([';', ' ']).any(|name| name == "quicksort"));
        of_it.map(|line| line.rsplit(' ').next().and_then(|n| n.parse::<u64>().ok()).expect("a count")).sum()
    };
    let inclusive = below(&folder.read("f"));
    assert_eq!(number_of(&regions[0], "instructions"), inclusive);
    assert!(number_of(&regions[1], "instructions") > 0 && number_of(&regions[2], "instructions") == 0);
    // A profile of the function alone has the same, and nothing else.
    let output = emu(["profile", name, "--roi", "quicksort", "--folded", &folder.path("g")]).has_status(0);
    let only = folder.read("g");
    assert_eq!(below(&only), inclusive);
    assert!(only.lines().all(|line| line.starts_with("quicksort")), "{only}");
    assert!(output.stderr.contains("--roi quicksort: "), "{}", output.stderr);
    for roi in ["main..0x8000_1000", "quicksort"] {
        let expected = stat(&program, &["--roi", roi, "--engine", "interp"]).1;
        assert_eq!(stat(&program, &["--roi", roi, "--engine", "jit"]).1, expected);
    }
    emu(["stat", name, "--roi", "quicksort", "--timing", "ibex-bt", "--engine", "jit"])
        .is_refusal(&["--engine jit", "--timing"]);
    emu(["stat", name, "--roi", "quicksrt"]).is_refusal(&["--roi quicksrt", "did you mean quicksort?"]);
    emu(["stat", name, "--roi", "0x80000000"]).is_refusal(&["an address alone is no region"]);
    emu(["stat", name, "--roi", "0x10..0x10"]).is_refusal(&["must be above"]);
    emu(["profile", name, "--roi", "0x10..0x20"]).is_refusal(&["give a function"]);
    let none = emu(["stat", name, "--roi", "0x0..0x10"]).has_status(0);
    assert!(none.stderr.contains("nothing was in it"), "{}", none.stderr);
}

/// What a trace of RISC-V says of the stack, accesses and pages: the first and the lowest stack pointer, how many loads and stores were
/// aligned and misaligned by size, and pages.
type Traced = (u64, u64, BTreeMap<(bool, u64), (u64, u64)>, BTreeSet<u64>);

fn hex(word: &str) -> u64 {
    u64::from_str_radix(word.trim_start_matches("0x"), 16).unwrap_or_else(|error| panic!("{word}: {error}"))
}

/// The encoding in a line of a trace.
fn encoding(line: &str) -> u64 {
    let word = line.split_whitespace().find_map(|word| word.strip_prefix("(0x"));
    hex(word.unwrap_or_else(|| panic!("an encoding: {line}")).trim_end_matches(')'))
}

/// Whether the instruction stores, and how many bytes it accesses, by its encoding and not by what the emulator has noted.
fn access(word: u64) -> (bool, u64) {
    match (word & 3, word & 0x7f, word >> 13 & 7) {
        (3, 0x03 | 0x07, _) => (false, 1 << (word >> 12 & 3)),
        (3, 0x23 | 0x27, _) => (true, 1 << (word >> 12 & 3)),
        (0 | 2, _, 2) => (false, 4),
        (0 | 2, _, 3) => (false, 8),
        (0 | 2, _, 6) => (true, 4),
        (0 | 2, _, 7) => (true, 8),
        (0, _, 4) => match word >> 10 & 7 {
            0 => (false, 1),
            1 => (false, 2),
            2 => (true, 1),
            _ => (true, 2),
        },
        _ => panic!("{word:#x}: neither a load nor a store"),
    }
}

/// Reads a trace.
fn trace_of_data(trace: &str) -> Traced {
    let (mut sp, mut first, mut lowest) = (0, 0, u64::MAX);
    let (mut accesses, mut pages) = (BTreeMap::<_, (u64, u64)>::new(), BTreeSet::new());
    for line in trace.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let before = sp;
        if let Some(at) = words.iter().position(|word| *word == "x2") {
            sp = hex(words[at + 1]);
        }
        if sp == before && sp != 0 {
            first = if first == 0 { sp } else { first };
            lowest = lowest.min(sp);
        }
        let Some(mem) = words.iter().position(|word| *word == "mem") else { continue };
        let at = hex(words[mem + 1]);
        let (is_store, bytes) = access(encoding(line));
        let known = accesses.entry((is_store, bytes)).or_default();
        *(if at.is_multiple_of(bytes) { &mut known.0 } else { &mut known.1 }) += 1;
        pages.extend([at >> 12, (at + bytes - 1) >> 12]);
    }
    (first, lowest, accesses, pages)
}

#[test]
fn stack_and_accesses_are_those_of_the_trace() {
    for (folder, name, misaligns) in [
        ("guest-tests/programs/elf/rv64", "/misaligned.elf", true),
        ("tools/demo/elf/rv64", "hello.elf", false),
        ("guest-tests/example/elf/now", "roi.elf", false),
    ] {
        let program = programs(folder, name).remove(0);
        let folder = Folder::new();
        let path = program.to_str().expect("a plain name");
        emu(["run", path, "--trace", &folder.path("trace")]).has_status(0);
        let (first, lowest, accesses, pages) = trace_of_data(&folder.read("trace"));
        let (document, _) = stat(&program, &["--data"]);
        let data = &document["data"];
        assert_eq!(data["stacks"][0]["first"], format!("{first:#x}"), "{name}");
        assert_eq!(data["stacks"][0]["lowest"], format!("{lowest:#x}"), "{name}");
        assert_eq!(number(&data["stacks"][0]["bytes"]), first - lowest, "{name}");
        assert!(first > lowest, "{name}");
        let mut found = BTreeMap::new();
        for (is_store, key) in [(false, "load_bytes"), (true, "store_bytes")] {
            for (bytes, counts) in data[key].as_object().expect("sizes") {
                let counts = (number(&counts["aligned"]), number(&counts["misaligned"]));
                found.insert((is_store, bytes.parse().expect("bytes")), counts);
            }
        }
        assert_eq!(found, accesses, "{name}");
        assert_eq!(found.values().any(|counts| counts.1 > 0), misaligns, "{name}");
        assert_eq!(number(&data["pages"]), pages.len() as u64, "{name}");
    }
}

#[test]
fn looking_at_data_changes_nothing_else() {
    let mut all = programs("benches/kernels/elf/rv64", "sort-small.elf");
    all.extend(programs("benches/kernels/elf/aarch64", "sort-small.elf"));
    all.extend(programs("guest-tests/programs/elf/rv64", "timer.elf"));
    for program in all {
        let name = program.display();
        let (mut plain, _) = stat(&program, &[]);
        let (mut looked, text) = stat(&program, &["--data"]);
        let data = looked["data"].take();
        for document in [&mut plain, &mut looked] {
            document.as_object_mut().expect("an object").shift_remove("host");
        }
        assert!(plain["data"].is_null(), "{name}");
        assert_eq!(plain, looked, "{name}");
        assert!(number(&data["stacks"][0]["bytes"]) > 0 && number(&data["pages"]) > 0, "{name}");
        assert_eq!(stat(&program, &["--data", "--engine", "interp"]).1, text, "{name}");
        let accesses = |key: &str| -> u64 {
            let sizes = data[key].as_object().expect("sizes").values();
            sizes.map(|counts| number(&counts["aligned"]) + number(&counts["misaligned"])).sum()
        };
        for (instructions, key) in [("loads", "load_bytes"), ("stores", "store_bytes")] {
            let instructions = number(&plain[instructions]["total"]);
            if plain["isa"].as_str().is_some_and(|isa| isa.starts_with("rv")) {
                assert_eq!(accesses(key), instructions, "{name}: {key}");
            } else {
                assert!(accesses(key) > instructions, "{name}: {key}: pairs are two accesses");
            }
        }
    }
    let program = programs("benches/kernels/elf/rv64", "sort-small.elf").remove(0);
    let name = program.to_str().expect("a plain name");
    emu(["stat", name, "--data", "--engine", "jit"]).is_refusal(&["--engine jit", "--data"]);
}

/// Lines of a cache that is as one would explain it: all lines that were ever used, with the time of their last use.
#[derive(Default)]
struct PlainCache {
    used: BTreeMap<u64, u64>,
    sets: u64,
    ways: usize,
    line: u64,
}

impl PlainCache {
    fn misses(&mut self, at: u64, bytes: u64) -> bool {
        let lines: BTreeSet<u64> = (at..at + bytes).map(|at| at / self.line).collect();
        lines.into_iter().filter(|&line| self.line_misses(line)).count() > 0
    }

    /// It is there if fewer than `ways` other lines of its set were used since it was.
    fn line_misses(&mut self, line: u64) -> bool {
        let since =
            |used: u64| self.used.iter().filter(|&(l, &u)| u > used && l % self.sets == line % self.sets).count();
        let is_there = self.used.get(&line).is_some_and(|&used| since(used) < self.ways);
        let now = self.used.values().max().map_or(0, |last| last + 1);
        self.used.insert(line, now);
        !is_there
    }
}

#[test]
fn caches_and_branches_are_those_of_the_trace() {
    const MOST: &str = "20000";
    for (folder, name) in [("tools/demo/elf/rv64", "hello.elf"), ("benches/kernels/elf/rv64", "/bytecode-small.elf")] {
        let program = programs(folder, name).remove(0);
        let folder = Folder::new();
        let path = program.to_str().expect("a plain name");
        // As much of it as the plain caches are quick enough for.
        emu(["run", path, "--max-insns", MOST, "--trace", &folder.path("trace")]);
        let cache = |sets, ways, line| PlainCache { sets, ways, line, ..PlainCache::default() };
        let (mut i1, mut d1, mut ll) = (cache(4, 2, 16), cache(8, 1, 16), cache(4, 4, 32));
        let [mut i1_misses, mut ll_fetch, mut wrong] = [0; 3];
        let (mut d1_misses, mut ll_misses) = ([0; 2], [0; 2]);
        let trace = folder.read("trace");
        let lines: Vec<&str> = trace.lines().collect();
        let pc = |line: &str| hex(line.split_whitespace().nth(3).expect("an address"));
        for (n, line) in lines.iter().enumerate() {
            let (at, word) = (pc(line), encoding(line));
            let bytes = if word & 3 == 3 { 4 } else { 2 };
            if i1.misses(at, bytes) {
                i1_misses += 1;
                ll_fetch += u64::from(ll.misses(at, bytes));
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            if let Some(mem) = words.iter().position(|word| *word == "mem") {
                let (is_store, size) = access(word);
                let data = hex(words[mem + 1]);
                if d1.misses(data, size) {
                    d1_misses[usize::from(is_store)] += 1;
                    ll_misses[usize::from(is_store)] += u64::from(ll.misses(data, size));
                }
            }
            // The sign of a branch's offset is its highest bit; in compressed ones bit 12.
            let goes_back = match (word & 3, word & 0x7f, word >> 13) {
                (3, 0x63, _) => Some(word >> 31 != 0),
                (1, _, 6 | 7) => Some(word >> 12 & 1 != 0),
                _ => None,
            };
            if let (Some(goes_back), Some(next)) = (goes_back, lines.get(n + 1)) {
                wrong += u64::from(goes_back != (pc(next) != at + bytes));
            }
        }
        let options = [
            "--cache=I1=128,2,16",
            "--cache=D1=128,1,16",
            "--cache=LL=512,4,32",
            "--predictor=static",
            "--max-insns",
            MOST,
        ];
        let (document, text) = stat(&program, &options);
        let of = |path: &str| number(document.pointer(path).unwrap_or_else(|| panic!("{path}")));
        assert_eq!(of("/caches/I1/misses/fetch"), i1_misses, "{name}");
        assert_eq!([of("/caches/D1/misses/load"), of("/caches/D1/misses/store")], d1_misses, "{name}");
        assert_eq!(of("/caches/LL/misses/fetch"), ll_fetch, "{name}");
        assert_eq!([of("/caches/LL/misses/load"), of("/caches/LL/misses/store")], ll_misses, "{name}");
        assert_eq!(of("/predictor/wrong_branches"), wrong, "{name}");
        assert!(
            i1_misses > 20 && d1_misses.iter().all(|&n| n > 5) && wrong > 5,
            "{name}: {i1_misses} {d1_misses:?} {wrong}"
        );
        assert!(document["data"].is_null());
        // Nothing else is another number for it.
        let mut plain = stat(&program, &["--max-insns", MOST]).0;
        let mut simulated: Value = serde_json::from_str(&text).expect("JSON");
        for (document, keys) in
            [(&mut plain, &["host", "caches", "predictor"][..]), (&mut simulated, &["caches", "predictor"])]
        {
            keys.iter().for_each(|key| drop(document.as_object_mut().expect("an object").shift_remove(*key)));
        }
        assert_eq!(plain, simulated, "{name}");
    }
    let hello = programs("tools/demo/elf/rv64", "hello.elf").remove(0);
    let hello = hello.to_str().expect("a plain name");
    emu(["stat", hello, "--cache", "--engine", "jit"]).is_refusal(&["--engine jit", "--cache"]);
    for (wrong, why) in [
        ("--cache=D1=1K,3,64", "power of two"),
        ("--cache=L9=1K,1,64", "D1=16K,4,64"),
        ("--predictor=oracle", "gshare"),
    ] {
        let output = emu(["stat", hello, wrong]).has_status(125);
        assert!(output.stderr.contains(why), "{}", output.stderr);
    }
}

#[test]
fn regions_that_are_little_are_remarked() {
    let program = programs("guest-tests/example/elf/now", "roi-aarch64.elf").remove(0);
    let output = emu(["stat", program.to_str().expect("a plain name")]).has_status(0);
    let line = |name: &str| {
        let found =
            output.stderr.lines().find(|line| line.contains(&format!("region {name}: ")) && line.contains(" of "));
        found.unwrap_or_else(|| panic!("{name} in {}", output.stderr)).to_owned()
    };
    assert!(line("hint 1").ends_with("%)") && !line("hint 1").contains("little"), "{}", line("hint 1"));
    assert!(
        line("hint 2047").contains("; that is little: does the work lie outside of its marks?"),
        "{}",
        line("hint 2047")
    );
}
