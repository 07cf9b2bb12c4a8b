//! `benches/limits.toml`: what each case costs, on which toolchain, and why that has changed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use benches::Case;
use jiff::Timestamp;
use serde::Deserialize;
use toml::Spanned;

use super::callgrind::{AllMeasured, Counts};
use crate::workspace::{Toolchain, folder};

const HEAD: &str = "\
# What one run of each case costs: host instructions, and misses of the first-level and last-level caches that callgrind
# simulates. `cargo run --release -p benches -- gate` compares; with `--bless --reason \"...\"` it writes this file.
";

/// How new limits are taken.
const BLESS: &str = "with gate --bless --reason \"...\"";

/// The file's place.
pub(super) fn path() -> PathBuf {
    folder().join("limits.toml")
}

/// The limits.
pub(super) struct Limits {
    content: Content,
    /// The file and its text, to say where something is wrong.
    file: PathBuf,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    toolchain: Spanned<Toolchain>,
    /// Oldest first.
    reasons: Vec<Reason>,
    limits: BTreeMap<Spanned<String>, Counts>,
}

/// Why the limits are what they are.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// When, such as 2026-11-24.
    date: String,
    reason: String,
}

impl Limits {
    /// Reads the file.
    ///
    /// # Errors
    /// It is not there or not as it should be: which line, why, and the remedy.
    pub(super) fn read(file: &Path) -> Result<Limits> {
        let text = fs::read_to_string(file).with_context(|| {
            format!("{}: cannot be read; restore it with git, or delete it and take new limits {BLESS}", file.display())
        })?;
        Self::parse(file, text)
    }

    /// Reads the file to write it anew; none at all is as good as an empty one.
    ///
    /// # Errors
    /// As [`read`](Self::read): the reasons in a file that cannot be read would be lost.
    pub(super) fn read_to_bless(file: &Path) -> Result<Limits> {
        if file.exists() {
            return Self::read(file);
        }
        let toolchain = Toolchain { rustc: String::new(), host: String::new() };
        let content = Content { toolchain: Spanned::new(0..0, toolchain), reasons: vec![], limits: BTreeMap::new() };
        Ok(Limits { content, file: file.to_owned(), text: String::new() })
    }

    fn parse(file: &Path, text: String) -> Result<Limits> {
        match toml::from_str(&text) {
            Ok(content) => Ok(Limits { content, file: file.to_owned(), text }),
            Err(error) => bail!(
                "{}: {}; mend the line, or restore the file with git",
                place(file, &text, error.span()),
                error.message().trim_end()
            ),
        }
    }

    /// The limit of a case.
    pub(super) fn of(&self, path: &str) -> Option<Counts> {
        self.content.limits.get(path).copied()
    }

    /// Checks that these are limits of the cases, all of them and no others, on this toolchain.
    ///
    /// # Errors
    /// Which line is wrong, and the remedy.
    pub(super) fn check(&self, cases: &[Case], toolchain: &Toolchain) -> Result<()> {
        let at = |span| place(&self.file, &self.text, Some(span));
        let (line, limits) = (at(self.content.toolchain.span()), self.content.toolchain.get_ref());
        ensure!(
            limits == toolchain,
            "{line}: the limits were counted with {limits}, and this is {toolchain}: nothing can be said. Count on \
             the former, or take new limits {BLESS}"
        );
        for name in self.content.limits.keys() {
            let known = cases.iter().any(|case| case.path() == *name.get_ref());
            ensure!(known, "{}: there is no case {:?}; delete the line", at(name.span()), name.get_ref());
        }
        for case in cases {
            let path = case.path();
            ensure!(
                self.of(&path).is_some(),
                "{}: the case {path:?} has no limit; take one {BLESS}",
                self.file.display()
            );
        }
        Ok(())
    }

    /// The limits that are what was measured, with one more reason.
    ///
    /// # Errors
    /// The result cannot be read again; that would be a mistake here.
    pub(super) fn bless(&self, toolchain: Toolchain, measured: &AllMeasured, reason: &str) -> Result<Limits> {
        let date = Timestamp::now().strftime("%F").to_string();
        let reasons = self.content.reasons.iter().cloned().chain([Reason { date, reason: reason.to_owned() }]);
        let mut text = HEAD.to_owned();
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let Toolchain { rustc, host } = toolchain;
        writeln!(text, "\ntoolchain = {{ rustc = {}, host = {} }}", quoted(&rustc), quoted(&host))?;
        writeln!(text, "\nreasons = [")?;
        for Reason { date, reason } in reasons {
            writeln!(text, "    {{ date = {}, reason = {} }},", quoted(&date), quoted(&reason))?;
        }
        writeln!(text, "]\n\n[limits]")?;
        for (path, measured) in measured {
            let Counts { instructions, l1_misses, ll_misses } = measured.counts;
            let name = quoted(path);
            writeln!(
                text,
                "{name} = {{ instructions = {instructions}, l1_misses = {l1_misses}, ll_misses = {ll_misses} }}"
            )?;
        }
        Self::parse(&self.file, text)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&self, file: &Path) -> Result<()> {
        fs::write(file, &self.text).with_context(|| file.display().to_string())
    }
}

/// `file:line` of the first byte of the span.
fn place(file: &Path, text: &str, span: Option<Range<usize>>) -> String {
    let before = span.and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!("{}:{}", file.display(), before.matches('\n').count() + 1),
        None => file.display().to_string(),
    }
}

#[cfg(test)]
mod tests;
