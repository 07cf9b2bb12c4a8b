//! Finds in a callgrind profile what was executed outside the benchmark's own binary. glibc picks its `memcpy` and the like
//! by the host's processor; a count that contains such code holds on one kind of host only.

/// The functions with a cost of their own in other objects than `harness` (the end of a path), as `name of object`.
pub(super) fn functions(profile: &str, harness: &str) -> Vec<String> {
    let (mut object, mut function) = ("", "");
    let mut found: Vec<String> = Vec::new();
    let mut lines = profile.lines();
    while let Some(line) = lines.next() {
        if let Some(path) = line.strip_prefix("ob=") {
            object = path;
        } else if let Some(name) = line.strip_prefix("fn=") {
            function = name;
        } else if line.starts_with("calls=") {
            // The next line is what the call costs, and that is counted where it arises.
            lines.next();
        } else if line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) && !object.ends_with(harness) {
            let name = format!("{function} of {object}");
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::functions;

    const PROFILE: &str = "\
events: Ir
summary: 30

ob=/lib/libc.so.6
fn=start
cob=/target/deps/callgrind-1
cfn=main
calls=1 0
0 30

ob=/target/deps/callgrind-1
fn=main
7 10
+1 10
cob=/lib/libc.so.6
cfn=memcpy
calls=1 0
* 10
";

    #[test]
    fn what_is_only_on_the_way_is_not_foreign() {
        assert!(functions(PROFILE, "deps/callgrind-1").is_empty());
    }

    #[test]
    fn a_function_of_libc_is() {
        let profile = format!("{PROFILE}\nob=/lib/libc.so.6\nfn=memcpy\n3 5\n+1 5\n");
        assert_eq!(functions(&profile, "deps/callgrind-1"), ["memcpy of /lib/libc.so.6"]);
    }
}
