//! What the scenarios share: a shop in a throw-away directory, and ways to wait.
//!
//! A scenario goes through the outermost boundaries: real HTTP to the simulator,
//! a real `settings.toml`, a real database file. [`Shop::open`] runs the engine
//! with the real clients in the test's own process; [`Program`] is the built
//! executable, with its keyring, signals and exit codes.
//!
//! Nothing here knows how the engine does what it does. What a test may look at
//! is what a person could: messages at the gateway, rows of the queue, requests
//! that a server counted. And nothing waits for a fixed time: [`Shop::until`]
//! looks again and again, with more patience than any healthy run needs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "the crate is tests alone, and a test that cannot go on says so by a panic"
)]

mod alarms;
mod at_desk;
mod disk;
pub mod luck;
mod plan;
mod program;
mod session;
mod shifted;
mod shop;
#[cfg(target_os = "linux")]
pub mod tray;

pub use alarms::Alarms;
pub use at_desk::AtDesk;
pub use disk::Disk;
pub use plan::{BOT, COMPANY, GATEWAY_TOKEN, INSTANCE, PARTNER_TOKEN, Plan, USER_TOKEN};
pub use program::{Done, Program, Running};
pub use session::Session;
pub use shifted::ShiftedClock;
pub use shop::Shop;
