//! What this version would do with a database, tried on a copy of it that is deleted afterwards.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::{FILE_NAME, StorageError, migrations, place};
use crate::ports::Clock;
use crate::private_file;

/// How it went on the copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rehearsal {
    /// The file's schema version; 0 without a file, and in an empty one.
    pub found: usize,
    /// The schema version of this program.
    pub known: usize,
    /// What the steps between bring, in order. Empty: nothing would be done.
    pub steps: Vec<&'static str>,
    /// How many rows each table has, before and after; a table that there was not has none before.
    pub rows: Vec<(String, i64, i64)>,
    /// How long the steps took on the copy.
    pub took: Duration,
}

impl Rehearsal {
    /// Whether every row is still there.
    pub fn loses_nothing(&self) -> bool {
        self.rows.iter().all(|(_, before, after)| after >= before)
    }
}

/// Brings a copy of the directory's database to this version's schema, and reads it to its end. The
/// database itself is only read; whoever works on it goes on.
pub fn rehearse(directory: &Path, clock: &dyn Clock) -> Result<Rehearsal, StorageError> {
    let path = directory.join(FILE_NAME);
    let known = migrations::latest();
    if !path.exists() {
        let steps = migrations::names_after(0);
        return Ok(Rehearsal { found: 0, known, steps, rows: Vec::new(), took: Duration::ZERO });
    }
    let copy = Copy::of(&path, directory).map_err(|error| place::why(error, directory))?;
    let mut connection = Connection::open(&copy.0)?;
    let found = version(&connection)?;
    let before = rows(&connection)?;
    let began = clock.moment().monotonic;
    migrations::to_latest(&mut connection)?;
    let took = clock.moment().monotonic.saturating_sub(began);
    let verdict: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StorageError::Corrupt(verdict));
    }
    let rows = rows(&connection)?
        .into_iter()
        .map(|(table, after)| {
            let before = before.iter().find(|(name, _)| *name == table).map_or(0, |(_, count)| *count);
            (table, before, after)
        })
        .collect();
    Ok(Rehearsal { found, known, steps: migrations::names_after(found), rows, took })
}

/// A copy beside the database, where nobody else may read, for as long as the value lives.
struct Copy(PathBuf);

impl Copy {
    fn of(path: &Path, directory: &Path) -> Result<Self, StorageError> {
        let original = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        original.busy_timeout(super::BUSY_TIMEOUT)?;
        // Asked first: a newer one is refused before anything is copied.
        let found = version(&original)?;
        if found > migrations::latest() {
            return Err(StorageError::Newer { found, known: migrations::latest() });
        }
        let copy = Self(directory.join(format!("{FILE_NAME}.rehearsal-{}", std::process::id())));
        copy.remove();
        let name = copy
            .0
            .to_str()
            .ok_or_else(|| StorageError::Failed(format!("{} is not Unicode", copy.0.display())))?;
        // SQLite fills an empty file, and this one is nobody else's before the first byte is in it.
        let made = private_file().write(true).create_new(true).open(&copy.0);
        made.map_err(|error| StorageError::ReadOnly(format!("{name}: {error}")))?;
        original.execute("VACUUM INTO ?1", [name])?;
        Ok(copy)
    }

    fn remove(&self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let mut file = self.0.clone().into_os_string();
            file.push(suffix);
            let _ = std::fs::remove_file(file);
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.remove();
    }
}

fn version(connection: &Connection) -> Result<usize, StorageError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    usize::try_from(version).map_err(|_| StorageError::Corrupt(format!("schema version {version}")))
}

fn rows(connection: &Connection) -> Result<Vec<(String, i64)>, StorageError> {
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let count = |table: String| {
        let sql = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
        let count = connection.query_row(&sql, [], |row| row.get(0))?;
        Ok((table, count))
    };
    tables.into_iter().map(count).collect()
}
