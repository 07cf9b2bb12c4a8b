//! What a profile says about a program: its functions, which instructions ran how often, who called whom. Built from what the
//! machine has counted and the program's symbols; how it is shown is the business of `report/profile`.

mod lines;
mod saved;

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use emu_core::hart::Hart;
use emu_core::image::{Image, SymbolKind};
use emu_core::machine::Machine;
use emu_core::observe::{Observer, Options};
use emu_core::profile::{Call, Caller, Costs, Event, Functions, NO_PARENT, Paths, Tally, Turn, Way};
use emu_core::timing::Model;
use emu_core::trap::Cause;
use serde::{Deserialize, Serialize};

pub(crate) use lines::{Line, Lines};
pub(crate) use saved::{Listed, Saved};

use crate::guest::Guest;
use crate::report::place;
use crate::report::profile::Named;

/// One function, or what stands for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Function {
    /// Its name as its author wrote it; an address where there is none.
    pub(crate) name: String,
    /// Instructions of its own.
    pub(crate) own: u64,
    /// With those of what it called; without calls the same.
    pub(crate) inclusive: u64,
    /// How often it was called, as far as that is known.
    pub(crate) calls: u64,
    /// Modelled cycles of its own; 0 without a timing model.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) cycles: u64,
    /// The same with those of what it called.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) inclusive_cycles: u64,
    /// All that is counted of its own.
    #[serde(skip)]
    pub(crate) costs: Costs,
}

/// An instruction with its function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Insn {
    /// The index of its function.
    pub(crate) function: usize,
    /// How often it ran.
    pub(crate) tally: Tally,
    /// What all its runs came to.
    pub(crate) costs: Costs,
}

/// A call, or all traps before one instruction that have one handler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    /// Who called: an index.
    pub(crate) from: usize,
    /// The instruction that called.
    pub(crate) site: u64,
    /// Who was called: an index.
    pub(crate) to: usize,
    /// How often, and what ran until the return.
    pub(crate) call: Call,
}

/// One way to a function, and what it cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stack {
    /// The number of the way to its caller.
    pub(crate) parent: Option<usize>,
    /// What is called.
    pub(crate) name: String,
    /// Instructions of its own along this way.
    pub(crate) own: u64,
    /// How often it was called along this way.
    pub(crate) calls: u64,
    /// Modelled cycles of its own along this way; 0 without a timing model.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) cycles: u64,
    /// All that is counted of its own along this way.
    #[serde(skip)]
    pub(crate) costs: Costs,
}

impl Function {
    /// How often an event has occurred in itself.
    pub(crate) fn count(&self, event: Event) -> u64 {
        count((self.own, self.cycles, &self.costs), event)
    }
}

impl Stack {
    /// How often an event has occurred in itself along this way.
    pub(crate) fn count(&self, event: Event) -> u64 {
        count((self.own, self.cycles, &self.costs), event)
    }
}

/// What a file has as well is the same in both places.
fn count((own, cycles, costs): (u64, u64, &Costs), event: Event) -> u64 {
    match event {
        Event::Instructions => own,
        Event::Cycles => cycles,
        other => costs[other],
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// A profile.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Instructions that retired.
    pub(crate) total: u64,
    /// Modelled cycles, and by what model, if there is one.
    pub(crate) cycles: Option<(u64, &'static Model)>,
    /// What was simulated.
    pub(crate) simulated: Options,
    /// All functions that ran, the most expensive first.
    pub(crate) functions: Vec<Function>,
    /// All instructions that ran, by address.
    pub(crate) insns: Vec<Insn>,
    /// All calls, by their sites; empty if calls were not kept.
    pub(crate) edges: Vec<Edge>,
    /// The tree of calls, callers before what they call; one root for each function that ran first on a stack.
    pub(crate) stacks: Vec<Stack>,
    /// Calls that count for their callers, as the tree had grown too large.
    pub(crate) folded: u64,
    /// Whether the program has no names for its functions.
    pub(crate) nameless: bool,
}

/// The functions of a program by its symbols: what is marked as one, and outside of those global labels, as assembly has them.
pub(crate) fn functions(image: &Image) -> Functions {
    let sections: Vec<Range<u64>> = image
        .code()
        .iter()
        .map(|section| section.address.0..section.address.0.saturating_add(image.code_bytes(section).len() as u64))
        .collect();
    let in_code = |at: u64| sections.iter().find(|section| section.contains(&at));
    let symbols = || image.symbols().iter();
    let sized: Vec<_> = symbols()
        .filter(|symbol| symbol.kind == SymbolKind::Function && symbol.size_bytes > 0)
        .filter_map(|symbol| {
            let section = in_code(symbol.address.0)?;
            Some(symbol.address.0..symbol.address.0.saturating_add(symbol.size_bytes).min(section.end))
        })
        .collect();
    let known = Functions::new(sized.iter().cloned());
    let is_start = |symbol: &emu_core::image::Symbol<'_>| match symbol.kind {
        SymbolKind::Function => symbol.size_bytes == 0,
        SymbolKind::Label => symbol.global,
        _ => false,
    };
    // Up to the end of the section; where another one begins, that is cut off.
    let labels = symbols().filter(is_start).filter_map(|symbol| {
        let at = symbol.address.0;
        let section = in_code(at)?;
        known.around(at).is_none().then_some(at..section.end)
    });
    Functions::new(labels.chain(sized))
}

/// What is counted of one function while its profile is put together.
#[derive(Clone, Copy, Default)]
struct Sums {
    own: Costs,
    below: Costs,
    calls: u64,
}

impl Sums {
    /// The function, whose name is known by now; if calls were not kept, nothing is known of what it called.
    fn function(self, name: String, with_calls: bool) -> Function {
        let below = if with_calls { self.below } else { self.own };
        Function {
            name,
            own: self.own[Event::Instructions],
            inclusive: below[Event::Instructions],
            calls: self.calls,
            cycles: self.own[Event::Cycles],
            inclusive_cycles: below[Event::Cycles],
            costs: self.own,
        }
    }
}

/// How functions are told apart: by the address of their first instruction, or as traps of one cause.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Function(u64),
    Trap(bool, u64),
}

impl From<Caller> for Key {
    fn from(caller: Caller) -> Self {
        match caller {
            Caller::Function(at) => Key::Function(at),
            Caller::Trap { is_interrupt, code } => Key::Trap(is_interrupt, code),
        }
    }
}

/// A stack of a profile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Along<'p> {
    /// The number of the one that called it.
    pub(crate) parent: Option<usize>,
    /// What it is called.
    pub(crate) name: &'p str,
    /// What is counted of its own.
    pub(crate) costs: &'p Costs,
}

impl Profile {
    /// The stacks, callers before what they call. Where calls were not kept each function is one.
    pub(crate) fn stacks_or_functions(&self) -> Vec<Along<'_>> {
        if self.stacks.is_empty() {
            let functions = self.functions.iter();
            return functions.map(|one| Along { parent: None, name: &one.name, costs: &one.costs }).collect();
        }
        let stacks = self.stacks.iter();
        stacks.map(|stack| Along { parent: stack.parent, name: &stack.name, costs: &stack.costs }).collect()
    }

    /// The events that were counted.
    pub(crate) fn events(&self) -> Vec<Named> {
        Named::counted(self.cycles.is_some(), &self.simulated)
    }

    /// Of what the machine has run. `None` if it was not told to keep that.
    pub(crate) fn new<A: Guest>(image: &Image, machine: &Machine<A>) -> Option<Self> {
        let paths: Vec<Paths> = (0..machine.harts().len()).filter_map(|hart| machine.paths(hart)).collect();
        Some(Profile::of(image, &machine.tallies()?, &paths, machine))
    }

    fn of<A: Guest>(image: &Image, tallies: &[Tally], paths: &[Paths], machine: &Machine<A>) -> Self {
        let functions = Rc::new(functions(image));
        let mut sums: BTreeMap<Key, Sums> = BTreeMap::new();
        // What lies in no known function is by itself one, from one call's target to the next.
        let targets = Functions::new(paths.iter().flat_map(|paths| paths.nodes()).filter_map(|node| match node.what {
            Caller::Function(at) if functions.around(at).is_none() => Some(at..u64::MAX),
            _ => None,
        }));
        let function = |pc: u64| {
            let known = functions.around(pc).or_else(|| targets.around(pc));
            Key::Function(known.map_or(pc, |range| range.start))
        };
        let mut insns: Vec<(Key, Tally, Costs)> = Vec::with_capacity(tallies.len());
        let arch = machine.harts().first().map(|hart| &hart.arch);
        for &tally in tallies.iter().filter(|tally| tally.retired > 0 || !tally.costs.is_zero()) {
            let key = function(tally.pc);
            let turn = match arch {
                Some(arch) if tally.pc != Tally::NOWHERE => A::turn(tally.row, &arch.decode(tally.word).operands),
                _ => Turn::Other,
            };
            let mut costs = tally.costs;
            costs.add::<A>(tally.row, turn, tally.retired);
            sums.entry(key).or_default().own += costs;
            insns.push((key, tally, costs));
        }
        let mut stacks = Vec::new();
        let mut keys = Vec::new();
        for paths in paths {
            add_tree(paths, &mut stacks, &mut keys, &mut sums);
        }
        let mut edges: BTreeMap<(u64, Key, Key), Call> = BTreeMap::new();
        for paths in paths {
            for (Way { from, site, to }, call) in paths.calls() {
                let from = from.map_or_else(|| function(site), Key::Function);
                let sum = edges.entry((site, from, Key::Function(to))).or_default();
                sum.count += call.count;
                sum.inclusive += call.inclusive;
            }
        }
        let mut order: Vec<(Key, Sums)> = sums.into_iter().collect();
        order.sort_by_key(|&(key, sums)| (std::cmp::Reverse(sums.own[Event::Instructions]), key));
        let index: BTreeMap<Key, usize> = order.iter().enumerate().map(|(n, &(key, _))| (key, n)).collect();
        let name = |key: Key| match key {
            Key::Function(at) => place::label(at, image.symbols()).unwrap_or_else(|| format!("{at:#x}")),
            Key::Trap(is_interrupt, code) => format!("[{}]", A::cause_name(Cause { is_interrupt, code })),
        };
        let edge = |((site, from, to), call): ((u64, Key, Key), Call)| {
            Some(Edge { from: *index.get(&from)?, site, to: *index.get(&to)?, call })
        };
        Profile {
            total: machine.retired(),
            cycles: machine.harts().first().and_then(Hart::timed_by).map(|model| (machine.cycles(), model)),
            simulated: machine.observed(0).map(Observer::options).unwrap_or_default(),
            functions: order.iter().map(|&(key, sums)| sums.function(name(key), !paths.is_empty())).collect(),
            insns: insns
                .iter()
                .filter_map(|&(key, tally, costs)| Some(Insn { function: *index.get(&key)?, tally, costs }))
                .collect(),
            edges: edges.into_iter().filter_map(edge).collect(),
            stacks: stacks
                .into_iter()
                .zip(keys)
                .map(|((parent, own, calls), key)| Stack {
                    parent,
                    name: name(key),
                    own: own[Event::Instructions],
                    calls,
                    cycles: own[Event::Cycles],
                    costs: own,
                })
                .collect(),
            folded: paths.iter().map(Paths::folded).sum(),
            nameless: !image.symbols().iter().any(|symbol| symbol.kind.is_place()),
        }
    }
}

/// What a tree says of its functions, the most expensive first.
pub(crate) fn sums(stacks: &[Stack]) -> Vec<Function> {
    let costs = |stack: &Stack| {
        let mut costs = stack.costs;
        (costs[Event::Instructions], costs[Event::Cycles]) = (stack.own, stack.cycles);
        costs
    };
    let mut below: Vec<Costs> = stacks.iter().map(costs).collect();
    let mut sums: BTreeMap<&str, Sums> = BTreeMap::new();
    for (n, stack) in stacks.iter().enumerate().rev() {
        let sum = sums.entry(&stack.name).or_default();
        sum.own += costs(stack);
        sum.calls += stack.calls;
        let mut above = std::iter::successors(stack.parent, |&parent| stacks[parent].parent);
        if !above.any(|above| stacks[above].name == stack.name) {
            sum.below += below[n];
        }
        if let Some(parent) = stack.parent {
            let part = below[n];
            below[parent] += part;
        }
    }
    let mut functions: Vec<Function> =
        sums.into_iter().map(|(name, sums)| sums.function(name.to_owned(), true)).collect();
    functions.sort_by(|a, b| b.own.cmp(&a.own).then_with(|| a.name.cmp(&b.name)));
    functions
}

/// Adds the tree of one hart to that of all, and what it says to the sums of its functions.
fn add_tree(
    paths: &Paths,
    stacks: &mut Vec<(Option<usize>, Costs, u64)>,
    keys: &mut Vec<Key>,
    sums: &mut BTreeMap<Key, Sums>,
) {
    let first = stacks.len();
    let nodes = paths.nodes();
    let nodes = nodes.as_slice();
    let mut below: Vec<Costs> = nodes.iter().map(|node| node.own).collect();
    for (n, node) in nodes.iter().enumerate().rev() {
        let key = Key::from(node.what);
        let sum = sums.entry(key).or_default();
        sum.calls += node.calls;
        if node.outermost {
            sum.below += below[n];
        }
        if node.parent != NO_PARENT {
            let part = below[n];
            below[node.parent as usize] += part;
        }
    }
    for node in nodes {
        let parent = (node.parent != NO_PARENT).then(|| first + node.parent as usize);
        stacks.push((parent, node.own, node.calls));
        keys.push(Key::from(node.what));
    }
}
