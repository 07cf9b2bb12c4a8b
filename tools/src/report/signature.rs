//! Signatures of architecture tests: a stretch of guest memory as 32-bit words in hexadecimal, one a line, and the comparison
//! with a reference of the same form.

use std::fmt::Write;

/// Bytes in one line of a signature.
const WORD_BYTES: usize = 4;

/// The text of a signature: each line a little-endian word. A last word that is not whole is filled up with zeros.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() / WORD_BYTES * 9);
    for word in words(bytes) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{word:08x}");
    }
    text
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks(WORD_BYTES).map(|chunk| {
        let mut word = [0; WORD_BYTES];
        word[..chunk.len()].copy_from_slice(chunk);
        u32::from_le_bytes(word)
    })
}

/// Compares a signature with the text of a reference file. `#` begins a comment, empty lines do not count, and a line may hold
/// a longer word (8 or 16 bytes), written as one number.
///
/// # Errors
///
/// The first difference, in words.
pub(crate) fn compare(bytes: &[u8], reference: &str) -> Result<(), String> {
    let expected = parse(reference)?;
    let found: Vec<u32> = words(bytes).collect();
    for (position, (have, want)) in found.iter().zip(&expected).enumerate() {
        if have != want {
            let offset = position * WORD_BYTES;
            return Err(format!(
                "signature word {position} (begin_signature+{offset:#x}) is {have:08x}, reference {want:08x}"
            ));
        }
    }
    if found.len() == expected.len() {
        Ok(())
    } else {
        Err(format!("the signature has {} words, its reference {}", found.len(), expected.len()))
    }
}

fn parse(reference: &str) -> Result<Vec<u32>, String> {
    let mut words = Vec::new();
    for (number, line) in reference.lines().enumerate() {
        let digits = line.split('#').next().unwrap_or_default().trim();
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        if digits.is_empty() {
            continue;
        }
        let wrong = || format!("line {} of the reference is no hexadecimal number: {line:?}", number + 1);
        let value = u128::from_str_radix(digits, 16).map_err(|_| wrong())?;
        // The number of digits says how many words the line holds; the last one is the lowest in memory.
        for word in 0..digits.len().div_ceil(8) {
            words.push((value >> (32 * word)) as u32);
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_little_endian() {
        assert_eq!(text(&[0x78, 0x56, 0x34, 0x12, 1]), "12345678\n00000001\n");
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn comments_empty_lines_and_long_words_are_understood() {
        let bytes = [0x78, 0x56, 0x34, 0x12, 1, 0, 0, 0, 2, 0, 0, 0];
        assert_eq!(compare(&bytes, "# head\n12345678 # first\n\n00000001\n00000002\n"), Ok(()));
        assert_eq!(compare(&bytes, "0x12345678\n0000000200000001\n"), Ok(()));
    }

    #[test]
    fn the_first_difference_is_named() {
        let bytes = [1, 0, 0, 0, 2, 0, 0, 0];
        let text = compare(&bytes, "00000001\n00000003\n").expect_err("different");
        assert_eq!(text, "signature word 1 (begin_signature+0x4) is 00000002, reference 00000003");
        let text = compare(&bytes, "00000001\n").expect_err("shorter");
        assert_eq!(text, "the signature has 2 words, its reference 1");
        let text = compare(&bytes, "0000000g").expect_err("no number");
        assert!(text.starts_with("line 1 of the reference"), "{text}");
        assert!(compare(&bytes, "").is_err(), "an empty reference agrees with nothing");
    }
}
