//! `bench.toml`: which programs are run how, and what they may cost. Every mistake in it is one line that names the file and the key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The file that is read if none is named.
pub(crate) const DEFAULT_FILE: &str = "bench.toml";
/// Largest configuration file; more is a mistake.
const MAX_FILE_BYTES: u64 = 16 << 20;
/// Programs of one file at most.
const MAX_BENCHES: usize = 10_000;
/// What a run may take if nothing is said.
const DEFAULT_MAX_INSNS: u64 = 10_000_000_000;

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    baseline: Option<PathBuf>,
    #[serde(default)]
    defaults: Settings,
    #[serde(default)]
    bench: Vec<Entry>,
}

/// What only an entry has. Behind it stands the rest: `flatten` and `deny_unknown_fields` exclude each other in serde, so that is checked
/// by hand.
#[derive(Debug, Deserialize)]
struct Entry {
    name: Option<String>,
    program: Option<String>,
    #[serde(flatten)]
    settings: toml::Table,
}

/// What may stand in an entry and, for all entries, in `[defaults]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// As `--board`.
    pub(crate) board: Option<String>,
    /// As `--isa`.
    pub(crate) isa: Option<String>,
    /// As `--memory`.
    pub(crate) memory: Option<String>,
    /// As `--harts`.
    pub(crate) harts: Option<u32>,
    /// As `--timing`.
    pub(crate) timing: Option<String>,
    /// Arguments of the program.
    #[serde(default)]
    pub(crate) args: Vec<String>,
    /// As `emu stat --roi`.
    #[serde(default)]
    pub(crate) roi: Vec<String>,
    /// The exit code of a good run.
    pub(crate) exit_code: Option<u64>,
    /// As `--max-insns`.
    pub(crate) max_insns: Option<u64>,
    /// Limits by metric.
    #[serde(default, deserialize_with = "limits")]
    pub(crate) limits: BTreeMap<String, Limit>,
    /// Limits of functions.
    #[serde(default, deserialize_with = "functions")]
    pub(crate) functions: BTreeMap<String, BTreeMap<String, Limit>>,
}

/// How large a metric may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Limit {
    /// At most this.
    Absolute(u64),
    /// At most so many per cent more than in the baseline.
    Percent(f64),
    /// What it is in the baseline, neither more nor less.
    Exact,
}

/// The limits of a table at the key `at`. What is wrong is told with its key, which serde would leave out.
fn limits_at(at: &str, table: toml::Table) -> Result<BTreeMap<String, Limit>, String> {
    let limit = |(key, value): (String, toml::Value)| {
        let hint = if value.is_table() { ", and no table; those of functions are functions.NAME.METRIC" } else { "" };
        match Limit::try_from(value) {
            Ok(limit) => Ok((key, limit)),
            Err(why) => Err(format!("{at}.{key}: {why}{hint}")),
        }
    };
    table.into_iter().map(limit).collect()
}

fn limits<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Limit>, D::Error> {
    limits_at("limits", Deserialize::deserialize(from)?).map_err(D::Error::custom)
}

fn functions<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, BTreeMap<String, Limit>>, D::Error> {
    let of_function = |(name, value): (String, toml::Value)| match value {
        toml::Value::Table(table) => Ok((name.clone(), limits_at(&format!("functions.{name}"), table)?)),
        _ => Err(format!(
            "functions.{name}: name what is limited: functions.{name}.instructions or functions.{name}.bytes"
        )),
    };
    toml::Table::deserialize(from)?
        .into_iter()
        .map(of_function)
        .collect::<Result<_, String>>()
        .map_err(D::Error::custom)
}

impl TryFrom<toml::Value> for Limit {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        let wanted = || "a limit is a number (at most that), \"1 %\" (more than the baseline), or \"exact\"".to_owned();
        match value {
            toml::Value::Integer(n) => u64::try_from(n).map(Limit::Absolute).map_err(|_| wanted()),
            toml::Value::String(text) if text == "exact" => Ok(Limit::Exact),
            toml::Value::String(text) => {
                let number = text.strip_suffix('%').and_then(|number| number.trim().parse().ok());
                number.filter(|n: &f64| n.is_finite() && *n >= 0.0).map(Limit::Percent).ok_or_else(wanted)
            }
            _ => Err(wanted()),
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Limit::Absolute(most) => f.write_str(&crate::report::number::grouped(*most)),
            Limit::Percent(more) => write!(f, "+{more} %"),
            Limit::Exact => f.write_str("exact"),
        }
    }
}

/// One program that is to be run.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    /// Its name, unlike all others of the file.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) program: PathBuf,
    /// How it is run and what it may cost.
    pub(crate) settings: Settings,
}

impl Bench {
    /// As `--max-insns`.
    pub(crate) fn max_insns(&self) -> u64 {
        self.settings.max_insns.unwrap_or(DEFAULT_MAX_INSNS)
    }
}

/// All that a file describes.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The file.
    pub(crate) path: PathBuf,
    /// The committed results that limits in per cent refer to.
    pub(crate) baseline: PathBuf,
    /// The programs, by name.
    pub(crate) benches: Vec<Bench>,
}

impl Config {
    /// Reads a file, or the file of that name in a folder.
    ///
    /// # Errors
    ///
    /// In one line, with the file's name in front: it cannot be read, it is not what it should be, or its programs are missing.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let path = if path.is_dir() { path.join(DEFAULT_FILE) } else { path.to_owned() };
        Self::read_file(&path).with_context(|| path.display().to_string())
    }

    fn read_file(path: &Path) -> Result<Self> {
        let size = std::fs::metadata(path).map_err(|error| missing(&error))?.len();
        ensure!(size <= MAX_FILE_BYTES, "{size} bytes is too large for a list of benchmarks");
        let text = std::fs::read_to_string(path).map_err(|error| missing(&error))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file: File = toml::from_str(&text).map_err(|error| at_line(&text, &error))?;
        ensure!(!file.bench.is_empty(), "it has no [[bench]]; add one with program = \"FILE\"");
        let mut benches = Vec::new();
        for (n, entry) in file.bench.into_iter().enumerate() {
            let called = entry.program.as_deref().map_or(String::new(), |program| format!(" ({program})"));
            let at = || format!("[[bench]] number {}{called}", n + 1);
            let settings: Settings =
                entry.settings.clone().try_into().map_err(|error| in_entry(&error)).with_context(at)?;
            let settings = settings.over(&file.defaults);
            let program =
                entry.program.as_deref().context("it names no program; add program = \"FILE\"").with_context(at)?;
            for (program, name) in expand(folder, program, entry.name.as_deref()).with_context(at)? {
                benches.push(Bench { name, program, settings: settings.clone() });
                ensure!(benches.len() <= MAX_BENCHES, "more than {MAX_BENCHES} programs; make its patterns narrower");
            }
        }
        benches.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(twice) = benches.windows(2).find(|pair| pair[0].name == pair[1].name) {
            bail!("two benchmarks are called {}; give one of them another name", twice[0].name);
        }
        let baseline = file.baseline.unwrap_or_else(|| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            PathBuf::from(format!("{stem}.baseline.json"))
        });
        Ok(Config { path: path.to_owned(), baseline: folder.join(baseline), benches })
    }
}

impl Config {
    /// Whether some limit says how much more than in the baseline.
    pub(crate) fn refers_to_baseline(&self) -> bool {
        self.benches.iter().any(|Bench { settings: Settings { limits, functions, .. }, .. }| {
            let mut all = limits.values().chain(functions.values().flat_map(BTreeMap::values));
            limits.is_empty() || all.any(|limit| !matches!(limit, Limit::Absolute(_)))
        })
    }
}

impl Settings {
    /// These, and where they say nothing, the defaults.
    fn over(mut self, defaults: &Settings) -> Settings {
        self.board = self.board.or_else(|| defaults.board.clone());
        self.isa = self.isa.or_else(|| defaults.isa.clone());
        self.memory = self.memory.or_else(|| defaults.memory.clone());
        self.harts = self.harts.or(defaults.harts);
        if self.timing.is_none() {
            self.timing.clone_from(&defaults.timing);
        }
        self.exit_code = self.exit_code.or(defaults.exit_code);
        self.max_insns = self.max_insns.or(defaults.max_insns);
        if self.args.is_empty() {
            self.args.clone_from(&defaults.args);
        }
        if self.roi.is_empty() {
            self.roi.clone_from(&defaults.roi);
        }
        for (metric, limit) in &defaults.limits {
            self.limits.entry(metric.clone()).or_insert(*limit);
        }
        for (function, limits) in &defaults.functions {
            self.functions.entry(function.clone()).or_insert_with(|| limits.clone());
        }
        self
    }
}

/// The programs of an entry, with their names.
fn expand(folder: &Path, program: &str, name: Option<&str>) -> Result<Vec<(PathBuf, String)>> {
    let stem = |path: &Path| {
        let inside = path.strip_prefix(folder).unwrap_or(path).with_extension("");
        inside.display().to_string()
    };
    let is_pattern = program.contains(['*', '?', '[']);
    if !is_pattern {
        let path = folder.join(program);
        ensure!(path.is_file(), "no such program: {}; build it, or correct the path", path.display());
        let name = name.map_or_else(|| stem(&path), str::to_owned);
        return Ok(vec![(path, name)]);
    }
    ensure!(name.is_none(), "a pattern has many programs, so leave out name: each is called by its path");
    let pattern = folder.join(program);
    let pattern = pattern.to_str().ok_or_else(|| anyhow!("not a pattern: {program}"))?;
    let found = glob::glob(pattern).map_err(|error| anyhow!("not a pattern: {program}: {error}"))?;
    let mut programs = Vec::new();
    for path in found {
        let path = path.map_err(|error| anyhow!("{error}; make it readable"))?;
        if path.is_file() {
            let name = stem(&path);
            programs.push((path, name));
        }
    }
    ensure!(!programs.is_empty(), "no program is like {program}; build them, or correct the pattern");
    Ok(programs)
}

fn missing(error: &std::io::Error) -> anyhow::Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => anyhow!("no such file; write one, or name another (docs/bench.md shows how)"),
        _ => anyhow!("cannot be read: {error}"),
    }
}

/// What the parser says, with the line.
fn at_line(text: &str, error: &toml::de::Error) -> anyhow::Error {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    match line {
        Some(line) => anyhow!("line {line}: {}", one_line(error)),
        None => one_line(error),
    }
}

fn one_line(error: &toml::de::Error) -> anyhow::Error {
    anyhow!("{}", error.message().lines().map(str::trim).collect::<Vec<_>>().join(" "))
}

/// The same of an entry's settings, which do not know what else an entry has.
fn in_entry(error: &toml::de::Error) -> anyhow::Error {
    anyhow!("{}", one_line(error).to_string().replace("expected one of ", "expected one of `name`, `program`, "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(text: &str) -> Result<Limit, String> {
        let table: toml::Table = toml::from_str(&format!("limit = {text}")).expect("TOML");
        Limit::try_from(table["limit"].clone())
    }

    #[test]
    fn limits() {
        assert_eq!(limit("1000"), Ok(Limit::Absolute(1000)));
        assert_eq!(limit("\"0.5 %\""), Ok(Limit::Percent(0.5)));
        assert_eq!(limit("\"1%\""), Ok(Limit::Percent(1.0)));
        assert_eq!(limit("\"exact\""), Ok(Limit::Exact));
        for wrong in ["-1", "1.5", "\"1\"", "\"-1 %\"", "\"nan%\"", "true", "\"\""] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Limit::Percent(0.5).to_string(), "+0.5 %");
    }

    #[test]
    fn what_an_entry_does_not_say_the_defaults_do() {
        let defaults: Settings = toml::from_str(
            "board = \"testbench\"\ntiming = \"hazard3\"\nargs = [\"a\"]\nlimits.instructions = 5\nlimits.cycles = 6",
        )
        .expect("settings");
        let own: Settings = toml::from_str("isa = \"rv32i\"\nlimits.cycles = 7").expect("settings");
        let both = own.over(&defaults);
        assert_eq!((both.board.as_deref(), both.isa.as_deref()), (Some("testbench"), Some("rv32i")));
        assert_eq!((both.timing.as_deref(), both.args.as_slice()), (Some("hazard3"), &["a".to_owned()][..]));
        assert_eq!(both.limits["instructions"], Limit::Absolute(5));
        assert_eq!(both.limits["cycles"], Limit::Absolute(7));
    }
}
