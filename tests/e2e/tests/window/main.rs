//! What a person does at the window, and what comes of it at the gateway.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

mod first_run;
mod gone;
mod hostile;
mod queue;
mod small;
mod tray;
