//! Writes `vectors/aarch64/recorded.ins` anew: runs instructions of each row on QEMU and records what they change; the text comes
//! from `aarch64-linux-gnu-objdump`. What the emulator's own table gives is which words to try, never a result.

use guest_tests::a64::generate::{Generator, TESTED_BY_DIGEST};
use guest_tests::a64::ins::line;
use guest_tests::a64::objdump;
use guest_tests::a64::record::{CODE, DATA_BYTES, Record, State};
use guest_tests::a64::witness::Witness;
use guest_tests::rng::Rng;
use std::path::Path;

/// Vectors of each row.
const EACH: usize = 2;

fn main() -> Result<(), String> {
    let witness = Witness::new()?;
    let generator = Generator::default();
    let mut records: Vec<Record> = Vec::new();
    for &(number, row) in generator.rows.iter().filter(|(_, row)| !TESTED_BY_DIGEST.contains(&row.module)) {
        let mut rng = Rng::new(number as u64);
        for _ in 0..EACH {
            let made = generator.single((number, row), &mut rng);
            records.push(reduced(made.ok_or_else(|| format!("no word of {} is found", row.name))?));
        }
    }
    let outcomes = witness.run(&records)?;
    let words: Vec<u32> = records.iter().map(|record| record.code[0]).collect();
    let texts = objdump::texts(&words, CODE)?;
    let mut file = format!(
        "# Results recorded from {}; text from {}.\n# Made by make_vectors_a64: write others in a file of their own.\n\n",
        witness.version,
        objdump::version()?
    );
    for ((record, outcome), text) in records.iter().zip(&outcomes).zip(&texts) {
        file.push_str(&line(record, text, outcome));
        file.push('\n');
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/aarch64");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("recorded.ins"), file))
        .map_err(|e| e.to_string())
}

/// Without what the instruction has no field for: lines stay short. Each number in one of the places of a register keeps it.
fn reduced(record: Record) -> Record {
    let word = record.code[0];
    let mut named = [0, 5, 10, 16].map(|at| word >> at & 31).to_vec();
    // CASP: the registers behind two of these.
    if word & 0xbfa0_7c00 == 0x0820_7c00 {
        named.extend([0, 16].map(|at| (word >> at & 31) + 1));
    }
    let State { x, sp, nzcv, data, .. } = record.before;
    let keep = |n: usize| named.contains(&(n as u32)) || n == 30;
    let before = State {
        x: std::array::from_fn(|n| if keep(n) { x[n] } else { 0 }),
        sp,
        nzcv,
        data: if word >> 25 & 5 == 4 || word >> 22 == 0x354 { data } else { [0; DATA_BYTES] },
        ..State::default()
    };
    Record { code: record.code, before }
}
