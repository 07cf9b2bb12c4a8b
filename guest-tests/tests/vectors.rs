//! Every instruction does what an outside witness says: `vectors/riscv/*.ins`, whose heads name the witnesses.

use emu_core::riscv::table::TABLE;
use guest_tests::ins;
use std::path::Path;

#[test]
fn every_vector_holds_and_every_row_has_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/riscv");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ins"));
    files.sort();
    let mut tested = vec![false; TABLE.len()];
    let mut wrong = Vec::new();
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy();
        let text = std::fs::read_to_string(path).unwrap();
        for vector in ins::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}")) {
            for &xlen in vector.xlens {
                match vector.run(xlen) {
                    Ok(row) => tested[row] = true,
                    Err(why) => wrong.push(format!("{name}:{}: rv{xlen}: {}: {why}", vector.line, vector.text)),
                }
            }
        }
    }
    let untested = TABLE.iter().zip(tested).filter(|(_, tested)| !tested);
    wrong.extend(untested.map(|(row, _)| format!("no vector tests {:?} ({})", row.code, row.name)));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
