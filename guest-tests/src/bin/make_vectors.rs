//! Writes `vectors/riscv/*.ins` anew, except `system.ins`, which is written by hand: runs each instruction on Spike and
//! records what it changed; the text comes from `riscv64-unknown-elf-objdump`. What the emulator's own table gives is
//! which words to try and which registers to fill, never a result.

use emu_core::riscv::extension::Ext;
use emu_core::riscv::table::{Row, TABLE};
use guest_tests::asm::{addi, auipc, csrrs, csrrw, i, jalr, load_x, lui};
use guest_tests::commits::Line;
use guest_tests::ins::{CODE, HANDLER, RAM, RAM_BYTES};
use guest_tests::rng::Rng;
use guest_tests::{elf, spike};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Spike's program begins: it fills the registers and jumps to the instruction.
const ENTRY: u64 = RAM + 0x1_0000;
/// What the registers are filled from.
const POOL: u64 = RAM + 0x2_0000;
/// The cell that loads and stores touch.
const CELL: u64 = RAM + 0x2040;
/// Formats whose vectors are written by hand.
const BY_HAND: [&str; 9] = ["None0", "Vma", "Cbo", "Prefetch", "C", "Ci", "Fence", "FenceNamed", "FenceI"];
/// Words tried before a row is given up.
const TRIES: usize = 30;

const X: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];
const F: [&str; 32] = [
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
];

fn main() -> Result<(), String> {
    let witness = Witness::new()?;
    let mut files: BTreeMap<&str, BTreeMap<u32, Vec<String>>> = BTreeMap::new();
    for (number, row) in TABLE.iter().enumerate().filter(|(_, row)| !BY_HAND.contains(&row.format)) {
        for xlen in [32, 64].into_iter().filter(|&xlen| row.needs.xlens.has(xlen)) {
            let mut rng = Rng::new(number as u64 * 64 + u64::from(xlen));
            let count = if xlen == 64 || !row.needs.xlens.has(64) { 2 } else { 1 };
            let lines = files.entry(file(row)).or_default().entry(xlen).or_default();
            for nth in 0..count {
                match vector(row, xlen, nth, &mut rng, &witness) {
                    Ok(line) => lines.push(line),
                    Err(why) => eprintln!("rv{xlen} {}: {why}", row.name),
                }
            }
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/riscv");
    for (name, sections) in files {
        let mut text = format!(
            "# Results recorded from {}; text from {}.\n# Made by make_vectors: write others in a file of their own.\n",
            witness.spike_version, witness.objdump_version
        );
        for (xlen, lines) in sections {
            text.push_str(&format!("\nrv{xlen}\n{}\n", lines.join("\n")));
        }
        std::fs::write(folder.join(format!("{name}.ins")), text).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The file that a row's vectors stand in.
fn file(row: &Row) -> &'static str {
    let files = [
        (Ext::I, "base"),
        (Ext::M, "muldiv"),
        (Ext::A, "atomic"),
        (Ext::F, "single"),
        (Ext::D, "double"),
        (Ext::ZFH, "half"),
        (Ext::C, "compressed"),
        (Ext::ZICOND, "zicond"),
    ];
    files.iter().find(|(extension, _)| row.needs.any.intersects(*extension)).map_or("bitmanip", |(_, name)| name)
}

/// One vector of a row.
fn vector(row: &Row, xlen: u32, nth: usize, rng: &mut Rng, witness: &Witness) -> Result<String, String> {
    for attempt in 0..TRIES {
        // Binutils knows conversions that are always exact with rounding mode 0 only.
        let dynamic = nth == 0 && attempt == 0;
        let (word, letters) = sample(
            row,
            if attempt > 4 {
                1
            } else if dynamic {
                8
            } else {
                5
            },
            rng,
        );
        let Some(text) = witness.text(row, word, &letters, xlen)? else { continue };
        let state = before(row, &text, word, &letters, xlen, nth, rng);
        let after = witness.run(row, word, &state, xlen)?;
        let bytes: Vec<_> = word.to_le_bytes()[..row.bytes as usize].iter().map(|byte| format!("{byte:02x}")).collect();
        return Ok(format!("[{}] \"{text}\"  {} => {after};", bytes.join(" "), state.show(xlen)));
    }
    Err(format!("objdump knows no word of {} as such", row.name))
}

/// A word of a row, and its register numbers by the pattern's letters. Rounding modes are taken from the first `modes`,
/// or dynamic if that is 8.
fn sample(row: &Row, modes: u64, rng: &mut Rng) -> (u32, BTreeMap<char, u32>) {
    let pattern: Vec<char> = row.pattern.chars().filter(|&c| c != ' ').collect();
    let (mut word, mut letters, mut at) = (row.value, BTreeMap::new(), 0);
    while at < pattern.len() {
        let letter = pattern[at];
        let width = pattern[at..].iter().take_while(|&&c| c == letter).count();
        at += width;
        let mut fill = |value: u32| word |= value << (pattern.len() - at);
        match letter {
            '0' | '1' => {}
            'd' | 's' | 't' | 'u' => {
                let (first, count) = if width == 3 { (8, 8) } else { (5, 24) };
                let mut register = first + rng.below(count) as u32;
                while letters.values().any(|&other| other == register) {
                    register = first + rng.below(count) as u32;
                }
                letters.insert(letter, register);
                fill(register & ((1 << width) - 1));
            }
            'm' => fill(if modes == 8 { 7 } else { rng.below(modes) as u32 }),
            _ => fill(rng.bits() as u32 & ((1 << width) - 1)),
        }
    }
    (word, letters)
}

/// State before an instruction.
#[derive(Default)]
struct State {
    /// By number: x0 to x31, f0 to f31 from 32.
    registers: BTreeMap<u32, u64>,
    frm: u64,
    cell: Option<u64>,
}

impl State {
    fn show(&self, xlen: u32) -> String {
        let mut items = Vec::new();
        for (&number, &value) in &self.registers {
            items.push(format!(
                "{} = {:#x}",
                register_name(number),
                if number < 32 { wrap(value, xlen) } else { value }
            ));
        }
        if self.frm != 0 {
            items.push(format!("frm = {}", self.frm));
        }
        items.extend(self.cell.map(|value| format!("[{CELL:#x}]:8 = {value:#x}")));
        items.join(", ")
    }
}

fn register_name(number: u32) -> &'static str {
    if number < 32 { X[number as usize] } else { F[number as usize - 32] }
}

fn wrap(value: u64, xlen: u32) -> u64 {
    if xlen == 32 { value & 0xffff_ffff } else { value }
}

/// Fills what the instruction may read.
fn before(
    row: &Row,
    text: &str,
    word: u32,
    letters: &BTreeMap<char, u32>,
    xlen: u32,
    nth: usize,
    rng: &mut Rng,
) -> State {
    let mut state = State::default();
    let float_sources = match row.format {
        "Fr" | "Fr4" | "Ff" | "Fr1" | "Fcmp" | "Fx" | "Fx0" => "stu",
        "Fs" | "Cfsd" | "Cfsdsp" | "Cfsw" | "Cfswsp" => "t",
        _ => "",
    };
    for (&letter, &number) in letters {
        if float_sources.contains(letter) {
            state.registers.insert(number + 32, float_value(row.name, nth, rng));
        } else if letter != 'd' || row.bytes == 2 && row.format != "Cfld" && row.format != "Cflw" {
            state.registers.insert(number, integer_value(row.name, nth, rng));
        }
    }
    if row.name.ends_with("sp") || row.name.ends_with("spn") {
        state.registers.insert(2, RAM + 0x3000);
    }
    let base = letters.get(&'s').copied().unwrap_or(2);
    if row.name == "jalr" || row.name == "c.jr" || row.name == "c.jalr" {
        state.registers.insert(base, RAM + 0x4000 + rng.below(0x1000));
    } else if let Some((offset, _)) = text.rsplit([' ', ',']).next().and_then(|operand| operand.split_once('(')) {
        let offset = offset.parse::<i64>().unwrap_or(0);
        state.registers.insert(base, CELL.wrapping_sub(offset as u64));
        state.cell = Some(rng.bits());
    }
    let branches = ["beq", "bne", "bge", "bgeu"];
    if branches.contains(&row.name) && nth == 1 {
        let value = state.registers[&letters[&'s']];
        state.registers.insert(letters[&'t'], value);
    }
    if row.format.starts_with('F') && row.pattern.contains('m') && word >> 12 & 7 == 7 || row.format == "Xf" && nth == 0
    {
        state.frm = rng.below(5);
    }
    for (number, value) in &mut state.registers {
        if *number < 32 {
            *value = wrap(*value, xlen);
        }
    }
    state
}

fn integer_value(name: &str, nth: usize, rng: &mut Rng) -> u64 {
    const CORNERS: [u64; 10] =
        [0, 1, u64::MAX, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff_8000_0000, i64::MAX as u64, 1 << 63, 0xffff_ffff, 0x80];
    let corners = if name.starts_with("div") || name.starts_with("rem") { 70 } else { 40 };
    match rng.chance(corners) && nth == 1 {
        true => *rng.pick(&CORNERS),
        false if rng.chance(30) => rng.below(256),
        false => rng.bits(),
    }
}

/// A value in the format that the instruction reads, NaN-boxed most of the time.
fn float_value(name: &str, nth: usize, rng: &mut Rng) -> u64 {
    let (width, exponent) = match name.rsplit('.').next() {
        Some("h") => (16, 5),
        Some("s") => (32, 8),
        _ => (64, 11),
    };
    let fraction = width - 1 - exponent;
    let ones = (1u64 << exponent) - 1;
    let quiet = 1 << (fraction - 1);
    let infinity = ones << fraction;
    let sign = (rng.bits() & 1) << (width - 1);
    let random = rng.bits() & ((1 << fraction) - 1);
    let magnitude = if nth == 1 && rng.chance(50) {
        let corners = [0, 1, random, 1 << fraction, infinity - 1, infinity, infinity | quiet, infinity | random | 1];
        *rng.pick(&corners)
    } else {
        ((ones >> 1) - 3 + rng.below(8)) << fraction | random
    };
    match width {
        64 => sign | magnitude,
        _ if nth == 1 && rng.chance(8) => sign | magnitude,
        _ => u64::MAX << width | sign | magnitude,
    }
}

/// The programs that are asked.
struct Witness {
    spike: PathBuf,
    spike_version: String,
    objdump_version: String,
    folder: PathBuf,
}

impl Witness {
    fn new() -> Result<Self, String> {
        let spike = spike::find()?;
        let first_line = |program: &Path, argument: &str| -> Result<String, String> {
            let output = Command::new(program).arg(argument).output();
            let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
            let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            Ok(text.lines().next().unwrap_or_default().to_owned())
        };
        let spike_version = first_line(&spike, "--help")?.replace("RISC-V ISA Simulator ", "");
        let objdump_version = first_line(Path::new("riscv64-unknown-elf-objdump"), "--version")?;
        let folder = std::env::temp_dir().join(format!("make-vectors-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        Ok(Witness { spike, spike_version, objdump_version, folder })
    }

    /// What objdump prints for a word, if it takes it for an instruction of this row.
    fn text(&self, row: &Row, word: u32, letters: &BTreeMap<char, u32>, xlen: u32) -> Result<Option<String>, String> {
        if row.needs.any == Ext::ZICOND {
            // Binutils 2.40 does not have it: the manual's own syntax.
            let operand = |letter| X[letters[&letter] as usize];
            return Ok(Some(format!("{} {},{},{}", row.name, operand('d'), operand('s'), operand('t'))));
        }
        let (source, object) = (self.folder.join("word.s"), self.folder.join("word.o"));
        std::fs::write(&source, format!(".insn {}, {word:#x}\n", row.bytes)).map_err(|error| error.to_string())?;
        let crypto = if row.needs.any.intersects(Ext::ZBKB | Ext::ZBKX) && !row.needs.any.intersects(Ext::ZBB) {
            "_zbkb_zbkx"
        } else {
            ""
        };
        let isa = format!("rv{xlen}gc_zicbom_zicboz_zfh_zba_zbb_zbc{crypto}_zbs_svinval");
        run(Command::new("riscv64-unknown-elf-as").arg(format!("-march={isa}")).arg("-o").arg(&object).arg(&source))?;
        let objdump = ["-d", "-M", "no-aliases", "--adjust-vma=0x80001000"];
        let listing = run(Command::new("riscv64-unknown-elf-objdump").args(objdump).arg(&object))?;
        let line = listing.lines().last().unwrap_or_default();
        let mut columns = line.split('\t').skip(2);
        let (name, operands) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        // Without what it says of symbols.
        let operands = operands.split([' ', '<', '#']).next().unwrap_or_default();
        let text = if operands.is_empty() { name.to_owned() } else { format!("{name} {operands}") };
        let plain = [".aqrl", ".aq", ".rl"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
        Ok((plain == row.name).then_some(text))
    }

    /// Runs the instruction on Spike: state after, as far as it has changed.
    fn run(&self, row: &Row, word: u32, before: &State, xlen: u32) -> Result<String, String> {
        let mut image = vec![0; (POOL - RAM) as usize + 0x1000];
        let mut put = |at: u64, bytes: &[u8]| image[(at - RAM) as usize..][..bytes.len()].copy_from_slice(bytes);
        for (nth, word) in [csrrs(5, 0x342, 0), csrrs(6, 0x343, 0), csrrs(7, 0x341, 0), 0x6f].into_iter().enumerate() {
            put(HANDLER + 4 * nth as u64, &word.to_le_bytes());
        }
        put(CODE, &word.to_le_bytes()[..row.bytes as usize]);
        put(CELL, &before.cell.unwrap_or(0).to_le_bytes());
        // x31 is the pool's address, x30 serves as a scratch register; no vector uses them.
        let mut pool = vec![HANDLER, CODE, before.frm << 5];
        let mut code = vec![auipc(31, 0x10)];
        code.extend([load_x(xlen, 30, 31, 0), csrrw(0, 0x305, 30), lui(30, 6), csrrs(0, 0x300, 30)]);
        code.extend([load_x(xlen, 30, 31, 16), csrrw(0, 3, 30), addi(30, 0, 0)]);
        for (&number, &value) in &before.registers {
            let offset = 8 * pool.len() as i32;
            pool.push(value);
            code.push(if number < 32 { load_x(xlen, number, 31, offset) } else { i(0x07, 3, number - 32, 31, offset) });
        }
        code.extend([load_x(xlen, 30, 31, 8), jalr(0, 30, 0)]);
        code.iter().enumerate().for_each(|(nth, word)| put(ENTRY + 4 * nth as u64, &word.to_le_bytes()));
        pool.iter().enumerate().for_each(|(nth, value)| put(POOL + 8 * nth as u64, &value.to_le_bytes()));

        let (file, log) = (self.folder.join("word.elf"), self.folder.join("word.log"));
        let isa = format!("rv{xlen}gc_zfh_zicbom_zicboz_zicntr_zba_zbb_zbkb_zbkx_zbc_zbs_zicond_zicclsm");
        let mut elf = elf::write(xlen, RAM, &image, &[]);
        // The entry is not where the image begins.
        elf[24..28].copy_from_slice(&(ENTRY as u32).to_le_bytes());
        std::fs::write(&file, elf).map_err(|error| error.to_string())?;
        // Spike ends a slice of 5000 instructions at a trap: the first slice ends at ours, the second sees the handler.
        let limit = "--instructions=5040".to_owned();
        let ram = format!("-m{RAM:#x}:{RAM_BYTES:#x}");
        run(Command::new(&self.spike)
            .args([&format!("--isa={isa}"), &ram, &limit, "--log-commits"])
            .arg(format!("--log={}", log.display()))
            .arg(&file))?;
        let log = std::fs::read_to_string(&log).map_err(|error| error.to_string())?;
        let lines: Vec<Line> = log.lines().filter_map(Line::parse).collect();
        let pc = |line: &Line| line.pc().map(|pc| wrap(pc, xlen));
        let start = lines.iter().position(|line| pc(line) == Some(ENTRY)).ok_or("Spike did not run the program")?;
        let lines = &lines[start + code.len()..];
        let handled = |number: &str| {
            let prefix = format!("{number} 0x");
            let item = lines.iter().filter(|line| pc(line).is_some_and(|pc| (HANDLER..HANDLER + 16).contains(&pc)));
            let mut item = item.flat_map(|line| &line.items);
            item.find_map(|item| u64::from_str_radix(item.strip_prefix(&prefix)?, 16).ok())
        };
        let first = lines.first().ok_or("Spike ran too little")?;
        if pc(first) != Some(CODE) {
            let (cause, tval) = (handled("x5").ok_or("no cause")?, handled("x6").ok_or("no tval")?);
            return Ok(format!("trap {cause} {tval:#x}"));
        }
        after(row, first, before, xlen, || match lines.get(1).and_then(pc) {
            Some(HANDLER) => handled("x7"),
            other => other,
        })
    }
}

/// What a line of Spike's log says has changed.
fn after(row: &Row, line: &Line, before: &State, xlen: u32, next: impl Fn() -> Option<u64>) -> Result<String, String> {
    let mut items = Vec::new();
    let mut cell = before.cell.unwrap_or(0).to_le_bytes();
    for item in &line.items {
        let mut words = item.split(' ');
        let (name, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let number =
            |text: &str| u64::from_str_radix(text.trim_start_matches("0x"), 16).map_err(|_| format!("{item:?}"));
        if name == "mem" {
            if let Some(stored) = words.next() {
                let at = (wrap(number(value)?, xlen) - CELL) as usize;
                let bytes = (stored.len() - 2) / 2;
                cell[at..at + bytes].copy_from_slice(&number(stored)?.to_le_bytes()[..bytes]);
            }
        } else if name.starts_with("c1_") {
            items.push(format!("fflags = {:#x}", number(value)?));
        } else if let Some((kind @ ('x' | 'f'), digits)) =
            name.split_at_checked(1).and_then(|(k, d)| Some((k.chars().next()?, d)))
        {
            let register = digits.parse::<u32>().map_err(|_| format!("{item:?}"))? + if kind == 'f' { 32 } else { 0 };
            items.push(format!("{} = {:#x}", register_name(register), number(value)?));
        }
    }
    let cell = u64::from_le_bytes(cell);
    if before.cell.is_some_and(|old| old != cell) {
        items.push(format!("[{CELL:#x}]:8 = {cell:#x}"));
    }
    items.sort();
    let next = next().ok_or("Spike does not say where it went on")?;
    if next != CODE + u64::from(row.bytes) {
        let offset = next.wrapping_sub(CODE) as i64;
        items.push(match (row.format, offset < 0) {
            ("Jr" | "Cjr" | "Cjalr", _) => format!("pc = {next:#x}"),
            (_, false) => format!("pc = +{offset:#x}"),
            (_, true) => format!("pc = -{:#x}", -offset),
        });
    }
    Ok(items.join(", "))
}

/// Runs a program that must succeed: what it printed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}
