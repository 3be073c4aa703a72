//! The client against a server that answers exact bytes.
#![cfg(test)]

mod broken_text;
mod failures;
mod listing;
mod lookup;
mod server;
mod setup;
mod time;
mod tls;
