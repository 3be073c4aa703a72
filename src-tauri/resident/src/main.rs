//! Booking Monitor's resident executable: tray, worker, command line and demo.
//!
//! It puts the pieces together and decides nothing: what becomes of a booking or
//! a message is the engine's, and every command here is one question to the
//! database or one act of a person on it. It links no web view and no toolkit.
//!
//! One runtime on one thread serves everything. Commands that only look at the
//! database make none, so that they are as quick as the database is.

#![cfg_attr(all(windows, not(test)), windows_subsystem = "windows")]

mod cli;
mod commands;
mod data_dir;
mod demo;
mod diagnostics;
mod failure;
mod import_ids;
mod logging;
mod machine;
mod output;
mod pause_for;
mod private;
#[cfg(unix)]
mod renewal;
#[cfg(not(unix))]
#[path = "no_renewal.rs"]
mod renewal;
mod resident;
mod runtime;
mod session;
mod storage;
mod tray;
mod views;
mod watchman;
mod when;
mod words;
mod worker;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    private::keep();
    // A windowed program: no console opens with the session, and the one it is called from is spoken to.
    #[cfg(windows)]
    win32::attach();
    commands::run(cli::Cli::parse())
}
