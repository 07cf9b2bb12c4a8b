//! One page that needs nothing else: functions, a flame graph coloured by change, and the instructions of what changed most.

use std::fmt::Write as _;

use super::{percent, sides, signed};
use crate::diff::{self, Row};
use crate::profile::Saved;
use crate::report::number::grouped;
use crate::report::page;
use crate::report::profile::{escaped, flame_of_change};

/// Functions whose instructions are shown.
const WITH_CODE: usize = 10;

/// The page.
pub(crate) fn html(a: &Saved, b: &Saved, rows: &[Row]) -> String {
    let change = i128::from(b.instructions) - i128::from(a.instructions);
    let mut body = String::new();
    let _ = writeln!(
        body,
        "<header><h1>{} <small>instructions</small></h1><p>{} in <b>{}</b><br>{} in <b>{}</b> {}</p></header>",
        signed(change),
        grouped(a.instructions),
        escaped(&a.program),
        grouped(b.instructions),
        escaped(&b.program),
        percent(a.instructions, b.instructions),
    );
    let changed: Vec<&Row> = rows.iter().filter(|row| row.change() != 0).collect();
    body.push_str("<main class=\"stack\">\n<section><h2>Functions</h2>\n");
    if changed.is_empty() {
        body.push_str("<p>No function has changed.</p>\n");
    } else {
        body.push_str("<div class=\"scroll\"><table><tr><th>function<th class=\"n\">A<th class=\"n\">B<th class=\"n\">change<th>why</tr>\n");
        for row in &changed {
            let (before, after) = sides(row);
            let class = if row.change() > 0 { "more" } else { "less" };
            let _ = writeln!(
                body,
                "<tr><td><code>{}</code><td class=\"n\">{before}<td class=\"n\">{after}<td class=\"n {class}\">{}<td>{}</tr>",
                escaped(&row.name),
                signed(row.change()),
                escaped(&row.reason())
            );
        }
        body.push_str("</table></div>\n");
    }
    body.push_str(
        "</section>\n<section><h2>Flame graph of B</h2><p>As wide as the instructions in B; red grew, blue shrank. \
        Click a box to widen it.</p><div class=\"scroll\">\n",
    );
    body.push_str(&flame_of_change(a, b));
    body.push_str("</div></section>\n");
    for row in changed.iter().filter(|row| row.before.is_some() && row.after.is_some()).take(WITH_CODE) {
        let pairs = diff::code(a, b, &row.name);
        if pairs.is_empty() {
            continue;
        }
        let _ = writeln!(
            body,
            "<section><h2><code>{}</code> <span class=\"{}\">{}</span></h2><div class=\"scroll\"><table class=\"code\">\
             <tr><th class=\"n\">A<th class=\"n\">B<th>instruction</tr>",
            escaped(&row.name),
            if row.change() > 0 { "more" } else { "less" },
            signed(row.change())
        );
        for pair in pairs {
            let class = match (pair.before, pair.after) {
                (Some(_), None) => "gone",
                (None, _) => "new",
                (before, after) if before != after => "other",
                _ => "",
            };
            let count = |n: Option<u64>| n.map(grouped).unwrap_or_default();
            let _ = writeln!(
                body,
                "<tr class=\"{class}\"><td class=\"n\">{}<td class=\"n\">{}<td>{}</tr>",
                count(pair.before),
                count(pair.after),
                escaped(&pair.text)
            );
        }
        body.push_str("</table></div></section>\n");
    }
    body.push_str("</main>\n");
    page::page(&format!("{} against {}", b.program, a.program), "", &body, "")
}
