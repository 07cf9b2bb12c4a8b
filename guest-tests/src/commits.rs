//! Commit logs: lines in Spike's format, compared as what they say and not as they are spelt, and the state they add up to.

use std::collections::BTreeMap;
use std::fmt;

/// One retired instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Privilege mode, address, encoding, as printed.
    pub head: String,
    /// What it wrote and read: `x5 0x..`, `c300_mstatus 0x..`, `mem 0x.. 0x..`; sorted.
    pub items: Vec<String>,
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.head)?;
        self.items.iter().try_for_each(|item| write!(out, "  {item}"))
    }
}

impl Line {
    /// The head of a line that is no instruction: what is left at the end.
    pub const END: &str = "at the end";

    /// Reads a line of `spike --log-commits`; `None` if it is none.
    pub fn parse(text: &str) -> Option<Line> {
        let rest = text.strip_prefix("core")?.split_once(": ")?.1;
        let (head, effects) = rest.split_at(rest.find(')')? + 1);
        let mut items: Vec<String> = Vec::new();
        for word in effects.split_ascii_whitespace() {
            match items.last_mut() {
                // A value belongs to the name before it; `mem` has an address and perhaps a value.
                Some(item) if word.starts_with("0x") => {
                    item.push(' ');
                    item.push_str(word);
                }
                _ => items.push(word.to_owned()),
            }
        }
        // Vectors are absent here, but Spike names their state in any line that touches them; registers may come in any order.
        items.sort();
        items.dedup_by(|a, b| a == b && !a.starts_with("mem"));
        Some(Line { head: head.to_owned(), items })
    }

    /// The address.
    pub fn pc(&self) -> Option<u64> {
        number(self.head.split(' ').nth(1)?)
    }

    /// 32 or 64, as many bits as the address has digits for.
    pub fn xlen(&self) -> u32 {
        let digits = self.head.split(' ').nth(1).map_or(0, str::len);
        if digits == "0x00000000".len() { 32 } else { 64 }
    }

    /// The encoding.
    pub fn word(&self) -> Option<u32> {
        let word = self.head.split('(').nth(1)?.trim_end_matches(')');
        number(word).map(|word| word as u32)
    }

    /// The address and value of a store.
    pub fn store(&self) -> Option<(u64, u64)> {
        self.items.iter().find_map(|item| {
            let mut words = item.strip_prefix("mem ")?.split(' ');
            Some((number(words.next()?)?, number(words.next()?)?))
        })
    }
}

fn number(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

/// Takes CSRs out of a log that are shown with the value they had: Spike shows flags whenever they are raised, and whether a
/// line repeats what is known is no difference.
pub fn only_changes(lines: &mut [Line]) {
    let mut known = State::default();
    for line in lines {
        line.items.retain(|item| {
            // Spike counts the hypervisor's view of mip among the changes, although it has no H here.
            if item.starts_with("c777_mvip") {
                return false;
            }
            let Some((name, value)) = item.split_once(' ').filter(|(name, _)| name.starts_with('c')) else {
                return true;
            };
            known.0.insert(name.to_owned(), value.to_owned()).is_none_or(|before| before != value)
        });
    }
}

/// Registers as a log has shown them so far, by name.
#[derive(Default, Debug)]
pub struct State(BTreeMap<String, String>);

impl State {
    /// The state after these lines.
    pub fn after<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Self {
        let mut state = State::default();
        for item in lines.into_iter().flat_map(|line| &line.items) {
            if let Some((name, value)) = item.split_once(' ')
                && name != "mem"
            {
                state.0.insert(name.to_owned(), value.to_owned());
            }
        }
        state
    }

    /// Both states: what differs side by side, then what does not.
    pub fn beside(&self, other: &State, witness: &str) -> String {
        let mut names: Vec<_> = self.0.keys().chain(other.0.keys()).collect();
        names.sort_by_key(|name| {
            let digits = name[1..].split('_').next().and_then(|digits| digits.parse::<u32>().ok());
            (std::cmp::Reverse(name.as_bytes()[0]), digits)
        });
        names.dedup();
        // CSRs have their number before their name.
        let spoken = |name: &String| name.split_once('_').map_or(name.as_str(), |(_, name)| name).to_owned();
        let (same, different): (Vec<_>, _) = names.into_iter().partition(|&name| self.0.get(name) == other.0.get(name));
        let mut text = String::new();
        if !different.is_empty() {
            text.push_str(&format!("  registers that differ now\n    {:12}{witness:20}{}\n", "", "emu"));
        }
        for name in different {
            let show = |state: &State| state.0.get(name).map_or("-", |value| value.as_str()).to_owned();
            text.push_str(&format!("    {:12}{:20}{}\n", spoken(name), show(self), show(other)));
        }
        text.push_str("  registers that are the same\n");
        for row in same.chunks(4) {
            let row: Vec<_> = row.iter().map(|&name| format!("{:10} {:18}", spoken(name), self.0[name])).collect();
            text.push_str(&format!("    {}\n", row.join("  ").trim_end()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_what_it_says() {
        let text = "core   0: 0 0x00000000800001a8 (0x00b6b72f) x14 0xffffffff80000000 mem 0x0000000080002000 mem 0x0000000080002000 0x7f";
        let line = Line::parse(text).unwrap();
        assert_eq!(line.head, "0 0x00000000800001a8 (0x00b6b72f)");
        assert_eq!(line.items, ["mem 0x0000000080002000", "mem 0x0000000080002000 0x7f", "x14 0xffffffff80000000"]);
        assert_eq!((line.pc(), line.word()), (Some(0x8000_01a8), Some(0x00b6_b72f)));
        assert_eq!(line.xlen(), 64);
        assert_eq!(line.store(), Some((0x8000_2000, 0x7f)));
        assert_eq!(Line::parse("core   0: >>>>  reset_vector"), None);
    }

    #[test]
    fn the_order_of_effects_does_not_matter() {
        let parse = |effects: &str| Line::parse(&format!("core   0: 3 0x80000000 (0x00000013) {effects}")).unwrap();
        assert_eq!(parse("x5  0x1 c1_fflags 0x2"), parse("c1_fflags 0x2 x5 0x1"));
        assert_ne!(parse("x5  0x1 c1_fflags 0x2"), parse("c1_fflags 0x3 x5 0x1"));
        assert_ne!(parse("mem 0x1 mem 0x1"), parse("mem 0x1"));
    }
}
