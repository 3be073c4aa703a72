//! One owner of polling and sending on a data directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::db::make_private;

/// The lock's file in the data directory. It holds nothing; the system forgets
/// the lock when its holder ends, however it ends.
const FILE_NAME: &str = "booking-monitor.lock";

/// Held as long as the value lives.
#[derive(Debug)]
pub struct OwnerLock {
    _file: File,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another process polls and sends already")]
    Held,
    #[error("the lock in the data directory cannot be opened: {0}")]
    Io(#[from] std::io::Error),
}

impl OwnerLock {
    /// Takes the lock, or says that somebody has it.
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        make_private(directory).map_err(|error| std::io::Error::other(error.to_string()))?;
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(directory.join(FILE_NAME))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Whether somebody has it now.
    pub fn is_held(directory: &Path) -> bool {
        let Ok(file) = File::open(directory.join(FILE_NAME)) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}
