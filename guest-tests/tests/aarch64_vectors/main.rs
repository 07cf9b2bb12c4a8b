//! Floating point and Advanced SIMD of AArch64 against QEMU and binutils. `recorded.txt` has words of every row, what
//! `objdump` prints for each, and a digest of the state that QEMU 7.2 leaves after it, from 24 states with all kinds of
//! numbers and settings of FPCR: general and vector registers, NZCV, FPSR, memory. Here both engines do the same.
//! `record` makes the file anew; it asks this test for words (`A64_WORDS=1`).

mod integers;
mod numbers;

use emu_core::aarch64::fp::{fpsr, set_fpcr, set_fpsr};
use emu_core::aarch64::slots::{high, src, v};
use emu_core::aarch64::state::{AArch64, Config};
use emu_core::aarch64::table::TABLE;
use emu_core::aarch64::{flags, machine};
use emu_core::hart::Hart;
use emu_core::isa::Place;
use emu_core::machine::Machine;
use emu_devices::board::{Description, Options, RamEntry, spike};
use emu_devices::console::Console;
use emu_mem::GuestPhys;
use guest_tests::a64::generate::is_wrong_on_witness;
use guest_tests::engines::Engine;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Where the instruction stands.
const CODE: u64 = 0x4000_1000;
/// Where exceptions go: to a loop.
const VECTORS: u64 = 0x4000_2000;
/// Where memory operands are, about.
const DATA: u64 = 0x5000_8000;
/// Words of memory that are looked at, around [`DATA`].
const WINDOW: u64 = 384;
/// States that each word starts from.
const STATES: u64 = 24;
/// Words of each row.
const WORDS: usize = 3;
/// BRK #1.
const BRK: u32 = 0xd420_0020;
/// A branch to itself.
const LOOP: u32 = 0x1400_0000;

struct Bits(u64);

impl Bits {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn number(&mut self, format: usize) -> u64 {
        let (exponent_bits, fraction_bits) = [(5, 10), (8, 23), (11, 52)][format];
        let largest = (1u64 << exponent_bits) - 1;
        let bias = largest >> 1;
        let (choice, mut fraction) = (self.next(), self.next());
        let exponent = match choice & 7 {
            0 => 0,
            1 => choice >> 8 & 3,
            2 => largest - (choice >> 8 & 1),
            3 => bias + (choice >> 8 & 31),
            _ => bias + 2 - (choice >> 8 & 3),
        };
        match choice >> 4 & 3 {
            0 => fraction = 0,
            1 => fraction <<= fraction_bits - 3,
            _ => {}
        }
        (choice >> 40 & 1) << (exponent_bits + fraction_bits)
            | exponent << fraction_bits
            | (fraction & ((1 << fraction_bits) - 1))
    }

    fn half(&mut self) -> u64 {
        const ENDS: [u64; 8] = [0, 1, 0x7f, 0x80, 0xff, 0, 2, 0xfe];
        let choice = self.next();
        match choice % 5 {
            0 => self.next(),
            1 => (0..4).fold(0, |v, i| v | self.number(0) << (16 * i)),
            2 => (0..2).fold(0, |v, i| v | self.number(1) << (32 * i)),
            3 => self.number(2),
            _ => {
                let choice = self.next();
                (0..8).fold(0, |v, i| v | ENDS[(choice >> (3 * i) & 7) as usize] << (8 * i))
            }
        }
    }
}

fn fold(digest: u64, value: u64) -> u64 {
    (digest ^ value).wrapping_mul(0x100_0000_01b3)
}

fn new_machine(engine: Engine) -> Machine<AArch64> {
    let ram = vec![RamEntry { name: "ram".into(), base: 0x4000_0000, size: 0x1010_0000 }];
    let board = Description { device_tree: false, ram, devices: Vec::new(), ..spike::description() };
    let board = board.build(&Options::new(Console::captured())).expect("a board of RAM");
    let mut machine = machine(board, Config::default(), "");
    engine.install(&mut machine);
    let hart = &machine.harts()[0];
    for at in (VECTORS..VECTORS + 0x800).step_by(0x80) {
        put(hart, at, &LOOP.to_le_bytes());
    }
    hart.arch.registers.cpacr_el1.set(3 << 20);
    machine
}

fn put(hart: &Hart<AArch64>, at: u64, bytes: &[u8]) {
    hart.memory.write_bytes(GuestPhys(at), bytes).expect("it has memory there");
}

/// What the witness prints for a word.
fn digest(machine: &mut Machine<AArch64>, word: u32) -> u64 {
    let code: Vec<u8> = [word, BRK].into_iter().flat_map(u32::to_le_bytes).collect();
    put(&machine.harts()[0], CODE, &code);
    machine.harts()[0].code_changed();
    let memory = word >> 25 & 5 == 4;
    let window = DATA - 8 * WINDOW / 2;
    let mut digest = 0xcbf2_9ce4_8422_2325;
    for k in 0..STATES {
        let mut bits = Bits(u64::from(word) << 16 | k);
        let hart = &machine.harts()[0];
        AArch64::reset(hart, CODE);
        hart.arch.registers.of_level(1).vbar.set(VECTORS);
        for i in 0..28 {
            let (n, by) = (bits.next(), bits.next());
            let value = match memory {
                true if i < 14 => DATA + (n & 31),
                true => n & 15,
                false => n >> (by & 63),
            };
            hart.slots.set(src(i), value);
        }
        for i in 0..32 {
            hart.slots.set(v(i), bits.half());
            hart.slots.set(high(v(i)), bits.half());
        }
        flags::set_nzcv(hart, bits.next() & 15);
        let setting = bits.next();
        let fpcr = (setting & 1) << 19 | (setting >> 1 & 31) << 22;
        set_fpcr(hart, if k % 3 == 0 { 0 } else { fpcr });
        set_fpsr(hart, 0);
        if memory {
            let bytes: Vec<u8> = (0..WINDOW).flat_map(|_| bits.next().to_le_bytes()).collect();
            put(hart, window, &bytes);
        }
        machine.run(8);
        let hart = &machine.harts()[0];
        let level = hart.arch.registers.of_level(1);
        if level.elr.get() == CODE {
            digest = fold(digest, 1);
            continue;
        }
        assert_eq!(level.elr.get(), CODE + 4, "{word:#010x} goes on with the next instruction");
        digest = (0..28).fold(digest, |digest, i| fold(digest, hart.slots.get(src(i))));
        for i in 0..32 {
            digest = fold(fold(digest, hart.slots.get(v(i))), hart.slots.get(high(v(i))));
        }
        digest = fold(fold(digest, level.spsr.get() & 0xf000_0000), fpsr(hart));
        if memory {
            let mut bytes = vec![0; 8 * WINDOW as usize];
            hart.memory.read_bytes(GuestPhys(window), &mut bytes).expect("it has memory there");
            let words = bytes.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().expect("eight bytes")));
            digest = words.fold(digest, fold);
        }
        if std::env::var("A64_STATES").is_ok_and(|wanted| wanted == format!("{word:08x}")) {
            let mut line = format!("{word:08x} {k} nzcv {:x} fpsr {:x}", level.spsr.get() & 0xf000_0000, fpsr(hart));
            for i in 0..32 {
                let _ = write!(line, " {:016x}{:016x}", hart.slots.get(high(v(i))), hart.slots.get(v(i)));
            }
            println!("{line}");
        }
    }
    digest
}

/// The rows of floating point and Advanced SIMD, by number.
fn rows() -> impl Iterator<Item = usize> {
    let modules = ["float", "simd", "simd_float", "simd_load_store"];
    // Of literals the memory is where the code is: random code has them.
    let left_out = |n: usize| TABLE[n].format == "VLiteral" || is_wrong_on_witness(&TABLE[n]);
    (0..TABLE.len()).filter(move |&n| modules.contains(&TABLE[n].module) && !left_out(n))
}

/// Words of all rows. Registers that the witness needs for itself are not touched, and memory operands are where memory is.
fn words() -> Vec<u32> {
    let machine = new_machine(Engine::Interp);
    let decoder = &machine.harts()[0].arch.decoder;
    let mut bits = Bits(0x5eed);
    let mut words = Vec::new();
    for n in rows() {
        let row = &TABLE[n];
        let mut found = 0;
        for _ in 0..10_000 {
            let mut word = row.value | bits.next() as u32 & !row.mask;
            let memory = word >> 25 & 5 == 4;
            if memory {
                // Offsets are small, bases the lower registers, indices the upper ones, or none.
                if word >> 24 & 1 == 1 && word >> 28 & 3 == 3 {
                    word &= !(0xfc0 << 10);
                }
                let index = word >> 16 & 31;
                let post = word >> 24 & 0xbf == 0x0d && row.mask >> 16 & 31 == 0;
                if word >> 5 & 31 >= 14 || row.format.ends_with("Reg") && !(14..28).contains(&index) {
                    continue;
                }
                let steps = row.format.contains("Post") && row.module == "simd_load_store" && word >> 28 & 3 == 0;
                if (post || steps) && index != 31 && !(14..28).contains(&index) {
                    continue;
                }
            }
            let reserved = |at: u32| row.mask >> at & 31 != 31 && (28..31).contains(&(word >> at & 31));
            if reserved(0) || reserved(5) || reserved(16) || decoder.find(word).is_none_or(|(number, _)| number != n) {
                continue;
            }
            words.push(word);
            found += 1;
            if found == WORDS {
                break;
            }
        }
        assert!(found > 0, "{}: no word found", row.name);
    }
    words
}

/// What differs from what is recorded; of each row so many words are tried.
fn differences(engine: Engine, words_of_a_row: usize) -> String {
    let mut machine = new_machine(engine);
    let (mut seen, mut wrong) = (BTreeMap::<usize, usize>::new(), String::new());
    for line in include_str!("recorded.txt").lines() {
        let (word, rest) = line.split_once(' ').expect("word, digest, text");
        let (recorded, text) = rest.split_once(' ').expect("word, digest, text");
        let word = u32::from_str_radix(word, 16).expect("a word");
        let Some((number, operands)) = machine.harts()[0].arch.decoder.find(word) else {
            let _ = writeln!(wrong, "{word:08x} {text}: undefined");
            continue;
        };
        let count = seen.entry(number).or_default();
        *count += 1;
        if *count > words_of_a_row {
            continue;
        }
        let shown = TABLE[number].text(&operands, Place { pc: CODE, bits: 64 }).to_string();
        if shown.split_whitespace().ne(text.split_whitespace()) {
            let _ = writeln!(wrong, "{word:08x} {text}: shown as {shown}");
        }
        if format!("{:016x}", digest(&mut machine, word)) != recorded {
            let _ = writeln!(wrong, "{word:08x} {text}: state differs");
        }
    }
    for n in rows().filter(|n| !seen.contains_key(n)) {
        let _ = writeln!(wrong, "{}: no word recorded", TABLE[n].name);
    }
    wrong
}

#[test]
fn the_interpreter_agrees_with_qemu_and_objdump() {
    if std::env::var_os("A64_WORDS").is_some() {
        words().iter().for_each(|word| println!("{word:08x}"));
        return;
    }
    let wrong = differences(Engine::Interp, WORDS);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn translated_code_agrees_with_qemu() {
    let wrong = differences(Engine::Eager, 1);
    assert!(wrong.is_empty(), "{wrong}");
}
