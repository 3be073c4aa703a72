//! What the program asks of Windows and no library wraps without unsafe code: the console it was
//! started from, a directory for this user alone, and what the system tells of the session.
//!
//! On other systems the crate is empty.

#![cfg(windows)]

mod console;
mod directory;
mod session;

pub use console::attach;
pub use directory::make_private;
pub use session::{Heard, ask_to_end, listen};

/// UTF-16 with its closing zero, as the system takes texts.
fn wide(text: impl AsRef<std::ffi::OsStr>) -> Vec<u16> {
    use std::os::windows::ffi::OsStrExt as _;
    text.as_ref().encode_wide().chain([0]).collect()
}
