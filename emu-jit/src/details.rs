//! What a run with translated code tells of itself: how much was translated, and why code was left.

use std::collections::BTreeMap;

use emu_core::executor::Detail;

use crate::run::Stats;

/// Instructions that are listed by themselves; the rest is one figure.
const LISTED: usize = 12;

/// How often code was left for the interpreter, by the name of the instruction that it ran then. Where several share a way out
/// (`guards`) that is the first of them, not the one that stood in the way.
#[derive(Default, Debug)]
pub(crate) struct LeftAt(BTreeMap<&'static str, u64>);

impl LeftAt {
    pub(crate) fn add(&mut self, name: &'static str) {
        *self.0.entry(name).or_default() += 1;
    }

    /// Those that code was left for most often first.
    fn listed(&self) -> Vec<(&'static str, u64)> {
        let mut all: Vec<_> = self.0.iter().map(|(&name, &n)| (name, n)).collect();
        all.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
        if all.len() > LISTED {
            let others = all.split_off(LISTED - 1).iter().map(|(_, n)| n).sum();
            all.push(("others", others));
        }
        all
    }
}

/// All of it, by name; nothing if nothing was translated.
pub(crate) fn of(stats: &Stats, left_at: &LeftAt) -> Vec<Detail> {
    if stats.regions == 0 {
        return Vec::new();
    }
    let named = |name: &str, n: u64| Detail::from((format!("in translated code{name}").into(), n));
    let [budget, interpret, key, unknown, unlinked, turned] = stats.left;
    let mut all = vec![
        named("", stats.retired),
        named(": regions", stats.regions),
        named(": instructions of regions", stats.compiled_insns),
        named(": bytes of host code", stats.code_bytes),
        named(": us of translating", stats.compile_time.as_micros() as u64),
        named(": regions dropped", stats.dropped),
        named(": times it was full", stats.flushed),
        named(": entries", stats.entered),
        named(": exits: end of a budget", budget),
        named(": exits: to the interpreter", interpret),
    ];
    all.extend(left_at.listed().into_iter().map(|(insn, n)| named(&format!(": exits: to the interpreter: {insn}"), n)));
    all.extend([
        named(": exits: key changed", key),
        named(": exits: unknown target", unknown),
        named(": exits: new link", unlinked),
        named(": exits: calls to be told", turned),
    ]);
    all
}
