//! The real application, driven as a person drives it.
//!
//! [`Desk`] is the program at work on a simulated shop, with a keyring of its own; [`Screen`] is its
//! window, looked at and clicked through `WebDriver`. Both executables are the built ones, and what a
//! scenario asserts is what a client or an administrator could see: messages at the gateway, words
//! on the screen.
//!
//! Needs a display: `scripts/with-display.sh`. Scenarios take turns on it, or windows would take
//! each other's focus.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "the crate is tests alone, and a test that cannot go on says so by a panic"
)]

mod desk;
mod package;
mod processes;
mod screen;

use std::time::Duration;

pub use desk::{Desk, shown_window_of, window_of, windows_of};
pub use package::{Installed, Version};
pub use processes::{Other, Process, is_in_front, place_of, put_window, x_windows};
pub use screen::{Screen, close_by_its_cross, main_window};
use tokio::time::Instant;

/// More than any healthy run needs, on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(25);
/// How often a condition is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// Looks again and again until there is something to see.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
