//! The simulator over real HTTP, as its clients meet it.

#![expect(clippy::expect_used, reason = "a test that cannot speak to its server has failed")]

mod account;
mod control;
mod directory;
mod faults;
mod gateway;
mod notifications;
mod records;
mod shapes;
mod support;
mod tour;
