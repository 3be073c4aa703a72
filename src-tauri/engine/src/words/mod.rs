//! Sentences for people.
pub mod ru;
pub mod reasons;
pub mod states;
