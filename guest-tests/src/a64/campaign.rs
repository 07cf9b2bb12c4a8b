//! Random records on QEMU and here, in both engines, until enough agree.

use super::generate::{Generator, is_wrong_on_witness};
use super::record::{Outcome, Record};
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
        let differing = differing(&records, &theirs)?;
        differing.iter().take(SHOWN - wrong).for_each(|(record, differences)| show(record, differences));
        wrong += differing.len().min(SHOWN - wrong);
    }
    let missing: Vec<_> = generator.rows.iter().filter(|(row, _)| rows[*row] == 0).map(|(_, row)| row.name).collect();
    println!("{made} instructions in {records_run} records compared, {wrong} records differ");
    if !missing.is_empty() {
        println!("never made: {}", missing.join(" "));
    }
    Ok(wrong + missing.len())
}

/// The records of which an engine makes something else than the witness, with what differs, in their order. The work is shared among
/// all processors of the host: nearly all of it is translating.
fn differing<'a>(records: &'a [Record], theirs: &[Outcome]) -> Result<Vec<(&'a Record, Vec<String>)>, String> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let share = records.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let shares = records.chunks(share).zip(theirs.chunks(share));
        let workers: Vec<_> = shares.map(|(records, theirs)| scope.spawn(|| differing_here(records, theirs))).collect();
        let found = workers.into_iter().map(|worker| worker.join().expect("it panics for nobody's program"));
        Ok(found.collect::<Result<Vec<_>, String>>()?.concat())
    })
}

/// The same, on this thread.
fn differing_here<'a>(records: &'a [Record], theirs: &[Outcome]) -> Result<Vec<(&'a Record, Vec<String>)>, String> {
    let mut engines = [Engine::Interp, Engine::Eager].map(Subject::new).into_iter().collect::<Result<Vec<_>, _>>()?;
    let differences = |(record, theirs): (&'a Record, &Outcome)| {
        let of =
            |engine: &mut Subject| engine.run(record).map_or_else(|why| vec![why], |ours| ours.differences(theirs));
        let first = engines.iter_mut().map(of).find(|differences| !differences.is_empty());
        first.map(|differences| (record, differences))
    };
    Ok(records.iter().zip(theirs).filter_map(differences).collect())
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
