//! A profile as a file: what `emu profile --json` writes and `emu diff` and `emu annotate` read. It needs neither the program nor its
//! symbols any more.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result, anyhow, ensure};
use emu_core::image::Image;
use serde::{Deserialize, Serialize};

use super::{Function, Lines, Profile, Stack, functions};
use crate::report::code::Code;

/// Largest file of a profile that is read.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// Functions that seem larger are labels before much else: of them only what ran is listed.
const MAX_FUNCTION_BYTES: u64 = 64 << 10;
/// Instructions that are listed at most.
const MAX_INSNS: usize = 1 << 20;

/// A profile with the text of its instructions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// Version of the program that made it.
    pub(crate) emu: String,
    /// The program that ran, as it was named.
    pub(crate) program: String,
    /// Instructions that retired.
    pub(crate) instructions: u64,
    /// Modelled cycles; absent without a timing model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cycles: Option<u64>,
    /// The timing model; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timing: Option<String>,
    /// All functions that ran, the most expensive first.
    pub(crate) functions: Vec<Function>,
    /// The tree of calls, callers before what they call; empty if calls were not kept.
    pub(crate) stacks: Vec<Stack>,
    /// Source files.
    pub(crate) files: Vec<String>,
    /// The instructions of functions that ran, by function and address.
    pub(crate) code: Vec<Listed>,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// Its address.
    pub(crate) address: u64,
    /// Its function: an index.
    pub(crate) function: usize,
    /// How often it ran.
    pub(crate) retired: u64,
    /// How often control went elsewhere from it.
    pub(crate) taken: u64,
    /// `addi sp,sp,-16`
    pub(crate) text: String,
    /// Its source file, an index, and the line; `None` if that is not known.
    pub(crate) source: Option<(usize, u32)>,
}

impl Saved {
    /// Of a program's profile.
    ///
    /// # Errors
    ///
    /// The ISA string makes no sense.
    pub(crate) fn of(profile: &Profile, program: &str, image: &Image, isa: &str, lines: &Lines) -> Result<Self> {
        let mut listing = Listing { files: Vec::new(), known: BTreeMap::new(), lines, code: Vec::new() };
        let mut text = Code::new(image, isa)?;
        let extents = functions(image);
        let mut ran: BTreeMap<usize, BTreeMap<u64, super::Insn>> = BTreeMap::new();
        for insn in &profile.insns {
            ran.entry(insn.function).or_default().insert(insn.tally.pc, *insn);
        }
        for (function, mut insns) in ran {
            let mut ranges: Vec<Range<u64>> = insns.keys().filter_map(|&pc| extents.around(pc)).collect();
            ranges.sort_unstable_by_key(|range| range.start);
            ranges.dedup();
            for range in ranges.into_iter().filter(|range| range.end - range.start <= MAX_FUNCTION_BYTES) {
                let mut at = range.start;
                while at < range.end {
                    // What is not in the file any more, or was never, is known from its having run.
                    let found = match insns.remove(&at) {
                        Some(insn) => Some((text.word(at, insn.tally.word), insn.tally.retired, insn.tally.taken)),
                        None => text.at(at).map(|found| (found, 0, 0)),
                    };
                    let Some(((bytes, text), retired, taken)) = found else { break };
                    listing.add(function, at, text, retired, taken);
                    at += bytes.max(1);
                }
            }
            for (pc, insn) in insns {
                let (_, text) = text.word(pc, insn.tally.word);
                listing.add(function, pc, text, insn.tally.retired, insn.tally.taken);
            }
        }
        listing.code.sort_by_key(|insn| (insn.function, insn.address));
        Ok(Saved {
            emu: env!("CARGO_PKG_VERSION").to_owned(),
            program: program.to_owned(),
            instructions: profile.total,
            cycles: profile.cycles.map(|(cycles, _)| cycles),
            timing: profile.cycles.map(|(_, model)| model.name.to_owned()),
            functions: profile.functions.clone(),
            stacks: profile.stacks.clone(),
            files: listing.files.iter().map(|file| file.to_string()).collect(),
            code: listing.code,
        })
    }

    /// Reads a file, if it holds a profile; a program is for others to read.
    ///
    /// # Errors
    ///
    /// It begins like a profile and is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>> {
        Self::read_file(path).with_context(|| path.display().to_string())
    }

    fn read_file(path: &Path) -> Result<Option<Self>> {
        use std::io::Read as _;
        let Ok(mut file) = std::fs::File::open(path) else { return Ok(None) };
        let mut first = [0];
        if file.read(&mut first).ok() != Some(1) || first != *b"{" {
            return Ok(None);
        }
        let about = file.metadata().map_err(|error| anyhow!("cannot be read: {error}"))?;
        ensure!(about.len() <= MAX_FILE_BYTES, "{} bytes is too large for a profile", about.len());
        let text = std::fs::read_to_string(path).map_err(|error| anyhow!("cannot be read: {error}"))?;
        let wrong =
            |why: &dyn std::fmt::Display| anyhow!("not a profile: {why}; make one with emu profile --json FILE");
        let saved: Saved = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        let is_whole = saved.code.iter().all(|insn| {
            insn.function < saved.functions.len() && insn.source.is_none_or(|(file, _)| file < saved.files.len())
        });
        let is_tree = saved.stacks.iter().enumerate().all(|(n, stack)| stack.parent.is_none_or(|parent| parent < n));
        ensure!(is_whole && is_tree, wrong(&"it contradicts itself"));
        Ok(Some(saved))
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        // What it is made of always has a form in JSON.
        serde_json::to_string(self).map_or_else(|error| error.to_string(), |text| text + "\n")
    }

    /// The instructions of a function.
    pub(crate) fn code_of(&self, function: usize) -> &[Listed] {
        let from = self.code.partition_point(|insn| insn.function < function);
        let to = self.code.partition_point(|insn| insn.function <= function);
        &self.code[from..to]
    }
}

struct Listing<'l> {
    files: Vec<Rc<str>>,
    known: BTreeMap<Rc<str>, usize>,
    lines: &'l Lines,
    code: Vec<Listed>,
}

impl Listing<'_> {
    fn add(&mut self, function: usize, address: u64, text: String, retired: u64, taken: u64) {
        if self.code.len() >= MAX_INSNS {
            return;
        }
        let line = self.lines.at(address);
        let source = line.file.filter(|_| line.number != 0).map(|file| {
            let index = *self.known.entry(Rc::clone(&file)).or_insert_with(|| {
                self.files.push(file);
                self.files.len() - 1
            });
            (index, line.number)
        });
        self.code.push(Listed { address, function, retired, taken, text, source });
    }
}
