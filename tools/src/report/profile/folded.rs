//! Stacks in one line each, as `flamegraph.pl` and many others read them: names from the outermost caller on, separated by
//! semicolons, a space, a count.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Named;
use crate::profile::Profile;

/// All stacks in which an event has occurred, in the order of their names. Without calls each function is a stack.
pub(crate) fn folded(profile: &Profile, Named { event, .. }: Named) -> String {
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    let stacks = profile.stacks_or_functions();
    let mut names: Vec<String> = Vec::with_capacity(stacks.len());
    for stack in &stacks {
        let name = plain(stack.name);
        let name = stack.parent.map_or_else(|| name.clone(), |parent| format!("{};{name}", names[parent]));
        if stack.costs[event] > 0 {
            *lines.entry(name.clone()).or_default() += stack.costs[event];
        }
        names.push(name);
    }
    lines.into_iter().fold(String::new(), |mut text, (name, own)| {
        let _ = writeln!(text, "{name} {own}");
        text
    })
}

/// A name without what has a meaning here.
fn plain(name: &str) -> String {
    name.replace(';', ":").replace(['\n', '\r'], " ")
}
