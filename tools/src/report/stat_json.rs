//! The summary of a run as JSON; `docs/stat.md` says what each key holds. All that depends on the host or on the engine stands in the
//! section `host`, so that the rest of two runs of one program can be compared byte for byte.

use std::collections::BTreeMap;

use emu_core::machine::Region;
use emu_core::observe::cache::Shape;
use emu_core::observe::predictor::Scheme;
use emu_core::observe::{Accesses, Stack};
use emu_core::profile::Event;
use serde_json::{Map, Value, json};

use super::stat::Stat;
use crate::counts::{Data, Simulated};

/// What the summary itself does not know.
#[derive(Clone, Debug)]
pub(crate) struct About {
    /// The program as it was named.
    pub(crate) program: String,
    /// The board's name.
    pub(crate) board: String,
    /// The processor, as for `--isa` or `--cpu`.
    pub(crate) isa: String,
    /// The guest's exit code, if it has ended by itself.
    pub(crate) exit_code: Option<u64>,
    /// What executed the instructions.
    pub(crate) engine: String,
}

/// The summary in JSON.
pub(crate) fn json(stat: &Stat, about: &About) -> String {
    let counts = &stat.counts;
    let stats = &counts.stats;
    let by_size = |all: u64, by_size: &std::collections::BTreeMap<u64, u64>| {
        let sizes =
            by_size.iter().map(|(bytes, n)| (if *bytes == 0 { "other".to_owned() } else { bytes.to_string() }, *n));
        json!({ "total": all, "bytes": object(sizes) })
    };
    let causes = |is_interrupt: bool| {
        let some = stat.causes.iter().filter(move |(cause, _)| cause.is_interrupt == is_interrupt);
        object(some.map(|(_, &(name, n))| (name, n)))
    };
    let devices = counts.devices.iter().filter(|device| device.reads + device.writes > 0).map(|device| {
        let base = address(device.range.first.0);
        json!({ "name": device.range.name, "base": base, "reads": device.reads, "writes": device.writes })
    });
    let tlb = counts.tlb;
    let document = json!({
        "emu": env!("CARGO_PKG_VERSION"),
        "program": about.program,
        "board": about.board,
        "isa": about.isa,
        "end": stat.end,
        "exit_code": about.exit_code,
        "instructions": stats.instructions,
        "cycles": counts.cycles,
        "timing": stat.model.map_or("ideal", |model| model.name),
        "hash": hex(stat.state_hash),
        "console": { "bytes": stat.console_bytes, "hash": hex(stat.console_hash) },
        "regions": counts.regions.iter().map(region).collect::<Vec<_>>(),
        "privilege": object(stat.modes.iter().copied().filter(|&(_, n)| n != 0)),
        "mix": {
            "class": object(counts.classes.iter().map(|(&name, &n)| (name, n))),
            "extension": object(counts.extensions.iter().map(|(name, &n)| (name, n))),
        },
        "loads": by_size(stats.loads, &counts.load_bytes),
        "stores": by_size(stats.stores, &counts.store_bytes),
        "branches": { "total": stats.branches, "taken": stats.taken, "not_taken": stats.branches - stats.taken },
        "jumps": { "total": stats.jumps, "calls": counts.calls, "returns": counts.returns, "indirect": counts.indirect_jumps },
        "exceptions": { "total": stats.exceptions, "cause": causes(false) },
        "interrupts": { "total": stats.interrupts, "cause": causes(true) },
        "devices": devices.collect::<Vec<_>>(),
        "code": { "different_instructions": counts.distinct_insns, "pages": counts.code_pages },
        "data": counts.data.as_ref().map(data),
        "caches": counts.simulated.and_then(caches),
        "predictor": counts.simulated.and_then(predictor),
        "resets": counts.resets,
        "host": {
            "engine": about.engine,
            "seconds": stat.host.as_secs_f64(),
            "tlb": {
                "misses": tlb.misses(),
                "walks": tlb.walks,
                "recalled": tlb.recalled,
                "prefetched": tlb.prefetched,
                "prefetched_used": tlb.prefetched_used,
                "streamed": tlb.streamed,
                "fetch_walks": tlb.fetch_walks,
            },
            "engine_counts": object(counts.details.iter().map(|(name, n)| (name.as_ref(), *n))),
        },
    });
    format!("{document:#}\n")
}

fn data(data: &Data) -> Value {
    let stack = |(&hart, &stack): (&usize, &Stack)| json!({ "hart": hart, "first": address(stack.first), "lowest": address(stack.lowest), "bytes": stack.bytes() });
    let accesses = |by_size: &BTreeMap<u64, Accesses>| {
        let size = |(bytes, accesses): (&u64, &Accesses)| {
            (bytes.to_string(), json!({ "aligned": accesses.aligned, "misaligned": accesses.misaligned }))
        };
        by_size.iter().map(size).collect::<Map<String, Value>>()
    };
    json!({
        "stacks": data.stacks.iter().map(stack).collect::<Vec<_>>(),
        "load_bytes": accesses(&data.loads),
        "store_bytes": accesses(&data.stores),
        "pages": data.pages.len(),
    })
}

fn caches(simulated: Simulated) -> Option<Value> {
    let (shapes, n) = (simulated.options.caches?, |event| simulated.costs[event]);
    let cache = |shape: Shape, misses: Value| json!({ "size_bytes": shape.size_bytes(), "ways": shape.ways(), "line_bytes": shape.line_bytes(), "misses": misses });
    Some(json!({
        "I1": cache(shapes.i1, json!({ "fetch": n(Event::FetchMisses) })),
        "D1": cache(shapes.d1, json!({ "load": n(Event::LoadMisses), "store": n(Event::StoreMisses) })),
        "LL": cache(shapes.ll, json!({
            "fetch": n(Event::LastFetchMisses), "load": n(Event::LastLoadMisses), "store": n(Event::LastStoreMisses),
        })),
    }))
}

fn predictor(simulated: Simulated) -> Option<Value> {
    let (name, entries) = match simulated.options.predictor? {
        Scheme::Static => ("static", None),
        Scheme::Bimodal(entries) => ("bimodal", Some(entries.number())),
        Scheme::Gshare(entries) => ("gshare", Some(entries.number())),
    };
    let n = |event| simulated.costs[event];
    let (branches, jumps) = (n(Event::WrongBranches), n(Event::WrongJumps));
    Some(json!({ "scheme": name, "entries": entries, "wrong_branches": branches, "wrong_jumps": jumps }))
}

fn address(at: u64) -> String {
    format!("{at:#x}")
}

fn region(region: &Region) -> Value {
    json!({
        "name": region.name,
        "instructions": region.instructions,
        "cycles": region.cycles,
        "times": region.times,
        "ended": !region.is_open,
    })
}

fn object<K: Into<String>>(entries: impl Iterator<Item = (K, u64)>) -> Value {
    entries.map(|(key, n)| (key.into(), Value::from(n))).collect::<Map<String, Value>>().into()
}

/// Numbers in JSON may lose bits above the 53rd.
fn hex(hash: u64) -> String {
    format!("{hash:#018x}")
}
