//! A line chart as SVG that fits any width. Its words stand outside, in HTML, so that they stay readable when it shrinks.

use maud::{Markup, html};

/// Units of the drawing; the page scales it.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 80.0;
/// Around the line, so that dots are not cut.
const MARGIN: f64 = 5.0;

/// A value and what it is of.
pub(super) struct Point {
    /// Its place from left to right, from 0.
    pub(super) place: usize,
    /// The value.
    pub(super) value: f64,
    /// Shown when somebody points at it.
    pub(super) label: String,
}

/// Draws points; `places` is how many places there are. The vertical axis begins at zero, so that heights compare as the
/// values do.
pub(super) fn chart(points: &[Point], places: usize) -> Markup {
    let top = points.iter().map(|point| point.value).fold(0.0, f64::max);
    let x = |place: usize| match places {
        0 | 1 => WIDTH / 2.0,
        _ => MARGIN + (WIDTH - 2.0 * MARGIN) * place as f64 / (places - 1) as f64,
    };
    let y = |value: f64| HEIGHT - MARGIN - (HEIGHT - 2.0 * MARGIN) * if top > 0.0 { value / top } else { 0.0 };
    let at = |point: &Point| (format!("{:.1}", x(point.place)), format!("{:.1}", y(point.value)));
    let line: Vec<String> = points.iter().map(at).map(|(x, y)| format!("{x},{y}")).collect();
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" {
            line class="axis" x1="0" x2=(WIDTH) y1=(y(0.0)) y2=(y(0.0)) {}
            polyline points=(line.join(" ")) {}
            @for point in points {
                @let (x, y) = at(point);
                circle cx=(x) cy=(y) r="3" { title { (point.label) } }
            }
        }
    }
}
