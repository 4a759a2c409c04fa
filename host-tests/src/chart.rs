//! Draws small charts, one for each kind of input: what a byte costs as the input grows.

use std::fmt::{self, Write as _};

/// A chart: its title, and points of the size and the costs at that size, a line for each.
pub struct Chart<const N: usize> {
    /// What grows.
    pub title: String,
    /// The size, and what a byte costs in each line.
    pub points: Vec<(usize, [f64; N])>,
}

const COLUMNS: usize = 4;
const CELL: (f64, f64) = (240.0, 128.0);
const TOP: f64 = 44.0;
/// The room of the lines in a cell: left, top, width, height.
const PLOT: (f64, f64, f64, f64) = (10.0, 36.0, 180.0, 66.0);
const CLASSES: [&str; 4] = ["a", "b", "c", "d"];
/// What the lowest and the highest place of every chart stand for.
const RANGE: (f64, f64) = (1.0, 10_000.0);

/// Returns the charts as SVG, for light and dark pages, all on the same logarithmic scale of cost.
///
/// # Errors
///
/// Only those of writing to a text, which has none.
pub fn draw<const N: usize>(caption: &str, names: [&str; N], charts: &[Chart<N>]) -> Result<String, fmt::Error> {
    let rows = charts.len().div_ceil(COLUMNS);
    let (width, height) = (CELL.0 * COLUMNS as f64, TOP + CELL.1 * rows as f64);
    let mut svg = String::new();
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title">
<title id="title">{}</title>
<style>
  text {{ font: 11px system-ui, sans-serif; fill: #1f2328; }}
  .caption {{ font-size: 13px; font-weight: 600; }}
  .size {{ fill: #59636e; }}
  rect {{ fill: none; stroke: #d1d9e0; }}
  polyline {{ fill: none; stroke-width: 1.5; }}
  .a {{ stroke: #0969da; }} .b {{ stroke: #1a7f37; }} .c {{ stroke: #9a6700; }} .d {{ stroke: #818b98; }}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #f0f6fc; }}
    .size {{ fill: #9198a1; }}
    rect {{ stroke: #3d444d; }}
    .a {{ stroke: #4493f8; }} .b {{ stroke: #3fb950; }} .c {{ stroke: #d29922; }} .d {{ stroke: #656c76; }}
  }}
</style>
<text class="caption" x="10" y="18">{}</text>"#,
        escaped(caption),
        escaped(caption)
    )?;
    let mut x = 10.0;
    for (name, class) in names.iter().zip(CLASSES) {
        writeln!(svg, r#"<polyline class="{class}" points="{x},32 {},32"/>"#, x + 18.0)?;
        writeln!(svg, r#"<text x="{}" y="36">{}</text>"#, x + 23.0, escaped(name))?;
        x += 110.0;
    }
    for (number, chart) in charts.iter().enumerate() {
        let (left, top) = (CELL.0 * (number % COLUMNS) as f64, TOP + CELL.1 * (number / COLUMNS) as f64);
        cell(&mut svg, (left, top), chart)?;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn cell<const N: usize>(svg: &mut String, (left, top): (f64, f64), chart: &Chart<N>) -> fmt::Result {
    let (x, y, width, height) = (left + PLOT.0, top + PLOT.1, PLOT.2, PLOT.3);
    for (line, words) in wrapped(&chart.title).iter().enumerate() {
        writeln!(svg, r#"<text x="{x}" y="{}">{}</text>"#, top + 14.0 + 13.0 * line as f64, escaped(words))?;
    }
    writeln!(svg, r#"<rect x="{x}" y="{y}" width="{width}" height="{height}"/>"#)?;
    let last = (chart.points.len().max(2) - 1) as f64;
    let height_of = |cost: f64| {
        let share = (cost.clamp(RANGE.0, RANGE.1) / RANGE.0).log10() / (RANGE.1 / RANGE.0).log10();
        y + height * (1.0 - share)
    };
    for (line, class) in (0..N).zip(CLASSES) {
        let points = chart.points.iter().enumerate().filter_map(|(place, (_, costs))| {
            Some(format!("{:.1},{:.1}", x + width * place as f64 / last, height_of(*costs.get(line)?)))
        });
        writeln!(svg, r#"<polyline class="{class}" points="{}"/>"#, points.collect::<Vec<_>>().join(" "))?;
    }
    if let (Some((first, _)), Some((largest, costs))) = (chart.points.first(), chart.points.last()) {
        let baseline = y + height + 13.0;
        writeln!(svg, r#"<text class="size" x="{x}" y="{baseline}">{first}</text>"#)?;
        writeln!(svg, r#"<text class="size" x="{}" y="{baseline}" text-anchor="end">{largest}</text>"#, x + width)?;
        let cost = costs.first().copied().unwrap_or_default();
        writeln!(svg, r#"<text x="{}" y="{:.1}">{cost:.0}</text>"#, x + width + 4.0, height_of(cost) + 4.0)?;
    }
    Ok(())
}

/// A title in lines of the width of a cell.
fn wrapped(title: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in title.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => word.clone_into(line),
            Some(line) if line.len() + word.len() < 38 => *line += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('`', "").replace('&', "&amp;").replace('<', "&lt;")
}
