//! The real executable with a real keyring: worker and command line at the same
//! time on one database, signals, exit codes, and words on standard error.
#![cfg(test)]

mod asked_by_clients;
mod beside_the_worker;
mod crash_points;
mod ending;
mod fixed;
mod for_support;
mod gateway_queue;
mod kept_safe;
mod killed;
mod no_room;
mod one_sender;
mod panics;
mod put_aside;
mod put_away;
mod restored;
mod rolled_out;
mod set_up;
mod shows;
mod silent;
mod stop_words;
mod stopped;
mod storage;
mod two_owners;
