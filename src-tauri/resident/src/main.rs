//! Booking Monitor's resident executable: worker, command line and terminal demo.
//!
//! It puts the pieces together and decides nothing: what becomes of a booking or
//! a message is the engine's, and every command here is one question to the
//! database or one act of a person on it. It links no web view.
//!
//! One runtime on one thread serves everything. Commands that only look at the
//! database make none, so that they are as quick as the database is.

mod cli;
mod commands;
mod data_dir;
mod demo;
mod failure;
mod import_ids;
mod logging;
mod output;
mod pause_for;
mod private;
mod runtime;
mod session;
mod views;
mod when;
mod words;
mod worker;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    private::keep();
    commands::run(cli::Cli::parse())
}
