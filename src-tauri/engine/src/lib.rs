//! The behaviour of Booking Monitor.
//!
//! A booking that staff made becomes one notification; it waits in the outbox
//! in the sight of the administrator, is checked a last time, claimed, sent and
//! followed until the client's phone has it. Everything that decides is here.
//!
//! Architecture invariant: no window, no HTTP, no keyring. What the engine asks
//! of the world is in [`ports`], and every decision takes `now` as an argument.

pub mod backup;
pub mod booking;
pub mod branch;
pub mod clock;
mod closed_set;
pub mod db;
pub mod desk;
pub mod diagnostics;
pub mod error;
#[cfg(test)]
mod fakes;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod gateway_queue;
mod hash;
#[cfg(test)]
mod model;
pub mod monitor;
pub mod notification;
pub mod outbox;
pub mod person;
pub mod phone;
#[cfg(test)]
mod plans;
#[cfg(debug_assertions)]
pub mod planted;
pub mod ports;
mod private_file;
pub mod sender;
pub mod settings;
pub mod shop_mark;
pub mod shut;
pub mod stop_word;
pub mod supervision;
pub mod template;
pub mod visit;
pub mod words;

pub use private_file::private_file;
