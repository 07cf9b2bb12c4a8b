//! `emu run --coverage`: what ran and what did not, in both forms and both engines.

use super::{Folder, emu};

const DEBUG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/example/elf/debug/words.elf");
const SORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/kernels/elf/rv64/sort-small.elf");

#[test]
fn lines_functions_and_branches_have_exact_counts() {
    let folder = Folder::new();
    let coverage = |engine: &str| {
        let file = folder.path(engine);
        emu(["run", DEBUG, "--engine", engine, "--coverage", &format!("lcov={file}")]).has_status(0);
        folder.read(engine)
    };
    let text = coverage("interp");
    assert_eq!(coverage("jit"), text);
    let record =
        text.split("end_of_record\n").find(|record| record.contains("src/words.c")).expect("the program's file");
    let has = |line: &str| assert!(record.lines().any(|known| known == line), "{line} in {record}");
    // As often as the program's loop goes around; a letter of a word each time.
    has("FNDA:2000,hash_word");
    has("FNDA:2000,count_word");
    has("FNDA:70913,next");
    has("FNDA:1,main");
    let source = include_str!("../../../guest-tests/example/src/words.c");
    let number = |part: &str| source.lines().position(|line| line.contains(part)).expect("a line") + 1;
    let line = number("hash = (hash ^");
    let count = record.lines().find_map(|known| known.strip_prefix(&format!("DA:{line},"))).expect("it has code");
    assert_eq!(count, "68913", "letters of all words");
    let branches: Vec<&str> = record.lines().filter(|known| known.starts_with("BRDA:")).collect();
    assert!(branches.len() > 8 && branches.len().is_multiple_of(2), "{record}");
    // One way of some branch was never gone: the table never overflows.
    assert!(branches.iter().any(|branch| branch.ends_with(",0")), "{branches:?}");
    has("FNF:5");
    has("FNH:5");
}

#[test]
fn blocks_that_ran_for_lighthouse() {
    let folder = Folder::new();
    let file = folder.path("cov");
    emu(["run", SORT, "--coverage", &format!("drcov={file}")]).has_status(0);
    let bytes = std::fs::read(&file).expect("it is written");
    let end = bytes.windows(5).position(|five| five == b" bbs\n").expect("a table") + 5;
    let head = std::str::from_utf8(&bytes[..end]).expect("text");
    assert!(head.starts_with("DRCOV VERSION: 2\n") && head.contains("sort-small.elf\n"), "{head}");
    let blocks: usize =
        head.lines().last().and_then(|line| line.split(' ').nth(2)).and_then(|n| n.parse().ok()).expect("a number");
    assert_eq!(bytes.len() - end, 8 * blocks);
    assert!(blocks > 20, "{blocks}");
    // The first block is where the program begins.
    assert_eq!(bytes[end..end + 4], [0; 4]);
}

#[test]
fn forms_that_there_are_not() {
    emu(["run", SORT, "--coverage", "gcov=x"]).has_status(125);
    emu(["run", SORT, "--coverage", "lcov="]).has_status(125);
    let folder = Folder::new();
    let file = folder.path("cov");
    let refused = emu(["run", SORT, "--coverage", &format!("lcov={file}")]).has_status(125);
    assert!(refused.stderr.contains("--coverage") && refused.stderr.contains("-g"), "{}", refused.stderr);
}
