//! Every AArch64 instruction does what an outside witness says: `vectors/aarch64/*.ins`, whose heads name the witnesses. In both
//! engines.

use emu_core::aarch64::table::{Code, TABLE};
use guest_tests::a64::ins;
use guest_tests::a64::subject::Subject;
use guest_tests::engines::Engine;
use std::path::Path;

/// A vector cannot say where they go: `programs/aarch64/system/exceptions.S` does.
const TESTED_THERE: [Code; 1] = [Code::Eret];

#[test]
fn every_vector_holds_and_every_row_has_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/aarch64");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ins"));
    files.sort();
    let mut engines = [Engine::Interp, Engine::Eager].map(|engine| (engine, Subject::new(engine).unwrap()));
    let mut tested = vec![false; TABLE.len()];
    let mut wrong = Vec::new();
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy();
        let text = std::fs::read_to_string(path).unwrap();
        for vector in ins::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}")) {
            for (engine, subject) in &mut engines {
                match vector.run(subject) {
                    Ok(row) => tested[row] = true,
                    Err(why) => wrong.push(format!("{name}:{}: {engine:?}: {}: {why}", vector.line, vector.text)),
                }
            }
        }
    }
    let untested = TABLE.iter().zip(tested).filter(|(row, tested)| !tested && !TESTED_THERE.contains(&row.code));
    wrong.extend(untested.map(|(row, _)| format!("no vector tests {:?} ({})", row.code, row.name)));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
