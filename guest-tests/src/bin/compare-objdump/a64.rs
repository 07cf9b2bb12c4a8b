//! AArch64 beside `aarch64-linux-gnu-objdump -M no-aliases`: words of every row, the words that differ from one of them in one
//! fixed bit, and the listings of programs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use emu_core::aarch64::decode::Decoder;
use emu_core::aarch64::feature::Cpu;
use emu_core::aarch64::table::TABLE;
use emu_core::isa::Place;
use guest_tests::a64::objdump;
use guest_tests::rng::Rng;

use super::{Tally, output};

/// Random words of each row.
const RANDOM: usize = 30;
/// Words of each row whose fixed bits are changed, one by one.
const CHANGED: usize = 2;
/// Where the words stand.
const PLACE: Place = Place { pc: 0x4000_0000, bits: 64 };
const SEED: u64 = 1;
const BINUTILS: &str = "it is in Debian's binutils-aarch64-linux-gnu";

/// A word with both texts; ours is empty if it is no instruction for us.
pub(crate) struct Case<'a> {
    word: u32,
    ours: &'a str,
    theirs: &'a str,
}

impl Case<'_> {
    fn ours_only(&self) -> bool {
        !self.ours.is_empty() && self.theirs.starts_with(".inst")
    }

    fn theirs_only(&self) -> bool {
        self.ours.is_empty() && !self.theirs.starts_with(".inst")
    }
}

/// A difference that is meant.
pub(crate) struct Exception {
    pub(crate) why: &'static str,
    covers: fn(&Case<'_>) -> bool,
}

pub(crate) const EXCEPTIONS: [Exception; 8] = [
    Exception {
        why: "C4.1: MSR and MRS have op0 of 2 and 3; binutils prints those with 0 too",
        covers: |case| {
            case.theirs.starts_with("msr s0_") || case.theirs.starts_with("mrs") && case.theirs.contains(" s0_")
        },
    },
    Exception {
        why: "C6.2: fields of acquiring loads that should be ones are not looked at",
        covers: |case| case.ours.starts_with("lda") && case.ours_only(),
    },
    Exception {
        why: "C6.2: fields of comparisons with zero that should be zeros are looked at",
        covers: |case| case.theirs.starts_with("fcmp") && case.theirs.ends_with("#0.0") && case.theirs_only(),
    },
    Exception {
        why: "K1.2: a load of a pair that moves its own base is an instruction",
        covers: |case| case.ours.starts_with("ldp") && case.ours_only(),
    },
    Exception {
        why: "SVE and the common short sequences (FEAT_CSSC) share names with what is here",
        covers: |case| case.theirs_only() && (case.word >> 25 & 15 == 2 || is_short_sequence(case.word)),
    },
    Exception {
        why: "PSTATE.ALLINT (FEAT_NMI) is not here",
        covers: |case| case.theirs.starts_with("msr allint") && case.theirs_only(),
    },
    Exception {
        why: "the barriers of FEAT_XS are not here",
        covers: |case| case.theirs_only() && case.theirs.ends_with("nxs"),
    },
    Exception {
        why: "registers that are not here have no names",
        covers: |case| {
            [" s2_", " s3_"].iter().any(|one| case.ours.contains(one))
                && case.ours.split(' ').next() == case.theirs.split(' ').next()
        },
    },
];

/// Compares words.
pub(crate) fn words(tally: &mut Tally) -> Result<(), String> {
    let decoder = Decoder::new(Cpu::Max.features());
    let names: BTreeSet<_> = TABLE.iter().map(|row| row.name).collect();
    let atomics: BTreeSet<_> = TABLE.iter().filter(|row| row.module == "atomic").map(|row| row.name).collect();
    let words = sample();
    for (&word, theirs) in words.iter().zip(objdump::texts(&words, PLACE.pc)?) {
        tally.words += 1;
        let ours = decoder.find(word).map(|(row, operands)| TABLE[row].text(&operands, PLACE).to_string());
        let ours = ours.unwrap_or_default();
        let same = match ours.is_empty() {
            false => ours == theirs,
            // An instruction of an extension that is not here.
            true => {
                let name = theirs.split(' ').next().unwrap_or_default();
                theirs.starts_with(".inst") || !names.contains(name) && !atomics.contains(bare(name))
            }
        };
        if !same && !excepted(&Case { word, ours: &ours, theirs: &theirs }, tally) {
            println!("{word:#010x}: {ours:?}, objdump has {theirs:?}");
        }
    }
    Ok(())
}

/// The name of an atomic instruction without its order and its size.
fn bare(name: &str) -> &str {
    let sizeless = name.strip_suffix(['b', 'h']).unwrap_or(name);
    let bare = ["al", "a", "l"].iter().find_map(|order| sizeless.strip_suffix(order));
    bare.unwrap_or(sizeless)
}

/// ABS, CNT, CTZ, and minima and maxima of general registers (C4.1).
fn is_short_sequence(word: u32) -> bool {
    let unary = word & 0x7fff_0000 == 0x5ac0_0000 && (6..=8).contains(&(word >> 10 & 63));
    unary || word & 0x7fe0_f000 == 0x1ac0_6000 || word & 0x7fc0_0000 == 0x11c0_0000
}

/// Whether two texts that differ may.
fn excepted(case: &Case<'_>, tally: &mut Tally) -> bool {
    let nth = EXCEPTIONS.iter().position(|exception| (exception.covers)(case));
    match nth {
        Some(nth) => tally.excepted_a64[nth] += 1,
        None => tally.wrong += 1,
    }
    nth.is_some()
}

/// Words of every row, and their neighbours.
fn sample() -> Vec<u32> {
    let mut rng = Rng::new(SEED);
    let mut words = Vec::new();
    for row in TABLE {
        for nth in 0..RANDOM {
            let word = row.value | rng.bits() as u32 & !row.mask;
            words.push(word);
            if nth < CHANGED {
                words.extend((0..32).filter(|bit| row.mask >> bit & 1 != 0).map(|bit| word ^ 1 << bit));
            }
        }
    }
    words
}

/// Compares the listings of a program.
pub(crate) fn listing(emu: &Path, program: &PathBuf, tally: &mut Tally) -> Result<(), String> {
    let ours = output(Command::new(emu).args(["dis", "--no-aliases"]).arg(program), "")?;
    let mut objdump = Command::new("aarch64-linux-gnu-objdump");
    let theirs = output(objdump.args(["-d", "-M", "no-aliases"]).arg(program), BINUTILS)?;
    tally.programs += 1;
    if ours.lines().count() != theirs.lines().count() {
        tally.wrong += 1;
        println!("{}: one listing has more lines", program.display());
    }
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        tally.lines += 1;
        // Behind `//` it says the same once more, in SVE's words or in other digits.
        let theirs = theirs.split("//").next().unwrap_or_default().trim_end();
        let text = |line: &str| line.split('\t').skip(2).collect::<Vec<_>>().join(" ").trim_end().to_owned();
        let same = ours.trim_end() == theirs;
        if !same && !excepted(&Case { word: 0, ours: &text(ours), theirs: &text(theirs) }, tally) {
            println!("{}: {ours:?}, objdump has {theirs:?}", program.display());
        }
    }
    Ok(())
}
