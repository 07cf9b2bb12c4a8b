//! Random records on QEMU and here, in both engines, until enough agree.

use super::generate::{Generator, is_wrong_on_witness};
use super::record::Record;
use super::subject::Subject;
use super::witness::Witness;
use crate::engines::Engine;
use crate::rng::Rng;
use emu_core::aarch64::decode::Decoder;
use emu_core::aarch64::feature::Cpu;
use emu_core::aarch64::table::TABLE;
use emu_core::isa::Place;
use std::process::ExitCode;

/// Records that the witness runs at a time.
const BATCH: usize = 4000;
/// So many that differ are shown.
const SHOWN: usize = 5;

/// Compares until `instructions` have been made, from `seed` on.
pub fn main(instructions: u64, seed: u64) -> ExitCode {
    match run(instructions, seed) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("compare: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(instructions: u64, seed: u64) -> Result<usize, String> {
    let witness = Witness::new()?;
    println!("{}, seed {seed}", witness.version);
    for row in TABLE.iter().filter(|row| is_wrong_on_witness(row)) {
        println!("left out: {} {} (QEMU 7.2 leaves its sign above the result)", row.name, row.format);
    }
    let generator = Generator::default();
    let mut rng = Rng::new(seed);
    let mut engines = [Engine::Interp, Engine::Eager].map(Subject::new).into_iter().collect::<Result<Vec<_>, _>>()?;
    let (mut made, mut records_run, mut wrong) = (0, 0, 0);
    let mut rows = vec![0u64; TABLE.len()];
    let decoder = Decoder::new(Cpu::Max.features());
    while made < instructions && wrong < SHOWN {
        let mut records = Vec::with_capacity(BATCH);
        // Every row by itself once, then sequences.
        if made == 0 {
            records.extend(generator.rows.iter().filter_map(|&row| generator.single(row, &mut rng)));
        }
        while records.len() < BATCH {
            records.push(generator.sequence(&mut rng));
        }
        for record in &records {
            made += record.code.len() as u64;
            record.code.iter().filter_map(|&word| decoder.find(word)).for_each(|(row, _)| rows[row] += 1);
        }
        records_run += records.len();
        let theirs = witness.run(&records)?;
        for (record, theirs) in records.iter().zip(&theirs) {
            for subject in &mut engines {
                let differences = match subject.run(record) {
                    Ok(ours) => ours.differences(theirs),
                    Err(why) => vec![why],
                };
                if !differences.is_empty() {
                    wrong += 1;
                    show(record, &differences);
                    break;
                }
            }
            if wrong == SHOWN {
                break;
            }
        }
    }
    let missing: Vec<_> = generator.rows.iter().filter(|(row, _)| rows[*row] == 0).map(|(_, row)| row.name).collect();
    println!("{made} instructions in {records_run} records compared, {wrong} records differ");
    if !missing.is_empty() {
        println!("never made: {}", missing.join(" "));
    }
    Ok(wrong + missing.len())
}

fn show(record: &Record, differences: &[String]) {
    let decoder = Decoder::new(Cpu::Max.features());
    println!("\nthis code differs:");
    for (n, &word) in record.code.iter().enumerate() {
        let place = Place { pc: super::record::CODE + 4 * n as u64, bits: 64 };
        let text = decoder.find(word).map(|(row, operands)| TABLE[row].text(&operands, place).to_string());
        println!("  {word:08x}  {}", text.unwrap_or_default());
    }
    let before = &record.before;
    let registers: Vec<_> = before.x.iter().enumerate().map(|(n, x)| format!("x{n}={x:#x}")).collect();
    println!("  before: {} sp={:#x} nzcv={:#x}", registers.join(" "), before.sp, before.nzcv);
    let vectors: Vec<_> = before.v.iter().enumerate().map(|(n, v)| format!("v{n}={v:#x}")).collect();
    println!("  {} fpcr={:#x} fpsr={:#x}", vectors.join(" "), before.fpcr, before.fpsr);
    differences.iter().take(8).for_each(|difference| println!("  {difference}"));
}
