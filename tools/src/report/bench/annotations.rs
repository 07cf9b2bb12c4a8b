//! Workflow commands of GitHub Actions, which show as annotations: `::error ...`.

use std::fmt::Write as _;

use super::complaint;
use crate::bench::verdict::Verdict;

/// One annotation for each benchmark and number that is not within limits. `file` is the configuration's path.
pub(crate) fn annotations(verdicts: &[Verdict], file: &str) -> String {
    let mut text = String::new();
    for verdict in verdicts {
        let complaints =
            verdict.failure.iter().cloned().chain(verdict.lines.iter().filter(|line| !line.holds).map(complaint));
        for complaint in complaints {
            let (file, title) = (property(file), property(&verdict.name));
            let _ = writeln!(text, "::error file={file},title={title}::{}", data(&complaint));
        }
    }
    text
}

/// Text that stands for itself in a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same in a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
