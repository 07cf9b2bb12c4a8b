//! Vectors of integers at the ends of their range, equal ones among them: both engines leave the same. What the interpreter leaves is
//! what QEMU does (`recorded.txt`).

use super::new_machine;
use super::numbers::{load, run};
use emu_core::aarch64::table::TABLE;
use guest_tests::engines::Engine;
use std::fmt::Write;

/// Operands in registers 1 and 2, the result in register 3, which may be an operand too.
const FORMATS: [&str; 14] = [
    "Same",
    "SameNarrow",
    "SameHs",
    "SameB",
    "Longer",
    "LongerHs",
    "Wide",
    "Narrower",
    "Each",
    "EachNarrow",
    "EachZero",
    "PairsLong",
    "Narrowed",
    "Across",
];

/// Lanes of a width: zero, one, ones, the ends, something else.
fn ends(bits: u32) -> [u64; 6] {
    let ones = u64::MAX >> (64 - bits);
    [0, 1, ones, ones >> 1, (ones >> 1) + 1, 0x5a5a_a5a5_1234_9876 & ones]
}

fn vector(bits: u32, first: usize, step: usize) -> [u64; 2] {
    let lanes = 64 / bits;
    [0, lanes].map(|half| {
        (0..lanes).fold(0, |all, i| all | ends(bits)[(first + step * (half + i) as usize) % 6] << (i * bits))
    })
}

#[test]
fn the_ends_of_integers() {
    let mut machines = [Engine::Interp, Engine::Eager].map(new_machine);
    let decoder = emu_core::aarch64::decode::Decoder::new(emu_core::aarch64::feature::Cpu::Max.features());
    let (mut words, mut wrong) = (0, String::new());
    let rows = TABLE.iter().enumerate().filter(|(_, row)| row.module == "simd" && FORMATS.contains(&row.format));
    for (number, row) in rows {
        for (size, q) in (0..4_u32).flat_map(|size| [(size, 0), (size, 1)]) {
            let word = row.value | (3 | 1 << 5 | 2 << 16 | size << 22 | q << 30) & !row.mask;
            if decoder.find(word).is_none_or(|(found, _)| found != number) || word >> 22 & 3 != size {
                continue;
            }
            machines.iter().for_each(|machine| load(machine, word));
            words += 1;
            for (i, j) in (0..6).flat_map(|i| (0..6).map(move |j| (i, j))) {
                let bits = 8 << size;
                let before = [vector(bits, i, 1), vector(bits, j, 1 + i % 2), vector(bits, i + j, 5)];
                let [expected, got] = machines.each_mut().map(|machine| run(machine, before, 0));
                if expected != got && wrong.len() < 2000 {
                    let name = format!("{} {} {word:#010x}", row.name, row.format);
                    let _ = writeln!(wrong, "{name}, {before:x?}: {expected:x?}, translated {got:x?}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(words > 400, "only {words} words");
}
