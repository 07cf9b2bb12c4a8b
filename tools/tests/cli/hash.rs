//! `emu run --hash`: demos and kernels end in the state that the committed table has, in both engines. `UPDATE_HASHES=1` writes the
//! table anew; its difference is part of a change's review.

use std::fmt::Write as _;

use super::emu;
use super::stat::programs;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/hashes.tsv");
const HEAD: &str = "# Programs, and the hash of their final state and output: emu run --hash\n";

/// The programs of the table, and their names in it.
fn all() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = programs("benches/kernels/elf", "-small.elf");
    all.extend(programs("tools/demo/elf", ".elf"));
    let name = |path: &std::path::Path| path.strip_prefix(&root).expect("below the root").display().to_string();
    all.iter().map(|path| (path.display().to_string(), name(path))).collect()
}

fn hash(program: &str, engine: &str) -> String {
    let output = emu(["run", program, "--hash", "--engine", engine]).has_status(0);
    let line = output.stderr.lines().last().unwrap_or_default().to_owned();
    let (hash, name) = line.split_once("  ").unwrap_or_else(|| panic!("a hash and a name: {line}"));
    assert_eq!(name, program);
    assert!(hash.len() == 18 && hash.starts_with("0x"), "{line}");
    hash.to_owned()
}

#[test]
fn programs_end_as_the_table_says() {
    let mut table = HEAD.to_owned();
    for (program, name) in all() {
        let interpreted = hash(&program, "interp");
        assert_eq!(hash(&program, "auto"), interpreted, "{name}: the engines differ");
        let _ = writeln!(table, "{name}\t{interpreted}");
    }
    if std::env::var_os("UPDATE_HASHES").is_some() {
        std::fs::write(TABLE, &table).expect("a writable checkout");
    }
    let committed = std::fs::read_to_string(TABLE).expect("it is committed");
    for (now, committed) in table.lines().zip(committed.lines()) {
        assert_eq!(now, committed, "UPDATE_HASHES=1 takes it");
    }
    assert_eq!(table.lines().count(), committed.lines().count());
}
