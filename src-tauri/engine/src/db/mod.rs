//! The database file: opening it safely, and transactions on it.
//!
//! Every process on the data directory opens the same file, and whoever writes
//! does so in one immediate transaction. `synchronous = FULL`: what is committed
//! survives a power cut, for the claim's row must be on the disk before the
//! first byte of a message leaves.

mod free_pages;
mod migrations;
mod place;
mod rehearsal;
mod sql;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::error::FaultCode;
pub use migrations::latest as schema_version;
pub use place::{meaning, network_share, try_writing};
pub use rehearsal::{Rehearsal, rehearse};
pub use sql::{At, from_ms, to_ms};

/// The database's name in the data directory.
pub const FILE_NAME: &str = "booking-monitor.db";

/// How long a statement waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What can go wrong with the database. None of it loses anything: if it
/// cannot be recorded, it is not sent.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// No space left on the disk.
    #[error("the disk is full")]
    Full,
    /// The file or its directory cannot be written.
    #[error("the database cannot be written: {0}")]
    ReadOnly(String),
    /// Another process kept it locked for longer than we wait.
    #[error("the database is locked by another program")]
    Busy,
    /// Not a database, or a damaged one.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// Written by a newer version of this program.
    #[error(
        "the database was written by a newer version of Booking Monitor (schema {found}, this version knows {known})"
    )]
    Newer {
        /// The file's schema version.
        found: usize,
        /// The newest this program knows.
        known: usize,
    },
    /// Anything else SQLite or the file system said.
    #[error("the database failed: {0}")]
    Failed(String),
}

impl StorageError {
    /// What it means at the desk.
    pub const fn code(&self) -> FaultCode {
        match self {
            Self::Full => FaultCode::StorageFull,
            Self::ReadOnly(_) => FaultCode::StorageReadOnly,
            Self::Busy => FaultCode::StorageBusy,
            Self::Corrupt(_) => FaultCode::StorageCorrupt,
            Self::Newer { .. } => FaultCode::StorageNewer,
            Self::Failed(_) => FaultCode::StorageFailed,
        }
    }
}

impl StorageError {
    /// Whether the database takes nothing at the moment, whatever it is given. Anything else may lie in
    /// what it was given.
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Full | Self::ReadOnly(_) | Self::Busy | Self::Corrupt(_) | Self::Newer { .. } => true,
            Self::Failed(_) => false,
        }
    }
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::ReadOnly(error.to_string())
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// One connection to the database.
#[derive(Debug)]
pub struct Db {
    connection: Mutex<Connection>,
    path: PathBuf,
}

impl Db {
    /// Opens (and at need makes and migrates) the database in `directory`.
    pub fn open(directory: &Path) -> Result<Self, StorageError> {
        make_private(directory)?;
        let path = directory.join(FILE_NAME);
        let connection = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        Self::prepare(connection, path).map_err(|error| place::why(error, directory))
    }

    /// A database that lives as long as the value. For tests.
    pub fn in_memory() -> Result<Self, StorageError> {
        Self::prepare(Connection::open_in_memory()?, PathBuf::from(":memory:"))
    }

    fn prepare(mut connection: Connection, path: PathBuf) -> Result<Self, StorageError> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Where a flush otherwise stops at the disk's own memory: on macOS.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // A rolled-back queue must not leave clients' numbers behind in free pages.
        connection.pragma_update(None, "secure_delete", "FAST")?;
        migrations::to_latest(&mut connection)?;
        crate::outbox::history::register(&connection)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection: Mutex::new(connection), path })
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads. Statements inside see one another's time only loosely; for a
    /// consistent picture use one statement.
    pub fn read<T, E: From<StorageError>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        read(&self.lock())
    }

    /// Writes in one immediate transaction: all of it or nothing.
    pub fn write<T, E: From<StorageError>>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| self.why(error))?;
        let value = write(&transaction)?;
        // Here alone the disk is written: in WAL mode a statement only changes pages in memory.
        transaction.commit().map_err(|error| self.why(error))?;
        Ok(value)
    }

    /// Of the file and the journal beside it, in bytes.
    pub fn size(&self) -> u64 {
        sizes(&self.path).iter().sum()
    }

    /// Changes when another process has committed since the last call.
    pub fn data_version(&self) -> Result<i64, StorageError> {
        // Asked for several times a second: a pragma function of rusqlite would compile it each time.
        Ok(self.lock().prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
    }

    /// Reads every page and index. Slow on a large file: for the owner's start after a fault, and for `check`.
    pub fn quick_check(&self) -> Result<(), StorageError> {
        let verdict: String = self.lock().pragma_query_value(None, "quick_check", |row| row.get(0))?;
        if verdict == "ok" { Ok(()) } else { Err(StorageError::Corrupt(verdict)) }
    }

    /// SQLite says no more than "disk I/O error" of some full and read-only disks.
    fn why(&self, error: rusqlite::Error) -> StorageError {
        let directory = self.path.parent().filter(|directory| !directory.as_os_str().is_empty());
        match directory {
            Some(directory) => place::why(error.into(), directory),
            // A database in memory has none.
            None => error.into(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held rolled its transaction back; the connection is sound.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts a damaged database aside under a name of its own, with its journal, and
/// says where. Never overwrites one put aside before.
pub fn put_aside(directory: &Path, now: DateTime<Utc>) -> Result<PathBuf, StorageError> {
    let stamp = now.format("%Y%m%dT%H%M%SZ");
    let aside = directory.join(format!("{FILE_NAME}.damaged-{stamp}"));
    if aside.exists() {
        return Err(StorageError::Failed(format!("{} exists already", aside.display())));
    }
    for suffix in ["", "-wal", "-shm"] {
        let from = directory.join(format!("{FILE_NAME}{suffix}"));
        if from.exists() {
            let to = directory.join(format!("{FILE_NAME}.damaged-{stamp}{suffix}"));
            std::fs::rename(&from, &to).map_err(|error| StorageError::ReadOnly(error.to_string()))?;
        }
    }
    Ok(aside)
}

/// Of a database's file, and of the journal beside it, in bytes; 0 for what is not there.
pub fn sizes(file: &Path) -> [u64; 2] {
    let mut journal = file.as_os_str().to_owned();
    journal.push("-wal");
    [file, Path::new(&journal)].map(|path| std::fs::metadata(path).map_or(0, |file| file.len()))
}

/// Makes the data directory, readable by its owner alone.
pub fn make_private(directory: &Path) -> Result<(), StorageError> {
    let failed = |error: std::io::Error| {
        StorageError::ReadOnly(format!("the data directory {}: {error}", directory.display()))
    };
    std::fs::create_dir_all(directory).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(directory).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
