//! A copy of the data directory in one file, and putting it back.
//!
//! The file is a database: everything of the one that was copied, consistent
//! although it was in use, with the settings in a table of its own. It holds
//! clients' names and numbers, and no secret: those are in the keyring.
//!
//! A database that was put back does not know what went out since. So it is
//! doubted from its first instant in place, and nothing is read or sent until a
//! person begins anew.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use crate::db::{self, At, Db, StorageError};
use crate::notification::{Reason, State};
use crate::outbox::{Anew, Doubt, Outbox};
use crate::private_file;
use crate::settings;

/// What a backup has that a database at work has not.
const TABLE: &str = "CREATE TABLE backup (
    made_at INTEGER NOT NULL,                       -- when the copy was made
    settings TEXT                                   -- settings.toml as it was; NULL when there was none
) STRICT";

/// Why there is no backup, or nothing was restored. The data directory is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It is not written over.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// A file, but none that [`make`] wrote.
    #[error("{} is no backup", .0.display())]
    NotABackup(PathBuf),
    /// Cut short or changed since.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    #[error("{}: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// When the copy had been made.
    pub made_at: DateTime<Utc>,
    /// Where what was replaced lies now; None when there was nothing.
    pub replaced: Option<PathBuf>,
    /// Messages that wait for a person: they may have gone out since the copy was made.
    pub waiting: usize,
}

/// Copies database and settings of the directory into a new file, which is
/// readable by this user alone, and reads the copy to its end. Others may work on
/// the database meanwhile. Answers the file's length in bytes.
pub fn make(db: &Db, directory: &Path, file: &Path, now: DateTime<Utc>) -> Result<u64, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let settings = settings_in(directory)?;
    // Under its name there is only ever a whole one.
    let part = with_ending(file, &format!(".part-{}", std::process::id()));
    let made = copy(db, &part, settings.as_deref(), now).and_then(|()| {
        fs::rename(&part, file).and_then(|()| fs::metadata(file)).map_err(|error| of_file(file, error))
    });
    if made.is_err() {
        let _ = fs::remove_file(&part);
    }
    Ok(made?.len())
}

fn copy(db: &Db, part: &Path, settings: Option<&str>, now: DateTime<Utc>) -> Result<(), BackupError> {
    let _ = fs::remove_file(part);
    // SQLite fills an empty file, and this one is nobody else's before the first byte is in it.
    private_file().write(true).create_new(true).open(part).map_err(|error| of_file(part, error))?;
    let name = part.to_str().ok_or_else(|| {
        of_file(part, io::Error::new(io::ErrorKind::InvalidInput, "the name is not Unicode"))
    })?;
    db.read(|connection| {
        connection.execute("VACUUM INTO ?1", [name])?;
        Ok::<_, StorageError>(())
    })?;
    let copy = Connection::open_with_flags(part, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.execute_batch(TABLE)?;
    copy.execute("INSERT INTO backup VALUES (?1, ?2)", params![At(now), settings])?;
    sound(&copy)?;
    drop(copy);
    // Windows flushes only what was opened for writing.
    let synced = OpenOptions::new().write(true).open(part).and_then(|file| file.sync_all());
    synced.map_err(|error| of_file(part, error))
}

fn settings_in(directory: &Path) -> Result<Option<String>, BackupError> {
    let path = settings::file_path(directory);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(of_file(&path, error)),
    }
}

/// Puts a backup in the place of what is in the directory, which is kept beside it.
/// Nobody may work there: the caller holds the owner's lock, and no window is open.
pub fn restore(file: &Path, directory: &Path, now: DateTime<Utc>) -> Result<Restored, BackupError> {
    db::make_private(directory)?;
    let staging = directory.join(format!(".restore-{:08x}", rand::random::<u32>()));
    let restored = stage(file, directory, &staging, now).and_then(|(made_at, waiting)| {
        let replaced = swap(directory, &staging, now)?;
        Ok(Restored { made_at, replaced, waiting })
    });
    let _ = fs::remove_dir_all(&staging);
    restored
}

/// Makes what is going to be put in place: whole, of this version, and doubted.
fn stage(
    file: &Path,
    directory: &Path,
    staging: &Path,
    now: DateTime<Utc>,
) -> Result<(DateTime<Utc>, usize), BackupError> {
    db::make_private(staging)?;
    let target = staging.join(db::FILE_NAME);
    let mut into =
        private_file().write(true).create_new(true).open(&target).map_err(|error| of_file(&target, error))?;
    let copied = File::open(file).and_then(|mut from| io::copy(&mut from, &mut into));
    copied.map_err(|error| of_file(file, error))?;
    drop(into);
    let (made_at, settings) = unpack(file, &target)?;
    if let Some(text) = settings {
        let path = settings::file_path(staging);
        let written = private_file().write(true).create_new(true).open(&path).and_then(|mut to| {
            io::Write::write_all(&mut to, text.as_bytes())?;
            to.sync_all()
        });
        written.map_err(|error| of_file(&path, error))?;
    }
    let outbox = Outbox::new(Arc::new(Db::open(staging)?));
    // What the present database knows and a keyring perhaps does not: who wants to hear
    // nothing, and which numbers are used up. If it is lost, so is this.
    let present = if directory.join(db::FILE_NAME).exists() { Db::open(directory).ok() } else { None };
    if let Some(present) = present.map(|db| Outbox::new(Arc::new(db))) {
        let (own, other) = (outbox.origin()?, present.origin()?);
        let stops = present.stops()?;
        let numbers = own.numbers.beyond(other.numbers, 0);
        let (instance, machine, shop) = (&own.instance, &own.machine, &own.shop);
        let anew = Anew { instance, machine, shop, numbers, forgot: true, stops: &stops };
        outbox.adopt(anew, now)?;
    }
    outbox.take_doubt(Doubt::Restored, now)?;
    let waiting = outbox.in_state(State::Waiting)?;
    Ok((made_at, waiting.iter().filter(|row| row.reason == Reason::Restored).count()))
}

/// Makes a database of a backup, and answers what it was besides.
fn unpack(file: &Path, copy: &Path) -> Result<(DateTime<Utc>, Option<String>), BackupError> {
    let connection = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let damaged = |error: rusqlite::Error| match StorageError::from(error) {
        StorageError::Corrupt(what) => BackupError::Damaged(what),
        other => BackupError::Storage(other),
    };
    let is_one = connection
        .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'backup'")
        .and_then(|mut statement| statement.exists([]));
    match is_one {
        Ok(true) => {}
        Ok(false) => return Err(BackupError::NotABackup(file.to_owned())),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            return Err(BackupError::NotABackup(file.to_owned()));
        }
        Err(error) => return Err(damaged(error)),
    }
    sound(&connection)?;
    let found = connection
        .query_row("SELECT made_at, settings FROM backup", [], |row| {
            Ok((row.get::<_, At>(0)?.0, row.get::<_, Option<String>>(1)?))
        })
        .optional()
        .map_err(damaged)?;
    connection.execute_batch("DROP TABLE backup").map_err(damaged)?;
    found.ok_or_else(|| BackupError::NotABackup(file.to_owned()))
}

/// Every page, row and index of it.
fn sound(connection: &Connection) -> Result<(), BackupError> {
    let verdict: Result<String, _> = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
    match verdict {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(verdict) => Err(BackupError::Damaged(verdict)),
        Err(error) => Err(BackupError::Damaged(error.to_string())),
    }
}

/// Moves what is there beside the directory, and what was staged into it. If any of
/// it fails, what was moved goes back.
fn swap(directory: &Path, staging: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, BackupError> {
    let wal = format!("{}-wal", db::FILE_NAME);
    let shm = format!("{}-shm", db::FILE_NAME);
    let names = [db::FILE_NAME, &wal, &shm, settings::FILE_NAME];
    let there: Vec<_> = names.into_iter().filter(|name| directory.join(name).exists()).collect();
    let mut moves = Vec::new();
    let replaced = with_ending(directory, &format!(".replaced-{}", now.format("%Y%m%dT%H%M%S%3fZ")));
    if !there.is_empty() {
        db::make_private(&replaced)?;
        moves.extend(there.iter().map(|name| (directory.join(name), replaced.join(name))));
    }
    let staged = names.into_iter().filter(|name| staging.join(name).exists());
    moves.extend(staged.map(|name| (staging.join(name), directory.join(name))));
    for (index, (from, to)) in moves.iter().enumerate() {
        if let Err(error) = fs::rename(from, to) {
            for (from, to) in moves[..index].iter().rev() {
                let _ = fs::rename(to, from);
            }
            let _ = fs::remove_dir(&replaced);
            return Err(of_file(from, error));
        }
    }
    #[cfg(unix)]
    File::open(directory).and_then(|dir| dir.sync_all()).map_err(|error| of_file(directory, error))?;
    Ok((!there.is_empty()).then_some(replaced))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn of_file(path: &Path, error: io::Error) -> BackupError {
    BackupError::File { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests;
