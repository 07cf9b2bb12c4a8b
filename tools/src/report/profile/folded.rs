//! Stacks in one line each, as `flamegraph.pl` and many others read them: names from the outermost caller on, separated by
//! semicolons, a space, instructions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::profile::Profile;

/// All stacks that have instructions of their own, in the order of their names. Without calls each function is a stack.
pub(crate) fn folded(profile: &Profile) -> String {
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    if profile.stacks.is_empty() {
        for function in profile.functions.iter().filter(|function| function.own > 0) {
            *lines.entry(plain(&function.name)).or_default() += function.own;
        }
    }
    let mut names: Vec<String> = Vec::with_capacity(profile.stacks.len());
    for stack in &profile.stacks {
        let name = plain(&stack.name);
        let name = stack.parent.map_or_else(|| name.clone(), |parent| format!("{};{name}", names[parent]));
        if stack.own > 0 {
            *lines.entry(name.clone()).or_default() += stack.own;
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
