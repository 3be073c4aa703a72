//! Whole days of a shop, over real HTTP and real files, in the test's own process.
#![cfg(test)]

mod changed_inside_the_window;
mod delivery;
mod doubtful_sends;
mod feed;
mod gateway;
mod rights;
mod servers;
mod told_once;
