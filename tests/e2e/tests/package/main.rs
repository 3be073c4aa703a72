//! The package on a system: from its file to the first confirmed message without a console, over an older
//! version, and away again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

mod menu;
mod versions;
