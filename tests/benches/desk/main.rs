//! The speed goals, measured and printed as a table. Run by `make bench` in a
//! release build; never a test, for a busy machine is no defect.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot go on says so by a panic"
)]

mod claim;
mod measure;
mod poll;
mod process;
#[cfg(target_os = "linux")]
mod tray;

fn main() {
    println!("{:<58} {:>12} {:>12}  verdict", "what", "measured", "goal");
    poll::run();
    claim::run();
    process::run();
    #[cfg(target_os = "linux")]
    tray::run();
}
