//! The frame of pages that need nothing but themselves: they work from a file, without a network, in light and dark.

use super::profile::escaped;

const STYLE: &str = include_str!("page/page.css");

/// A page: `style` and `script` are its own, beside what all pages have; `body` is HTML.
pub(crate) fn page(title: &str, style: &str, body: &str, script: &str) -> String {
    let title = escaped(title);
    let script = if script.is_empty() { String::new() } else { format!("<script>\n{script}</script>\n") };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}{style}</style>\n<body>\n{body}{script}</body>\n</html>\n"
    )
}
