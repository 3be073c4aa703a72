//! The REST client of YClients, and of Altegio, which is the same product abroad.
//!
//! [`Client`] implements the engine's [`Bookings`](engine::ports::Bookings) and
//! has a few more questions for the set-up: which branches, which users, which
//! rights. [`Auth`] turns a login and a password into a user token.
//!
//! Live servers send numbers as strings, `[]` for `{}` and HTML with status 200,
//! so everything read here is read leniently, and what cannot be read becomes an
//! error or a listed row, never a shorter list. Wire types stay inside.
//!
//! Nothing here retries, decides what a booking means, or reads the computer's
//! clock.

mod address;
mod auth;
mod client;
mod errors;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod http;
mod listing;
mod pace;
mod setup;
mod wire;

pub use address::{ConfigError, Flavour};
pub use auth::{Auth, LoginStep};
pub use client::Client;
pub use http::Config;
pub use pace::{Lane, Pace};
pub use setup::{Company, MissingRight, Permissions, User};
