//! The real executable.
pub(crate) fn run() {}
