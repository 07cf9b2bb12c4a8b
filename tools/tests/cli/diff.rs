//! `emu diff` and `emu annotate`: what changed is named with its cause, counts agree with `emu stat`, pages stand alone.

use serde_json::Value;

use super::{Folder, emu};

const NOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/example/elf/now/words.elf");
const SLOWER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/example/elf/slower/words.elf");
const SORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/kernels/elf/rv64/sort-small.elf");

/// A page needs nothing else: it loads nothing, and its elements are closed.
fn stands_alone(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    for outside in ["src=", "href=", "@import", "url(", "fetch("] {
        assert!(!page.contains(outside), "{outside}");
    }
    for element in ["script", "style", "section", "table", "main", "svg"] {
        let count = |text: &str| page.matches(text).count();
        let opened = count(&format!("<{element}>")) + count(&format!("<{element} "));
        assert_eq!(opened, count(&format!("</{element}>")), "{element}");
    }
}

#[test]
fn the_function_that_changed_is_named_with_its_cause() {
    let folder = Folder::new();
    let [markdown, html, json] = ["m.md", "d.html", "d.json"].map(|name| folder.path(name));
    let output = emu([
        "diff",
        NOW,
        SLOWER,
        "--markdown",
        &markdown,
        "--html",
        &html,
        "--json",
        &json,
        "--function",
        "hash_word",
    ])
    .has_status(0);
    let line = output.stdout.lines().find(|line| line.contains("hash_word:")).expect("it has changed");
    assert!(line.contains("360,565") && line.contains("364,565") && line.contains("+4,000"), "{line}");
    assert!(line.contains("a call 180.3 to 182.3 (+4000)"), "{line}");
    // The two instructions that are new, each once a call.
    let new: Vec<&str> =
        output.stdout.lines().filter(|line| line.contains("  + ") && line.contains("+2,000")).collect();
    assert!(new.len() == 2 && new.iter().all(|line| line.ends_with("+ nop")), "{new:?}");
    assert!(
        folder.read("m.md").contains("| `hash_word` | 360,565 | 364,565 | +4,000 | +1.11 % |"),
        "{}",
        folder.read("m.md")
    );
    let document: Value = serde_json::from_str(&folder.read("d.json")).expect("JSON");
    assert_eq!(document["change"], 4000);
    assert_eq!(document["functions"][0]["name"], "hash_word");
    assert_eq!(document["functions"][0]["cause"]["by_cost_per_call"], 4000);
    let page = folder.read("d.html");
    stands_alone(&page);
    assert!(page.contains("<tr class=\"new\">") && page.contains("before 360,565"));
}

#[test]
fn profiles_compare_as_their_programs_do() {
    let folder = Folder::new();
    let [a, b] = ["a.json", "b.json"].map(|name| folder.path(name));
    emu(["profile", NOW, "--json", &a, "--top", "0"]).has_status(0);
    emu(["profile", SLOWER, "--json", &b, "--top", "0"]).has_status(0);
    assert_eq!(emu(["diff", &a, &b]).has_status(0).stdout, emu(["diff", NOW, SLOWER]).has_status(0).stdout);
    assert!(emu(["diff", &a, &a]).has_status(0).stdout.contains("no function has changed"));
    // Without calls there are counts only, in either engine.
    for engine in ["interp", "jit"] {
        let flat = emu(["diff", NOW, SLOWER, "--flat", "--engine", engine]).has_status(0).stdout;
        assert!(flat.contains("+4,000  hash_word\n"), "{flat}");
    }
}

#[test]
fn annotated_counts_are_those_of_the_run() {
    let folder = Folder::new();
    let (page, file) = (folder.path("a.html"), folder.path("p.json"));
    emu(["profile", SORT, "--json", &file, "--top", "0"]).has_status(0);
    let saved: Value = serde_json::from_str(&folder.read("p.json")).expect("JSON");
    let listed: u64 =
        saved["code"].as_array().expect("a list").iter().filter_map(|insn| insn["retired"].as_u64()).sum();
    assert_eq!(Some(listed), saved["instructions"].as_u64(), "every instruction is listed");
    emu(["annotate", SORT, "--html", &page]).has_status(0);
    let html = folder.read("a.html");
    stands_alone(&html);
    let data = html.split("id=\"data\">").nth(1).and_then(|rest| rest.split("</script>").next()).expect("data");
    let data: Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(data["instructions"], saved["instructions"]);
    assert_eq!(data["code"].as_array().map(Vec::len), saved["code"].as_array().map(Vec::len));
    // In the terminal, from the saved profile and from the program.
    let text = emu(["annotate", &file, "--function", "quicksort"]).has_status(0).stdout;
    assert!(text.contains("quicksort: ") && !text.contains('\x1b'), "{text}");
    assert_eq!(emu(["annotate", SORT, "--function", "quicksort"]).has_status(0).stdout, text);
    emu(["annotate", &file, "--function", "quicksort", "other.elf"]).is_refusal(&["takes no arguments"]);
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let folder = Folder::new();
    let broken = folder.file("broken.json", "{\"emu\": 1}");
    emu(["diff", &broken, NOW]).is_refusal(&["broken.json", "not a profile", "emu profile --json"]);
    emu(["annotate", &broken]).is_refusal(&["broken.json", "not a profile"]);
    let lying = r#"{"emu":"0","program":"p","instructions":1,"functions":[],"stacks":[],"files":[],
        "code":[{"address":0,"function":7,"retired":1,"taken":0,"text":"nop","source":null}]}"#;
    let lying = folder.file("lying.json", lying);
    emu(["annotate", &lying]).is_refusal(&["lying.json", "it contradicts itself"]);
    emu(["diff", "no/such.elf", NOW]).is_refusal(&["no/such.elf", "no such file"]);
    emu(["diff", NOW, "no/such.elf"]).is_refusal(&["no/such.elf", "no such file"]);
    emu(["diff", NOW, SLOWER, "--function", "hash_wrd"])
        .is_refusal(&["no such function ran", "did you mean hash_word?"]);
    emu(["annotate", NOW, "--function", "hash_wrd"]).is_refusal(&["no such function ran", "did you mean hash_word?"]);
    let unwritable = emu(["annotate", NOW, "--html", "no/a.html"]).has_status(125);
    assert!(unwritable.stderr.contains("emu: --html: no/a.html: cannot be written"), "{}", unwritable.stderr);
    assert!(!unwritable.stderr.contains(".emu-"), "the name of no file of ours: {}", unwritable.stderr);
}
