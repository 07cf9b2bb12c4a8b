//! The page: a group of cases after the other, a card with charts for each case. All in one file, nothing is fetched.

use benches::Case;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{Point, chart};
use crate::history::{Entry, Figures};

const STYLE: &str = include_str!("style.css");

/// What is drawn of a case: how it is called, and where it is.
struct Series {
    unit: &'static str,
    /// A change up to this is none, in percent.
    noise: f64,
    of: fn(&Figures) -> Option<f64>,
}

const SERIES: [Series; 3] = [
    Series { unit: "host instructions", noise: 1.0, of: |figures| Some(figures.instructions) },
    Series { unit: "ns", noise: 10.0, of: |figures| figures.ns },
    // Fewer are those of the harness itself.
    Series { unit: "L1 misses", noise: 5.0, of: |figures| Some(figures.l1_misses).filter(|misses| *misses >= 0.05) },
];

/// The page of these entries, oldest first; cases that are not defined any more are left out.
pub(super) fn page(entries: &[Entry], cases: &[Case]) -> Markup {
    let groups: Vec<&[Case]> = cases.chunk_by(|a, b| a.group == b.group).collect();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "emu: benchmarks" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "emu: benchmarks" }
                (summary(entries))
                nav { @for group in &groups { a href=(format!("#{}", group[0].group)) { (group[0].group) } } }
                @for group in &groups {
                    section id=(group[0].group) {
                        h2 { (group[0].group) }
                        p { "An operation is " (group[0].operation) "." }
                        div class="cards" { @for case in *group { (card(entries, case)) } }
                    }
                }
            }
        }
    }
}

/// What the page is about.
fn summary(entries: &[Entry]) -> Markup {
    html! {
        @if let Some(newest) = entries.last() {
            p {
                "Commit " code { (short(newest)) } " of " (day(newest)) ", " (newest.toolchain) ". Commits shown: "
                (entries.len()) ", the oldest at the left. Each figure is of one operation, and charts begin at zero. "
                "Instructions and misses were counted under callgrind and are exact; nanoseconds were measured on "
                "whatever machine there was."
            }
        }
    }
}

/// The charts of one case.
fn card(entries: &[Entry], case: &Case) -> Markup {
    html! {
        article {
            h3 { (case.name) }
            @if !entries.iter().any(|entry| entry.cases.contains_key(&case.path())) { p { "Not recorded yet." } }
            @for series in &SERIES { (figure(entries, &case.path(), series)) }
        }
    }
}

/// One chart with its newest value and the change since the one before.
fn figure(entries: &[Entry], path: &str, series: &Series) -> Markup {
    let point = |(place, entry): (usize, &Entry)| {
        let value = entry.cases.get(path).and_then(series.of)?;
        Some(Point { place, value, label: format!("{} {}: {value} {}", day(entry), short(entry), series.unit) })
    };
    let points: Vec<Point> = entries.iter().enumerate().filter_map(point).collect();
    let change = match &points[..] {
        [.., before, newest] if before.value > 0.0 => Some((newest.value / before.value - 1.0) * 100.0),
        _ => None,
    };
    html! {
        @if let Some(newest) = points.last() {
            figure {
                figcaption {
                    strong { (number(newest.value)) } " " (series.unit)
                    @if let Some(change) = change { span class=(class(change / series.noise)) { (format!("{change:+.1} %")) } }
                }
                // One point alone shows nothing that the number does not.
                @if points.len() > 1 { (chart(&points, entries.len())) }
            }
        }
    }
}

/// The change as a multiple of what is noise.
fn class(change: f64) -> &'static str {
    match change {
        change if change > 1.0 => "worse",
        change if change < -1.0 => "better",
        _ => "same",
    }
}

/// Three significant digits or so.
fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn short(entry: &Entry) -> &str {
    &entry.commit[..entry.commit.len().min(7)]
}

fn day(entry: &Entry) -> &str {
    entry.date.split('T').next().unwrap_or_default()
}
