//! Every AArch64 instruction does what an outside witness says: `vectors/aarch64/*.ins`, whose heads name the witnesses. In both
//! engines.

use emu_core::aarch64::state::AArch64;
use emu_core::aarch64::table::{Code, TABLE};
use emu_core::isa::Row;
use guest_tests::a64::generate::TESTED_BY_DIGEST;
use guest_tests::a64::ins;
use guest_tests::a64::record::{DATA, Record, State};
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
    let elsewhere = |row: &Row<AArch64>| TESTED_THERE.contains(&row.code) || TESTED_BY_DIGEST.contains(&row.module);
    let untested = TABLE.iter().zip(tested).filter(|(row, tested)| !tested && !elsewhere(row));
    wrong.extend(untested.map(|(row, _)| format!("no vector tests {:?} ({})", row.code, row.name)));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A number's register that gets what other registers get too, by one load.
#[test]
fn one_load_may_fill_several_registers_one_of_which_has_numbers() {
    // fmul d5, d5, d5; ld4r {v2.2d-v5.2d}, [x1]; add v6.2d, v5.2d, v4.2d; fadd d5, d5, d4
    let code = vec![0x1e65_08a5, 0x4d60_ec22, 0x4ee4_84a6, 0x1e64_28a5];
    let numbers = [1.5, -2.0, 3.25, 1e10f64];
    let mut before = State::default();
    before.x[1] = DATA;
    before.v[5] = 2f64.to_bits().into();
    for (bytes, number) in before.data.chunks_exact_mut(8).zip(numbers) {
        bytes.copy_from_slice(&number.to_le_bytes());
    }
    let twice = |bits: u64| u128::from(bits) << 64 | u128::from(bits);
    for engine in [Engine::Interp, Engine::Eager] {
        let outcome =
            Subject::new(engine).unwrap().run(&Record { code: code.clone(), before: before.clone() }).unwrap();
        for (n, number) in numbers[..3].iter().enumerate() {
            assert_eq!(outcome.state.v[2 + n], twice(number.to_bits()), "{engine:?}: V{}", 2 + n);
        }
        assert_eq!(outcome.state.v[5], (numbers[3] + numbers[2]).to_bits().into(), "{engine:?}: V5");
        assert_eq!(
            outcome.state.v[6],
            twice(numbers[3].to_bits().wrapping_add(numbers[2].to_bits())),
            "{engine:?}: V6"
        );
    }
}
