//! The tracefile of lcov (geninfo(1), "FILES"): functions, branches and lines by source file. A line has run as often as that of its
//! instructions that ran most often.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use emu_core::isa::Kind;

use crate::coverage::Function;
use crate::profile::Lines;

#[derive(Default)]
struct File {
    /// Name, line and count of each function.
    functions: Vec<(String, u32, u64)>,
    /// Line, and how often a branch there was taken and was not; `None` if it never ran.
    branches: Vec<(u32, Option<(u64, u64)>)>,
    lines: BTreeMap<u32, u64>,
}

/// The tracefile; empty if no line is known.
pub(crate) fn lcov(functions: &[Function], lines: &Lines) -> String {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    for function in functions {
        for (n, insn) in function.insns.iter().enumerate() {
            let line = lines.at(insn.at);
            let (Some(name), 1..) = (line.file, line.number) else { continue };
            let file = files.entry(name.to_string()).or_default();
            if n == 0 {
                file.functions.push((function.name.replace([',', '\n', '\r'], " "), line.number, insn.retired));
            }
            let most = file.lines.entry(line.number).or_default();
            *most = insn.retired.max(*most);
            if insn.kind == Kind::Branch {
                let ways = (insn.retired > 0).then(|| (insn.taken, insn.retired - insn.taken));
                file.branches.push((line.number, ways));
            }
        }
    }
    let mut text = String::new();
    for (name, file) in &files {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "TN:\nSF:{name}");
        for (function, line, _) in &file.functions {
            let _ = writeln!(text, "FN:{line},{function}");
        }
        for (function, _, count) in &file.functions {
            let _ = writeln!(text, "FNDA:{count},{function}");
        }
        let hit = file.functions.iter().filter(|(.., count)| *count > 0).count();
        let _ = writeln!(text, "FNF:{}\nFNH:{hit}", file.functions.len());
        let mut ran = 0;
        for (block, (line, ways)) in file.branches.iter().enumerate() {
            let counts = ways.map_or([None; 2], |(taken, not)| [Some(taken), Some(not)]);
            for (branch, count) in counts.into_iter().enumerate() {
                ran += usize::from(count.is_some_and(|count| count > 0));
                let count = count.map_or("-".to_owned(), |count| count.to_string());
                let _ = writeln!(text, "BRDA:{line},{block},{branch},{count}");
            }
        }
        let _ = writeln!(text, "BRF:{}\nBRH:{ran}", 2 * file.branches.len());
        for (line, count) in &file.lines {
            let _ = writeln!(text, "DA:{line},{count}");
        }
        let hit = file.lines.values().filter(|&&count| count > 0).count();
        let _ = writeln!(text, "LF:{}\nLH:{hit}\nend_of_record", file.lines.len());
    }
    text
}
