//! Words of every row, some of them random, most with the operands that aliases ask for.

use emu_core::hart::Hart;
use emu_core::isa::Text;
use emu_core::riscv::alias::Aliases;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::{Config, Riscv};
use emu_core::riscv::table::{Row, TABLE};
use emu_devices::board::Options;
use emu_devices::console::Console;
use guest_tests::ins::{RAM, RAM_BYTES, disassemble};
use guest_tests::pattern::{field, letters, set_field};
use guest_tests::rng::Rng;
use guest_tests::subject::ram_board;

use super::exceptions::Case;
use super::{BINUTILS, Tally, binutils, output, text_of};

/// Random words of each row and XLEN.
const RANDOM: usize = 50;
/// Words of each row and XLEN with likely operands.
const LIKELY: usize = 400;
const SEED: u64 = 1;

/// CSRs whose reads and writes have names.
const CSRS: [u32; 9] = [0x001, 0x002, 0x003, 0xc00, 0xc01, 0xc02, 0xc80, 0xc81, 0xc82];

pub(crate) fn compare(tally: &mut Tally) -> Result<(), String> {
    for xlen in [32, 64] {
        let board = ram_board(RAM, RAM_BYTES).build(&Options::new(Console::captured())).map_err(|e| e.to_string())?;
        let machine = emu_core::riscv::machine(board, &Isa::all(xlen), Config::default(), "");
        let hart = &machine.harts()[0];
        let words = words(xlen, hart);
        let object = assemble(xlen, &words)?;
        for aliases in [None, Some(Aliases::new(xlen))] {
            let theirs = object.texts(aliases.is_none(), words.len())?;
            one_way(xlen, hart, &words, aliases.as_ref(), &theirs, tally);
        }
    }
    Ok(())
}

/// Compares all words with or without aliases.
fn one_way(
    xlen: u32,
    hart: &Hart<Riscv>,
    words: &[(&Row, u32)],
    aliases: Option<&Aliases>,
    theirs: &[String],
    tally: &mut Tally,
) {
    let mut at = 0;
    for (&(row, word), theirs) in words.iter().zip(theirs) {
        let long = disassemble(hart, word, at).map_or(String::new(), |(text, _)| text);
        let found = aliases.and_then(|aliases| aliases.find(&Text::from(long.as_str())));
        let ours = found.as_ref().map_or(long.clone(), |(_, short)| short.to_string());
        at += u64::from(row.bytes);
        tally.words += 1;
        if !tally.judge(&Case { row: Some(row), word, ours: &ours, theirs, program: false }) {
            println!("rv{xlen} {word:#010x}: {ours:?}, objdump has {theirs:?}");
        }
        if let Some((alias, _)) = found.filter(|_| ours == *theirs) {
            tally.aliases.insert(alias.0);
        }
    }
}

/// The words, with their rows.
fn words(xlen: u32, hart: &Hart<Riscv>) -> Vec<(&'static Row, u32)> {
    let mut rng = Rng::new(SEED);
    let mut words = Vec::new();
    for (number, row) in TABLE.iter().enumerate().filter(|(_, row)| row.needs.xlens.has(xlen)) {
        let all = if row.bytes == 2 { 0xffff } else { u32::MAX };
        for nth in 0..RANDOM + LIKELY {
            let free = if nth < RANDOM { rng.bits() as u32 } else { likely(row.pattern, &mut rng) };
            let word = row.value | free & all & !row.mask;
            // Otherwise a reserved word, or one of a row that is more special.
            if hart.arch.decoder.find(word).is_some_and(|(found, _)| found == number) {
                words.push((row, word));
            }
        }
    }
    words
}

/// Operands that often mean something special: x0, x1, the same twice, and 0, 1, -1 and 255.
fn likely(pattern: &str, rng: &mut Rng) -> u32 {
    let mut word = 0;
    for letter in letters(pattern) {
        let value = match rng.below(10) {
            0..3 => 0,
            3 => 1,
            4 => u32::MAX,
            5 => 2,
            6 => 255,
            _ => rng.bits() as u32,
        };
        set_field(pattern, letter, if letter == b'c' && rng.chance(60) { *rng.pick(&CSRS) } else { value }, &mut word);
    }
    for (letter, same) in [(b't', b's'), (b'd', b's')] {
        if rng.chance(20) {
            set_field(pattern, letter, field(pattern, same, word), &mut word);
        }
    }
    word
}

/// An object file of words, one behind the other from address 0.
struct Object {
    folder: std::path::PathBuf,
}

fn assemble(xlen: u32, words: &[(&Row, u32)]) -> Result<Object, String> {
    let folder = std::env::temp_dir().join(format!("compare-objdump-{}-{xlen}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let object = Object { folder };
    let source = object.folder.join("words.s");
    let text: String = words.iter().map(|(row, word)| format!(".insn {}, {word:#x}\n", row.bytes)).collect();
    std::fs::write(&source, text).map_err(|error| format!("{}: {error}", source.display()))?;
    let isa = format!("-march=rv{xlen}gc_zicbom_zicbop_zicboz_zihintpause_zfh_zba_zbb_zbc_zbkb_zbkx_zbs_svinval");
    let abi = if xlen == 32 { "-mabi=ilp32d" } else { "-mabi=lp64d" };
    output(binutils("as").args([&isa, abi]).arg("-o").arg(object.file()).arg(&source), BINUTILS)?;
    Ok(object)
}

impl Object {
    fn file(&self) -> std::path::PathBuf {
        self.folder.join("words.o")
    }

    /// What objdump prints for the words.
    fn texts(&self, no_aliases: bool, count: usize) -> Result<Vec<String>, String> {
        let mut objdump = binutils("objdump");
        objdump.args(["-d", "-z"]).args(if no_aliases { &["-M", "no-aliases"][..] } else { &[] }).arg(self.file());
        let listing = output(&mut objdump, BINUTILS)?;
        let lines = listing.lines().filter(|line| line.starts_with(' ') && line.contains(":\t"));
        let texts: Vec<String> = lines.map(text_of).collect();
        match texts.len() == count {
            true => Ok(texts),
            false => Err(format!("objdump printed {} lines for {count} words", texts.len())),
        }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
