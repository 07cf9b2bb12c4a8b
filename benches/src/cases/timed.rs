//! The kernels under the exact timing models: what counting cycles costs, and that the cycles are what they were. Static models count
//! in compiled code, the others are interpreted.

use std::fs;

use emu_core::image::Image;

use crate::Prepared;
use crate::guest::{Guest, Tier};
use crate::kernels::folder;

/// Those that the models know all instructions of.
const KERNELS: [&str; 8] = ["sort", "crc32", "sha256", "bytecode", "matrix", "strings", "recursion", "chase"];

/// Instructions of each, from its start: few enough to be counted under callgrind in seconds. Some kernels still make their data then; what they
/// take as a whole is compared in `guest-tests/tests/kernel_cycles.rs`.
const INSTRUCTIONS: u64 = 1 << 16;

/// Cycles of that by kernel and model.
const TABLE: &str = "cycles-first.tsv";

/// Runs every kernel's first instructions under a model. What that takes is compared with the table.
pub(super) fn kernels(model: &'static str) -> Prepared {
    let committed = fs::read_to_string(folder().join(TABLE)).expect("the table is committed");
    let expected = column(&committed, model);
    let mut go = measured(model);
    Prepared::new(INSTRUCTIONS as usize * KERNELS.len(), move || {
        let cycles = go();
        assert!(cycles == expected, "cycles of {model}: {cycles:?} instead of {expected:?}");
        cycles.iter().sum()
    })
}

/// Gives how many cycles the first instructions of each kernel take, the same each time it is called.
fn measured(model: &'static str) -> impl FnMut() -> [u64; KERNELS.len()] {
    let xlen = if model == "rocket" { 64 } else { 32 };
    let mut guests = KERNELS.map(|kernel| {
        let file = folder().join(format!("elf/rv{xlen}/{kernel}-small.elf"));
        let image = Image::elf(fs::read(&file).expect("kernels are committed")).expect("and programs");
        let mut guest = Guest::new(xlen);
        guest.time_by(model);
        guest.translate(Tier::Hot);
        guest.load_image(&image);
        guest
    });
    let mut go = move || {
        guests.each_mut().map(|guest| {
            let before = guest.cycles();
            guest.run(INSTRUCTIONS);
            guest.cycles() - before
        })
    };
    // Caches are cold, code is not compiled yet, and memory is zero that holds something in later runs.
    go();
    go();
    go
}

/// What the table says of a model, by kernel.
fn column(table: &str, model: &str) -> [u64; KERNELS.len()] {
    let mut lines = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().expect("the table has a head");
    let at = names.iter().position(|name| *name == model).unwrap_or_else(|| panic!("{TABLE} has no {model}"));
    let rows: Vec<_> = lines.collect();
    KERNELS.map(|kernel| {
        let row = rows.iter().find(|row| row[0] == kernel).unwrap_or_else(|| panic!("{TABLE} has no {kernel}"));
        row[at].parse().expect("cycles are numbers")
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use emu_core::timing::{MODELS, Model};

    use super::{KERNELS, TABLE, measured};
    use crate::cases::all;
    use crate::kernels::folder;

    fn exact() -> impl Iterator<Item = &'static Model> {
        MODELS.iter().filter(|model| model.claim.starts_with("exact against"))
    }

    /// `UPDATE_CYCLES=1` writes the table anew; its difference is part of a change's review.
    #[test]
    fn every_exact_model_has_a_case_and_the_cycles_of_the_table() {
        let cases: Vec<String> =
            all().iter().map(|case| case.path()).filter(|path| path.starts_with("timed/")).collect();
        let names: Vec<String> = exact().map(|model| format!("timed/{}", model.name.replace('-', "_"))).collect();
        assert_eq!(cases, names);
        let columns: Vec<_> = exact().map(|model| measured(model.name)()).collect();
        let mut table = exact().fold("# kernel".to_owned(), |head, model| head + "\t" + model.name) + "\n";
        for (n, kernel) in KERNELS.iter().enumerate() {
            let cells = columns.iter().fold(String::new(), |line, column| line + "\t" + &column[n].to_string());
            let _ = writeln!(table, "{kernel}{cells}");
        }
        let file = folder().join(TABLE);
        if std::env::var_os("UPDATE_CYCLES").is_some() {
            std::fs::write(&file, &table).expect("a writable checkout");
        }
        assert_eq!(table, std::fs::read_to_string(&file).expect("it is committed"), "UPDATE_CYCLES=1 takes it");
    }
}
