//! Messaging gateways, one module each.
//!
//! A gateway implements the engine's [`Messenger`](engine::ports::Messenger).
//! The heart of each is the same: whatever becomes of a request to send, it ends
//! in exactly one of the four values of
//! [`SendOutcome`](engine::ports::SendOutcome), and "not sent" is said only when
//! it is certain.
//!
//! Nothing here retries, queues, paces sends or knows what a message is about.

pub mod green_api;
