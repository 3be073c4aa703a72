//! One owner of polling and sending on a data directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::db::make_private;

/// The lock's file in the data directory. It holds nothing; the system forgets
/// the lock when its holder ends, however it ends.
const FILE_NAME: &str = "booking-monitor.lock";

/// The same for the window of a data directory.
const WINDOW_FILE_NAME: &str = "window.lock";

/// Held as long as the value lives.
#[derive(Debug)]
pub struct OwnerLock {
    _file: File,
}

/// One window process on a data directory. While it is held, its holder answers
/// [`RequestKind::ShowWindow`](crate::outbox::RequestKind::ShowWindow).
#[derive(Debug)]
pub struct WindowLock {
    _file: File,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another process has it already")]
    Held,
    #[error("the lock in the data directory cannot be opened: {0}")]
    Io(#[from] std::io::Error),
}

impl OwnerLock {
    /// Takes the lock, or says that somebody has it.
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        take(directory, FILE_NAME).map(|file| Self { _file: file })
    }

    /// Whether somebody has it now.
    pub fn is_held(directory: &Path) -> bool {
        is_held(directory, FILE_NAME)
    }
}

impl WindowLock {
    /// Takes the lock, or says that a window is open already.
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        take(directory, WINDOW_FILE_NAME).map(|file| Self { _file: file })
    }

    /// Whether a window process lives.
    pub fn is_held(directory: &Path) -> bool {
        is_held(directory, WINDOW_FILE_NAME)
    }
}

fn take(directory: &Path, name: &str) -> Result<File, LockError> {
    make_private(directory).map_err(|error| std::io::Error::other(error.to_string()))?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(directory.join(name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LockError::Held),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn is_held(directory: &Path, name: &str) -> bool {
    let Ok(file) = File::open(directory.join(name)) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_one_on_a_directory_and_no_owner_of_the_desk() {
        let directory = tempfile::tempdir().unwrap();
        let open = WindowLock::take(directory.path()).unwrap();
        assert!(WindowLock::is_held(directory.path()) && !OwnerLock::is_held(directory.path()));
        assert!(matches!(WindowLock::take(directory.path()), Err(LockError::Held)));
        let other = tempfile::tempdir().unwrap();
        assert!(WindowLock::take(other.path()).is_ok(), "each directory has its own");
        drop(open);
        assert!(!WindowLock::is_held(directory.path()));
    }
}
