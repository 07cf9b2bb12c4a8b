//! Reads a callgrind profile: what the benchmark's own code costs, and what was executed outside of it. Code that the benchmark has
//! made at run time is its own, and has no object. glibc picks its `memcpy` and the like by the host's processor; a count
//! that contains such code holds on one kind of host only.

use std::collections::BTreeMap;

/// What is in a profile.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Profile<'a> {
    /// Events of the benchmark's own code, by callgrind's names.
    pub(super) own: BTreeMap<&'a str, u64>,
    /// Functions of other objects that have a cost of their own, as `name of object`.
    pub(super) foreign: Vec<String>,
}

/// How callgrind calls the object of code that lies in no file.
const NO_OBJECT: &str = "???";

impl<'a> Profile<'a> {
    /// Of the program whose path ends with `harness`.
    pub(super) fn read(text: &'a str, harness: &str) -> Profile<'a> {
        let (mut events, mut object, mut function) = (Vec::new(), "", "");
        let mut profile = Profile::default();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(names) = line.strip_prefix("events: ") {
                events = names.split_whitespace().collect();
                profile.own = events.iter().map(|&event| (event, 0)).collect();
            } else if let Some(path) = line.strip_prefix("ob=") {
                object = path;
            } else if let Some(name) = line.strip_prefix("fn=") {
                function = name;
            } else if line.starts_with("calls=") {
                // The next line is what the call costs, and that is counted where it arises.
                lines.next();
            } else if line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) {
                if object.ends_with(harness) || object == NO_OBJECT {
                    // Behind the place; zeroes at the end are left out.
                    let costs = line.split_whitespace().skip(1).filter_map(|cost| cost.parse::<u64>().ok());
                    for (event, cost) in events.iter().zip(costs) {
                        *profile.own.entry(event).or_default() += cost;
                    }
                } else {
                    let name = format!("{function} of {object}");
                    if !profile.foreign.contains(&name) {
                        profile.foreign.push(name);
                    }
                }
            }
        }
        profile
    }
}

#[cfg(test)]
mod tests {
    use super::Profile;

    const PROFILE: &str = "\
events: Ir Dr
summary: 48 3

ob=/lib/libc.so.6
fn=start
cob=/target/deps/callgrind-1
cfn=main
calls=1 0
0 48 3

ob=/target/deps/callgrind-1
fn=main
7 10 2
+1 10
cob=/lib/libc.so.6
cfn=memcpy
calls=1 0
* 10

ob=???
fn=0x0000000004040040
0 18 1
";

    #[test]
    fn what_is_only_on_the_way_is_not_foreign() {
        let profile = Profile::read(PROFILE, "deps/callgrind-1");
        assert!(profile.foreign.is_empty());
        assert_eq!(profile.own, [("Ir", 38), ("Dr", 3)].into());
    }

    #[test]
    fn a_function_of_libc_is_and_does_not_count() {
        let text = format!("{PROFILE}\nob=/lib/libc.so.6\nfn=memcpy\n3 5\n+1 5\n");
        let profile = Profile::read(&text, "deps/callgrind-1");
        assert_eq!(profile.foreign, ["memcpy of /lib/libc.so.6"]);
        assert_eq!(profile.own["Ir"], 38);
    }
}
