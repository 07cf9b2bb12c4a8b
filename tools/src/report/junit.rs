//! Results as JUnit XML, which CI services display. Knows the form only; who passed is decided elsewhere.

use std::fmt::Write;
use std::time::Duration;

/// One test case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The test's name: its path.
    pub(crate) name: String,
    /// Time of the host.
    pub(crate) time: Duration,
    /// Why it failed and the end of its output; `None` if it passed.
    pub(crate) failure: Option<(String, String)>,
}

/// The whole document, with one suite.
pub(crate) fn document(suite: &str, cases: &[Case]) -> String {
    let failures = cases.iter().filter(|c| c.failure.is_some()).count();
    let time: Duration = cases.iter().map(|c| c.time).sum();
    let totals =
        format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" time=\"{:.6}\"", cases.len(), time.as_secs_f64());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(out, "<testsuites {totals}>\n  <testsuite name=\"{suite}\" {totals}>");
    for case in cases {
        let (folder, name) = case.name.rsplit_once('/').unwrap_or((".", &case.name));
        let head = format!(
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6}\"",
            escape(folder),
            escape(name),
            case.time.as_secs_f64()
        );
        let _ = match &case.failure {
            None => writeln!(out, "{head}/>"),
            Some((reason, output)) => writeln!(
                out,
                "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                escape(reason),
                escape(output)
            ),
        };
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// Replaces what means something in XML, and what XML 1.0 cannot carry at all (section 2.2: most control characters).
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document() {
        let ms = Duration::from_millis;
        let cases = [
            Case { name: "suite/add".to_owned(), time: ms(1), failure: None },
            Case {
                name: "bad".to_owned(),
                time: ms(2),
                failure: Some(("check 3 <&>".to_owned(), "out\x1b\"".to_owned())),
            },
        ];
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites tests=\"2\" failures=\"1\" errors=\"0\" time=\"0.003000\">
  <testsuite name=\"emu test\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"0.003000\">
    <testcase classname=\"suite\" name=\"add\" time=\"0.001000\"/>
    <testcase classname=\".\" name=\"bad\" time=\"0.002000\">
      <failure message=\"check 3 &lt;&amp;&gt;\">out\u{fffd}&quot;</failure>
    </testcase>
  </testsuite>
</testsuites>
";
        assert_eq!(document("emu test", &cases), expected);
    }
}
