//! The file format of speedscope (<https://www.speedscope.app>, "sampled" profiles): each stack is a sample. There is a profile for each
//! event, instructions first; a stack's weight is how often that has occurred.

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
    let stacks = profile.stacks_or_functions();
    let mut profiles: Vec<Value> = Vec::new();
    for named in profile.events() {
        let (mut samples, mut weights) = (Vec::new(), Vec::new());
        for (n, stack) in stacks.iter().enumerate().filter(|(_, stack)| stack.costs[named.event] > 0) {
            let way = std::iter::successors(Some(n), |&n| stacks[n].parent);
            let mut sample: Vec<usize> = way.map(|n| frame(stacks[n].name)).collect();
            sample.reverse();
            samples.push(sample);
            weights.push(stack.costs[named.event]);
        }
        profiles.push(json!({
            "type": "sampled",
            "name": format!("{title}: {}", named.name),
            "unit": "none",
            "startValue": 0,
            "endValue": weights.iter().sum::<u64>(),
            "samples": samples,
            "weights": weights,
        }));
    }
    let document = json!({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "name": title,
        "exporter": concat!("emu ", env!("CARGO_PKG_VERSION")),
        "activeProfileIndex": 0,
        "shared": { "frames": frames },
        "profiles": profiles,
    });
    format!("{document}\n")
}
