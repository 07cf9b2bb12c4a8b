use std::collections::BTreeMap;

use super::*;
use crate::history::Figures;
use crate::workspace::Toolchain;

fn entry(commit: &str, instructions: f64, ns: Option<f64>) -> Entry {
    let figures = Figures { instructions, l1_misses: 0.0, ns, outliers: ns.map(|_| 0.01) };
    Entry {
        commit: commit.into(),
        date: "2026-11-24T10:08:00Z".into(),
        toolchain: Toolchain { rustc: "<1.95>".into(), host: "x86_64".into() },
        cases: BTreeMap::from([("decode/long".to_owned(), figures), ("gone/case".to_owned(), figures)]),
    }
}

#[test]
fn the_page_holds_everything_and_fetches_nothing() {
    let entries = [entry("aaaaaaaaaa", 150.0, None), entry("bbbbbbbbbb", 153.0, Some(20.5))];
    let page = page::page(&entries, &benches::cases::all()).into_string();
    for text in
        ["bbbbbbb", "<strong>153</strong> host instructions", "+2.0 %", "<strong>20.5</strong> ns", "&lt;1.95&gt;"]
    {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    for text in ["http:", "https:", "<script", "src=", "@import", "url(", "gone/case"] {
        assert!(!page.contains(text), "{text} is in {page}");
    }
}

#[test]
fn what_has_no_past_has_no_chart() {
    let entries = [entry("aaaaaaaaaa", 150.0, None), entry("bbbbbbbbbb", 153.0, Some(20.5))];
    let cases = benches::cases::all();
    let first = page::page(&entries[..1], &cases).into_string();
    assert_eq!(first.matches("<svg").count(), 0);
    assert_eq!(first.matches("Not recorded yet.").count(), cases.len() - 1);
    // Of the time there is one figure still.
    assert_eq!(page::page(&entries, &cases).into_string().matches("<svg").count(), 1);
}

#[test]
fn figures_are_listed_as_the_action_reads_them() {
    let list = smaller_is_better(&entry("a", 150.25, Some(20.5)));
    let json = serde_json::to_value(&list).unwrap();
    assert_eq!(
        json[0],
        serde_json::json!({"name": "decode/long, host instructions", "unit": "instructions/operation", "value": 150.25})
    );
    assert_eq!(json[1], serde_json::json!({"name": "decode/long, time", "unit": "ns/operation", "value": 20.5}));
    assert_eq!(list.len(), 4);
}
