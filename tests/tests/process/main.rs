//! The real executable with a real keyring: worker and command line at the same
//! time on one database, signals, exit codes, and words on standard error.
#![cfg(test)]

mod beside_the_worker;
mod ending;
mod kept_safe;
mod killed;
mod set_up;
mod shows;
mod storage;
mod two_owners;
