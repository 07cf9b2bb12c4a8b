//! The file format of speedscope (<https://www.speedscope.app>, "sampled" profiles): each stack is a sample whose weight is
//! its instructions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::profile::Profile;

/// The profile as speedscope's JSON.
pub(crate) fn speedscope(profile: &Profile, title: &str) -> String {
    let mut frames: Vec<Value> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut frame = |name| {
        *known.entry(name).or_insert_with(|| {
            frames.push(json!({ "name": name }));
            frames.len() - 1
        })
    };
    let (mut samples, mut weights) = (Vec::new(), Vec::new());
    if profile.stacks.is_empty() {
        for function in profile.functions.iter().filter(|function| function.own > 0) {
            samples.push(vec![frame(function.name.as_str())]);
            weights.push(function.own);
        }
    }
    for (n, stack) in profile.stacks.iter().enumerate().filter(|(_, stack)| stack.own > 0) {
        let way = std::iter::successors(Some(n), |&n| profile.stacks[n].parent);
        let mut sample: Vec<usize> = way.map(|n| frame(profile.stacks[n].name.as_str())).collect();
        sample.reverse();
        samples.push(sample);
        weights.push(stack.own);
    }
    let document = json!({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "name": title,
        "exporter": concat!("emu ", env!("CARGO_PKG_VERSION")),
        "activeProfileIndex": 0,
        "shared": { "frames": frames },
        "profiles": [{
            "type": "sampled",
            "name": title,
            "unit": "none",
            "startValue": 0,
            "endValue": weights.iter().sum::<u64>(),
            "samples": samples,
            "weights": weights,
        }],
    });
    format!("{document}\n")
}
