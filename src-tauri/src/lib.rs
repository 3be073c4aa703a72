//! Booking Monitor's window. It decides nothing: it shows what the engine's
//! database says, and each of its commands is one question to the database, one
//! act of a person on it, or one request to a service during the set-up.
//!
//! A process of its own, so that a page that hangs, crashes or is attacked cannot
//! delay, lose or double a message. It meets the resident program in the database
//! and nowhere else, and is gone with all its memory when its last window is.

#[macro_use]
mod words;

mod app;
mod args;
mod autostart;
pub mod commands;
pub mod contract;
mod failure;
mod logging;
#[cfg(test)]
mod names;
pub mod session;
mod settings_cell;
mod small;
#[cfg(test)]
mod tests;
mod time;
pub mod training;
pub mod vault;
mod views;
pub mod watcher;
mod windows;

use std::process::ExitCode;

use clap::Parser as _;

/// The whole program, from its arguments to its exit code.
pub fn run() -> ExitCode {
    // Before anything speaks over the network.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let args = args::Args::parse();
    logging::start(args.dir().as_deref());
    app::start(&args)
}
