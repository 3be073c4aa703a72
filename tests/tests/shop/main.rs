//! Whole days of a shop, over real HTTP and real files, in the test's own process.
#![cfg(test)]

mod after_a_gap;
mod auxiliary;
mod changed_inside_the_window;
mod clocks;
mod delivery;
mod doubtful_sends;
mod feed;
mod gateway;
mod incoming;
mod races;
mod rights;
mod servers;
mod told_once;
mod truth_over_time;
mod two_installations;
mod unlinked;
mod updated;
