//! `emu bench`: a program that grew fails and the function is named, forms can be read, shards merge to the whole.

use std::path::Path;

use serde_json::Value;

use super::{Folder, emu};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/example");

/// The example in a folder of its own, with another build of its program.
fn example(build: &str) -> Folder {
    let folder = Folder::new();
    for name in ["bench.toml", "bench.baseline.json"] {
        folder.file(name, std::fs::read(Path::new(EXAMPLE).join(name)).expect("the example is complete"));
    }
    let program = Path::new(EXAMPLE).join("elf").join(build).join("words.elf");
    folder.file("elf/now/words.elf", std::fs::read(program).expect("the example is built"));
    folder
}

/// A folder with some benchmarks.
fn several() -> Folder {
    let folder = Folder::new();
    for xlen in ["rv32", "rv64"] {
        for name in ["sort", "recursion"] {
            let kernels = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/kernels/elf");
            let bytes = std::fs::read(format!("{kernels}/{xlen}/{name}-small.elf")).expect("a kernel");
            folder.file(&format!("elf/{xlen}/{name}.elf"), bytes);
        }
    }
    folder.file("bench.toml", "[[bench]]\nprogram = \"elf/**/*.elf\"\n");
    folder
}

#[test]
fn the_example_is_within_its_limits() {
    let output = emu(["bench", EXAMPLE, "--check"]).has_status(0);
    assert!(output.stdout.contains("1 within limits, 0 not"), "{}", output.stdout);
    let again = emu(["bench", EXAMPLE, "--format", "json", "--engine", "interp"]).has_status(0);
    let mut baseline: Value =
        serde_json::from_str(&std::fs::read_to_string(format!("{EXAMPLE}/bench.baseline.json")).expect("it is there"))
            .expect("JSON");
    baseline.as_object_mut().expect("an object").shift_remove("reason").expect("a baseline has a reason");
    assert_eq!(serde_json::from_str::<Value>(&again.stdout).expect("JSON"), baseline, "in the other engine too");
}

#[test]
fn one_per_cent_more_in_a_function_fails_and_names_it() {
    let folder = example("slower");
    let output = emu(["bench", &folder.path(""), "--check"]).has_status(1);
    let line = |part: &str| {
        let found = output.stdout.lines().find(|line| line.replace("words", "").trim_start().starts_with(part));
        found.unwrap_or_else(|| panic!("{part} in {}", output.stdout)).to_owned()
    };
    assert!(line("instructions").ends_with("FAIL"), "{}", output.stdout);
    assert!(line("in hash_word").contains("+1.11 %"), "{}", output.stdout);
    assert!(line("hash_word: instructions").ends_with("FAIL"), "{}", output.stdout);
    assert!(!line("hash_word: bytes").ends_with("FAIL"), "{}", output.stdout);
    assert!(line("0 within limits, 1 not").contains('1'));
    // Without --check it is shown and passes.
    emu(["bench", &folder.path("bench.toml")]).has_status(0);
    // Taken with a reason it passes.
    emu(["bench", &folder.path(""), "--bless"]).has_status(125);
    emu(["bench", &folder.path(""), "--bless", "--reason", "a better hash"]).has_status(0);
    assert!(folder.read("bench.baseline.json").contains("\"reason\": \"a better hash\""));
    emu(["bench", &folder.path(""), "--check"]).has_status(0);
}

#[test]
fn all_forms_at_once() {
    let folder = example("slower");
    let [markdown, json, junit, github, gab] = ["m", "j", "u", "h", "g"].map(|name| folder.path(name));
    let formats = format!("markdown={markdown},json={json},junit={junit},github={github},gab={gab}");
    let output = emu(["bench", &folder.path(""), "--check", "--format", &formats, "--format", "table"]).has_status(1);
    assert!(output.stdout.contains("FAIL"));
    assert!(folder.read("m").contains("in `hash_word`") && folder.read("m").starts_with("**1 of 1 benchmarks beyond"));
    let annotations = folder.read("h");
    assert!(annotations.lines().all(|line| line.starts_with("::error file=")), "{annotations}");
    assert!(annotations.contains("grown: hash_word by 4,000 (+1.11 %25)"), "{annotations}");
    assert!(
        folder.read("u").contains("<failure message=\"instructions is 1,826,415 from 1,822,415"),
        "{}",
        folder.read("u")
    );
    let gab: Value = serde_json::from_str(&folder.read("g")).expect("JSON");
    let insns = gab.as_array().expect("a list").iter().find(|entry| entry["name"] == "words: instructions");
    assert_eq!(insns.expect("it is there")["value"], 1_826_415);
    let json: Value = serde_json::from_str(&folder.read("j")).expect("JSON");
    assert_eq!(json["benchmarks"]["words"]["functions"]["hash_word"]["instructions"], 364_565);
}

#[test]
fn shards_merge_to_the_whole() {
    let folder = several();
    let whole = emu(["bench", &folder.path(""), "--format", "json"]).has_status(0).stdout;
    assert_eq!(
        serde_json::from_str::<Value>(&whole).expect("JSON")["benchmarks"].as_object().map(|all| all.len()),
        Some(4)
    );
    let parts: Vec<String> = (1..=3)
        .map(|n| {
            let (part, file) = (format!("{n}/3"), folder.path(&format!("part-{n}.json")));
            emu(["bench", &folder.path(""), "--shard", &part, "--jobs", "1", "--format", &format!("json={file}")])
                .has_status(0);
            file
        })
        .collect();
    let config = folder.path("bench.toml");
    let merge =
        |parts: &[&str], more: &[&str]| emu([&["bench", "merge"], parts, &["--config", &config], more].concat());
    let merged = merge(&[&parts[2], &parts[0], &parts[1]], &["--format", "json"]).has_status(0).stdout;
    assert_eq!(merged, whole);
    merge(&[&parts[0], &parts[0]], &[]).is_refusal(&["part-1.json", "is in an earlier file too"]);
    merge(&[&parts[0], &parts[1], &parts[2]], &["--bless", "--reason", "first"]).has_status(0);
    emu(["bench", &folder.path(""), "--check", "--format", "table"]).has_status(0);
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let folder = several();
    let refused = |text: &str, parts: &[&str]| {
        let file = folder.file("wrong.toml", text);
        emu(["bench", &file]).is_refusal(&[&["wrong.toml"], parts].concat());
    };
    refused("[[bench]]\nprogram = \"elf/rv32/sort.elf\"\nbord = \"virt\"\n", &["unknown field `bord`", "board"]);
    refused("[[bench]]\nprogam = \"elf/rv32/sort.elf\"\n", &["number 1", "unknown field `progam`", "`program`"]);
    refused("[[bench]]\nname = \"sort\"\n", &["number 1", "names no program", "add program"]);
    refused("bench = 7\n", &["line 1"]);
    refused("[[bench]\n", &["line 1"]);
    refused("", &["no [[bench]]"]);
    refused("[[bench]]\nprogram = \"elf/none.elf\"\n", &["no such program", "elf/none.elf", "build it"]);
    refused("[[bench]]\nprogram = \"elf/*.bin\"\n", &["no program is like elf/*.bin"]);
    refused(
        "[[bench]]\nprogram = \"elf/rv32/sort.elf\"\nlimits.instructions = \"much\"\n",
        &["limits.instructions: a limit is a number"],
    );
    let table = "[[bench]]\nprogram = \"elf/rv32/sort.elf\"\nlimits.functons.quicksort = 5\n";
    refused(table, &["number 1", "limits.functons: a limit is a number", "functions.NAME.METRIC"]);
    refused("[defaults]\nfunctions.quicksort = 5\n", &["functions.quicksort: name what", "functions.quicksort.bytes"]);
    refused("[defaults]\nfunctions.quicksort.bytes = -1\n", &["functions.quicksort.bytes: a limit is a number"]);
    let twice = "[[bench]]\nname = \"a\"\nprogram = \"elf/rv32/sort.elf\"\n".repeat(2);
    refused(&twice, &["two benchmarks are called a"]);
    let measured = |text: &str, parts: &[&str]| {
        let file = folder.file("wrong.toml", text);
        emu(["bench", &file]).is_refusal(parts);
    };
    let sort = "[[bench]]\nprogram = \"elf/rv32/sort.elf\"\n";
    measured(&format!("{sort}limits.instuctions = 1\n"), &["no metric is called instuctions", "instructions"]);
    measured(&format!("{sort}functions.quicksrt.bytes = 1\n"), &["no symbol quicksrt", "did you mean quicksort"]);
    measured(&format!("{sort}functions.quicksort.byte = 1\n"), &["no metric is called byte"]);
    measured(&format!("{sort}board = \"none\"\n"), &["--board none"]);
    emu(["bench", &folder.path("none.toml")]).is_refusal(&["none.toml", "no such file"]);
    // A baseline that is none, or of another version.
    emu(["bench", &folder.path(""), "--check"]).is_refusal(&["there is no baseline", "--bless --reason"]);
    folder.file("bench.baseline.json", "{\"emu\": \"0.0.0\", \"benchmarks\": {}}");
    emu(["bench", &folder.path(""), "--check"]).is_refusal(&["bench.baseline.json", "made by emu 0.0.0", "--bless"]);
    folder.file("bench.baseline.json", "{");
    emu(["bench", &folder.path("")]).is_refusal(&["bench.baseline.json", "not results of emu bench"]);
    emu(["bench", &folder.path(""), "--bless", "--reason", "mend it"]).has_status(0);
    emu(["bench", &folder.path(""), "--check", "--format", "json=no/folder/x"])
        .is_refusal(&["--format", "no/folder/x"]);
}

#[test]
fn a_program_that_fails_fails_without_check_too() {
    let folder = several();
    let toml = "[[bench]]\nprogram = \"elf/rv32/sort.elf\"\nmax_insns = 1000\n";
    let file = folder.file("short.toml", toml);
    let output = emu(["bench", &file]).has_status(1);
    assert!(output.stdout.contains("FAIL: stopped after 1,000 instructions"), "{}", output.stdout);
    let before = std::fs::read_dir(&folder.0).expect("it is there").count();
    emu(["bench", &file, "--bless", "--reason", "no"]).has_status(125);
    assert_eq!(std::fs::read_dir(&folder.0).expect("it is there").count(), before, "nothing was written");
}

#[test]
fn cycles_are_of_the_model_and_stacks_have_limits() {
    let folder = several();
    let program = folder.path("elf/rv32/sort.elf");
    let stat = |more: &[&str]| -> Value {
        let output = emu([&["stat", "--json", &program, "--roi", "quicksort"], more].concat()).has_status(0);
        serde_json::from_str(&output.stdout).expect("JSON")
    };
    let timed = stat(&["--timing", "hazard3"]);
    let stack = stat(&["--data"])["data"]["stacks"][0]["bytes"].as_u64().expect("a number");
    let config = |timing: &str, stack: u64| {
        let defaults = format!("[defaults]\ntiming = \"{timing}\"\nroi = [\"quicksort\"]\n");
        let limits = format!("limits.cycles = \"exact\"\nlimits.stack_bytes = {stack}\n");
        folder.file(
            "cycles.toml",
            format!("{defaults}[[bench]]\nname = \"sort\"\nprogram = \"elf/rv32/sort.elf\"\n{limits}"),
        )
    };
    let file = config("hazard3", stack);
    let results = emu(["bench", &file, "--format", "json"]).has_status(0).stdout;
    let results: Value = serde_json::from_str(&results).expect("JSON");
    let sort = &results["benchmarks"]["sort"];
    assert_eq!(sort["timing"], "h3-nobp");
    assert_eq!(sort["metrics"]["cycles"], timed["cycles"]);
    assert_eq!(sort["metrics"]["quicksort: cycles"], timed["regions"][0]["cycles"]);
    assert!(timed["cycles"].as_u64() > timed["instructions"].as_u64());
    assert_eq!(sort["metrics"]["stack_bytes"], stack);
    emu(["bench", &file, "--bless", "--reason", "first"]).has_status(0);
    emu(["bench", &file, "--check"]).has_status(0);
    // One byte less, and another model than that of the baseline.
    let output = emu(["bench", &config("hazard3", stack - 1), "--check"]).has_status(1);
    assert!(
        output.stdout.lines().any(|line| line.contains("stack_bytes") && line.ends_with("FAIL")),
        "{}",
        output.stdout
    );
    let output = emu(["bench", &config("ibex-small", stack), "--check"]).has_status(1);
    assert!(
        output.stdout.contains("the baseline's cycles are of the model h3-nobp, these of ibex-small"),
        "{}",
        output.stdout
    );
    emu(["bench", &config("pentium", stack)]).is_refusal(&["timing: pentium: give one of ideal"]);
}
