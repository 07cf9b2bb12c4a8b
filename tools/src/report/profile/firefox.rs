//! The file format of the Firefox Profiler (<https://profiler.firefox.com>, its "processed profile format", version 57): each stack is a
//! sample whose weight is its instructions. Samples stand one behind the other, an instruction a nanosecond, as virtual time has it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::profile::Profile;

/// The version of the format; the profiler brings older ones up to its own.
const VERSION: u32 = 57;
/// The version of what Firefox itself records that goes with it.
const RECORDED_VERSION: u32 = 31;
/// Milliseconds of an instruction.
const MILLISECONDS: f64 = 1e-6;
/// The category of functions; the profiler asks for a grey one.
const CODE: usize = 0;
/// The category of traps.
const TRAPS: usize = 1;

/// The profile as JSON for the Firefox Profiler.
pub(crate) fn firefox(profile: &Profile, title: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut number = |name| {
        *known.entry(name).or_insert_with(|| {
            names.push(name);
            names.len() - 1
        })
    };
    // Where calls were not kept, each function is a stack by itself.
    let stacks: Vec<(Option<usize>, usize, u64)> = if profile.stacks.is_empty() {
        profile.functions.iter().map(|function| (None, number(&function.name), function.own)).collect()
    } else {
        profile.stacks.iter().map(|stack| (stack.parent, number(&stack.name), stack.own)).collect()
    };
    let (mut at, mut samples, mut times, mut weights) = (0, Vec::new(), Vec::new(), Vec::new());
    for (n, &(_, _, own)) in stacks.iter().enumerate().filter(|(_, (_, _, own))| *own > 0) {
        samples.push(n);
        times.push(at as f64 * MILLISECONDS);
        weights.push(own);
        at += own;
    }
    let count = names.len();
    let all = |value: Value| vec![value; count];
    let category = |name: &&str| if name.starts_with('[') { TRAPS } else { CODE };
    let interval = at as f64 * MILLISECONDS / samples.len().max(1) as f64;
    let document = json!({
        "meta": {
            "product": title,
            "startTime": 0,
            "interval": interval,
            "processType": 0,
            "stackwalk": 1,
            "debug": false,
            "version": RECORDED_VERSION,
            "preprocessedProfileVersion": VERSION,
            "symbolicated": true,
            "usesOnlyOneStackType": true,
            "sourceCodeIsNotOnSearchfox": true,
            "extensions": { "baseURL": [], "id": [], "name": [], "length": 0 },
            "markerSchema": [],
            "categories": [
                { "name": "Code", "color": "grey", "subcategories": ["Other"] },
                { "name": "Trap", "color": "orange", "subcategories": ["Other"] },
            ],
            "importedFrom": concat!("emu ", env!("CARGO_PKG_VERSION")),
        },
        "libs": [],
        "shared": { "stringArray": names },
        "threads": [{
            "name": title,
            "isMainThread": true,
            "processType": "default",
            "processStartupTime": 0,
            "processShutdownTime": null,
            "registerTime": 0,
            "unregisterTime": null,
            "pausedRanges": [],
            "pid": "0",
            "tid": 0,
            "samples": {
                "stack": samples,
                "time": times,
                "weight": weights,
                "weightType": "samples",
                "length": samples.len(),
            },
            "stackTable": {
                "frame": stacks.iter().map(|&(_, function, _)| function).collect::<Vec<_>>(),
                "prefix": stacks.iter().map(|&(parent, _, _)| parent).collect::<Vec<_>>(),
                "length": stacks.len(),
            },
            // A frame for each function, and a function for each name: their numbers are those of the names.
            "frameTable": {
                "address": all(json!(-1)),
                "inlineDepth": all(json!(0)),
                "category": names.iter().map(category).collect::<Vec<_>>(),
                "subcategory": all(json!(0)),
                "func": (0..count).collect::<Vec<_>>(),
                "nativeSymbol": all(Value::Null),
                "innerWindowID": all(json!(0)),
                "line": all(Value::Null),
                "column": all(Value::Null),
                "length": count,
            },
            "funcTable": {
                "name": (0..count).collect::<Vec<_>>(),
                "isJS": all(json!(false)),
                "relevantForJS": all(json!(false)),
                "resource": all(json!(-1)),
                "fileName": all(Value::Null),
                "lineNumber": all(Value::Null),
                "columnNumber": all(Value::Null),
                "length": count,
            },
            "resourceTable": { "lib": [], "name": [], "host": [], "type": [], "length": 0 },
            "nativeSymbols": { "libIndex": [], "address": [], "name": [], "functionSize": [], "length": 0 },
            "markers": { "data": [], "name": [], "startTime": [], "endTime": [], "phase": [], "category": [], "length": 0 },
        }],
        "pages": [],
        "counters": [],
    });
    format!("{document}\n")
}
