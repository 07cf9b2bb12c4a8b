//! Comparing two profiles, of different programs too: functions are matched by name, the instructions of a function by their text.
//! How that is shown is in `report/diff`.

use std::collections::BTreeMap;

use crate::profile::{Listed, Saved};

/// Instructions of a function that are matched at most; of longer ones only the counts are compared.
const MAX_MATCHED: usize = 4000;

/// What is known of a function on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Side {
    /// Instructions of its own.
    pub(crate) own: u64,
    /// With those of what it called.
    pub(crate) inclusive: u64,
    /// How often it was called.
    pub(crate) calls: u64,
}

/// A function on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: String,
    /// What it was; `None`: it did not run.
    pub(crate) before: Option<Side>,
    /// What it is.
    pub(crate) after: Option<Side>,
}

/// Why a count changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cause {
    /// How much more calls account for, at the old cost of a call.
    pub(crate) by_calls: i128,
    /// How much the cost of a call accounts for.
    pub(crate) by_cost: i128,
    /// Instructions a call, before and after.
    pub(crate) per_call: (f64, f64),
}

impl Row {
    /// How many more instructions of its own it has.
    pub(crate) fn change(&self) -> i128 {
        i128::from(self.after.unwrap_or_default().own) - i128::from(self.before.unwrap_or_default().own)
    }

    /// What the change comes from, if it was called on both sides.
    pub(crate) fn cause(&self) -> Option<Cause> {
        let (before, after) = (self.before?, self.after?);
        if before.calls == 0 || after.calls == 0 {
            return None;
        }
        let more_calls = i128::from(after.calls) - i128::from(before.calls);
        let by_calls = more_calls * i128::from(before.own) / i128::from(before.calls);
        let per_call = |side: Side| side.own as f64 / side.calls as f64;
        Some(Cause { by_calls, by_cost: self.change() - by_calls, per_call: (per_call(before), per_call(after)) })
    }

    /// The same in words.
    pub(crate) fn reason(&self) -> String {
        match (self.before, self.after) {
            (None, _) => "new".to_owned(),
            (_, None) => "gone".to_owned(),
            (Some(before), Some(after)) => {
                let Some(cause) = self.cause() else { return String::new() };
                let mut parts = Vec::new();
                if before.calls != after.calls {
                    parts.push(format!("calls {} to {} ({:+})", before.calls, after.calls, cause.by_calls));
                }
                if cause.by_cost != 0 {
                    let (old, new) = cause.per_call;
                    parts.push(format!("a call {old:.1} to {new:.1} ({:+})", cause.by_cost));
                }
                parts.join(", ")
            }
        }
    }
}

/// All functions that ran on either side, the most changed first.
pub(crate) fn rows(a: &Saved, b: &Saved) -> Vec<Row> {
    let mut sides: BTreeMap<&str, [Option<Side>; 2]> = BTreeMap::new();
    for (n, saved) in [a, b].into_iter().enumerate() {
        for function in &saved.functions {
            let side = sides.entry(&function.name).or_default()[n].get_or_insert_default();
            side.own = side.own.saturating_add(function.own);
            side.inclusive = side.inclusive.saturating_add(function.inclusive);
            side.calls = side.calls.saturating_add(function.calls);
        }
    }
    let mut rows: Vec<Row> =
        sides.into_iter().map(|(name, [before, after])| Row { name: name.to_owned(), before, after }).collect();
    rows.sort_by(|a, b| b.change().abs().cmp(&a.change().abs()).then_with(|| a.name.cmp(&b.name)));
    rows
}

/// An instruction of one side or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Its text, that of the second side if it has it.
    pub(crate) text: String,
    /// How often it ran on the first side.
    pub(crate) before: Option<u64>,
    /// How often it ran on the second side.
    pub(crate) after: Option<u64>,
}

/// The instructions of a function on both sides, in the order of addresses; empty if it is too long.
pub(crate) fn code(a: &Saved, b: &Saved, name: &str) -> Vec<Pair> {
    let of = |saved: &Saved| -> Vec<Listed> {
        let is_it = |&(n, _): &(usize, &crate::profile::Function)| saved.functions[n].name == name;
        saved.functions.iter().enumerate().filter(is_it).flat_map(|(n, _)| saved.code_of(n).to_vec()).collect()
    };
    let (a, b) = (of(a), of(b));
    if a.len() > MAX_MATCHED || b.len() > MAX_MATCHED {
        return Vec::new();
    }
    let keys = |side: &[Listed]| side.iter().map(|insn| key(&insn.text).to_owned()).collect::<Vec<_>>();
    matched(&keys(&a), &keys(&b))
        .into_iter()
        .map(|(left, right)| Pair {
            text: right.map(|n| &b[n]).or(left.map(|n| &a[n])).map(|insn| insn.text.clone()).unwrap_or_default(),
            before: left.map(|n| a[n].retired),
            after: right.map(|n| b[n].retired),
        })
        .collect()
}

/// What stays of an instruction when its function moves: no jump target.
fn key(text: &str) -> &str {
    match text.split_once(" <") {
        Some((head, _)) => head.rfind([',', ' ']).map_or(head, |at| &head[..at]),
        None => text,
    }
}

/// A longest common subsequence, with what is on one side only in between.
fn matched(a: &[String], b: &[String]) -> Vec<(Option<usize>, Option<usize>)> {
    let width = b.len() + 1;
    let mut lengths = vec![0u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i * width + j] = if a[i] == b[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            pairs.push((Some(i), Some(j)));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || i < a.len() && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            pairs.push((Some(i), None));
            i += 1;
        } else {
            pairs.push((None, Some(j)));
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_one_side_only_stands_in_between() {
        let side = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let pairs = matched(&side("abcd"), &side("axcd"));
        let (some, none) = (Some::<usize>, None);
        assert_eq!(
            pairs,
            [(some(0), some(0)), (some(1), none), (none, some(1)), (some(2), some(2)), (some(3), some(3))]
        );
        assert_eq!(matched(&side(""), &side("a")), [(none, some(0))]);
    }

    #[test]
    fn targets_do_not_count() {
        assert_eq!(key("bnez a0,80000010 <main+0x10>"), "bnez a0");
        assert_eq!(key("j 80000010 <main+0x10>"), "j");
        assert_eq!(key("addi sp,sp,-16"), "addi sp,sp,-16");
    }

    #[test]
    fn causes_add_up() {
        let side = |own, calls| Some(Side { own, inclusive: own, calls });
        let row = Row { name: "f".to_owned(), before: side(1000, 10), after: side(1800, 15) };
        let cause = row.cause().expect("called on both sides");
        assert_eq!((row.change(), cause.by_calls, cause.by_cost), (800, 500, 300));
        assert_eq!(row.reason(), "calls 10 to 15 (+500), a call 100.0 to 120.0 (+300)");
        let new = Row { before: None, ..row.clone() };
        assert_eq!((new.change(), new.reason().as_str()), (1800, "new"));
    }
}
