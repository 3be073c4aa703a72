//! The speed goals and the figures at scale, measured, printed as a table, and
//! written to `docs/benchmarks.md` with its drawing. Run by `make bench` in a
//! release build; never a test, for a busy machine is no defect.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot go on says so by a panic"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "figures for people"
)]

mod archive;
mod branches;
mod burst;
mod claim;
mod drawing;
mod measure;
mod million;
mod naive;
mod page;
mod poll;
mod process;
#[cfg(target_os = "linux")]
mod tray;
mod virtual_time;
#[cfg(target_os = "linux")]
mod window;
mod wire;

use measure::Report;

type Part = (&'static str, fn(&mut Report));

/// By the word that runs one of them alone: `cargo bench … --bench desk -- burst`.
const PARTS: &[Part] = &[
    ("poll", poll::run),
    ("claim", claim::run),
    ("process", process::run),
    #[cfg(target_os = "linux")]
    ("tray", tray::run),
    #[cfg(target_os = "linux")]
    ("window", window::run),
    ("naive", naive::run),
    ("branches", branches::run),
    ("burst", burst::run),
    ("million", million::run),
];

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut report = Report::default();
    for (name, run) in PARTS.iter().copied() {
        if asked.is_empty() || asked.iter().any(|word| word == name) {
            run(&mut report);
        }
    }
    if asked.is_empty() {
        page::write(&report);
        println!("\nWritten to docs/benchmarks.md and docs/benchmarks.svg.");
    }
}
