//! `aarch64-linux-gnu-objdump` as a witness of the disassembler.

use super::witness::run;
use std::process::Command;

const REMEDY: &str = "apt install binutils-aarch64-linux-gnu";

/// What it is.
///
/// # Errors
/// It is not there.
pub fn version() -> Result<String, String> {
    let text = run(Command::new("aarch64-linux-gnu-objdump").arg("--version"), REMEDY)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// What it prints for words that stand one after the other at `at` each: name, space, operands, without aliases and comments.
///
/// # Errors
/// It does not run.
pub fn texts(words: &[u32], at: u64) -> Result<Vec<String>, String> {
    let file = std::env::temp_dir().join(format!("a64-words-{}.bin", std::process::id()));
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    std::fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut objdump = Command::new("aarch64-linux-gnu-objdump");
    objdump.args(["-D", "-b", "binary", "-m", "aarch64", "-M", "no-aliases", "-z"]).arg(&file);
    let listing = run(&mut objdump, REMEDY);
    let _ = std::fs::remove_file(&file);
    let texts: Vec<_> = listing?.lines().filter_map(text).collect();
    if texts.len() != words.len() {
        return Err(format!("objdump prints {} lines for {} words", texts.len(), words.len()));
    }
    Ok(texts.into_iter().enumerate().map(|(n, text)| moved(&text, 4 * n as u64, at)).collect())
}

/// The instruction of a line.
fn text(line: &str) -> Option<String> {
    let mut columns = line.split('\t').skip(1);
    let word = columns.next()?.trim();
    if word.len() != 8 {
        return None;
    }
    let name = columns.next()?.trim();
    let operands = columns.next().unwrap_or_default();
    let operands = operands.split("//").next().unwrap_or_default().split(" <").next().unwrap_or_default().trim();
    Some(if operands.is_empty() { name.to_owned() } else { format!("{name} {operands}") })
}

/// With the address at its end, `0x1234` in a file without symbols, as for an instruction at `to` and not at `from`.
fn moved(text: &str, from: u64, to: u64) -> String {
    let Some((rest, last)) = text.rsplit_once(' ') else { return text.to_owned() };
    match last.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
        Some(address) => {
            // ADRP counts pages.
            let page = if text.starts_with("adrp") { !0xfff } else { !0 };
            format!("{rest} {:x}", address.wrapping_sub(from & page).wrapping_add(to & page))
        }
        None => text.to_owned(),
    }
}
