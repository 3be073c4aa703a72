//! Tray, worker and command line in one executable.

fn main() {}
