//! The plot: a bar for each contestant, from the cheapest to the dearest, on a logarithmic axis.

use std::fmt::Write as _;

use crate::{Measured, Result, ours};

const LABELS: f64 = 520.0;
const DECADE: f64 = 105.0;
const ROW: f64 = 22.0;
const TOP: f64 = 58.0;

/// The plot as SVG, for light and dark pages.
///
/// # Errors
///
/// If nothing has been measured.
pub fn plot(measured: &[Measured]) -> Result<String> {
    let mut sorted: Vec<&Measured> = measured.iter().collect();
    sorted.sort_by(|one, other| one.nanoseconds.total_cmp(&other.nanoseconds));
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else {
        return Err("nothing has been measured".into());
    };
    let (start, end) = (first.nanoseconds.log10().floor(), last.nanoseconds.log10().ceil());
    let x = |nanoseconds: f64| LABELS + (nanoseconds.log10() - start) * DECADE;
    let bottom = TOP + ROW * sorted.len() as f64;
    let (width, height) = (LABELS + (end - start) * DECADE + 80.0, bottom + 14.0);

    let mut svg = String::new();
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title">
<title id="title">Nanoseconds a record, on a logarithmic axis</title>
<style>
  text {{ font: 13px system-ui, sans-serif; fill: #1f2328; }}
  .title {{ font-weight: 600; }}
  .axis {{ fill: #59636e; }}
  line {{ stroke: #d1d9e0; }}
  rect {{ fill: #818b98; }}
  .ours {{ fill: #0969da; }}
  .reference {{ font-weight: 600; }}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #f0f6fc; }}
    .axis {{ fill: #9198a1; }}
    line {{ stroke: #3d444d; }}
    rect {{ fill: #656c76; }}
    .ours {{ fill: #4493f8; }}
  }}
</style>
<text class="title" x="8" y="22">Time for a record, one thread; a step on the axis is ten times as long</text>"#
    )?;
    let mut mark = start;
    while mark <= end {
        let (at, label) = (x(10_f64.powf(mark)), duration(10_f64.powf(mark)));
        writeln!(svg, r#"<line x1="{at}" y1="{TOP}" x2="{at}" y2="{bottom}"/>"#)?;
        writeln!(svg, r#"<text class="axis" x="{at}" y="{}" text-anchor="middle">{label}</text>"#, TOP - 8.0)?;
        mark += 1.0;
    }
    let reference = ours::reference();
    for (row, Measured { name, nanoseconds, .. }) in sorted.into_iter().enumerate() {
        let top = TOP + ROW * row as f64;
        let (baseline, end) = (top + ROW * 0.7, x(*nanoseconds));
        let class = if *name == reference { r#" class="reference""# } else { "" };
        let bar = if name.contains("senhasegura-siem") { r#" class="ours""# } else { "" };
        let label = escaped(&name.replace(['*', '`'], ""));
        writeln!(svg, r#"<text{class} x="{}" y="{baseline:.1}" text-anchor="end">{label}</text>"#, LABELS - 8.0)?;
        let (bar_top, bar_height) = (top + 3.0, ROW - 6.0);
        writeln!(
            svg,
            r#"<rect{bar} x="{LABELS}" y="{bar_top}" width="{:.1}" height="{bar_height}"/>"#,
            (end - LABELS).max(1.0)
        )?;
        writeln!(svg, r#"<text{class} x="{:.1}" y="{baseline:.1}">{}</text>"#, end + 6.0, duration(*nanoseconds))?;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// A time of three digits.
fn duration(nanoseconds: f64) -> String {
    let (number, unit) = match nanoseconds {
        ..999.5 => (nanoseconds, "ns"),
        ..999_500.0 => (nanoseconds / 1e3, "µs"),
        _ => (nanoseconds / 1e6, "ms"),
    };
    let places = match number {
        ..9.995 if unit != "ns" && number.fract() != 0.0 => 2,
        ..99.95 if number.fract() != 0.0 => 1,
        _ => 0,
    };
    format!("{number:.places$} {unit}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
