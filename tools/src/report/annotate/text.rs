//! For the terminal: each function's instructions with their counts, source lines in between.

use std::fmt::Write as _;

use super::Sources;
use crate::profile::Saved;
use crate::report::number::{grouped, percent};

/// Shares of the function from which an instruction is warm and hot, in per cent.
const WARM: f64 = 2.0;
const HOT: f64 = 10.0;

/// These functions (indices). `colours`: with escape sequences for terminals.
pub(crate) fn text(saved: &Saved, sources: &Sources, functions: &[usize], colours: bool) -> String {
    let paint = |code: &'static str| if colours { code } else { "" };
    let (bold, quiet, warm, hot, plain) =
        (paint("\x1b[1m"), paint("\x1b[2m"), paint("\x1b[33m"), paint("\x1b[1;31m"), paint("\x1b[0m"));
    let mut text = String::new();
    for &index in functions {
        let function = &saved.functions[index];
        let share = percent(function.own, saved.instructions);
        let calls = if function.calls > 0 { format!(", {} calls", grouped(function.calls)) } else { String::new() };
        let _ = writeln!(
            text,
            "\n{bold}{}{plain}: {} instructions of its own, {share:.2} % of all{calls}\n",
            function.name,
            grouped(function.own)
        );
        let mut at = None;
        for insn in saved.code_of(index) {
            if insn.source != at {
                at = insn.source;
                if let Some((file, number)) = insn.source {
                    let name = saved.files[file].rsplit('/').next().unwrap_or_default();
                    let line = sources.line(file, number).unwrap_or_default();
                    let _ = writeln!(
                        text,
                        "{:>28}{quiet}{name}:{number}{plain}  {bold}{}{plain}",
                        "",
                        tame(line.trim_end())
                    );
                }
            }
            let share = percent(insn.retired, function.own);
            let colour = if share >= HOT {
                hot
            } else if share >= WARM {
                warm
            } else if insn.retired == 0 {
                quiet
            } else {
                ""
            };
            let end = if colour.is_empty() { "" } else { plain };
            let count = if insn.retired == 0 { String::new() } else { grouped(insn.retired) };
            let share = if insn.retired == 0 { String::new() } else { format!("{share:.2} %") };
            let _ = writeln!(text, "{colour}{count:>16} {share:>9}  {:x}:  {}{end}", insn.address, insn.text);
        }
    }
    text
}

/// Nothing that a terminal might obey.
fn tame(line: &str) -> String {
    line.chars()
        .map(|c| {
            if c == '\t' {
                ' '
            } else if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}
