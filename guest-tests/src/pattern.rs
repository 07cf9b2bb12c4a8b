//! Operand fields of instruction words, by the letters of the table's bit patterns.

/// The bits of a pattern that hold `letter`, lowest first.
fn positions(pattern: &str, letter: u8) -> Vec<u32> {
    let bits = pattern.bytes().filter(|&b| b != b' ').rev().enumerate();
    bits.filter(|&(_, b)| b == letter).map(|(at, _)| at as u32).collect()
}

/// The letters of a pattern, each once.
pub fn letters(pattern: &str) -> Vec<u8> {
    let mut letters: Vec<u8> = pattern.bytes().filter(u8::is_ascii_lowercase).collect();
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// Puts the lowest bits of `value` where `letter` stands.
pub fn set_field(pattern: &str, letter: u8, value: u32, word: &mut u32) {
    for (from, to) in positions(pattern, letter).into_iter().enumerate() {
        *word = *word & !(1 << to) | (value >> from & 1) << to;
    }
}

/// The bits where `letter` stands.
pub fn field(pattern: &str, letter: u8, word: u32) -> u32 {
    positions(pattern, letter).into_iter().enumerate().fold(0, |value, (to, from)| value | (word >> from & 1) << to)
}
