use super::*;
use crate::gate::callgrind::Measured;

const GOOD: &str = r#"
toolchain = { rustc = "1.95.0", host = "x86_64-unknown-linux-gnu" }

reasons = [
    { date = "2026-11-24", reason = "first" },
]

[limits]
"decode/long" = { instructions = 100, l1_misses = 2, ll_misses = 1 }
"decode/short" = { instructions = 90, l1_misses = 2, ll_misses = 1 }
"#;

fn toolchain(rustc: &str) -> Toolchain {
    Toolchain { rustc: rustc.into(), host: "x86_64-unknown-linux-gnu".into() }
}

fn decode_cases() -> Vec<Case> {
    benches::cases::all().into_iter().filter(|case| case.group == "decode").collect()
}

fn parse(text: &str) -> Result<Limits> {
    Limits::parse(Path::new("benches/limits.toml"), text.to_owned())
}

fn check(text: &str, rustc: &str) -> String {
    let checked = parse(text).and_then(|limits| limits.check(&decode_cases(), &toolchain(rustc)));
    checked.map_or_else(|error| format!("{error:#}"), |()| "well".to_owned())
}

#[test]
fn limits_of_all_cases_and_no_others_are_well() {
    assert_eq!(check(GOOD, "1.95.0"), "well");
    assert_eq!(parse(GOOD).unwrap().of("decode/long").unwrap().instructions, 100);
}

#[test]
fn errors_name_file_and_line() {
    let with = |from, to| check(&GOOD.replace(from, to), "1.95.0");
    let malformed = with("instructions = 90", "instructions = 9O");
    assert!(malformed.starts_with("benches/limits.toml:10: "), "{malformed}");
    assert!(malformed.ends_with("; mend the line, or restore the file with git"), "{malformed}");
    let large = with("instructions = 90", "instructions = 99999999999999999999");
    assert!(large.starts_with("benches/limits.toml:10: "), "{large}");
    let negative =
        with("l1_misses = 2, ll_misses = 1 }\n\"decode/short", "l1_misses = -2, ll_misses = 1 }\n\"decode/short");
    assert!(negative.starts_with("benches/limits.toml:9: invalid value: integer `-2`"), "{negative}");
    let unknown = with("decode/short", "decode/shorter");
    assert_eq!(unknown, "benches/limits.toml:10: there is no case \"decode/shorter\"; delete the line");
    let twice = with("decode/short", "decode/long");
    assert!(twice.starts_with("benches/limits.toml:10: duplicate key"), "{twice}");
    let missing = with("\"decode/short\" = { instructions = 90, l1_misses = 2, ll_misses = 1 }\n", "");
    assert!(missing.starts_with("benches/limits.toml: the case \"decode/short\" has no limit"), "{missing}");
    let incomplete = with(", ll_misses = 1 }\n\"decode/short", " }\n\"decode/short");
    assert!(incomplete.starts_with("benches/limits.toml:9: missing field `ll_misses`"), "{incomplete}");
    let surplus = with("\"decode/long\" = {", "\"decode/long\" = { cycles = 1,");
    assert!(surplus.starts_with("benches/limits.toml:9: unknown field `cycles`"), "{surplus}");
    let empty = check("", "1.95.0");
    assert!(empty.starts_with("benches/limits.toml:1: missing field `toolchain`"), "{empty}");
}

#[test]
fn a_missing_file_is_told_or_made() {
    let file = std::env::temp_dir().join(format!("benches-no-limits-{}.toml", std::process::id()));
    let missing = Limits::read(&file).map(drop).unwrap_err().to_string();
    let remedy = "cannot be read; restore it with git, or delete it and take new limits with gate --bless";
    assert!(missing.contains(&format!("{}: {remedy}", file.display())), "{missing}");
    let counts = Counts { instructions: 7, l1_misses: 0, ll_misses: 0 };
    let measured = decode_cases().iter().map(|case| (case.path(), Measured { operations: 1, counts })).collect();
    let made = Limits::read_to_bless(&file).unwrap().bless(toolchain("1.95.0"), &measured, "first").unwrap();
    made.check(&decode_cases(), &toolchain("1.95.0")).unwrap();
    std::fs::write(&file, "toolchain = 7").unwrap();
    let broken = Limits::read_to_bless(&file).map(drop).unwrap_err().to_string();
    std::fs::remove_file(&file).unwrap();
    assert!(broken.contains(":1: "), "the reasons must not be lost: {broken}");
}

#[test]
fn another_toolchain_is_refused() {
    let refused = check(GOOD, "1.96.0");
    assert!(
        refused.starts_with("benches/limits.toml:2: the limits were counted with rustc 1.95.0 on x86"),
        "{refused}"
    );
}

#[test]
fn blessing_keeps_the_reasons() {
    let counts = Counts { instructions: 7, l1_misses: 0, ll_misses: 0 };
    let measured = decode_cases().iter().map(|case| (case.path(), Measured { operations: 1, counts })).collect();
    let old = parse(GOOD).unwrap();
    let new = old.bless(toolchain("1.96.0"), &measured, "say \"why\"\nin two lines").unwrap();
    new.check(&decode_cases(), &toolchain("1.96.0")).unwrap();
    assert_eq!(new.of("decode/short"), Some(counts));
    let reasons: Vec<_> = new.content.reasons.iter().map(|reason| &reason.reason[..]).collect();
    assert_eq!(reasons, ["first", "say \"why\"\nin two lines"]);
}
