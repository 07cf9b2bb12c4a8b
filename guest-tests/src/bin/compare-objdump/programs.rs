//! The listings of all committed programs, line by line.

use emu_core::image::{Arch, Image};
use emu_core::isa::Text;
use emu_core::riscv::alias::Aliases;
use emu_core::riscv::decode::Decoder;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::TABLE;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::exceptions::Case;
use super::{BINUTILS, Tally, binutils, output, text_of};

/// Where programs are, below the repository's root.
const FOLDERS: [&str; 3] = ["guest-tests/programs", "benches/kernels/elf", "tools/demo/elf"];
/// So many wrong lines of a listing are shown.
const SHOWN: usize = 10;

pub(crate) fn compare(tally: &mut Tally) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let emu = emu()?;
    let mut programs = Vec::new();
    for folder in FOLDERS {
        find(&root.join(folder), &mut programs)?;
    }
    programs.sort();
    let widths = [32, 64].map(|xlen| (Decoder::new(Isa::all(xlen).extensions, xlen), Aliases::new(xlen)));
    for program in &programs {
        if is_aarch64(program)? {
            super::a64::listing(&emu, program, tally)?;
            continue;
        }
        let [long, short] = ["--no-aliases", ""].map(|option| {
            let ours = output(Command::new(&emu).arg("dis").args(option.split_whitespace()).arg(program), "")?;
            let theirs = if option.is_empty() { &[][..] } else { &["-M", "no-aliases"] };
            Ok::<_, String>((ours, output(binutils("objdump").arg("-d").args(theirs).arg(program), BINUTILS)?))
        });
        let (long, short) = (long?, short?);
        let (decoder, aliases) = &widths[usize::from(!long.1.contains("elf32-"))];
        let listing = Listing { program, decoder };
        listing.compare(&long.0, &long.1, tally);
        listing.compare(&short.0, &short.1, tally);
        for ((long, short), theirs) in long.0.lines().zip(short.0.lines()).zip(short.1.lines()) {
            let alias = aliases.find(&Text::from(text_of(long).as_str())).filter(|_| short == theirs);
            tally.aliases.extend(alias.map(|(alias, _)| alias.0));
        }
    }
    Ok(())
}

/// The program `emu`, which is built beside this one.
fn emu() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| format!("where this program is: {error}"))?;
    let emu = own.with_file_name("emu");
    match emu.is_file() {
        true => Ok(emu),
        false => Err(format!("{}: no such file; cargo build it in the same profile first", emu.display())),
    }
}

/// Whether an ELF file is for AArch64: what it says itself.
fn is_aarch64(program: &Path) -> Result<bool, String> {
    let file = std::fs::read(program).map_err(|error| format!("{}: {error}", program.display()))?;
    let image = Image::elf(file).map_err(|error| format!("{}: {error}", program.display()))?;
    Ok(image.target().is_some_and(|target| target.arch == Arch::AArch64))
}

/// Every ELF file below a folder.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let fails = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(fails)? {
        let path = entry.map_err(fails)?.path();
        if path.is_dir() {
            find(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "elf") {
            found.push(path);
        }
    }
    Ok(())
}

/// One program's two listings.
struct Listing<'a> {
    program: &'a Path,
    decoder: &'a Decoder,
}

impl Listing<'_> {
    fn compare(&self, ours: &str, theirs: &str, tally: &mut Tally) {
        tally.programs += 1;
        let mut wrong = 0;
        let (mut ours, mut theirs) = (ours.lines(), theirs.lines());
        loop {
            let pair = (ours.next(), theirs.next());
            let same = match pair {
                (None, None) => break,
                (Some(ours), Some(theirs)) if ours == theirs => true,
                (Some(ours), Some(theirs)) => self.excepted(ours, theirs, tally),
                _ => {
                    tally.wrong += 1;
                    false
                }
            };
            tally.lines += 1;
            wrong += usize::from(!same);
            if !same && wrong <= SHOWN {
                println!("{}: {:?}, objdump has {:?}", self.program.display(), pair.0, pair.1);
            }
        }
    }

    /// Whether two lines differ in their instruction only, and may.
    fn excepted(&self, ours: &str, theirs: &str, tally: &mut Tally) -> bool {
        let raw = |line: &str| line.splitn(3, '\t').take(2).collect::<Vec<_>>().join("\t");
        let word = ours.split('\t').nth(1).and_then(|raw| u32::from_str_radix(raw.trim(), 16).ok());
        let (Some(word), true) = (word, raw(ours) == raw(theirs)) else {
            tally.wrong += 1;
            return false;
        };
        let row = self.decoder.find(word).map(|(number, _)| &TABLE[number]);
        let (ours, theirs) = (text_of(ours), text_of(theirs));
        if ours == theirs {
            // They differ in what they say of symbols.
            tally.wrong += 1;
            return false;
        }
        tally.judge(&Case { row, word, ours: &ours, theirs: &theirs, program: true })
    }
}
