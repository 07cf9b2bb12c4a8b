//! What QEMU logs with `-d exec,cpu,fpu` and one instruction in each translated block: read here, and nothing run.
//!
//! A block of lines shows where the next instruction is and all registers before it. Whether it came to be executed, and what
//! it did, stands in the block behind.

use crate::random::is_vector;
use crate::states::{CSRS, FIRST_CSR, Retired, Snapshot, word_at};

/// The state before an instruction, which may not have come to be executed.
#[derive(Debug)]
pub(super) struct Begun {
    mode: u8,
    pc: u64,
    before: Snapshot,
}

/// A block that is being read, and which of its registers have been seen.
struct Block {
    begun: Begun,
    seen: u128,
}

/// CSRs that only RV32 has.
const HALVES: [&str; 1] = ["mstatush"];

/// How lines begin that say why an instruction begins again.
const NOTICES: [&str; 2] = ["Stopped execution of TB chain before ", "cpu_io_recompile: "];

/// What a line says that is not as QEMU 7.2 writes it, and where: in line `at`, counted from 0.
fn error(at: usize, line: &str, what: &str) -> String {
    let start: String = line.chars().take(60).collect();
    format!("QEMU's log, line {}: {what}: {start:?}", at + 1)
}

/// Reads a log; of one that is not `whole` all but its last block, which may be cut off.
///
/// # Errors
/// A text that names the line, if it is none of QEMU's.
pub(super) fn parse(text: &str, whole: bool, xlen: u32) -> Result<Vec<Begun>, String> {
    let text = if whole { text } else { &text[..text.rfind("Trace ").unwrap_or(0)] };
    let mut all = Vec::new();
    let mut open: Option<Block> = None;
    let mut last = 0;
    for (at, line) in text.lines().enumerate() {
        let wrong = |what: &str| error(at, line, what);
        last = at;
        if let Some(rest) = line.strip_prefix("Trace ") {
            if let Some(block) = open.take() {
                all.push(block.close(xlen).map_err(|what| wrong(&what))?);
            }
            open = Some(Block::open(rest).ok_or_else(|| wrong("not [cs_base/pc/flags/cflags]"))?);
        } else if line.starts_with(' ') {
            let block = open.as_mut().ok_or_else(|| wrong("registers before the first block"))?;
            block.registers(line).map_err(|what| wrong(&what))?;
        } else if !NOTICES.iter().any(|notice| line.starts_with(notice)) {
            return Err(wrong("neither a block's first line nor registers"));
        }
    }
    if let Some(block) = open {
        all.push(block.close(xlen).map_err(|what| error(last, "", &what))?);
    }
    Ok(all)
}

fn number(text: &str) -> Option<u64> {
    // Digits only: `from_str_radix` takes a sign too.
    text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u64::from_str_radix(text, 16).ok())?
}

/// The register's number in `10/a0`, what stands behind `x` or `f`.
fn register(rest: &str) -> Option<usize> {
    let digits = rest.split('/').next()?;
    digits.parse().ok().filter(|register| *register < 32 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Block {
    /// `0: 0x7f.. [cs_base/pc/flags/cflags] symbol`; the lowest bits of the flags are the mode for data, which is the mode
    /// for code while MPRV is off.
    fn open(line: &str) -> Option<Block> {
        let fields = line.split_once('[')?.1.split_once(']')?.0.split('/');
        let fields: Vec<u64> = fields.map(number).collect::<Option<_>>()?;
        let &[_, pc, flags, _] = &fields[..] else { return None };
        let begun = Begun { mode: (flags & 3) as u8, pc, before: Snapshot([0; _]) };
        Some(Block { begun, seen: 0 })
    }

    /// Names and values in turn. Those of registers that are not compared are passed over.
    fn registers(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split_ascii_whitespace();
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} has no value"))?;
            let value = number(value).ok_or_else(|| format!("{name}'s value is no number"))?;
            let slot = if name == "pc" {
                if value != self.begun.pc {
                    return Err("pc is not the block's".into());
                }
                None
            } else if name.contains('/') {
                let (first, rest) = match (name.strip_prefix('x'), name.strip_prefix('f')) {
                    (Some(rest), _) => (0, rest),
                    (_, Some(rest)) => (32, rest),
                    _ => return Err(format!("{name} is no register")),
                };
                Some(first + register(rest).ok_or_else(|| format!("{name} is no register"))?)
            } else {
                CSRS.iter().position(|(csr, _)| *csr == name).map(|at| FIRST_CSR + at)
            };
            if let Some(slot) = slot {
                self.begun.before.0[slot] = value;
                self.seen |= 1 << slot;
            }
        }
        Ok(())
    }

    /// The state, if all of it has been seen.
    fn close(self, xlen: u32) -> Result<Begun, String> {
        let missing = (0..FIRST_CSR + CSRS.len()).find(|slot| {
            let half = slot.checked_sub(FIRST_CSR).is_some_and(|at| HALVES.contains(&CSRS[at].0));
            self.seen >> slot & 1 == 0 && !(half && xlen == 64)
        });
        match missing {
            None => Ok(self.begun),
            Some(slot @ 0..32) => Err(format!("the block before lacks x{slot}")),
            Some(slot @ 32..FIRST_CSR) => Err(format!("the block before lacks f{}", slot - 32)),
            Some(slot) => Err(format!("the block before lacks {}", CSRS[slot - FIRST_CSR].0)),
        }
    }
}

/// Of the instructions that were begun, those that retired: not the ones that trapped, nor the ones that an interrupt or the
/// end of a time slice kept from being executed. The last one, which ends the run, has no state after it.
pub(super) fn retired(begun: &[Begun], image: &[u8]) -> Vec<Retired> {
    let value = |state: &Begun, name: &str| {
        let at = CSRS.iter().position(|(csr, _)| *csr == name).expect("it is in the list");
        state.before.0[FIRST_CSR + at]
    };
    let mut result = Vec::new();
    for pair in begun.windows(2) {
        let [this, next] = pair else { unreachable!("windows of two") };
        let trapped = is_vector(next.pc) && [value(next, "mepc"), value(next, "sepc")].contains(&this.pc);
        if !trapped && next.pc != this.pc {
            let word = word_at(image, this.pc);
            result.push(Retired { mode: this.mode, pc: this.pc, word, after: next.before.clone() });
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block as QEMU 7.2 writes it, with `x` in all registers.
    fn block(pc: u64, mode: u8, xlen: u32, x: u64) -> String {
        let digits = xlen as usize / 4;
        let mut text = format!("Trace 0: 0x7fcfe4000100 [0000000000000000/{pc:016x}/0020100{mode}/ff000201] \n");
        text.push_str(&format!(" pc       {pc:0digits$x}\n mhartid  {:0digits$x}\n", 0));
        for (csr, _) in CSRS.iter().filter(|(csr, _)| xlen == 32 || *csr != "mstatush") {
            text.push_str(&format!(" {csr:8} {x:0digits$x}\n"));
        }
        text.push_str(&format!(" satp     {:0digits$x}\n", 0));
        for (letter, digits) in [('x', digits), ('f', 16)] {
            for first in (0..32).step_by(4) {
                for r in first..first + 4 {
                    text.push_str(&format!(" {:8} {x:0digits$x}", format!("{letter}{r}/abi")));
                }
                text.push('\n');
            }
        }
        text
    }

    #[test]
    fn blocks_are_read_as_what_they_say() {
        for xlen in [32, 64] {
            let text = block(0x8000_0000, 3, xlen, 7) + &block(0x8000_0004, 1, xlen, 8);
            let begun = parse(&text, true, xlen).unwrap();
            assert_eq!(begun.iter().map(|b| (b.pc, b.mode)).collect::<Vec<_>>(), [(0x8000_0000, 3), (0x8000_0004, 1)]);
            let mut expected = [8; 64 + CSRS.len()];
            if xlen == 64 {
                expected[FIRST_CSR + 1] = 0;
            }
            assert_eq!(begun[1].before.0, expected);
        }
    }

    #[test]
    fn what_did_not_come_to_be_executed_has_not_retired() {
        let nop = [0x13, 0, 0, 0].repeat(0x200);
        // Begun twice, retired once; the next one traps, as mepc says.
        let texts =
            [(0x8000_0000, 0), (0x8000_0000, 0), (0x8000_0004, 0), (0x8000_0400, 0x8000_0004), (0x8000_0404, 9)];
        let text: String = texts.map(|(pc, x)| block(pc, 3, 64, x)).concat();
        let retired = retired(&parse(&text, true, 64).unwrap(), &nop);
        let seen: Vec<_> = retired.iter().map(|insn| (insn.pc, insn.word, insn.after.0[1])).collect();
        assert_eq!(seen, [(0x8000_0000, 0x13, 0), (0x8000_0400, 0x13, 9)]);
    }

    #[test]
    fn a_log_that_is_cut_off_gives_what_is_whole() {
        let text = block(0x8000_0000, 3, 64, 7) + &block(0x8000_0004, 3, 64, 8);
        for end in 0..text.len() {
            let blocks = text[..end].matches("Trace ").count();
            assert_eq!(parse(&text[..end], false, 64).map(|begun| begun.len()), Ok(blocks.saturating_sub(1)), "{end}");
        }
    }

    #[test]
    fn what_is_no_log_is_an_error_that_names_the_line() {
        let good = block(0x8000_0000, 3, 64, 7);
        let cases = [
            ("x1/abi", "x32/abi", "x32/abi is no register"),
            ("x1/abi", "x+1/abi", "x+1/abi is no register"),
            ("x1/abi", "x99999999999999999999/abi", "is no register"),
            ("x1/abi", "/abi", "/abi is no register"),
            ("x1/abi", "é1/abi", "é1/abi is no register"),
            ("x1/abi", "x2/abi", "lacks x1"),
            ("f31/abi", "f30/abi", "lacks f31"),
            ("mepc", "MEPC", "lacks mepc"),
            ("0000000000000007", "+000000000000007", "is no number"),
            ("0000000000000007", "00000000000000007x", "is no number"),
            ("0000000000000007", "10000000000000007", "is no number"),
            (" pc       0000000080000000", " pc       0000000080000002", "pc is not the block's"),
            (" satp     0000000000000000", " satp", "satp has no value"),
            (" mepc", "mepc", "neither a block's first line nor registers"),
            ("[0000000000000000/", "[", "not [cs_base/pc/flags/cflags]"),
            ("/ff000201]", "", "not [cs_base/pc/flags/cflags]"),
            ("/00201003", "/flags", "not [cs_base/pc/flags/cflags]"),
            ("Trace 0", "Trade 0", "neither a block's first line nor registers"),
        ];
        for (from, to, what) in cases {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good, "{from}");
            let error = parse(&bad, true, 64).expect_err(to);
            assert!(error.starts_with("QEMU's log, line ") && error.contains(what), "{to}: {error}");
        }
        assert!(parse(" pc 0", true, 64).unwrap_err().contains("registers before the first block"));
        assert!(parse(&good, true, 32).unwrap_err().contains("lacks mstatush"));
        assert_eq!(parse("", true, 64).unwrap().len(), 0);
    }

    #[test]
    fn no_text_makes_it_panic() {
        let good = block(0x8000_0000, 3, 64, 7);
        let mut rng = crate::rng::Rng::new(1);
        let mut refused = 0;
        for _ in 0..3000 {
            let mut bytes = good.clone().into_bytes();
            for _ in 0..=rng.below(4) {
                let at = rng.below(bytes.len() as u64) as usize;
                match rng.below(3) {
                    0 => bytes[at] = rng.bits() as u8,
                    1 => bytes.truncate(at + 1),
                    _ => drop(bytes.remove(at)),
                }
            }
            refused += usize::from(parse(&String::from_utf8_lossy(&bytes), rng.chance(50), 64).is_err());
        }
        assert!(refused > 1000, "{refused}");
    }
}
