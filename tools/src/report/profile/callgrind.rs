//! The file format of callgrind ("Callgrind Format Specification" in Valgrind's manual), which `callgrind_annotate` and
//! KCachegrind read: what each function costs by address and, where the program says so, by source line, and its calls. Events have
//! callgrind's own names where it has one.
//!
//! A call's costs hold what ran until it returned; for calls of what runs already they are 0, since the outermost call has them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use emu_core::profile::Costs;

use super::Named;
use crate::profile::{Edge, Insn, Line, Lines, Profile};

/// What stands for an unknown file.
const NO_FILE: &str = "???";

/// The profile in callgrind's format. `command` is what ran.
pub(crate) fn callgrind(profile: &Profile, lines: &Lines, command: &str) -> String {
    let mut text = String::from("# callgrind format\nversion: 1\n");
    let _ = writeln!(text, "creator: emu-{}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(text, "cmd: {}", command.replace(['\n', '\r'], " "));
    text.push_str("positions: instr line\n");
    let events = profile.events();
    for Named { callgrind, what, .. } in &events {
        let _ = writeln!(text, "event: {callgrind} : {what}");
    }
    let numbers =
        |costs: &Costs| events.iter().fold(String::new(), |text, named| text + " " + &costs[named.event].to_string());
    let mut all = Costs::default();
    profile.insns.iter().for_each(|insn| all += insn.costs);
    let names = events.iter().fold(String::new(), |text, named| text + " " + named.callgrind);
    let _ = writeln!(text, "events:{names}\nsummary:{}\n", numbers(&all));
    let mut insns: BTreeMap<usize, Vec<&Insn>> = BTreeMap::new();
    profile.insns.iter().for_each(|insn| insns.entry(insn.function).or_default().push(insn));
    let mut edges: BTreeMap<usize, Vec<&Edge>> = BTreeMap::new();
    profile.edges.iter().for_each(|edge| edges.entry(edge.from).or_default().push(edge));
    // Where a function begins is where its first instruction is that ran.
    let home: Vec<Option<(u64, Line)>> = (0..profile.functions.len())
        .map(|function| {
            let first = insns.get(&function)?.first()?.tally.pc;
            Some((first, lines.at(first)))
        })
        .collect();
    let file_of = |line: &Line| line.file.as_deref().unwrap_or(NO_FILE).to_owned();
    for function in 0..profile.functions.len() {
        let Some((_, first)) = &home[function] else { continue };
        let file = file_of(first);
        let _ = writeln!(text, "fl={file}\nfn={}", plain(&profile.functions[function].name));
        let mut current = file.clone();
        // What was inlined stands in other files.
        let mut go_to = |text: &mut String, line: &Line| {
            let now = file_of(line);
            if now != current {
                let _ = writeln!(text, "{}={now}", if now == file { "fe" } else { "fi" });
                current = now;
            }
        };
        for insn in insns.get(&function).into_iter().flatten() {
            let line = lines.at(insn.tally.pc);
            go_to(&mut text, &line);
            let _ = writeln!(text, "{:#x} {}{}", insn.tally.pc, line.number, numbers(&insn.costs));
        }
        for edge in edges.get(&function).into_iter().flatten() {
            let line = lines.at(edge.site);
            go_to(&mut text, &line);
            let (target, callee) = match &home[edge.to] {
                Some((at, callee)) => (*at, callee.clone()),
                None => (0, Line::default()),
            };
            let _ = writeln!(text, "cfi={}\ncfn={}", file_of(&callee), plain(&profile.functions[edge.to].name));
            let _ = writeln!(text, "calls={} {target:#x} {}", edge.call.count, callee.number);
            let _ = writeln!(text, "{:#x} {}{}", edge.site, line.number, numbers(&edge.call.inclusive));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "totals:{}", numbers(&all));
    text
}

/// A name in one line.
fn plain(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}
