//! The page: a list of functions, source and disassembly side by side with their counts, hottest lines, the tree of calls, and a flame
//! graph. The data stand in it as JSON, and its script draws them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Sources;
use crate::profile::Saved;
use crate::report::number::grouped;
use crate::report::page;
use crate::report::profile::{INSTRUCTIONS, escaped, flame};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const BODY: &str = include_str!("page.html");

/// The page.
pub(crate) fn html(saved: &Saved, sources: &Sources) -> String {
    let lines: Vec<BTreeMap<String, &str>> = sources
        .files()
        .iter()
        .map(|file| file.iter().map(|(number, line)| (number.to_string(), line.as_str())).collect())
        .collect();
    let code: Vec<Value> = saved
        .code
        .iter()
        .map(|insn| {
            let (file, line) = insn.source.map_or((-1, 0), |(file, line)| (file as i64, line));
            json!([insn.function, format!("{:x}", insn.address), insn.retired, insn.taken, insn.text, file, line])
        })
        .collect();
    let functions: Vec<Value> = saved
        .functions
        .iter()
        .map(|function| json!([function.name, function.own, function.inclusive, function.calls]))
        .collect();
    let stacks: Vec<Value> = saved
        .stacks
        .iter()
        .map(|stack| json!([stack.parent.map_or(-1, |parent| parent as i64), stack.name, stack.own]))
        .collect();
    let data = json!({
        "instructions": saved.instructions,
        "functions": functions,
        "stacks": stacks,
        "files": saved.files,
        "lines": lines,
        "code": code,
    });
    // What ends a script element does not occur in it then, and JSON means the same.
    let data = data.to_string().replace('<', "\\u003c");
    let body = BODY
        .replace("@PROGRAM@", &escaped(&saved.program))
        .replace("@INSTRUCTIONS@", &grouped(saved.instructions))
        .replace("@FLAME@", &flame(&saved.stacks, &saved.functions, INSTRUCTIONS, &saved.program));
    let body = format!("{body}<script type=\"application/json\" id=\"data\">{data}</script>\n");
    page::page(&format!("{}: where its instructions went", saved.program), STYLE, &body, SCRIPT)
}
