//! Regions of interest that a user names: a function, with all that it calls, or what lies between two places in the code. Those that
//! the guest itself marks are the machine's business.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use emu_core::image::Image;
use emu_core::machine::Region;
use emu_core::profile::Event;

use crate::profile::{Function, Profile, Stack};
use crate::report::number::{grouped, percent};
use crate::report::place;
use crate::{symbol, values};

/// Less than this share of a run, in per cent, and something is likely to be wrong.
const LITTLE: f64 = 1.0;

/// Remarks on regions at most.
const MAX_REMARKS: usize = 20;

/// What is of interest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Roi {
    /// A function, as profiles call it.
    Function(String),
    /// The instructions at these addresses, without those of what they call; as the user wrote it.
    Addresses(String, Range<u64>),
}

impl Roi {
    /// `main`, `0x8000_0000..0x8000_0100`, or `begin..end` with symbols.
    ///
    /// # Errors
    ///
    /// There is no such symbol (the message has names that are like it), or the range is empty.
    pub(crate) fn parse(image: &Image, text: &str) -> Result<Self> {
        Self::read(image, text).with_context(|| format!("--roi {text}"))
    }

    fn read(image: &Image, text: &str) -> Result<Self> {
        let Some((from, to)) = text.split_once("..") else {
            ensure!(
                values::number(text).is_err(),
                "an address alone is no region; give a function, or two addresses such as 0x80000000..0x80000100"
            );
            let start = symbol::extent(image, text)?.start;
            return Ok(Roi::Function(place::label(start, image.symbols()).unwrap_or_else(|| text.to_owned())));
        };
        let place = |text: &str| match values::number(text) {
            Ok(at) => Ok(at),
            Err(_) => symbol::extent(image, text).map(|extent| extent.start),
        };
        let range = place(from)?..place(to)?;
        if range.is_empty() {
            bail!("the second address must be above the first one");
        }
        Ok(Roi::Addresses(text.to_owned(), range))
    }

    /// Whether it takes the calls of a run to tell what is in it.
    pub(crate) fn needs_calls(&self) -> bool {
        matches!(self, Roi::Function(_))
    }

    /// What it holds of a run.
    pub(crate) fn region(&self, profile: &Profile) -> Region {
        let (name, times, instructions, cycles) = match self {
            Roi::Function(name) => {
                let function = profile.functions.iter().find(|function| function.name == *name);
                let counts = |function: &Function| (function.calls, function.inclusive, function.inclusive_cycles);
                let (times, instructions, cycles) = function.map_or((0, 0, 0), counts);
                (name, times, instructions, cycles)
            }
            Roi::Addresses(name, range) => {
                let inside = || profile.insns.iter().filter(|insn| range.contains(&insn.tally.pc));
                let first = inside().find(|insn| insn.tally.pc == range.start).map_or(0, |insn| insn.tally.retired);
                let sum = |event| inside().map(|insn| insn.costs[event]).sum();
                (name, first, sum(Event::Instructions), sum(Event::Cycles))
            }
        };
        // Under the model `ideal` each instruction takes one cycle.
        let cycles = if profile.cycles.is_some() { cycles } else { instructions };
        Region { name: name.clone(), times, instructions, cycles, is_open: false }
    }
}

/// What is to be said of a region in a run of so many instructions: how much it is, and that it may not be what was meant.
pub(crate) fn remark(region: &Region, all: u64) -> String {
    let share = percent(region.instructions, all);
    let mut text =
        format!("{}: {} of {} instructions ({share:.2} %)", region.name, grouped(region.instructions), grouped(all));
    if region.instructions == 0 {
        text += "; nothing was in it: it may have been inlined, or never called";
    } else if share < LITTLE {
        text += "; that is little: some of it may have been inlined elsewhere";
    }
    text
}

/// What is to be said of the regions that the guest has marked: a line for each name, as far as there is room for so many.
pub(crate) fn remarks(regions: &[Region], all: u64) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for region in regions {
        *sums.entry(&region.name).or_insert_with(|| {
            names.push(&region.name);
            0
        }) += region.instructions;
    }
    let line = |&name: &&str| {
        let share = percent(sums[name], all);
        let text = format!("region {name}: {} of {} instructions ({share:.2} %)", grouped(sums[name]), grouped(all));
        if share < LITTLE { text + "; that is little: does the work lie outside of its marks?" } else { text }
    };
    let mut lines: Vec<String> = names.iter().take(MAX_REMARKS).map(line).collect();
    if names.len() > MAX_REMARKS {
        lines.push(format!("{} more regions", names.len() - MAX_REMARKS));
    }
    lines
}

/// What a profile has within some functions, and what they call.
pub(crate) fn within(profile: Profile, functions: &BTreeSet<String>) -> Profile {
    let mut kept: Vec<Option<usize>> = Vec::with_capacity(profile.stacks.len());
    let mut stacks: Vec<Stack> = Vec::new();
    for stack in &profile.stacks {
        let parent = stack.parent.and_then(|parent| kept[parent]);
        let is_in = parent.is_some() || functions.contains(&stack.name);
        kept.push(is_in.then_some(stacks.len()));
        if is_in {
            stacks.push(Stack { parent, ..stack.clone() });
        }
    }
    let total = stacks.iter().map(|stack| stack.own).sum();
    let cycles = profile.cycles.map(|(_, model)| (stacks.iter().map(|stack| stack.cycles).sum(), model));
    let functions = crate::profile::sums(&stacks);
    Profile { total, cycles, functions, insns: Vec::new(), edges: Vec::new(), stacks, ..profile }
}

#[cfg(test)]
mod tests {
    use emu_core::observe::Options;
    use emu_core::profile::Costs;
    use emu_core::timing::MODELS;

    use super::*;

    #[test]
    fn what_is_within_a_function_keeps_its_shape() {
        let stack = |parent, name: &str, own| {
            let (name, costs) = (name.to_owned(), Costs::default());
            Stack { parent, name, own, calls: 1, cycles: 2 * own, costs }
        };
        let stacks = vec![
            stack(None, "main", 10),
            stack(Some(0), "sort", 20),
            stack(Some(1), "compare", 30),
            stack(Some(1), "sort", 5),
            stack(Some(0), "compare", 40),
        ];
        let whole = Profile {
            total: 105,
            cycles: Some((210, &MODELS[1])),
            simulated: Options::default(),
            functions: crate::profile::sums(&stacks),
            insns: Vec::new(),
            edges: Vec::new(),
            stacks,
            folded: 0,
            nameless: false,
        };
        let part = within(whole, &["sort".to_owned()].into());
        assert_eq!((part.total, part.cycles.map(|(cycles, _)| cycles)), (55, Some(110)));
        let shape: Vec<_> = part.stacks.iter().map(|s| (s.parent, s.name.as_str(), s.own)).collect();
        assert_eq!(shape, [(None, "sort", 20), (Some(0), "compare", 30), (Some(0), "sort", 5)]);
        let function =
            |name: &str| part.functions.iter().find(|f| f.name == name).map(|f| (f.own, f.inclusive, f.calls));
        assert_eq!(function("sort"), Some((25, 55, 2)), "nested in itself it counts once");
        assert_eq!((function("compare"), function("main")), (Some((30, 30, 1)), None));
    }

    #[test]
    fn little_is_remarked() {
        let region = |instructions| Region { name: "f".to_owned(), times: 1, instructions, cycles: 0, is_open: false };
        assert_eq!(remark(&region(250), 1000), "f: 250 of 1,000 instructions (25.00 %)");
        assert!(remark(&region(9), 1000).contains("that is little"));
        assert!(remark(&region(0), 1000).contains("nothing was in it"));
        let marked = |name: &str, instructions| Region { name: name.to_owned(), ..region(instructions) };
        let lines = remarks(&[marked("marker 1", 6), marked("a", 9), marked("marker 1", 4)], 1000);
        assert_eq!(lines[0], "region marker 1: 10 of 1,000 instructions (1.00 %)");
        assert!(lines[1].starts_with("region a: 9 of 1,000 instructions (0.90 %); that is little"), "{lines:?}");
        let many: Vec<Region> = (0..30).map(|n| marked(&n.to_string(), 1)).collect();
        assert_eq!((remarks(&many, 30).len(), remarks(&many, 30)[20].as_str()), (21, "10 more regions"));
    }
}
