//! The file format of callgrind ("Callgrind Format Specification" in Valgrind's manual), which `callgrind_annotate` and
//! KCachegrind read: what each function costs by address and, where the program says so, by source line, and its calls. Events have
//! callgrind's own names where it has one.
//!
//! A call's costs hold what ran until it returned; for calls of what runs already they are 0, since the outermost call has them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use emu_core::profile::{Costs, Event};

use crate::profile::{Edge, Insn, Line, Lines, Profile};

/// What is told, with its name and what that means.
const EVENTS: [(Event, &str, &str); 14] = [
    (Event::Instructions, "Ir", "Instructions"),
    (Event::Loads, "Dr", "Instructions that load"),
    (Event::Stores, "Dw", "Instructions that store"),
    (Event::FetchMisses, "I1mr", "Instructions that the cache I1 missed"),
    (Event::LoadMisses, "D1mr", "Loads that the cache D1 missed"),
    (Event::StoreMisses, "D1mw", "Stores that the cache D1 missed"),
    (Event::LastFetchMisses, "ILmr", "Instructions that the cache LL missed"),
    (Event::LastLoadMisses, "DLmr", "Loads that the cache LL missed"),
    (Event::LastStoreMisses, "DLmw", "Stores that the cache LL missed"),
    (Event::Branches, "Bc", "Conditional branches"),
    (Event::WrongBranches, "Bcm", "Conditional branches predicted wrongly"),
    (Event::IndirectJumps, "Bi", "Indirect jumps that are no returns"),
    (Event::WrongJumps, "Bim", "Indirect jumps predicted wrongly"),
    (Event::Cycles, "Cy", "Modelled cycles"),
];

/// What stands for an unknown file.
const NO_FILE: &str = "???";

/// The profile in callgrind's format. `command` is what ran.
pub(crate) fn callgrind(profile: &Profile, lines: &Lines, command: &str) -> String {
    let mut text = String::from("# callgrind format\nversion: 1\n");
    let _ = writeln!(text, "creator: emu-{}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(text, "cmd: {}", command.replace(['\n', '\r'], " "));
    text.push_str("positions: instr line\n");
    let events: Vec<_> = EVENTS.into_iter().filter(|&(event, ..)| is_counted(profile, event)).collect();
    for (_, name, what) in &events {
        let _ = writeln!(text, "event: {name} : {what}");
    }
    let numbers =
        |costs: &Costs| events.iter().fold(String::new(), |text, (event, ..)| text + " " + &costs[*event].to_string());
    let mut all = Costs::default();
    profile.insns.iter().for_each(|insn| all += insn.costs);
    let names = events.iter().fold(String::new(), |text, (_, name, _)| text + " " + name);
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

/// Whether that was counted at all.
fn is_counted(profile: &Profile, event: Event) -> bool {
    match event {
        Event::Cycles => profile.cycles.is_some(),
        Event::Instructions | Event::Loads | Event::Stores | Event::Branches | Event::IndirectJumps => true,
        Event::FetchMisses
        | Event::LoadMisses
        | Event::StoreMisses
        | Event::LastFetchMisses
        | Event::LastLoadMisses
        | Event::LastStoreMisses => profile.simulated.caches.is_some(),
        Event::WrongBranches | Event::WrongJumps => profile.simulated.predictor.is_some(),
    }
}

/// A name in one line.
fn plain(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}
