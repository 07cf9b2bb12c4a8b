//! Compares the disassembler with `riscv64-unknown-elf-objdump -d -M no-aliases` over random words of every row of the
//! table. Differences that are meant are named in [`EXCEPTIONS`], and each must still be needed.

use emu_core::riscv::extension::Ext;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_core::riscv::table::{Row, TABLE};
use emu_devices::board::Options;
use emu_devices::console::Console;
use guest_tests::ins::{RAM, RAM_BYTES, disassemble};
use guest_tests::rng::Rng;
use guest_tests::subject::ram_board;
use std::process::{Command, ExitCode};

/// Words of each row and XLEN.
const WORDS: usize = 50;
const SEED: u64 = 1;

/// A difference that is meant.
struct Exception {
    why: &'static str,
    /// Given the row, the word, our text and objdump's.
    covers: fn(&Row, u32, &str, &str) -> bool,
}

const EXCEPTIONS: &[Exception] = &[
    Exception { why: "binutils 2.40 does not know Zicond", covers: |row, _, _, _| row.any == Ext::ZICOND },
    Exception {
        why: "binutils knows conversions that are always exact with rounding mode 0 only",
        covers: |row, word, _, theirs| row.format.ends_with("Exact") && word >> 12 & 7 != 0 && undefined(theirs),
    },
    Exception {
        why: "unprivileged 2.7: fm, rd and rs1 of other FENCEs are reserved and to be ignored",
        covers: |row, word, _, _| row.name == "fence" && word & 0xf00f_8f80 != 0,
    },
    Exception {
        why: "chapter 6: the unused fields of FENCE.I are to be ignored",
        covers: |row, word, _, theirs| row.name == "fence.i" && word != 0x100f && undefined(theirs),
    },
    Exception {
        why: "shifts by 0 are HINTs (26.8), to which binutils gives RV128's names",
        covers: |_, _, ours, theirs| ours.ends_with(",0x0") && theirs.replace("64 ", " ") + ",0x0" == ours,
    },
    Exception {
        why: "one of the two has no name for the CSR",
        covers: |row, word, ours, theirs| {
            let number = format!("{:#x}", word >> 20);
            let bare = |text: &str| text.split(',').nth(1) == Some(&number);
            matches!(row.format, "C" | "Ci") && bare(ours) != bare(theirs)
        },
    },
];

fn undefined(text: &str) -> bool {
    text.starts_with('.')
}

fn main() -> ExitCode {
    match [32, 64].into_iter().map(compare).sum::<Result<Tally, String>>() {
        Ok(tally) => {
            println!("{} words compared, {} differ", tally.compared, tally.wrong);
            let mut ok = tally.wrong == 0;
            for (exception, count) in EXCEPTIONS.iter().zip(tally.excepted) {
                println!("{count:6} excepted: {}", exception.why);
                if count == 0 {
                    println!("       this exception is not needed any more");
                    ok = false;
                }
            }
            if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("compare-objdump: {error}");
            ExitCode::from(2)
        }
    }
}

#[derive(Default)]
struct Tally {
    compared: usize,
    wrong: usize,
    excepted: [usize; EXCEPTIONS.len()],
}

impl std::iter::Sum for Tally {
    fn sum<I: Iterator<Item = Tally>>(tallies: I) -> Tally {
        tallies.fold(Tally::default(), |mut sum, tally| {
            sum.compared += tally.compared;
            sum.wrong += tally.wrong;
            sum.excepted.iter_mut().zip(tally.excepted).for_each(|(sum, count)| *sum += count);
            sum
        })
    }
}

fn compare(xlen: u32) -> Result<Tally, String> {
    let board = ram_board(RAM, RAM_BYTES).build(&Options::new(Console::captured())).map_err(|e| e.to_string())?;
    let machine = emu_core::riscv::machine(board, &Isa::all(xlen), Config::default(), "");
    let hart = &machine.harts()[0];
    let mut rng = Rng::new(SEED);
    let mut words = Vec::new();
    for (number, row) in TABLE.iter().enumerate().filter(|(_, row)| row.xlens.has(xlen)) {
        let all = if row.bytes == 2 { 0xffff } else { u32::MAX };
        for _ in 0..WORDS {
            let word = row.value | rng.bits() as u32 & all & !row.mask;
            // Otherwise a reserved word, or one of a row that is more special.
            if hart.arch.decoder.find(word).is_some_and(|(found, _)| found == number) {
                words.push((row, word));
            }
        }
    }
    let theirs = objdump(xlen, &words)?;
    let (mut tally, mut at) = (Tally::default(), 0);
    for ((row, word), theirs) in words.iter().zip(&theirs) {
        let ours = disassemble(hart, *word, at).map_or(String::new(), |(text, _)| text);
        at += u64::from(row.bytes);
        tally.compared += 1;
        if ours == *theirs {
            continue;
        }
        match EXCEPTIONS.iter().position(|exception| (exception.covers)(row, *word, &ours, theirs)) {
            Some(nth) => tally.excepted[nth] += 1,
            None => {
                println!("rv{xlen} {word:#010x}: {ours:?}, objdump has {theirs:?}");
                tally.wrong += 1;
            }
        }
    }
    Ok(tally)
}

/// What objdump prints for these words, one behind the other from address 0.
fn objdump(xlen: u32, words: &[(&Row, u32)]) -> Result<Vec<String>, String> {
    let folder = std::env::temp_dir().join(format!("compare-objdump-{}-{xlen}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (source, object) = (folder.join("words.s"), folder.join("words.o"));
    let text: String = words.iter().map(|(row, word)| format!(".insn {}, {word:#x}\n", row.bytes)).collect();
    std::fs::write(&source, text).map_err(|error| format!("{}: {error}", source.display()))?;
    let isa = format!("-march=rv{xlen}gc_zicbom_zicboz_zfh_zba_zbb_zbc_zbkb_zbkx_zbs_svinval");
    let abi = if xlen == 32 { "-mabi=ilp32d" } else { "-mabi=lp64d" };
    run(Command::new("riscv64-unknown-elf-as").args([&isa, abi]).arg("-o").arg(&object).arg(&source))?;
    let listing = run(Command::new("riscv64-unknown-elf-objdump").args(["-d", "-z", "-M", "no-aliases"]).arg(&object))?;
    let _ = std::fs::remove_dir_all(&folder);
    let lines = listing.lines().filter(|line| line.starts_with(' ') && line.contains(":\t"));
    let texts: Vec<String> = lines.map(text_of).collect();
    match texts.len() == words.len() {
        true => Ok(texts),
        false => Err(format!("objdump printed {} lines for {} words", texts.len(), words.len())),
    }
}

/// The instruction of a line, without what objdump says of symbols.
fn text_of(line: &str) -> String {
    let mut columns = line.split('\t').skip(2);
    let (name, operands) = (columns.next().unwrap_or_default().trim(), columns.next().unwrap_or_default());
    let operands = operands.split([' ', '<', '#']).next().unwrap_or_default();
    if operands.is_empty() { name.to_owned() } else { format!("{name} {operands}") }
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}; it is in Debian's binutils-riscv64-unknown-elf"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}
