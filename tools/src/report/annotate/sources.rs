//! The text of source files, as far as they are where the program's debug information says. Files are as large as they are; only so
//! much is kept.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use crate::profile::Saved;

/// Files larger than this are no source.
const MAX_FILE_BYTES: u64 = 4 << 20;
/// Lines before the first and behind the last one that has code are shown too.
const AROUND: u32 = 2;
/// A function has at most so many lines; what is farther away is shown line by line.
const MAX_LINES: u32 = 2000;

/// Lines of source files.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// For each file of the profile its lines, by number; empty if there are none.
    files: Vec<BTreeMap<u32, String>>,
    /// Files that could not be read.
    pub(crate) missing: Vec<String>,
}

impl Sources {
    /// Of all code of a profile.
    pub(crate) fn of(saved: &Saved) -> Self {
        let mut wanted: Vec<BTreeMap<u32, ()>> = vec![BTreeMap::new(); saved.files.len()];
        for function in 0..saved.functions.len() {
            let lines = || saved.code_of(function).iter().filter_map(|insn| insn.source);
            let Some((home, _)) = lines().next() else { continue };
            let own = || lines().filter(|&(file, _)| file == home).map(|(_, line)| line);
            if let (Some(first), Some(last)) = (own().min(), own().max())
                && last - first <= MAX_LINES
            {
                let range = first.saturating_sub(AROUND).max(1)..=last.saturating_add(AROUND);
                wanted[home].extend(range.map(|line| (line, ())));
            }
            for (file, line) in lines() {
                wanted[file].insert(line, ());
            }
        }
        let mut sources = Sources::default();
        for (name, wanted) in saved.files.iter().zip(wanted) {
            let text = if wanted.is_empty() { Some(String::new()) } else { read(Path::new(name)) };
            if text.is_none() {
                sources.missing.push(name.clone());
            }
            let text = text.unwrap_or_default();
            let numbered = (1u32..).zip(text.lines()).filter(|(number, _)| wanted.contains_key(number));
            sources.files.push(numbered.map(|(number, line)| (number, line.to_owned())).collect());
        }
        sources
    }

    /// A line.
    pub(crate) fn line(&self, file: usize, number: u32) -> Option<&str> {
        self.files.get(file)?.get(&number).map(String::as_str)
    }

    /// The lines of each file that are known.
    pub(crate) fn files(&self) -> &[BTreeMap<u32, String>] {
        &self.files
    }
}

fn read(path: &Path) -> Option<String> {
    let file = std::fs::File::open(path).ok()?;
    let about = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    if about.len() > MAX_FILE_BYTES {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
