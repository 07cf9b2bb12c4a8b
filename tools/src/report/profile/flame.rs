//! A flame graph as one SVG file that needs nothing else: each box is a way to a function, as wide as its instructions, or another
//! event's count, with those of what it called. A click on a box makes it as wide as the picture, a search marks boxes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{INSTRUCTIONS, Named};
use crate::profile::{Function, Saved, Stack};
use crate::report::number::{grouped, percent};

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 10.0;
const ROW: f64 = 17.0;
/// Above the boxes: title and search.
const HEAD: f64 = 44.0;
/// Below: the line that tells of the box under the pointer.
const FOOT: f64 = 28.0;
/// Boxes narrower than so many pixels are left out.
const NARROWEST: f64 = 0.1;

const STYLE: &str = include_str!("flame/flame.css");
const SCRIPT: &str = include_str!("flame/flame.js");

/// A box: a name with all that its ways have in common.
#[derive(Default)]
struct Bar<'p> {
    own: u64,
    all: u64,
    /// The same in the profile that is compared with.
    own_before: u64,
    all_before: u64,
    above: BTreeMap<&'p str, Bar<'p>>,
}

/// A profile as a flame graph; without stacks each function is a box by itself.
pub(crate) fn flame(stacks: &[Stack], functions: &[Function], named: Named, title: &str) -> String {
    let mut root = Bar::default();
    add(&mut root, stacks, functions, named, |bar, own| bar.own += own);
    draw(root, title, named, false)
}

/// Two profiles as one: boxes as wide as in `b`, and coloured by what has changed since `a`.
pub(crate) fn flame_of_change(a: &Saved, b: &Saved) -> String {
    let mut root = Bar::default();
    add(&mut root, &a.stacks, &a.functions, INSTRUCTIONS, |bar, own| bar.own_before += own);
    add(&mut root, &b.stacks, &b.functions, INSTRUCTIONS, |bar, own| bar.own += own);
    draw(root, &format!("{} against {}", b.program, a.program), INSTRUCTIONS, true)
}

/// Adds what functions have of their own, along their ways.
fn add<'p>(
    root: &mut Bar<'p>,
    stacks: &'p [Stack],
    functions: &'p [Function],
    Named { event, .. }: Named,
    own: impl Fn(&mut Bar<'p>, u64),
) {
    if stacks.is_empty() {
        for function in functions {
            own(root.above.entry(&function.name).or_default(), function.count(event));
        }
    }
    for (n, stack) in stacks.iter().enumerate().filter(|(_, stack)| stack.count(event) > 0) {
        let mut way: Vec<usize> = std::iter::successors(Some(n), |&n| stacks[n].parent).collect();
        way.reverse();
        let bar = way.iter().fold(&mut *root, |bar, &n| bar.above.entry(&stacks[n].name).or_default());
        own(bar, stack.count(event));
    }
}

fn draw(mut root: Bar<'_>, title: &str, named: Named, compared: bool) -> String {
    sum(&mut root);
    let depth = rows(&root, root.all);
    let height = HEAD + depth as f64 * ROW + FOOT;
    let mut text = String::new();
    let _ = writeln!(
        text,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">"#
    );
    let _ = writeln!(text, "<title>{}</title>", escaped(title));
    let _ = write!(text, "<style>\n{STYLE}</style>\n");
    let _ = writeln!(text, r#"<rect class="ground" width="{WIDTH}" height="{height}"/>"#);
    let _ = writeln!(text, r#"<text class="title" x="{}" y="24">{}</text>"#, WIDTH / 2.0, escaped(title));
    let _ = writeln!(
        text,
        r#"<text id="reset" class="button" x="{MARGIN}" y="24" visibility="hidden">whole picture</text>"#
    );
    let _ = writeln!(text, r#"<text id="search" class="button" x="{}" y="24">search</text>"#, WIDTH - MARGIN - 60.0);
    let _ = writeln!(text, r#"<text id="told" x="{MARGIN}" y="{}"> </text>"#, height - 9.0);
    text.push_str("<g id=\"bars\">\n");
    let mut picture = Picture { text, whole: root.all, bottom: height - FOOT, unit: named.name, compared };
    picture.bar("all", &root, MARGIN, 0);
    let mut text = picture.text;
    text.push_str("</g>\n");
    let _ = write!(text, "<script><![CDATA[\n{SCRIPT}]]></script>\n");
    text.push_str("</svg>\n");
    text
}

/// Adds up what is above each box.
fn sum(bar: &mut Bar<'_>) {
    bar.above.values_mut().for_each(sum);
    bar.all = bar.own + bar.above.values().map(|bar| bar.all).sum::<u64>();
    bar.all_before = bar.own_before + bar.above.values().map(|bar| bar.all_before).sum::<u64>();
}

/// How wide a box is.
fn width(bar: &Bar<'_>, whole: u64) -> f64 {
    (WIDTH - 2.0 * MARGIN) * bar.all as f64 / whole.max(1) as f64
}

/// How many rows have a box that is wide enough.
fn rows(bar: &Bar<'_>, whole: u64) -> usize {
    let seen = bar.above.values().filter(|above| width(above, whole) >= NARROWEST);
    1 + seen.map(|above| rows(above, whole)).max().unwrap_or(0)
}

struct Picture {
    text: String,
    whole: u64,
    bottom: f64,
    /// What is counted.
    unit: &'static str,
    /// Whether there is something to compare with.
    compared: bool,
}

impl Picture {
    fn bar(&mut self, name: &str, bar: &Bar<'_>, x: f64, row: usize) {
        let width = width(bar, self.whole);
        if width < NARROWEST {
            return;
        }
        let y = self.bottom - (row + 1) as f64 * ROW;
        let mut told = format!("{name}: {} {}, {:.2} %", grouped(bar.all), self.unit, percent(bar.all, self.whole));
        let (r, g, b) = if self.compared {
            told += &format!(", before {}", grouped(bar.all_before));
            colour_of_change(bar.all_before, bar.all)
        } else {
            colour(name)
        };
        let _ = writeln!(
            self.text,
            r#"<g><title>{}</title><rect x="{x:.2}" y="{y}" width="{width:.2}" height="{}" fill="rgb({r},{g},{b})" rx="2"/><text x="{:.2}" y="{}" data-name="{}">{}</text></g>"#,
            escaped(&told),
            ROW - 1.0,
            x + 3.0,
            y + 12.5,
            escaped(name),
            escaped(&cut(name, width)),
        );
        let mut at = x;
        for (name, above) in &bar.above {
            self.bar(name, above, at, row + 1);
            at += self::width(above, self.whole);
        }
    }
}

/// As much of a name as fits into a box, as the script does it.
fn cut(name: &str, width: f64) -> String {
    let letters = ((width - 6.0) / 7.0).max(0.0) as usize;
    match name.chars().count() {
        length if length <= letters => name.to_owned(),
        _ if letters < 3 => String::new(),
        _ => name.chars().take(letters - 2).collect::<String>() + "..",
    }
}

/// A warm colour, the same for the same name in every picture.
fn colour(name: &str) -> (u32, u32, u32) {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    if name.starts_with('[') {
        return (120 + hash % 40, 150 + (hash >> 8) % 40, 220 + (hash >> 16) % 30);
    }
    (215 + hash % 40, 90 + (hash >> 8) % 120, 40 + (hash >> 16) % 40)
}

/// Red for more, blue for less, stronger for a larger share of what it was.
fn colour_of_change(before: u64, now: u64) -> (u32, u32, u32) {
    let change = (now as f64 - before as f64) / before.max(1) as f64;
    // Up to a half more or less is told apart.
    let strength = (change.abs() * 2.0).min(1.0);
    let of = |part: f64| (part * strength) as u32;
    match now.cmp(&before) {
        std::cmp::Ordering::Equal => (225, 222, 214),
        std::cmp::Ordering::Greater => (228 + of(17.0), 212 - of(125.0), 204 - of(130.0)),
        std::cmp::Ordering::Less => (208 - of(120.0), 214 - of(50.0), 222 + of(23.0)),
    }
}

/// Text inside of SVG and HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            // XML has no other control characters.
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
        escaped
    })
}
