//! The figures that are best seen: the naive way of polling beside ours, and how
//! much slower a million old notifications make what a shop does all day.

use std::fmt::Write as _;

use crate::measure::Report;

const WIDTH: f64 = 860.0;
const MARGIN: f64 = 28.0;

/// Both grounds: the one that the reader's page has.
const STYLE: &str = "
  .ground { fill: #ffffff } text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 } .quiet { fill: #59636e; font-size: 12px }
  .axis { stroke: #8c959f } .naive { fill: #9a6700 } .ours { fill: #0969da } .over { fill: #cf222e }
  .goal { stroke: #cf222e; stroke-dasharray: 4 3 } .goal-word { fill: #cf222e; font-size: 12px }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #e6edf3 } .quiet { fill: #9198a1 } .axis { stroke: #6e7681 }
    .naive { fill: #d29922 } .ours { fill: #4493f8 } .over { fill: #f85149 }
    .goal { stroke: #f85149 } .goal-word { fill: #f85149 }
  }";

/// The whole drawing.
pub(crate) fn draw(report: &Report) -> String {
    let rows = report.ratios.len() as f64;
    let height = 300.0 + rows * 26.0 + 70.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"Benchmarks\">\n<style>{STYLE}\n</style>\n<rect class=\"ground\" width=\"{WIDTH}\" \
         height=\"{height}\"/>\n"
    );
    words(
        &mut svg,
        "title",
        "start",
        MARGIN,
        32.0,
        "One poll with 500 bookings known: the naive way and ours",
    );
    words(
        &mut svg,
        "quiet",
        "start",
        MARGIN,
        52.0,
        "mean of 60 polls a minute apart, a few changes among them; less is better",
    );
    let (naive, ours) = (report.naive, report.ours);
    panel(&mut svg, 0, "requests a poll", "", naive.requests, ours.requests);
    panel(&mut svg, 1, "on the wire a poll", " KB", naive.kilobytes, ours.kilobytes);
    panel(&mut svg, 2, "processor time a poll", " ms", naive.cpu_ms, ours.cpu_ms);
    ratios(&mut svg, report, 300.0);
    svg.push_str("</svg>\n");
    svg
}

fn words(svg: &mut String, class: &str, anchor: &str, x: f64, y: f64, text: &str) {
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{x:.0}\" y=\"{y:.0}\">{text}</text>"
    );
}

fn bar(svg: &mut String, class: &str, x: f64, y: f64, width: f64, height: f64) {
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\"/>"
    );
}

fn line(svg: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
        from.0, from.1, to.0, to.1
    );
}

/// Two bars on a scale of their own that begins at nothing.
fn panel(svg: &mut String, column: u32, title: &str, unit: &str, naive: f64, ours: f64) {
    let left = MARGIN + f64::from(column) * (WIDTH - 2.0 * MARGIN) / 3.0;
    let (top, foot) = (96.0, 226.0);
    let most = naive.max(ours).max(f64::MIN_POSITIVE);
    for (place, (class, name, value)) in
        [("naive", "naive", naive), ("ours", "ours", ours)].into_iter().enumerate()
    {
        let x = left + 20.0 + place as f64 * 100.0;
        let height = value / most * (foot - top);
        bar(svg, class, x, foot - height, 70.0, height);
        words(svg, "", "middle", x + 35.0, foot - height - 7.0, &format!("{}{unit}", short(value)));
        words(svg, "quiet", "middle", x + 35.0, foot + 17.0, name);
    }
    line(svg, "axis", (left, foot), (left + 215.0, foot));
    words(svg, "", "start", left, foot + 38.0, title);
}

/// Three digits are enough.
fn short(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn ratios(svg: &mut String, report: &Report, top: f64) {
    words(svg, "title", "start", MARGIN, top + 8.0, "How much slower with a million old notifications");
    words(
        svg,
        "quiet",
        "start",
        MARGIN,
        top + 27.0,
        "median time on that database ÷ median time on a new one; goal: at most 1.2",
    );
    let (left, right) = (MARGIN + 140.0, WIDTH - MARGIN - 60.0);
    let most = report.ratios.iter().map(|(_, ratio)| *ratio).fold(1.4, f64::max) * 1.05;
    let place = |ratio: f64| left + ratio / most * (right - left);
    let first = top + 44.0;
    for (row, (name, ratio)) in report.ratios.iter().enumerate() {
        let y = first + row as f64 * 26.0;
        let class = if *ratio <= 1.2 { "ours" } else { "over" };
        words(svg, "", "end", left - 10.0, y + 13.0, name);
        bar(svg, class, left, y, place(*ratio) - left, 17.0);
        words(svg, "", "start", place(*ratio).max(place(1.2)) + 8.0, y + 13.0, &format!("{ratio:.2}×"));
    }
    let foot = first + report.ratios.len() as f64 * 26.0;
    line(svg, "axis", (left, first - 6.0), (left, foot));
    line(svg, "axis", (place(1.0), first - 6.0), (place(1.0), foot));
    line(svg, "goal", (place(1.2), first - 6.0), (place(1.2), foot));
    words(svg, "quiet", "middle", left, foot + 16.0, "0");
    words(svg, "quiet", "middle", place(1.0), foot + 16.0, "1");
    words(svg, "goal-word", "middle", place(1.2), foot + 16.0, "1.2");
}
