//! The report as a page of the documentation, with its drawing beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::drawing;
use crate::measure::{Report, verdict};

const BEGIN: &str = "<!-- figures: written by `make bench` -->\n";
const END: &str = "<!-- end of figures -->";

/// Puts the figures between the marks of `docs/benchmarks.md`, and draws `docs/benchmarks.svg`.
pub(crate) fn write(report: &Report) {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let page = docs.join("benchmarks.md");
    let text = fs::read_to_string(&page).unwrap();
    let (head, rest) = text.split_once(BEGIN).expect("the page has its first mark");
    let (_, tail) = rest.split_once(END).expect("the page has its second mark");
    fs::write(&page, format!("{head}{BEGIN}{}{END}{tail}", tables(report))).unwrap();
    fs::write(docs.join("benchmarks.svg"), drawing::draw(report)).unwrap();
}

fn tables(report: &Report) -> String {
    let mut text = format!("\n{}\n", machine());
    for section in &report.sections {
        let _ = write!(text, "\n## {}\n\n{}\n\n", section.title, section.how);
        text.push_str("| What | Measured | Goal | |\n| --- | ---: | ---: | --- |\n");
        for row in &section.rows {
            let mark = match row.holds {
                Some(false) => "**missed**",
                other => verdict(other),
            };
            let _ = writeln!(text, "| {} | {} | {} | {mark} |", row.what, row.measured, row.goal);
        }
    }
    text.push('\n');
    text
}

/// Cores and memory, and nothing that would name the machine.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = memory.split_whitespace().nth(1).and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0);
    let gigabytes = kilobytes / f64::from(1 << 20);
    let system = std::env::consts::OS;
    format!("Measured on {cores} cores with {gigabytes:.0} GB of memory, {system}, release build.")
}
